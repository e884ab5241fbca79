"""Hand-offs: what one activity waits for from another, how long that was promised to take, and how long it takes."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models.register import Activity
from backbone.models import Membership, TenantForeignKey, TenantOwned

LONGEST = 3660  # days: ten years


class HandOff(TenantOwned):
    """`giver` hands something on to `taker`, promised within `promised_days`."""

    giver = TenantForeignKey(Activity, models.CASCADE, related_name="gives", verbose_name=_("from"))
    taker = TenantForeignKey(Activity, models.CASCADE, related_name="takes", verbose_name=_("to"))
    what = models.CharField(_("what is handed on"), max_length=200)
    promised_days = models.PositiveSmallIntegerField(
        _("promised within days"), null=True, blank=True, validators=[MaxValueValidator(LONGEST)]
    )

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="hand_off_once",
                fields=["tenant", "giver", "taker"],
                violation_error_message=_("There is a hand-off from the one to the other already."),
            ),
            models.CheckConstraint(
                name="hand_off_between_two",
                condition=~Q(giver=F("taker")),
                violation_error_message=_("A hand-off leads from one activity to another, not back to itself."),
            ),
        ]
        indexes = [models.Index(name="hand_off_taken", fields=["tenant", "taker"])]

    def __str__(self):
        return self.what


class Delivery(TenantOwned):
    """One time that something was asked for through a hand-off, and when it came; None: it is being waited for."""

    hand_off = TenantForeignKey(HandOff, models.CASCADE, related_name="deliveries")
    asked_on = models.DateField(_("asked for on"))
    came_on = models.DateField(_("came on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["-asked_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="delivery_came_after_asking",
                condition=Q(came_on=None) | Q(came_on__gte=F("asked_on")),
                violation_error_message=_("It came before it was asked for."),
            )
        ]
        indexes = [models.Index(name="delivery_of_hand_off", fields=["tenant", "hand_off", "asked_on"])]

    def __str__(self):
        return f"{self.asked_on}"
