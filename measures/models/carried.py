"""A number that a partner files once, for several initiatives."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator


class FiledOnce(TenantOwned):
    """A partner's word that what it files for `source`, in another initiative, answers `indicator` in this one too.

    It holds for what is filed or corrected while it stands; taken back it stays with its end, and so do the figures that
    came by it. `taken` is the last period that came, `problem` why the last one did not.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="+")
    partner = TenantForeignKey(Partner, related_name="+")
    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="answered_by")
    source = TenantForeignKey(Indicator, models.CASCADE, related_name="answers")
    given_by = TenantForeignKey(Membership, related_name="+")
    given_at = models.DateTimeField()
    ended_by = TenantForeignKey(Membership, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    taken = models.DateField(null=True)
    problem = models.CharField(_("what keeps it"), max_length=500, blank=True, default="")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="filed_once_stands_once", fields=["tenant", "partner", "indicator"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="filed_once_is_of_two", condition=~Q(source=F("indicator"))),
        ]
        indexes = [
            models.Index(name="filed_once_standing", fields=["tenant", "partner", "source"], condition=Q(ended_at=None))
        ]

    def __str__(self):
        return f"{self.source_id} answers {self.indicator_id} for {self.partner_id}"
