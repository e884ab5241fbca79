import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0001_initial"),
        ("measures", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reopenings",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reopenings",
                        to="backbone.partner",
                    ),
                ),
                ("period", models.DateField(verbose_name="month")),
                ("until", models.DateField(verbose_name="open until")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.UniqueConstraint(
                fields=("tenant", "initiative", "period", "partner"), name="reopening_once"
            ),
        ),
        TenantTable("Reopening"),
        migrations.AddIndex(
            model_name="figure",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["tenant", "partner", "period"],
                name="figure_waiting",
            ),
        ),
    ]
