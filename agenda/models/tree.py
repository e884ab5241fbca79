"""The tree of the agenda: population results, outcomes below them, and the strategies towards each."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule


class Outcome(TenantOwned):
    """A change that people would notice: of a whole population (a result), or on the way to one (an outcome).

    Population accountability and performance are kept apart (Results-Based Accountability): no partner's measure is ever
    summed into a result, it contributes to one. `under` is the result that an outcome leads to.
    """

    class Level(models.TextChoices):
        RESULT = "result", _("Result for the population")
        OUTCOME = "outcome", _("Outcome on the way")

    initiative = TenantForeignKey(Initiative, related_name="outcomes")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    title = models.CharField(_("title"), max_length=200)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.RESULT)
    under = TenantForeignKey("agenda.Outcome", null=True, blank=True, related_name="outcomes", verbose_name=_("result"))
    population = models.CharField(_("who"), max_length=200, blank=True, default="")
    place = models.CharField(_("where"), max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="outcome_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another outcome has this short name."),
            ),
            models.CheckConstraint(
                name="outcome_under_a_result",
                condition=Q(under=None) | Q(level="outcome") & ~Q(under=F("id")),
                violation_error_message=_("A result for the population stands at the top, under nothing else."),
            ),
        ]

    def __str__(self):
        return self.title


class Strategy(TenantOwned):
    """A way towards a result or an outcome."""

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
