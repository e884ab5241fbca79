"""Changes to figures that are approved: asked for, proposed, and the ledger of those that were made."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import Indicator


class Correction(TenantOwned):
    """Other numbers for one approved line, until somebody else agrees: figures and roll-ups know nothing of it.

    `cells` are what the line would say, `before` what it said when they were written: entries by category, as
    `rules.written` spells them. What was said on the way is in the changes recorded on it.
    """

    class Origin(models.TextChoices):
        REQUEST = "request", _("requested")  # by the partner, for the backbone to approve
        PROPOSAL = "proposal", _("proposed")  # by the backbone, for the partner to accept

    class State(models.TextChoices):
        OPEN = "open", _("open")  # waits for whoever decides
        ASKED = "asked", _("asked back")  # waits for whoever wrote it
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="corrections")
    indicator = TenantForeignKey(Indicator, related_name="corrections")
    partner = TenantForeignKey(Partner, related_name="+")
    period = models.DateField(_("month"))
    origin = models.CharField(max_length=10, choices=Origin.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    cells = models.JSONField()
    before = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    words = models.CharField(max_length=500, blank=True, default="")  # the last that was said about it
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="correction_open_once",
                fields=["tenant", "indicator", "period", "partner"],
                condition=Q(state__in=["open", "asked"]),
            ),
        ]
        indexes = [
            models.Index(name="correction_of_line", fields=["tenant", "indicator", "period", "partner"]),
            models.Index(name="correction_by_time", fields=["tenant", "initiative", "at"]),
        ]

    def __str__(self):
        return f"{self.origin} {self.indicator_id} of {self.partner_id} for {self.period}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.ASKED)

    @property
    def is_request(self) -> bool:
        return self.origin == self.Origin.REQUEST

    @property
    def waits_for_backbone(self) -> bool:
        """Whether it is the backbone's turn; while it is open, it is the partner's otherwise."""
        return self.is_open and self.is_request == (self.state == self.State.OPEN)


class Restatement(TenantOwned):
    """An approved figure that became another: one row for each cell, written in the transaction that changed it.

    `at` is that transaction's time, as the history of figures has it, so that the instant before shows the old
    value. Without a `correction` nobody had agreed: it is an override.
    """

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="restatements")
    indicator = TenantForeignKey(Indicator, related_name="restatements")
    partner = TenantForeignKey(Partner, related_name="+")
    period = models.DateField()
    category = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=TransactionNow())
    correction = TenantForeignKey(Correction, null=True, blank=True, related_name="restatements")

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(name="restatement_by_time", fields=["tenant", "initiative", "at"]),
            models.Index(name="restatement_of_line", fields=["tenant", "indicator", "period", "partner"]),
        ]

    def __str__(self):
        return f"{self.indicator_id} of {self.partner_id} for {self.period}, {self.at:%Y-%m-%d}"
