# Every table as the migrations before left it, in one piece.

import backbone.models.owned
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    replaces = [
        ("comms", "0001_initial"),
        ("comms", "0002_notices"),
        ("comms", "0003_release_kind"),
    ]

    initial = True
    dependencies = [("backbone", "0001_squashed_0008_share_links")]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("letter", "Letter"),
                            ("reminder", "Reminder"),
                            ("returned", "Returned figure"),
                            ("nudge", "Nudge"),
                            ("notice", "Notice about figures"),
                            ("digest", "Weekly digest"),
                            ("release", "Publication"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("to_email", models.EmailField(max_length=254, verbose_name="to")),
                ("period_key", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=250, verbose_name="subject")),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("headers", models.JSONField(default=dict)),
                ("message_id", models.CharField(max_length=200)),
                ("about", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unknown", "Not known"),
                            ("skipped", "Left out"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("handoff_at", models.DateTimeField(null=True)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
                ("smtp_code", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "again_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "recipient",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="backbone.membership",
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
                        condition=models.Q(("status__in", ["pending", "sending"])),
                        fields=["tenant", "next_attempt_at"],
                        name="mail_to_claim",
                    ),
                    models.Index(fields=["tenant", "created_at"], name="mail_by_time"),
                    models.Index(fields=["tenant", "recipient", "kind", "created_at"], name="mail_of_recipient"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "kind", "recipient", "period_key"), name="mail_once")
                ],
            },
        ),
        TenantTable("Mail"),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("period_key", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "kind", "period_key"), name="run_once")],
            },
        ),
        TenantTable("Run"),
    ]
