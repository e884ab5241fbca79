"""Figures combined over partners and months, always with their coverage; and the marks of what is out of date."""

from django.db import models

from backbone.models import TenantForeignKey, TenantOwned
from measures.models.indicators import AMOUNT, Indicator

WHOLE_INITIATIVE = 0

# A rate over the mean monthly denominator keeps that mean to 12 places, as the rules round it; a sum of averages by their
# weights has the decimals of both.
MEAN = AMOUNT | {"max_digits": 36, "decimal_places": 12}
PRODUCT = AMOUNT | {"max_digits": 48, "decimal_places": 12}

# A computed value keeps 24 places, as `rules.formula` rounds it; one that is a mean has 18.
COMPUTED = AMOUNT | {"max_digits": 48, "decimal_places": 24}


class Rollup(TenantOwned):
    """One combined figure. Written only by the SQL of `services.rollups`; read with a raw cursor.

    `scope` is 0 for the whole initiative, or a partner's id for that partner's own quarters and years; `period` the
    first month of the grain. A rate keeps its sums and is divided when shown. `parts` counts the values inside, which
    can be more than `filed`: a partner is filed in a quarter only when all its obligated months are.

    Formulas and indexes are computed from the rows of their inputs and stand here beside them; a community indicator's
    rows are what its source published. The counts of partners at each level of a scale stand beside its total, as the
    category `level:<slug>`.

    A row stands only where somebody's figure counts. Where nobody's does there is nothing to combine;
    `selectors.series` then says who was expected.
    """

    scope = models.BigIntegerField(default=WHOLE_INITIATIVE)
    grain = models.CharField(max_length=7)
    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="rollups")
    category = models.CharField(max_length=200, blank=True, default="")
    period = models.DateField()
    value = models.DecimalField(**COMPUTED)
    numerator = models.DecimalField(**PRODUCT)
    denominator = models.DecimalField(**MEAN)
    lower = models.DecimalField(**AMOUNT)
    upper = models.DecimalField(**AMOUNT)
    is_exact = models.BooleanField(default=False)  # unduplicated: lower and upper are one number, and it is known
    parts = models.IntegerField(default=0)
    filed = models.IntegerField(default=0)
    expected = models.IntegerField(default=0)
    excused = models.IntegerField(default=0)
    value_period = models.DateField(null=True)  # a stock that was carried forward: the oldest month inside
    state = models.CharField(max_length=14, default="")  # rules.coverage.State; "" only while a recompute runs
    as_of = models.DateTimeField()  # since when it reads like this: a recompute that finds the same leaves it alone

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="rollup_once", fields=["tenant", "scope", "grain", "indicator", "category", "period"]
            )
        ]
        indexes = [
            # Everybody's rows of a span, one after the other; and one of them without reading the others.
            models.Index(name="rollup_by_span", fields=["tenant", "indicator", "grain", "period", "scope"]),
            models.Index(name="rollup_to_be_removed", fields=["tenant"], condition=models.Q(state="")),
        ]

    def __str__(self):
        return f"{self.indicator_id} {self.grain} {self.period}"


class StaleMark(TenantOwned):
    """A month of an indicator whose roll-ups must be recomputed. Append-only; deleted by exact id when done.

    Not unique on purpose: with a unique key a filing that meets a mark which a worker is about to delete would
    leave no mark of its own, and would never be rolled up.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="+")
    period = models.DateField()
    partner_id = models.BigIntegerField(null=True)  # None: every partner's
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self):
        return f"{self.indicator_id} {self.period}"
