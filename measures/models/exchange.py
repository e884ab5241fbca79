"""How other systems call what is here."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator

CODE_LENGTH = 200


class ExternalId(TenantOwned):
    """What another system (`scheme`) calls a partner, an indicator's number or a category of ours.

    One code may stand for several things (a data element that is the denominator of two rates), and several codes may
    stand for one number, which is then their sum.
    """

    class Kind(models.TextChoices):
        PARTNER = "partner", _("partner")
        VALUE = "value", _("value of")
        NUMERATOR = "numerator", _("numerator of")
        DENOMINATOR = "denominator", _("denominator of")
        WEIGHT = "weight", _("weight of")
        DEFINITION = "definition", _("definition of")
        DIMENSION = "dimension", _("breakdown")
        CATEGORY = "category", _("category")
        INITIATIVE = "initiative", _("this initiative")
        REPORTER = "reporter", _("who reports")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="external_ids")
    scheme = models.CharField(_("system"), max_length=50)
    kind = models.CharField(_("stands for"), max_length=12, choices=Kind.choices)
    code = models.CharField(_("their code"), max_length=CODE_LENGTH)
    name = models.CharField(_("their name"), max_length=250, blank=True)
    partner = TenantForeignKey(Partner, models.CASCADE, null=True, blank=True, related_name="external_ids")
    indicator = TenantForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="external_ids")
    category = models.CharField(
        _("category"), max_length=CODE_LENGTH, blank=True
    )  # "age", "age:young", "sex:f+age:young"

    class Meta(TenantOwned.Meta):
        ordering = ["scheme", "kind", "code", "id"]
        constraints = [
            models.UniqueConstraint(
                name="external_id_once",
                fields=["tenant", "initiative", "scheme", "kind", "code", "partner", "indicator", "category"],
                nulls_distinct=False,
                violation_error_message=_("This code stands for that already."),
            ),
            models.CheckConstraint(
                name="external_id_stands_for_one_thing",
                condition=Q(kind="partner", partner__isnull=False, indicator__isnull=True)
                | Q(
                    kind__in=["value", "numerator", "denominator", "weight", "definition"],
                    partner__isnull=True,
                    indicator__isnull=False,
                )
                | Q(
                    kind__in=["dimension", "category", "initiative", "reporter"],
                    partner__isnull=True,
                    indicator__isnull=True,
                ),
                violation_error_message=_("Say what the code stands for."),
            ),
        ]

    def __str__(self):
        return f"{self.scheme} {self.code}"


COMPONENTS = (ExternalId.Kind.VALUE, ExternalId.Kind.NUMERATOR, ExternalId.Kind.DENOMINATOR, ExternalId.Kind.WEIGHT)
