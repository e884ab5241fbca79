"""Who owes which indicator, who is let off, and who has more time."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from backbone.tenancy import TenantManager, TenantQuerySet
from measures.models.indicators import Indicator


class Obligation(TenantOwned):
    """A partner owes an indicator from one day to another, as far as it takes part in the initiative.

    Without a partner: every partner of the initiative. Without dates: for as long as it takes part. What is owed in a
    period follows from dates that overlap it (`rules.owed`), so that joiners and leavers need no further word.

    Without a frequency: as often as the indicator asks; a longer one makes a partner file quarters or years instead.
    """

    class FirstPartial(models.TextChoices):
        EXPECTED = "expected", _("expected")
        OPTIONAL = "optional", _("counts when filed, and is not missing when it is not")

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="obligations")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="obligations")
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    frequency = models.CharField(_("how often"), max_length=10, choices=Indicator.Frequency.choices, blank=True)
    first_partial = models.CharField(
        _("a first period that began before"),
        max_length=10,
        choices=FirstPartial.choices,
        default=FirstPartial.EXPECTED,
    )

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


class ReopeningQuerySet(TenantQuerySet):
    def in_force(self, day: date):
        """Those that keep something open on a day at the tenant's."""
        return self.filter(until__gte=day, ended_at=None)


class Reopening(TenantOwned):
    """One partner may file one period, or one line of it, until a day that belongs to it; nobody else's lock moves.

    Granted before the lock it is an extension, after it a reopening. It expires by itself; until then somebody may
    end it. Rows stay, so that the calendar of locks tells who had more time, and why.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="reopenings")
    partner = TenantForeignKey(Partner, related_name="reopenings")
    period = models.DateField(_("month"))
    indicator = TenantForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="+")
    until = models.DateField(_("open until"))
    reason = models.CharField(_("reason"), max_length=500)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(ReopeningQuerySet)()

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(name="reopening_of_report", fields=["tenant", "partner", "period"]),
            models.Index(name="reopening_by_day", fields=["tenant", "initiative", "until"]),
        ]

    def __str__(self):
        return f"{self.period} open for {self.partner_id} until {self.until}"


class LockRequest(TenantOwned):
    """A partner asks for more time for one period, or one line of it: before the lock, or after."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="lock_requests")
    partner = TenantForeignKey(Partner, related_name="+")
    period = models.DateField(_("month"))
    indicator = TenantForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="+")
    wanted_until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    words = models.CharField(max_length=500, blank=True, default="")
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reopening = TenantForeignKey(Reopening, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="lock_request_open_once",
                fields=["tenant", "partner", "period", "indicator", "initiative"],
                condition=Q(state="open"),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(name="lock_request_by_time", fields=["tenant", "initiative", "at"])]

    def __str__(self):
        return f"{self.partner_id} asks for {self.period}"
