"""Communication's part of a publication: decisions of the span, of what staff chose, as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from backbone.conditions import Edition, Option, Part
from backbone.models import Initiative
from comms.models import Decision
from measures.rules.periods import Grain, add_months

MOST = 100


def options(initiative: Initiative, grain: str, period: date) -> Iterator[Option]:
    """Decisions in force that were made in the span, the newest first."""
    last = add_months(period, Grain(grain).months)
    rows = Decision.objects.filter(initiative=initiative, state=Decision.State.STANDS, decided_on__gte=period)
    for one in rows.filter(decided_on__lt=last).order_by("-number")[:MOST]:
        yield Option(f"d-{one.number}", one.text, code=str(one), words=one.reason[:200], group=_("What was decided"))


def published(edition: Edition) -> Part:
    """The chosen decisions in the order in which they were chosen; who was for or against is told to members alone."""
    numbers = [
        int(choice["slug"][2:])
        for choice in edition.choices
        if choice["slug"].startswith("d-") and choice["slug"][2:].isdecimal()
    ]
    rows = {one.number: one for one in Decision.objects.filter(initiative=edition.initiative, number__in=numbers)}
    shown = [
        {
            "code": str(rows[number]),
            "text": rows[number].text,
            "reason": rows[number].reason,
            "decided_on": rows[number].decided_on.isoformat(),
        }
        for number in numbers
        if number in rows and rows[number].state == Decision.State.STANDS
    ]
    return Part({"decisions": shown} if shown else {})
