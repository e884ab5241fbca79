"""Where an initiative is on its way, and what shows it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, TenantForeignKey, TenantOwned


class PhaseMove(TenantOwned):
    """Somebody said that the initiative is in a phase (`rules.phases`) from a day on; the newest counts, back is normal."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="phase_moves")
    phase = models.CharField(_("phase"), max_length=20)
    on = models.DateField(_("since"))
    because = models.CharField(_("why"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="phase_move_by_time", fields=["tenant", "initiative", "at"])]
        triggers = [pgtrigger.Protect(name="move_stays", operation=pgtrigger.Update)]

    def __str__(self):
        return self.phase


class PhaseEvidence(TenantOwned):
    """Something that shows that one item of a phase is met: in words, with an address where there is one."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="phase_evidence")
    item = models.CharField(max_length=40)
    words = models.CharField(_("what shows it"), max_length=500)
    url = models.URLField(_("address"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="phase_evidence_of_item", fields=["tenant", "initiative", "item"])]

    def __str__(self):
        return self.words[:60]
