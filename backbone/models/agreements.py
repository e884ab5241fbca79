"""Agreements with a partner, such as a memorandum of understanding, with the signed file."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Partner


class Agreement(TenantOwned):
    """From when to when something was agreed with a partner. The file lies in the tenant's own rows: `content` is its bytes,
    `media_type` what they were found to be, whatever the file was called."""

    partner = TenantForeignKey(Partner, models.CASCADE, related_name="agreements")
    title = models.CharField(_("what was agreed"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    filename = models.CharField(max_length=255, blank=True, default="")
    media_type = models.CharField(max_length=100, blank=True, default="")
    content = models.BinaryField(null=True)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            )
        ]

    def __str__(self):
        return self.title
