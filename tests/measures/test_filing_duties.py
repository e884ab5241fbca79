"""What a person owes: reports to file, reports to review, each once, with the days that count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from backbone.models import Grant
from backbone.roles import Role
from measures import duties
from measures.models import Excuse, Obligation, Reopening
from measures.selectors.waiting import owed_reports
from tests import factories

OCTOBER = date(2026, 10, 1)
NOVEMBER_9 = datetime(2026, 11, 9, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(NOVEMBER_9, tick=False):
        yield


def due(member, at=NOVEMBER_9):
    member.__dict__.pop("current_grants", None)
    return duties.due(member, at)


def test_a_filer_owes_the_month_that_is_over_until_it_is_handed_in(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative, "k1")
    factories.make_indicator(in_riverside.initiative, "k2")
    p1, ben = in_riverside.partners[0], in_riverside.people.ben
    [item] = due(ben)
    assert item.label == "Report for October 2026, P1: 2 figures"
    assert (item.due, item.closes, item.is_late) == (date(2026, 11, 10), date(2026, 11, 20), False)
    assert (item.partner_id, item.partner) == (p1.pk, "P1")
    assert item.url == in_riverside.url("filings/P1/2026-10/")
    factories.make_figure(k1, p1, OCTOBER, 3, state="submitted")
    assert due(ben)[0].label == "Report for October 2026, P1: 1 figure"
    factories.make_figure(in_riverside.initiative.indicators.get(slug="k2"), p1, OCTOBER, 0, state="approved")
    assert due(ben) == []


@pytest.mark.parametrize(
    ("day", "late", "owed"),
    [(1, False, 1), (10, False, 1), (11, True, 1), (20, True, 1), (21, None, 0)],
)
def test_it_is_late_after_the_due_day_and_gone_when_it_is_closed(in_riverside, day, late, owed):
    factories.make_indicator(in_riverside.initiative)
    items = due(in_riverside.people.ben, datetime(2026, 11, day, 15, tzinfo=UTC))
    assert [item.is_late for item in items] == [late] * owed


def test_the_day_is_the_tenants(in_riverside):
    """New York is still on the 10th when Greenwich is on the 11th."""
    factories.make_indicator(in_riverside.initiative)
    assert due(in_riverside.people.ben, datetime(2026, 11, 11, 4, tzinfo=UTC))[0].is_late is False
    assert due(in_riverside.people.ben, datetime(2026, 11, 11, 6, tzinfo=UTC))[0].is_late is True


def test_drafts_and_returns_are_still_owed(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    figure = factories.make_figure(k1, in_riverside.partners[0], OCTOBER, 3, state="draft")
    assert due(in_riverside.people.ben)[0].label == "Report for October 2026, P1: 1 figure"
    figure.state = "returned"
    figure.save()
    assert due(in_riverside.people.ben)[0].label == "Report for October 2026, P1: 1 figure came back"


def test_who_is_excused_or_never_obliged_owes_nothing(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    k2 = factories.make_indicator(in_riverside.initiative, "k2", owed=False)
    Obligation.objects.create(indicator=k2, partner=in_riverside.partners[1])
    Excuse.objects.create(
        indicator=k1, partner=in_riverside.partners[0], period=OCTOBER, reason="Closed", by=in_riverside.people.ana
    )
    assert due(in_riverside.people.ben) == []


def test_a_reopened_month_is_owed_again_until_its_last_day(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    p1 = in_riverside.partners[0]
    factories.make_figure(k1, p1, OCTOBER, 3)
    Reopening.objects.create(
        initiative=in_riverside.initiative, partner=p1, period=date(2026, 3, 1), until=date(2026, 11, 12),
        reason="x", by=in_riverside.people.ana,
    )  # fmt: skip
    [item] = due(in_riverside.people.ben)
    assert item.key.endswith(":2026-03")
    assert (item.closes, item.is_late) == (date(2026, 11, 12), True)
    assert due(in_riverside.people.ben, datetime(2026, 11, 13, 15, tzinfo=UTC)) == []


def test_a_quarter_is_owed_when_it_is_over(in_riverside):
    factories.make_indicator(in_riverside.initiative, frequency="quarter")
    assert due(in_riverside.people.ben) == []
    [item] = due(in_riverside.people.ben, datetime(2027, 1, 5, 15, tzinfo=UTC))
    assert item.key.endswith(":2026-10")
    assert item.due == date(2027, 1, 10)


def test_a_reviewer_owes_what_somebody_else_submitted(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    p1, p2, _ = in_riverside.partners
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    factories.make_figure(k1, p1, OCTOBER, 3, state="submitted", submitted_by=ben)
    factories.make_figure(k1, p2, OCTOBER, 3, state="submitted", submitted_by=ana)
    [item] = due(ana)
    assert item.label == "Review P1, October 2026: 1 figure"
    assert item.url == in_riverside.url("filings/P1/2026-10/review/")
    assert item.due == date(2026, 11, 20)
    assert due(in_riverside.people.fay) == []


def test_who_has_no_role_any_more_owes_nothing(in_riverside):
    factories.make_indicator(in_riverside.initiative)
    in_riverside.people.ben.grants.all().delete()
    assert due(in_riverside.people.ben) == []


def test_a_filers_own_partners_only(in_riverside):
    factories.make_indicator(in_riverside.initiative)
    ben = in_riverside.people.ben
    Grant.objects.create(membership=ben, role=Role.PARTNER_FILER, partner=in_riverside.partners[1])
    assert [item.partner for item in due(ben)] == ["P1", "P2"]


def test_queries_do_not_grow_with_partners_and_indicators(in_riverside, django_assert_num_queries):
    factories.make_indicator(in_riverside.initiative)
    partners = [p.pk for p in in_riverside.partners]
    with django_assert_num_queries(7):
        owed_reports(partners[:1], NOVEMBER_9)
    for number in range(5):
        factories.make_indicator(in_riverside.initiative, f"k{number}")
    more = [factories.make_partner(in_riverside.initiative, f"N{number}").pk for number in range(10)]
    with django_assert_num_queries(7):
        assert len(owed_reports([*partners, *more], NOVEMBER_9)) == 26, "October and the running November of 13"
