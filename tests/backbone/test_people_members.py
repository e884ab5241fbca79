"""Who belongs to a tenant, and as what: roles given and taken, doors closed and opened."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from backbone.models import APIKey, Change, Entrance, Grant, Membership, Tenant, User
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import keys, links, members
from backbone.tenancy import tenant_scope
from tests import factories


def code_of(caught) -> str:
    return caught.value.problems[0].code


# --- adding, by a command or a bundle ---


def test_adding_a_member_twice_changes_nothing(in_riverside):
    lines = Change.objects.count
    first = members.add_member(email="Eve@riverside.example", name="Eve", role=Role.DATA_STEWARD)
    before = lines()
    again = members.add_member(email="eve@riverside.example ", name="Eve", role=Role.DATA_STEWARD)
    assert (again.pk, again.roles) == (first.pk, {Role.DATA_STEWARD})
    assert lines() == before
    assert Entrance.objects.filter(user_id=first.user_id).count() == 1


def test_one_login_belongs_to_two_tenants_with_different_roles(riverside, hillcrest):
    with riverside.scope():
        here = members.add_member(email="eve@both.example", name="Eve", role=Role.DATA_STEWARD)
    with hillcrest.scope():
        there = members.add_member(email="eve@both.example", name="Eve", role=Role.FUNDER)
        assert there.roles == {Role.FUNDER}
    assert here.user_id == there.user_id


def test_a_password_is_set_for_a_new_login_and_never_over_an_old_one(in_riverside):
    members.add_member(email="eve@x.example", name="Eve", role=Role.FUNDER, password="first long password")
    members.add_member(email="eve@x.example", name="Eve", role=Role.EVALUATOR, password="second long password")
    user = User.objects.get(email="eve@x.example")
    assert user.check_password("first long password")


def test_a_bundle_does_not_open_a_door_that_was_closed(in_riverside):
    people = in_riverside.people
    members.deactivate(membership=people.ben, by=people.ana)
    again = members.add_member(
        email=people.ben.email, name="Ben", role=Role.PARTNER_FILER, partner=in_riverside.partners[0]
    )
    assert not again.is_active
    assert not Entrance.objects.filter(user_id=people.ben.user_id).exists()


@pytest.mark.parametrize(
    ("role", "with_partner", "code"),
    [
        (Role.PARTNER_FILER, False, "member.role_partner"),
        (Role.FUNDER, True, "member.role_partner"),
        (Role.PLATFORM_OPERATOR, False, "member.role_unknown"),
        (Role.PUBLIC_LINK, False, "member.role_unknown"),
        (Role.API_KEY, False, "member.role_unknown"),
        ("king", False, "member.role_unknown"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(in_riverside, role, with_partner, code):
    partner = in_riverside.partners[0] if with_partner else None
    with pytest.raises(Refused) as caught:
        members.grant(membership=in_riverside.people.fay, role=role, partner=partner, by=in_riverside.people.ana)
    assert code_of(caught) == code


# --- who gives what to whom ---


@pytest.fixture
def lead(in_riverside):
    return factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[0])


@pytest.mark.parametrize("role", Role.of_people())
def test_an_admin_appoints_everybody(in_riverside, role):
    eve = factories.make_member("eve@riverside.example", "Eve")
    partner = in_riverside.partners[2] if role in Role.of_partners() else None
    members.grant(membership=eve, role=role, partner=partner, by=in_riverside.people.ana)
    assert Membership.objects.get(pk=eve.pk).roles == {role}


@pytest.mark.parametrize("role", Role.of_people())
@pytest.mark.parametrize("which", [0, 1])
def test_a_lead_appoints_the_own_partners_people_and_nobody_else(in_riverside, lead, role, which):
    eve = factories.make_member("eve@riverside.example", "Eve")
    partner = in_riverside.partners[which] if role in Role.of_partners() else None
    if role in Role.of_partners() and which == 0:
        members.grant(membership=eve, role=role, partner=partner, by=lead)
        assert Grant.objects.get(membership=eve).partner == partner
        return
    with pytest.raises(Refused) as caught:
        members.grant(membership=eve, role=role, partner=partner, by=lead)
    assert code_of(caught) == "member.role_beyond"
    assert not eve.grants.exists()


@pytest.mark.parametrize("who", ["ben", "fay"])
def test_whoever_manages_nobody_appoints_nobody(in_riverside, who):
    eve = factories.make_member("eve@riverside.example", "Eve")
    with pytest.raises(Refused) as caught:
        members.grant(
            membership=eve,
            role=Role.PARTNER_MEMBER,
            partner=in_riverside.partners[0],
            by=getattr(in_riverside.people, who),
        )
    assert code_of(caught) == "member.role_beyond"


def test_nobody_raises_themself(in_riverside, lead):
    for person, role, partner in (
        (in_riverside.people.ana, Role.EVALUATOR, None),
        (lead, Role.PARTNER_FILER, in_riverside.partners[0]),
    ):
        with pytest.raises(Refused) as caught:
            members.grant(membership=person, role=role, partner=partner, by=person)
        assert code_of(caught) == "member.own_role"


def test_a_lead_does_not_deactivate_somebody_with_another_role_beside(in_riverside, lead):
    ben = in_riverside.people.ben
    members.grant(membership=ben, role=Role.FUNDER, by=in_riverside.people.ana)
    with pytest.raises(Refused) as caught:
        members.deactivate(membership=ben, by=lead)
    assert code_of(caught) == "member.not_yours"
    assert Membership.objects.get(pk=ben.pk).is_active


def test_an_evaluator_s_role_ends_by_itself(in_riverside):
    eve = factories.make_member("eve@riverside.example", "Eve")
    granted = members.grant(membership=eve, role=Role.EVALUATOR, by=in_riverside.people.ana)
    assert granted.ends_on is not None


def test_a_right_that_went_while_waiting_is_asked_again(in_riverside):
    """`by` as the view read it may be stale; the service reads it under its lock."""
    people = in_riverside.people
    other = factories.make_member("oda@riverside.example", "Oda", Role.BACKBONE_ADMIN)
    assert other.roles == {Role.BACKBONE_ADMIN}
    members.withdraw(grant=Grant.objects.get(membership=other), by=people.ana)
    assert other.roles == {Role.BACKBONE_ADMIN}, "the stale object still says so"
    with pytest.raises(Refused):
        members.grant(membership=people.fay, role=Role.DATA_STEWARD, by=other)


# --- the last admin ---


def test_the_last_admin_cannot_leave_or_lose_the_role(in_riverside):
    ana = in_riverside.people.ana
    with pytest.raises(Refused) as caught:
        members.deactivate(membership=ana, by=ana)
    assert code_of(caught) == "member.last_admin"
    with pytest.raises(Refused) as caught:
        members.withdraw(grant=Grant.objects.get(membership=ana, role=Role.BACKBONE_ADMIN), by=ana)
    assert code_of(caught) == "member.last_admin"
    assert Membership.objects.get(pk=ana.pk).roles == {Role.BACKBONE_ADMIN, Role.DATA_STEWARD, Role.CONVENER}


def test_an_admin_may_leave_when_another_stays(in_riverside):
    ana = in_riverside.people.ana
    factories.make_member("oda@riverside.example", "Oda", Role.BACKBONE_ADMIN)
    members.deactivate(membership=ana, by=ana)
    assert not Membership.objects.get(pk=ana.pk).is_active


def test_an_admin_whose_role_ends_does_not_count_as_the_one_who_stays(in_riverside):
    ana = in_riverside.people.ana
    oda = factories.make_member("oda@riverside.example", "Oda")
    members.grant(membership=oda, role=Role.BACKBONE_ADMIN, ends_on=factories.date(2099, 1, 1), by=ana)
    with pytest.raises(Refused):
        members.deactivate(membership=ana, by=ana)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_admins_who_deactivate_each_other_at_once_leave_one():
    tenant = Tenant.objects.create(slug="race", name="Race")
    with tenant_scope(tenant):
        pair = [factories.make_member(f"{n}@race.example", n, Role.BACKBONE_ADMIN) for n in ("ada", "bob")]
    start, outcomes = threading.Barrier(2), []

    def close(mine: int) -> None:
        try:
            start.wait()
            with tenant_scope(tenant):
                members.deactivate(membership=pair[1 - mine], by=pair[mine])
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.problems[0].code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=close, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(tenant):
        assert Membership.objects.filter(is_active=True).count() == 1
    assert sorted(outcomes) == ["done", "member.not_yours"]


# --- closing and opening the door ---


def test_a_closed_door_ends_entrance_and_keys_and_keeps_what_was_written(in_riverside):
    people = in_riverside.people
    grant = Grant.objects.get(membership=people.ben)
    key, _token = keys.create(owner=people.ben, name="sheet", role=grant.role, partner=grant.partner)
    members.deactivate(membership=people.ben, by=people.ana)
    ben = Membership.objects.get(pk=people.ben.pk)
    assert (ben.is_active, ben.current_grants, ben.grants.count()) == (False, [], 1)
    assert not APIKey.objects.get(pk=key.pk).is_open
    members.reactivate(membership=ben, by=people.ana)
    ben = Membership.objects.get(pk=ben.pk)
    assert ben.roles == {Role.PARTNER_FILER}
    assert Entrance.objects.filter(user_id=ben.user_id, tenant=in_riverside.tenant).exists()
    assert not APIKey.objects.get(pk=key.pk).is_open


def test_each_change_of_people_is_written_down(in_riverside):
    people = in_riverside.people
    eve = members.add_member(email="eve@riverside.example", name="Eve", role=Role.FUNDER, by=people.ana)
    members.withdraw(grant=eve.grants.get(), by=people.ana)
    members.deactivate(membership=eve, by=people.ana)
    members.reactivate(membership=eve, by=people.ana)
    verbs = list(Change.objects.filter(subject_id=eve.pk).order_by("at", "pk").values_list("verb", flat=True))
    assert verbs == [
        "member.joined", "member.granted", "member.withdrawn", "member.deactivated", "member.reactivated",
    ]  # fmt: skip


def test_a_person_changes_the_own_account_and_nothing_beyond_it(in_riverside):
    ben = in_riverside.people.ben
    changed = members.change_own(membership=ben, name="Benjamin", timezone="Europe/Madrid", wants_digest=False)
    assert (changed.name, changed.timezone, changed.wants_digest) == ("Benjamin", "Europe/Madrid", False)
    with pytest.raises(TypeError, match="is_active"):
        members.change_own(membership=ben, is_active=True)


def test_every_statement_of_the_services_names_the_tenant(in_riverside, django_assert_max_num_queries):
    people = in_riverside.people
    with django_assert_max_num_queries(60) as captured:
        eve = members.add_member(email="eve@riverside.example", name="Eve", role=Role.FUNDER, by=people.ana)
        members.deactivate(membership=eve, by=people.ana)
    owned = {Membership._meta.db_table, Grant._meta.db_table, APIKey._meta.db_table, Change._meta.db_table}
    touching = [q["sql"] for q in captured.captured_queries if any(f'"{table}"' in q["sql"] for table in owned)]
    assert touching
    assert all("tenant_id" in sql for sql in touching)


@pytest.mark.parametrize("reader", ["Pacific/Auckland", "America/New_York", "Pacific/Honolulu"])
def test_a_role_ends_with_the_tenants_day_wherever_its_reader_is(in_riverside, reader):
    """Riverside lies in New York, five hours behind what a worker's clock shows."""
    last = date(2026, 11, 19)
    Grant.objects.filter(membership=in_riverside.people.ana).update(ends_on=last)
    publication = factories.make_publication(in_riverside.initiative, in_riverside.people.ana)
    with time_machine.travel(datetime(2026, 11, 20, 4, 50, tzinfo=UTC), tick=False), timezone.override(reader):
        _link, token = factories.make_link(publication.initiative, in_riverside.people.ana)
        assert Membership.objects.get(pk=in_riverside.people.ana.pk).roles
        assert links.opened(token) is not None
    with time_machine.travel(datetime(2026, 11, 20, 5, 10, tzinfo=UTC), tick=False), timezone.override(reader):
        assert not Membership.objects.get(pk=in_riverside.people.ana.pk).roles
        assert links.opened(token) is None
