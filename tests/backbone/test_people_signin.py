"""Signing in and staying in: sessions that end, doors that tell nothing, guesses that run out."""

from __future__ import annotations

import re
import threading
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core import mail
from django.core.cache import caches
from django.db import connections
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from backbone.models import Grant, Membership, User
from backbone.roles import Role
from backbone.services import members
from tests import factories

LOGIN = "/accounts/login/"
PASSWORD = factories.PASSWORD


@pytest.fixture(autouse=True)
def no_guesses_yet(settings):
    """Rate limits count from zero in each test, apart from every other test's."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"signin-{time.monotonic_ns()}"}}


@pytest.fixture
def ana(riverside):
    """Ana's login, with a password and a confirmed address."""
    user = factories.user_of(riverside.people.ana)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def signed_in(ana):
    browser = Client()
    assert browser.post(LOGIN, {"login": ana.email, "password": PASSWORD}).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/o/riverside/-/account/").status_code == 200


# --- ways in ---


def test_a_password_opens_the_door_and_leads_home(ana, client):
    response = client.post(LOGIN, {"login": "ANA@riverside.example", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_in(client)


def test_a_code_by_mail_opens_the_door(ana, client):
    assert client.post("/accounts/login/code/", {"email": ana.email}).status_code == 302
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{2,}$", mail.outbox[-1].body, re.MULTILINE)[0]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).status_code == 302
    assert is_in(client)


def test_a_wrong_code_does_not(ana, client):
    client.post("/accounts/login/code/", {"email": ana.email})
    client.post("/accounts/login/code/confirm/", {"code": "WRONGX"})
    assert not is_in(client)


def test_a_second_factor_is_asked_for_once_it_is_set(ana, client):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time

    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    response = client.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    assert response["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/sessions/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
    ],
)
def test_the_pages_of_ones_own_login_open(signed_in, path):
    assert signed_in.get(path, follow=True).status_code == 200


def test_recovery_codes_come_after_a_second_factor(ana, client):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time

    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    client.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
    client.post("/accounts/2fa/authenticate/", {"code": code})
    asked = client.post("/accounts/2fa/recovery-codes/generate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/"), "who it is, is asked once more"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/recovery-codes/generate/")
    page = client.get("/accounts/2fa/recovery-codes/", follow=True)
    assert page.status_code == 200
    assert len(re.findall(r"\b[0-9a-f]{8}\b", page.content.decode())) >= 10


def test_nobody_signs_up_by_themselves(db, client):
    response = client.post(
        "/accounts/signup/", {"email": "x@new.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert response.status_code in (200, 403)
    assert not User.objects.filter(email="x@new.example").exists()


def test_a_new_main_address_is_where_tenants_write_to(ana, riverside, django_capture_on_commit_callbacks):
    from allauth.account.signals import email_changed

    new = EmailAddress.objects.create(user=ana, email="ana@moved.example", verified=True)
    with django_capture_on_commit_callbacks(execute=True):
        email_changed.send(sender=EmailAddress, request=None, user=ana, from_email_address=None, to_email_address=new)
    with riverside.scope():
        assert Membership.objects.get(user_id=ana.pk).email == "ana@moved.example"


# --- sessions ---


def test_signing_in_changes_the_sessions_id(ana, client):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted


@pytest.mark.parametrize(
    ("visits", "last", "alive"),
    [
        ([], "02:59", True),
        ([], "03:01", False),
        (["02:30", "05:00", "07:30", "10:00"], "11:59", True),
        (["02:30", "05:00", "07:30", "10:00"], "12:01", False),
        (["02:59", "05:57"], "08:56", True),
        (["02:59", "05:57"], "08:59", False),
    ],
)
def test_a_session_lives_twelve_hours_and_three_without_a_visit(ana, visits, last, alive):
    def minutes(clock: str) -> int:
        hours, minute = clock.split(":")
        return int(hours) * 60 + int(minute)

    with time_machine.travel("2026-11-09T08:00:00Z", tick=False) as clock:
        start = time.time()
        browser = Client()
        browser.post(LOGIN, {"login": ana.email, "password": PASSWORD})
        for visit in visits:
            clock.move_to(start + minutes(visit) * 60)
            assert is_in(browser)
        clock.move_to(start + minutes(last) * 60)
        assert is_in(browser) is alive


def test_a_new_password_ends_every_session(ana, signed_in):
    elsewhere = Client()
    elsewhere.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    changed = signed_in.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another long passphrase", "password2": "another long passphrase"},
    )
    assert changed.status_code == 302
    assert not is_in(elsewhere)
    assert not is_in(signed_in)


def test_a_lost_role_ends_every_session(ana, riverside, signed_in):
    with riverside.scope():
        oda = factories.make_member("oda@riverside.example", "Oda", Role.BACKBONE_ADMIN)
        members.withdraw(grant=Grant.objects.get(membership=riverside.people.ana, role=Role.BACKBONE_ADMIN), by=oda)
    assert not is_in(signed_in)
    again = Client()
    again.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    assert is_in(again), "what is left of the roles still opens the door"
    assert again.get("/o/riverside/-/members/").status_code == 404


def test_a_removed_members_next_request_is_refused(ana, riverside, signed_in):
    assert is_in(signed_in)
    with riverside.scope():
        oda = factories.make_member("oda@riverside.example", "Oda", Role.BACKBONE_ADMIN)
        members.deactivate(membership=riverside.people.ana, by=oda)
    assert signed_in.get("/o/riverside/-/account/").status_code == 302
    again = Client()
    again.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    assert again.get("/o/riverside/-/account/").status_code == 404


def test_a_membership_is_read_on_each_request(ana, riverside, signed_in):
    """Even when nobody ended the session: the row alone decides."""
    with riverside.scope():
        Membership.objects.filter(user_id=ana.pk).update(is_active=False)
    assert signed_in.get("/o/riverside/-/account/").status_code == 404


def test_a_forgotten_password_is_set_anew_by_mail_and_ends_every_session(ana, signed_in, client):
    client.post("/accounts/password/reset/", {"email": ana.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    form = client.get(link)["Location"]  # the key leaves the address before a page is shown
    client.post(form, {"password1": "another long passphrase", "password2": "another long passphrase"})
    ana.refresh_from_db()
    assert ana.check_password("another long passphrase")
    assert not is_in(signed_in)
    assert client.get(link).status_code == 200, "and the link is spent"
    assert "new-password" not in client.get(link).content.decode()


def test_without_a_mail_server_a_code_lies_in_a_file_for_the_operator_alone(ana, client, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.DELIVERY, settings.STATE_DIR = "comms.outbox.OutboxBackend", None, tmp_path
    client.post("/accounts/login/code/", {"email": ana.email})
    (letter,) = (tmp_path / "mail").iterdir()
    assert letter.stat().st_mode & 0o777 == 0o600
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{2,}$", letter.read_text(), re.MULTILINE)[0]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_in(client)


# --- what the doors tell a stranger ---


def answer(path: str, fields: dict[str, str]) -> tuple:
    browser = Client()
    response = browser.post(path, fields)
    content = re.sub(rb'(value|nonce|X-CSRFToken": )=?"[^"]*"', b"", response.content)
    return response.status_code, response.get("Location"), content.replace(fields.get("login", "-").encode(), b"")


@pytest.mark.parametrize(
    ("path", "field"), [(LOGIN, "login"), ("/accounts/password/reset/", "email"), ("/accounts/login/code/", "email")]
)
def test_known_and_unknown_addresses_get_the_same_answer(ana, path, field):
    known = answer(path, {field: ana.email, "password": "wrong wrong wrong"})
    unknown = answer(path, {field: "ann@riverside.example", "password": "wrong wrong wrong"})
    assert known == unknown


@pytest.fixture
def hashed_in_earnest(monkeypatch):
    """As much work for a password as at work, where the tests' own hashing is quick."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**14)


@pytest.mark.usefixtures("hashed_in_earnest")  # before Ana, whose password is hashed
def test_known_and_unknown_addresses_take_the_same_time(ana, settings):
    """The fastest of interleaved tries; both hash one password, which is nearly all of the time."""
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    times: dict[str, list[float]] = {ana.email: [], "ann@riverside.example": []}
    browser = Client()
    for _ in range(6):
        for email, taken in times.items():
            start = time.perf_counter()
            browser.post(LOGIN, {"login": email, "password": "wrong wrong wrong"})
            taken.append(time.perf_counter() - start)
    known, unknown = (min(taken) for taken in times.values())
    assert (
        max(known, unknown) / min(known, unknown) < 3
    )  # a login that skipped the hashing would be many times as quick


# --- guessing ---


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_guesses_at_once_are_counted_one_by_one():
    """Forty wrong passwords over eight threads: no more than the limit of five are even looked at."""
    from unittest import mock

    from allauth.account.auth_backends import AuthenticationBackend

    user = factories.make_user("ana@guess.example")
    user.set_password(PASSWORD)
    user.save()
    looked_at, together = [], threading.Barrier(8)
    original = AuthenticationBackend.authenticate

    def counted(self, request, **credentials):
        looked_at.append(1)
        return original(self, request, **credentials)

    def guess() -> None:
        browser = Client()
        together.wait()
        for _ in range(5):
            browser.post(LOGIN, {"login": user.email, "password": "wrong wrong wrong"})
        connections["default"].close()

    with mock.patch.object(AuthenticationBackend, "authenticate", counted):
        threads = [threading.Thread(target=guess) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= len(looked_at) <= 5
    page = Client().post(LOGIN, {"login": user.email, "password": PASSWORD}).content.decode()
    assert "Too many tries" in page, "the right one has to wait as well"


def test_without_redis_nobody_signs_in_and_readers_read_on(signed_in, ana, monkeypatch):
    def away(*args, **kwargs):
        raise RedisAway("Connection refused")

    for method in ("get", "set", "add", "delete", "incr"):
        monkeypatch.setattr(caches["default"], method, away)
    stranger = Client(raise_request_exception=False)
    response = stranger.post(LOGIN, {"login": ana.email, "password": PASSWORD})
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "_auth_user_id" not in stranger.session
    assert is_in(signed_in)


# --- leaving for another address ---

ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example/%2f..", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "//evil.example/o/riverside",
    "https:evil.example", "https:/evil.example", "https://evil.example", "http://evil.example", "HTTPS://evil.example",
    "https:\\\\evil.example", "https://testserver@evil.example", "https://testserver:pass@evil.example",
    "https://evil.example#testserver", "https://evil.example?testserver", "https://testserver.evil.example",
    "https://eviltestserver", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "//evil%E3%80%82example", "//evil.example\r\nSet-Cookie: a=b", "%0d%0aLocation: https://evil.example",
    "/%0d%0aLocation:%20https://evil.example", "http:///evil.example", "https:///evil.example", "ftp://evil.example",
    "//[::1]", "//[evil", "http://[::1", "//evil.example:80", "//\x00evil.example", "///\\evil.example", "\x01//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_no_door_leads_off_this_host(signed_in, target):
    """Signing in, language and theme take a `next`; none of them leaves for another host."""
    answers = [
        Client().post("/language/", {"language": "es", "next": target}),
        Client().post("/theme/", {"theme": "dark", "next": target}),
        signed_in.get(LOGIN, {"next": target}),
    ]
    for response in answers:
        if "\x00" in target and response.status_code == 400:
            continue  # nobody sends a NUL; it is refused before anything is looked at
        assert response.status_code == 302
        location = response["Location"]
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "\n" not in location
        assert "\r" not in location
