import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0010_groups_and_thresholds"),
        ("measures", "0018_target_category"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("title", models.CharField(max_length=200, verbose_name="what was done together")),
                ("about", models.CharField(blank=True, default="", max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
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
                        related_name="shared_counts",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-period", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "indicator", "period"], name="shared_count_of_span")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("about", ""), _negated=True),
                        fields=("tenant", "indicator", "period", "about"),
                        name="shared_count_once",
                        violation_error_message="This joint work is counted once in that period already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedAmount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                ("value", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("numerator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("denominator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "shared",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amounts",
                        to="measures.sharedcount",
                    ),
                ),
            ],
            options={
                "ordering": ["category"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "shared", "category"), name="shared_amount_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("denominator", None), ("numerator", None), ("value__gte", 0)),
                            models.Q(("denominator__gte", 0), ("numerator__gte", 0), ("value", None)),
                            _connector="OR",
                        ),
                        name="shared_amount_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedCredit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "shared",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credits",
                        to="measures.sharedcount",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["partner__code"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "shared", "partner"), name="shared_credit_once")
                ],
            },
        ),
        TenantTable("SharedCount"),
        TenantTable("SharedAmount"),
        TenantTable("SharedCredit"),
    ]
