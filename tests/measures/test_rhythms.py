"""Partners that file more rarely than others, and first periods that may be left out: at every door, in every view."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backbone.models import Change, Participation
from backbone.problems import Refused
from measures import duties
from measures.models import Figure, Indicator, Obligation, StaleMark
from measures.rules.figures import Entry
from measures.rules.periods import Grain, add_months
from measures.selectors.expected import expectations
from measures.selectors.filing import owed_lines
from measures.selectors.parts import spans_of, usual_volumes
from measures.selectors.series import series
from measures.selectors.spans import countings
from measures.selectors.waiting import owed_reports
from measures.services import filings, obligations, rollups
from measures.windows import Window
from tests import factories
from tests.measures.doors import Desk, csv_of
from tests.measures.test_reading_pages import text

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (7, 8, 9, 10))
NOVEMBER_9 = datetime(2026, 11, 9, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(NOVEMBER_9, tick=False):
        yield


@pytest.fixture
def k1(in_riverside):
    """Everybody files months, P3 files quarters."""
    indicator = factories.make_indicator(in_riverside.initiative)
    Obligation.objects.create(indicator=indicator, partner=in_riverside.partners[2], frequency="quarter")
    return indicator


def row(indicator, grain, period, scope=0):
    rollups.rebuild(indicator.initiative)
    [found] = series(indicator.initiative, [indicator], grain, period, period, scope)
    return found.state, found.number, found.filed, found.expected


def test_a_quarterly_partner_is_expected_in_quarters_and_not_in_months(in_riverside, k1):
    p1, p2, p3 = in_riverside.partners
    for month, value in ((JULY, 1), (AUGUST, 2), (SEPTEMBER, 3)):
        factories.make_figure(k1, p1, month, value)
        factories.make_figure(k1, p2, month, 10 * value)
    assert row(k1, "month", JULY) == ("complete", 11, 2, 2)
    assert row(k1, "quarter", JULY) == ("partial", 66, 2, 3)
    factories.make_figure(k1, p3, JULY, 300)
    assert row(k1, "month", JULY) == ("complete", 11, 2, 2)
    assert row(k1, "quarter", JULY) == ("complete", 366, 3, 3)
    assert row(k1, "quarter", JULY, p3.pk) == ("complete", 300, 1, 1)
    assert row(k1, "year", JULY)[3] == 3
    assert rollups.differences(in_riverside.initiative) == []


def test_who_is_missing_follows(in_riverside, k1):
    p1, p2, p3 = in_riverside.partners
    assert {one.partner_id for one in expectations([k1.pk], AUGUST)} == {p1.pk, p2.pk}
    assert {one.partner_id for one in expectations([k1.pk], AUGUST, Grain.QUARTER)} == {p1.pk, p2.pk, p3.pk}


def test_a_quarter_weighs_as_much_as_its_months(in_riverside, k1):
    p1, _p2, p3 = in_riverside.partners
    for back in range(3):
        factories.make_figure(k1, p1, add_months(date(2026, 6, 1), -back), 100)
    factories.make_figure(k1, p3, date(2026, 4, 1), 600)
    window = Window(Grain.QUARTER, JULY, OCTOBER, 7, 7)
    spans = spans_of(countings([k1.pk]), window)
    assert usual_volumes(spans.values()) == {spans[k1.pk]: {p1.pk: 100, p3.pk: 200}}


def test_its_form_shows_the_quarter_under_the_first_month(riverside):
    with riverside.scope():
        k1 = factories.make_indicator(riverside.initiative, "k1", lock_day=62)
        factories.make_indicator(riverside.initiative, "k2", lock_day=62)
        Obligation.objects.create(indicator=k1, partner=riverside.partners[0], frequency="quarter")
    client = Client()
    client.force_login(factories.user_of(riverside.people.ben))
    page = client.get(riverside.url("filings/P1/2026-07/")).content.decode()
    assert "For Jul–Sep 2026, due 10 Oct." in page
    with riverside.scope():
        assert [one.slug for one in owed_lines(riverside.initiative, riverside.partners[0], AUGUST).lines.values()] == [
            "k2"
        ]


def test_what_is_due_follows(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, lock_day=62)
    p1, ben = in_riverside.partners[0], in_riverside.people.ben
    Obligation.objects.create(indicator=k1, partner=p1, frequency="quarter")
    [item] = duties.due(ben, NOVEMBER_9)
    assert item.key.endswith(":2026-07")
    assert (item.due, item.is_late, item.closes) == (date(2026, 10, 10), True, date(2026, 11, 30))
    assert [report.period for report in owed_reports([in_riverside.partners[1].pk], NOVEMBER_9)] == [
        SEPTEMBER, OCTOBER, date(2026, 11, 1),
    ]  # fmt: skip


def test_a_quarter_can_be_filed_until_the_quarter_locks(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, lock_day=62)
    p1, ben = in_riverside.partners[0], in_riverside.people.ben
    Obligation.objects.create(indicator=k1, partner=p1, frequency="quarter")
    filings.submit(
        initiative=in_riverside.initiative, partner=p1, period=JULY, cells={k1.pk: {"": Entry(value=Decimal(5))}},
        words={}, by=ben, version=None,
    )  # fmt: skip
    assert Figure.objects.get().state == "submitted"
    with pytest.raises(Refused) as refused:
        filings.file_many(
            initiative=in_riverside.initiative, by=in_riverside.people.ana, submit=True,
            rows=[filings.FigureRow(p1.pk, k1.pk, AUGUST, "", Entry(value=Decimal(5)), None)],
        )  # fmt: skip
    assert "P1 files Completions once a quarter, this one under 2026-07" in refused.value.problems[0].message


@pytest.mark.parametrize("door", ["csv", "api", "put"])
def test_a_month_inside_a_quarter_is_refused_at_every_door(riverside, hillcrest, door):
    desk = Desk(riverside, hillcrest, "seats")
    with riverside.scope():
        Obligation.objects.create(indicator=desk.indicators["seats"], partner=desk.partners["P1"], frequency="quarter")
    answer = _answer(desk, door, "2026-08")
    assert answer.codes == ["period.not_a_start"]
    assert "P1 files Seats once a quarter, this one under" in answer.errors[0][3]


@pytest.mark.parametrize("door", ["csv", "api", "put", "form"])
def test_a_month_that_participation_and_obligation_touch_on_different_days_is_owed_at_no_door(
    riverside, hillcrest, door
):
    desk = Desk(riverside, hillcrest, "seats")
    with riverside.scope():
        Obligation.objects.update(ends_on=date(2026, 10, 10))
        Participation.objects.filter(partner=desk.partners["P1"]).update(joins_on=date(2026, 10, 20))
        assert row(desk.indicators["seats"], "month", OCTOBER)[3] == 3  # P2, P3 and Peña
        assert owed_lines(riverside.initiative, desk.partners["P1"], OCTOBER).lines == {}
        assert owed_reports([desk.partners["P1"].pk], NOVEMBER_9) == []
    if door == "form":
        page = desk.client.get(riverside.url("filings/P1/2026-10/")).content.decode()
        assert "Seats" not in page
        return
    assert _answer(desk, door, "2026-10").codes == ["period.out_of_range"]


def _answer(desk, door, period):
    what = {"partner": "P1", "indicator": "seats", "period": period, "value": "5"}
    if door == "put":
        return desk.put([{"indicator": "seats", "value": "5"}], period=period)
    return (desk.csv if door == "csv" else desk.api)(csv_of([what]))


def test_nobody_owes_what_was_retired(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, retired_on=date(2026, 9, 1))
    assert row(k1, "month", AUGUST) == ("none", None, 0, 3)
    assert series(in_riverside.initiative, [k1], "month", SEPTEMBER, SEPTEMBER) == []


# --- a first period that may be left out ---


@pytest.fixture
def joiner(in_riverside):
    """P3 joins on 15 August; its first month may be left out."""
    Participation.objects.filter(partner=in_riverside.partners[2]).update(joins_on=date(2026, 8, 15))
    indicator = factories.make_indicator(in_riverside.initiative, lock_day=62)
    Obligation.objects.update(first_partial="optional")
    return indicator


def test_a_first_month_that_may_be_left_out_is_not_missing_and_counts_when_filed(in_riverside, joiner):
    p1, p2, p3 = in_riverside.partners
    for partner in (p1, p2):
        factories.make_figure(joiner, partner, AUGUST, 10)
    assert row(joiner, "month", AUGUST) == ("complete", 20, 2, 2)
    assert p3.pk not in {one.partner_id for one in expectations([joiner.pk], AUGUST)}
    assert row(joiner, "month", SEPTEMBER)[3] == 3
    factories.make_figure(joiner, p3, AUGUST, 5)
    assert row(joiner, "month", AUGUST) == ("complete", 25, 3, 3)
    assert rollups.differences(in_riverside.initiative) == []


def test_nobody_is_reminded_of_it_and_it_need_not_be_handed_in(in_riverside, joiner):
    p3 = in_riverside.partners[2]
    assert [report.period for report in owed_reports([p3.pk], NOVEMBER_9) if report.is_owed] == [SEPTEMBER, OCTOBER]
    late = datetime(2026, 9, 20, 12, tzinfo=UTC)
    assert [report.period for report in owed_reports([p3.pk], late) if report.is_owed] == []


# --- setting it ---


def test_a_change_of_rhythm_that_would_reach_figures_is_refused_with_the_day_that_would_do(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    p3, ana = in_riverside.partners[2], in_riverside.people.ana
    for month in (JULY, AUGUST):
        factories.make_figure(k1, p3, month, 5)
    StaleMark.objects.all().delete()
    with pytest.raises(Refused) as refused:
        obligations.put_obligations(indicator=k1, partners=[p3], by=ana, frequency="quarter")
    [problem] = refused.value.problems
    assert problem.code == "obligation.figures_stand"
    assert "Let the change begin on 2026-10-01" in problem.message
    assert not StaleMark.objects.exists()
    obligations.put_obligations(indicator=k1, partners=[p3], by=ana, starts_on=OCTOBER, frequency="quarter")
    assert {mark.period for mark in StaleMark.objects.all()} >= {OCTOBER}
    assert owed_lines(in_riverside.initiative, p3, SEPTEMBER).lines
    assert not owed_lines(in_riverside.initiative, p3, date(2026, 11, 1)).lines


def test_what_stays_the_same_is_not_told(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, frequency="quarter", owed=False)
    p3, ana = in_riverside.partners[2], in_riverside.people.ana
    ask = {"indicator": k1, "partners": [p3], "by": ana}
    assert obligations.put_obligations(**ask) == 1
    assert obligations.put_obligations(**ask, frequency="quarter") == 0  # its own, said aloud
    assert obligations.put_obligations(**ask, frequency="year", first_partial="optional") == 1
    assert [change.verb for change in Change.objects.filter(verb__startswith="obligation").order_by("pk")] == [
        "obligation.assigned", "obligation.rhythm_changed",
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        obligations.put_obligations(**ask, frequency="month")
    assert refused.value.problems[0].code == "obligation.finer"


def test_an_excuse_is_given_for_the_partners_own_period(in_riverside, k1):
    p3, ana = in_riverside.partners[2], in_riverside.people.ana
    with pytest.raises(Refused) as refused:
        obligations.give_excuse(indicator=k1, partner=p3, period=AUGUST, reason="Fire", by=ana)
    assert "P3 files Completions once a quarter" in refused.value.problems[0].message
    obligations.give_excuse(indicator=k1, partner=p3, period=JULY, reason="Fire", by=ana)
    assert row(k1, "quarter", JULY) == ("none", None, 0, 2)


def test_how_often_changes_from_a_period_on_and_what_was_filed_stays(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, owed=False)
    p3, ana = in_riverside.partners[2], in_riverside.people.ana
    line = Obligation.objects.create(indicator=k1, partner=p3, ends_on=date(2027, 6, 30), first_partial="optional")
    for month in (JULY, AUGUST):
        factories.make_figure(k1, p3, month, 5)
    StaleMark.objects.all().delete()
    began = obligations.change_frequency(obligation=line, frequency="quarter", since=OCTOBER, by=ana)
    lines = Obligation.objects.order_by("pk").values_list("starts_on", "ends_on", "frequency", "first_partial")
    assert list(lines) == [
        (None, date(2026, 9, 30), "", "optional"), (OCTOBER, date(2027, 6, 30), "quarter", "optional"),
    ]  # fmt: skip
    assert {mark.period for mark in StaleMark.objects.all()} >= {OCTOBER}
    assert owed_lines(in_riverside.initiative, p3, SEPTEMBER).lines
    assert owed_lines(in_riverside.initiative, p3, OCTOBER).lines
    assert not owed_lines(in_riverside.initiative, p3, date(2026, 11, 1)).lines
    [told] = Change.objects.filter(verb__startswith="obligation")
    assert (told.verb, told.facts["period"], told.partner) == ("obligation.rhythm_begun", "2026-10", p3)
    assert obligations.change_frequency(obligation=began, frequency="quarter", by=ana) is None
    obligations.change_frequency(obligation=began, frequency="month", by=ana)
    began.refresh_from_db()
    assert (began.starts_on, began.frequency) == (OCTOBER, "")


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (None, "Let the change begin on 2026-10-01"),
        (JULY, "Let the change begin on 2026-10-01"),
        (AUGUST, "A quarter begins in 2026-07, not in 2026-08"),
        (date(2026, 1, 1), "begins on 2026-02-01 only"),
        (date(2027, 7, 1), "ends on 2027-06-30"),
        (date(2027, 1, 1), "Another line of Completions begins in 2027-01"),
    ],
)
def test_a_change_of_how_often_that_cannot_be_says_why(in_riverside, since, words):
    k1 = factories.make_indicator(in_riverside.initiative, owed=False)
    p3, ana = in_riverside.partners[2], in_riverside.people.ana
    days = {"starts_on": date(2026, 2, 1), "ends_on": date(2027, 6, 30)}
    line = Obligation.objects.create(indicator=k1, partner=p3, **days)
    Obligation.objects.create(indicator=k1, partner=p3, starts_on=date(2027, 1, 1))
    for month in (JULY, AUGUST):
        factories.make_figure(k1, p3, month, 5)
    with pytest.raises(Refused) as refused, transaction.atomic():
        obligations.change_frequency(obligation=line, frequency="quarter", since=since, by=ana)
    [problem] = refused.value.problems
    assert (problem.field, words in problem.message) == ("since", True), problem.message
    assert not Change.objects.filter(verb__startswith="obligation").exists()


def test_everybodys_line_changes_for_everybody_and_never_to_more_often_than_asked(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, frequency="quarter")
    line, ana = Obligation.objects.get(), in_riverside.people.ana
    with pytest.raises(Refused) as refused:
        obligations.change_frequency(obligation=line, frequency="month", by=ana)
    assert refused.value.problems[0].code == "obligation.finer"
    factories.make_figure(k1, in_riverside.partners[0], JULY, 5)
    with pytest.raises(Refused):
        obligations.change_frequency(obligation=line, frequency="year", since=JULY, by=ana)
    obligations.change_frequency(obligation=line, frequency="year", since=date(2027, 7, 1), by=ana)
    assert Change.objects.get().verb == "obligation.rhythm_begun_for_all"
    assert [one.frequency for one in Obligation.objects.order_by("pk")] == ["", "year"]


def test_the_page_of_a_line_changes_how_often_and_tells_what_became_of_it(riverside):
    with riverside.scope():
        factories.make_indicator(riverside.initiative, owed=False)
        p3, ana = riverside.partners[2], riverside.people.ana
        obligations.put_obligations(indicator=Indicator.objects.get(), partners=[p3], by=ana)
        line = Obligation.objects.get()
    client = Client()
    client.force_login(factories.user_of(ana))
    page = riverside.url(f"obligations/{line.pk}/")
    assert f'href="{page}"' in client.get(riverside.url("obligations/")).content.decode()
    wrong = client.post(page, {"frequency": "quarter", "since": "2026-11"})
    assert wrong.status_code == 422
    assert "A quarter begins in October 2026, not in November 2026" in text(wrong)
    assert client.post(page, {"frequency": "quarter", "since": "2026-10"}).status_code == 302
    with riverside.scope():
        began = Obligation.objects.get(starts_on=OCTOBER)
    said = text(client.get(riverside.url(f"obligations/{began.pk}/")))
    assert "Partner P3 Completions from 1 Oct until leaving, every quarter" in said
    told = said[said.index("What became of it") :]
    assert "Ana changed how often Partner P3 owes Completions, from October 2026 on from 1 Oct until leaving" in told
    assert "Ana asked Partner P3 for Completions from joining until leaving, every month" in told
    client.post(riverside.url(f"obligations/{began.pk}/"), {"ends_on": "2027-06-30"})
    said = text(client.get(riverside.url(f"obligations/{began.pk}/")))
    assert "Ana wrote down that Partner P3 owes Completions until 30 Jun 2027" in said
    filer = Client()
    filer.force_login(factories.user_of(riverside.people.ben))
    assert filer.get(page).status_code in (403, 404)


def test_the_page_of_a_line_takes_as_many_statements_however_much_became_of_it(riverside):
    with riverside.scope():
        k1 = factories.make_indicator(riverside.initiative)
        line = Obligation.objects.get()
    client = Client()
    client.force_login(factories.user_of(riverside.people.ana))
    counts = []
    for days in (0, 1, 20):
        with riverside.scope():
            for day in range(days):
                last = date(2027, 1, 1 + day)
                obligations.put_obligations(indicator=k1, partners=None, by=riverside.people.ana, ends_on=last)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(riverside.url(f"obligations/{line.pk}/")).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts


def test_staff_say_how_often_a_partner_files(riverside):
    with riverside.scope():
        factories.make_indicator(riverside.initiative)
        indicator, p3 = Obligation.objects.get().indicator_id, riverside.partners[2].pk
    client = Client()
    client.force_login(factories.user_of(riverside.people.ana))
    said = {
        "form": "assign",
        "indicator": indicator,
        "partners": [p3],
        "frequency": "quarter",
        "first_partial": "optional",
    }
    assert client.post(riverside.url("obligations/"), said).status_code == 302
    with riverside.scope():
        line = Obligation.objects.get(partner=p3)
        assert (line.frequency, line.first_partial) == ("quarter", "optional")
    page = client.get(riverside.url("obligations/")).content.decode()
    assert "every quarter" in page
    assert "first period optional" in page
