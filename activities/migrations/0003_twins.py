import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("activities", "0002_findings"),
        ("backbone", "0013_evidence_tolerance"),
    ]

    operations = [
        migrations.CreateModel(
            name="Twins",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("same", "one and the same work"), ("different", "two different things")],
                        max_length=10,
                        verbose_name="what they are",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="why")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "one",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="activities.activity",
                    ),
                ),
                (
                    "other",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="activities.activity",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "one", "other"), name="twins_once"),
                    models.CheckConstraint(condition=models.Q(("one__lt", models.F("other"))), name="twins_in_order"),
                ],
            },
        ),
        TenantTable("Twins"),
    ]
