"""Who does what by when: each action with where it came from and what happened to it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned


class Action(TenantOwned):
    """What somebody will do by a day. Without a `partner` it is the backbone organization's own.

    `source` names the row it came from ("comms.decision:9", "measures.curve:4", "agenda.learning:3"), `source_words`
    what that was called; `proposer` is told when it moves.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACTIVE = "active", _("Under way")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="actions")
    number = models.PositiveIntegerField()
    what = models.CharField(_("what"), max_length=500)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="actions", verbose_name=_("organization"))
    owner = TenantForeignKey(Membership, related_name="actions", verbose_name=_("who does it"))
    proposer = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    source = models.CharField(max_length=80, blank=True, default="")
    source_words = models.CharField(max_length=300, blank=True, default="")
    source_url = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(name="action_number_once", fields=["tenant", "initiative", "number"]),
            models.CheckConstraint(
                name="action_closed_whole",
                condition=Q(state__in=["open", "active"], closed_at=None)
                | Q(state__in=["done", "cancelled"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="action_of_owner", fields=["tenant", "owner", "state", "due_on"]),
            models.Index(name="action_of_source", fields=["tenant", "source"]),
        ]

    def __str__(self):
        return f"A-{self.number}"


class ActionStep(TenantOwned):
    """One thing that happened to an action: who moved it from which state to which, or to which day, and why."""

    action = TenantForeignKey(Action, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Action.State.choices)
    due_on = models.DateField()
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["at", "id"]

    def __str__(self):
        return self.state
