"""Joint work that several partners file: the initiative counts it once, each partner keeps its figure (product, N10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.models import Change
from backbone.problems import Refused
from measures.models import Figure, SharedCount
from measures.publishing.gathering import pictures
from measures.rules.change import like_for_like
from measures.rules.figures import Entry
from measures.rules.periods import Grain
from measures.rules.shared import Shared, taken_off
from measures.selectors.indicator import partner_rows
from measures.selectors.parts import spans_of
from measures.selectors.reading import read
from measures.selectors.report import report, shares
from measures.selectors.series import series
from measures.selectors.spans import countings
from measures.services import rollups, shared
from measures.windows import Window
from tests import factories

AUG, SEP, OCT = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
OCTOBER = Window(Grain.MONTH, OCT, OCT, 7, 7)
YEAR = Window(Grain.YEAR, date(2026, 7, 1), OCT, 7, 7)


@pytest.fixture
def fair(in_riverside):
    """P1 and P2 both file 50 for one job fair in October."""
    in_riverside.indicator = factories.make_indicator(in_riverside.initiative)
    for partner in in_riverside.partners[:2]:
        factories.make_figure(in_riverside.indicator, partner, OCT, 50)
    return in_riverside


def count_once(riverside, *partners, amounts=None, period=OCT, **more):
    return shared.count_once(
        indicator=riverside.indicator,
        period=period,
        partners=partners or riverside.partners[:2],
        title="Job fair",
        by=riverside.people.ana,
        amounts=amounts,
        **more,
    )


def stored(riverside, grain=Grain.MONTH, period=OCT, **more):
    rollups.mark_stale([(riverside.indicator.pk, OCT, None)])
    rollups.recompute(riverside.tenant.pk)
    rows = series(riverside.initiative, [riverside.indicator], grain, period, period, categories=True, **more)
    return {row.category: row.number for row in rows}


def shown(riverside, window=OCTOBER):
    return read(riverside.initiative, [riverside.indicator], window, trend=0)[0]


def test_what_two_file_for_one_event_counts_once_and_is_each_ones_own(fair):
    assert stored(fair)[""] == 100
    linked = count_once(fair)
    assert stored(fair)[""] == 50
    assert shown(fair).now.value == 50
    own = stored(fair, scope=fair.partners[0].pk), stored(fair, scope=fair.partners[1].pk)
    assert [row[""] for row in own] == [50, 50]
    shared.count_each(shared=linked, by=fair.people.ana)
    assert stored(fair)[""] == 100
    assert shown(fair).now.value == 100
    assert [change.verb for change in Change.objects.filter(verb__startswith="shared.").order_by("pk")] == [
        "shared.counted_once", "shared.taken_apart",
    ]  # fmt: skip


def test_a_partners_share_is_of_what_is_counted_once(fair):
    """P3 files 25 beside the 50 that two filed of one fair: a third of 75, as the roll-up has it, not a fifth of 125."""
    third = fair.partners[2]
    factories.make_figure(fair.indicator, third, OCT, 25)
    count_once(fair)
    lines = report(fair.initiative, third, OCT).lines
    (share,) = shares(lines, third, [OCT])
    assert (share.mine, share.all) == (25, 75)
    assert stored(fair)[""] == 75
    Figure.objects.filter(indicator=fair.indicator, partner=fair.partners[1]).update(state="returned")
    (share,) = shares(lines, third, [OCT])
    assert (share.mine, share.all) == (25, 75), "it stands in one figure alone, from which nothing is taken"
    assert shares(report(fair.initiative, fair.partners[0], OCT).lines, fair.partners[0], [OCT])[0].all == 75


def test_coverage_stays_what_it_is(fair):
    before = shown(fair).now.coverage
    count_once(fair)
    after = shown(fair).now.coverage
    assert (after.filed, after.expected) == (before.filed, before.expected) == (2, 3)


def test_quarters_years_and_another_fiscal_year_count_it_once_too(fair):
    factories.make_figure(fair.indicator, fair.partners[0], AUG, 7)
    count_once(fair)
    rollups.mark_stale([(fair.indicator.pk, AUG, None)])
    assert stored(fair, Grain.QUARTER, OCT)[""] == 50
    assert stored(fair, Grain.YEAR, date(2026, 7, 1))[""] == 57
    assert stored(fair, Grain.YEAR, date(2026, 1, 1), year_starts=1)[""] == 57
    assert shown(fair, YEAR).now.value == 57
    assert rollups.differences(fair.initiative) == []


def test_part_of_what_they_filed_may_be_the_joint_work(fair):
    Figure.objects.filter(indicator=fair.indicator, partner=fair.partners[0]).update(value=300)
    count_once(fair, amounts={"": Entry(value=Decimal(40))})
    assert stored(fair)[""] == 310


def test_three_partners_of_one_event_count_it_once(fair):
    factories.make_figure(fair.indicator, fair.partners[2], OCT, 50)
    count_once(fair, *fair.partners)
    assert stored(fair)[""] == 50


def test_a_credit_counts_only_while_the_figure_does(fair):
    count_once(fair)
    Figure.objects.filter(indicator=fair.indicator, partner=fair.partners[1]).update(state="returned")
    assert stored(fair)[""] == 50
    assert shown(fair).now.value == 50


def test_no_more_is_taken_off_than_the_smallest_figure_holds(fair):
    count_once(fair)
    Figure.objects.filter(indicator=fair.indicator, partner=fair.partners[1]).update(value=20)
    assert stored(fair)[""] == 50
    assert shown(fair).now.value == 50


def test_both_halves_of_a_rate_count_once(in_riverside):
    in_riverside.indicator = factories.make_indicator(in_riverside.initiative, kind="rate")
    for partner, numerator in zip(in_riverside.partners, (15, 20, 10), strict=False):
        factories.make_figure(in_riverside.indicator, partner, OCT, numerator=numerator, denominator=50)
    count_once(in_riverside, amounts={"": Entry(numerator=Decimal(5), denominator=Decimal(20))})
    now = shown(in_riverside).now
    assert (now.numerator, now.denominator) == (40, 130)
    assert stored(in_riverside)[""] == Decimal(40) / Decimal(130)


def test_categories_count_once_with_the_total(in_riverside):
    factories.make_dimension(in_riverside.initiative, "age", "young", "old")
    in_riverside.indicator = factories.make_indicator(in_riverside.initiative, breakdowns=["age"])
    for partner in in_riverside.partners[:2]:
        for category, number in (("", 50), ("age:young", 30), ("age:old", 20)):
            factories.make_figure(in_riverside.indicator, partner, OCT, number, category=category)
    with pytest.raises(Refused) as refused:
        count_once(in_riverside, amounts={"": Entry(value=Decimal(40)), "age:old": Entry(value=Decimal(15))})
    assert refused.value.problems[0].code == "shared.parts"
    count_once(in_riverside)
    found = stored(in_riverside)
    assert (found[""], found["age:young"], found["age:old"]) == (50, 30, 20)


@pytest.mark.parametrize(
    ("kind", "amount", "code"),
    [
        ("unduplicated", 10, "shared.kind"),
        ("stock", 10, "shared.kind"),
        ("flow", 51, "shared.too_much"),
    ],
)
def test_what_cannot_be_counted_once_is_refused_with_the_reason(in_riverside, kind, amount, code):
    in_riverside.indicator = factories.make_indicator(in_riverside.initiative, kind=kind)
    for partner in in_riverside.partners[:2]:
        factories.make_figure(in_riverside.indicator, partner, OCT, 50)
    with pytest.raises(Refused) as refused:
        count_once(in_riverside, amounts={"": Entry(value=Decimal(amount))})
    assert [problem.code for problem in refused.value.problems][:1] == [code]


def test_nothing_filed_unlike_figures_and_one_partner_alone_are_refused(fair):
    codes = []
    Figure.objects.filter(partner=fair.partners[1]).update(value=49)
    for partners in (fair.partners[:2], fair.partners[:1], (fair.partners[0], fair.partners[2])):
        with pytest.raises(Refused) as refused:
            amounts = None if partners == fair.partners[:2] else {"": Entry(value=Decimal(1))}
            count_once(fair, *partners, amounts=amounts)
        codes.append(refused.value.problems[0].code)
    assert codes == ["shared.unlike", "shared.alone", "shared.silent"]


def test_the_change_is_computed_on_what_is_counted_once(fair):
    for partner in fair.partners[:2]:
        factories.make_figure(fair.indicator, partner, SEP, 50)
    for period in (SEP, OCT):
        count_once(fair, period=period)
    Figure.objects.filter(partner=fair.partners[0], period=OCT).update(value=60)
    reading = shown(fair)
    assert reading.before is not None
    change = like_for_like(reading.before.combined, reading.now)
    assert (change.previous, change.current) == (50, 60)


def test_the_rows_of_a_page_and_what_is_counted_once_come_to_the_figure(fair):
    factories.make_figure(fair.indicator, fair.partners[2], OCT, 8)
    count_once(fair)
    reading = shown(fair)
    rows = partner_rows(reading, None)
    off = taken_off(reading.now.shared, [row.partner.pk for row in rows])
    assert sum(row.now.value for row in rows) - off.value == reading.now.value == 58


def test_staff_count_it_once_on_a_page_and_the_figure_says_so(fair, client):
    client.force_login(factories.user_of(fair.people.ana))
    place = f"/o/riverside/work/indicators/{fair.indicator.slug}"
    opened = client.get(f"{place}/joint/2026-10/?partners=P1,P2")
    assert opened.status_code == 200
    codes = [str(partner.pk) for partner in fair.partners[:2]]
    wrong = client.post(f"{place}/joint/2026-10/", {"partners": codes, "title": "Job fair", "value": "51"})
    assert wrong.status_code == 422
    assert "P1 filed 50, which is less than 51." in wrong.content.decode()
    done = client.post(f"{place}/joint/2026-10/", {"partners": codes, "title": "Job fair", "value": "50"}, follow=True)
    assert "Job fair" in done.content.decode()
    page = client.get(f"{place}/?period=2026-10").content.decode()
    assert "Counted once" in page
    assert "Job fair (P1, P2)" in page
    row = SharedCount.objects.get()
    client.post(f"{place}/joint/2026-10/", {"row": str(row.pk)})
    assert not SharedCount.objects.exists()
    assert "Counted once" not in client.get(f"{place}/?period=2026-10").content.decode()


def test_a_publication_shows_the_figure_and_no_rows_that_would_come_to_more(fair):
    factories.make_figure(fair.indicator, fair.partners[2], OCT, 70)
    (before,) = pictures(fair.initiative, [fair.indicator], OCTOBER, fair.tenant)
    assert len(before.parts) == 3
    count_once(fair)
    (after,) = pictures(fair.initiative, [fair.indicator], OCTOBER, fair.tenant)
    assert after.parts == {}
    assert after.reading.now.value == 120


def test_without_joint_work_no_statement_is_added(fair):
    spans = list(spans_of(countings([fair.indicator.pk]), OCTOBER).values())
    assert not any(span.counting.has_shared for span in spans)


partners = st.frozensets(st.integers(0, 4), min_size=1)


@given(st.lists(st.tuples(partners, st.integers(0, 50)), max_size=4), st.sets(st.integers(0, 4)))
def test_taking_off_by_groups_never_takes_more_than_taking_off_by_all(pieces, group):
    work = [Shared(who, Entry(value=Decimal(amount))) for who, amount in pieces]
    rest = set(range(5)) - group
    apart = (taken_off(work, group).value or 0) + (taken_off(work, rest).value or 0)
    assert apart <= (taken_off(work, range(5)).value or 0)


@settings(max_examples=12)
@given(
    st.lists(st.integers(0, 40), min_size=3, max_size=3),
    st.lists(st.tuples(st.frozensets(st.integers(0, 2), min_size=2), st.integers(0, 60)), max_size=3),
    st.sampled_from([(Grain.MONTH, OCT), (Grain.QUARTER, OCT), (Grain.YEAR, date(2026, 7, 1))]),
)
def test_sql_and_rules_take_off_the_same(in_riverside, numbers, pieces, window):
    riverside = in_riverside
    riverside.indicator = factories.make_indicator(
        riverside.initiative, f"k{riverside.initiative.indicators.count() + 1}"
    )
    for partner, number in zip(riverside.partners, numbers, strict=True):
        factories.make_figure(riverside.indicator, partner, OCT, number)
    for who, amount in pieces:
        if amount <= min(numbers[one] for one in who):
            count_once(riverside, *(riverside.partners[one] for one in who), amounts={"": Entry(value=Decimal(amount))})
    grain, period = window
    by_rules = shown(riverside, Window(grain, period, OCT, 7, 7)).now.value
    assert stored(riverside, grain, period)[""] == by_rules
