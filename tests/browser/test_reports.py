"""The partner's report however somebody works: by keyboard alone, on a phone, and without scripts.

With scripts and a mouse it is filed in test_story.py.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    CHANGES_THE_SITE,
    ana_answers,
    ana_asks_for_a_correction,
    ana_files,
    ana_reads_her_receipt,
    dana_sends_k4_back,
    field,
    line,
    main_text,
    open_period,
    sideways,
    submit,
)

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def reach(page, target) -> None:
    """Go on by Tab until this has the focus; every stop on the way is to be seen, and not below the bar."""
    for _stop in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(IS_SEEN)
        assert seen == "", f"The focus cannot be seen: {seen}"
        if target.evaluate(HAS_FOCUS):
            return
    pytest.fail(f"The keyboard does not reach {target}.")


# A line that is saved is replaced by its like at any moment, so that the id counts where there is one.
HAS_FOCUS = """element =>
    element === document.activeElement || element.id !== "" && element.id === document.activeElement.id
"""

# What has the focus and shows no ring, or lies wholly below the bar at the bottom; empty when all is well.
IS_SEEN = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect(), bar = document.querySelector(".bb-bar")?.getBoundingClientRect();
    const hasRing = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
    const isBelow = bar && !element.closest(".bb-bar") && box.top >= bar.top && box.bottom > bar.top;
    return hasRing && !isBelow ? "" : `${element.outerHTML.slice(0, 120)} ring: ${hasRing}, below: ${isBelow}`;
}"""


def type_at(page, code: str, label: str, text: str) -> None:
    reach(page, field(page, code, label))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@CHANGES_THE_SITE
def test_the_whole_report_by_keyboard_alone(site, visit):
    page = visit(None)
    page.emulate_media(reduced_motion="reduce")  # where the focus goes, the page is at once
    page.goto(site.page("report/"))
    reach(page, page.get_by_label("E-mail"))
    page.keyboard.type("p8@riverbend.example")
    reach(page, page.get_by_label("Password"))
    page.keyboard.type(site.passwords["p8@riverbend.example"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/filings/P8/**")

    type_at(page, "K1", "Completions", "330")
    for label, text in (("14–15", "6"), ("16–19", "204"), ("20–24", "110")):
        type_at(page, "K1", label, text)
    reach(page, field(page, "K1", "Unknown"))
    rest = line(page, "K1").get_by_role("button", name="Put the other 10 in unknown")
    expect(rest).to_be_visible()
    reach(page, rest)
    page.keyboard.press("Enter")
    expect(field(page, "K1", "Unknown")).to_have_value("10")
    type_at(page, "K2", "In work", "26")
    type_at(page, "K2", "Everyone due", "10")
    page.keyboard.press("Tab")
    expect(field(page, "K2", "Everyone due")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Shift+Tab")
    expect(field(page, "K2", "Everyone due")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("58")
    type_at(page, "K3", "People", "49")
    reach(page, page.get_by_role("button", name=re.compile("^Submit")))
    page.keyboard.press("Enter")
    expect(field(page, "K4", "Seats")).to_be_focused()
    page.keyboard.type("40")
    reach(page, page.get_by_role("button", name=re.compile("^Submit")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    assert "45% of everyone’s Completions so far (330 of 730)" in main_text(page)


@CHANGES_THE_SITE
def test_a_report_an_answer_and_a_correction_on_a_phone(site, visit):
    page = visit("ana", width=320)
    page.goto(site.page("report/"))
    ana_files(page)
    assert sideways(page) <= 0
    submit(page)
    ana_reads_her_receipt(page)
    assert sideways(page) <= 0
    k4_comes_back_and_k1_is_corrected(site, visit, page)


@CHANGES_THE_SITE
def test_a_report_an_answer_and_a_correction_without_scripts(site, visit):
    page = visit("ana", scripts=False, width=320)
    page.goto(site.page("report/"))
    filled = {
        ("K1", "Completions"): "3000", ("K1", "14–15"): "4", ("K1", "16–19"): "200", ("K1", "20–24"): "90",
        ("K2", "In work"): "15", ("K2", "Everyone due"): "10", ("K3", "People"): "60",
    }  # fmt: skip
    for (code, label), text in filled.items():
        field(page, code, label).fill(text)
    submit(page)
    for words in (
        "3 things to fix",
        "K1: Age: the parts add up to 294",
        "K2: “everyone due” is 10, less than",
        "K4: No answer yet",
    ):
        expect(page.locator("#errors")).to_contain_text(words)
    expect(line(page, "K1").locator(".bb-note--warn")).to_contain_text("3,000 is ten times the usual 295")
    field(page, "K1", "Completions").fill("300")
    field(page, "K2", "Everyone due").fill("50")
    field(page, "K4", "Seats").fill("0")
    line(page, "K3").get_by_role("textbox", name="Why 60 is right").fill("a summer camp")
    line(page, "K1").get_by_text("How we count it").click()
    line(page, "K1").get_by_label("Counted as defined").check()
    submit(page)
    line(page, "K1").get_by_role("button", name="Put the other 6 in unknown").click()
    expect(page.locator("#saved")).to_contain_text("4 of 4 ready")
    submit(page)
    ana_reads_her_receipt(page)
    k4_comes_back_and_k1_is_corrected(site, visit, page)


def k4_comes_back_and_k1_is_corrected(site, visit, page) -> None:
    """After the receipt: Dana asks about K4 and approves the rest, Ana answers, and then finds that K1 was 280."""
    period = open_period(page)
    dana = visit("dana")
    dana.goto(site.page(f"filings/P4/{period}/review/"))
    dana_sends_k4_back(dana)
    dana.get_by_role("button", name="Approve all 3 figures").click()
    expect(dana.get_by_text("3 figures are approved.")).to_be_visible()
    page.goto(site.page(f"filings/P4/{period}/"))
    ana_answers(page)
    assert sideways(page) <= 0
    page.goto(site.page(f"filings/P4/{period}/"))
    ana_asks_for_a_correction(page)
    assert sideways(page) <= 0
