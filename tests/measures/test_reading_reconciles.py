"""What a page shows above a list of partners is what the list adds up to, for every kind and every reader."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.models import Partner
from measures.models import Excuse, Figure, Filing, Indicator, Obligation
from measures.rules.combining import combine, combine_partners
from measures.rules.figures import Entry
from measures.rules.kinds import KINDS as rules_of_kinds  # noqa: N811
from measures.rules.periods import Grain, months_in
from measures.rules.usual import usual
from measures.selectors.indicator import partner_rows, sector_rows
from measures.selectors.parts import spans_of, usual_volumes
from measures.selectors.reading import read
from measures.selectors.spans import countings
from measures.windows import Window
from tests import factories

JUL, OCT = date(2026, 7, 1), date(2026, 10, 1)
MONTHS = (*months_in(Grain.QUARTER, JUL), OCT)
LEVELS = [{"slug": "starting", "name": "Starting"}, {"slug": "steady", "name": "Steady"}]
# Every kind that partners file, and how it combines over time where it says so itself.
KINDS = [
    *[(kind, "") for kind, rule in rules_of_kinds.items() if rule.is_filed and kind != "rate_stock"],
    *[("rate_stock", way) for way in ("last", "person_time", "period_rate")],
]

figures = st.tuples(
    st.integers(0, 2),
    st.sampled_from(MONTHS),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from(["approved"] * 5 + ["submitted", "draft"]),
    st.sampled_from([False] * 6 + [True]),
)


@st.composite
def worlds(draw):
    return {
        "kind": draw(st.sampled_from(KINDS)),
        "figures": draw(st.lists(figures, max_size=14, unique_by=lambda one: one[:2])),
        "excuses": draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(MONTHS)), max_size=2, unique=True)),
        "window": draw(st.sampled_from([(Grain.MONTH, OCT), (Grain.QUARTER, JUL), (Grain.YEAR, JUL)])),
        "shown": draw(st.sets(st.integers(0, 2))),
    }


def build(riverside, world):
    kind, over_time = world["kind"]
    more = {"levels": LEVELS} if kind == "ordinal" else {"unit": "USD"} if kind == "money" else {}
    indicator = factories.make_indicator(riverside.initiative, kind=kind, over_time=over_time, **more)
    for who, month, number, other, state, is_not_collected in world["figures"]:
        said = answer_of(kind, number, other)
        changes = {"is_not_collected": True} if is_not_collected else said
        factories.make_figure(indicator, riverside.partners[who], month, state=state, **changes)
    for partner, sector in zip(riverside.partners, ("health", "schools", "schools"), strict=True):
        Partner.objects.filter(pk=partner.pk).update(sector=sector)
    for who, month in world["excuses"]:
        Excuse.objects.create(
            indicator=indicator, partner=riverside.partners[who], period=month, reason="ill", by=riverside.people.ana
        )
    return indicator


def answer_of(kind: str, number: int, other: int) -> dict:
    """What a partner says of two numbers, as the kind asks for it."""
    rule = rules_of_kinds[kind]
    if rule.is_ratio:
        return {"numerator": min(number, other), "denominator": other}
    if rule.is_weighted:
        return {"value": number, "weight": other}
    if rule.is_words:
        return {"note": f"{number} of us met"}
    if kind == "milestone":
        return {"value": number % 2}
    return {"value": number % 2 + 1} if kind == "ordinal" else {"value": number}


def plainly(indicator, reading, riverside, world):
    """The same figure by the rules alone, from the entries."""
    months = [month for month in months_in(*world["window"]) if month <= OCT]
    filed = {
        (row.partner_id, row.period): Entry(
            row.value,
            row.numerator,
            row.denominator,
            row.weight,
            is_not_collected=row.is_not_collected,
            reason=row.note,
            new_only=row.new_only,
            is_told=bool(row.note),
        )
        for row in Figure.objects.filter(indicator=indicator, state="approved")
        if row.period in months
    }
    owed = {partner.pk: months for partner in riverside.partners}
    excused = {
        partner.pk: [e.period for e in Excuse.objects.filter(indicator=indicator, partner=partner)]
        for partner in riverside.partners
    }
    return combine(reading.line, filed, owed, excused, months, year_starts=7, weights=reading.weights)


def clear():
    for model in (Figure, Filing, Excuse, Obligation, Indicator):
        model.objects.all().delete()


@settings(max_examples=120)
@given(world=worlds())
def test_children_combine_to_the_parent_for_every_kind_window_and_reader(in_riverside, world):
    with transaction.atomic():
        indicator = build(in_riverside, world)
        grain, period = world["window"]
        window = Window(grain, period, OCT, 7, 7)
        reading = read(in_riverside.initiative, [indicator], window, trend=0)[0]
        assert reading.now == plainly(indicator, reading, in_riverside, world)
        assert len(reading.whole.parts) == 3  # who is missing or excused is a child too
        for shown in (None, {in_riverside.partners[i].pk for i in world["shown"]}):
            rows = partner_rows(reading, shown)
            children = {number: row.now for number, row in enumerate(rows)}
            together = combine_partners(reading.line, children)
            assert (together.state, together.value, together.lower, together.upper) == (
                reading.now.state,
                reading.now.value,
                reading.now.lower,
                reading.now.upper,
            )
            assert together.coverage.filed == reading.now.coverage.filed
            assert together.coverage.expected == reading.now.coverage.expected
            missing = sum(row.now.coverage.missing_count for row in rows)
            assert missing == reading.now.coverage.missing_count
            sectors = sector_rows(reading, rows)
            assert {one.sector for one in sectors} <= {"health", "schools", None}
            whole = combine_partners(reading.line, {number: one.now for number, one in enumerate(sectors)})
            assert (whole.state, whole.value, whole.lower, whole.upper, whole.coverage.filed, whole.coverage.expected) == (
                together.state, together.value, together.lower, together.upper, together.coverage.filed,
                together.coverage.expected,
            )  # fmt: skip
            for one in sectors:
                own = {row.partner.pk: row.now for row in rows if row.partner and row.partner.sector == one.sector}
                again = combine_partners(reading.line, own) if own else one.now
                assert (again.state, again.value, again.lower, again.upper) == (
                    one.now.state, one.now.value, one.now.lower, one.now.upper,
                )  # fmt: skip
            if shown is not None:
                assert {row.partner.pk for row in rows if row.partner is not None} == shown
        transaction.set_rollback(True)


@settings(max_examples=40)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=12),
    is_ratio=st.booleans(),
)
def test_the_usual_volume_is_the_rules_median(in_riverside, values, is_ratio):
    with transaction.atomic():
        indicator = factories.make_indicator(in_riverside.initiative, kind="rate" if is_ratio else "flow")
        history = []
        for back, number in enumerate(values, start=1):
            month = date(2026 - (back > 9), (10 - back - 1) % 12 + 1, 1)
            if number is None:
                continue
            said = {"numerator": 0, "denominator": number} if is_ratio else {"value": number}
            factories.make_figure(indicator, in_riverside.partners[0], month, **said)
            entry = Entry(**{name: Decimal(one) for name, one in said.items()})
            history.insert(0, entry)
        spans = spans_of(countings([indicator.pk]), Window(Grain.MONTH, OCT, OCT, 7, 7))
        found = usual_volumes(spans.values()).get(spans[indicator.pk], {}).get(in_riverside.partners[0].pk)
        assert found == usual(history)
        transaction.set_rollback(True)


@pytest.fixture
def k1(in_riverside):
    return factories.make_indicator(in_riverside.initiative, code="K1")


def test_coverage_by_volume_weighs_who_is_missing(in_riverside, k1):
    for partner, number in zip(in_riverside.partners, (680, 300, 20), strict=True):
        for month in MONTHS[:3]:
            factories.make_figure(k1, partner, month, number)
    factories.make_figure(k1, in_riverside.partners[0], OCT, 700)
    reading = read(in_riverside.initiative, [k1], Window(Grain.MONTH, OCT, OCT, 7, 7), trend=0)[0]
    assert reading.now.coverage.usual_share == Decimal("0.68")
    assert reading.missing_usual == "320"
    assert reading.everybody_usual == "1,000"
    assert str(reading.shown) == "700 so far"


def test_what_may_be_below_zero_is_covered_by_count_alone(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative, allows_negative=True, counts_people=False)
    for partner, number in zip(in_riverside.partners, (680, -300, 20), strict=True):
        for month in MONTHS[:3]:
            factories.make_figure(indicator, partner, month, number)
    factories.make_figure(indicator, in_riverside.partners[0], OCT, 700)
    reading = read(in_riverside.initiative, [indicator], Window(Grain.MONTH, OCT, OCT, 7, 7), trend=0)[0]
    assert (reading.now.coverage.usual_share, reading.now.is_lower_bound) == (None, False)
    assert (reading.said, reading.everybody_usual) == ("700 so far", "")


def test_a_submitted_figure_waits_and_does_not_count_where_approved_ones_do(in_riverside, k1):
    factories.make_figure(k1, in_riverside.partners[0], OCT, 5, state="submitted")
    factories.make_figure(k1, in_riverside.partners[1], OCT, 7)
    window = Window(Grain.MONTH, OCT, OCT, 7, 7)
    reading = read(in_riverside.initiative, [k1], window, trend=0)[0]
    assert (reading.said, reading.waiting) == ("7 so far", 1)
    in_riverside.tenant.counting = "submitted"
    in_riverside.tenant.save()
    reading = read(in_riverside.initiative, [k1], window, trend=0)[0]
    assert (reading.said, reading.waiting) == ("12 so far", 0)


def test_a_quarterly_indicator_is_read_in_its_last_whole_quarter(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative, frequency="quarter")
    factories.make_figure(indicator, in_riverside.partners[0], JUL, 40)
    reading = read(in_riverside.initiative, [indicator], Window(Grain.MONTH, OCT, OCT, 7, 7), trend=0)[0]
    assert (reading.window.grain, reading.window.period, reading.said) == (Grain.QUARTER, JUL, "40 so far")


def test_partners_are_read_by_sector_and_each_sector_by_its_partners(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, code="K1")
        for partner, number, sector in zip(
            riverside.partners, (680, 300, 20), ("health", "schools", "schools"), strict=True
        ):
            Partner.objects.filter(pk=partner.pk).update(sector=sector)
            factories.make_figure(indicator, partner, OCT, number)
        page = riverside.url(f"indicators/{indicator.slug}/?period=2026-10")
    client.force_login(factories.user_of(riverside.people.ana))

    def rows(rest: str = "") -> list[list[str]]:
        said = client.get(f"{page}{rest}").content.decode()
        table = said[said.index('id="who"') :].split("</table>")[0]
        found = [re.sub(r"<[^>]+>", " ", row).split() for row in table.split("<tr")[2:]]
        return [[word for word in row if word not in (">",)] for row in found]

    by_sector = [" ".join(row) for row in rows("&by=sector")]
    assert [next(n for n in ("680", "320", "1,000") if f" {n} " in f"{row} ") for row in by_sector] == [
        "680",
        "320",
        "1,000",
    ]
    schools = [" ".join(row) for row in rows("&sector=schools")]
    assert len(schools) == 4
    assert ["P1" in row for row in schools[:2]] == [False, False]
    assert "320" in schools[2]
    assert "1,000" in schools[3]
