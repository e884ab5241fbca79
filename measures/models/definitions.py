"""How an indicator was counted from when on, and who counts it otherwise."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator
from measures.rules.attested import Word


class DefinitionVersion(TenantOwned):
    """A new definition of an indicator, from a period on. The first one, from the beginning, is the indicator's own.

    Figures bind to the version of their period. Not comparable: what came before and what comes after are never put
    together (`rules.versions`). `bridge` is what an earlier figure is multiplied with to be held against a later one,
    by a source; no stored figure is ever changed by it.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="versions")
    starts_on = models.DateField(_("from the month"))
    definition = models.TextField(_("how we count it"), max_length=5000)
    numerator = models.CharField(_("what is on top"), max_length=200, blank=True)
    denominator = models.CharField(_("out of what"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20)
    over_time = models.CharField(_("over time"), max_length=20, choices=Indicator.OverTime.choices, blank=True)
    is_comparable = models.BooleanField(_("comparable with before"), default=False)
    bridge = models.DecimalField(_("bridge factor"), max_digits=12, decimal_places=6, null=True, blank=True)
    bridge_source = models.CharField(_("where the factor is from"), max_length=500, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="definition_once_per_period",
                fields=["tenant", "indicator", "starts_on"],
                violation_error_message=_("Another definition begins with this month."),
            ),
            models.CheckConstraint(
                name="bridge_has_a_source",
                condition=Q(bridge=None) | (Q(is_comparable=False, bridge__gt=0) & ~Q(bridge_source="")),
                violation_error_message=_("A bridge factor needs a source, and a break to lead over."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator_id} from {self.starts_on}"


class Attestation(TenantOwned):
    """A partner's word how it counts under one version: as defined, or otherwise, and how.

    `version_on` is the first month of the version; None of the indicator's first definition. `typed_…` is what stands
    in a draft: the partner's own until it is handed in. `as_defined` is None while nothing else was said.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="attestations")
    partner = TenantForeignKey(Partner, related_name="attestations")
    version_on = models.DateField(null=True)
    as_defined = models.BooleanField(null=True)
    note = models.CharField(_("how we count it instead"), max_length=2000, blank=True)
    typed_as_defined = models.BooleanField(null=True)
    typed_note = models.CharField(max_length=2000, blank=True, default="")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="attestation_once", fields=["tenant", "indicator", "partner", "version_on"], nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.partner_id} on {self.indicator_id}"

    @property
    def said(self) -> Word | None:
        """What was handed in."""
        return None if self.as_defined is None else Word(self.as_defined, self.note)

    @property
    def typed(self) -> Word | None:
        """What a draft says instead."""
        return None if self.typed_as_defined is None else Word(self.typed_as_defined, self.typed_note)
