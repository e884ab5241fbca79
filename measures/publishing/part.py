"""The measures' part of a publication: chosen indicators, judged for one audience, frozen as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from backbone.conditions import Edition, Option, Part
from backbone.models import Initiative
from measures.models import CurveAction, CurveStory, Indicator
from measures.publishing import circles, findings, frozen
from measures.publishing.circles import Circle
from measures.publishing.gathering import Picture
from measures.publishing.judging import Judged, judge, kept
from measures.publishing.places import Place, partner_place, whole_place, year_place
from measures.rules.combining import Combined
from measures.rules.kinds import NARRATIVE
from measures.rules.lines import TOTAL, Line
from measures.selectors.forest import indicators_in_use
from measures.selectors.graph import graph

WORDS = 2000  # of a story, as far as it is taken over


def options(initiative: Initiative, period: date) -> list[Option]:
    """The indicators that can be published for a span, in the order of their results, each with the story that is told
    of it now; one statement for all stories."""
    indicators = [one for one in indicators_in_use(initiative, period) if one.kind != NARRATIVE]
    stories = CurveStory.objects.filter(curve__indicator__in=[one.pk for one in indicators], curve__closed_at=None)
    told = {story.curve.indicator_id: story.text for story in stories.select_related("curve").order_by("at", "pk")}
    return [
        Option(
            slug=one.slug,
            label=one.name,
            code=one.code,
            group=one.outcome.title if one.outcome is not None else "",
            takes_words=True,
            story=told.get(one.pk, "")[:WORDS],
        )
        for one in indicators
    ]


def published(edition: Edition) -> Part:
    """The part for one audience, hidden what has to be."""
    indicators = _chosen(edition)
    if not indicators:
        return Part()
    judged = judge(edition, indicators)
    words = {choice["slug"]: choice for choice in edition.choices}
    actions = _actions(indicators, judged) if edition.is_inside else {}
    outcomes = dict.fromkeys(one.outcome for one in indicators if one.outcome is not None)
    data = {
        "threshold": judged.tenant.small_cell_threshold,
        "counting": judged.tenant.counting,
        "outcomes": [{"slug": one.slug, "title": one.title} for one in outcomes],
        "indicators": [
            _indicator(picture, judged, words[picture.slug], actions.get(picture.reading.indicator.pk, []))
            for picture in judged.pictures
        ],
    }
    return Part(
        data=data,
        hidden=findings.hidden(judged),
        breaches=findings.breaches(judged),
        kept=kept(judged) | {"watched": _watched(judged.pictures)},
    )


def _watched(found: Sequence[Picture]) -> dict[str, Any]:
    """What stands behind these pictures: indicators with their inputs, and from when to when."""
    leaves = graph([found[0].reading.indicator.initiative_id]).leaves
    ids = {pk for one in found for pk in (one.reading.indicator.pk, *leaves.get(one.reading.indicator.pk, ()))}
    first = min(min(one.trend, default=one.window.period) for one in found)
    years = [year.window.period for one in found for readings in one.years.values() for year in readings]
    return {
        "indicators": sorted(ids),
        "since": frozen.month(min([first, *years])),
        "until": frozen.month(max(one.window.last for one in found)),
    }


def _chosen(edition: Edition) -> list[Indicator]:
    slugs = [choice["slug"] for choice in edition.choices]
    rows = Indicator.objects.filter(initiative=edition.initiative, slug__in=slugs).select_related(
        "outcome", "initiative"
    )
    by_slug = {row.slug: row for row in rows}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


# --- one indicator ---


def _indicator(
    picture: Picture, judged: Judged, words: Mapping[str, str], actions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    reading, window, slug = picture.reading, picture.window, picture.slug
    circle = judged.circles[slug]

    def figure_at(period: date, one: Combined, key: str = TOTAL) -> dict[str, Any]:
        return judged.figure(whole_place(slug, key, window, period), one)

    found = frozen.reading(
        reading,
        trend=picture.trend,
        figure_at=figure_at,
        named=_may_be_named(picture, judged),
        with_change=_may_tell_change(picture, judged.hidden),
    )
    outcome = reading.indicator.outcome
    found["outcome"] = None if outcome is None else outcome.slug
    found["years"] = {
        str(starts): [
            {
                "window": frozen.window(one.window),
                "figure": judged.figure(year_place(slug, one.window), one.now),
            }
            for one in readings
            if one.now.has_something
        ]
        for starts, readings in picture.years.items()
    }
    found["breakdowns"] = _breakdowns(picture, figure_at)
    if circle.shown:
        found["partners"] = _partners(picture, circle, judged)
    found |= {name: words[name] for name in ("story", "unknown") if words.get(name)}
    if actions:
        found["actions"] = list(actions)
    return found


def _may_be_named(picture: Picture, judged: Judged) -> tuple[str, ...]:
    """Who is missing, by code, where all of them let this audience see their rows."""
    missing = set(picture.reading.now.coverage.missing or ())
    agreed = judged.agreed.get(picture.reading.indicator.pk, set())
    return tuple(sorted(judged.partners[pk].code for pk in missing)) if missing and missing <= agreed else ()


def _may_tell_change(picture: Picture, hidden: frozenset[Place]) -> bool:
    """Whether a change among the same partners is one among all of them: a joiner's figure is the difference of the
    two differences."""
    reading = picture.reading
    if reading.change is None or reading.before is None:
        return False
    if whole_place(picture.slug, TOTAL, picture.window, reading.window.previous.period) in hidden:
        return False
    there = {part.partner_id for part in (*reading.whole.parts, *reading.before.parts) if part.combined.has_something}
    return there <= set(reading.change.panel)


def _splits(line: Line, keys: Iterable[str], row_of: Callable[[str], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The breakdowns of which some of these categories are there, each with its rows in order."""
    there = set(keys)
    return [
        {
            "slug": "+".join(breakdown),
            "name": line.breakdown_name(breakdown),
            "is_exclusive": line.is_exclusive(breakdown),
            "rows": [
                {"key": key, "names": list(line.category_names(key)), **row_of(key)}
                for key in line.keys(breakdown)
                if key in there
            ],
        }
        for breakdown in line.breakdowns
        if any(key in there for key in line.keys(breakdown))
    ]


