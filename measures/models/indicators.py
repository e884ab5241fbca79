"""What is measured: indicators, the dimensions they are split by, their targets."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agenda.models import Outcome, Strategy
from backbone.models import Initiative, Partner, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule

# Numbers are numeric(24, 6) everywhere: whole patients and dollars in the trillions, and six decimals for ratios.
AMOUNT = {"max_digits": 24, "decimal_places": 6, "null": True, "blank": True}


class Dimension(TenantOwned):
    """A way to split a figure, such as age. Exclusive: each person is in one category, and they add up."""

    initiative = TenantForeignKey(Initiative, related_name="dimensions")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=200)
    exclusive = models.BooleanField(_("categories exclude each other"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="dimension_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another dimension has this short name."),
            )
        ]

    def __str__(self):
        return self.name


class Category(TenantOwned):
    """One value of a dimension. `unknown` belongs to every dimension and is not stored.

    Its short name never changes; `former_names` keeps the names it had, each with the last day: `{"name": "…", "until":
    "2026-10-05"}`. Retired, it is not offered for periods that begin on `retired_on` or later, and its figures stay;
    `becomes` is the short name of the category under which they may be shown.
    """

    dimension = TenantForeignKey(Dimension, models.CASCADE, related_name="categories")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=200)
    former_names = models.JSONField(default=list, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    becomes = models.CharField(_("becomes"), max_length=50, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="category_slug_once",
                fields=["tenant", "dimension", "slug"],
                violation_error_message=_("Another category of this dimension has this short name."),
            )
        ]

    def __str__(self):
        return self.name


class Indicator(TenantOwned):
    """One thing that is measured the same way by everybody. Its kind fixes how it adds up, and is one of
    `rules.kinds.KINDS`; what depends on the kind is checked by the rules, not here."""

    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")
        MAINTAIN = "maintain", _("stay where it is")
        NONE = "none", _("neither")

    class Frequency(models.TextChoices):
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        YEAR = "year", _("every year")

    class OverTime(models.TextChoices):
        LAST = "last", _("the last month’s ratio")
        PERSON_TIME = "person_time", _("numerators over denominators, summed over the months")
        PERIOD_RATE = "period_rate", _("numerators, summed, over the mean monthly denominator")

    initiative = TenantForeignKey(Initiative, related_name="indicators")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    code = models.CharField(_("code"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=200)
    definition = models.TextField(_("how we count it"), blank=True, max_length=5000)
    outcome = TenantForeignKey(Outcome, null=True, blank=True, related_name="indicators")
    strategy = TenantForeignKey(Strategy, null=True, blank=True, related_name="indicators")
    kind = models.CharField(_("kind"), max_length=20)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    numerator = models.CharField(_("what is on top"), max_length=200, blank=True)
    denominator = models.CharField(_("out of what"), max_length=200, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices, default=Direction.UP)
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices, default=Frequency.MONTH)
    over_time = models.CharField(_("over time"), max_length=20, choices=OverTime.choices, blank=True)
    carry_forward = models.PositiveSmallIntegerField(
        _("months a stock is carried forward"), default=0, validators=[MaxValueValidator(12)]
    )
    is_whole = models.BooleanField(_("whole numbers only"), default=True)
    allows_negative = models.BooleanField(_("figures may be below zero"), default=False)
    counts_people = models.BooleanField(
        _("its numbers are people"),
        default=True,
    )
    breakdowns = ArrayField(models.CharField(max_length=200), verbose_name=_("split by"), default=list, blank=True)
    formula = models.CharField(_("formula"), max_length=500, blank=True, default="")
    components = models.JSONField(_("components"), default=list, blank=True)  # see lines.components_of
    reweight = models.BooleanField(_("weights are rescaled when a component is missing"), default=False)
    source = models.CharField(_("source"), max_length=300, blank=True, default="")
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True, default="")
    # When a breakdown begins or ends, where it is not always there: {"age": {"since": "2026-10", "until": "2027-09"}}.
    breakdown_spans = models.JSONField(_("split from and until"), default=dict, blank=True)
    limit_min = models.DecimalField(_("smallest that is expected"), **AMOUNT)
    limit_max = models.DecimalField(_("largest that is expected"), **AMOUNT)
    limit_is_hard = models.BooleanField(_("nothing beyond is accepted"), default=False)
    due_day = models.PositiveSmallIntegerField(
        _("due on day"), default=10, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    lock_day = models.PositiveSmallIntegerField(
        _("locks on day"), default=20, validators=[MinValueValidator(1), MaxValueValidator(62)]
    )
    levels = models.JSONField(_("levels"), default=list, blank=True)  # of a scale, lowest first: {"slug", "name"}
    mean_allowed = models.BooleanField(_("levels may be averaged"), default=False)
    # What is known of how many people partners have in common; without a rate there is no estimate.
    overlap_rate = models.DecimalField(_("overlap"), max_digits=7, decimal_places=6, null=True, blank=True)
    overlap_source = models.CharField(_("where the overlap is known from"), max_length=500, blank=True)
    overlap_on = models.DateField(_("when the overlap was found"), null=True, blank=True)
    baseline_period = models.DateField(_("baseline month"), null=True, blank=True)
    baseline_value = models.DecimalField(**AMOUNT)
    baseline_numerator = models.DecimalField(**AMOUNT)
    baseline_denominator = models.DecimalField(**AMOUNT)
    judged_from = models.DateField(_("first month in which it can have moved"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    is_owed_unlike: bool | None = None  # whether somebody owes it at another frequency; None until a statement has said

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="indicator_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another indicator has this short name."),
            ),
            models.CheckConstraint(
                name="indicator_locks_after_due",
                condition=Q(lock_day__gte=F("due_day")),
                violation_error_message=_("It locks before it is due."),
            ),
        ]

    def __str__(self):
        return self.name


class Target(TenantOwned):
    """Where an indicator is to be in a span: a value, or a numerator and denominator for a rate.

    `grain` is how long the span is that begins with `period`; empty, one period of the indicator. A `partner` has it as
    its own; without one it is everybody's together. `category` is a part of it (`age:0-4`); empty, the total. `band` is
    how far a level to be maintained may slip, in percent of it; empty, as far as the tenant says.
    """

    class Grain(models.TextChoices):
        QUARTER = "quarter", _("for a quarter")
        YEAR = "year", _("for a year")

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="targets")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="targets")
    grain = models.CharField(_("for how long"), max_length=7, choices=Grain.choices, blank=True, default="")
    period = models.DateField(_("month"))
    category = models.CharField(_("category"), max_length=200, blank=True, default="")
    value = models.DecimalField(**AMOUNT)
    numerator = models.DecimalField(**AMOUNT)
    denominator = models.DecimalField(**AMOUNT)
    band = models.DecimalField(
        _("may slip by, in percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta(TenantOwned.Meta):
        ordering = ["period", "id"]
        constraints = [
            models.UniqueConstraint(
                name="target_once_per_span",
                fields=["tenant", "indicator", "partner", "grain", "period", "category"],
                nulls_distinct=False,
                violation_error_message=_("This month has a target already."),
            )
        ]

    def __str__(self):
        return f"{self.indicator_id} by {self.period}"
