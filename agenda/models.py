"""The common agenda: a vision, the outcomes that would make it true, and the strategies towards each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule


class Agenda(TenantOwned):
    """What an initiative wants, in its own words."""

    initiative = TenantForeignKey(Initiative, related_name="agendas")
    vision = models.TextField(_("vision"), blank=True, max_length=5000)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="agenda_once", fields=["tenant", "initiative"])]

    def __str__(self):
        return self.vision[:60]


class Outcome(TenantOwned):
    """A change that people would notice."""

    initiative = TenantForeignKey(Initiative, related_name="outcomes")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="outcome_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another outcome has this short name."),
            )
        ]

    def __str__(self):
        return self.title


class Strategy(TenantOwned):
    """A way towards an outcome."""

    outcome = TenantForeignKey(Outcome, models.CASCADE, related_name="strategies")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="strategy_slug_once",
                fields=["tenant", "outcome", "slug"],
                violation_error_message=_("Another strategy of this outcome has this short name."),
            )
        ]

    def __str__(self):
        return self.title
