"""How often a person wants to hear of what, and when not."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, TenantForeignKey, TenantOwned


class Cadence(TenantOwned):
    """A person's wish for one kind of news; no row: weekly, at 8 in the morning of their time zone."""

    class Often(models.TextChoices):
        DAILY = "daily", _("daily")
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        OFF = "off", _("not at all")

    member = TenantForeignKey(Membership, models.CASCADE, related_name="cadences")
    kind = models.CharField(max_length=20)
    often = models.CharField(_("how often"), max_length=10, choices=Often.choices, default=Often.WEEKLY)
    hour = models.PositiveSmallIntegerField(_("at what hour"), default=8, validators=[MaxValueValidator(23)])

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="cadence_once", fields=["tenant", "member", "kind"])]

    def __str__(self):
        return f"{self.kind} {self.often}"


class Away(TenantOwned):
    """Days on which a person gets no routine mail; `deputy` gets the reminders of their organization instead."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="away")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    deputy = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("in their place"))

    class Meta(TenantOwned.Meta):
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="away_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            )
        ]

    def __str__(self):
        return f"{self.starts_on} to {self.ends_on}"
