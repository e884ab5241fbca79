# Every table as the migrations before left it, in one piece.

import backbone.models.owned
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    replaces = [
        ("measures", "0001_initial"),
        ("measures", "0002_reopening"),
        ("measures", "0003_rollup_state"),
        ("measures", "0004_targets"),
        ("measures", "0005_upload_dropped"),
        ("measures", "0006_corrections"),
        ("measures", "0007_rhythms_of_filing"),
        ("measures", "0008_derived"),
        ("measures", "0009_external_ids"),
        ("measures", "0010_kinds"),
        ("measures", "0011_curves"),
        ("measures", "0012_checks"),
        ("measures", "0013_definitions"),
        ("measures", "0014_words_on_definitions"),
        ("measures", "0015_consents"),
        ("measures", "0016_allows_negative"),
        ("measures", "0017_history_by_statement"),
    ]

    initial = True
    dependencies = [("backbone", "0001_squashed_0008_share_links"), ("agenda", "0001_squashed_0003_links_since")]

    operations = [
        migrations.CreateModel(
            name="Dimension",
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
                ("exclusive", models.BooleanField(default=True, verbose_name="categories exclude each other")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dimensions",
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
                        name="dimension_slug_once",
                        violation_error_message="Another dimension has this short name.",
                    )
                ],
            },
        ),
        TenantTable("Dimension"),
        migrations.CreateModel(
            name="Category",
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
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "dimension",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="categories",
                        to="measures.dimension",
                    ),
                ),
                ("becomes", models.CharField(blank=True, max_length=50, verbose_name="becomes")),
                ("former_names", models.JSONField(blank=True, default=list)),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "dimension", "slug"),
                        name="category_slug_once",
                        violation_error_message="Another category of this dimension has this short name.",
                    )
                ],
            },
        ),
        TenantTable("Category"),
        migrations.CreateModel(
            name="Indicator",
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
                ("code", models.CharField(blank=True, max_length=10, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("definition", models.TextField(blank=True, max_length=5000, verbose_name="how we count it")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                ("numerator", models.CharField(blank=True, max_length=200, verbose_name="what is on top")),
                ("denominator", models.CharField(blank=True, max_length=200, verbose_name="out of what")),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("up", "more is better"),
                            ("down", "less is better"),
                            ("maintain", "stay where it is"),
                            ("none", "neither"),
                        ],
                        default="up",
                        max_length=10,
                        verbose_name="direction",
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("month", "every month"), ("quarter", "every quarter"), ("year", "every year")],
                        default="month",
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                (
                    "over_time",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("last", "the last month’s ratio"),
                            ("person_time", "numerators over denominators, summed over the months"),
                            ("period_rate", "numerators, summed, over the mean monthly denominator"),
                        ],
                        max_length=20,
                        verbose_name="over time",
                    ),
                ),
                (
                    "carry_forward",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(12)],
                        verbose_name="months a stock is carried forward",
                    ),
                ),
                ("is_whole", models.BooleanField(default=True, verbose_name="whole numbers only")),
                (
                    "breakdowns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="split by",
                    ),
                ),
                (
                    "due_day",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="due on day",
                    ),
                ),
                (
                    "lock_day",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(62),
                        ],
                        verbose_name="locks on day",
                    ),
                ),
                ("baseline_period", models.DateField(blank=True, null=True, verbose_name="baseline month")),
                ("baseline_value", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("baseline_numerator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("baseline_denominator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indicators",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "outcome",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indicators",
                        to="agenda.outcome",
                    ),
                ),
                (
                    "strategy",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indicators",
                        to="agenda.strategy",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "judged_from",
                    models.DateField(blank=True, null=True, verbose_name="first month in which it can have moved"),
                ),
                ("components", models.JSONField(blank=True, default=list, verbose_name="components")),
                ("formula", models.CharField(blank=True, default="", max_length=500, verbose_name="formula")),
                (
                    "reweight",
                    models.BooleanField(default=False, verbose_name="weights are rescaled when a component is missing"),
                ),
                ("source", models.CharField(blank=True, default="", max_length=300, verbose_name="source")),
                (
                    "source_url",
                    models.URLField(blank=True, default="", max_length=500, verbose_name="address of the source"),
                ),
                ("levels", models.JSONField(blank=True, default=list, verbose_name="levels")),
                ("mean_allowed", models.BooleanField(default=False, verbose_name="levels may be averaged")),
                ("overlap_on", models.DateField(blank=True, null=True, verbose_name="when the overlap was found")),
                (
                    "overlap_rate",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True, verbose_name="overlap"),
                ),
                (
                    "overlap_source",
                    models.CharField(blank=True, max_length=500, verbose_name="where the overlap is known from"),
                ),
                ("breakdown_spans", models.JSONField(blank=True, default=dict, verbose_name="split from and until")),
                ("limit_is_hard", models.BooleanField(default=False, verbose_name="nothing beyond is accepted")),
                (
                    "limit_max",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=24, null=True, verbose_name="largest that is expected"
                    ),
                ),
                (
                    "limit_min",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=24, null=True, verbose_name="smallest that is expected"
                    ),
                ),
                ("counts_people", models.BooleanField(default=True, verbose_name="its numbers are people")),
                ("allows_negative", models.BooleanField(default=False, verbose_name="figures may be below zero")),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="indicator_slug_once",
                        violation_error_message="Another indicator has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lock_day__gte", models.F("due_day"))),
                        name="indicator_locks_after_due",
                        violation_error_message="It locks before it is due.",
                    ),
                ],
            },
        ),
        TenantTable("Indicator"),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("value", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("numerator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("denominator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "band",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="may slip by, in percent",
                    ),
                ),
                (
                    "grain",
                    models.CharField(
                        blank=True,
                        choices=[("quarter", "for a quarter"), ("year", "for a year")],
                        default="",
                        max_length=7,
                        verbose_name="for how long",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="backbone.partner",
                    ),
                ),
            ],
            options={
                "ordering": ["period", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "indicator", "partner", "grain", "period"),
                        name="target_once_per_span",
                        nulls_distinct=False,
                        violation_error_message="This month has a target already.",
                    )
                ],
            },
        ),
        TenantTable("Target"),
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
        TenantTable("ValidationRule"),
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
        TenantTable("FollowUp"),
        migrations.CreateModel(
            name="CommunityFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True, verbose_name="value"),
                ),
                ("published_on", models.DateField(verbose_name="published on")),
                ("note", models.CharField(blank=True, default="", max_length=2000, verbose_name="note")),
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
                        related_name="community_figures",
                        to="measures.indicator",
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
                        fields=["tenant", "indicator", "period", "category", "published_on", "at"],
                        name="community_by_vintage",
                    )
                ],
            },
        ),
        TenantTable("CommunityFigure"),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[("funders", "Funders"), ("public", "The public")], max_length=10, verbose_name="who"
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "given_by",
                    backbone.models.owned.TenantForeignKey(
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
                        related_name="consents",
                        to="measures.indicator",
                    ),
                ),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "initiative", "audience"], name="consent_by_initiative")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("tenant", "partner", "indicator", "audience"),
                        name="consent_stands_once",
                    )
                ],
            },
        ),
        TenantTable("Consent"),
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
                "indexes": [
                    models.Index(fields=["tenant", "indicator", "period", "partner"], name="correction_of_line"),
                    models.Index(fields=["tenant", "initiative", "at"], name="correction_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["open", "asked"])),
                        fields=("tenant", "indicator", "period", "partner"),
                        name="correction_open_once",
                    )
                ],
            },
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
                "indexes": [
                    models.Index(fields=["tenant", "initiative", "at"], name="restatement_by_time"),
                    models.Index(fields=["tenant", "indicator", "period", "partner"], name="restatement_of_line"),
                ],
            },
        ),
        TenantTable("Restatement"),
        migrations.CreateModel(
            name="Curve",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pinned", models.JSONField()),
                ("at", models.DateTimeField()),
                ("look_again_on", models.DateField(blank=True, null=True, verbose_name="look again on")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
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
                        related_name="curves",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "indicator", "at"], name="curve_of_indicator")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("tenant", "indicator"),
                        name="curve_open_once",
                    )
                ],
            },
        ),
        TenantTable("Curve"),
        migrations.CreateModel(
            name="CurveStory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=5000, verbose_name="story")),
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
                    "curve",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stories",
                        to="measures.curve",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        TenantTable("CurveStory"),
        migrations.CreateModel(
            name="CurvePartner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=500, verbose_name="part")),
                (
                    "curve",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="measures.curve",
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
                "ordering": ["partner__code", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "curve", "partner"), name="curve_partner_once")
                ],
            },
        ),
        TenantTable("CurvePartner"),
        migrations.CreateModel(
            name="CurveIdea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500, verbose_name="what works")),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("strong", "well proven"),
                            ("promising", "promising: some evidence"),
                            ("own", "our own experience"),
                            ("untested", "untested: worth a try"),
                        ],
                        max_length=10,
                        verbose_name="how well that is known",
                    ),
                ),
                ("source", models.CharField(blank=True, default="", max_length=300, verbose_name="from where")),
                (
                    "curve",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ideas",
                        to="measures.curve",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        TenantTable("CurveIdea"),
        migrations.CreateModel(
            name="CurveAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=500, verbose_name="what")),
                ("due_on", models.DateField(verbose_name="by")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("active", "Under way"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "curve",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="measures.curve",
                    ),
                ),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="curve_actions",
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
                "ordering": ["due_on", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        TenantTable("CurveAction"),
        migrations.CreateModel(
            name="DefinitionVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from the month")),
                ("definition", models.TextField(max_length=5000, verbose_name="how we count it")),
                ("numerator", models.CharField(blank=True, max_length=200, verbose_name="what is on top")),
                ("denominator", models.CharField(blank=True, max_length=200, verbose_name="out of what")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                (
                    "over_time",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("last", "the last month’s ratio"),
                            ("person_time", "numerators over denominators, summed over the months"),
                            ("period_rate", "numerators, summed, over the mean monthly denominator"),
                        ],
                        max_length=20,
                        verbose_name="over time",
                    ),
                ),
                ("is_comparable", models.BooleanField(default=False, verbose_name="comparable with before")),
                (
                    "bridge",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=12, null=True, verbose_name="bridge factor"
                    ),
                ),
                (
                    "bridge_source",
                    models.CharField(blank=True, max_length=500, verbose_name="where the factor is from"),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["starts_on"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "indicator", "starts_on"),
                        name="definition_once_per_period",
                        violation_error_message="Another definition begins with this month.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bridge", None),
                            models.Q(
                                ("bridge__gt", 0),
                                ("is_comparable", False),
                                models.Q(("bridge_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bridge_has_a_source",
                        violation_error_message="A bridge factor needs a source, and a break to lead over.",
                    ),
                ],
            },
        ),
        TenantTable("DefinitionVersion"),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version_on", models.DateField(null=True)),
                ("as_defined", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=2000, verbose_name="how we count it instead")),
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
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attestations",
                        to="measures.indicator",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attestations",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                ("typed_as_defined", models.BooleanField(null=True)),
                ("typed_note", models.CharField(blank=True, default="", max_length=2000)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "indicator", "partner", "version_on"),
                        name="attestation_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        TenantTable("Attestation"),
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
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("version", models.PositiveIntegerField(default=0)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="backbone.partner",
                    ),
                ),
                (
                    "submitted_by",
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
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "initiative", "period", "partner"), name="filing_once")
                ],
            },
        ),
        TenantTable("Filing"),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                ("value", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("numerator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("denominator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("weight", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("is_not_collected", models.BooleanField(default=False)),
                ("new_only", models.BooleanField(default=False)),
                ("as_defined", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("returned", "returned"),
                            ("approved", "approved"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("changed_because", models.CharField(blank=True, default="", max_length=500)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
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
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="backbone.partner",
                    ),
                ),
                (
                    "submitted_by",
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
                (
                    "filing",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="measures.filing",
                    ),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="measures.indicator",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "partner", "period"], name="figure_of_filing"),
                    models.Index(
                        condition=models.Q(("state", "submitted")),
                        fields=["tenant", "partner", "period"],
                        name="figure_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "indicator", "period", "partner", "category"), name="figure_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("denominator", None), ("is_not_collected", True), ("numerator", None), ("value", None)
                            ),
                            models.Q(
                                ("is_not_collected", False),
                                models.Q(
                                    ("value__isnull", False),
                                    ("numerator__isnull", False),
                                    ("denominator__isnull", False),
                                    ("weight__isnull", False),
                                    models.Q(("note", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="figure_says_something",
                    ),
                ],
            },
        ),
        TenantTable("Figure"),
        pgtrigger.migrations.AddTrigger(
            model_name="figure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "measures_figureevent" ("as_defined", "category", "changed_at", "changed_because", "changed_by_id", "denominator", "filing_id", "id", "indicator_id", "is_not_collected", "new_only", "note", "numerator", "partner_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "submitted_by_id", "tenant_id", "value", "weight") SELECT new_values."as_defined", new_values."category", new_values."changed_at", new_values."changed_because", new_values."changed_by_id", new_values."denominator", new_values."filing_id", new_values."id", new_values."indicator_id", new_values."is_not_collected", new_values."new_only", new_values."note", new_values."numerator", new_values."partner_id", new_values."period", NOW(), \'insert\', new_values."id", new_values."state", new_values."submitted_by_id", new_values."tenant_id", new_values."value", new_values."weight" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2ae1e9b8552b338df1fdd0e983175e7819ca7651",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b1a8a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="measures_figure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="figure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "measures_figureevent" ("as_defined", "category", "changed_at", "changed_because", "changed_by_id", "denominator", "filing_id", "id", "indicator_id", "is_not_collected", "new_only", "note", "numerator", "partner_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "submitted_by_id", "tenant_id", "value", "weight") SELECT new_values."as_defined", new_values."category", new_values."changed_at", new_values."changed_because", new_values."changed_by_id", new_values."denominator", new_values."filing_id", new_values."id", new_values."indicator_id", new_values."is_not_collected", new_values."new_only", new_values."note", new_values."numerator", new_values."partner_id", new_values."period", NOW(), \'update\', new_values."id", new_values."state", new_values."submitted_by_id", new_values."tenant_id", new_values."value", new_values."weight" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1999a877d0f6612eedeb5a83f382bc927c9a71a3",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fcd87",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="measures_figure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="figure",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "measures_figureevent" ("as_defined", "category", "changed_at", "changed_because", "changed_by_id", "denominator", "filing_id", "id", "indicator_id", "is_not_collected", "new_only", "note", "numerator", "partner_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "submitted_by_id", "tenant_id", "value", "weight") SELECT old_values."as_defined", old_values."category", old_values."changed_at", old_values."changed_because", old_values."changed_by_id", old_values."denominator", old_values."filing_id", old_values."id", old_values."indicator_id", old_values."is_not_collected", old_values."new_only", old_values."note", old_values."numerator", old_values."partner_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."state", old_values."submitted_by_id", old_values."tenant_id", old_values."value", old_values."weight" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="13d806d3e544d80f97737aa40586f8b6abe8c303",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_70fcf",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="measures_figure",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="FigureEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", models.BigIntegerField()),
                ("period", models.DateField(verbose_name="month")),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                ("value", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("numerator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("denominator", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("weight", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("is_not_collected", models.BooleanField(default=False)),
                ("new_only", models.BooleanField(default=False)),
                ("as_defined", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("returned", "returned"),
                            ("approved", "approved"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("changed_because", models.CharField(blank=True, default="", max_length=500)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="backbone.membership",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="backbone.partner",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="measures.figure",
                    ),
                ),
                (
                    "submitted_by",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="backbone.membership",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+", related_query_name="+")),
                (
                    "filing",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="measures.filing",
                    ),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="measures.indicator",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["tenant", "indicator", "period", "partner", "pgh_created_at"],
                        name="figure_event_by_time",
                    )
                ],
            },
        ),
        TenantTable("FigureEvent"),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("explanation", "explained"),
                            ("return", "returned"),
                            ("answer", "answered"),
                            ("approval", "approved"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.CharField(max_length=2000)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="measures.indicator",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                ("answers", models.JSONField(blank=True, default=list)),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "partner", "period", "indicator"], name="remark_of_line")],
            },
        ),
        TenantTable("Remark"),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("filename", models.CharField(max_length=255)),
                ("content", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("applying", "being applied"),
                            ("applied", "applied"),
                            ("refused", "refused"),
                            ("dropped", "let go"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("outcome", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="backbone.initiative",
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
                "indexes": [models.Index(fields=["tenant", "initiative", "created_at"], name="upload_by_time")],
            },
        ),
        TenantTable("Upload"),
        migrations.CreateModel(
            name="Obligation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="starts on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="obligations",
                        to="measures.indicator",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligations",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "first_partial",
                    models.CharField(
                        choices=[
                            ("expected", "expected"),
                            ("optional", "counts when filed, and is not missing when it is not"),
                        ],
                        default="expected",
                        max_length=10,
                        verbose_name="a first period that began before",
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        blank=True,
                        choices=[("month", "every month"), ("quarter", "every quarter"), ("year", "every year")],
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "indicator", "partner", "starts_on"),
                        name="obligation_once",
                        nulls_distinct=False,
                        violation_error_message="This partner owes this indicator from that day already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True),
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="obligation_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                ],
            },
        ),
        TenantTable("Obligation"),
        migrations.CreateModel(
            name="Excuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField(verbose_name="month")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
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
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="excuses",
                        to="backbone.partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="excuses",
                        to="measures.indicator",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "indicator", "period", "partner"), name="excuse_once")
                ],
            },
        ),
        TenantTable("Excuse"),
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
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "partner", "period"], name="reopening_of_report"),
                    models.Index(fields=["tenant", "initiative", "until"], name="reopening_by_day"),
                ],
            },
        ),
        TenantTable("Reopening"),
        # One that the indexes above make superfluous; every database has it so far, and all are to be alike.
        migrations.RunSQL(
            ["CREATE INDEX measures_reopening_partner_id_tenant_ix ON measures_reopening (tenant_id, partner_id)"],
            migrations.RunSQL.noop,
        ),
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
                "indexes": [models.Index(fields=["tenant", "initiative", "at"], name="lock_request_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("tenant", "partner", "period", "indicator", "initiative"),
                        name="lock_request_open_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        TenantTable("LockRequest"),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.BigIntegerField(default=0)),
                ("grain", models.CharField(max_length=7)),
                ("category", models.CharField(blank=True, default="", max_length=200)),
                ("period", models.DateField()),
                ("value", models.DecimalField(blank=True, decimal_places=24, max_digits=48, null=True)),
                ("numerator", models.DecimalField(blank=True, decimal_places=12, max_digits=48, null=True)),
                ("denominator", models.DecimalField(blank=True, decimal_places=12, max_digits=36, null=True)),
                ("lower", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("upper", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("is_exact", models.BooleanField(default=False)),
                ("parts", models.IntegerField(default=0)),
                ("filed", models.IntegerField(default=0)),
                ("expected", models.IntegerField(default=0)),
                ("excused", models.IntegerField(default=0)),
                ("value_period", models.DateField(null=True)),
                ("as_of", models.DateTimeField()),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rollups",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                ("state", models.CharField(default="", max_length=14)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(condition=models.Q(("state", "")), fields=["tenant"], name="rollup_to_be_removed"),
                    models.Index(fields=["tenant", "indicator", "grain", "period"], name="rollup_by_span"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "scope", "grain", "indicator", "category", "period"), name="rollup_once"
                    )
                ],
            },
        ),
        TenantTable("Rollup"),
        migrations.CreateModel(
            name="StaleMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                ("partner_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="measures.indicator",
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
        TenantTable("StaleMark"),
    ]
