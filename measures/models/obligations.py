"""Who owes which indicator, and who is let off."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator


class Obligation(TenantOwned):
    """A partner owes an indicator from one day to another, as far as it takes part in the initiative.

    Without a partner: every partner of the initiative. Without dates: for as long as it takes part. What is owed in a
    period follows from dates that overlap it, so that joiners and leavers need no further word.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="obligations")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="obligations")
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="obligation_once",
                fields=["tenant", "indicator", "partner", "starts_on"],
                nulls_distinct=False,
                violation_error_message=_("This partner owes this indicator from that day already."),
            ),
            models.CheckConstraint(
                name="obligation_ends_after_start",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator_id} owed by {self.partner_id or 'all'}"


class Excuse(TenantOwned):
    """A partner need not file an indicator for one period, and why. Filing all the same lifts it."""

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="excuses")
    partner = TenantForeignKey(Partner, related_name="excuses")
    period = models.DateField(_("month"))
    reason = models.CharField(_("reason"), max_length=500)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="excuse_once", fields=["tenant", "indicator", "period", "partner"]),
        ]

    def __str__(self):
        return f"{self.partner_id} excused from {self.indicator_id} for {self.period}"


class Reopening(TenantOwned):
    """One partner may file one closed period again, until a day that belongs to it; nobody else's lock moves."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="reopenings")
    partner = TenantForeignKey(Partner, related_name="reopenings")
    period = models.DateField(_("month"))
    until = models.DateField(_("open until"))
    reason = models.CharField(_("reason"), max_length=500)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="reopening_once", fields=["tenant", "initiative", "period", "partner"]),
        ]

    def __str__(self):
        return f"{self.period} reopened for {self.partner_id} until {self.until}"
