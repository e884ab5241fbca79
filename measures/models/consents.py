"""Which partners let others see their own figures, of which indicator, and whom."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Audience, Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator


class Consent(TenantOwned):
    """A partner's word that one audience may see its own row of one indicator; taken back it stays, with its end.

    It holds for what is published while it stands: a publication that is out is not altered.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="consents")
    partner = TenantForeignKey(Partner, related_name="consents")
    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="consents")
    audience = models.CharField(_("who"), max_length=10, choices=Audience.choices)
    given_by = TenantForeignKey(Membership, null=True, related_name="+")  # None: at its operator's command
    given_at = models.DateTimeField()
    ended_by = TenantForeignKey(Membership, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="consent_stands_once",
                fields=["tenant", "partner", "indicator", "audience"],
                condition=Q(ended_at=None),
            )
        ]
        indexes = [models.Index(name="consent_by_initiative", fields=["tenant", "initiative", "audience"])]

    def __str__(self):
        return f"{self.partner_id} to {self.audience} on {self.indicator_id}"
