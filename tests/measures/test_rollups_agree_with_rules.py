"""The SQL roll-up and the pure rules are two statements of one truth: random filings must come out the same.

Every kind, frequency and carry; partners that join and leave, own and common obligations, partners that file more rarely
than others, first periods that may be left out, retirement, definitions that begin anew, excuses, figures not collected, zeros, drafts, breakdowns
that exclude each other or overlap; retired categories read under what they became, and how much is broken down at all;
every grain, the whole and each partner, in the tenant's fiscal year and another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.models import Participation
from measures.models import DefinitionVersion, Excuse, Figure, Obligation
from measures.rules import versions as versions_rule
from measures.rules.combining import Combined, combine, combine_periods
from measures.rules.coverage import State
from measures.rules.figures import Entry
from measures.rules.lines import Dimension, Level, Line
from measures.rules.owed import Assignment, Duty, OwedPeriod, period_at
from measures.rules.periods import Grain, last_day, last_month, months_in, periods_between, start_of
from measures.rules.splits import known_part, merged
from measures.selectors.lenses import known_parts, merged_categories
from measures.selectors.series import SeriesRow, series
from measures.services import rollups
from tests import factories

FIRST, LAST_MONTH = date(2025, 7, 1), date(2026, 9, 1)
TENANT_STARTS = 7
KINDS = [
    ("flow", "", 0),
    ("rate", "", 0),
    ("rate_stock", "last", 0),
    ("rate_stock", "person_time", 0),
    ("rate_stock", "period_rate", 0),
    ("stock", "", 0),
    ("stock", "", 1),
    ("stock", "", 3),
    ("stock", "", 7),
    ("unduplicated", "", 0),
    ("to_date", "", 0),
    ("weighted_average", "", 0),
    ("average_stock", "", 0),
    ("minimum", "", 0),
    ("maximum", "", 0),
    ("median", "", 0),
    ("milestone", "", 0),
    ("ordinal", "", 0),
    ("money", "", 0),
    ("narrative", "", 0),
]
PLAIN = {"flow", "stock", "unduplicated", "to_date", "average_stock", "minimum", "maximum", "median", "money"}
RATES = {"rate", "rate_stock"}
LEVELS = ("starting", "growing", "steady", "leading")
CATEGORIES = ["", "age:young", "age:old", "age:unknown", "need:food", "need:home", "need:unknown"]
AGE = Dimension("age", "Age", True, {"young": "Young", "old": "Old"}, {"old": date(2026, 1, 1)}, {"old": "young"})
NEED = Dimension("need", "Need", False, {"food": "Food", "home": "Home"})
BREAKDOWNS = (("age",), ("need",))

days = st.dates(FIRST - timedelta(days=40), last_day(LAST_MONTH) + timedelta(days=40))
numbers = st.one_of(st.just(Decimal(0)), st.integers(-300, 500).map(Decimal), st.decimals(0, 99, places=3))


@st.composite
def periods_of_time(draw, may_be_open=True):
    start, end = sorted([draw(days), draw(days)])
    if may_be_open and draw(st.booleans()):
        end = None
    return start, end


@st.composite
def versions(draw, kind, periods):
    """(from when, comparable, kind, over time): new definitions at the beginning of periods, of kinds filed alike."""
    family = next((one for one in (PLAIN, RATES) if kind in one), {kind})
    alike = [one for one in KINDS if one[0] in family]
    found = []
    for start in sorted(draw(st.sets(st.sampled_from(periods[1:] or periods), max_size=3))):
        is_comparable = draw(st.booleans())
        found.append((start, is_comparable, *(draw(st.sampled_from(alike))[:2] if not is_comparable else ("", ""))))
    return found


@st.composite
def worlds(draw):
    kind, over_time, carry = draw(st.sampled_from(KINDS))
    frequency = Grain(draw(st.sampled_from(["month", "month", "month", "quarter", "year"])))
    partners = draw(st.integers(1, 3))
    periods = periods_between(FIRST, LAST_MONTH, frequency, TENANT_STARTS)
    rhythms = st.sampled_from([""] * 3 + [grain for grain in Grain if grain.months > frequency.months])
    is_uneven = draw(st.booleans())
    where = st.tuples(st.integers(0, partners - 1), st.sampled_from(periods))
    figure = st.tuples(
        where,
        st.sampled_from(CATEGORIES[:1] * 4 + CATEGORIES),
        numbers,
        numbers,
        st.sampled_from(["approved"] * 6 + ["submitted", "draft", "returned"]),
        st.sampled_from([False] * 5 + [True]),  # not collected
        st.booleans(),  # new_only, or a note beside the number
    )
    return {
        "kind": kind,
        "over_time": over_time,
        "carry": carry,
        "frequency": frequency,
        "counting": draw(st.sampled_from(["approved", "submitted"])),
        "participations": [draw(periods_of_time()) for _ in range(partners)],
        "obligations": draw(
            st.lists(
                st.tuples(
                    st.one_of(st.none(), st.integers(0, partners - 1)),
                    periods_of_time(),
                    rhythms if is_uneven else st.just(""),
                    st.booleans() if is_uneven else st.just(False),
                ),
                min_size=1,
                max_size=4,
                unique_by=lambda o: (o[0], o[1][0]),
            )
        )
        if draw(st.booleans())
        else [(None, (None, None), "", is_uneven)],
        "retired_on": draw(st.one_of(st.none(), st.none(), days)),
        "versions": draw(versions(kind, periods)) if draw(st.booleans()) else [],
        "excuses": draw(st.lists(where, max_size=6, unique=True)),
        "figures": draw(st.lists(figure, max_size=40, unique_by=lambda f: (f[0], f[1]))),
        "mean_allowed": draw(st.booleans()),
        "all_new": draw(st.sampled_from([None, True, False])),
        "reader_starts": draw(st.sampled_from([1, 4, 8])),
    }


@pytest.fixture
def initiative(in_riverside):
    Participation.objects.all().delete()
    return in_riverside.initiative


@settings(max_examples=80)
@given(world=worlds())
def test_sql_and_rules_say_the_same(initiative, in_riverside, world):
    with transaction.atomic():
        _check(initiative, in_riverside, world)
        transaction.set_rollback(True)


def _check(initiative, riverside, world):
    indicators, partners = _build(initiative, riverside, world)
    rollups.rebuild(initiative)
    assert rollups.differences(initiative) == []
    for grain in Grain:
        if grain.months < world["frequency"].months:
            continue
        _compare(initiative, indicators, partners, world, grain, None)
    for grain in (Grain.QUARTER, Grain.YEAR):
        _compare(initiative, indicators, partners, world, grain, world["reader_starts"])


def _build(initiative, riverside, world):
    riverside.tenant.counting = world["counting"]
    riverside.tenant.save()
    partners = sorted(riverside.partners, key=lambda p: p.pk)[: len(world["participations"])]
    for partner, (joins_on, leaves_on) in zip(partners, world["participations"], strict=True):
        Participation.objects.create(initiative=initiative, partner=partner, joins_on=joins_on, leaves_on=leaves_on)
    # Owed just alike, and before it: who owes what is asked once for both.
    twin = factories.make_indicator(
        initiative, "twin", owed=False, frequency=world["frequency"], retired_on=world["retired_on"]
    )
    indicator = factories.make_indicator(
        initiative,
        owed=False,
        kind=world["kind"],
        over_time=world["over_time"],
        carry_forward=world["carry"],
        frequency=world["frequency"],
        retired_on=world["retired_on"],
        levels=[{"slug": slug, "name": slug} for slug in LEVELS] if world["kind"] == "ordinal" else [],
        mean_allowed=world["kind"] == "ordinal" and world["mean_allowed"],
    )
    Obligation.objects.bulk_create(
        Obligation(
            indicator=one,
            partner=None if who is None else partners[who],
            starts_on=since,
            ends_on=until,
            frequency=rhythm,
            first_partial="optional" if may_begin_late else "expected",
        )
        for one in (twin, indicator)
        for who, (since, until), rhythm, may_begin_late in world["obligations"]
    )
    _define_anew(indicator, world)
    Excuse.objects.bulk_create(
        Excuse(indicator=indicator, partner=partners[who], period=period, reason="fire", by=riverside.people.ana)
        for who, period in world["excuses"]
    )
    filing = factories.make_figure(twin, partners[0], FIRST, 1).filing
    Figure.objects.bulk_create(
        Figure(
            filing=filing,
            indicator=indicator,
            partner=partners[who],
            period=period,
            category=category,
            value=entry.value,
            numerator=entry.numerator,
            denominator=entry.denominator,
            weight=entry.weight,
            note=entry.reason,
            is_not_collected=entry.is_not_collected,
            new_only=entry.new_only,
            state=state,
            changed_at="2026-01-01T00:00:00Z",
        )
        for (who, period), category, *said, state, not_collected, new in world["figures"]
        for entry in (_entry(world, *said, not_collected, new),)
    )
    return (twin, indicator), partners


def _entry(world, one, two, not_collected, new):
    """What a figure of the world's kind says, of two numbers and a yes or no."""
    if not_collected:
        return Entry(is_not_collected=True, reason="lost")
    kind = world["kind"]
    if kind.startswith("rate"):
        return Entry(numerator=abs(one), denominator=abs(two))
    if kind == "weighted_average":
        return Entry(value=one, weight=abs(two))
    if kind == "milestone":
        return Entry(value=Decimal(int(one) % 2), reason="taken down" if new else "")
    if kind == "ordinal":
        return Entry(value=Decimal(int(one) % len(LEVELS) + 1))
    if kind == "narrative":
        return Entry(reason="It went well.", is_told=True)
    return Entry(value=abs(one) if kind == "unduplicated" else one, new_only=_is_new(world, new))


