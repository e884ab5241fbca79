"""The theory of change as a map: what acts on what, which way, how soon, and how well that is known."""

import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule

LONGEST_LAG = 600  # months: fifty years


def _lag(words: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(words, null=True, blank=True, validators=[MaxValueValidator(LONGEST_LAG)])


class Node(TenantOwned):
    """Something that can be more or less. `stands_for` names the row of a condition that it is, whose live figure it
    shows ("agenda.outcome:12", "measures.indicator:7"); x and y are where somebody left it."""

    class Sort(models.TextChoices):
        ACTIVITY = "activity", _("What we do")
        FACTOR = "factor", _("What plays a part")
        OUTCOME = "outcome", _("Outcome on the way")
        RESULT = "result", _("Result for the population")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="nodes")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    label = models.CharField(_("name"), max_length=120)
    sort = models.CharField(_("sort"), max_length=10, choices=Sort.choices, default=Sort.FACTOR)
    words = models.CharField(_("in more words"), max_length=1000, blank=True, default="")
    stands_for = models.CharField(max_length=80, blank=True, default="")
    x = models.DecimalField(max_digits=8, decimal_places=1, null=True, blank=True)
    y = models.DecimalField(max_digits=8, decimal_places=1, null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="node_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another node has this short name."),
            ),
            models.CheckConstraint(
                name="node_placed_whole", condition=Q(x=None, y=None) | Q(x__isnull=False, y__isnull=False)
            ),
        ]

    def __str__(self):
        return self.label


class Link(TenantOwned):
    """One node acts on another: `sign` + moves it the same way, − the other; the lag says after how many months, at the
    least, most likely and at the most. `confirmed_on` is when somebody last said that it still holds; `added_on` tells
    since when nobody did."""

    class Sign(models.IntegerChoices):
        SAME = 1, _("the same way")
        OPPOSITE = -1, _("the other way")

    class Evidence(models.TextChoices):
        STRONG = "strong", _("well proven")
        PROMISING = "promising", _("promising: some evidence")
        OWN = "own", _("our own experience")
        ASSUMED = "assumed", _("assumed")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="links")
    source = TenantForeignKey(Node, models.CASCADE, related_name="links_out", verbose_name=_("from"))
    target = TenantForeignKey(Node, models.CASCADE, related_name="links_in", verbose_name=_("to"))
    sign = models.SmallIntegerField(_("moves it"), choices=Sign.choices, default=Sign.SAME)
    least = _lag(_("months at the least"))
    likely = _lag(_("months most likely"))
    most = _lag(_("months at the most"))
    evidence = models.CharField(
        _("how well that is known"), max_length=10, choices=Evidence.choices, default=Evidence.ASSUMED
    )
    words = models.CharField(_("why we think so"), max_length=1000, blank=True, default="")
    reference = models.CharField(_("from where"), max_length=300, blank=True, default="")
    added_on = models.DateField(_("added"), default=timezone.localdate)
    confirmed_on = models.DateField(_("last confirmed"), null=True, blank=True)
    confirmed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="link_once",
                fields=["tenant", "source", "target"],
                violation_error_message=_("There is a link from the one to the other already."),
            ),
            models.CheckConstraint(
                name="link_between_two",
                condition=~Q(source=F("target")),
                violation_error_message=_("A link leads from one node to another, not back to itself."),
            ),
            models.CheckConstraint(
                name="link_lag_in_order",
                condition=Q(least=None, likely=None, most=None) | Q(least__lte=F("likely"), likely__lte=F("most")),
                violation_error_message=_(
                    "Give all three lags, in order: the least, the likely and the most months; or none."
                ),
            ),
        ]
        indexes = [models.Index(name="link_of_initiative", fields=["tenant", "initiative"])]

    def __str__(self):
        return f"{self.source_id} to {self.target_id}"


class LoopName(TenantOwned):
    """What a loop is called. `nodes` are its nodes' ids in order, from the smallest, so that one loop has one name."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="loop_names")
    nodes = models.CharField(max_length=400)
    name = models.CharField(_("name"), max_length=120)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="loop_name_once", fields=["tenant", "initiative", "nodes"])]

    def __str__(self):
        return self.name


class MapLoops(TenantOwned):
    """The loops that a worker found in a map, and of which state of it: `of` is the hash of the map's links, and empty
    while a change waits for a worker. `is_all` is False where there may be more; `because` says which bound that was."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="map_loops")
    of = models.CharField(max_length=64)
    loops = models.JSONField(default=list)
    is_all = models.BooleanField(default=True)
    because = models.CharField(max_length=10, blank=True, default="")
    found_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="map_loops_once", fields=["tenant", "initiative"])]

    def __str__(self):
        return self.of[:12]


class MapVersion(TenantOwned):
    """The map as somebody kept it on a day, as plain JSON with its positions. Never altered."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="map_versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    note = models.CharField(_("what is new"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="map_version_once", fields=["tenant", "initiative", "number"])]
        triggers = [pgtrigger.Protect(name="map_stays", operation=pgtrigger.Update)]

    def __str__(self):
        return f"map {self.number}"
