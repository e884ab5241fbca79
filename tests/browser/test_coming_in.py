"""A new partner comes in: from the invitation in the mail to the receipt of its first report, counted in steps."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from measures.rules.periods import add_months
from tests.browser.mails import invitation
from tests.browser.steps import CHANGES_THE_SITE, line, submit, type_in
from tests.browser.test_pages import findings

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


@CHANGES_THE_SITE
def test_from_an_invitation_to_the_first_receipt_in_three_pages_and_two_buttons(site, visit, office):
    admin = visit("admin")
    takes_in(admin, site, "N1", "Night school", "nia@night.example")

    nia = visit(None)
    pages: list[str] = []
    nia.on("response", lambda answer: pages.append(answer.url) if is_page(answer) else None)
    nia.goto(invitation(office, "nia@night.example"))
    expect(nia.get_by_role("heading", level=1)).to_have_text("Join Riverbend")
    expect(nia.get_by_label("Your name")).to_have_value("Nia")
    nia.get_by_label("Password", exact=True).fill("four plain words here")
    nia.get_by_label("The password again").fill("four plain words here")
    nia.get_by_role("button", name="Join").click()

    # She stands before the report that is due, with what is still to do before it beside it.
    expect(nia.get_by_role("heading", level=1)).to_have_text(re.compile(r"Report for \w+ \d{4}"))
    expect(nia.locator(".bb-head")).to_contain_text("4 figures, due ")
    first = nia.locator("aside, .bb-rail").get_by_role("heading", name="Your first report").locator("..")
    expect(first.get_by_role("listitem")).to_have_count(5)
    assert findings(nia) == []
    for code, label, text in (
        ("K1", "Completions", "12"), ("K1", "14–15", "0"), ("K1", "16–19", "7"), ("K1", "20–24", "5"), ("K1", "Unknown", "0"),
        ("K2", "In work", "4"), ("K2", "Everyone due", "9"), ("K3", "People", "15"), ("K4", "Seats", "3"),
    ):  # fmt: skip
        type_in(nia, code, label, text)
    expect(line(nia, "K4").locator(".bb-saved")).to_have_text("Saved")
    expect(nia.locator("#saved")).to_contain_text("4 of 4 ready")
    submit(nia)

    nia.wait_for_url("**/receipt/")
    expect(nia.locator(".bb-head")).to_contain_text(re.compile(r"is in.*Submitted by Nia"))
    assert findings(nia) == []
    assert [re.sub(r".*/(invitations|filings|receipt)\b.*", r"\1", url) for url in pages] == [
        "invitations", "filings", "receipt",
    ], "three pages: to join, to file, and what says that it is in"  # fmt: skip

    nia.go_back()
    nia.reload()
    expect(nia.get_by_role("heading", name="Your first report")).to_have_count(0)
    admin.goto(f"{site.url}/o/riverbend/-/partners/N1/")
    way = admin.get_by_role("heading", name="Coming in").locator("..")
    for words in ("Its first person is invited", "Somebody has signed in", "It has submitted its first report"):
        expect(way.get_by_role("listitem").filter(has_text=words).locator(".bb-sub, .bb-quiet")).not_to_be_empty()


def takes_in(admin, site, code: str, name: str, email: str) -> None:
    """An admin adds a partner that owes the last month, and invites who files for it: two forms, one after the other."""
    admin.goto(f"{site.url}/o/riverbend/-/partners/new/")
    admin.get_by_label("Code").fill(code)
    admin.get_by_label("Name").fill(name)
    joins = admin.get_by_label("Joins on")
    joins.fill(add_months(date.fromisoformat(joins.input_value()), -1).isoformat())
    admin.get_by_role("button", name="Add the partner").click()
    admin.get_by_role("link", name="Invite somebody").click()
    admin.get_by_label("E-mail").fill(email)
    admin.get_by_label("Name").fill("Nia")
    expect(admin.get_by_label("Role")).to_have_value("partner_filer")
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.locator("#messages")).to_contain_text(f"on its way to {email}")


def is_page(answer) -> bool:
    """Whether a person sees it as a page: no redirect, no part of one, no file."""
    return answer.request.is_navigation_request() and answer.status == 200
