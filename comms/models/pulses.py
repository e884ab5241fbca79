"""Pulses: at most two questions a quarter, answered without a name, results hidden under five answers."""

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, TenantForeignKey, TenantOwned
from comms.rules.pulses import SCALE


class Pulse(TenantOwned):
    """One pulse of an initiative; `quarter` is the first day of the quarter it counts in."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="pulses")
    quarter = models.DateField()
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    by = TenantForeignKey(Membership, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="pulse_closes_after_opening",
                condition=Q(closes_on__gt=F("opens_on")),
                violation_error_message=_("It closes before it opens."),
            )
        ]

    def __str__(self):
        return f"pulse of {self.quarter}"


class PulseQuestion(TenantOwned):
    """One question, of one condition: agreement from 1 to 5, or which of some sentences is the goal (`choices`, of which
    `right` is the agenda's own)."""

    class Sort(models.TextChoices):
        SCALE = "scale", _("how far people agree")
        RECALL = "recall", _("whether people know the goal")

    pulse = TenantForeignKey(Pulse, models.CASCADE, related_name="questions")
    condition = models.CharField(max_length=12)
    sort = models.CharField(max_length=10, choices=Sort.choices)
    text = models.CharField(_("question"), max_length=300)
    choices = models.JSONField(default=list, blank=True)
    right = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(name="pulse_question_once", fields=["tenant", "pulse", "position"])]

    def __str__(self):
        return self.text

    @property
    def options(self) -> Sequence[int]:
        """Every answer there can be: 1 to 5, or the places of the sentences."""
        return SCALE if self.sort == self.Sort.SCALE else range(len(self.choices))


class PulseTaken(TenantOwned):
    """That somebody answered, so that nobody answers twice; not what they answered."""

    pulse = TenantForeignKey(Pulse, models.CASCADE, related_name="taken")
    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="pulse_taken_once", fields=["tenant", "pulse", "member"])]

    def __str__(self):
        return f"{self.member_id} took {self.pulse_id}"


class PulseTally(TenantOwned):
    """How many chose one answer: 1 to 5, or the position of a sentence. Single answers are kept nowhere, so that nobody
    can lay them beside the list of those who answered."""

    question = TenantForeignKey(PulseQuestion, models.CASCADE, related_name="tallies")
    value = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        ordering = ["value"]
        constraints = [models.UniqueConstraint(name="pulse_tally_once", fields=["tenant", "question", "value"])]

    def __str__(self):
        return f"{self.value}: {self.count}"
