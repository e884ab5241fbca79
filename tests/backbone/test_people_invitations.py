"""Invitations: one address, one role, one use; nobody else gets in, whatever they do in whatever order."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from backbone.models import Change, Entrance, Grant, Invitation, Membership, User
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import invitations, members
from tests import factories
from tests.pages import without_chance

RUNS = int(os.environ.get("INVITATION_RUNS", "15"))  # 2,000 now and then


def mailed_link() -> str:
    """The path in the newest mail."""
    return re.search(r"https?://[^/]+(/accounts/invitations/\S+)", mail.outbox[-1].body)[1]


def mailed_token() -> str:
    return mailed_link().rstrip("/").rsplit("/", 1)[-1]


def code_of(caught) -> str:
    return caught.value.problems[0].code


def person(email: str) -> User:
    user = factories.make_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def invited(riverside):
    """Eve was invited as a funder; she has no login. The link as mailed."""
    with riverside.scope():
        invitations.invite(email="Eve@new.example", name="Eve", role=Role.FUNDER, by=riverside.people.ana)
    return mailed_link()


# --- the token ---


def test_the_token_is_long_mailed_once_and_kept_as_a_hash(in_riverside):
    offer = invitations.invite(email="eve@new.example", role=Role.FUNDER, by=in_riverside.people.ana)
    token = mailed_token()
    assert len(token) >= 43, "256 bits in base64"
    assert [message.to for message in mail.outbox] == [["eve@new.example"]]
    kept = str(list(Invitation.objects.values())) + str(list(Change.objects.values()))
    assert token not in kept
    assert len(offer.token_hash) == 64
    assert timedelta(days=6, hours=23) < offer.expires_at - timezone.now() <= timedelta(days=7)


def test_a_mail_that_cannot_be_sent_leaves_no_invitation(in_riverside, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", fail)
    with pytest.raises(Refused) as caught:
        invitations.invite(email="eve@new.example", role=Role.FUNDER, by=in_riverside.people.ana)
    assert code_of(caught) == "invitation.not_mailed"
    assert not Invitation.objects.exists()


def test_an_invitation_is_never_above_the_inviters_role(in_riverside):
    lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[0])
    invitations.invite(email="x@new.example", role=Role.PARTNER_FILER, partner=in_riverside.partners[0], by=lead)
    for role, partner in ((Role.PARTNER_FILER, in_riverside.partners[1]), (Role.DATA_STEWARD, None)):
        with pytest.raises(Refused) as caught:
            invitations.invite(email="x@new.example", role=role, partner=partner, by=lead)
        assert code_of(caught) == "member.role_beyond"
    assert Invitation.objects.count() == 1


def test_the_mail_names_the_tenant_the_role_and_the_way_in(in_riverside):
    invitations.invite(
        email="eve@new.example", role=Role.PARTNER_FILER, partner=in_riverside.partners[1], by=in_riverside.people.ana
    )
    sent = mail.outbox[0]
    assert sent.subject == "Ana invites you to Riverside"
    assert "Partner filer" in sent.body
    assert "Partner P2" in sent.body
    assert mailed_link() in str(sent.alternatives[0][0])


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@x.example", "Eve\nSubject: no", "A\x00b"])
def test_a_name_cannot_write_headers(in_riverside, name):
    ana = in_riverside.people.ana
    ana.name = name.replace("\x00", "")
    Membership.objects.filter(pk=ana.pk).update(name=ana.name)
    invitations.invite(email="eve@new.example", role=Role.FUNDER, by=ana)
    message = mail.outbox[0].message()
    assert set(message.keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
    }  # fmt: skip


# --- the page ---


def test_looking_never_uses_an_invitation_up(invited, riverside):
    for _ in range(3):
        assert Client().get(invited).status_code == 200
        assert Client().head(invited).status_code == 200
    with riverside.scope():
        assert Invitation.objects.get().is_open
        assert not Membership.objects.filter(email="eve@new.example").exists()
    assert not User.objects.filter(email="eve@new.example").exists()


def test_the_page_sends_no_referrer_and_is_kept_nowhere(invited):
    response = Client().get(invited)
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_somebody_without_a_login_makes_one_and_is_in(invited, riverside):
    browser = Client()
    choice = {"name": "Eve", "password": "a long enough password", "again": "a long enough password"}
    response = browser.post(invited, choice)
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == "/o/riverside/"
    with riverside.scope():
        eve = Membership.objects.get(email="eve@new.example")
        assert eve.roles == {Role.FUNDER}
    user = User.objects.get(pk=eve.user_id)
    assert user.check_password("a long enough password")
    assert EmailAddress.objects.get(user=user).verified, "the token came by mail to this very address"
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert Client().post(invited, choice).status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "too short"),
        ("password1234", "password1234", "too common"),
        ("a long enough password", "another long password", "not the same"),
        ("", "", "required"),
    ],
)
def test_a_weak_password_is_refused_in_words_and_nothing_is_made(invited, riverside, password, again, words):
    response = Client().post(invited, {"name": "Eve", "password": password, "again": again})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not User.objects.filter(email="eve@new.example").exists()
    with riverside.scope():
        assert Invitation.objects.get().is_open


def test_somebody_with_a_login_signs_in_first_and_then_joins(invited, riverside, client):
    user = person("eve@new.example")
    page = client.get(invited).content.decode()
    assert f"/accounts/login/?next={invited}" in page
    assert client.post(invited, {"name": "E", "password": "x" * 14, "again": "x" * 14}).status_code == 200
    assert not Entrance.objects.filter(user=user).exists(), "not by setting another password"
    client.force_login(user)
    assert "Join as eve@new.example" in client.get(invited).content.decode()
    assert client.post(invited).status_code == 302
    assert Entrance.objects.filter(user=user, tenant=riverside.tenant).exists()


def test_another_account_is_refused_in_words(invited, riverside, client):
    other = person("mallory@new.example")
    client.force_login(other)
    for method in (client.get, client.post):
        response = method(invited)
        assert response.status_code == 403
        assert "mallory@new.example" in response.content.decode()
    assert not Entrance.objects.filter(user=other).exists()


def test_an_address_that_is_claimed_but_not_proved_is_another_address(invited, riverside, client):
    other = person("mallory@new.example")
    EmailAddress.objects.create(user=other, email="eve@new.example", verified=False)
    client.force_login(other)
    assert client.post(invited).status_code == 403
    assert not Entrance.objects.filter(user=other).exists()


def test_unknown_tokens_and_tenants_are_the_same_nothing(invited):
    answers = [
        Client().get(path)
        for path in (
            "/accounts/invitations/riverside/nonsense/",
            "/accounts/invitations/nowhere/nonsense/",
            "/accounts/invitations/nowhere/" + invited.rstrip("/").rsplit("/", 1)[-1] + "/",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_chance(answer) for answer in answers}) == 1


def test_a_token_of_one_tenant_opens_nothing_at_another(invited, hillcrest):
    token = invited.rstrip("/").rsplit("/", 1)[-1]
    assert Client().get(f"/accounts/invitations/hillcrest/{token}/").status_code == 404


def test_an_expired_link_says_so(invited, riverside):
    with riverside.scope():
        Invitation.objects.update(created_at=timezone.now() - timedelta(days=8), expires_at=timezone.now())
    response = Client().get(invited)
    assert response.status_code == 410
    assert "Ask whoever invited you" in response.content.decode()


def test_an_invitation_dies_with_the_inviters_right(invited, riverside, client):
    with riverside.scope():
        oda = factories.make_member("oda@riverside.example", "Oda", Role.BACKBONE_ADMIN)
        members.deactivate(membership=riverside.people.ana, by=oda)
    client.force_login(person("eve@new.example"))
    assert client.post(invited).status_code == 410
    with riverside.scope():
        assert not Membership.objects.filter(email="eve@new.example").exists()


def test_whoever_was_deactivated_comes_back_by_an_admins_invitation_alone(riverside, client):
    people = riverside.people
    with riverside.scope():
        lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0])
        members.deactivate(membership=people.ben, by=people.ana)
        offered = {"email": people.ben.email, "role": Role.PARTNER_FILER, "partner": riverside.partners[0]}
        with pytest.raises(Refused) as caught:
            invitations.invite(**offered, by=lead)
        assert code_of(caught) == "invitation.deactivated"
        invitations.invite(**offered, by=people.ana)
    EmailAddress.objects.create(user_id=people.ben.user_id, email=people.ben.email, verified=True)
    client.force_login(factories.user_of(people.ben))
    assert client.post(mailed_link()).status_code == 302
    with riverside.scope():
        assert Membership.objects.get(pk=people.ben.pk).is_active


# --- in any order ---


class Invitations(RuleBasedStateMachine):
    """Invite, resend, revoke, accept, change address, lose a right; the model says who may hold what."""

    neighbourhood: factories.Neighbourhood

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.scope = self.neighbourhood.scope()
        self.scope.__enter__()
        partners = self.neighbourhood.partners
        self.lead = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=partners[0])
        self.inviters = {"ana": self.neighbourhood.people.ana, "lea": self.lead}
        self.users = {name: person(f"{name}@x.example") for name in ("una", "uwe")}
        self.verified = {name: f"{name}@x.example" for name in self.users}
        self.roles = [(Role.PARTNER_FILER, partners[0]), (Role.PARTNER_MEMBER, partners[1]), (Role.FUNDER, None)]
        self.lead_holds = True
        # token -> [invitation id, address, role, partner, inviter, is open]
        self.tokens: dict[str, list] = {}
        self.expected: set[tuple[int, str, int | None]] = set()

    def teardown(self):
        transaction.set_rollback(True)
        self.scope.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def may(self, inviter: str, role, partner) -> bool:
        if inviter == "ana":
            return True
        return self.lead_holds and partner == self.neighbourhood.partners[0]

    def holds(self, address: str, role, partner) -> bool:
        member = Membership.objects.filter(email=address).first()
        key = (member and member.user_id, role, partner and partner.pk)
        return key in self.expected

    @rule(
        address=st.sampled_from(["una@x.example", "uwe@x.example", "nia@x.example"]),
        chosen=st.integers(0, 2),
        inviter=st.sampled_from(["ana", "lea"]),
    )
    def invite(self, address, chosen, inviter):
        role, partner = self.roles[chosen]
        allowed = self.may(inviter, role, partner) and not self.holds(address, role, partner)
        try:
            offer = invitations.invite(email=address, role=role, partner=partner, by=self.inviters[inviter])
        except Refused:
            assert not allowed
            return
        assert allowed
        for known in self.tokens.values():
            if known[1:4] == [address, role, partner]:
                known[5] = False
        self.tokens[mailed_token()] = [offer.pk, address, role, partner, inviter, True]

    @precondition(lambda self: self.tokens)
    @rule(index=st.integers(0, 30), inviter=st.sampled_from(["ana", "lea"]))
    def resend(self, index, inviter):
        token = list(self.tokens)[index % len(self.tokens)]
        pk, address, role, partner, _by, _is_open = self.tokens[token]
        accepted = Invitation.objects.get(pk=pk).accepted_at is not None
        allowed = self.may(inviter, role, partner) and not accepted and not self.holds(address, role, partner)
        try:
            invitations.resend(invitation=Invitation.objects.get(pk=pk), by=self.inviters[inviter])
        except Refused:
            assert not allowed
            return
        assert allowed
        for known in self.tokens.values():
            if known[0] == pk:
                known[5] = False
        self.tokens[mailed_token()] = [pk, address, role, partner, inviter, True]

    @precondition(lambda self: self.tokens)
    @rule(index=st.integers(0, 30))
    def revoke(self, index):
        pk = self.tokens[list(self.tokens)[index % len(self.tokens)]][0]
        offer = Invitation.objects.get(pk=pk)
        try:
            invitations.revoke(invitation=offer, by=self.inviters["ana"])
        except Refused:
            assert offer.accepted_at is not None
        for known in self.tokens.values():
            if known[0] == pk:
                known[5] = False

    @precondition(lambda self: self.tokens)
    @rule(index=st.integers(0, 30))
    def expire(self, index):
        known = self.tokens[list(self.tokens)[index % len(self.tokens)]]
        long_ago = timezone.now() - timedelta(days=8)
        Invitation.objects.filter(pk=known[0]).update(created_at=long_ago, expires_at=timezone.now())
        for other in self.tokens.values():
            if other[0] == known[0]:
                other[5] = False

    @precondition(lambda self: self.tokens)
    @rule(index=st.integers(0, 30), name=st.sampled_from(["una", "uwe"]))
    def accept(self, index, name):
        token = list(self.tokens)[index % len(self.tokens)]
        _pk, address, role, partner, inviter, is_open = self.tokens[token]
        user = self.users[name]
        allowed = is_open and self.verified[name] == address and self.may(inviter, role, partner)
        try:
            invitations.accept(token=token, user=user)
        except Refused:
            assert not allowed
            return
        assert allowed
        self.tokens[token][5] = False
        self.expected.add((user.pk, role, partner and partner.pk))

    @precondition(lambda self: self.tokens)
    @rule(index=st.integers(0, 30))
    def accept_with_new_login(self, index):
        token = list(self.tokens)[index % len(self.tokens)]
        _pk, address, role, partner, inviter, is_open = self.tokens[token]
        is_new = not User.objects.filter(email=address).exists() and address not in self.verified.values()
        allowed = is_open and is_new and self.may(inviter, role, partner)
        try:
            user, _membership = invitations.accept_with_new_login(token=token, name="Nia", password=None)
        except Refused:
            assert not allowed
            return
        assert allowed
        self.tokens[token][5] = False
        self.expected.add((user.pk, role, partner and partner.pk))

    @rule(name=st.sampled_from(["una", "uwe"]))
    def move_to_another_address(self, name):
        user, address = self.users[name], f"{name}-{timezone.now().timestamp()}@x.example"
        EmailAddress.objects.filter(user=user).update(email=address, verified=True)
        self.verified[name] = address

    @precondition(lambda self: self.lead_holds)
    @rule()
    def lead_loses_the_right(self):
        members.withdraw(grant=Grant.objects.get(membership=self.lead), by=self.inviters["ana"])
        self.lead_holds = False

    @rule(index=st.integers(0, 30))
    def look(self, index):
        if self.tokens:
            invitations.find(list(self.tokens)[index % len(self.tokens)])

    @invariant()
    def nobody_else_is_in(self):
        cast = {m.user_id for m in vars(self.neighbourhood.people).values()} | {self.lead.user_id}
        found = {
            (grant.membership.user_id, grant.role, grant.partner_id)
            for grant in Grant.objects.select_related("membership")
            if grant.membership.user_id not in cast
        }
        assert found == self.expected
        entered = set(Entrance.objects.filter(tenant=self.neighbourhood.tenant).values_list("user_id", flat=True))
        assert entered - cast == {user_id for user_id, _role, _partner in self.expected}


def test_never_a_membership_for_another_address(riverside):
    machine = type("Here", (Invitations,), {"neighbourhood": riverside})
    few = settings(
        max_examples=RUNS, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(machine, settings=few)
