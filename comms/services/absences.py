"""Without whom something was decided: worked out from who is expected and who was there (N14)."""

from __future__ import annotations

from agenda.selectors.voices import expected_for, seats_of
from backbone.models import Partner
from comms.models import Absence, Attendance, Decision, Dissent, Meeting
from comms.selectors.meetings import expected_at


def expected(decision: Decision, meeting: Meeting) -> dict[int, Partner]:
    """The organizations whose voice a decision waits for, by id: of its strategy, or else of the meeting; and whoever
    sits for those whom it is about."""
    if decision.strategy is not None:
        found = expected_for(decision.strategy)
        partners, seats = list(found.partners), list(found.seats)
    else:
        partners, seats = expected_at(meeting), seats_of(meeting.initiative)
    return {one.pk: one for one in [*partners, *(seat.partner for seat in seats if seat.partner is not None)]}


def recompute(*, meeting: Meeting, only: Decision | None = None) -> None:
    """Write down anew, for each decision of a meeting or `only` one, who was expected and neither there nor excused.

    While nobody has said who is there, nobody is absent; and whoever did not agree had a voice in it, unless it is
    noted as not there.
    """
    noted = dict(Attendance.objects.filter(meeting=meeting).values_list("partner_id", "presence"))
    decisions = Decision.objects.filter(meeting=meeting).select_related("strategy__outcome")
    for decision in decisions.filter(pk=only.pk) if only is not None else decisions:
        heard = set(Dissent.objects.filter(decision=decision).values_list("partner_id", flat=True))
        known = dict.fromkeys(heard, Attendance.Presence.PRESENT) | noted
        missing = {
            pk for pk in expected(decision, meeting) if known.get(pk, Attendance.Presence.ABSENT) == "absent" and noted
        }
        there = set(Absence.objects.filter(decision=decision).values_list("partner_id", flat=True))
        Absence.objects.filter(decision=decision, partner__in=there - missing).delete()
        Absence.objects.bulk_create(Absence(decision=decision, partner_id=pk) for pk in sorted(missing - there))