def _is_new(world, new):
    return not world["kind"].startswith("rate") and (new if world["all_new"] is None else world["all_new"])


def _line(world):
    return Line(
        slug="k",
        allows_negative=True,
        name="K",
        kind=world["kind"],
        over_time=world["over_time"],
        carry_forward=world["carry"],
        levels=tuple(Level(slug, slug) for slug in LEVELS) if world["kind"] == "ordinal" else (),
        mean_allowed=world["mean_allowed"],
        breakdowns=BREAKDOWNS,
        dimensions={"age": AGE, "need": NEED},
    )


def _compare(initiative, indicators, partners, world, grain, reader_starts):
    _twin, indicator = indicators
    line = _line(world)
    by_cell = _cells(world)
    views = [
        (None, CATEGORIES, {where: dict(cells) for where, cells in by_cell.items()}),
        (merged_categories({indicator.pk: line}), CATEGORIES, {w: merged(line, c) for w, c in by_cell.items()}),
        (
            known_parts({indicator.pk: line}),
            ["age", "need"],
            {
                where: {b[0]: part for b in BREAKDOWNS if (part := known_part(line, b, cells)) is not None}
                for where, cells in by_cell.items()
            },
        ),
    ]
    # Of kinds whose parts do not add up nothing is merged, and nothing is known to be broken down.
    views = views[:1] + [view for view in views[1:] if view[0] is not None and not _changes_kind(world)]
    starts = reader_starts or TENANT_STARTS
    since, until = start_of(grain, FIRST, starts), LAST_MONTH
    spans = {}  # by period: the same through every lens
    for period in periods_between(since, until, grain, starts):
        months = months_in(grain, period)
        counted = _counted(world, months)
        spans[period] = (months, *counted, {n: _owed(world, n, months, counted[1]) for n in range(len(partners))})
    for lens, categories, cells in views:
        asked = {"categories": True, "year_starts": reader_starts, "lens": lens, "fill": lens is None}
        found = {
            (row.category, row.period): row
            for row in series(initiative, indicators, grain, since, until, **asked)
            if row.indicator_id == indicator.pk
        }
        own = {
            (number, row.category, row.period): row
            for number, partner in enumerate(partners)
            for row in series(initiative, indicators, grain, since, until, partner.pk, **asked)
            if row.indicator_id == indicator.pk
        }
        seen = set()
        for period, (months, line, _since_when, is_broken, periods) in spans.items():
            finish = versions_rule.broken if is_broken else lambda found: found
            owed = {n: {one.stands_at for one in found} for n, found in periods.items()}
            optional = {n: {one.stands_at for one in found if one.is_optional} for n, found in periods.items()}
            excused = {
                n: {one.stands_at for one in found if (n, one.start) in world["excuses"]}
                for n, found in periods.items()
            }
            stands = {(n, one.start): (n, one.stands_at) for n, found in periods.items() for one in found}
            for category in categories:
                entries = {
                    stands[where]: said[category]
                    for where, said in cells.items()
                    if category in said and where in stands
                }
                whole = combine(line, entries, owed, excused, months, optional=optional, year_starts=TENANT_STARTS)
                is_filled = category == "" and lens is None
                _same(found.get((category, period)), finish(whole), is_filled, (lens, grain, period, category))
                seen.add((category, period))
                if is_filled and world["kind"] == "ordinal":
                    levels = {(f"level:{slug}", period) for slug in LEVELS}
                    seen |= levels if is_broken else _same_levels(found, whole, period)
                for n in range(len(partners)):
                    mine = {month: entry for (who, month), entry in entries.items() if who == n}
                    alone = combine_periods(
                        line, mine, owed[n], months, excused=excused[n], optional=optional[n],
                        year_starts=TENANT_STARTS, partner=n,
                    )  # fmt: skip
                    where = (lens, grain, period, category, n)
                    _same(own.get((n, category, period)), finish(alone), is_filled, where)
        assert set(found) <= seen


