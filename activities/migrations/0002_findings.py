import backbone.models.owned
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0001_register"),
        ("agenda", "0001_squashed_0003_links_since"),
        ("backbone", "0011_health_and_signals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[("watch", "One looks better, the other worse"), ("challenged", "Theory challenged")],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("facts", models.JSONField(default=dict)),
                ("found_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("discussed", "Discussed"),
                            ("let_go", "Let go"),
                            ("quiet", "Nothing to say"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, default="", max_length=1000, verbose_name="what was said")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
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
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "learning",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agenda.learning",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-found_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "key"), name="finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "quiet"]),
                            models.Q(models.Q(("words", ""), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="finding_closed_with_words",
                    ),
                ],
            },
        ),
        TenantTable("Finding"),
    ]
