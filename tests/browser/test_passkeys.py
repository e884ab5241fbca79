"""A passkey is added, signs in alone, is asked for again before it is removed, and is gone: with Chromium's own virtual
authenticator, the lock of a phone that says yes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import CHANGES_THE_SITE, sign_in
from tests.browser.test_pages import findings

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


class Lock:
    """The lock of a device: it holds passkeys, and opens or not."""

    def __init__(self, page):
        self.line = page.context.new_cdp_session(page)
        self.line.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self.id = self.line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    @property
    def keys(self) -> list[dict]:
        return self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def give(self, key: dict) -> None:
        self.line.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": key})

    def knows_the_finger(self, *, yes: bool) -> None:
        self.line.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


@CHANGES_THE_SITE
def test_a_passkey_from_adding_it_to_its_end(site, visit):
    host = site.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to a number
    page = visit(None)
    page.goto(f"{host}/accounts/login/")
    sign_in(page, site, "ana@riverbend.example")
    page.wait_for_url(re.compile("/o/riverbend/"))
    lock = Lock(page)

    page.goto(f"{host}/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(site.passwords["ana@riverbend.example"])
        page.locator("main form button[type=submit]").first.click()
    page.get_by_label("Name").fill("Ana’s phone")
    page.get_by_label(re.compile("passwordless|without a password", re.IGNORECASE)).check()
    assert findings(page) == []
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator("main")).to_contain_text(re.compile("recovery codes", re.IGNORECASE))
    (key,) = lock.keys
    assert key["isResidentCredential"]
    assert key["rpId"] == "localhost"
    page.goto(f"{host}/accounts/2fa/webauthn/")
    expect(page.get_by_role("row").filter(has_text="Ana’s phone")).to_contain_text("Passkey")
    assert findings(page) == []

    other = visit(None)
    other.goto(f"{host}/accounts/login/")
    phone = Lock(other)
    phone.give(key)
    phone.knows_the_finger(yes=False)
    other.get_by_role("button", name="Use a passkey").click()
    expect(other.locator("#messages")).to_contain_text("The passkey was not used.")
    assert "/accounts/login/" in other.url
    phone.knows_the_finger(yes=True)
    other.get_by_role("button", name="Use a passkey").click()
    other.wait_for_url(re.compile("/o/riverbend/"))
    assert phone.keys[0]["signCount"] > key["signCount"]

    # A password alone is not enough any more: the passkey is the second factor.
    third = visit(None)
    third.goto(f"{host}/accounts/login/")
    Lock(third).give(phone.keys[0])
    sign_in(third, site, "ana@riverbend.example")
    third.wait_for_url(re.compile("/accounts/2fa/authenticate/"))
    third.get_by_role("button", name="Use a passkey").click()
    third.wait_for_url(re.compile("/o/riverbend/"))

    page.goto(f"{host}/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove Ana’s phone").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()
    last = visit(None)
    last.goto(f"{host}/accounts/login/")
    Lock(last).give(phone.keys[0])
    last.get_by_role("button", name="Use a passkey").click()
    expect(last.get_by_role("alert")).to_be_visible()
    assert "/o/" not in last.url
