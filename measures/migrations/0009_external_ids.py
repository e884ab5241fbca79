import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0003_initiative_attribution"),
        ("measures", "0008_derived"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExternalId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scheme", models.CharField(max_length=50, verbose_name="system")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("partner", "partner"),
                            ("value", "value of"),
                            ("numerator", "numerator of"),
                            ("denominator", "denominator of"),
                            ("weight", "weight of"),
                            ("definition", "definition of"),
                            ("dimension", "breakdown"),
                            ("category", "category"),
                            ("initiative", "this initiative"),
                            ("reporter", "who reports"),
                        ],
                        max_length=12,
                        verbose_name="stands for",
                    ),
                ),
                ("code", models.CharField(max_length=200, verbose_name="their code")),
                ("name", models.CharField(blank=True, max_length=250, verbose_name="their name")),
                ("category", models.CharField(blank=True, max_length=200, verbose_name="category")),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["scheme", "kind", "code", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "scheme", "kind", "code", "partner", "indicator", "category"),
                        name="external_id_once",
                        nulls_distinct=False,
                        violation_error_message="This code stands for that already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("indicator__isnull", True), ("kind", "partner"), ("partner__isnull", False)),
                            models.Q(
                                ("indicator__isnull", False),
                                ("kind__in", ["value", "numerator", "denominator", "weight", "definition"]),
                                ("partner__isnull", True),
                            ),
                            models.Q(
                                ("indicator__isnull", True),
                                ("kind__in", ["dimension", "category", "initiative", "reporter"]),
                                ("partner__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="external_id_stands_for_one_thing",
                        violation_error_message="Say what the code stands for.",
                    ),
                ],
            },
        ),
        TenantTable("ExternalId"),
    ]
