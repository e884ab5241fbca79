"""Riverbend as the demonstration loads it: in the middle of a month, with a partner that drifts away, and its logins."""

from __future__ import annotations

import shutil
import stat
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from backbone import tenancy
from backbone.models import Change, Initiative, Membership, Signal, Tenant, User
from backbone.selectors.holding import all_signals, raised_signals
from backbone.services import holding
from backbone.tenancy import tenant_scope
from measures import demo
from measures.lines import closes_on, due_on
from measures.models import Figure, Indicator, StaleMark
from measures.rules.periods import add_months, month_of
from measures.services import rollups
from tests.crawling import crawl
from tests.test_demo import quiet, whole

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """What `load_demo` said, and the folder of its logins. Loaded once, in a transaction around all tests of this file; a
    test's own is a savepoint in it, and what the test wrote is gone with that. England takes a quarter of a minute to
    load, and its logins are made like Riverbend's."""
    around, folder, out = transaction.atomic(), tmp_path_factory.mktemp("demo") / "state", StringIO()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "savepoints_allowed", True)
        patch.setattr(demo, "TENANTS", {"riverbend": demo.load_riverbend})
        patch.setattr(django_settings, "STATE_DIR", folder)
        around.__enter__()
        call_command("load_demo", stdout=out)
    yield SimpleNamespace(folder=folder, said=out.getvalue())
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def state(loaded, db, settings, tmp_path, monkeypatch):
    """The folder of logins, to change."""
    monkeypatch.setattr(demo, "TENANTS", {"riverbend": demo.load_riverbend})
    settings.STATE_DIR = shutil.copytree(loaded.folder, tmp_path / "state")
    return settings.STATE_DIR


def test_riverbend_is_in_the_middle_of_a_month():
    tenant = Tenant.objects.get(slug="riverbend")
    today = tenant.day()
    month = add_months(month_of(today), -1)
    with tenant_scope(tenant):
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


def test_the_second_run_does_nothing(loaded, state):
    assert "Riverbend: its partners" in loaded.said
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


def test_the_logins_open_and_are_for_their_owner_alone(loaded, client):
    file = loaded.folder / "logins.txt"
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


def test_lost_logins_are_made_anew_and_kept_ones_stay(state):
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


def test_every_page_that_it_leads_to_is_there(client):
    client.force_login(User.objects.get(email="dana@riverbend.example"))
    assert len(crawl(client, "/o/riverbend/youth-to-work/", of_one_kind=3)) > 60
