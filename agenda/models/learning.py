"""The learning ledger: what if, what we know, what we do not know yet; open to every member."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned


class Learning(TenantOwned):
    """One entry. `partner` is the organization that it comes from (None: the backbone's); an answered unknown keeps its
    question. `taken_up` says what came of it: the decision or action, in words, and `taken_up_url` its page."""

    class Sort(models.TextChoices):
        WHAT_IF = "what_if", _("What if?")
        KNOWN = "known", _("We know")
        UNKNOWN = "unknown", _("We don’t know yet")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        TAKEN_UP = "taken_up", _("Taken up")
        DROPPED = "dropped", _("Let go")

    class Becomes(models.TextChoices):
        DECISION = "decision", _("a decision")
        ACTION = "action", _("an action")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="learnings")
    sort = models.CharField(_("what it is"), max_length=10, choices=Sort.choices)
    text = models.CharField(_("in words"), max_length=1000)
    by = TenantForeignKey(Membership, related_name="+")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("who finds out"))
    learn_by = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.CharField(_("answer"), max_length=2000, blank=True, default="")
    becomes = models.CharField(max_length=10, choices=Becomes.choices, blank=True, default="")
    taken_up = models.CharField(_("what came of it"), max_length=500, blank=True, default="")
    taken_up_url = models.CharField(max_length=300, blank=True, default="")
    closed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="learning_closed_whole",
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & Q(closed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="learning_by_time", fields=["tenant", "initiative", "state", "at"])]

    def __str__(self):
        return self.text[:60]


class LearningAbout(TenantOwned):
    """What an entry is about: a row of any condition, by name ("agenda.node:3", "measures.indicator:7",
    "backbone.partner:2"), with the words that it had."""

    learning = TenantForeignKey(Learning, models.CASCADE, related_name="about")
    row = models.CharField(max_length=80)
    label = models.CharField(max_length=200)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="learning_about_once", fields=["tenant", "learning", "row"])]
        indexes = [models.Index(name="learning_about_row", fields=["tenant", "row"])]

    def __str__(self):
        return self.label