def _breakdowns(picture: Picture, figure_at: Callable[[date, Combined, str], dict[str, Any]]) -> list[dict[str, Any]]:
    def row_of(key: str) -> dict[str, Any]:
        spans = sorted(picture.categories[key].items())
        return {"trend": [[frozen.month(at), figure_at(at, one, key)] for at, one in spans if at in picture.trend]}

    return _splits(picture.line, picture.categories, row_of)


def _partners(picture: Picture, circle: Circle, judged: Judged) -> dict[str, Any]:
    """Rows of those who are shown, and all others as one: they add up to the figure. So do their numbers to who is
    expected: an excused partner is not counted among the others."""
    rows = []
    for pk in circle.shown:
        code = judged.partners[pk].code

        def figure(key: str, one: Combined, code: str = code) -> dict[str, Any]:
            place = partner_place(picture.slug, code, key, picture.window)
            return judged.figure(place, one)

        own = {key: one for (partner, key), one in picture.own_categories.items() if partner == pk}
        row: dict[str, Any] = {
            "code": code,
            "name": judged.partners[pk].name,
            "figure": figure(TOTAL, picture.parts[pk]),
        }
        splits = _splits(picture.line, own, lambda key, own=own, figure=figure: {"figure": figure(key, own[key])})
        if splits:
            row["breakdowns"] = splits
        rows.append(row)
    found: dict[str, Any] = {"rows": sorted(rows, key=lambda row: row["code"])}
    if circle.together:
        everybody = circles.together(picture, circle.together)
        figure_of_all = judged.figure(circles.others_place(picture, circle), everybody)
        found["others"] = {"count": everybody.coverage.expected, "figure": figure_of_all}
    return found


def _actions(indicators: Sequence[Indicator], judged: Judged) -> dict[int, list[dict[str, Any]]]:
    """What is being done about each: of its open curve, what, until when, and by which organization where that one is
    shown; never which person. One statement."""
    rows = CurveAction.objects.filter(curve__indicator__in=[one.pk for one in indicators], curve__closed_at=None)
    found: dict[int, list[dict[str, Any]]] = {}
    for one in rows.exclude(state=CurveAction.State.CANCELLED).select_related("partner", "curve"):
        agreed = judged.agreed.get(one.curve.indicator_id, set())
        found.setdefault(one.curve.indicator_id, []).append(
            {
                "what": one.what,
                "who": one.partner.code if one.partner is not None and one.partner_id in agreed else "",
                "is_partner": one.partner is not None,
                "due_on": one.due_on.isoformat(),
                "state": one.state,
            }
        )
    return found
