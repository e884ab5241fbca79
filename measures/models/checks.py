"""What is checked beyond a single figure: rules over several lines, and figures that somebody wants to come back to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule
from measures.models.indicators import Indicator


class ValidationRule(TenantOwned):
    """How lines of the same partner and period hang together: `left operator right`. See `rules.crossing`."""

    class Operator(models.TextChoices):
        AT_MOST = "<=", _("is at most")
        LESS = "<", _("is less than")
        EQUAL = "=", _("is equal to")
        AT_LEAST = ">=", _("is at least")
        MORE = ">", _("is more than")

    class Severity(models.TextChoices):
        HARD = "hard", _("must hold: blocks the report")
        SOFT = "soft", _("should hold: asks for a word")

    class Importance(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    class Missing(models.TextChoices):
        NEVER_SKIP = "never_skip", _("say that it could not be checked")
        SKIP_IF_ALL = "skip_if_all", _("skip it if all of them are missing")
        SKIP_IF_ANY = "skip_if_any", _("skip it if any of them is missing")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="validation_rules")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    left = models.CharField(_("left side"), max_length=500)
    operator = models.CharField(_("has to be"), max_length=2, choices=Operator.choices, default=Operator.AT_MOST)
    right = models.CharField(_("right side"), max_length=500)
    severity = models.CharField(_("when it does not hold"), max_length=4, choices=Severity.choices)
    importance = models.CharField(_("importance"), max_length=6, choices=Importance.choices, default=Importance.MEDIUM)
    missing = models.CharField(
        _("when something is missing"), max_length=11, choices=Missing.choices, default=Missing.NEVER_SKIP
    )
    message = models.CharField(_("in words"), max_length=500)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="validation_rule_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another rule has this short name."),
            )
        ]

    def __str__(self):
        return self.slug


class FollowUp(TenantOwned):
    """A figure that a reviewer wants to come back to. Cleared, it is gone; the record of changes keeps both."""

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="follow_ups")
    partner = TenantForeignKey(Partner, related_name="follow_ups")
    period = models.DateField(_("month"))
    why = models.CharField(_("why"), max_length=500, blank=True)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="follow_up_once", fields=["tenant", "indicator", "period", "partner"]),
        ]

    def __str__(self):
        return f"{self.indicator_id} of {self.partner_id} for {self.period}"
