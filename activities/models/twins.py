"""Two entries that may be one and the same work, and what somebody said about it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models.register import Activity
from backbone.models import Membership, TenantForeignKey, TenantOwned


class Twins(TenantOwned):
    """What was said about two activities that look alike; `one` is the older entry. Without a row nobody has looked."""

    class Verdict(models.TextChoices):
        SAME = "same", _("one and the same work")
        DIFFERENT = "different", _("two different things")

    one = TenantForeignKey(Activity, models.CASCADE, related_name="+")
    other = TenantForeignKey(Activity, models.CASCADE, related_name="+")
    verdict = models.CharField(_("what they are"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("why"), max_length=300, blank=True, default="")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="twins_once", fields=["tenant", "one", "other"]),
            models.CheckConstraint(name="twins_in_order", condition=Q(one__lt=F("other"))),
        ]

    def __str__(self):
        return f"{self.one_id} and {self.other_id}"
