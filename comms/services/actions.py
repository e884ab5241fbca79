"""The only writer of actions: who does what by when, where it came from, and what became of it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agenda.models import Learning
from agenda.services import learning, lock
from backbone import changes
from backbone.models import Initiative, Membership, Participation, Partner
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.services.fields import checked
from comms.models import Action, ActionStep, Decision, Meeting
from comms.services.composing import page
from comms.services.meetings import touch
from comms.services.notes import tell

changes.register_verbs(
    {
        "action.set": gettext_noop("{by} gave {owner} the action {action}: {text}"),
        "action.moved": gettext_noop("{by} marked {action} as {state}: {text}"),
        "action.changed": gettext_noop("{by} gave {owner} until {until} for {action}: {text}"),
    },
    {"action.moved": {"state": Action.State}},
)

State = Action.State
CLOSED = (State.DONE, State.CANCELLED)


@transaction.atomic
def add(
    *,
    initiative: Initiative,
    what: str,
    owner: Membership,
    due_on: date,
    by: Membership,
    partner: Partner | None = None,
    meeting: Meeting | None = None,
    decision: Decision | None = None,
    entry: Learning | None = None,
    source: tuple[str, str, str] | None = None,
) -> Action:
    """Set an action with the next number. It comes from a decision, a meeting, an entry of the ledger (which is taken up
    by it), or `source`: (name of the row, its words, its page). Its owner is told, and its proposer whenever it moves.

    Raises `Refused` for an owner who cannot see it, and for an organization that takes no part.
    """
    lock(initiative)
    _must_be_able(initiative, owner, partner)
    name, words, url = source or _source(initiative, meeting, decision, entry)
    proposer = entry.by if entry is not None else by
    row = Action(
        initiative=initiative, number=_next(initiative), what=what.strip(), partner=partner, owner=owner,
        proposer=proposer, due_on=due_on, source=name, source_words=words[:300], source_url=url, made_at=timezone.now(),
    )  # fmt: skip
    checked(row).save(force_insert=True)
    ActionStep.objects.create(action=row, state=row.state, due_on=due_on, by=by, at=row.made_at)
    _record("action.set", row, by, owner=owner.name)
    if owner.pk != by.pk:
        _tell(row, owner, "set", lambda: _("You have a new action, %(action)s: %(what)s") % _words(row))
    if entry is not None:
        learning.take_up(
            entry=entry, becomes=Learning.Becomes.ACTION, what=f"{row}: {row.what}"[:500], by=by, url=_page(row)
        )
    if meeting is not None:
        touch(meeting)
    elif decision is not None and decision.meeting_id is not None:
        touch(decision.meeting)
    return row


@transaction.atomic
def move(*, action: Action, state: str, by: Membership, note: str = "") -> bool:
    """Mark it as open, under way, done or cancelled; whoever proposed it and whoever does it are told, unless it is they
    who moved it. Answers whether that changed anything."""
    row = _locked(action)
    if row.state == state:
        return False
    row.state = state
    row.closed_at = timezone.now() if state in CLOSED else None
    checked(row).save(update_fields=["state", "closed_at"])
    step = _step(row, note, by)
    _record("action.moved", row, by, state=row.state)
    for person in {one.pk: one for one in (row.proposer, row.owner) if one is not None}.values():
        if person.pk != by.pk:
            said = gettext_noop("%(action)s is now “%(state)s”: %(what)s")
            _tell(row, person, f"step:{step.pk}", lambda said=said: _(said) % _words(row))
    return True


@transaction.atomic
def change(*, action: Action, owner: Membership, due_on: date, by: Membership, note: str = "") -> bool:
    """Another owner or another day; answers whether that changed anything."""
    row = _locked(action)
    _must_be_able(row.initiative, owner, row.partner)
    if (row.owner_id, row.due_on) == (owner.pk, due_on):
        return False
    is_new = row.owner_id != owner.pk
    row.owner, row.due_on = owner, due_on
    checked(row).save(update_fields=["owner", "due_on"])
    _step(row, note, by)
    _record("action.changed", row, by, owner=owner.name, until=due_on.isoformat())
    if is_new and owner.pk != by.pk:
        _tell(row, owner, f"given:{owner.pk}", lambda: _("You have a new action, %(action)s: %(what)s") % _words(row))
    return True


def _source(
    initiative: Initiative, meeting: Meeting | None, decision: Decision | None, entry: Learning | None
) -> tuple[str, str, str]:
    if decision is not None:
        url = page("comms:decision", initiative, decision.number)
        return f"comms.decision:{decision.pk}", f"{decision}: {decision.text}", url
    if meeting is not None:
        return f"comms.meeting:{meeting.pk}", meeting.title, page("comms:meeting", initiative, meeting.pk)
    if entry is not None:
        return f"agenda.learning:{entry.pk}", entry.text, page("agenda:learning-entry", initiative, entry.pk)
    return "", "", ""


def _must_be_able(initiative: Initiative, owner: Membership, partner: Partner | None) -> None:
    if partner is not None and not Participation.objects.filter(initiative=initiative, partner=partner).exists():
        text = gettext_noop("{partner} takes no part in this initiative.")
        raise Refused(Problem("action.partner", text, {"partner": partner.code}, field="partner", value=partner.code))
    if not owner.is_active or not owner.can(Can.DECIDE):
        text = gettext_noop("{name} cannot see this page. Choose somebody who can.")
        raise Refused(Problem("action.owner", text, {"name": owner.name}, field="owner", value=owner.name))


def _next(initiative: Initiative) -> int:
    return (Action.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0) + 1


def _locked(action: Action) -> Action:
    rows = Action.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("initiative", "owner", "proposer", "partner").get(pk=action.pk)


def _step(row: Action, note: str, by: Membership) -> ActionStep:
    return ActionStep.objects.create(
        action=row, state=row.state, due_on=row.due_on, note=note.strip()[:500], by=by, at=timezone.now()
    )


def _page(row: Action) -> str:
    return page("comms:action", row.initiative, row.number)


def _words(row: Action) -> dict[str, str]:
    return {"action": str(row), "state": str(row.get_state_display()), "what": row.what}


def _tell(row: Action, person: Membership, what: str, text) -> None:
    tell(member=person, kind="action", key=f"action:{row.pk}:{what}", text=text, url=_page(row))


def _record(verb: str, action: Action, by: Membership, **facts) -> None:
    changes.record(
        verb, on=action, by=by, initiative=action.initiative, partner=action.partner, action=str(action),
        text=action.what[:200], **facts,
    )  # fmt: skip
