import backbone.models.owned
import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models

from backbone.tenant_tables import TenantTable
from backbone.whole_tables import WholeTables


class Migration(WholeTables):
    initial = True

    dependencies = [
        ("agenda", "0001_squashed_0003_links_since"),
        ("backbone", "0009_restated_as_of"),
        ("measures", "0018_target_category"),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
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
                ("description", models.TextField(blank=True, default="", max_length=4000, verbose_name="what it is")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("ended", "Ended"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="first day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "capacity",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="capacity a year",
                    ),
                ),
                ("capacity_unit", models.CharField(blank=True, default="", max_length=40, verbose_name="of what")),
                ("url", models.URLField(blank=True, default="", max_length=300, verbose_name="web page")),
                ("source", models.CharField(blank=True, default="", max_length=80)),
                ("source_key", models.CharField(blank=True, default="", max_length=200)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="backbone.initiative",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "service_type",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="activities.servicetype",
                        verbose_name="kind of service",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "slug"),
                        name="activity_slug_once",
                        violation_error_message="Another activity has this short name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_key", ""), _negated=True),
                        fields=("tenant", "initiative", "source", "source_key"),
                        name="activity_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("starts_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="activity_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), _negated=True), ("starts_on__isnull", False), _connector="OR"
                        ),
                        name="activity_runs_from_a_day",
                        violation_error_message="Say since when it is active: the first day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity", None), models.Q(("capacity_unit", ""), _negated=True), _connector="OR"
                        ),
                        name="activity_capacity_of_something",
                        violation_error_message="Say what the capacity is counted in, such as “places”.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=200, verbose_name="what is handed on")),
                (
                    "promised_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(3660)],
                        verbose_name="promised within days",
                    ),
                ),
                (
                    "giver",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gives",
                        to="activities.activity",
                        verbose_name="from",
                    ),
                ),
                (
                    "taker",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="takes",
                        to="activities.activity",
                        verbose_name="to",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "taker"], name="hand_off_taken")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "giver", "taker"),
                        name="hand_off_once",
                        violation_error_message="There is a hand-off from the one to the other already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("taker")), _negated=True),
                        name="hand_off_between_two",
                        violation_error_message="A hand-off leads from one activity to another, not back to itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_on", models.DateField(verbose_name="asked for on")),
                ("came_on", models.DateField(blank=True, null=True, verbose_name="came on")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="note")),
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
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "hand_off",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="activities.handoff",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "hand_off", "asked_on"], name="delivery_of_hand_off")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("came_on", None), ("came_on__gte", models.F("asked_on")), _connector="OR"),
                        name="delivery_came_after_asking",
                        violation_error_message="It came before it was asked for.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="step")),
                ("due_on", models.DateField(verbose_name="by when")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="activities.activity",
                    ),
                ),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                        verbose_name="who sees to it",
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
                        verbose_name="partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["due_on", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "activity", "title"),
                        name="milestone_once",
                        violation_error_message="There is a step of this name already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_retired", models.BooleanField(default=False, verbose_name="no longer offered")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "within",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="activities.place",
                        verbose_name="lies in",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"),
                        name="place_slug_once",
                        violation_error_message="Another place has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("within", None), models.Q(("within", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="place_not_within_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "share",
                    models.DecimalField(decimal_places=6, default=Decimal("1"), max_digits=7, verbose_name="share"),
                ),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="activities.activity",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "place",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="activities.place",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "place"], name="activity_of_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "activity", "place"), name="activity_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="activity_place_share"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Population",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_retired", models.BooleanField(default=False, verbose_name="no longer offered")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["position", "name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"),
                        name="population_slug_once",
                        violation_error_message="Another population has this short name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="needed a year",
                    ),
                ),
                ("unit", models.CharField(max_length=40, verbose_name="of what")),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                ("source_url", models.URLField(blank=True, default="", max_length=300, verbose_name="its web page")),
                ("as_of", models.DateField(verbose_name="as of")),
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
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needs",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "strategy",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needs",
                        to="agenda.strategy",
                        verbose_name="strategy",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "place",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="activities.place",
                        verbose_name="place",
                    ),
                ),
                (
                    "population",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="activities.population",
                        verbose_name="population",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "initiative", "strategy", "population", "place", "as_of"),
                        name="need_once",
                        violation_error_message="There is a need as of that day already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True), models.Q(("unit", ""), _negated=True)
                        ),
                        name="need_from_a_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coordination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="why it is wanted")),
                ("since", models.DateField()),
                ("expires_on", models.DateField(verbose_name="until")),
                ("ended_on", models.DateField(blank=True, null=True)),
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
                    "initiative",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coordinations",
                        to="backbone.initiative",
                    ),
                ),
                (
                    "strategy",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agenda.strategy",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "place",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="activities.place",
                    ),
                ),
                (
                    "population",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="activities.population",
                    ),
                ),
            ],
            options={
                "ordering": ["-since", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("tenant", "initiative", "strategy", "population", "place"),
                        name="coordination_once",
                        violation_error_message="This overlap is marked as wanted already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="coordination_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gt", models.F("since"))), name="coordination_lapses"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityPopulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "share",
                    models.DecimalField(decimal_places=6, default=Decimal("1"), max_digits=7, verbose_name="share"),
                ),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="populations",
                        to="activities.activity",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "population",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="activities.population",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "population"], name="activity_of_population")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "activity", "population"), name="activity_population_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="activity_population_share"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceType",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_retired", models.BooleanField(default=False, verbose_name="no longer offered")),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
                (
                    "under",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="types",
                        to="activities.servicetype",
                        verbose_name="under",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "name", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"),
                        name="service_type_slug_once",
                        violation_error_message="Another kind of service has this short name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("under", None), models.Q(("under", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="service_type_not_under_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityIndicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="activities.activity",
                    ),
                ),
                (
                    "indicator",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="measures.indicator",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "indicator"], name="activity_of_indicator")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "activity", "indicator"), name="activity_indicator_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityStrategy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "share",
                    models.DecimalField(decimal_places=6, default=Decimal("1"), max_digits=7, verbose_name="share"),
                ),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="strategies",
                        to="activities.activity",
                    ),
                ),
                (
                    "strategy",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="agenda.strategy",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "strategy"], name="activity_of_strategy")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "activity", "strategy"), name="activity_strategy_once"),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="activity_strategy_share"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("leads", "leads"), ("delivers", "co-delivers"), ("refers", "refers people to it")],
                        default="delivers",
                        max_length=10,
                        verbose_name="part",
                    ),
                ),
                ("promise", models.CharField(blank=True, default="", max_length=300, verbose_name="what it promises")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commitments",
                        to="activities.activity",
                    ),
                ),
                (
                    "owner",
                    backbone.models.owned.TenantForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="backbone.membership",
                        verbose_name="who sees to it",
                    ),
                ),
                (
                    "partner",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="backbone.partner",
                        verbose_name="partner",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "partner"], name="commitment_of_partner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "activity", "partner"),
                        name="commitment_once",
                        violation_error_message="This partner has a part in it already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("part", "leads")),
                        fields=("tenant", "activity"),
                        name="activity_led_by_one",
                        violation_error_message="Another partner leads it already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Funding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("funder", models.CharField(max_length=200, verbose_name="funder")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=16,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="amount",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "activity",
                    backbone.models.owned.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fundings",
                        to="activities.activity",
                    ),
                ),
                ("tenant", backbone.models.owned.OwnerKey(editable=False, related_name="+")),
            ],
            options={
                "ordering": ["funder", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "activity", "funder", "starts_on"),
                        name="funding_once",
                        nulls_distinct=False,
                        violation_error_message="This funder’s money from that day on is there already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("starts_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="funding_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                ],
            },
        ),
        TenantTable("ServiceType"),
        TenantTable("Population"),
        TenantTable("Place"),
        TenantTable("Activity"),
        TenantTable("Commitment"),
        TenantTable("Milestone"),
        TenantTable("ActivityStrategy"),
        TenantTable("ActivityPopulation"),
        TenantTable("ActivityPlace"),
        TenantTable("ActivityIndicator"),
        TenantTable("Funding"),
        TenantTable("HandOff"),
        TenantTable("Delivery"),
        TenantTable("Need"),
        TenantTable("Coordination"),
    ]