def _define_anew(indicator, world):
    """The definitions that begin later."""
    kind, over_time = world["kind"], world["over_time"]
    for start, is_comparable, its_kind, its_over_time in world["versions"]:
        kind, over_time = (kind, over_time) if is_comparable else (its_kind, its_over_time)
        DefinitionVersion.objects.create(
            indicator=indicator, starts_on=start, definition="…", kind=kind, over_time=over_time,
            is_comparable=is_comparable,
        )  # fmt: skip


def _changes_kind(world):
    return any(kind not in ("", world["kind"]) for _start, _comparable, kind, _over_time in world["versions"])


def _counted(world, months):
    """How a span is counted at its end: its line, since when that is so, and whether it was counted otherwise before."""
    history = [versions_rule.Version(date.min, world["kind"])]
    ways = {date.min: (world["kind"], world["over_time"])}
    for start, is_comparable, kind, over_time in world["versions"]:
        history.append(versions_rule.Version(start, kind, is_comparable))
        ways[start] = (kind, over_time)
    own = [
        start
        for start in periods_between(months[0], months[-1], world["frequency"], TENANT_STARTS)
        if start >= months[0] and last_month(start, world["frequency"]) <= months[-1]
    ]
    first, last = (own[0], last_month(own[-1], world["frequency"])) if own else (months[0], months[-1])
    since_when = versions_rule.since(history, last)
    kind, over_time = ways[since_when]
    line = replace(_line(world), kind=kind, over_time=over_time)
    return line, since_when, versions_rule.break_between(history, first, last) is not None


