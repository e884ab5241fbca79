"""The measures' part of a publication: chosen indicators, gathered, suppressed for one audience, frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backbone.conditions import Edition, Finding, Known, Option, Part
from backbone.look.numbers import number, period_name, short_period
from backbone.models import Initiative, Partner, Tenant
from measures import wording
from measures.lines import today as today_of
from measures.models import Curve, CurveAction, Indicator
from measures.publishing import cells, frozen
from measures.publishing.cells import TOTAL, Circle, Key, Place, Sheet
from measures.publishing.gathering import Picture, partner_names, pictures
from measures.rules.combining import Combined
from measures.rules.disclosure import Decision, Why
from measures.rules.figures import plain
from measures.rules.kinds import COMMUNITY, NARRATIVE
from measures.rules.lines import breakdown_of
from measures.rules.periods import Grain, last_month, start_of
from measures.rules.small import counts_in, is_small
from measures.selectors.computed import ComputedWhole
from measures.selectors.consents import consents
from measures.selectors.curves import open_curves
from measures.selectors.forest import indicators_in_use
from measures.selectors.graph import graph
from measures.selectors.small_inputs import small_inputs
from measures.windows import Window, latest_month

_WHY = {
    Why.SMALL: gettext_lazy("a small group"),
    Why.SECRET: gettext_lazy("it would tell one partner’s own figure"),
    Why.WITH: gettext_lazy("with it a small one could be computed"),
}


def options(initiative: Initiative, period: date) -> list[Option]:
    """The indicators that can be published for a span, in the order of their results, each with the story that is told
    of it now."""
    indicators = [one for one in indicators_in_use(initiative, period) if one.kind != NARRATIVE]
    curves = open_curves(indicators)
    found = []
    for one in indicators:
        story = curves[one.pk].stories.first() if one.pk in curves else None
        found.append(
            Option(
                slug=one.slug,
                label=one.name,
                code=one.code,
                group=one.outcome.title if one.outcome is not None else "",
                takes_words=True,
                story=story.text[:2000] if story is not None else "",
            )
        )
    return found


def published(edition: Edition) -> Part:
    """The part for one audience, hidden what has to be."""
    tenant = Tenant.objects.get(pk=edition.initiative.tenant_id)
    indicators = _chosen(edition)
    if not indicators:
        return Part()
    found = pictures(edition.initiative, indicators, window_of(edition, tenant), tenant)
    partners = partner_names(found)
    codes = {pk: partner.code for pk, partner in partners.items()}
    agreed = consents([one.pk for one in indicators], edition.audience)
    circles = cells.circles(found, agreed)
    sheet = Sheet(codes, *_known(edition.known))
    for picture in found:
        cells.fill(sheet, picture, circles[picture.slug], agreed.get(picture.reading.indicator.pk, set()))
    decision = cells.decide(sheet, tenant.small_cell_threshold, edition.tell)
    hidden = cells.hidden_places(sheet, decision) | _computed_from_hidden(
        found, sheet, decision, tenant.small_cell_threshold
    )
    words = {choice["slug"]: choice for choice in edition.choices}
    outcomes = dict.fromkeys(one.outcome for one in indicators if one.outcome is not None)
    data = {
        "threshold": tenant.small_cell_threshold,
        "counting": tenant.counting,
        "outcomes": [{"slug": one.slug, "title": one.title} for one in outcomes],
        "indicators": [
            _indicator(picture, circles[picture.slug], hidden, partners, agreed, words[picture.slug])
            for picture in found
        ],
    }
    return Part(
        data=data,
        hidden=_findings(hidden, sheet, decision, found),
        breaches=_breaches(decision, found),
        kept={
            "others": {
                slug: sorted(codes[pk] for pk in circle.together) for slug, circle in circles.items() if circle.together
            },
            "watched": _watched(found),
        },
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


def window_of(edition: Edition, tenant: Tenant) -> Window:
    grain = Grain(edition.grain)
    latest = min(latest_month(today_of(tenant)), last_month(edition.period, grain))
    starts = tenant.fiscal_year_starts
    return Window(grain, start_of(grain, edition.period, starts), latest, starts, starts, as_of=edition.as_of)


def _chosen(edition: Edition) -> list[Indicator]:
    slugs = [choice["slug"] for choice in edition.choices]
    rows = Indicator.objects.filter(initiative=edition.initiative, slug__in=slugs).select_related(
        "outcome", "initiative"
    )
    by_slug = {row.slug: row for row in rows}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


# --- what is known already ---


def _known(known: Sequence[Known]) -> tuple[dict[Key, Decimal], set[Place]]:
    """The numbers that can be read in these parts, and the places that were withheld in them."""
    numbers: dict[Key, Decimal] = {}
    withheld: set[Place] = set()
    for one in known:
        others = one.kept.get("others", {})
        for place, line, data in figures(one.data, others):
            if data.get("hidden"):
                withheld.add(place)
            else:
                combined = frozen.combined_from(data, data.get("kind", line.kind))
                own = line if combined.kind == line.kind else replace(line, kind=combined.kind)
                for what, said in cells.numbers_of(own, combined).items():
                    numbers[Key(what, place)] = said
    return numbers, withheld


def figures(
    data: Mapping[str, Any], others: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[Place, Any, Mapping[str, Any]]]:
    """Every figure of a part: where it stands, the line it is of, and its data. `others` names who is together."""
    for one in data.get("indicators", ()):
        line, window = frozen.line_from(one["line"]), frozen.window_from(one["window"])
        slug = line.slug
        for period, figure in one["trend"]:
            yield cells.whole_place(slug, TOTAL, window, frozen.month_from(period)), line, figure
        for years in one.get("years", {}).values():
            for year in years:
                yield cells.year_place(slug, frozen.window_from(year["window"])), line, year["figure"]
        for split in one.get("breakdowns", ()):
            for row in split["rows"]:
                for period, figure in row["trend"]:
                    yield cells.whole_place(slug, row["key"], window, frozen.month_from(period)), line, figure
        partners = one.get("partners", {})
        for row in partners.get("rows", ()):
            yield cells.partner_place(slug, row["code"], TOTAL, window), line, row["figure"]
            for split in row.get("breakdowns", ()):
                for cell in split["rows"]:
                    yield cells.partner_place(slug, row["code"], cell["key"], window), line, cell["figure"]
        if "others" in partners:
            who = "+".join(others[slug]) if others and slug in others else f"({partners['others']['count']})"
            yield cells.partner_place(slug, who, TOTAL, window), line, partners["others"]["figure"]


# --- what is computed from what is hidden ---


def _computed_from_hidden(
    found: Sequence[Picture], sheet: Sheet, decision: Decision, threshold: int
) -> frozenset[Place]:
    """What is computed from others is hidden wherever one of its inputs is, or is too small, published or not."""
    slugs = {picture.reading.indicator.pk: picture.slug for picture in found}
    gone = {key.place for key in decision.hidden}
    hidden: set[Place] = set()
    for picture in found:
        whole = picture.reading.whole
        if not isinstance(whole, ComputedWhole):
            continue
        others = {leaf: slugs[leaf] for leaf in whole.inputs if leaf in slugs}
        for period in _with_small_inputs(picture, set(whole.inputs) - set(others), threshold):
            hidden.add(cells.whole_place(picture.slug, TOTAL, picture.window, period))
        for readings in picture.years.values():
            for one in readings:
                inputs = one.whole.inputs if isinstance(one.whole, ComputedWhole) else {}
                if any(_is_small(inputs[leaf].combined, threshold) for leaf in inputs if leaf not in others):
                    hidden.add(cells.year_place(picture.slug, one.window))
        places = {place for place in sheet.printed if place.indicator == picture.slug}
        hidden |= {place for place in places if any(place._replace(indicator=one) in gone for one in others.values())}
        if len(others) < len(whole.inputs):  # a partner's own inputs are nobody's to see, so neither is what they make
            hidden |= {place for place in places if place.who}
    return frozenset(hidden) & frozenset(sheet.printed)


def _with_small_inputs(picture: Picture, leaves: Collection[int], threshold: int) -> set[date]:
    """The spans of a computed indicator's trend in which an input that is not published is too small."""
    window, pk = picture.window, picture.reading.indicator.pk
    if not leaves:
        return set()
    rows = small_inputs(
        picture.reading.indicator.initiative, {pk: leaves}, window.grain, min(picture.trend, default=window.period),
        window.period, threshold, window.sql_year,
    )  # fmt: skip
    return {period for _pk, period in rows}


