import backbone.models.owned
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0010_groups_and_thresholds"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="health_known",
            field=models.PositiveSmallIntegerField(
                default=60,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                verbose_name="percent of a condition’s checks that must be known for a score",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="signal_from",
            field=models.PositiveSmallIntegerField(
                default=35,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                verbose_name="percent from which a partner is said to be drifting",
            ),
        ),
        migrations.CreateModel(
            name="HealthSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("as_of", models.DateTimeField()),
                ("body", models.JSONField()),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "on"), name="health_once_a_day")
                ],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateTimeField()),
                ("score", models.DecimalField(decimal_places=3, max_digits=4, null=True)),
                ("parts", models.JSONField(default=dict)),
                ("is_raised", models.BooleanField(default=False)),
                ("raised_on", models.DateField(blank=True, null=True)),
                ("snoozed_until", models.DateField(blank=True, null=True, verbose_name="quiet until")),
                ("snoozed_because", models.CharField(blank=True, default="", max_length=500, verbose_name="why")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signals",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signals",
                        to="backbone.partner",
                    ),
                ),
                (
                    "snoozed_by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "partner"), name="signal_once")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_raised", True)), fields=["tenant", "initiative"], name="signal_raised"
                    )
                ],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="when")),
                ("words", models.CharField(max_length=2000, verbose_name="what was said")),
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
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "partner"], name="call_of_partner")],
            },
        ),
        TenantTable("HealthSnapshot"),
        TenantTable("Signal"),
        TenantTable("Call"),
        pgtrigger.migrations.AddTrigger(
            model_name="call",
            trigger=pgtrigger.compiler.Trigger(
                name="call_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3a71890bbddaed18f5cbfa49c70df0f07e05b8b0",
                    operation="UPDATE",
                    pgid="pgtrigger_call_stays_3b59c",
                    table="backbone_call",
                    when="BEFORE",
                ),
            ),
        ),
    ]
