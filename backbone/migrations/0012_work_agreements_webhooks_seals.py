import backbone.models.owned
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    dependencies = [
        ("backbone", "0011_health_and_signals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("salt", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="what was agreed")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("filename", models.CharField(blank=True, default="", max_length=255)),
                ("media_type", models.CharField(blank=True, default="", max_length=100)),
                ("content", models.BinaryField(null=True)),
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
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-starts_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="agreement_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField()),
                ("change_id", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "number"), name="seal_number_once"),
                    models.UniqueConstraint(fields=("tenant", "change_id"), name="seal_of_change_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=120)),
                ("body", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "waiting"), ("sent", "sent"), ("failed", "given up")],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("words", models.CharField(blank=True, default="", max_length=300)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "webhook",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="backbone.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["tenant", "due_at"], name="delivery_pending"
                    ),
                    models.Index(fields=["tenant", "webhook", "about", "id"], name="delivery_of_object"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Work",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("vision", "Guide vision and strategy"),
                            ("activities", "Support aligned activities"),
                            ("measurement", "Establish shared measurement"),
                            ("public_will", "Build public will"),
                            ("policy", "Advance policy"),
                            ("funding", "Mobilize funding"),
                        ],
                        max_length=12,
                        verbose_name="function",
                    ),
                ),
                ("on", models.DateField(verbose_name="when")),
                ("words", models.CharField(max_length=500, verbose_name="what was done")),
                ("url", models.URLField(blank=True, default="", max_length=500, verbose_name="address")),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                        related_name="work",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "withdrawn_by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "on"], name="work_by_day")],
            },
        ),
        TenantTable("Webhook"),
        TenantTable("Agreement"),
        TenantTable("Seal"),
        TenantTable("Delivery"),
        TenantTable("Work"),
    ]