def _is_small(one: Combined, threshold: int) -> bool:
    if one.kind == COMMUNITY:
        return False
    return is_small(counts_in(one.kind, one.value, one.numerator, one.denominator, one.lower, one.upper), threshold)


# --- one indicator ---


def _indicator(
    picture: Picture,
    circle: Circle,
    hidden: frozenset[Place],
    partners: Mapping[int, Partner],
    agreed: Mapping[int, set[int]],
    words: Mapping[str, str],
) -> dict[str, Any]:
    reading, window, slug = picture.reading, picture.window, picture.slug
    consented = agreed.get(reading.indicator.pk, set())
    hidden_periods = frozenset(
        period for period in picture.trend if cells.whole_place(slug, TOTAL, window, period) in hidden
    )
    found = frozen.reading(
        reading,
        is_hidden=window.period in hidden_periods,
        hidden_periods=hidden_periods,
        trend=picture.trend,
        named=_may_be_named(reading, partners, consented),
        with_change=_may_tell_change(picture, hidden_periods, set(circle.shown)),
    )
    outcome = reading.indicator.outcome
    found["outcome"] = None if outcome is None else outcome.slug
    found["years"] = {
        str(starts): [
            {
                "window": frozen.window(one.window),
                "figure": frozen.figure(one.now, is_hidden=cells.year_place(slug, one.window) in hidden),
            }
            for one in readings
            if one.now.has_something
        ]
        for starts, readings in picture.years.items()
    }
    found["breakdowns"] = _breakdowns(picture, hidden)
    if circle.shown:
        found["partners"] = _partners(picture, circle, hidden, partners)
    found |= {name: words[name] for name in ("story", "unknown") if words.get(name)}
    if actions := _actions(reading.indicator):
        found["actions"] = actions
    return found


