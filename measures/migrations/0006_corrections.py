import backbone.models.owned
import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantReference, TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("backbone", "0003_initiative_attribution"),
        ("measures", "0005_upload_dropped"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reopening",
            name="reopening_once",
        ),
        migrations.RemoveIndex(
            model_name="figureevent",
            name="figure_event_by_time",
        ),
        migrations.AddField(
            model_name="reopening",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reopening",
            name="ended_by",
            field=backbone.models.owned.TenantForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="backbone.membership",
            ),
        ),
        TenantReference("reopening", "ended_by"),
        migrations.AddField(
            model_name="reopening",
            name="indicator",
            field=backbone.models.owned.TenantForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="measures.indicator",
            ),
        ),
        TenantReference("reopening", "indicator"),
        migrations.AddIndex(
            model_name="figureevent",
            index=models.Index(
                fields=["tenant", "indicator", "period", "partner", "pgh_created_at"], name="figure_event_by_time"
            ),
        ),
        migrations.AddIndex(
            model_name="reopening",
            index=models.Index(fields=["tenant", "partner", "period"], name="reopening_of_report"),
        ),
        migrations.AddIndex(
            model_name="reopening",
            index=models.Index(fields=["tenant", "initiative", "until"], name="reopening_by_day"),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                (
                    "origin",
                    models.CharField(choices=[("request", "requested"), ("proposal", "proposed")], max_length=10),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("asked", "asked back"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("cells", models.JSONField()),
                ("before", models.JSONField()),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
                ("words", models.CharField(blank=True, default="", max_length=500)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                    "decided_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
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
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["tenant", "indicator", "period", "partner"], name="correction_of_line"),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["tenant", "initiative", "at"], name="correction_by_time"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "asked"])),
                fields=("tenant", "indicator", "period", "partner"),
                name="correction_open_once",
            ),
        ),
        TenantTable("Correction"),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
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
                    "correction",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restatements",
                        to="measures.correction",
                    ),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restatements",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restatements",
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
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="restatement",
            index=models.Index(fields=["tenant", "initiative", "at"], name="restatement_by_time"),
        ),
        migrations.AddIndex(
            model_name="restatement",
            index=models.Index(fields=["tenant", "indicator", "period", "partner"], name="restatement_of_line"),
        ),
        TenantTable("Restatement"),
        migrations.CreateModel(
            name="LockRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("wanted_until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("granted", "granted"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, default="", max_length=500)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                    "decided_by",
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
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lock_requests",
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
                    "reopening",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="measures.reopening",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="lockrequest",
            index=models.Index(fields=["tenant", "initiative", "at"], name="lock_request_by_time"),
        ),
        migrations.AddConstraint(
            model_name="lockrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("tenant", "partner", "period", "indicator", "initiative"),
                name="lock_request_open_once",
                nulls_distinct=False,
            ),
        ),
        TenantTable("LockRequest"),
    ]
