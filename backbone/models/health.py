"""The health of the conditions as it stood on a day, and the early signals that a partner may be drifting away."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Initiative, Partner


class HealthSnapshot(TenantOwned):
    """Every check of the five conditions as it stood at an instant, one for each day on the tenant's calendar.

    `body` is `{"agenda": [{"slug", "value", "url", "label": {"en": …}, "words": {"en": …}}]}`, a value a text of 0 to 1
    or null; a later one of the same day replaces it.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="health")
    on = models.DateField()
    as_of = models.DateTimeField()
    body = models.JSONField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="health_once_a_day", fields=["tenant", "initiative", "on"])]

    def __str__(self):
        return f"health on {self.on}"


class Signal(TenantOwned):
    """Whether one partner still holds together with the others (`rules.holding`), as it was last worked out.

    `parts` are the components with what they are made of: `{"filings": {"value": "0.667", "wrong": 2, "of": 3, "before": 0,
    "of_before": 9}}`. For the backbone's eyes alone.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="signals")
    partner = TenantForeignKey(Partner, models.CASCADE, related_name="signals")
    as_of = models.DateTimeField()
    score = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    parts = models.JSONField(default=dict)
    is_raised = models.BooleanField(default=False)
    raised_on = models.DateField(null=True, blank=True)
    snoozed_until = models.DateField(_("quiet until"), null=True, blank=True)
    snoozed_because = models.CharField(_("why"), max_length=500, blank=True, default="")
    snoozed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="signal_once", fields=["tenant", "initiative", "partner"])]
        indexes = [
            models.Index(name="signal_raised", fields=["tenant", "initiative"], condition=Q(is_raised=True)),
        ]

    def __str__(self):
        return f"{self.partner_id}: {self.score}"


class Call(TenantOwned):
    """Somebody of the backbone spoke with a partner, and what came of it. It stays as it was written."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="calls")
    partner = TenantForeignKey(Partner, models.CASCADE, related_name="calls")
    on = models.DateField(_("when"))
    words = models.CharField(_("what was said"), max_length=2000)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-on", "-id"]
        indexes = [models.Index(name="call_of_partner", fields=["tenant", "initiative", "partner"])]
        triggers = [pgtrigger.Protect(name="call_stays", operation=pgtrigger.Update)]

    def __str__(self):
        return self.words[:60]
