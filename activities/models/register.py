"""The register: joint work under the strategies, who takes which part in it, its steps and its money."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models.words import Place, Population, ServiceType
from agenda.models import Strategy
from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule
from measures.models import Indicator

not_negative = MinValueValidator(Decimal(0))


class Activity(TenantOwned):
    """Something that one or several partners do. It runs on a day when its status says so and the day is within its
    dates; no last day means still. `capacity` is how much of `capacity_unit` it offers a year; None: nobody said."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")
        CANCELLED = "cancelled", _("Cancelled")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="activities")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("what it is"), max_length=4000, blank=True, default="")
    service_type = TenantForeignKey(
        ServiceType, null=True, blank=True, related_name="activities", verbose_name=_("kind of service")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    capacity = models.DecimalField(
        _("capacity a year"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[not_negative]
    )
    capacity_unit = models.CharField(_("of what"), max_length=40, blank=True, default="")
    url = models.URLField(_("web page"), max_length=300, blank=True, default="")
    # Where it was read from, so that the next version of the same file finds it again.
    source = models.CharField(max_length=80, blank=True, default="")
    source_key = models.CharField(max_length=200, blank=True, default="")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="activity_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another activity has this short name."),
            ),
            models.UniqueConstraint(
                name="activity_source_once",
                fields=["tenant", "initiative", "source", "source_key"],
                condition=~Q(source_key=""),
            ),
            models.CheckConstraint(
                name="activity_ends_after_start",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            ),
            models.CheckConstraint(
                name="activity_runs_from_a_day",
                condition=~Q(status="active") | Q(starts_on__isnull=False),
                violation_error_message=_("Say since when it is active: the first day."),
            ),
            models.CheckConstraint(
                name="activity_capacity_of_something",
                condition=Q(capacity=None) | ~Q(capacity_unit=""),
                violation_error_message=_("Say what the capacity is counted in, such as “places”."),
            ),
        ]

    def __str__(self):
        return self.name


class Commitment(TenantOwned):
    """One partner's part in an activity, and what it promised for it; one partner leads at the most."""

    class Part(models.TextChoices):
        LEADS = "leads", _("leads")
        DELIVERS = "delivers", _("co-delivers")
        REFERS = "refers", _("refers people to it")

    activity = TenantForeignKey(Activity, models.CASCADE, related_name="commitments")
    partner = TenantForeignKey(Partner, related_name="commitments", verbose_name=_("partner"))
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, default=Part.DELIVERS)
    promise = models.CharField(_("what it promises"), max_length=300, blank=True, default="")
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("who sees to it"))
    due_on = models.DateField(_("by when"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="commitment_once",
                fields=["tenant", "activity", "partner"],
                violation_error_message=_("This partner has a part in it already."),
            ),
            models.UniqueConstraint(
                name="activity_led_by_one",
                fields=["tenant", "activity"],
                condition=Q(part="leads"),
                violation_error_message=_("Another partner leads it already."),
            ),
        ]
        indexes = [models.Index(name="commitment_of_partner", fields=["tenant", "partner"])]

    def __str__(self):
        return f"{self.partner_id} in {self.activity_id}"


class Milestone(TenantOwned):
    """A dated step of an activity, and who sees to it."""

    activity = TenantForeignKey(Activity, models.CASCADE, related_name="milestones")
    title = models.CharField(_("step"), max_length=200)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", verbose_name=_("partner"))
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("who sees to it"))
    due_on = models.DateField(_("by when"))
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="milestone_once",
                fields=["tenant", "activity", "title"],
                violation_error_message=_("There is a step of this name already."),
            )
        ]

    def __str__(self):
        return self.title


class Share(TenantOwned):
    """How much of an activity goes to one tag of it; the shares of an activity over its tags of one sort sum to 1."""

    share = models.DecimalField(_("share"), max_digits=7, decimal_places=6, default=Decimal(1))

    class Meta(TenantOwned.Meta):
        abstract = True


class ActivityStrategy(Share):
    activity = TenantForeignKey(Activity, models.CASCADE, related_name="strategies")
    strategy = TenantForeignKey(Strategy, related_name="activities")

    class Meta(Share.Meta):
        constraints = [
            models.UniqueConstraint(name="activity_strategy_once", fields=["tenant", "activity", "strategy"]),
            models.CheckConstraint(name="activity_strategy_share", condition=Q(share__gt=0, share__lte=1)),
        ]
        indexes = [models.Index(name="activity_of_strategy", fields=["tenant", "strategy"])]

    def __str__(self):
        return f"{self.activity_id} for {self.strategy_id}"


class ActivityPopulation(Share):
    activity = TenantForeignKey(Activity, models.CASCADE, related_name="populations")
    population = TenantForeignKey(Population, related_name="activities")

    class Meta(Share.Meta):
        constraints = [
            models.UniqueConstraint(name="activity_population_once", fields=["tenant", "activity", "population"]),
            models.CheckConstraint(name="activity_population_share", condition=Q(share__gt=0, share__lte=1)),
        ]
        indexes = [models.Index(name="activity_of_population", fields=["tenant", "population"])]

    def __str__(self):
        return f"{self.activity_id} for {self.population_id}"


class ActivityPlace(Share):
    activity = TenantForeignKey(Activity, models.CASCADE, related_name="places")
    place = TenantForeignKey(Place, related_name="activities")

    class Meta(Share.Meta):
        constraints = [
            models.UniqueConstraint(name="activity_place_once", fields=["tenant", "activity", "place"]),
            models.CheckConstraint(name="activity_place_share", condition=Q(share__gt=0, share__lte=1)),
        ]
        indexes = [models.Index(name="activity_of_place", fields=["tenant", "place"])]

    def __str__(self):
        return f"{self.activity_id} in {self.place_id}"


class ActivityIndicator(TenantOwned):
    """An indicator that shows whether an activity works."""

    activity = TenantForeignKey(Activity, models.CASCADE, related_name="indicators")
    indicator = TenantForeignKey(Indicator, related_name="activities")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="activity_indicator_once", fields=["tenant", "activity", "indicator"])
        ]
        indexes = [models.Index(name="activity_of_indicator", fields=["tenant", "indicator"])]

    def __str__(self):
        return f"{self.activity_id} by {self.indicator_id}"


class Funding(TenantOwned):
    """Money for an activity, from one funder and for a span; it is aligned as far as the activity serves a strategy."""

    activity = TenantForeignKey(Activity, models.CASCADE, related_name="fundings")
    funder = models.CharField(_("funder"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, validators=[not_negative])
    currency = models.CharField(_("currency"), max_length=3)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["funder", "id"]
        constraints = [
            models.UniqueConstraint(
                name="funding_once",
                fields=["tenant", "activity", "funder", "starts_on"],
                nulls_distinct=False,
                violation_error_message=_("This funder’s money from that day on is there already."),
            ),
            models.CheckConstraint(
                name="funding_ends_after_start",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.funder}: {self.amount} {self.currency}"
