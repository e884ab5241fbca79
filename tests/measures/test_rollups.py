"""Roll-ups by mark, nudge and sweep: worked numbers, what makes them stale, and that running twice changes nothing."""

from __future__ import annotations

import random
import socket
import time
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone.models import Change, Participation
from backbone.services import restatements
from backbone.tenancy import NoTenant
from measures import tasks
from measures.models import Excuse, Figure, Rollup, StaleMark
from measures.rules.figures import Entry
from measures.rules.periods import Grain, add_months
from measures.selectors.expected import expectations
from measures.selectors.series import series
from measures.services import filings, rollups
from measures.services.figure_rows import FigureRow
from tests import factories

OCTOBER = date(2026, 10, 1)
JULY = date(2026, 7, 1)


@pytest.fixture
def nine(in_riverside):
    """Riverside with nine partners, who all owe one flow."""
    for number in range(4, 10):
        in_riverside.partners.append(factories.make_partner(in_riverside.initiative, f"P{number}"))
    return in_riverside


def drain(riverside) -> int:
    return rollups.recompute(riverside.tenant.pk)


def file(indicator, partner, period, value=None, **changes) -> Figure:
    figure = factories.make_figure(indicator, partner, period, value, **changes)
    rollups.mark_stale([(indicator.pk, period, partner.pk)])
    return figure


def one(initiative, indicator, period=OCTOBER, grain=Grain.MONTH, **more):
    (row,) = [r for r in series(initiative, [indicator], grain, period, period, **more) if r.category == ""]
    return row


# --- worked numbers (product specification, 3.1 and N1) ---


def test_a_partial_sum_says_who_is_missing_and_becomes_complete_when_they_file(nine):
    indicator = factories.make_indicator(nine.initiative)
    filed = [*nine.partners[:5], nine.partners[6], nine.partners[8]]
    for partner in filed:
        file(indicator, partner, OCTOBER, 100)
    drain(nine)
    row = one(nine.initiative, indicator)
    assert (row.value, row.filed, row.expected, row.state) == (700, 7, 9, "partial")
    missing = [e.partner_id for e in expectations([indicator.pk], OCTOBER) if e.is_missing]
    assert missing == [nine.partners[5].pk, nine.partners[7].pk]
    for partner in (nine.partners[5], nine.partners[7]):
        file(indicator, partner, OCTOBER, 150)
    drain(nine)
    row = one(nine.initiative, indicator)
    assert (row.value, row.filed, row.expected, row.state) == (1000, 9, 9, "complete")


def test_an_excuse_takes_a_partner_out_and_filing_all_the_same_lifts_it(nine):
    indicator = factories.make_indicator(nine.initiative)
    for partner in nine.partners[:8]:
        file(indicator, partner, OCTOBER, 10)
    late = nine.partners[8]
    Excuse.objects.create(indicator=indicator, partner=late, period=OCTOBER, reason="flood", by=nine.people.ana)
    drain(nine)
    row = one(nine.initiative, indicator)
    assert (row.filed, row.expected, row.excused, row.state) == (8, 8, 1, "complete")
    file(indicator, late, OCTOBER, 0)
    drain(nine)
    row = one(nine.initiative, indicator)
    assert (row.value, row.filed, row.expected, row.excused, row.state) == (80, 9, 9, 0, "complete")


def test_rates_are_sums_over_sums_and_a_zero_keeps_its_denominator(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative, kind="rate")
    first, second, third = in_riverside.partners
    file(indicator, first, OCTOBER, numerator=15, denominator=100)
    file(indicator, second, OCTOBER, numerator=15, denominator=50)
    drain(in_riverside)
    assert one(in_riverside.initiative, indicator).number == Decimal("0.2")
    file(indicator, third, OCTOBER, numerator=0, denominator=50)
    drain(in_riverside)
    assert one(in_riverside.initiative, indicator).number == Decimal("0.15")


def test_a_level_is_carried_no_further_than_its_limit(in_riverside):
    initiative = in_riverside.initiative
    partner = in_riverside.partners[0]
    Participation.objects.exclude(partner=partner).delete()
    plain = factories.make_indicator(initiative, "plain", kind="stock")
    carried = factories.make_indicator(initiative, "carried", kind="stock", carry_forward=1)
    for indicator in (plain, carried):
        file(indicator, partner, JULY, 12)
        file(indicator, partner, add_months(JULY, 1), 9)
    drain(in_riverside)
    september = add_months(JULY, 2)
    assert one(initiative, plain, september).state == "none"
    row = one(initiative, carried, september)
    assert (row.value, row.value_period, row.state) == (9, add_months(JULY, 1), "complete")
    assert one(initiative, carried, add_months(JULY, 3)).state == "none"
    quarter = one(initiative, carried, JULY, Grain.QUARTER)
    assert (quarter.value, quarter.state) == (9, "complete")