def _may_be_named(reading: Any, partners: Mapping[int, Partner], consented: set[int]) -> tuple[str, ...]:
    """Who is missing, by code, where all of them let this audience see their rows."""
    missing = set(reading.now.coverage.missing or ())
    return tuple(sorted(partners[pk].code for pk in missing)) if missing and missing <= consented else ()


def _may_tell_change(picture: Picture, hidden_periods: frozenset[date], shown: set[int]) -> bool:
    """Whether a change among the same partners tells nothing of those who are not among them: a joiner's figure is the
    difference of two differences."""
    reading = picture.reading
    if reading.change is None or reading.before is None or reading.window.previous.period in hidden_periods:
        return False
    panel = set(reading.change.panel)
    there = {part.partner_id for part in (*reading.whole.parts, *reading.before.parts) if part.combined.has_something}
    return len(there - panel) == 0 or there - panel <= shown


def _breakdowns(picture: Picture, hidden: frozenset[Place]) -> list[dict[str, Any]]:
    line, window = picture.line, picture.window
    found = []
    for breakdown in line.breakdowns:
        keys = [key for key in line.keys(breakdown) if key in picture.categories]
        if keys:
            found.append(
                {
                    "slug": "+".join(breakdown),
                    "name": line.breakdown_name(breakdown),
                    "is_exclusive": line.is_exclusive(breakdown),
                    "rows": [
                        {
                            "key": key,
                            "names": list(line.category_names(key)),
                            "trend": [
                                [
                                    frozen.month(period),
                                    frozen.figure(
                                        one,
                                        is_hidden=cells.whole_place(picture.slug, key, window, period) in hidden,
                                    ),
                                ]
                                for period, one in sorted(picture.categories[key].items())
                                if period in picture.trend
                            ],
                        }
                        for key in keys
                    ],
                }
            )
    return found


