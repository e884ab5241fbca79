"""Joint work that several partners file: how much of their figures is the same people or the same event."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import AMOUNT, Indicator


class SharedCount(TenantOwned):
    """One piece of joint work in one period of one indicator, that stands in the figure of each partner with a credit.

    The whole initiative counts it once, each partner's own figure keeps it. `about` names the row it comes from
    ("activities.activity:7"), `title` what it is called. One that was taken apart again is gone; the changes tell of it.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="shared_counts")
    period = models.DateField(_("month"))
    title = models.CharField(_("what was done together"), max_length=200)
    about = models.CharField(max_length=80, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-period", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="shared_count_once",
                fields=["tenant", "indicator", "period", "about"],
                condition=~Q(about=""),
                violation_error_message=_("This joint work is counted once in that period already."),
            )
        ]
        indexes = [models.Index(name="shared_count_of_span", fields=["tenant", "indicator", "period"])]

    def __str__(self):
        return self.title


class SharedAmount(TenantOwned):
    """How much of the figures it is: in the total ("") or in one category."""

    shared = TenantForeignKey(SharedCount, models.CASCADE, related_name="amounts")
    category = models.CharField(max_length=200, blank=True, default="")
    value = models.DecimalField(**AMOUNT)
    numerator = models.DecimalField(**AMOUNT)
    denominator = models.DecimalField(**AMOUNT)

    class Meta(TenantOwned.Meta):
        ordering = ["category"]
        constraints = [
            models.UniqueConstraint(name="shared_amount_once", fields=["tenant", "shared", "category"]),
            models.CheckConstraint(
                name="shared_amount_whole",
                condition=Q(value__gte=0, numerator=None, denominator=None)
                | Q(value=None, numerator__gte=0, denominator__gte=0),
            ),
        ]

    def __str__(self):
        return self.category or "total"


class SharedCredit(TenantOwned):
    """A partner in whose figure it stands."""

    shared = TenantForeignKey(SharedCount, models.CASCADE, related_name="credits")
    partner = TenantForeignKey(Partner, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["partner__code"]
        constraints = [models.UniqueConstraint(name="shared_credit_once", fields=["tenant", "shared", "partner"])]

    def __str__(self):
        return f"{self.partner_id} in {self.shared_id}"
