"""Turning the curve: the figure as it stood, the story behind it, who has a part, what works, who does what by when.

The actions of a curve live here until communication keeps actions of its own. The seam is narrow on purpose:
`services.curves` is the only writer, `evidence.due()` the only place that tells people of theirs, and a curve's page
lists whatever any condition attaches to `measures.curve:<id>` (`conditions.attached`) beside its own. So communication
can take over by moving the rows of `CurveAction` to its own table with that as their source, and answering
`attached()`; nothing else knows them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator


class Curve(TenantOwned):
    """One time that a group sat down to turn one indicator's curve. `pinned` is the figure as it stood then, with its
    coverage, its trend and where it led (`measures.pinning`); it never changes.
    """

    indicator = TenantForeignKey(Indicator, models.CASCADE, related_name="curves")
    pinned = models.JSONField()
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="curve_open_once", fields=["tenant", "indicator"], condition=models.Q(closed_at__isnull=True)
            ),
        ]
        indexes = [models.Index(name="curve_of_indicator", fields=["tenant", "indicator", "at"])]

    def __str__(self):
        return f"{self.indicator_id} since {self.at:%Y-%m-%d}"


class CurveStory(TenantOwned):
    """One version of the story behind a curve; the newest counts, and none is ever changed."""

    curve = TenantForeignKey(Curve, models.CASCADE, related_name="stories")
    text = models.TextField(_("story"), max_length=5000)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.text[:60]


class CurvePartner(TenantOwned):
    """A partner with a part to play in turning a curve, and which."""

    curve = TenantForeignKey(Curve, models.CASCADE, related_name="partners")
    partner = TenantForeignKey(Partner, related_name="+")
    part = models.CharField(_("part"), max_length=500)

    class Meta(TenantOwned.Meta):
        ordering = ["partner__code", "id"]
        constraints = [
            models.UniqueConstraint(name="curve_partner_once", fields=["tenant", "curve", "partner"]),
        ]

    def __str__(self):
        return self.part


class CurveIdea(TenantOwned):
    """Something that works, or might, and how well that is known."""

    class Grade(models.TextChoices):
        STRONG = "strong", _("well proven")
        PROMISING = "promising", _("promising: some evidence")
        OWN = "own", _("our own experience")
        UNTESTED = "untested", _("untested: worth a try")

    curve = TenantForeignKey(Curve, models.CASCADE, related_name="ideas")
    text = models.CharField(_("what works"), max_length=500)
    grade = models.CharField(_("how well that is known"), max_length=10, choices=Grade.choices)
    source = models.CharField(_("from where"), max_length=300, blank=True, default="")

    class Meta(TenantOwned.Meta):
        ordering = ["id"]

    def __str__(self):
        return self.text


class CurveAction(TenantOwned):
    """What somebody will do by a day. Without a `partner` it is the backbone organization's own."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACTIVE = "active", _("Under way")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    curve = TenantForeignKey(Curve, models.CASCADE, related_name="actions")
    what = models.CharField(_("what"), max_length=500)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    owner = TenantForeignKey(Membership, related_name="curve_actions")
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)

    class Meta(TenantOwned.Meta):
        ordering = ["due_on", "id"]

    def __str__(self):
        return self.what
