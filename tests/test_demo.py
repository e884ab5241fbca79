"""The demonstration tells the truth: England's published rates come out of the roll-ups; Riverbend's calendar, whenever it
is loaded. What Riverbend shows is in test_demo_riverbend.py."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backbone.models import Initiative, Participation, Tenant
from backbone.rules.holding import A_REASON, INVITED_AT_LEAST, LAST_DAYS, Counted, rise
from backbone.tenancy import tenant_scope
from comms.demo import HELD, WORKED
from measures import demo
from measures.lines import closes_on, due_on
from measures.models import Indicator, Rollup, Target
from measures.rules.periods import add_months, month_of
from measures.services import rollups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "state"
    return settings.STATE_DIR


def quiet(text: str) -> None:
    pass


def whole(slug: str, grain: str, period: date) -> Rollup:
    return Rollup.objects.get(indicator__slug=slug, grain=grain, period=period, scope=0, category="")


def test_england_adds_up_to_what_was_published(state):
    demo.load_england(quiet, demo.Passwords(), date(2026, 11, 9))
    with tenant_scope(Tenant.objects.get(slug="nhs-england")):
        for period, percent, attendances in (
            (date(2016, 4, 1), Decimal("89.13"), 23_362_301),
            (date(2017, 4, 1), Decimal("88.34"), 23_830_120),
        ):
            rate = whole("within-4h", "year", period)
            assert round(100 * rate.numerator / rate.denominator, 2) == percent
            assert rate.denominator == attendances
            assert whole("attendances", "year", period).value == attendances
        assert Participation.objects.count() == 271
        target = Target.objects.get()
        assert (target.numerator, target.denominator, target.period) == (95, 100, date(2018, 3, 1))
        # A provider owes from its first month to its last, so every month's coverage is of those that were there.
        months = Rollup.objects.filter(indicator__slug="attendances", grain="month", scope=0, category="")
        assert months.count() == 24
        assert {month.expected for month in months} != {271}
        assert all(226 <= month.filed <= month.expected <= 246 for month in months)
        # The parts of a month are its total.
        parts = Rollup.objects.filter(indicator__slug="attendances", grain="month", scope=0, period=date(2017, 3, 1))
        by_category = dict(parts.values_list("category", "value"))
        assert by_category.pop("") == sum(by_category.values())
        assert set(by_category) == {"type:1", "type:2", "type:other"}
        initiative = Initiative.objects.get()
        assert "licensed under the Open Government Licence v3.0." in initiative.attribution
        assert rollups.differences(initiative) == []


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2028, 1, 1)])
def test_whenever_it_is_loaded_the_school_district_has_just_begun_to_drift(start):
    for number in range(366):
        today = start + timedelta(days=number)
        calendar = demo.Calendar.on(today)
        late = [row for row in demo.CAME_LATE.items() if row[0][0] == "P7"]
        assert len(late) == 2
        for (_, month), days in late:
            due = due_on(Indicator(frequency="month", due_day=calendar.due_day), add_months(calendar.open_month, month))
            assert due + timedelta(days=days) < today, today
        met = [(add_months(calendar.open_month, -row[0]).replace(day=row[1]), "P7" in row[2]) for row in HELD + WORKED]
        lately = [missed for on, missed in met if today - timedelta(days=LAST_DAYS) < on < today]
        before = [missed for on, missed in met if on <= today - timedelta(days=LAST_DAYS)]
        assert len(lately) + len(before) == len(met), today
        missed = rise(Counted(sum(lately), len(lately), sum(before), len(before)), INVITED_AT_LEAST)
        assert missed is not None
        assert missed >= A_REASON, today


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2028, 1, 1)])
def test_whenever_it_is_loaded_the_month_before_is_still_open(start):
    for number in range(366):
        today = start + timedelta(days=number)
        calendar = demo.Calendar.on(today)
        indicator = Indicator(frequency="month", due_day=calendar.due_day, lock_day=calendar.lock_day)
        assert calendar.open_month == add_months(month_of(today), -1)
        assert today <= due_on(indicator, calendar.open_month), today
        assert closes_on(indicator, calendar.open_month) >= today + timedelta(days=9), today


def test_early_in_a_month_it_is_due_the_10th_and_locks_the_20th():
    assert demo.Calendar.on(date(2026, 11, 9)) == demo.Calendar(date(2026, 10, 1), 10, 20)


def test_an_interrupted_load_goes_on(monkeypatch):
    def stops(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo, "_file_open_month", stops)
        with pytest.raises(KeyboardInterrupt):
            demo.load_riverbend(quiet, demo.Passwords(), timezone.localdate())
    assert not demo.is_loaded("riverbend")
    demo.load_riverbend(quiet, demo.Passwords(), timezone.localdate() + timedelta(days=40))
    assert demo.is_loaded("riverbend")
    with tenant_scope(Tenant.objects.get(slug="riverbend")):
        assert Participation.objects.count() == 9
        assert whole("completions", "month", add_months(month_of(timezone.localdate()), -1)).value == 400
