"""The demonstration tells the truth: England's published rates come out of the roll-ups, Riverbend is mid-month."""

from __future__ import annotations

import stat
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from backbone.models import Change, Initiative, Membership, Participation, Signal, Tenant, User
from backbone.rules.holding import A_REASON, INVITED_AT_LEAST, LAST_DAYS, Counted, rise
from backbone.selectors.holding import all_signals, raised_signals
from backbone.services import holding
from backbone.tenancy import tenant_scope
from comms.demo import HELD, WORKED
from measures import demo
from measures.lines import closes_on, due_on
from measures.models import Figure, Indicator, Rollup, StaleMark, Target
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


def test_riverbend_is_in_the_middle_of_a_month():
    today = timezone.localdate()
    demo.load_riverbend(quiet, demo.Passwords(), today)
    month = add_months(month_of(today), -1)
    with tenant_scope(Tenant.objects.get(slug="riverbend")):
        indicators = {row.slug: row for row in Indicator.objects.all()}
        kinds = {slug: row.kind for slug, row in indicators.items()}
        assert kinds == {"completions": "flow", "placed": "rate", "served": "unduplicated", "open-seats": "stock"}
        approved = Figure.objects.filter(period=month, state="approved").values_list("partner__code", flat=True)
        assert set(approved) == {"P1", "P2", "P3", "P5", "P7", "P9"}
        assert not Figure.objects.filter(period=month).exclude(state="approved").exists()
        completions = whole("completions", "month", month)
        assert (completions.value, completions.filed, completions.expected) == (400, 6, 9)
        before = whole("completions", "month", add_months(month, -1))
        assert (before.value, before.filed, before.expected) == (1012, 9, 9)
        december = whole("completions", "month", add_months(month, -10))
        assert (december.value, december.filed, december.expected) == (702, 7, 8)
        assert whole("placed", "month", month).denominator == 240
        assert Figure.objects.filter(indicator=indicators["completions"], category="").count() == 15 * 9 - 6 + 6
        for indicator in indicators.values():
            assert due_on(indicator, month) >= today - timedelta(days=1)
            assert closes_on(indicator, month) >= today + timedelta(days=8)
        submitted = Figure.objects.filter(period=month).values_list("submitted_by__email", "changed_by__email")
        assert ("p1@riverbend.example", "dana@riverbend.example") in submitted
        assert not any(filer == reviewer for filer, reviewer in submitted)
        assert rollups.differences(Initiative.objects.get()) == []


def test_the_school_district_is_drifting_away_and_nobody_else():
    demo.load_riverbend(quiet, demo.Passwords(), timezone.localdate())
    tenant = Tenant.objects.get(slug="riverbend")
    with tenant_scope(tenant):
        initiative, today = Initiative.objects.get(), tenant.day()
        (found,) = raised_signals(initiative, today)
        assert found.partner.code == "P7"
        assert [one.name for one in found.reasons] == ["filings", "meetings"]
        assert found.short.startswith("Late with 2 of the last 3 reports, before with 0 of 9, absent from 2 of ")
        held = {one.partner.code: one for one in all_signals(initiative, today)}
        assert set(held) == {f"P{number}" for number in range(1, 10)}
        always_late = {one.name: one for one in held["P8"].components}["filings"]
        assert (always_late.value, always_late.words) == (0, "late with 3 of the last 3 reports, before with 9 of 9")
        # The same again at night: nothing in it was put there by hand.
        Signal.objects.all().delete()
        assert holding.work_out(initiative=initiative, as_of=timezone.now()) == 1
        assert raised_signals(initiative, today)[0].signal.score == found.signal.score


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


@pytest.fixture
def without_england(monkeypatch):
    """England takes a quarter of a minute to load, and its logins are made like Riverbend's."""
    monkeypatch.setattr(demo, "TENANTS", {"riverbend": demo.load_riverbend})


def test_the_second_run_does_nothing(without_england, state):
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "Riverbend: its partners" in out.getvalue()
    logins = (state / "logins.txt").read_text()

    def traces():
        with tenant_scope(Tenant.objects.get(slug="riverbend")):
            return Change.objects.count(), Figure.objects.count(), StaleMark.objects.count(), User.objects.count()

    before = traces()
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == "The demonstration is there already.\n"
    assert traces() == before
    assert (state / "logins.txt").read_text() == logins


def test_the_logins_open_and_are_for_their_owner_alone(without_england, state, client):
    demo.load(quiet)
    file = state / "logins.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    words = {line.split()[0]: line.split() for line in file.read_text().splitlines() if "@" in line}
    assert len(words) == 23
    for email in ("ana@riverbend.example", "dana@riverbend.example", "frank@riverbend.example"):
        assert User.objects.get(email=email).check_password(words[email][1])
    answer = client.post(
        "/accounts/login/", {"login": "ana@riverbend.example", "password": words["ana@riverbend.example"][1]}
    )
    assert answer.status_code == 302
    with tenant_scope(Tenant.objects.get(slug="riverbend")):
        roles = {role for person in Membership.objects.all() for role in person.roles}
    assert roles == {
        "backbone_admin", "data_steward", "convener", "group_chair", "partner_lead", "partner_filer",
        "partner_member", "funder", "evaluator",
    }  # fmt: skip


def test_lost_logins_are_made_anew_and_kept_ones_stay(without_england, state):
    demo.load(quiet)
    file = state / "logins.txt"
    first = file.read_text()
    ana = User.objects.get(email="ana@riverbend.example")
    file.unlink()
    demo.load(quiet)
    assert file.read_text() != first
    ana.refresh_from_db()
    assert ana.check_password(demo.Logins(file).passwords["ana@riverbend.example"])
    again = file.read_text()
    demo.Logins(file).write()
    assert file.read_text() == again