def _owed(world, partner, months, since_when) -> set[OwedPeriod]:
    """What this partner owes, of periods that lie wholly inside the span, and of all before it that are counted alike."""
    return {
        one
        for one in _owed_at_all(world, partner)
        if one.stands_at <= months[-1] and not (one.stands_at >= months[0] and one.start < months[0])
        if one.start >= min(since_when, months[0])
    }


def _owed_at_all(world, partner) -> set[OwedPeriod]:
    """All that this partner owes up to the end of the last span; worked out once for each world."""
    kept = world.setdefault("owed", {})
    if partner in kept:
        return kept[partner]
    joins_on, leaves_on = world["participations"][partner]
    duty = Duty(
        indicator="k",
        partner="P",
        frequency=world["frequency"],
        year_starts=TENANT_STARTS,
        retired_on=world["retired_on"],
        stay=(joins_on, leaves_on or date.max),
        assignments=tuple(
            Assignment(since or date.min, until or date.max, Grain(rhythm) if rhythm else None, may_begin_late)
            for who, (since, until), rhythm, may_begin_late in world["obligations"]
            if who in (None, partner)
        ),
    )
    end = date(LAST_MONTH.year + 1, 12, 1)  # whatever the year begins with, no span ends later
    kept[partner] = {period_at(duty, month) for month in periods_between(date(2024, 7, 1), end)} - {None}
    return kept[partner]


def _cells(world):
    """What counts, by (partner, first month of its period) and category."""
    states = {"approved", "submitted"} if world["counting"] == "submitted" else {"approved"}
    cells = {}
    for (who, period), category, one, two, state, not_collected, new in world["figures"]:
        if state not in states:
            continue
        cells.setdefault((who, period), {})[category] = _entry(world, one, two, not_collected, new)
    return cells


def _same_levels(found, whole, period):
    """The rows of a scale's levels hold how many partners stand at each, with the coverage of the whole."""
    total = found.get(("", period))
    keys = {(f"level:{slug}", period): rank for rank, slug in enumerate(LEVELS, start=1)}
    if not whole.has_something:
        assert not set(keys) & set(found)
        return set()
    for key, rank in keys.items():
        row = found[key]
        assert row.value == whole.spread.get(rank, 0), key
        assert (row.filed, row.expected, row.state) == (total.filed, total.expected, total.state), key
    return set(keys)


def _same(row: SeriesRow | None, rule: Combined, is_filled, where):
    if row is None:
        assert not rule.has_something, where
        assert rule.coverage.filed == 0, where
        if is_filled:
            assert (rule.coverage.expected, rule.coverage.excused) == (0, 0), where
            assert rule.state is State.NOT_EXPECTED, where
        return
    assert row.state == rule.state, where
    assert (row.filed, row.expected, row.excused) == (
        rule.coverage.filed,
        rule.coverage.expected,
        rule.coverage.excused,
    ), where
    assert (row.numerator, row.denominator, row.lower, row.upper) == (
        rule.numerator,
        rule.denominator,
        rule.lower,
        rule.upper,
    ), where
    assert row.number == rule.value, where
    assert row.value_period == rule.as_of_period, where
    assert row.is_exact == (rule.kind == "unduplicated" and rule.value is not None), where