def test_people_are_bounded_and_never_summed(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative, kind="unduplicated")
    for partner, people in zip(in_riverside.partners, (40, 60, None), strict=True):
        if people is not None:
            file(indicator, partner, OCTOBER, people)
    drain(in_riverside)
    row = one(in_riverside.initiative, indicator)
    assert (row.lower, row.upper, row.value) == (60, None, None)
    file(indicator, in_riverside.partners[2], OCTOBER, 25)
    drain(in_riverside)
    row = one(in_riverside.initiative, indicator)
    assert (row.lower, row.upper, row.value, row.is_exact) == (60, 125, None, False)


def test_a_quarter_counts_a_partner_only_when_all_its_months_are_filed(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    first, second, third = in_riverside.partners
    for month in (JULY, add_months(JULY, 1), add_months(JULY, 2)):
        file(indicator, first, month, 1)
    file(indicator, second, JULY, 10)
    drain(in_riverside)
    row = one(in_riverside.initiative, indicator, JULY, Grain.QUARTER)
    assert (row.value, row.parts, row.filed, row.expected, row.state) == (13, 4, 1, 3, "partial")
    own = one(in_riverside.initiative, indicator, JULY, Grain.QUARTER, scope=second.pk)
    assert (own.value, own.filed, own.expected, own.state) == (10, 0, 1, "partial")
    silent = one(in_riverside.initiative, indicator, JULY, Grain.QUARTER, scope=third.pk)
    assert (silent.value, silent.expected, silent.state) == (None, 1, "none")


def test_a_quarterly_indicator_has_no_months(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative, frequency="quarter")
    file(indicator, in_riverside.partners[0], JULY, 5)
    drain(in_riverside)
    assert sorted(set(Rollup.objects.values_list("grain", flat=True))) == ["quarter", "year"]
    assert series(in_riverside.initiative, [indicator], "month", JULY, OCTOBER) == []


# --- marks ---


def test_a_row_goes_when_its_last_figure_does(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    partner = in_riverside.partners[0]
    figure = file(indicator, partner, OCTOBER, 5)
    part = file(indicator, partner, OCTOBER, 2, category="age:young")
    drain(in_riverside)
    assert (
        Rollup.objects.count() == 10
    )  # month, quarter, year of the whole; quarter and year of the partner; each twice
    part.delete()
    rollups.mark_stale([(indicator.pk, OCTOBER, partner.pk)])
    drain(in_riverside)
    assert set(Rollup.objects.values_list("category", flat=True)) == {""}
    figure.delete()
    rollups.mark_stale([(indicator.pk, OCTOBER, None)])
    drain(in_riverside)
    assert not Rollup.objects.exists()


def test_recomputing_twice_changes_nothing_not_even_since_when(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    file(indicator, in_riverside.partners[0], OCTOBER, 5)
    assert drain(in_riverside) == 1
    Rollup.objects.update(as_of=timezone.now() - timedelta(days=3))
    before = list(Rollup.objects.order_by("pk").values())
    assert drain(in_riverside) == 0
    rollups.mark_stale([(indicator.pk, OCTOBER, None)])
    drain(in_riverside)
    rollups.rebuild(in_riverside.initiative)
    assert list(Rollup.objects.order_by("pk").values()) == before


def test_random_filings_drained_bit_by_bit_equal_a_rebuild(in_riverside):
    """Every kind, figures that come, change and go, excuses, leavers: after each drain nothing differs."""
    chance = random.Random(20261109)  # noqa: S311  the same filings each time
    initiative = in_riverside.initiative
    kinds = [("flow", "", 0), ("rate", "", 0), ("rate_stock", "period_rate", 0), ("rate_stock", "last", 0)]
    kinds += [("stock", "", 0), ("stock", "", 2), ("unduplicated", "", 0)]
    indicators = [
        factories.make_indicator(initiative, f"k{n}", kind=kind, over_time=time, carry_forward=carry)
        for n, (kind, time, carry) in enumerate(kinds)
    ]
    quarterly = factories.make_indicator(initiative, "quarterly", frequency="quarter")
    for turn in range(40):
        for _ in range(chance.randrange(1, 8)):
            indicator = chance.choice([*indicators, quarterly])
            step = 3 if indicator is quarterly else 1
            period = add_months(date(2026, 1, 1), step * chance.randrange(0, 12 // step))
            partner = chance.choice(in_riverside.partners)
            category = chance.choice(["", "", "age:young"])
            where = {"indicator": indicator, "partner": partner, "period": period}
            what = chance.random()
            if what < 0.3:
                Figure.objects.filter(**where).delete()
            elif what < 0.35:
                Excuse.objects.get_or_create(**where, defaults={"reason": "flood", "by": in_riverside.people.ana})
            else:
                Figure.objects.filter(**where, category=category).delete()
                numbers = {"value": chance.randrange(0, 50)}
                if indicator.kind.startswith("rate"):
                    numbers = {"numerator": chance.randrange(0, 50), "denominator": chance.randrange(0, 90)}
                factories.make_figure(
                    indicator, partner, period, category=category, state=chance.choice(["approved", "draft"]), **numbers
                )
            rollups.mark_stale([(indicator.pk, period, partner.pk)])
        if turn == 20:
            leaver = in_riverside.partners[2]
            Participation.objects.filter(partner=leaver).update(leaves_on=date(2026, 5, 20))
            months = [add_months(date(2026, 1, 1), n) for n in range(12)]
            rollups.mark_stale([(i.pk, month, leaver.pk) for i in [*indicators, quarterly] for month in months])
        drain(in_riverside)
        assert not StaleMark.objects.exists()
        assert rollups.differences(initiative) == [], turn
    assert Rollup.objects.count() > 50


def test_a_new_fiscal_year_leaves_no_row_of_the_old_one(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    for month in (JULY, OCTOBER):
        file(indicator, in_riverside.partners[0], month, 5)
    drain(in_riverside)
    in_riverside.tenant.fiscal_year_starts = 2
    in_riverside.tenant.save()
    rollups.mark_stale([(indicator.pk, month, None) for month in (JULY, OCTOBER)])
    drain(in_riverside)
    years = Rollup.objects.filter(grain="year").values_list("period", flat=True)
    assert set(years) == {date(2026, 2, 1)}
    assert rollups.differences(in_riverside.initiative) == []


def test_submitted_figures_count_where_the_tenant_says_so(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    file(indicator, in_riverside.partners[0], OCTOBER, 5, state="submitted")
    drain(in_riverside)
    assert one(in_riverside.initiative, indicator).state == "none"
    in_riverside.tenant.counting = "submitted"
    in_riverside.tenant.save()
    rollups.mark_stale([(indicator.pk, OCTOBER, None)])
    drain(in_riverside)
    assert one(in_riverside.initiative, indicator).value == 5


def test_marking_needs_a_scope_and_nothing_marks_nothing(riverside, django_capture_on_commit_callbacks):
    with pytest.raises(NoTenant):
        rollups.mark_stale([(1, OCTOBER, None)])
    with riverside.scope(), django_capture_on_commit_callbacks() as nudges:
        rollups.mark_stale([])
    assert nudges == []


def test_recompute_refuses_another_tenants_scope(riverside, hillcrest):
    with riverside.scope(), pytest.raises(ValueError, match="scope of tenant"):
        rollups.recompute(hillcrest.tenant.pk)


def test_neighbours_see_nothing_of_each_other(riverside, hillcrest):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        file(indicator, riverside.partners[0], OCTOBER, 5)
        drain(riverside)
    with hillcrest.scope():
        assert drain(hillcrest) == 0
        assert series(hillcrest.initiative, [indicator.pk], "month", OCTOBER, OCTOBER) == []
        assert rollups.differences(hillcrest.initiative) == []


# --- how much work it is: statements, not seconds ---


@pytest.mark.parametrize("partners", [10, 50, 200])
def test_filing_twenty_figures_takes_as_many_statements_however_many_partners(in_riverside, partners):
    for number in range(4, partners + 1):
        in_riverside.partners.append(factories.make_partner(in_riverside.initiative, f"P{number}"))
    indicators = [factories.make_indicator(in_riverside.initiative, f"k{n}") for n in range(20)]
    partner = in_riverside.partners[-1]
    rows = [FigureRow(partner.pk, i.pk, OCTOBER, "", Entry(value=Decimal(n))) for n, i in enumerate(indicators)]
    with CaptureQueriesContext(
        connection,
    ) as filing:
        filings.file_many(
            initiative=in_riverside.initiative, rows=rows, by=in_riverside.people.ana, submit=True, approve=True
        )
    assert len(_own(filing)) <= 15, [query["sql"][:90] for query in filing]
    with CaptureQueriesContext(connection) as recompute:
        assert drain(in_riverside) == 20
    assert len(recompute) == 9, [query["sql"][:90] for query in recompute]
    assert Rollup.objects.count() == 20 * 5
    with CaptureQueriesContext(connection) as read:
        rows = series(in_riverside.initiative, indicators, "month", OCTOBER, OCTOBER)
    assert len(read) == 1
    assert [row.expected for row in rows] == [partners] * 20


def _own(captured):
    return [q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


# --- sweep and nightly check ---


def overdue(seconds=61):
    StaleMark.objects.update(made_at=timezone.now() - timedelta(seconds=seconds))


def test_the_sweep_takes_what_lost_its_nudge_and_leaves_what_is_fresh(riverside, hillcrest):
    for place in (riverside, hillcrest):
        with place.scope():
            file(factories.make_indicator(place.initiative), place.partners[0], OCTOBER, 5)
    with hillcrest.scope():
        overdue()
    assert tasks.sweep() == 1
    with hillcrest.scope():
        assert not StaleMark.objects.exists()
        assert Rollup.objects.exists()
    with riverside.scope():
        assert StaleMark.objects.exists()
        assert not Rollup.objects.exists()
    assert tasks.sweep() == 0


def test_one_failing_tenant_does_not_stop_the_next(riverside, hillcrest, monkeypatch, caplog):
    for place in (riverside, hillcrest):
        with place.scope():
            file(factories.make_indicator(place.initiative), place.partners[0], OCTOBER, 5)
            overdue()
    really = rollups.drain

    def drain(tenant_id):
        if tenant_id == min(riverside.tenant.pk, hillcrest.tenant.pk):
            raise RuntimeError("broken")
        return really(tenant_id)

    with monkeypatch.context() as patch:
        patch.setattr(rollups, "drain", drain)
        assert tasks.sweep() == 1
    assert "Could not sweep" in caplog.text
    assert tasks.sweep() == 1


def test_the_task_works_for_its_tenant_and_may_run_twice(riverside, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(tasks, "nudge", lambda *args: asked.append(args))
    with riverside.scope():
        file(factories.make_indicator(riverside.initiative), riverside.partners[0], OCTOBER, 5)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.roll_up(riverside.tenant.pk)
        tasks.roll_up(riverside.tenant.pk)
    assert asked == [(restatements.COMPARE, riverside.tenant.pk)], "what is published is compared once"
    with riverside.scope():
        assert not StaleMark.objects.exists()
        assert Rollup.objects.get(grain="month").value == 5


def test_more_marks_than_one_recompute_takes_are_all_done(riverside, monkeypatch):
    from measures.services.rollups import storing

    monkeypatch.setattr(storing, "MARKS_AT_ONCE", 2)
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        for number in range(5):
            file(indicator, riverside.partners[0], add_months(JULY, number), 1)
    tasks.roll_up(riverside.tenant.pk)
    with riverside.scope():
        assert not StaleMark.objects.exists()
        assert Rollup.objects.filter(grain="month").count() == 5


def test_the_nightly_check_finds_records_and_mends_a_row_that_somebody_altered(riverside, hillcrest):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        file(indicator, riverside.partners[0], OCTOBER, 5)
    assert tasks.nightly_check() == 0
    with riverside.scope():
        assert not Change.objects.filter(verb="rollups.mended").exists()
        Rollup.objects.filter(grain="month").update(value=6)
        Rollup.objects.filter(grain="year", scope=0).delete()
        keys = {key[:2] for key in rollups.differences(riverside.initiative)}
        assert keys == {(0, "month"), (0, "year")}
    assert tasks.nightly_check() == 2
    with riverside.scope():
        change = Change.objects.get(verb="rollups.mended")
        assert change.facts == {"rows": 2}
        assert Rollup.objects.get(grain="month").value == 5
    assert tasks.nightly_check() == 0


# --- Redis away ---


@contextmanager
def nobody_answers():
    """A port that accepts connections and never says a word, like a stopped server."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


@pytest.mark.parametrize("redis", ["refuses", "hangs"])
def test_filing_neither_fails_nor_waits_when_redis_is_away(
    in_riverside, redis, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    from celery import current_app

    indicator = factories.make_indicator(in_riverside.initiative)
    partner = in_riverside.partners[0]
    row = FigureRow(partner.pk, indicator.pk, OCTOBER, "", Entry(value=Decimal(5)))
    with nobody_answers() as port:
        address = f"redis://127.0.0.1:{port if redis == 'hangs' else 1}/0"
        monkeypatch.setattr(current_app.conf, "broker_url", address)
        monkeypatch.setattr(current_app.conf, "broker_write_url", address)
        started = time.perf_counter()
        with django_capture_on_commit_callbacks(execute=True):
            filings.file_many(initiative=in_riverside.initiative, rows=[row], by=in_riverside.people.ana, submit=True)
        assert time.perf_counter() - started < 20  # unasked, the broker's client would wait for minutes
    assert "Could not nudge measures.tasks.roll_up" in caplog.text
    overdue()
    assert tasks.sweep() == 1
