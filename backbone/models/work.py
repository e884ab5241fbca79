"""What the backbone's own work was, written down by hand; what records tell by themselves is read from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Initiative


class Work(TenantOwned):
    """One piece of the backbone's work under one of the six functions; taken back it stays, with who did so."""

    class Function(models.TextChoices):
        VISION = "vision", _("Guide vision and strategy")
        ACTIVITIES = "activities", _("Support aligned activities")
        MEASUREMENT = "measurement", _("Establish shared measurement")
        PUBLIC_WILL = "public_will", _("Build public will")
        POLICY = "policy", _("Advance policy")
        FUNDING = "funding", _("Mobilize funding")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="work")
    function = models.CharField(_("function"), max_length=12, choices=Function.choices)
    on = models.DateField(_("when"))
    words = models.CharField(_("what was done"), max_length=500)
    url = models.URLField(_("address"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-on", "-id"]
        indexes = [models.Index(name="work_by_day", fields=["tenant", "initiative", "on"])]

    def __str__(self):
        return self.words[:60]
