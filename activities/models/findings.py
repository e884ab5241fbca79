"""What the watch found that is worth a word in a working group."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.models import Learning
from backbone.models import Initiative, Membership, TenantForeignKey, TenantOwned


class Finding(TenantOwned):
    """One finding of the watch. `key` names it for good, so that it is found once; `facts` are what it was found by, as
    plain values. Of a link that was looked at and says nothing, the latest look is kept as `quiet`."""

    class Sort(models.TextChoices):
        WATCH = "watch", _("One looks better, the other worse")
        CHALLENGED = "challenged", _("Theory challenged")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISCUSSED = "discussed", _("Discussed")
        LET_GO = "let_go", _("Let go")
        QUIET = "quiet", _("Nothing to say")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="findings")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    key = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    found_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    words = models.CharField(_("what was said"), max_length=1000, blank=True, default="")
    closed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    learning = TenantForeignKey(Learning, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["-found_on", "-id"]
        constraints = [
            models.UniqueConstraint(name="finding_once", fields=["tenant", "initiative", "key"]),
            models.CheckConstraint(
                name="finding_closed_with_words",
                condition=Q(state__in=["open", "quiet"]) | ~Q(words="") & Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.key
