"""Who leads what, and whose voice is expected: stewards of the conditions, partners of a strategy, seats of a population."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.models.tree import Strategy
from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned


class Steward(TenantOwned):
    """The person who leads one of the five conditions, from any member organization; one who stopped stays, with the day."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="stewards")
    condition = models.CharField(_("condition"), max_length=12)
    member = TenantForeignKey(Membership, related_name="stewardships", verbose_name=_("who"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="steward_once", fields=["tenant", "initiative", "condition"], condition=Q(until=None)
            )
        ]

    def __str__(self):
        return f"{self.condition} {self.member_id}"


class StrategyPartner(TenantOwned):
    """An organization that is expected wherever a strategy is counted, discussed or decided."""

    strategy = TenantForeignKey(Strategy, models.CASCADE, related_name="partners")
    partner = TenantForeignKey(Partner, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="strategy_partner_once", fields=["tenant", "strategy", "partner"])]

    def __str__(self):
        return f"{self.strategy_id} {self.partner_id}"


class Seat(TenantOwned):
    """A seat for those whom it is about: who they are, and the person or organization that sits there, or nobody yet."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="seats")
    voice = models.CharField(_("whose voice"), max_length=120)
    is_lived = models.BooleanField(_("speaks from own experience"), default=True)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", verbose_name=_("organization"))
    member = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("person"))

    class Meta(TenantOwned.Meta):
        ordering = ["voice", "id"]
        constraints = [
            models.UniqueConstraint(
                name="seat_once",
                fields=["tenant", "initiative", "voice"],
                violation_error_message=_("There is a seat for this voice already."),
            )
        ]

    def __str__(self):
        return self.voice
