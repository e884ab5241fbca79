"""Early signals that a partner may be drifting away: the rule, what it is fed with, and who may see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from backbone import changes
from backbone.models import Call, Change, Participation, Signal
from backbone.problems import Refused
from backbone.roles import Role
from backbone.rules.holding import Counted, holding, months_between, rise, share, silence, vacancy
from backbone.selectors.holding import raised_signals, signal_of
from backbone.services import holding as services
from comms.models import Action, Attendance, Meeting
from measures.models import Excuse
from measures.rules.periods import add_months
from measures.selectors.timeliness import due_reports, filing_signs
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 15, tzinfo=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


# --- the rule ---


def test_the_example_of_the_specification_is_raised_with_four_reasons():
    found = holding(
        {
            "filings": rise(Counted(2, 3, 0, 9)),
            "meetings": rise(Counted(2, 3, 0, 6), 2),
            "actions": share(Counted(1, 2)),
            "people": vacancy(1, 1, 2),
            "voice": silence(Counted(0, 0, 0, 3)),
        },
        months=12,
    )
    assert round(found.score, 3) == Decimal("0.567")
    assert found.reasons == ("filings", "meetings", "actions", "voice")
    assert found.is_raised


def test_a_partner_that_is_always_late_raises_no_signal():
    found = holding({"filings": rise(Counted(3, 3, 9, 9)), "people": Decimal(0)}, months=24)
    assert (found.components["filings"], found.score, found.is_raised) == (0, 0, False)


def test_what_cannot_be_measured_weighs_nothing():
    found = holding({"filings": Decimal(1), "meetings": None, "actions": Decimal(1)}, months=12)
    assert (found.score, found.is_raised) == (1, True)
    assert holding({"filings": None}, months=12).score is None


def test_one_reason_alone_is_not_enough_however_high_the_score():
    found = holding({"filings": Decimal(1), "people": Decimal(0)}, months=12)
    assert found.score > Decimal("0.35")
    assert not found.is_raised


def test_nothing_is_said_in_the_first_three_months():
    wrong = {"filings": Decimal(1), "actions": Decimal(1)}
    assert holding(wrong, months=2).score is None
    assert holding(wrong, months=3).is_raised
    assert months_between(date(2026, 8, 15), date(2026, 11, 14)) == 2
    assert months_between(date(2026, 8, 15), date(2026, 11, 15)) == 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (rise(Counted(1, 3, 9, 9)), 0),  # it got better
        (rise(Counted(1, 1)), None),  # nothing before
        (rise(Counted(1, 1, 0, 5), 2), None),  # invited once
        (share(Counted(0, 0)), None),
        (vacancy(0, 0, 3), 1),
        (vacancy(1, 0, 1), Decimal("0.5")),
        (vacancy(1, 1, 2), 0),
        (silence(Counted(0, 1, 0, 9)), 0),
        (silence(Counted(0, 0, 0, 2)), None),
        (silence(Counted(0, 0, 0, 3)), 1),
    ],
)
def test_each_component(value, expected):
    assert value == expected


# --- what it is fed with ---


def submitted(place, partner, period: date, on: date) -> None:
    with time_machine.travel(datetime(on.year, on.month, on.day, 15, tzinfo=ZoneInfo("UTC"))):
        changes.record(
            "filing.submitted", on="measures.filing", by=place.people.ben, initiative=place.initiative,
            partner=partner, period=f"{period:%Y-%m}", figures=1,
        )  # fmt: skip


@pytest.fixture
def drifting(in_riverside):
    """P1 filed in time for nine months and not for the last three, missed two of its three last meetings, and is silent;
    P2 was always late, P3 always in time."""
    place = in_riverside
    Participation.objects.update(joins_on=date(2025, 1, 1))
    factories.make_indicator(place.initiative)
    p1, p2, p3 = place.partners
    for back in range(12):
        period = add_months(date(2026, 10, 1), -back)
        due = add_months(period, 1).replace(day=10)
        if back >= 3:
            submitted(place, p1, period, due - timedelta(days=2))
        submitted(place, p2, period, due + timedelta(days=3))
        submitted(place, p3, period, due)
    with place.scope():
        for number, days in enumerate((10, 30, 60, 120, 200, 300)):
            starts = NOW - timedelta(days=days)
            meeting = Meeting.objects.create(
                initiative=place.initiative, title="Steering", starts_at=starts, ends_at=starts + timedelta(hours=1),
                timezone="UTC", uid=f"m{number}", by=place.people.ana, state=Meeting.State.CLOSED,
            )  # fmt: skip
            for partner in place.partners:
                missed = partner == p1 and days < 60
                Attendance.objects.create(meeting=meeting, partner=partner, presence="absent" if missed else "present")
        for number, days in enumerate((20, 10)):
            Action.objects.create(
                initiative=place.initiative, number=number, what="Call the school", partner=p1, owner=place.people.ben,
                due_on=NOW.date() - timedelta(days=days), made_at=NOW,
            )  # fmt: skip
    return place


def test_the_records_make_the_components(drifting):
    assert services.work_out(initiative=drifting.initiative, as_of=NOW) == 1
    found = signal_of(drifting.initiative, drifting.partners[0], NOW.date())
    assert {one.name: one.value and round(one.value, 3) for one in found.components} == {
        "filings": Decimal("1.000"),
        "meetings": Decimal("0.667"),
        "actions": Decimal("0.500"),
        "people": Decimal("0.500"),
        "voice": Decimal(1),
    }
    assert found.signal.raised_on == NOW.date()
    assert found.short == (
        "Late with 3 of the last 3 reports, before with 0 of 9, absent from 2 of 3 meetings, before from 0 of 3, "
        "1 of 2 open actions are over two weeks late, one person does everything, silent for 90 days"
    )


def test_who_was_always_late_and_who_always_in_time_raise_nothing(drifting):
    services.work_out(initiative=drifting.initiative, as_of=NOW)
    assert [one.partner.code for one in raised_signals(drifting.initiative, NOW.date())] == ["P1"]
    late = Signal.objects.get(partner=drifting.partners[1])
    assert late.parts["filings"]["value"] == "0.0000"
    assert late.parts["filings"]["wrong"] == 3


def test_an_excused_month_is_no_late_month_and_a_return_does_not_make_one(drifting):
    p3, period = drifting.partners[2], date(2026, 10, 1)
    indicator = drifting.initiative.indicators.get()
    submitted(drifting, p3, period, date(2026, 11, 14))  # a second time, after it was returned
    Excuse.objects.create(
        indicator=indicator, partner=drifting.partners[0], period=period, reason="flood", by=drifting.people.ana
    )
    found = {sign.partner_id: sign for sign in filing_signs(due_reports(drifting.initiative, NOW))}
    assert (found[p3.pk].wrong, found[p3.pk].of) == (0, 3)
    assert (found[drifting.partners[0].pk].wrong, found[drifting.partners[0].pk].of) == (2, 3)


def test_one_statement_finds_the_reports_of_few_and_of_many(drifting, django_assert_num_queries):
    assert drifting.initiative.tenant  # known on every page
    with django_assert_num_queries(2):
        due_reports(drifting.initiative, NOW)
    for number in range(4, 40):
        factories.make_partner(drifting.initiative, f"P{number}")
    with django_assert_num_queries(2):
        assert len({one.partner_id for one in due_reports(drifting.initiative, NOW)}) == 39


def test_working_out_again_keeps_the_day_and_whoever_left_has_no_signal(drifting):
    services.work_out(initiative=drifting.initiative, as_of=NOW)
    services.work_out(initiative=drifting.initiative, as_of=NOW + timedelta(days=1))
    assert Signal.objects.get(partner=drifting.partners[0]).raised_on == NOW.date()
    Participation.objects.filter(partner=drifting.partners[0]).update(leaves_on=date(2026, 11, 1))
    assert services.work_out(initiative=drifting.initiative, as_of=NOW) == 0
    assert not Signal.objects.filter(partner=drifting.partners[0]).exists()


def test_a_tenant_sets_from_when_a_signal_is_raised(drifting):
    drifting.initiative.tenant.signal_from = 90
    assert services.work_out(initiative=drifting.initiative, as_of=NOW) == 0


# --- what is done about it ---


def test_it_is_put_off_for_thirty_days_with_a_reason_and_comes_back(drifting):
    place, p1, ana = drifting.initiative, drifting.partners[0], drifting.people.ana
    services.work_out(initiative=place, as_of=NOW)
    with pytest.raises(Refused) as caught:
        services.put_off(initiative=place, partner=p1, reason=" ", by=ana)
    assert [problem.code for problem in caught.value.problems] == ["words.missing"]
    row = services.put_off(initiative=place, partner=p1, reason="Moving house", by=ana)
    assert row.snoozed_until == date(2026, 12, 15)
    assert raised_signals(place, date(2026, 12, 15)) == []
    services.work_out(initiative=place, as_of=NOW + timedelta(days=1))
    assert raised_signals(place, date(2026, 12, 15)) == []
    assert len(raised_signals(place, date(2026, 12, 16))) == 1
    services.take_up(initiative=place, partner=p1, by=ana)
    assert len(raised_signals(place, NOW.date())) == 1


def test_only_the_backbone_s_people_do_anything_about_it_and_the_history_of_an_initiative_is_silent(drifting):
    place, p1 = drifting.initiative, drifting.partners[0]
    services.work_out(initiative=place, as_of=NOW)
    services.log_call(initiative=place, partner=p1, on=NOW.date(), words="A new director", by=drifting.people.ana)
    for write in (
        lambda by: services.put_off(initiative=place, partner=p1, reason="no", by=by),
        lambda by: services.log_call(initiative=place, partner=p1, on=NOW.date(), words="no", by=by),
    ):
        with pytest.raises(Refused) as caught:
            write(drifting.people.ben)
        assert [problem.code for problem in caught.value.problems] == ["signal.forbidden"]
    told = Change.objects.get(verb="call.logged")
    assert (told.initiative_id, told.partner_id) == (None, None)
    assert "director" not in str(told.facts)
    assert Call.objects.get().words == "A new director"


def test_the_pages_are_the_backbone_s_alone(drifting, client):
    place = drifting
    services.work_out(initiative=place.initiative, as_of=NOW)
    evaluator = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
    lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=place.partners[0])
    for who in (place.people.ben, place.people.fay, evaluator, lead):
        client.force_login(factories.user_of(who))
        for rest in ("forest/signals/", "forest/signals/P1/"):
            assert client.get(place.url(rest)).status_code == 404
    client.force_login(factories.user_of(evaluator))
    assert "drifting" not in client.get(place.url("forest/")).content.decode()
    client.force_login(factories.user_of(place.people.ana))
    assert "May be drifting" in client.get(place.url("forest/signals/")).content.decode()
    page = place.url("forest/signals/P1/")
    said = client.get(page).content.decode()
    assert "Silent for 90 days" in said
    assert client.post(page, {"form": "put_off", "reason": ""}).status_code == 422
    assert client.post(page, {"form": "nothing"}).status_code == 404
    ahead = {"form": "call", "on": "2026-12-01", "words": "Later"}
    assert client.post(page, ahead).status_code == 422
    done = client.post(page, {"form": "call", "on": "2026-11-14", "words": "She is back."}, follow=True)
    assert "She is back." in done.content.decode()
    done = client.post(page, {"form": "put_off", "reason": "Moving"}, follow=True)
    assert "Put off until 15 Dec" in done.content.decode()
    assert timezone.now() == NOW
