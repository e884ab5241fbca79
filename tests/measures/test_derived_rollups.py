"""Formulas and indexes among the roll-ups: inputs first, then the computing; as complete as their inputs; always fresh."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone.models import Participation
from measures.models import Excuse, Rollup
from measures.rules.periods import Grain, add_months
from measures.selectors.expected import expectations
from measures.selectors.rollup_table import Wanted, copy_rollups
from measures.selectors.series import series
from measures.services import rollups
from tests import factories

JULY = date(2026, 7, 1)
OCTOBER = date(2026, 10, 1)


def drain(riverside) -> int:
    return rollups.recompute(riverside.tenant.pk)


def file(indicator, partner, period, value=None, **changes):
    figure = factories.make_figure(indicator, partner, period, value, **changes)
    rollups.mark_stale([(indicator.pk, period, partner.pk)])
    return figure


def one(initiative, indicator, period=OCTOBER, grain=Grain.MONTH, scope=0, category="", **more):
    found = series(initiative, [indicator], grain, period, period, scope, categories=bool(category), **more)
    (row,) = [row for row in found if row.category == category]
    return row


def table(initiative, **wanted) -> list[dict[str, str]]:
    out = io.StringIO()
    copy_rollups(initiative, out, Wanted(**wanted))
    out.seek(0)
    return list(csv.DictReader(out))


@pytest.fixture
def share(in_riverside):
    """Placed and completions, and the share of the one in the other as a formula."""
    initiative = in_riverside.initiative
    in_riverside.placed = factories.make_indicator(initiative, "placed")
    in_riverside.completions = factories.make_indicator(initiative, "completions")
    in_riverside.share = factories.make_indicator(
        initiative, "share", owed=False, kind="formula", formula="{placed} / {completions} * 100"
    )
    return in_riverside


def file_both(share, period=OCTOBER, pairs=((15, 100), (15, 50), (0, 50))):
    for partner, (placed, completions) in zip(share.partners, pairs, strict=False):
        file(share.placed, partner, period, placed)
        file(share.completions, partner, period, completions)


def test_inputs_are_combined_first_and_then_computed(share):
    file_both(share)
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed, row.expected) == (15, "complete", 3, 3)
    assert rollups.differences(share.initiative) == []


def test_it_follows_its_inputs_in_the_same_drain(share):
    file_both(share)
    drain(share)
    figure = share.placed.figures.get(partner=share.partners[0])
    figure.value = 35
    figure.save()
    rollups.mark_stale([(share.placed.pk, OCTOBER, share.partners[0].pk)])
    drain(share)
    assert one(share.initiative, share.share).value == 25
    assert rollups.differences(share.initiative) == []


def test_a_partner_has_filed_when_it_filed_all_inputs_it_owes(share):
    file_both(share, pairs=((15, 100), (15, 50)))
    file(share.placed, share.partners[2], OCTOBER, 5)
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.state, row.filed, row.expected) == ("partial", 2, 3)
    assert row.value == Decimal("23.333333333333333333333333")


def test_an_input_that_nobody_filed_leaves_it_without(share):
    for partner in share.partners:
        file(share.placed, partner, OCTOBER, 5)
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed, row.expected) == (None, "none", 0, 3)


def test_nothing_filed_at_all_says_who_was_expected(share):
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed, row.expected) == (None, "none", 0, 3)


def test_an_input_that_nobody_owes_is_not_expected(share):
    share.completions.obligations.all().delete()
    for partner in share.partners:
        file(share.placed, partner, OCTOBER, 5)
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed, row.expected) == (None, "not_expected", 3, 3)


def test_a_division_by_zero_is_undefined(share):
    file_both(share, pairs=((0, 0), (0, 0), (0, 0)))
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed) == (None, "undefined", 3)


def test_who_is_excused_from_every_input_is_excused(share):
    file_both(share, pairs=((15, 100), (15, 50)))
    for indicator in (share.placed, share.completions):
        Excuse.objects.create(
            indicator=indicator, partner=share.partners[2], period=OCTOBER, reason="flood", by=share.people.ana
        )
    drain(share)
    row = one(share.initiative, share.share)
    assert (row.value, row.state, row.filed, row.expected, row.excused) == (20, "complete", 2, 2, 1)


def test_longer_spans_are_computed_from_longer_spans_of_the_inputs(share):
    for back, pairs in enumerate((((15, 100),), ((15, 50),), ((0, 50),))):
        file_both(share, add_months(OCTOBER, back), pairs)
    Participation.objects.exclude(partner=share.partners[0]).delete()
    drain(share)
    assert one(share.initiative, share.share, grain=Grain.QUARTER).value == 15
    assert one(share.initiative, share.share, JULY, grain=Grain.YEAR).state == "partial"
    assert one(share.initiative, share.share, grain=Grain.QUARTER, scope=share.partners[0].pk).value == 15
    own = series(share.initiative, [share.share], Grain.MONTH, OCTOBER, add_months(OCTOBER, 2), share.partners[0].pk)
    assert [row.value for row in own] == [15, 30, 0]
    assert rollups.differences(share.initiative) == []


def test_categories_are_computed_where_every_input_has_them(share):
    factories.make_dimension(share.initiative, "age", "young")
    for partner in share.partners:
        file(share.placed, partner, OCTOBER, 10)
        file(share.completions, partner, OCTOBER, 40)
        file(share.placed, partner, OCTOBER, 5, category="age:young")
        file(share.completions, partner, OCTOBER, 10, category="age:young")
        file(share.completions, partner, OCTOBER, 30, category="age:unknown")
    drain(share)
    row = one(share.initiative, share.share, category="age:young")
    assert (row.value, row.state, row.filed, row.expected) == (50, "complete", 3, 3)
    found = series(share.initiative, [share.share], Grain.MONTH, OCTOBER, OCTOBER, categories=True)
    assert [row.category for row in found] == ["", "age:young"]


def test_formulas_over_formulas_follow_as_well(share):
    doubled = factories.make_indicator(
        share.initiative, "doubled", owed=False, kind="formula", formula="{share} * 2 - {placed}"
    )
    file_both(share)
    drain(share)
    assert one(share.initiative, doubled).value == 0
    assert rollups.differences(share.initiative) == []


def test_halves_of_a_rate_are_known_even_when_the_rate_is_not(share):
    rate = factories.make_indicator(share.initiative, "rate", kind="rate")
    halves = factories.make_indicator(
        share.initiative, "halves", owed=False, kind="formula", formula="{rate.numerator} + {rate.denominator}"
    )
    value = factories.make_indicator(share.initiative, "value", owed=False, kind="formula", formula="{rate} + 1")
    for partner in share.partners:
        file(rate, partner, OCTOBER, numerator=0, denominator=0)
    drain(share)
    assert (one(share.initiative, halves).value, one(share.initiative, halves).state) == (0, "complete")
    assert (one(share.initiative, value).value, one(share.initiative, value).state) == (None, "undefined")


def test_people_go_in_only_where_they_are_one_number(share):
    people = factories.make_indicator(share.initiative, "people", kind="unduplicated")
    each = factories.make_indicator(share.initiative, "each", owed=False, kind="formula", formula="{placed} / {people}")
    for partner in share.partners:
        file(share.placed, partner, OCTOBER, 20)
        file(people, partner, OCTOBER, 10)
    drain(share)
    row = one(share.initiative, each)
    assert (row.value, row.state, row.filed) == (None, "not_combinable", 3)
    assert one(share.initiative, each, grain=Grain.MONTH, scope=share.partners[0].pk).value == 2


def test_an_index_weighs_its_components_on_their_scales(share):
    index = factories.make_indicator(
        share.initiative,
        "index",
        owed=False,
        kind="index",
        components=[
            {"indicator": "placed", "weight": "0.5", "best": "100", "worst": "0"},
            {"indicator": "completions", "weight": "0.5", "best": "0", "worst": "400"},
        ],
    )
    file_both(share)
    drain(share)
    row = one(share.initiative, index)
    assert (row.value, row.state) == (Decimal("0.4"), "complete")  # 0.5 × 0.3 + 0.5 × 0.5


@pytest.mark.parametrize(("reweight", "value", "state"), [(False, None, "none"), (True, 30, "partial")])
def test_an_index_without_a_component_has_no_value_unless_it_reweights(share, reweight, value, state):
    index = factories.make_indicator(
        share.initiative,
        "index",
        owed=False,
        kind="index",
        reweight=reweight,
        components=[{"indicator": "placed", "weight": "3"}, {"indicator": "completions", "weight": "1"}],
    )
    for partner in share.partners:
        file(share.placed, partner, OCTOBER, 10)
    drain(share)
    row = one(share.initiative, index)
    assert (row.value, row.state, row.filed, row.expected) == (value, state, 0, 3)


def test_a_rebuild_makes_the_same_and_the_check_finds_what_was_tampered_with(share):
    file_both(share)
    drain(share)
    before = list(Rollup.objects.order_by("pk").values())
    rollups.rebuild(share.initiative)
    assert list(Rollup.objects.order_by("pk").values()) == before
    Rollup.objects.filter(indicator=share.share, grain="month").update(value=99)
    Rollup.objects.filter(indicator=share.share, grain="year", scope=0).delete()
    assert [(row[1], row[2]) for row in rollups.differences(share.initiative)] == [
        ("month", share.share.pk),
        ("year", share.share.pk),
    ]
    assert rollups.check_and_mend(share.initiative) == 2
    assert rollups.differences(share.initiative) == []


def test_a_figure_that_goes_takes_its_formula_along(share):
    file_both(share)
    drain(share)
    for indicator in (share.placed, share.completions):
        for figure in indicator.figures.all():
            rollups.mark_stale([(indicator.pk, OCTOBER, figure.partner_id)])
        indicator.figures.all().delete()
    drain(share)
    assert not Rollup.objects.filter(indicator=share.share).exists()


def test_the_table_carries_it_with_coverage_by_partner_and_of_another_year(share):
    file_both(share)
    drain(share)
    (row,) = [
        row
        for row in table(share.initiative, grains=[Grain.MONTH], indicator_ids=[share.share.pk])
        if row["period"] == "2026-10"
    ]
    assert (row["value"], row["filed"], row["expected"], row["state"]) == ("15", "3", "3", "complete")
    september = [
        row
        for row in table(share.initiative, grains=[Grain.MONTH], indicator_ids=[share.share.pk])
        if row["period"] == "2026-09"
    ]
    assert [(row["value"], row["expected"], row["state"]) for row in september] == [("", "3", "none")]
    own = table(share.initiative, grains=[Grain.MONTH], indicator_ids=[share.share.pk], by_partner=True)
    assert {row["partner"]: row["value"] for row in own if row["period"] == "2026-10"} == {
        "P1": "15",
        "P2": "30",
        "P3": "0",
    }
    year = table(share.initiative, grains=[Grain.YEAR], indicator_ids=[share.share.pk], year_starts=1)
    assert [(row["period"], row["value"]) for row in year if row["value"]] == [("2026-01", "15")]


def test_it_can_be_computed_as_of_any_instant(share):
    file_both(share)
    drain(share)
    for as_of, value in ((timezone.now(), "15"), (timezone.now() - timedelta(days=1), None)):
        rows = table(share.initiative, indicator_ids=[share.share.pk], as_of=as_of)
        found = {row["grain"]: row["value"] for row in rows if row["value"]}
        assert found == ({} if value is None else dict.fromkeys(Grain, value))


def test_a_drain_asks_no_more_for_many_marks_than_for_few(share):
    file_both(share)
    with CaptureQueriesContext(
        connection,
    ) as few:
        drain(share)
    for back in range(1, 8):
        file_both(share, add_months(OCTOBER, -back))
    with CaptureQueriesContext(connection) as many:
        drain(share)
    assert len(few) == len(many)


def test_who_is_missing_from_a_formula_is_named(share):
    file_both(share, pairs=((15, 100), (15, 50)))
    file(share.placed, share.partners[2], OCTOBER, 5)
    found = expectations([share.share.pk], OCTOBER)
    assert [(one.partner_id, one.is_missing) for one in found] == [
        (partner.pk, partner == share.partners[2]) for partner in share.partners
    ]
    assert {one.indicator_id for one in found} == {share.share.pk}
