"""What is stored of a formula is what the rules compute from random filings of its inputs, of any two kinds.

The same at every grain, for the whole and for each partner, in the tenant's fiscal year and another; and a rebuild, the
nightly check and a reading at once say the same.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.models import Participation
from measures.lines import dimensions_of, line_of
from measures.models import Excuse, Figure, Obligation
from measures.rules.combining import Combined, combine
from measures.rules.coverage import Coverage, combined_coverage
from measures.rules.derived import combined_from, coverage_of_partner, definition_of
from measures.rules.periods import Grain, add_months, months_in, periods_between, start_of
from measures.rules.versions import broken
from measures.selectors.series import series
from measures.services import rollups
from tests import factories
from tests.measures.test_rollups_agree_with_rules import (
    FIRST,
    LAST_MONTH,
    TENANT_STARTS,
    _build,
    _cells,
    _counted,
    _define_anew,
    _entry,
    _owed,
    worlds,
)

FORMULAS = [
    "{completions} + {second}",
    "{completions} / {second} * 100",
    "max({completions}, {second}) - 2 * -{completions}",
    "1 / ({completions} - {completions}) + {second}",
]
INPUTS = {
    "flow", "rate", "rate_stock", "stock", "unduplicated", "to_date", "weighted_average", "average_stock", "minimum",
    "maximum", "money",
}  # fmt: skip
NOBODY = Coverage(0, 0)


@st.composite
def full_worlds(draw):
    """Worlds in which nearly everybody files nearly everything, so that whole quarters and years are complete."""
    world = draw(worlds())
    partners = len(world["participations"])
    periods = periods_between(FIRST, LAST_MONTH, world["frequency"], TENANT_STARTS)
    numbers = draw(st.lists(st.integers(0, 90), min_size=5, max_size=5))
    holes = draw(st.sets(st.tuples(st.integers(0, partners - 1), st.sampled_from(periods)), max_size=2))
    figures = [
        ((n, period), "", Decimal(numbers[(n + at) % 5]), Decimal(numbers[(n * at) % 5]), "approved", False, False)
        for n in range(partners)
        for at, period in enumerate(periods)
        if (n, period) not in holes
    ]
    late = draw(st.booleans())
    stays = [(FIRST if n or not late else add_months(FIRST, 2), None) for n in range(partners)]
    everybody = [(None, (None, None), "", False)]
    more = {"participations": stays, "obligations": everybody, "retired_on": None, "figures": figures}
    return world | more | {"kind": draw(st.sampled_from(["flow", "flow", "rate", "stock"])), "over_time": ""}


@pytest.fixture
def initiative(in_riverside):
    Participation.objects.all().delete()
    return in_riverside.initiative


@settings(max_examples=12)
@given(
    world=st.one_of(worlds(), full_worlds()),
    other=st.one_of(worlds(), full_worlds(), full_worlds()),
    formula=st.sampled_from(FORMULAS),
    reweight=st.booleans(),
)
def test_stored_formulas_are_what_the_rules_compute(initiative, in_riverside, world, other, formula, reweight):
    with transaction.atomic():
        _check(initiative, in_riverside, world, other, formula, reweight)
        transaction.set_rollback(True)


def _check(initiative, riverside, world, other, formula, reweight):
    for one in (world, other):  # of a kind that can be computed with, also when it is defined anew
        one |= {"mean_allowed": False} | (
            {} if one["kind"] in INPUTS else {"kind": "flow", "over_time": "", "carry": 0}
        )
        one["versions"] = [
            (start, is_comparable, *((kind, over_time) if kind in INPUTS else (one["kind"], one["over_time"])))
            for start, is_comparable, kind, over_time in one["versions"]
        ]
    (_twin, first), partners = _build(initiative, riverside, world)
    other |= {"participations": world["participations"], "counting": world["counting"]}
    second = _build_second(initiative, riverside, other, partners, first)
    frequency = max(world["frequency"], other["frequency"], key=lambda grain: grain.months)
    fields = {"owed": False, "frequency": frequency}
    made = [
        factories.make_indicator(initiative, "share", kind="formula", formula=formula, **fields),
        factories.make_indicator(initiative, "outer", kind="formula", formula="{share} * 2 + 1", **fields),
        factories.make_indicator(
            initiative,
            "score",
            kind="index",
            reweight=reweight,
            components=[
                {"indicator": "completions", "weight": "2", "best": "100", "worst": "0"},
                {"indicator": "second", "weight": "0.5"},
            ],
            **fields,
        ),
    ]
    rollups.rebuild(initiative)
    assert rollups.differences(initiative) == []
    worlds_of = {"completions": (world, first), "second": (other, second)}
    for grain in Grain:
        if grain.months >= frequency.months:
            _compare(initiative, made, partners, worlds_of, grain, None)
    if frequency is Grain.MONTH:
        for grain in (Grain.QUARTER, Grain.YEAR):
            _compare(initiative, made, partners, worlds_of, grain, world["reader_starts"])


def _build_second(initiative, riverside, world, partners, first):
    indicator = factories.make_indicator(
        initiative,
        "second",
        owed=False,
        kind=world["kind"],
        over_time=world["over_time"],
        carry_forward=world["carry"],
        frequency=world["frequency"],
        retired_on=world["retired_on"],
    )
    _define_anew(indicator, world)
    world["obligations"] = [one for one in world["obligations"] if one[0] is None or one[0] < len(partners)]
    world["excuses"] = [one for one in world["excuses"] if one[0] < len(partners)]
    world["figures"] = [one for one in world["figures"] if one[0][0] < len(partners)]
    Obligation.objects.bulk_create(
        Obligation(
            indicator=indicator,
            partner=None if who is None else partners[who],
            starts_on=since,
            ends_on=until,
            frequency=rhythm,
            first_partial="optional" if may_begin_late else "expected",
        )
        for who, (since, until), rhythm, may_begin_late in world["obligations"]
    )
    Excuse.objects.bulk_create(
        Excuse(indicator=indicator, partner=partners[who], period=period, reason="fire", by=riverside.people.ana)
        for who, period in world["excuses"]
    )
    filing = factories.make_figure(first, partners[0], FIRST.replace(year=2020), 1).filing
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
    return indicator


def _compare(initiative, made, partners, worlds_of, grain, reader_starts):
    starts = reader_starts or TENANT_STARTS
    since = start_of(grain, FIRST, starts)
    dimensions = dimensions_of(initiative)
    definitions = {one.slug: definition_of(line_of(one, dimensions)) for one in made}
    slugs = {one.pk: one.slug for one in made}
    rows = {}
    for scope in (0, *(partner.pk for partner in partners)):
        for row in series(initiative, made, grain, since, LAST_MONTH, scope, year_starts=reader_starts):
            rows[slugs[row.indicator_id], scope, row.period] = row
    for period in periods_between(since, LAST_MONTH, grain, starts):
        leaves = {slug: _leaf(world, months_in(grain, period), len(partners)) for slug, (world, _) in worlds_of.items()}
        owns = {}
        for n, partner in enumerate(partners):
            inputs = {
                slug: dict(leaf.parts).get(n, Combined(leaf.kind, leaf.state, NOBODY)) for slug, leaf in leaves.items()
            }
            covered = coverage_of_partner(n, [one.coverage for one in inputs.values()])
            owns[n] = covered
            _same_everywhere(definitions, inputs, covered, rows, partner.pk, period)
        _same_everywhere(definitions, leaves, combined_coverage(owns.values()), rows, 0, period)


def _leaf(world, months, partners) -> Combined:
    line, since_when, is_broken = _counted(world, months)
    periods = {n: _owed(world, n, months, since_when) for n in range(partners)}
    stands = {(n, one.start): (n, one.stands_at) for n, found in periods.items() for one in found}
    found = combine(
        line,
        {stands[where]: said[""] for where, said in _cells(world).items() if "" in said and where in stands},
        {n: {one.stands_at for one in found} for n, found in periods.items()},
        {n: {one.stands_at for one in found if (n, one.start) in world["excuses"]} for n, found in periods.items()},
        months,
        optional={n: {one.stands_at for one in found if one.is_optional} for n, found in periods.items()},
        year_starts=TENANT_STARTS,
    )
    return broken(found) if is_broken else found


def _same_everywhere(definitions, inputs, covered, rows, scope, period):
    values = dict(inputs)
    for slug, definition in definitions.items():
        rule = values[slug] = combined_from(definition, values, covered)
        row = rows.get((slug, scope, period))
        where = (slug, scope, period, rule)
        if row is None:
            assert (covered.filed, covered.expected, covered.excused, rule.value) == (0, 0, 0, None), where
            continue
        assert (row.state, row.value, row.value_period) == (rule.state, rule.value, rule.as_of_period), (row, where)
        assert (row.filed, row.expected, row.excused) == (covered.filed, covered.expected, covered.excused), (
            row,
            where,
        )
