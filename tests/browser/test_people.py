"""Somebody is invited, joins, makes a key, and is let go: in a browser, by the pages alone."""

from __future__ import annotations

import re

import pytest

from tests.browser.mails import invitation
from tests.browser.test_pages import check, findings

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def test_an_invitation_is_sent_read_and_accepted(site, visit, office):
    admin = visit("admin")
    check(admin, f"{site.url}/o/riverbend/-/members/invite/")
    admin.get_by_label("E-mail").fill("nia@new.example")
    admin.get_by_label("Name").fill("Nia")
    admin.get_by_label("Role").select_option("partner_filer")
    admin.get_by_label("Partner").select_option(index=1)
    admin.get_by_role("button", name="Send the invitation").click()
    admin.get_by_text("on its way to nia@new.example").wait_for()
    assert findings(admin) == []

    admin.goto(site.page("outbox/"))
    admin.get_by_role("link", name=re.compile("invites you to Riverbend")).first.wait_for()
    link = invitation(office, "nia@new.example")

    newcomer = visit(None)
    check(newcomer, link)
    newcomer.get_by_label("Password", exact=True).fill("short")
    newcomer.get_by_label("The password again").fill("short")
    newcomer.get_by_role("button", name="Join").click()
    newcomer.get_by_role("alert").wait_for()
    assert findings(newcomer) == []
    newcomer.get_by_label("Password", exact=True).fill("four plain words here")
    newcomer.get_by_label("The password again").fill("four plain words here")
    newcomer.get_by_role("button", name="Join").click()
    newcomer.wait_for_url(re.compile(r"/o/riverbend/"))
    newcomer.get_by_text("Welcome to Riverbend").wait_for()

    newcomer.goto(f"{site.url}/o/riverbend/-/keys/new/")
    newcomer.get_by_label("What it is for").fill("A sheet")
    newcomer.get_by_role("button", name="Make the key").click()
    assert newcomer.get_by_label("A sheet").input_value().startswith("bb_")
    assert findings(newcomer) == []

    admin.goto(f"{site.url}/o/riverbend/-/members/")
    admin.get_by_role("link", name="Nia").click()
    check(admin, admin.url)
    admin.get_by_role("link", name="Deactivate").click()
    assert findings(admin) == []
    admin.get_by_role("button", name="Deactivate").click()
    admin.get_by_text("cannot come in any more").wait_for()
    newcomer.goto(f"{site.url}/o/riverbend/-/account/")
    assert "/accounts/login/" in newcomer.url


def test_an_unknown_invitation_is_nothing_here(site, visit):
    page = visit(None)
    answer = page.goto(f"{site.url}/accounts/invitations/riverbend/nobody-s/")
    assert answer.status == 404
    assert findings(page) == []
