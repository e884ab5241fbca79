"""API keys: shown once, no more than their owner, and dead when told or when the owner's role goes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from backbone.models import APIKey, Change, Grant
from backbone.problems import Refused
from backbone.roles import Can, Role
from backbone.services import keys, members
from tests import factories


def make(neighbourhood, **changes) -> tuple[APIKey, str]:
    ben = neighbourhood.people.ben
    wishes = {"role": Role.PARTNER_FILER, "partner": neighbourhood.partners[0], "scopes": ["read", "file"]}
    return keys.create(**{"owner": ben, "name": "Ben's sheet", **wishes, **changes})


def code_of(caught) -> str:
    return caught.value.problems[0].code


def test_a_key_opens_its_tenant_and_acts_in_its_one_role(in_riverside):
    key, token = make(in_riverside)
    found = keys.authenticate(token, in_riverside.tenant)
    assert found.pk == key.pk
    acting = keys.acting_membership(found)
    assert acting.roles == {Role.PARTNER_FILER}
    assert acting.can(Can.FILE, in_riverside.partners[0])
    assert not acting.can(Can.FILE, in_riverside.partners[1])
    assert acting.partner_ids(Can.FILE) == {in_riverside.partners[0].pk}


def test_a_key_is_one_role_though_the_owner_holds_three(in_riverside):
    key, _token = keys.create(owner=in_riverside.people.ana, name="reader", role=Role.CONVENER)
    acting = keys.acting_membership(key)
    assert acting.roles == {Role.CONVENER}
    assert not acting.can(Can.DEFINE_INDICATORS)
    assert in_riverside.people.ana.can(Can.DEFINE_INDICATORS)


def test_the_secret_is_kept_nowhere(in_riverside):
    _key, token = make(in_riverside)
    secret = token.split("_", 3)[3]
    kept = str(list(APIKey.objects.values())) + str(list(Change.objects.values()))
    assert secret not in kept
    assert len(secret) == 43
    assert re.fullmatch(rf"bb_{in_riverside.tenant.pk}_[0-9a-f]{{12}}_[\w-]{{43}}", token)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": Role.DATA_STEWARD, "partner": None}, "key.role_beyond"),
        ({"role": Role.PARTNER_LEAD}, "key.role_beyond"),
        ({"role": Role.PARTNER_FILER, "partner": None}, "key.role_beyond"),
        ({"role": "king", "partner": None}, "key.role_beyond"),
        ({"days": 0}, "key.days"),
        ({"days": 366}, "key.days"),
        ({"scopes": []}, "key.scopes"),
        ({"scopes": ["read", "rule"]}, "key.scopes"),
    ],
)
def test_a_key_that_is_more_than_its_owner_is_refused(in_riverside, changes, code):
    with pytest.raises(Refused) as caught:
        make(in_riverside, **changes)
    assert code_of(caught) == code
    assert not APIKey.objects.exists()


def test_another_partners_role_is_not_the_owners(in_riverside):
    with pytest.raises(Refused) as caught:
        make(in_riverside, partner=in_riverside.partners[1])
    assert code_of(caught) == "key.role_beyond"


def spoilt(token: str) -> dict[str, str]:
    tenant, prefix, secret = token.split("_", 3)[1:]
    return {
        "nothing": "",
        "no key": "nonsense",
        "another secret": f"bb_{tenant}_{prefix}_{'A' * 43}",
        "another prefix": f"bb_{tenant}_{'0' * 12}_{secret}",
        "cut": token[:-1],
        "longer": token + "A",
        "a line more": token + "\n",
        "huge tenant": f"bb_{'9' * 30}_{prefix}_{secret}",
        "NUL": token[:-1] + "\x00",
    }


@pytest.mark.parametrize("how", spoilt("bb_1_0_x"))
def test_a_bad_key_is_a_bad_key(in_riverside, how):
    _key, token = make(in_riverside)
    with pytest.raises(keys.BadKey):
        keys.authenticate(spoilt(token)[how], in_riverside.tenant)


def test_a_key_of_one_tenant_opens_nothing_next_door(riverside, hillcrest):
    with riverside.scope():
        _key, token = make(riverside)
    with hillcrest.scope(), pytest.raises(keys.BadKey):
        keys.authenticate(token, hillcrest.tenant)
    tampered = token.replace(f"bb_{riverside.tenant.pk}_", f"bb_{hillcrest.tenant.pk}_")
    with hillcrest.scope(), pytest.raises(keys.BadKey):
        keys.authenticate(tampered, hillcrest.tenant)


@pytest.mark.parametrize("end", ["revoked", "expired", "owner deactivated", "role withdrawn", "role ended"])
def test_a_key_dies_at_once(in_riverside, end):
    people = in_riverside.people
    key, token = make(in_riverside, days=30)
    keys.authenticate(token, in_riverside.tenant)
    grant = Grant.objects.get(membership=people.ben)
    now = timezone.now()
    if end == "revoked":
        keys.revoke(key=key, by=people.ben)
    elif end == "expired":
        now += timedelta(days=30, seconds=1)
    elif end == "owner deactivated":
        members.deactivate(membership=people.ben, by=people.ana)
    elif end == "role withdrawn":
        members.withdraw(grant=grant, by=people.ana)
    else:
        Grant.objects.filter(pk=grant.pk).update(ends_on=timezone.localdate() - timedelta(days=1))
    with time_machine.travel(now, tick=False), pytest.raises(keys.BadKey):
        keys.authenticate(token, in_riverside.tenant)
    is_still_held = end in ("revoked", "expired")
    acting = keys.acting_membership(APIKey.objects.get(pk=key.pk))
    assert acting.roles == ({Role.PARTNER_FILER} if is_still_held else set())


def test_use_is_noted_once_a_minute(in_riverside):
    key, token = make(in_riverside)
    with time_machine.travel("2026-11-09T08:00:00Z", tick=False) as clock:
        keys.authenticate(token, in_riverside.tenant)
        first = APIKey.objects.get(pk=key.pk).last_used_at
        clock.shift(30)
        keys.authenticate(token, in_riverside.tenant)
        assert APIKey.objects.get(pk=key.pk).last_used_at == first
        clock.shift(60)
        keys.authenticate(token, in_riverside.tenant)
        assert APIKey.objects.get(pk=key.pk).last_used_at > first


@pytest.mark.parametrize(
    ("scopes", "method", "allowed"),
    [
        (["read"], "GET", True), (["read"], "HEAD", True), (["read"], "PUT", False), (["read"], "POST", False),
        (["file"], "PUT", True), (["file"], "GET", False), (["read", "file"], "DELETE", True),
    ],
)  # fmt: skip
def test_a_scope_says_reading_or_changing(in_riverside, scopes, method, allowed):
    key, _token = make(in_riverside, scopes=scopes)
    if allowed:
        keys.require_scope(key, method)
    else:
        with pytest.raises(PermissionDenied):
            keys.require_scope(key, method)


# --- the pages ---


@pytest.fixture
def ben(riverside):
    browser = Client()
    browser.force_login(factories.user_of(riverside.people.ben))
    return browser


def test_the_page_shows_a_new_key_once(ben, riverside):
    with riverside.scope():
        grant = Grant.objects.get(membership=riverside.people.ben)
    made = ben.post(
        "/o/riverside/-/keys/new/", {"name": "Sheet", "grant": grant.pk, "scopes": ["read"], "days": "90"}
    ).content.decode()
    token = re.search(r'value="(bb_\d+_[0-9a-f]{12}_[\w-]{43})"', made)[1]
    with riverside.scope():
        assert keys.authenticate(token, riverside.tenant).name == "Sheet"
    listed = ben.get("/o/riverside/-/keys/").content.decode()
    assert "Sheet" in listed
    assert token not in listed


def test_the_form_offers_ones_own_roles_alone(ben, riverside):
    with riverside.scope():
        others = Grant.objects.get(membership=riverside.people.fay)
    form = {"name": "Sheet", "grant": others.pk, "scopes": ["read"], "days": "90"}
    response = ben.post("/o/riverside/-/keys/new/", form)
    assert response.status_code == 422
    with riverside.scope():
        assert not APIKey.objects.exists()


def test_keys_are_revoked_by_their_owner_and_by_an_admin(ben, riverside):
    with riverside.scope():
        mine, _token = make(riverside)
        theirs, _token = keys.create(owner=riverside.people.ana, name="Ana's", role=Role.DATA_STEWARD)
    assert "Ana&#x27;s" not in ben.get("/o/riverside/-/keys/").content.decode()
    assert ben.post(f"/o/riverside/-/keys/{theirs.pk}/revoke/").status_code == 404
    assert ben.post(f"/o/riverside/-/keys/{mine.pk}/revoke/").status_code == 302
    with riverside.scope():
        assert APIKey.objects.get(pk=theirs.pk).is_open
        assert not APIKey.objects.get(pk=mine.pk).is_open
        again, _token = make(riverside)
    admin = Client()
    admin.force_login(factories.user_of(riverside.people.ana))
    assert admin.post(f"/o/riverside/-/keys/{again.pk}/revoke/").status_code == 302
    with riverside.scope():
        assert not APIKey.objects.get(pk=again.pk).is_open
