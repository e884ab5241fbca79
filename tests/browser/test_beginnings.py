"""A new initiative in a browser: from a worked template to an agenda that most have signed, with its theory of change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import CHANGES_THE_SITE, main_text
from tests.browser.test_agenda import write
from tests.browser.test_pages import check_here
from tests.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sees_all_tenants,
    pytest.mark.xdist_group("browser"),
]
SIGN = {
    "P1": "p1-lead",
    "P2": "p2-lead",
    "P3": "p3-lead",
    "P4": "lead",
    "P5": "p5-lead",
    "P7": "p7-lead",
    "P8": "p8-lead",
}


@CHANGES_THE_SITE
def test_from_a_template_to_an_agenda_that_seven_of_nine_have_signed(site, visit):
    admin = visit("admin")
    begin(admin, site)
    rest = admin.url.removesuffix("agenda/").rstrip("/")
    join(admin, site)

    # Two write at once, in two sections and in one; nothing that either wrote is lost.
    dana, chair = visit("dana"), visit("chair")
    for one in (dana, chair):
        one.goto(f"{rest}/agenda/document/principles/")
    write(dana, "Young people decide with us.", "Young people decide with us, and are paid for it.")
    expect(dana.locator("#messages")).to_contain_text("Saved.")
    write(chair, "Employers say what they need, and keep a door open.", "Employers say what they need.")
    expect(chair.locator("#messages")).to_contain_text("Saved, together with what was written meanwhile.")
    for one, topic, words in (
        (dana, "vision", "Everyone at work by twenty"),
        (chair, "population", "All of sixteen to thirty"),
    ):
        one.goto(f"{rest}/agenda/document/{topic}/")
        one.get_by_role("textbox", name=re.compile("^Text")).fill(words)
    for one in (dana, chair):
        one.get_by_role("button", name="Save the text").click()
        expect(one.locator("#messages")).to_contain_text("Saved.")
    dana.goto(f"{rest}/agenda/document/")
    for words in (
        "Young people decide with us, and are paid for it.",
        "Employers say what they need.",
        "We count the same way, and say who is missing from a figure.",
        "Everyone at work by twenty",
        "All of sixteen to thirty",
    ):
        assert words in main_text(dana)
    assert "keep a door open" not in main_text(dana)

    # What the template brought is on the map; a node and a link of our own are added to it.
    dana.goto(f"{rest}/agenda/map/")
    expect(dana.locator("#net[data-drawn]")).to_be_visible()
    dana.get_by_role("link", name="Add a node").click()
    dana.get_by_label("Name", exact=True).fill("Rooms near work")
    dana.get_by_role("button", name="Add the node").click()
    dana.goto(f"{rest}/agenda/map/links/new/")
    dana.get_by_label("From", exact=True).select_option(label="Rooms near work")
    dana.get_by_label("To", exact=True).select_option(label="In work after 90 days")
    for label, months in (("at the least", "1"), ("most likely", "2"), ("at the most", "6")):
        dana.get_by_label(f"Months {label}").fill(months)
    dana.get_by_role("button", name="Add the link").click()
    dana.goto(f"{rest}/agenda/map/?list=nodes")
    expect(dana.locator("#net[data-drawn]")).to_be_visible()
    expect(dana.locator("#map-part")).to_contain_text("Nodes (8)")
    expect(dana.locator("#map-part")).to_contain_text("Links (8)")
    until(lambda: has_loop(dana, rest), "the worker has not found the loops")
    check_here(dana)

    # One publishes; the partners' leads read it and sign, and who has not is named.
    dana.goto(f"{rest}/agenda/versions/")
    dana.get_by_label("What is new in it").fill("Our first agenda")
    dana.get_by_role("button", name="Publish this version").click()
    dana.wait_for_url("**/agenda/versions/1/")
    expect(dana.locator("main")).to_contain_text("0 of 9 signed version 1")
    for code, who in SIGN.items():
        lead = visit(who)
        lead.goto(f"{rest}/agenda/versions/1/")
        expect(lead.locator("main")).to_contain_text("Everyone at work by twenty")
        lead.get_by_role("link", name="Read and sign").click()
        lead.get_by_label("Signed", exact=True).check()
        lead.get_by_role("button", name="Give this answer").click()
        lead.wait_for_url("**/agenda/versions/1/")
        expect(lead.get_by_role("row").filter(has_text=code)).to_contain_text("Signed")
        lead.context.close()
    dana.goto(f"{rest}/agenda/")
    expect(dana.locator(".bb-head")).to_contain_text("7 of 9 signed version 1 · P6, P9 not yet")
    expect(dana.get_by_role("heading", level=1)).to_have_text("Everyone at work by twenty")
    check_here(dana)


def has_loop(page, rest: str) -> bool:
    page.goto(f"{rest}/agenda/map/?list=loops")
    return "Good hires open doors" in page.locator("#map-part").inner_text()


def begin(page, site) -> None:
    """A new initiative with the template of young people in work, by its own pages; it ends on the agenda."""
    page.goto(f"{site.url}/o/riverbend/-/initiatives/new/")
    page.get_by_label("Name", exact=True).fill("Young and at work")
    page.get_by_label("Starts on").fill("2026-01-01")
    page.get_by_role("button", name="Begin the initiative").click()
    page.goto(f"{site.url}/o/riverbend/young-and-at-work/agenda/")
    page.get_by_role("link", name="begin with a worked template").click()
    page.get_by_role("link", name="Young people in training or in work").click()
    expect(page.locator("main")).to_contain_text("Paid internships")
    page.get_by_role("button", name="Begin with it").click()
    page.wait_for_url("**/young-and-at-work/agenda/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Every young person is in training or in work")


def join(page, site) -> None:
    """The nine that the tenant has take part in it."""
    for number, name in site.sql("SELECT substr(code, 2), name FROM backbone_partner ORDER BY code"):
        page.goto(f"{site.url}/o/riverbend/-/partners/new/")
        page.get_by_label("Initiative", exact=True).select_option(label="Young and at work")
        page.get_by_label("Code").fill(f"P{number}")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Joins on").fill("2026-01-01")
        page.get_by_role("button", name="Add the partner").click()
        page.wait_for_url(f"**/partners/P{number}/")
