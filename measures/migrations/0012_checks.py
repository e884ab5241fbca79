import backbone.models.owned
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0005_unusual_figures"),
        ("measures", "0011_curves"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="becomes",
            field=models.CharField(blank=True, max_length=50, verbose_name="becomes"),
        ),
        migrations.AddField(
            model_name="category",
            name="former_names",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="category",
            name="retired_on",
            field=models.DateField(blank=True, null=True, verbose_name="retired on"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="breakdown_spans",
            field=models.JSONField(blank=True, default=dict, verbose_name="split from and until"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="limit_is_hard",
            field=models.BooleanField(default=False, verbose_name="nothing beyond is accepted"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="limit_max",
            field=models.DecimalField(
                blank=True, decimal_places=6, max_digits=24, null=True, verbose_name="largest that is expected"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="limit_min",
            field=models.DecimalField(
                blank=True, decimal_places=6, max_digits=24, null=True, verbose_name="smallest that is expected"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="answers",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("why", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("at", models.DateTimeField(auto_now_add=True)),
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
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_ups",
                        to="measures.indicator",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "indicator", "period", "partner"), name="follow_up_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ValidationRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\Z",
                                "Use small letters, digits and hyphens, as in “youth-to-work”.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                ("left", models.CharField(max_length=500, verbose_name="left side")),
                (
                    "operator",
                    models.CharField(
                        choices=[
                            ("<=", "is at most"),
                            ("<", "is less than"),
                            ("=", "is equal to"),
                            (">=", "is at least"),
                            (">", "is more than"),
                        ],
                        default="<=",
                        max_length=2,
                        verbose_name="has to be",
                    ),
                ),
                ("right", models.CharField(max_length=500, verbose_name="right side")),
                (
                    "severity",
                    models.CharField(
                        choices=[("hard", "must hold: blocks the report"), ("soft", "should hold: asks for a word")],
                        max_length=4,
                        verbose_name="when it does not hold",
                    ),
                ),
                (
                    "importance",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        default="medium",
                        max_length=6,
                        verbose_name="importance",
                    ),
                ),
                (
                    "missing",
                    models.CharField(
                        choices=[
                            ("never_skip", "say that it could not be checked"),
                            ("skip_if_all", "skip it if all of them are missing"),
                            ("skip_if_any", "skip it if any of them is missing"),
                        ],
                        default="never_skip",
                        max_length=11,
                        verbose_name="when something is missing",
                    ),
                ),
                ("message", models.CharField(max_length=500, verbose_name="in words")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="validation_rules",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="validation_rule_slug_once",
                        violation_error_message="Another rule has this short name.",
                    )
                ],
            },
        ),
        TenantTable("FollowUp"),
        TenantTable("ValidationRule"),
    ]
