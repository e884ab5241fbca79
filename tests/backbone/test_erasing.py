"""Removing a whole tenant: nothing of it is left, and its neighbour is as it was, to the byte."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backbone import tasks
from backbone.models import Change, Entrance, Tenant, User
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import erasing, moving, seals
from backbone.tenancy import tenant_scope
from tests import factories
from tests.routes import make_world

REAL = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


@pytest.fixture
def nudged(monkeypatch) -> list:
    asked: list = []
    monkeypatch.setattr(erasing, "nudge", lambda *args: asked.append(args))
    return asked


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(factories.user_of(person))
    return browser


@REAL
@pytest.mark.sees_all_tenants
def test_a_sample_goes_with_everything_and_its_neighbour_stays(nudged, monkeypatch):
    here, there = (
        factories.make_neighbourhood("riverside", "Riverside"),
        factories.make_neighbourhood("hillcrest", "Hillcrest"),
    )
    for place in (here, there):
        make_world(place)
    Tenant.objects.filter(pk=here.tenant.pk).update(is_sample=True)
    both = factories.user_of(here.people.fay)
    with there.scope():
        Entrance.objects.create(user=both, tenant=there.tenant)
    with here.scope():
        cache.set("kept", "x", 600)
    before = moving.count(there.tenant.pk)
    logins = User.objects.count()
    ana = signed_in(here.people.ana)
    page = ana.get("/o/riverside/-/export/erase/").content.decode()
    assert "Remove the sample data?" in page
    assert "/o/riverside/-/export/" in page, "take it away first"
    assert ana.post("/o/riverside/-/export/erase/").status_code == 302
    assert nudged == [(erasing.ERASE, here.tenant.pk)]
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "is_possible", lambda: False)
        assert (tasks.sweep_erasures(), tasks.erase(here.tenant.pk)) == (0, 0), "a worker that is no owner leaves it"
        with pytest.raises(CommandError):
            call_command("remove_tenants")
    out = StringIO()
    call_command("remove_tenants", stdout=out)
    assert "riverside:" in out.getvalue()
    assert tasks.sweep_erasures() == 0
    assert tasks.erase(here.tenant.pk) == 0
    assert not Tenant.objects.filter(slug="riverside").exists()
    assert sum(one.rows for one in moving.count(here.tenant.pk)) == 0
    assert moving.count(there.tenant.pk) == before
    assert User.objects.filter(pk=both.pk).exists(), "who has another door keeps the login"
    assert not User.objects.filter(email="ana@riverside.example").exists()
    assert User.objects.count() < logins
    with tenant_scope(here.tenant.pk):
        assert cache.get("kept") is None
    assert erasing.stays_away("riverside")
    assert not erasing.stays_away("hillcrest")
    assert ana.get("/o/riverside/").status_code in (302, 404)


@REAL
@pytest.mark.sees_all_tenants
def test_taken_away_erased_and_brought_back_it_is_equal_table_by_table_and_its_neighbour_never_moved(tmp_path):
    here, there = (
        factories.make_neighbourhood("riverside", "Riverside"),
        factories.make_neighbourhood("hillcrest", "Hillcrest"),
    )
    for place in (here, there):
        make_world(place)
    beside = moving.count(there.tenant.pk)
    taken = moving.export_tenant(here.tenant, tmp_path / "out")
    assert taken == moving.count(here.tenant.pk)
    assert sum(one.rows > 0 for one in taken) >= 60, "most tables hold something"
    Tenant.objects.filter(pk=here.tenant.pk).update(erase_at=timezone.now() - timedelta(minutes=1))
    assert erasing.erase(here.tenant.pk) == sum(one.rows for one in taken)
    assert moving.count(there.tenant.pk) == beside
    arrival = moving.import_tenant(tmp_path / "out")
    assert arrival.counted == taken
    assert moving.count(there.tenant.pk) == beside
    with tenant_scope(arrival.tenant):
        assert seals.verify() is None
    assert User.objects.filter(email="ana@riverside.example").exists()
    assert Entrance.objects.filter(tenant=arrival.tenant).exists()


@pytest.mark.django_db
def test_any_other_organization_has_a_week_and_its_name_typed(riverside):
    ana = signed_in(riverside.people.ana)
    path = "/o/riverside/-/export/erase/"
    assert ana.post(path, {"slug": "hillcrest"}).status_code == 422
    assert ana.post(path, {}).status_code == 422
    assert Tenant.objects.get(slug="riverside").erase_at is None
    assert ana.post(path, {"slug": "riverside"}).status_code == 302
    row = Tenant.objects.get(slug="riverside")
    assert timedelta(days=6) < row.erase_at - timezone.now() <= timedelta(days=erasing.DAYS_TO_THINK)
    assert erasing.due() == []
    page = ana.get(path).content.decode()
    assert "Keep it" in page
    assert "This organization is being removed" in ana.get("/o/riverside/-/members/").content.decode()
    assert ana.post(path, {"form": "keep"}).status_code == 302
    assert Tenant.objects.get(slug="riverside").erase_at is None
    with riverside.scope():
        verbs = list(Change.objects.filter(verb__startswith="tenant.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["tenant.erasing", "tenant.kept"]


@pytest.mark.django_db
def test_only_an_admin_has_it_removed(riverside):
    with riverside.scope():
        steward = factories.make_member("sue@riverside.example", "Sue", Role.DATA_STEWARD)
        for who in (steward, riverside.people.ben, riverside.people.fay):
            with pytest.raises(Refused):
                erasing.ask(tenant=riverside.tenant, by=who, slug="riverside")
            with pytest.raises(Refused):
                erasing.keep(tenant=riverside.tenant, by=who)
    browser = signed_in(steward)
    assert browser.post("/o/riverside/-/export/erase/", {"slug": "riverside"}).status_code == 404
    assert Tenant.objects.get(slug="riverside").erase_at is None


@REAL
@pytest.mark.sees_all_tenants
def test_one_that_was_kept_after_all_stays(nudged):
    here = factories.make_neighbourhood("riverside", "Riverside")
    with here.scope():
        erasing.ask(tenant=here.tenant, by=here.people.ana, slug="riverside")
    assert tasks.erase(here.tenant.pk) == 0, "its day has not come"
    assert Tenant.objects.filter(slug="riverside").exists()
