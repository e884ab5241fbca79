"""What partners filed: filings, the figures in them, the words said about them, and uploaded files."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.history import tracked
from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned
from measures.models.indicators import AMOUNT, Indicator


class Filing(TenantOwned):
    """One partner's report for one period; `period` is its first month."""

    initiative = TenantForeignKey(Initiative, related_name="filings")
    partner = TenantForeignKey(Partner, related_name="filings")
    period = models.DateField(_("month"))
    version = models.PositiveIntegerField(default=0)  # raised by every save; a stale form is told so
    opened_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="filing_once", fields=["tenant", "initiative", "period", "partner"]),
        ]

    def __str__(self):
        return f"{self.partner_id} for {self.period}"


class FigureState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")


# Still, or again, on the partner's desk: what stands in such a figure is for the partner's own people.
OPEN_STATES = (FigureState.DRAFT, FigureState.RETURNED)


@tracked(
    pghistory.InsertEvent(level=pghistory.Statement),
    pghistory.UpdateEvent(level=pghistory.Statement),
    pghistory.DeleteEvent(level=pghistory.Statement),
    model_name="FigureEvent",
    found_by=("indicator", "period", "partner"),  # of a line, also when a cell of it was taken away
)
class Figure(TenantOwned):
    """One number: an indicator, a partner, a period, and the total ("") or one category ("type:1").

    A value, a value and its weight, a numerator and denominator, words alone where they are the answer (the note of a
    narrative), or nothing because it was not collected. Blank is no row at all.
    """

    filing = TenantForeignKey(Filing, related_name="+")  # found by partner and period
    indicator = TenantForeignKey(Indicator, related_name="figures")
    period = models.DateField(_("month"))
    partner = TenantForeignKey(Partner, related_name="figures")
    category = models.CharField(max_length=200, blank=True, default="")
    value = models.DecimalField(**AMOUNT)
    numerator = models.DecimalField(**AMOUNT)
    denominator = models.DecimalField(**AMOUNT)
    weight = models.DecimalField(**AMOUNT)
    is_not_collected = models.BooleanField(default=False)
    new_only = models.BooleanField(default=False)  # unduplicated: only people new since the fiscal year began
    as_defined = models.BooleanField(null=True)  # the filer's word that it was counted as defined
    note = models.CharField(max_length=2000, blank=True, default="")
    state = models.CharField(max_length=10, choices=FigureState.choices, default=FigureState.DRAFT)
    submitted_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    changed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    changed_because = models.CharField(max_length=500, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="figure_once", fields=["tenant", "indicator", "period", "partner", "category"]
            ),
            models.CheckConstraint(
                name="figure_says_something",
                condition=Q(is_not_collected=True, value=None, numerator=None, denominator=None)
                | Q(is_not_collected=False)
                & (
                    Q(value__isnull=False)
                    | Q(numerator__isnull=False)
                    | Q(denominator__isnull=False)
                    | Q(weight__isnull=False)
                    | ~Q(note="")
                ),
            ),
        ]
        indexes = [
            models.Index(name="figure_of_filing", fields=["tenant", "partner", "period"]),
            # Few at a time, and what reviewers open every day; a scan of all figures would not do.
            models.Index(name="figure_waiting", fields=["tenant", "partner", "period"], condition=Q(state="submitted")),
        ]

    def __str__(self):
        return f"{self.indicator_id} {self.category or 'total'} of {self.partner_id} for {self.period}"


class Remark(TenantOwned):
    """Words about one line of a filing: why a number is right, why it was returned, what the partner answers."""

    class Kind(models.TextChoices):
        EXPLANATION = "explanation", _("explained")
        RETURN = "return", _("returned")
        ANSWER = "answer", _("answered")
        APPROVAL = "approval", _("approved")

    indicator = TenantForeignKey(Indicator, related_name="remarks")
    partner = TenantForeignKey(Partner, related_name="remarks")
    period = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.CharField(max_length=2000)
    answers = models.JSONField(default=list, blank=True)  # the warnings it explains: [{"code": "…", "message": "…"}]
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering = ["at", "id"]
        indexes = [models.Index(name="remark_of_line", fields=["tenant", "partner", "period", "indicator"])]

    def __str__(self):
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Upload(TenantOwned):
    """An uploaded file of figures on its way: checked by a worker, shown, applied on request."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("let go")  # not applied in time: its content is gone, its outcome stays

    initiative = TenantForeignKey(Initiative, related_name="uploads")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    by = TenantForeignKey(Membership, related_name="+")
    filename = models.CharField(max_length=255)
    content = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="upload_by_time", fields=["tenant", "initiative", "created_at"])]

    def __str__(self):
        return self.filename


FigureEvent = Figure.pgh_event_model
