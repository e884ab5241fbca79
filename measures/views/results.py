"""Results for those who read and change nothing: funders first, and everybody who wants to see what they see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agenda.models import Outcome
from agenda.selectors.tree import vision_lines
from backbone.access import member_can
from backbone.look.coverage import coverage_text
from backbone.roles import Can
from measures import drawing, wording
from measures.foresight import forecast_words, foresee, method_words
from measures.rules.forecast import Forecast
from measures.rules.kinds import UNDUPLICATED
from measures.selectors.forest import branches
from measures.selectors.results import Result, as_of, results, results_window
from measures.selectors.trend import TREND
from measures.views.links import csv_answer, grain_links, rows_from, year_links

DRAWN_AT_MOST = 4


@member_can(Can.READ_ROLLUPS)
@require_safe
def results_page(request, initiative):
    """The agenda in three lines, then each result with value, target, direction and coverage."""
    window = results_window(initiative, request.GET, request.tenant)
    found = results(initiative, request.tenant, window)
    if request.GET.get("format") == "csv":
        return _csv(initiative, found)
    title, lines = vision_lines(initiative)
    by_reading = {id(one.reading): one for one in found}
    grown = branches(Outcome.objects.filter(initiative=initiative), [one.reading for one in found], with_empty=False)
    shown = [one for one in found if not one.is_hidden and one.reading.indicator.outcome_id is not None]
    context = {
        "initiative": initiative,
        "window": window,
        "title": title or initiative.name,
        "lines": lines,
        "branches": [
            (branch, _filed_first([by_reading[id(reading)] for reading in branch.readings])) for branch in grown
        ],
        "charts": [drawn for one in shown if (drawn := _drawn(one)) is not None][:DRAWN_AT_MOST],
        "as_of": as_of(initiative),
        "grains": grain_links(window),
        "years": year_links(window, always=True),
        "previous": rows_from(window.previous),
        "next": rows_from(window.next),
        "threshold": request.tenant.small_cell_threshold,
        "has_hidden": any(one.is_hidden or one.is_year_hidden for one in found),
        "has_people": any(one.reading.line.kind == UNDUPLICATED for one in found),
        "has_excused": any(one.reading.now.coverage.excused for one in found),
    }
    return render(request, "measures/results.html", context)


def _drawn(one: Result) -> dict[str, Any] | None:
    """How it has moved, with its target and, where it has one, where it leads; None while there is nothing to draw."""
    reading = one.reading
    ahead = foresee(reading) if reading.is_judged_here else None
    ahead = ahead if isinstance(ahead, Forecast) else None
    short = replace(reading, trend=reading.trend[-TREND:])
    spec = drawing.trend_chart(short, ahead, hidden=one.hidden_periods)
    if spec is None:
        return None
    words = "" if ahead is None else f"{forecast_words(reading, ahead)} {method_words(ahead)}"
    return {"indicator": reading.indicator, "spec": spec, "exceptions": drawing.exceptions(short), "ahead": words}


def _filed_first(results):
    """What partners contribute, and beside it what sources say of the whole community."""
    return sorted(results, key=lambda one: one.reading.line.rule.is_published)


def _csv(initiative, found):
    """The page's results as a file: the same figures, the same marks, the same coverage."""
    hidden = _("hidden to protect people")
    columns = [
        _("Result"), _("Indicator"), _("Name"), _("Period"), _("Value"), _("Figure"), _("Coverage"), _("Target"),
        _("Year so far"), _("Months"),
    ]  # fmt: skip
    rows = []
    for one in found:
        reading = one.reading
        year = one.year
        rows.append(
            [
                reading.indicator.outcome.title if reading.indicator.outcome is not None else None,
                reading.indicator.code or reading.indicator.slug,
                reading.indicator.name,
                reading.window.name,
                hidden if one.is_hidden else wording.cell(reading.line, reading.now),
                hidden if one.is_hidden else reading.said,
                reading.source_words or coverage_text(reading.chip),
                reading.goal_words or None,
                None if year is None else hidden if one.is_year_hidden else year.said,
                None if year is None else year.window.months_so_far,
            ]
        )
    return csv_answer(f"{initiative.slug}-results", columns, rows)
