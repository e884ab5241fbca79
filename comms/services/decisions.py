"""The only writer of the register of decisions: what was decided, on which figures, against whom, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import AgendaVersion, Learning, Strategy
from agenda.services import learning, lock
from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused
from backbone.services.fields import checked
from comms.models import Citation, Decision, Dissent, Meeting, Topic
from comms.selectors.citing import live, pins
from comms.services import absences
from comms.services.composing import page
from comms.services.meetings import locked, touch
from measures.models import Indicator
from measures.pinning import pin

changes.register_verbs(
    {
        "decision.made": gettext_noop("{by} wrote down decision {decision}: {text}"),
        "decision.cited": gettext_noop("{by} cited {names} in decision {decision}"),
        "decision.dissent": gettext_noop("{partner} did not agree with decision {decision}"),
        "decision.reviewed": gettext_noop("{by} looked at decision {decision} again: it stands"),
        "decision.replaced": gettext_noop("{by} replaced decision {decision} by {other}"),
        "decision.withdrawn": gettext_noop("{by} withdrew decision {decision}: {reason}"),
    }
)

State = Decision.State


@transaction.atomic
def decide(
    *,
    initiative: Initiative,
    text: str,
    by: Membership,
    reason: str = "",
    meeting: Meeting | None = None,
    topic: Topic | None = None,
    agenda_version: AgendaVersion | None = None,
    strategy: Strategy | None = None,
    decided_on: date | None = None,
    review_on: date | None = None,
    cite: Sequence[Indicator] = (),
    month: date | None = None,
    dissent: Sequence[tuple[Partner, str]] = (),
    entry: Learning | None = None,
) -> Decision:
    """Write a decision down with the next number. The figures it cites, of `month` or else of the last
    one, are frozen as they stand; without a version of the
    agenda it rests on the newest. Of a meeting, it says without whom it was made. `entry` of the ledger is taken up.

    Raises `Refused` for a day of review before the decision, and once the meeting is closed.
    """
    if meeting is not None:
        meeting = locked(meeting, Meeting.State.OPEN, Meeting.State.OVER)
    lock(initiative)
    day = decided_on or initiative.tenant.day()
    if review_on is not None and review_on < day:
        sentence = gettext_noop("It would be looked at before it was made. Choose a later day.")
        raise Refused(Problem("decision.review", sentence, field="review_on"))
    version = agenda_version or AgendaVersion.objects.filter(initiative=initiative).order_by("-number").first()
    row = Decision(
        initiative=initiative, number=_next(initiative), text=text.strip(), reason=reason.strip(), meeting=meeting,
        topic=topic, agenda_version=version, strategy=strategy, decided_on=day, review_on=review_on, by=by,
        at=timezone.now(),
    )  # fmt: skip
    checked(row).save(force_insert=True)
    _record("decision.made", row, by, text=row.text[:200])
    _cite(row, cite, by, month)
    for partner, words in dissent:
        _dissent(row, partner, words, by)
    if meeting is not None:
        absences.recompute(meeting=meeting, only=row)
        touch(meeting)
    if entry is not None:
        learning.take_up(
            entry=entry, becomes=Learning.Becomes.DECISION, what=f"{row}: {row.text}"[:500], by=by,
            url=page("comms:decision", initiative, row.number),
        )  # fmt: skip
    return row


@transaction.atomic
def cite(*, decision: Decision, indicators: Sequence[Indicator], by: Membership) -> int:
    """Cite figures as they stand now; how many are new. What is cited already stays as it stood."""
    row = _standing(decision)
    made = _cite(row, indicators, by)
    if made and row.meeting_id is not None:
        touch(row.meeting)
    return made


@transaction.atomic
def dissent(*, decision: Decision, partner: Partner, by: Membership, words: str = "") -> None:
    """An organization does not agree; its words, or others than before."""
    row = _standing(decision)
    _dissent(row, partner, words, by)
    if row.meeting_id is not None:
        if row.meeting.state != Meeting.State.CLOSED:
            absences.recompute(meeting=row.meeting, only=row)
        touch(row.meeting)


@transaction.atomic
def review(*, decision: Decision, by: Membership, review_on: date | None = None) -> None:
    """It was looked at again and stands, until another day where one is given; changed evidence is seen with it."""
    row = _standing(decision)
    today = row.tenant.day()
    if review_on is not None and review_on <= today:
        sentence = gettext_noop("Choose a day that is still to come.")
        raise Refused(Problem("decision.review", sentence, field="review_on"))
    row.reviewed_on, row.review_on = today, review_on
    row.save(update_fields=["reviewed_on", "review_on"])
    _see(row, by)
    _record("decision.reviewed", row, by)


@transaction.atomic
def replace(*, decision: Decision, other: Decision, by: Membership) -> None:
    """Another decision takes its place. Raises `Refused` for itself, or one that does not stand."""
    row, new = _standing(decision), _standing(other)
    if row.pk == new.pk:
        raise Refused(Problem("decision.itself", gettext_noop("A decision does not replace itself."), field="other"))
    row.state, row.replaced_by = State.REPLACED, new
    row.save(update_fields=["state", "replaced_by"])
    _record("decision.replaced", row, by, other=str(new))


@transaction.atomic
def withdraw(*, decision: Decision, reason: str, by: Membership) -> None:
    """It does not hold any more; the register keeps it, with the reason in its history."""
    row = _standing(decision)
    if not reason.strip():
        raise Refused(Problem("words.missing", gettext_noop("Say why in a few words."), field="reason"))
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    _record("decision.withdrawn", row, by, reason=reason.strip()[:300])


def _see(row: Decision, by: Membership) -> None:
    """What its changed figures are now was looked at: a later change is held against that."""
    changed = Citation.objects.filter(decision=row, changed_at__isnull=False, seen_by=None)
    citations = list(changed.select_related("indicator__tenant", "indicator__outcome"))
    now = live(row.initiative, [(one.indicator, one.pinned) for one in citations])
    for one, reading in zip(citations, now, strict=True):
        one.seen_by, one.seen = by, one.seen if reading is None else pin(reading)
    Citation.objects.bulk_update(citations, ["seen_by", "seen"])


def _next(initiative: Initiative) -> int:
    return (Decision.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0) + 1


def _standing(decision: Decision) -> Decision:
    rows = Decision.objects.select_for_update(of=("self",), no_key=True).select_related("initiative", "meeting")
    row = rows.get(pk=decision.pk)
    if row.state != State.STANDS:
        text = gettext_noop("{decision} does not stand any more: {state}.")
        raise Refused(Problem("decision.state", text, {"decision": str(row), "state": str(row.get_state_display())}))
    return row


def _cite(row: Decision, indicators: Iterable[Indicator], by: Membership, month: date | None = None) -> int:
    there = set(Citation.objects.filter(decision=row).values_list("indicator_id", flat=True))
    new = [one for one in indicators if one.pk not in there]
    kept = pins(row.initiative, new, month)
    Citation.objects.bulk_create(
        Citation(decision=row, indicator=one, pinned=kept[one.pk]) for one in new if one.pk in kept
    )
    if new:
        names = ", ".join(one.code or one.name for one in new)
        _record("decision.cited", row, by, names=names, indicators=[one.slug for one in new])
    return len(new)


def _dissent(row: Decision, partner: Partner, words: str, by: Membership) -> None:
    Dissent.objects.update_or_create(decision=row, partner=partner, defaults={"words": words.strip()[:1000]})
    _record("decision.dissent", row, by, partner=partner)


def _record(verb: str, decision: Decision, by: Membership, **facts) -> None:
    changes.record(verb, on=decision, by=by, initiative=decision.initiative, decision=str(decision), **facts)
