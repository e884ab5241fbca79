"""What a source outside publishes about the whole community; staff write it down, and partners never owe it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, TenantForeignKey, TenantOwned
from measures.models.indicators import AMOUNT, Indicator


class CommunityFigure(TenantOwned):
    """One number as its source published it on one day, its vintage. Append-only.

    The latest vintage of a period is the current one; of two words about the same vintage the later one counts. So any
    instant can be asked what was known then. No value means that the source took it back, or never published it.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="community_figures")
    period = models.DateField(_("month"))
    category = models.CharField(max_length=200, blank=True, default="")
    value = models.DecimalField(_("value"), **AMOUNT)
    published_on = models.DateField(_("published on"))
    note = models.CharField(_("note"), max_length=2000, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(
                name="community_by_vintage", fields=["tenant", "indicator", "period", "category", "published_on", "at"]
            )
        ]

    def __str__(self):
        return f"{self.indicator_id} for {self.period}, published {self.published_on}"
