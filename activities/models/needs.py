"""What is needed, where and by whom, with its source; and overlaps that partners want."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models.words import Place, Population
from agenda.models import Strategy
from backbone.models import Initiative, Membership, TenantForeignKey, TenantOwned


class Need(TenantOwned):
    """How much of a strategy one population of one place needs a year, from a source, as of a day. A later one takes the
    place of an earlier one from its day on; no row means that nobody knows, which is not the same as no need."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="needs")
    strategy = TenantForeignKey(Strategy, models.CASCADE, related_name="needs", verbose_name=_("strategy"))
    population = TenantForeignKey(Population, related_name="needs", verbose_name=_("population"))
    place = TenantForeignKey(Place, related_name="needs", verbose_name=_("place"))
    amount = models.DecimalField(
        _("needed a year"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    unit = models.CharField(_("of what"), max_length=40)
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("its web page"), max_length=300, blank=True, default="")
    as_of = models.DateField(_("as of"))
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="need_once",
                fields=["tenant", "initiative", "strategy", "population", "place", "as_of"],
                violation_error_message=_("There is a need as of that day already."),
            ),
            models.CheckConstraint(name="need_from_a_source", condition=~Q(source="") & ~Q(unit="")),
        ]

    def __str__(self):
        return f"{self.amount} {self.unit}"


class Coordination(TenantOwned):
    """An overlap that partners agreed on, with the reason. It lapses on `expires_on`, a year later at the most, so that
    somebody looks again; one that was ended earlier stays, with the day."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="coordinations")
    strategy = TenantForeignKey(Strategy, models.CASCADE, related_name="+")
    population = TenantForeignKey(Population, related_name="+")
    place = TenantForeignKey(Place, related_name="+")
    reason = models.CharField(_("why it is wanted"), max_length=500)
    since = models.DateField()
    expires_on = models.DateField(_("until"))
    ended_on = models.DateField(null=True, blank=True)
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="coordination_once",
                fields=["tenant", "initiative", "strategy", "population", "place"],
                condition=Q(ended_on=None),
                violation_error_message=_("This overlap is marked as wanted already."),
            ),
            models.CheckConstraint(name="coordination_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="coordination_lapses", condition=Q(expires_on__gt=F("since"))),
        ]

    def __str__(self):
        return self.reason[:60]
