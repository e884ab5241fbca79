"""The register of decisions: what was decided, on which figures, by whom, against whom, without whom, until when."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaVersion, Strategy
from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from comms.models.meetings import Meeting, Topic
from measures.models import Indicator


class Decision(TenantOwned):
    """`number` counts an initiative's decisions: D-14. `review_on` is when to ask whether it still holds."""

    class State(models.TextChoices):
        STANDS = "stands", _("In force")
        REPLACED = "replaced", _("Replaced")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField()
    text = models.CharField(_("what was decided"), max_length=1000)
    reason = models.TextField(_("why"), max_length=5000, blank=True, default="")
    meeting = TenantForeignKey(Meeting, null=True, blank=True, related_name="decisions")
    topic = TenantForeignKey(Topic, null=True, blank=True, related_name="decisions")
    agenda_version = TenantForeignKey(
        AgendaVersion, null=True, blank=True, related_name="decisions", verbose_name=_("version of the agenda")
    )
    strategy = TenantForeignKey(Strategy, null=True, blank=True, related_name="decisions", verbose_name=_("strategy"))
    decided_on = models.DateField(_("decided on"))
    review_on = models.DateField(_("look again on"), null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STANDS)
    replaced_by = TenantForeignKey("self", null=True, blank=True, related_name="replaces")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="decision_number_once", fields=["tenant", "initiative", "number"]),
            models.CheckConstraint(
                name="decision_not_replaced_by_itself", condition=Q(replaced_by=None) | ~Q(replaced_by=F("id"))
            ),
        ]
        indexes = [models.Index(name="decision_of_meeting", fields=["tenant", "meeting"])]

    def __str__(self):
        return f"D-{self.number}"


class Citation(TenantOwned):
    """A figure that a decision rests on, as it stood then (`measures.pinning`), with its coverage.

    `changed_at` is when it was found to be another by more than the tolerance, `before` and `after` in words; `seen_by` looked
    at that, and `seen` is the figure as it stood then, against which a later one is held.
    """

    decision = TenantForeignKey(Decision, models.CASCADE, related_name="citations")
    indicator = TenantForeignKey(Indicator, related_name="citations")
    pinned = models.JSONField()
    changed_at = models.DateTimeField(null=True, blank=True)
    before = models.CharField(max_length=200, blank=True, default="")
    after = models.CharField(max_length=200, blank=True, default="")
    seen_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    seen = models.JSONField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="citation_once", fields=["tenant", "decision", "indicator"])]
        indexes = [models.Index(name="citation_of_indicator", fields=["tenant", "indicator"])]

    def __str__(self):
        return f"{self.indicator_id} in {self.decision_id}"


class Dissent(TenantOwned):
    """An organization that did not agree, and why."""

    decision = TenantForeignKey(Decision, models.CASCADE, related_name="dissents")
    partner = TenantForeignKey(Partner, related_name="+", verbose_name=_("organization"))
    words = models.CharField(_("in its words"), max_length=1000, blank=True, default="")

    class Meta(TenantOwned.Meta):
        ordering = ["partner__code"]
        constraints = [models.UniqueConstraint(name="dissent_once", fields=["tenant", "decision", "partner"])]

    def __str__(self):
        return f"{self.partner_id} against {self.decision_id}"


class Absence(TenantOwned):
    """An organization that was expected and was not there when it was decided; one that was excused is not named."""

    decision = TenantForeignKey(Decision, models.CASCADE, related_name="absences")
    partner = TenantForeignKey(Partner, related_name="+")

    class Meta(TenantOwned.Meta):
        ordering = ["partner__code"]
        constraints = [models.UniqueConstraint(name="absence_once", fields=["tenant", "decision", "partner"])]

    def __str__(self):
        return f"{self.decision_id} without {self.partner_id}"
