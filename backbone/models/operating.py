"""The platform's operators as a tenant's visitors: let in by an admin, for a while, to look."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership


class OperatorAccess(TenantOwned):
    """A time box in which an operator may look at a tenant; asked for, and then granted or declined, or granted unasked.

    `member` is the operator's own row here, empty where any of the platform's operators may come. It is in force between
    `granted_at` and the earlier of `expires_at` and `ended_at`; ended without being granted, it was declined.
    """

    HOURS_AT_MOST = 168

    member = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300)
    hours = models.PositiveSmallIntegerField(
        _("for how many hours"), default=4, validators=[MinValueValidator(1), MaxValueValidator(HOURS_AT_MOST)]
    )
    asked_at = models.DateTimeField()
    granted_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="operator_access_is_boxed",
                condition=Q(granted_at__isnull=True, expires_at__isnull=True, granted_by__isnull=True)
                | Q(granted_by__isnull=False, expires_at__gt=F("granted_at")),
            )
        ]

    def __str__(self):
        return self.reason

    def state_at(self, now: datetime) -> str:
        """One of "waiting", "declined", "open", "ended" before its time, or "expired"."""
        if self.granted_at is None:
            return "waiting" if self.ended_at is None else "declined"
        if self.ended_at is not None:
            return "ended"
        return "open" if self.expires_at is not None and self.expires_at > now else "expired"
