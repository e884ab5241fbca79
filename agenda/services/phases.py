"""The only writer of the phase that an initiative is in, and of what shows it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import PhaseEvidence, PhaseMove
from agenda.rules.phases import BY_SLUG, ITEMS
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "phase.moved": gettext_noop("{by} said which phase this is: {phase}"),
        "phase.shown": gettext_noop("{by} showed what meets a phase: {words}"),
        "phase.withdrawn": gettext_noop("{by} took back what was to show a phase: {words}"),
    }
)


@transaction.atomic
def move(
    *, initiative: Initiative, phase: str, by: Membership | None, on: date | None = None, because: str = ""
) -> PhaseMove:
    """Say that the initiative is in a phase from a day on (today). Back is as good as forward.

    Raises `Refused` for a phase that there is not, a day to come, and for the phase that it is in already.
    """
    lock(initiative)
    today = initiative.tenant.day()
    day = on or today
    if phase not in BY_SLUG:
        raise Refused(Problem("phase.unknown", gettext_noop("There is no such phase."), field="phase", value=phase))
    if day > today:
        sentence = gettext_noop("Say it on the day: a phase begins today at the latest.")
        raise Refused(Problem("phase.to_come", sentence, field="on", value=day.isoformat()))
    last = PhaseMove.objects.filter(initiative=initiative).order_by("-at", "-pk").first()
    if last is not None and last.phase == phase:
        sentence = gettext_noop("The initiative is in this phase already, since {since}.")
        raise Refused(Problem("phase.same", sentence, {"since": last.on}, field="phase"))
    row = PhaseMove(initiative=initiative, phase=phase, on=day, because=because.strip(), by=by, at=timezone.now())
    checked(row).save(force_insert=True)
    changes.record("phase.moved", on=row, by=by, initiative=initiative, phase=BY_SLUG[phase].name)
    return row


@transaction.atomic
def show(*, initiative: Initiative, item: str, words: str, by: Membership | None, url: str = "") -> PhaseEvidence:
    """Say what shows that one item of a phase is met."""
    if item not in ITEMS:
        raise Refused(Problem("phase.item", gettext_noop("There is no such item."), field="item", value=item))
    row = PhaseEvidence(initiative=initiative, item=item, words=words.strip(), url=url, by=by, at=timezone.now())
    checked(row).save(force_insert=True)
    changes.record("phase.shown", on=row, by=by, initiative=initiative, words=row.words)
    return row


@transaction.atomic
def withdraw(*, evidence: PhaseEvidence, by: Membership) -> None:
    """Take back what was to show an item; it stays in the history."""
    row = PhaseEvidence.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=evidence.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = timezone.now(), by
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        changes.record("phase.withdrawn", on=row, by=by, initiative=row.initiative, words=row.words)