def _partners(
    picture: Picture, circle: Circle, hidden: frozenset[Place], partners: Mapping[int, Partner]
) -> dict[str, Any]:
    """Rows of those who are shown, largest first, and all others as one: they add up to the figure."""
    line, window, slug = picture.line, picture.window, picture.slug
    rows = []
    for pk in circle.shown:
        code, one = partners[pk].code, picture.parts[pk]
        row: dict[str, Any] = {
            "code": code,
            "name": partners[pk].name,
            "figure": frozen.figure(one, is_hidden=cells.partner_place(slug, code, TOTAL, window) in hidden),
        }
        splits = []
        for breakdown in line.breakdowns:
            keys = [key for key in line.keys(breakdown) if (pk, key) in picture.own_categories]
            if keys:
                splits.append(
                    {
                        "slug": "+".join(breakdown),
                        "name": line.breakdown_name(breakdown),
                        "rows": [
                            {
                                "key": key,
                                "names": list(line.category_names(key)),
                                "figure": frozen.figure(
                                    picture.own_categories[pk, key],
                                    is_hidden=cells.partner_place(slug, code, key, window) in hidden,
                                ),
                            }
                            for key in keys
                        ],
                    }
                )
        if splits:
            row["breakdowns"] = splits
        rows.append(row)
    found: dict[str, Any] = {"rows": sorted(rows, key=lambda row: row["code"])}
    if circle.together:
        codes = {pk: partner.code for pk, partner in partners.items()}
        is_hidden = cells.others_place(picture, circle, codes) in hidden
        found["others"] = {
            "count": len(circle.together),
            "figure": frozen.figure(cells.together(picture, circle.together), is_hidden=is_hidden),
        }
    return found


def _actions(indicator: Indicator) -> list[dict[str, Any]]:
    """What is being done about it: of its open curve, what, by whom (an organization, never a person), until when."""
    curve = Curve.objects.filter(indicator=indicator, closed_at=None).first()
    if curve is None:
        return []
    actions = CurveAction.objects.filter(curve=curve).exclude(state=CurveAction.State.CANCELLED)
    return [
        {
            "what": one.what,
            "who": one.partner.code if one.partner is not None else "",
            "due_on": one.due_on.isoformat(),
            "state": one.state,
        }
        for one in actions.select_related("partner")
    ]


# --- what staff read of it ---


def _findings(hidden: frozenset[Place], sheet: Sheet, decision: Decision, found: Sequence[Picture]) -> list[Finding]:
    by_slug = {picture.slug: picture for picture in found}
    findings = []
    for place in sorted(hidden):
        reasons = {decision.hidden[key] for what in _WHATS if (key := Key(what, place)) in decision.hidden}
        if reasons:
            why = str(_WHY[min(reasons, key=list(_WHY).index)])
        elif place in sheet.withheld:
            why = _("it was hidden before")
        else:
            why = _("one of its inputs is hidden")
        values = [sheet.cells[key].value for what in _WHATS if (key := Key(what, place)) in sheet.cells]
        findings.append(
            Finding(
                figure=str(place),
                words=place_words(place, by_slug[place.indicator]),
                value="/".join(number(plain(value)) for value in values[:2]),
                why=why,
            )
        )
    return findings


_WHATS = ("value", "numerator", "denominator", "lower", "upper", "rest")


def _breaches(decision: Decision, found: Sequence[Picture]) -> list[Finding]:
    by_slug = {picture.slug: picture for picture in found}
    words = _("between %(low)s and %(high)s can be computed")
    return [
        Finding(
            figure=str(one.key.place),
            words=place_words(one.key.place, by_slug[one.key.place.indicator]),
            why=words % {"low": number(round(one.low, 2)), "high": number(round(one.high, 2))},
        )
        for one in decision.breaches
    ]


def place_words(place: Place, picture: Picture) -> str:
    """`K1, P4, 14–15, October 2026`: where a figure stands, for a person."""
    indicator, line = picture.reading.indicator, picture.line
    pieces = [indicator.code or indicator.name]
    if place.who:
        pieces.append(_("others") if "+" in place.who else place.who.replace(cells.REST, ""))
    category = place.category.replace(cells.REST, "")
    if category and breakdown_of(category) in line.breakdowns:
        pieces.append(wording.category_words(line, category))
    pieces.append(period_words(place))
    return ", ".join(pieces)


def period_words(place: Place) -> str:
    """`October 2026`, `Jul 2026–Oct 2026`."""
    first, last = frozen.month_from(place.first), frozen.month_from(place.last)
    return period_name(first) if first == last else f"{short_period(first)}–{short_period(last)}"
