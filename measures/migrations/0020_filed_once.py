import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0016_retention"),
        ("measures", "0019_shared_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FiledOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("taken", models.DateField(null=True)),
                ("problem", models.CharField(blank=True, default="", max_length=500, verbose_name="what keeps it")),
                (
                    "ended_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "given_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answered_by",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.partner",
                    ),
                ),
                (
                    "source",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["tenant", "partner", "source"],
                        name="filed_once_standing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("tenant", "partner", "indicator"),
                        name="filed_once_stands_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("indicator")), _negated=True),
                        name="filed_once_is_of_two",
                    ),
                ],
            },
        ),
        TenantTable("FiledOnce"),
    ]
