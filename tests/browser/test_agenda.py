"""The common agenda in a browser: two write at once and nothing is lost, a new version asks again, a lead signs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import CHANGES_THE_SITE, main_text

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sees_all_tenants,
    pytest.mark.xdist_group("browser"),
]


@CHANGES_THE_SITE
def test_from_words_that_met_to_a_version_that_is_signed(site, visit):
    dana, chair, ana, lead, frank = (visit(who) for who in ("dana", "chair", "ana", "lead", "frank"))

    dana.goto(site.page("agenda/"))
    expect(dana.locator(".bb-head")).to_contain_text(
        "7 of 9 signed version 1 · with a reservation: P5 · P4, P6 not yet"
    )

    # Two open the same section; each changes another sentence, and then both the same one.
    for one in (dana, chair):
        one.goto(site.page("agenda/document/principles/"))
    write(dana, "We count the same way, and say who is missing from a figure.", "We count the same way.")
    expect(dana.locator("#messages")).to_contain_text("Saved.")
    write(chair, "What one of us learns, all of us know.", "What one learns, all know.")
    expect(chair.locator("#messages")).to_contain_text("Saved, together with what was written meanwhile.")
    together = chair.get_by_role("textbox", name=re.compile("^Text")).input_value()
    assert "We count the same way.\n" in together
    assert "What one learns, all know." in together
    write(dana, "What one of us learns, all of us know.", "We all learn.")
    expect(dana.locator("#messages")).to_contain_text("Your text is kept below as a suggestion")
    expect(dana.locator("article ins").first).to_contain_text("We")

    # A filer, who does not write the agenda, suggests and remarks.
    ana.goto(site.page("agenda/document/roles/"))
    ana.get_by_text("Suggest other words", exact=True).click()
    words = ana.get_by_role("textbox", name=re.compile("^Text"))
    words.fill(words.input_value() + " Filers meet once a year.")
    ana.get_by_label("Why").fill("We learn most from each other.")
    ana.get_by_role("button", name="Suggest it").click()
    expect(ana.locator("#messages")).to_contain_text("kept as a suggestion")
    dana.goto(site.page("agenda/document/roles/"))
    expect(dana.locator("article ins")).to_contain_text("Filers meet once a year.")
    dana.get_by_role("button", name=re.compile("^Accept")).click()
    expect(dana.get_by_role("textbox", name=re.compile("^Text"))).to_have_value(re.compile("Filers meet once a year"))

    # The next version says what it changes, and asks everybody again.
    dana.goto(site.page("agenda/versions/"))
    expect(dana.get_by_role("heading", name="What the next version changes")).to_be_visible()
    dana.get_by_label("What is new in it").fill("Filers meet")
    dana.get_by_role("button", name="Publish this version").click()
    dana.wait_for_url("**/agenda/versions/2/")
    expect(dana.locator("main")).to_contain_text("0 of 9 signed version 2")

    # A lead refuses without words and is asked for them; then signs with a reservation.
    lead.goto(site.page("agenda/"))
    lead.goto(site.page("agenda/versions/2/"))
    lead.get_by_role("link", name="Read and sign").click()
    lead.get_by_label("Signed with a reservation").check()
    lead.get_by_role("button", name="Give this answer").click()
    expect(lead.locator("main")).to_contain_text("what keeps you from signing")
    lead.get_by_label("In your words").fill("Once a year is not enough.")
    lead.get_by_role("button", name="Give this answer").click()
    lead.wait_for_url("**/agenda/versions/2/")
    expect(lead.locator("main")).to_contain_text("1 of 9 signed version 2 · with a reservation: P4")

    # A funder reads the version and how many signed, not what was said in between.
    frank.goto(site.page("agenda/"))
    frank.wait_for_url("**/agenda/versions/2/")
    assert "1 of 9 signed version 2" in main_text(frank)
    assert "Once a year is not enough." not in main_text(frank)
    assert frank.goto(site.page("agenda/document/")).status == 404


def write(page, before: str, after: str) -> None:
    """Change one sentence of the section that is open, and save."""
    text = page.get_by_role("textbox", name=re.compile("^Text"))
    value = text.input_value()
    assert before in value
    text.fill(value.replace(before, after))
    page.get_by_role("button", name="Save the text").click()
    page.wait_for_load_state()
