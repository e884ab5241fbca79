"""GET and PUT …/filings/<partner>/<period>/: one partner's report for one period, replaced whole."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from backbone import tabular
from backbone.api import versions
from backbone.api.bodies import only
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.problems import Month, Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from backbone.wording import as_dict
from measures.api import bodies
from measures.api.figures import shown
from measures.api.shapes import MONTH, FiledShape, FilingBodyShape, FilingShape
from measures.exporting import Wanted, figure_rows
from measures.importing.office import Office
from measures.importing.standing import cells_of, conflict, is_same
from measures.models import Filing
from measures.models.filings import OPEN_STATES, FigureState
from measures.rules.attested import Word
from measures.rules.figures import Entry, Place
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import text_of
from measures.selectors import warned
from measures.selectors.filing import owed_lines
from measures.services import filings

FIELDS = ("figures", "submit", "words")
WORDS_LENGTH = 2000
PLACE = [
    OpenApiParameter("partner", str, OpenApiParameter.PATH, description="The partner's code."),
    OpenApiParameter("period", MONTH, OpenApiParameter.PATH, description="The first month of the period."),
]


class FilingAPI(MemberAPI):
    """A partner's report. A PUT says all of it: what it leaves out is cleared, save what is submitted or approved."""

    can = {"GET": Can.READ_PARTNER_FIGURES, "PUT": Can.DRAFT}

    @extend_schema(responses={200: FilingShape, **refusals(*READING)}, parameters=PLACE)
    def get(self, request, partner, period, **named):
        return Response(self._filing(partner, period), headers=self._etag(partner, period))

    @extend_schema(
        request=FilingBodyShape,
        responses={200: FiledShape, **refusals(*WRITING, 412)},
        parameters=[
            *PLACE,
            KEY,
            versions.IF_MATCH,
        ],
    )
    def put(self, request, partner, period, **named):
        return self.once(request, lambda: self._put(request, partner, period))

    def _put(self, request, partner, period) -> Response:
        body = only(request.data, FIELDS, read_only=("tenant", "partner", "period", "version", "state"))
        if "figures" not in body:
            text = gettext_noop("“{name}” is missing: a filing is sent whole, with an empty list when nothing is left.")
            raise Refused(Problem("field.missing", text, {"name": "figures"}, field="figures"))
        owed = owed_lines(self.initiative, partner, period)
        by_slug = {line.slug: pk for pk, line in owed.lines.items()}
        said, as_defined = bodies.cells(
            body["figures"],
            {line.slug: line for line in owed.lines.values()},
            lambda slug: self._strange(slug, partner, period),
        )
        if not owed.lines:
            text = gettext_noop("{partner} owes nothing for {period}.")
            params = {"partner": partner.code, "period": Month(period)}
            raise Refused(Problem("period.out_of_range", text, params, field="period", value=text_of(period)))
        stored = cells_of([(pk, period, partner.pk) for pk in owed.lines])
        standing = {pk: stored.get((pk, period, partner.pk), {}) for pk in owed.lines}
        self._refuse_conflicts(owed.lines, said, standing, partner, period)
        about = {
            "initiative": self.initiative,
            "partner": partner,
            "period": period,
            "cells": self._whole(owed.lines, said, standing),
            "by": self.membership,
            "version": self._version(request, partner, period),
            "as_defined": {by_slug[slug]: word for slug, word in as_defined.items()},
            "attested": {by_slug[slug]: Word(word) for slug, word in as_defined.items()},
            "words": self._words(body.get("words"), by_slug),
        }
        is_said_again = _is_said_again(owed.lines, said, standing)
        if _flag(body, "submit") and not is_said_again:
            receipt = filings.submit(**about)
        else:
            receipt = filings.save_draft(**about)
        done = {"created": receipt.created, "changed": receipt.changed, "unchanged": receipt.unchanged}
        return Response(
            {
                **self._filing(partner, period),
                "receipt": {**done, "erased": receipt.erased},
                "warnings": self._warnings(owed.lines, said, standing, partner, period),
            },
            headers=self._etag(partner, period),
        )

    def _strange(self, slug: str, partner, period) -> Problem:
        """What is wrong with an indicator that this filing does not ask for: the words that an import has for it."""
        office = Office(self.initiative, self.membership, self.tenant)
        indicator, seat = office.indicators.get(slug), office.seats.get(partner.code)
        if indicator is None:
            return office.unknown_indicator(slug)
        wrong = office.why_not(indicator, seat, period) if seat is not None else None
        if wrong is None:
            text = gettext_noop("{partner} does not take part here.")
            wrong = Problem("partner.inactive", text, {"partner": partner.code}, value=partner.code)
        return wrong.at(field="indicator")

    def _refuse_conflicts(self, lines: dict[int, Line], said, standing, partner, period) -> None:
        """A machine is told of each approved figure that it would change, with what stands there."""
        found = []
        for pk, line in lines.items():
            for category, entry in said.get(line.slug, {}).items():
                before = standing[pk].get(category)
                is_approved = before is not None and before.state == FigureState.APPROVED
                if is_approved and not entry.is_blank and not is_same(before, entry):
                    wrong = conflict(line, partner.code, period, before.entry, entry)
                    found.append(wrong.at(field=str(Place(line.slug, category, wrong.field))))
        if found:
            raise Refused(*found)

    def _whole(self, lines: dict[int, Line], said, standing) -> dict[int, dict[str, Entry]]:
        """Every cell of every line that still waits for the partner: as said, and blank where nothing is said."""
        whole: dict[int, dict[str, Entry]] = {}
        for pk, line in lines.items():
            cells = dict(said.get(line.slug, {}))
            total = standing[pk].get(TOTAL)
            if total is None or total.state in (FigureState.DRAFT, FigureState.RETURNED):
                for category in (TOTAL, *(key for breakdown in line.breakdowns for key in line.keys(breakdown))):
                    cells.setdefault(category, Entry())
            if cells:
                whole[pk] = cells
        return whole

    def _warnings(self, lines: dict[int, Line], said, standing, partner, period) -> list[dict[str, Any]]:
        """What is unusual about the totals, against the partner's own past and its other lines; it stops nobody."""
        told = {pk: line for pk, line in lines.items() if TOTAL in said.get(line.slug, {})}
        cells = {
            pk: {category: cell.entry for category, cell in standing[pk].items()} | said.get(line.slug, {})
            for pk, line in lines.items()
        }
        odd = warned.unusual(self.tenant, period, told, cells, warned.earlier(partner.pk, period, told))
        crossed = warned.crossed(warned.rules_in_use(self.initiative), lines, cells, told)
        return [as_dict(one.at(is_warning=True)) for found in (odd, crossed) for each in found.values() for one in each]

    def _words(self, words: Any, by_slug: dict[str, int]) -> dict[int, str]:
        if words is None:
            return {}
        found: dict[int, str] = {}
        for slug, raw in only(words, tuple(by_slug)).items():
            text, problem = tabular.text(raw, WORDS_LENGTH)
            if problem is not None or not isinstance(raw, str):
                problem = problem or Problem("field.type", gettext_noop("Words are a text."), value=cut(raw))
                raise Refused(problem.at(field=f"words.{slug}"))
            found[by_slug[slug]] = text
        return found

    def _version(self, request, partner, period) -> int | None:
        """The version that If-Match names. Raises Refused (412) when the filing has moved on since."""
        if versions.seen(request) is None:
            return None
        current = self._current_version(partner, period)
        versions.require_unmoved(request, current)
        return current

    def _current_version(self, partner, period) -> int:
        filing = Filing.objects.filter(initiative=self.initiative, partner=partner, period=period).first()
        return filing.version if filing is not None else 0

    def _etag(self, partner, period) -> dict[str, str]:
        return versions.headers(self._current_version(partner, period))

    def _rows(self, partner, period):
        cells_of = self.membership.partner_ids(Can.READ_SMALL_CELLS)
        wanted = Wanted(partner_ids=[partner.pk], since=period, until=period, cells_of=cells_of)
        return list(figure_rows(self.initiative, wanted))

    def _filing(self, partner, period) -> dict[str, Any]:
        filing = Filing.objects.filter(initiative=self.initiative, partner=partner, period=period).first()
        drafts_too = self.membership.can(Can.READ_DRAFTS, partner)
        rows = [row for row in self._rows(partner, period) if drafts_too or row[-1] not in OPEN_STATES]
        return {
            "partner": partner.code,
            "period": f"{period:%Y-%m}",
            "version": filing.version if filing is not None else 0,
            "submitted_at": filing.submitted_at if filing is not None else None,
            "figures": [shown(row) for row in rows],
        }


def _is_said_again(lines: dict[int, Line], said, standing) -> bool:
    """Whether everything owed was handed in before, and is said again as it stands: nothing to submit, nothing wrong."""
    handed_in = (FigureState.SUBMITTED, FigureState.APPROVED)
    return all(TOTAL in standing[pk] and standing[pk][TOTAL].state in handed_in for pk in lines) and all(
        category in standing[pk] and is_same(standing[pk][category], entry)
        for pk, line in lines.items()
        for category, entry in said.get(line.slug, {}).items()
    )


def _flag(body: Any, name: str) -> bool:
    raw = body.get(name, False)
    if not isinstance(raw, bool):
        text = gettext_noop("“{name}” is true or false.")
        raise Refused(Problem("field.type", text, {"name": name}, field=name, value=cut(raw)))
    return raw
