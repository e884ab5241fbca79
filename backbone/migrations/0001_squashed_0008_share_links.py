# Every table as the migrations before left it, in one piece.

import backbone.models.owned
import backbone.models.tenants
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    replaces = [
        ("backbone", "0001_initial"),
        ("backbone", "0002_sessions_end"),
        ("backbone", "0003_initiative_attribution"),
        ("backbone", "0004_maintain_band"),
        ("backbone", "0005_unusual_figures"),
        ("backbone", "0006_successor"),
        ("backbone", "0007_publications"),
        ("backbone", "0008_share_links"),
    ]

    initial = True
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=50,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\Z",
                                "Use small letters, digits and hyphens, as in “youth-to-work”.",
                            )
                        ],
                        verbose_name="short name",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "timezone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[backbone.models.tenants.known_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "locale",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")],
                        default="en",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "fiscal_year_starts",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="fiscal year starts in month",
                    ),
                ),
                (
                    "small_cell_threshold",
                    models.PositiveSmallIntegerField(
                        default=11,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="smallest count shown to others",
                    ),
                ),
                (
                    "counting",
                    models.CharField(
                        choices=[("approved", "approved figures"), ("submitted", "submitted and approved figures")],
                        default="approved",
                        max_length=10,
                        verbose_name="what roll-ups count",
                    ),
                ),
                (
                    "number_format",
                    models.CharField(
                        choices=[("1,234.5", "1,234.5"), ("1.234,5", "1.234,5"), ("1 234,5", "1 234,5")],
                        default="1,234.5",
                        max_length=10,
                        verbose_name="numbers in files look like",
                    ),
                ),
                (
                    "date_order",
                    models.CharField(
                        choices=[("dmy", "day first, as in 31/12/2026"), ("mdy", "month first, as in 12/31/2026")],
                        default="dmy",
                        max_length=3,
                        verbose_name="dates in files are",
                    ),
                ),
                (
                    "accent",
                    models.CharField(
                        blank=True,
                        max_length=7,
                        validators=[django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}\\Z")],
                        verbose_name="accent colour",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "maintain_band",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="percent by which a level to be maintained may slip",
                    ),
                ),
                (
                    "outlier_modified_z",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("3.5"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="and beyond so many of the median’s deviations",
                    ),
                ),
                (
                    "outlier_z",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("3"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="a figure is unusual beyond so many standard deviations",
                    ),
                ),
                (
                    "wants_words",
                    models.BooleanField(
                        default=False, verbose_name="unusual figures need a word before they are submitted"
                    ),
                ),
                (
                    "same_definition",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="percent of a figure that is to be counted as defined",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_year_starts__range", (1, 12))),
                        name="tenant_fiscal_year_starts_in_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("small_cell_threshold__range", (5, 20))),
                        name="tenant_small_cell_threshold_5_to_20",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Initiative",
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
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "attribution",
                    models.TextField(
                        blank=True,
                        help_text="Shown below the initiative’s pages, word for word.",
                        max_length=1000,
                        verbose_name="source and licence of the figures",
                    ),
                ),
                (
                    "is_public",
                    models.BooleanField(default=False, verbose_name="its latest publication has a page for everybody"),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"),
                        name="initiative_slug_once",
                        violation_error_message="Another initiative has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="initiative_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                ],
            },
        ),
        TenantTable("Initiative"),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("sector", models.CharField(blank=True, max_length=80, verbose_name="sector")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "successor",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="backbone.partner",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "code"),
                        name="partner_code_once",
                        violation_error_message="Another partner has this code.",
                    )
                ],
            },
        ),
        TenantTable("Partner"),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joins_on", models.DateField(verbose_name="joins on")),
                ("leaves_on", models.DateField(blank=True, null=True, verbose_name="leaves on")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
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
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "partner"),
                        name="participation_once",
                        violation_error_message="This partner already takes part.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leaves_on__isnull", True), ("leaves_on__gte", models.F("joins_on")), _connector="OR"
                        ),
                        name="participation_leaves_after_joining",
                        violation_error_message="It leaves before it joins.",
                    ),
                ],
            },
        ),
        TenantTable("Participation"),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                ("sessions_valid_from", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="user_email_once_whatever_case"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entrance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entrances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="backbone.tenant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "tenant"), name="entrance_once")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField(verbose_name="login")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "timezone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[backbone.models.tenants.known_timezone],
                        verbose_name="time zone",
                    ),
                ),
                ("locale", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="is active")),
                ("wants_digest", models.BooleanField(default=True, verbose_name="wants the weekly digest")),
                ("wants_reminders", models.BooleanField(default=True, verbose_name="wants reminders")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "user_id"), name="membership_once_per_login")
                ],
            },
        ),
        TenantTable("Membership"),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("platform_operator", "Platform operator"),
                            ("backbone_admin", "Backbone admin"),
                            ("data_steward", "Data steward"),
                            ("convener", "Convener"),
                            ("group_chair", "Working group chair"),
                            ("partner_lead", "Partner lead"),
                            ("partner_filer", "Partner filer"),
                            ("partner_member", "Partner member"),
                            ("funder", "Funder"),
                            ("evaluator", "Evaluator"),
                            ("public_link", "Public link"),
                            ("api_key", "API key"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                (
                    "membership",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="backbone.membership",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
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
                    models.UniqueConstraint(
                        fields=("tenant", "membership", "role", "partner"), name="grant_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("partner__isnull", False),
                                ("role__in", ["partner_lead", "partner_filer", "partner_member"]),
                            ),
                            models.Q(("role__in", ["partner_lead", "partner_filer", "partner_member"]), _negated=True),
                            _connector="OR",
                        ),
                        name="grant_of_a_partner_role_names_the_partner",
                        violation_error_message="A partner's role needs the partner.",
                    ),
                ],
            },
        ),
        TenantTable("Grant"),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("platform_operator", "Platform operator"),
                            ("backbone_admin", "Backbone admin"),
                            ("data_steward", "Data steward"),
                            ("convener", "Convener"),
                            ("group_chair", "Working group chair"),
                            ("partner_lead", "Partner lead"),
                            ("partner_filer", "Partner filer"),
                            ("partner_member", "Partner member"),
                            ("funder", "Funder"),
                            ("evaluator", "Evaluator"),
                            ("public_link", "Public link"),
                            ("api_key", "API key"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("token_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
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
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
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
                    models.UniqueConstraint(fields=("tenant", "token_hash"), name="invitation_token_once"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="invitation_ends_after_start",
                    ),
                ],
            },
        ),
        TenantTable("Invitation"),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
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
                "indexes": [
                    models.Index(fields=["tenant", "initiative", "at"], name="change_by_time"),
                    models.Index(fields=["tenant", "subject", "subject_id", "at"], name="change_of_subject"),
                ],
            },
        ),
        TenantTable("Change"),
        migrations.CreateModel(
            name="APIKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("platform_operator", "Platform operator"),
                            ("backbone_admin", "Backbone admin"),
                            ("data_steward", "Data steward"),
                            ("convener", "Convener"),
                            ("group_chair", "Working group chair"),
                            ("partner_lead", "Partner lead"),
                            ("partner_filer", "Partner filer"),
                            ("partner_member", "Partner member"),
                            ("funder", "Funder"),
                            ("evaluator", "Evaluator"),
                            ("public_link", "Public link"),
                            ("api_key", "API key"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("prefix", models.CharField(max_length=16)),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to="backbone.membership",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "prefix"), name="api_key_prefix_once")],
            },
        ),
        TenantTable("APIKey"),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("credential", models.CharField(max_length=80)),
                ("route", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=255)),
                ("body_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "credential", "route", "key"), name="kept_answer_once")
                ],
            },
        ),
        TenantTable("KeptAnswer"),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grain", models.CharField(max_length=10)),
                ("period", models.DateField(verbose_name="period")),
                ("version", models.PositiveIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("waiting", "Waiting to be checked"),
                            ("checked", "Checked"),
                            ("refused", "Not safe to publish"),
                            ("failed", "The check failed"),
                            ("published", "Published"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("choices", models.JSONField(default=dict)),
                ("report", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("as_of", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "created_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "published_by",
                    backbone.models.owned.TenantForeignKey(
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
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "published_at"], name="publication_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "grain", "period", "version"), name="publication_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at", None)),
                        fields=("tenant", "initiative", "grain", "period"),
                        name="publication_draft_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("version", None)),
                            models.Q(
                                ("as_of__isnull", False),
                                ("published_at__isnull", False),
                                ("state", "published"),
                                ("version__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="publication_published_whole",
                    ),
                ],
            },
        ),
        TenantTable("Publication"),
        pgtrigger.migrations.AddTrigger(
            model_name="publication",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."published_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d5a9bb2d2384b78df30ec150d18681ce8bb2b98f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_stays_64f77",
                    table="backbone_publication",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(choices=[("funders", "Funders"), ("public", "The public")], max_length=10),
                ),
                ("body", models.TextField()),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proofs",
                        to="backbone.publication",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "publication", "audience"), name="proof_once")
                ],
            },
        ),
        TenantTable("Proof"),
        migrations.CreateModel(
            name="PublishedBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(choices=[("funders", "Funders"), ("public", "The public")], max_length=10),
                ),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bodies",
                        to="backbone.publication",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "publication", "audience"), name="body_once")
                ],
            },
        ),
        TenantTable("PublishedBody"),
        pgtrigger.migrations.AddTrigger(
            model_name="publishedbody",
            trigger=pgtrigger.compiler.Trigger(
                name="body_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2404218fc7efb142ee19a66f320e08a74389986b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_body_stays_74935",
                    table="backbone_publishedbody",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="PublishedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                ("content", models.BinaryField(null=True)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "body",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="backbone.publishedbody",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "body", "form", "language"), name="file_once")
                ],
            },
        ),
        TenantTable("PublishedFile"),
        pgtrigger.migrations.AddTrigger(
            model_name="publishedfile",
            trigger=pgtrigger.compiler.Trigger(
                name="made_file_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."made_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9f8f6503a28fd5674529fab096259452ff2d6ace",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_made_file_stays_63547",
                    table="backbone_publishedfile",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[("funders", "Funders"), ("public", "The public")],
                        default="public",
                        max_length=10,
                        verbose_name="shows what",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="for whom")),
                ("token_hash", models.CharField(max_length=64)),
                ("hint", models.CharField(max_length=8)),
                ("passphrase", models.CharField(blank=True, default="", max_length=200)),
                ("embeds", models.BooleanField(default=False, verbose_name="may be embedded")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="share_links",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="share_links",
                        to="backbone.publication",
                    ),
                ),
                (
                    "revoked_by",
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
                ("sites", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "created_at"], name="share_link_by_time")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "token_hash"), name="share_link_once")],
            },
        ),
        TenantTable("ShareLink"),
        pgtrigger.migrations.AddTrigger(
            model_name="sharelink",
            trigger=pgtrigger.compiler.Trigger(
                name="scope_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."tenant_id" IS DISTINCT FROM (NEW."tenant_id") OR OLD."initiative_id" IS DISTINCT FROM (NEW."initiative_id") OR OLD."publication_id" IS DISTINCT FROM (NEW."publication_id") OR OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."token_hash" IS DISTINCT FROM (NEW."token_hash") OR OLD."hint" IS DISTINCT FROM (NEW."hint") OR OLD."embeds" IS DISTINCT FROM (NEW."embeds") OR OLD."sites" IS DISTINCT FROM (NEW."sites") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="db1f51605b28db520469c928100c964a4c9de333",
                    operation="UPDATE",
                    pgid="pgtrigger_scope_stays_25141",
                    table="backbone_sharelink",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(choices=[("funders", "Funders"), ("public", "The public")], max_length=10),
                ),
                ("what", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "link",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="backbone.sharelink",
                    ),
                ),
                (
                    "member",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="backbone.publication",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "publication", "at"], name="visit_by_time"),
                    models.Index(fields=["tenant", "member", "publication", "at"], name="visit_of_member"),
                    models.Index(fields=["tenant", "link", "at"], name="visit_of_link"),
                ],
            },
        ),
        TenantTable("Visit"),
        migrations.CreateModel(
            name="Restated",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(choices=[("funders", "Funders"), ("public", "The public")], max_length=10),
                ),
                ("condition", models.CharField(max_length=20)),
                ("figure", models.CharField(max_length=300)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("at", models.DateTimeField()),
                ("noticed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restated",
                        to="backbone.publication",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "publication", "audience", "noticed_at"], name="restated_by_time")
                ],
            },
        ),
        TenantTable("Restated"),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("compared_at", models.DateTimeField()),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "publication",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comparisons",
                        to="backbone.publication",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "publication"), name="comparison_once")],
            },
        ),
        TenantTable("Comparison"),
    ]
