"""Publishing in tests, as staff do it, and a reader who has read everything and can do sums."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

import numpy
from scipy.optimize import linprog

from backbone.models import Audience, Publication, PublishedBody
from backbone.services import publications
from measures.publishing.judging import figures
from measures.rules.periods import add_months
from measures.services.consents import consent

OCTOBER = date(2026, 10, 1)
IN_NOVEMBER = "2026-11-28T15:00:00Z"  # when October is published


def agree(place, *codes, audience=Audience.FUNDERS, indicators=None):
    for partner in place.partners:
        if partner.code in codes:
            asked = [one.pk for one in indicators or [place.indicator]]
            said = {(pk, str(audience)) for pk in asked}
            consent(initiative=place.initiative, partner=partner, said=said, asked=asked, by=None)


def checked(place, period: date = OCTOBER, grain="month", by=None) -> Publication:
    draft = publications.begin(initiative=place.initiative, grain=grain, period=period, by=by or place.people.ana)
    publications.ask_to_check(publication=draft, by=place.people.ana)
    publications.check(draft.pk)
    draft.refresh_from_db()
    return draft


def published(place, period: date = OCTOBER, grain="month") -> Publication:
    return publications.publish(publication=checked(place, period, grain), by=place.people.ana)


def part_of(publication, audience=Audience.FUNDERS):
    body = PublishedBody.objects.get(publication=publication, audience=audience)
    return json.loads(body.body)["parts"]["measures"]


class Reader:
    """Somebody who has read every publication for an audience, and knows that months and partners of a sum add up and
    that nothing is negative. Of one indicator's totals. Knows nothing of how anything was hidden.

    Numbers that were published twice are believed as they were last: whoever corrects nothing can be read like this.
    """

    def __init__(self, place, slug: str, audience=Audience.FUNDERS):
        self.codes = sorted(partner.code for partner in place.partners)
        self.read: dict[tuple[frozenset[str], str, str], float] = {}
        for body in PublishedBody.objects.filter(audience=audience).order_by("pk"):
            part = json.loads(body.body)["parts"]["measures"]
            (one,) = [one for one in part["indicators"] if one["line"]["slug"] == slug]
            rows = {row["code"] for row in one.get("partners", {}).get("rows", ())}
            for at, _line, figure in figures(part):
                if at.indicator == slug and not at.category and "value" in figure:
                    whose = {at.who} if at.who in rows else set(self.codes) - (rows if at.who else set())
                    self.read[frozenset(whose), at.first, at.last] = float(figure["value"])
        self.months = sorted({month for _whose, first, last in self.read for month in months(first, last)})

    def range_of(self, whose: Collection[str], first: str, last: str) -> tuple[float, float]:
        """The least and the most that these partners can have had in these months."""
        self.months = sorted({*self.months, *months(first, last)})
        signs = numpy.array([self._row(whose, first, last)])
        equal = [self._row(*of) for of in self.read], list(self.read.values())
        found = []
        for sign in (1, -1):
            answer = linprog(sign * signs[0], A_eq=equal[0], b_eq=equal[1], bounds=(0, 100_000), method="highs")
            assert answer.status == 0, answer.message
            found.append(sign * answer.fun)
        return found[0], found[1]

    def _row(self, whose: Collection[str], first: str, last: str) -> list[float]:
        asked = set(months(first, last))
        return [float(code in whose and month in asked) for code in self.codes for month in self.months]


def months(first: str, last: str) -> list[str]:
    found = []
    month, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    while month <= end:
        found.append(f"{month:%Y-%m}")
        month = add_months(month, 1)
    return found
