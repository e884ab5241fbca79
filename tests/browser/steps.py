"""What people do on a page in more than one test, and what they see there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.waiting import PATIENCE

CHANGES_THE_SITE = pytest.mark.usefixtures("anew")


def line(page, code: str):
    """A report's line, by its indicator's code."""
    return page.locator("section.bb-ask").filter(has=page.locator("h2", has_text=code))


def field(page, code: str, label: str):
    return line(page, code).get_by_label(label, exact=True)


def type_in(page, code: str, label: str, text: str) -> None:
    """Type over what stands there and leave by Tab, as a filer does."""
    one = field(page, code, label)
    one.fill(text)
    one.press("Tab")


def submit(page) -> None:
    page.get_by_role("button", name=re.compile(r"^Submit \w+$")).click()


def tile(page, code: str):
    """An indicator on the staff's home."""
    return page.locator(".bb-line").filter(has_text=code)


def main_text(page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def open_period(page) -> str:
    """The month of the address, as in 2026-10."""
    return re.search(r"/filings/\w+/(\d{4}-\d{2})/", page.url)[1]


def sideways(page) -> int:
    """By how many pixels the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def sign_in(page, site, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(site.passwords[email])
    page.get_by_role("button", name="Sign in", exact=True).click()


def upload(page, path) -> None:
    page.get_by_label(re.compile("^File")).set_input_files(path)
    page.get_by_role("button", name="Upload and show the changes").click()
    page.locator(".bb-lede[role=status]").wait_for(timeout=PATIENCE * 1000)


def download(page, name: str, path):
    with page.expect_download() as found:
        page.get_by_role("link", name=name).click()
    found.value.save_as(path)
    return path


# --- Ana of P4 and her month ---


def ana_files(page) -> None:
    """The whole report with its slips: parts that do not add up, a ratio upside down, a blank line, a zero too many."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Report for \w+ \d{4}"))
    expect(page.locator(".bb-head")).to_contain_text("4 figures, due ")
    expect(page.locator(".bb-head")).to_contain_text("tomorrow")
    assert page.locator("section.bb-ask").count() == 4
    expect(line(page, "K1").locator(".bb-hist th")).to_have_count(5)
    expect(line(page, "K1").locator(".bb-hist .u")).to_have_text("295")

    type_in(page, "K1", "Completions", "300")
    expect(line(page, "K1").locator(".bb-saved")).to_have_text("Saved")
    expect(line(page, "K1").locator(".bb-note")).to_have_count(0)
    for label, text in (("14–15", "4"), ("16–19", "200"), ("20–24", "90")):
        type_in(page, "K1", label, text)
    expect(line(page, "K1").locator(".bb-rest")).to_contain_text("6 short of 300")
    submit(page)
    expect(page.locator("#errors")).to_contain_text("6 short of 300")
    line(page, "K1").get_by_role("button", name="Put the other 6 in unknown").click()
    expect(field(page, "K1", "Unknown")).to_have_value("6")
    expect(line(page, "K1").locator(".bb-msg")).to_have_count(0)

    type_in(page, "K2", "In work", "15")
    type_in(page, "K2", "Everyone due", "10")
    expect(field(page, "K2", "In work")).to_have_attribute("aria-invalid", "true")
    expect(line(page, "K2").locator(".bb-msg")).to_contain_text("15")
    type_in(page, "K2", "Everyone due", "50")
    expect(line(page, "K2").locator("output")).to_have_text("30.0%")
    expect(line(page, "K2").locator(".bb-saved")).to_have_text("Saved")

    type_in(page, "K3", "People", "60")
    expect(line(page, "K3").locator(".bb-note--warn")).to_contain_text("more than ever")
    line(page, "K3").get_by_label("everyone served this month").check()
    expect(line(page, "K3").get_by_label("everyone served this month")).to_be_checked()
    why = line(page, "K3").get_by_role("textbox", name="Why 60 is right")
    why.fill("a summer camp")
    why.press("Tab")
    expect(line(page, "K3").locator(".bb-saved")).to_have_text("Saved")

    submit(page)
    expect(page.locator("#errors")).to_contain_text("K4")
    expect(field(page, "K4", "Seats")).to_be_focused()
    page.keyboard.type("0")
    page.keyboard.press("Tab")
    expect(line(page, "K4").locator(".bb-saved")).to_have_text("Saved")
    expect(page.locator("#errors")).to_have_count(0)

    type_in(page, "K1", "Completions", "3000")
    expect(line(page, "K1").locator(".bb-note--warn")).to_contain_text("ten times the usual 295")
    type_in(page, "K1", "Completions", "300")
    expect(line(page, "K1").locator(".bb-note--warn")).to_have_count(0)

    line(page, "K1").get_by_text("How we count it").click()
    expect(line(page, "K1").get_by_text("Somebody who finishes two courses counts twice.")).to_be_visible()
    line(page, "K1").get_by_label("Counted as defined").check()
    line(page, "K2").get_by_text("How we count it").click()
    expect(line(page, "K2").get_by_text("an apprenticeship counts from its first paid day")).to_be_visible()
    line(page, "K2").get_by_label("Counted as defined").check()
    expect(line(page, "K2").locator(".bb-saved")).to_have_text("Saved")
    expect(page.locator("#saved")).to_contain_text("4 of 4 ready")


def ana_reads_her_receipt(page) -> None:
    """What, when, who approves it, how much of everybody's it is, and what became of an earlier figure."""
    page.wait_for_url("**/receipt/")
    expect(page.locator(".bb-head")).to_contain_text(re.compile(r"is in.*Submitted by Ana, .*No more reminders"))
    rows = page.get_by_role("table").get_by_role("row")
    for row, words in zip(rows.all()[1:], ("K1 300", "K2 30.0% 15/50", "K3 60 a summer camp", "K4 0"), strict=True):
        for word in words.split(" "):
            expect(row).to_contain_text(word)
    expect(page.locator("aside")).to_contain_text("Dana, who approves it")
    assert "43% of everyone’s Completions so far (300 of 700)" in main_text(page)
    assert re.search(r"\w+ \d{4}, K2: Steering committee, D-12", main_text(page)), "where an earlier figure was used"


def dana_sends_k4_back(page) -> None:
    line(page, "K4").get_by_text("Return it with words").click()
    line(page, "K4").get_by_label("What P4 should look at").fill("is 0 right? you had 12 seats")
    line(page, "K4").get_by_role("button", name="Return it").click()
    expect(page.locator(".bb-messages")).to_contain_text("Open seats went back to P4 with your words.")


def ana_answers(page) -> None:
    """Only K4 is open, with Dana's words beside it; 0 it stays."""
    expect(page.locator("[data-line]")).to_have_count(1)
    expect(line(page, "K4")).to_contain_text("Dana asks: is 0 right? you had 12 seats")
    line(page, "K4").get_by_label("Your answer").fill("intake closed")
    expect(field(page, "K4", "Seats")).to_have_value("0")
    submit(page)
    page.wait_for_url("**/receipt/")
    states = [row.inner_text() for row in page.get_by_role("table").get_by_role("row").all()[1:]]
    assert ["Approved" in state for state in states] == [True, True, True, False]
    assert "intake closed" in states[3]


def ana_asks_for_a_correction(page) -> None:
    """From her report: K1 was 280, of whom 20 had been counted at two sites."""
    line(page, "K1").get_by_role("link", name="Request a correction").click()
    expect(page.locator("main")).to_contain_text("stands at 300")
    page.get_by_label("Completions", exact=True).fill("280")
    page.get_by_label("16–19", exact=True).fill("180")
    page.get_by_label("Why does it change?").fill("20 were counted at two sites")
    page.get_by_role("button", name="Request the correction").click()
    for words in ("Requested", "300 goes on counting until this is decided."):
        expect(page.locator("main")).to_contain_text(words)


# --- Dana's week ---


def cell(page, strategy: str, population: str, place: str):
    """The cell of the matrix of needs in its row below its strategy, and its column."""
    group = page.locator(".bb-matrix tbody", has=page.get_by_role("rowheader", name=strategy, exact=True))
    columns = page.locator(".bb-matrix thead th").all_inner_texts()
    row = group.get_by_role("row").filter(has=page.get_by_role("rowheader", name=population, exact=True))
    return row.get_by_role("cell").nth(columns.index(place) - 1)


def dana_asks_what_if(site, page) -> None:
    """From the matrix: a gap, and what may be done twice. She asks about it in the ledger, and then leaves it as it is."""
    page.goto(site.page("activities/gaps/"))
    expect(page.locator(".bb-head")).to_contain_text(re.compile(r"\d+ gaps, 1 possible duplication"))
    gap = cell(page, "Paid internships", "Foster youth", "Eastside")
    expect(gap).to_contain_text("Gap")
    gap.get_by_role("link").click()
    for words in ("Foster youth, Eastside", "Gap", "does not run on this day", "That is 0% of the need."):
        expect(page.locator("main")).to_contain_text(words)
    page.go_back()
    twice = cell(page, "Résumé class", "All young people", "Downtown")
    expect(twice).to_contain_text("Twice?")
    twice.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Twice?")
    rows = page.get_by_role("region", name="What is offered").locator("tbody tr")
    expect(rows).to_contain_text(["P5 leads", "P2 leads"])

    page.get_by_role("textbox", name="What if?").fill("P5 moves one class east?")
    page.get_by_label("Who finds out").select_option(label="Dana")
    page.get_by_role("button", name="Add a what-if").click()
    expect(page.locator(".bb-messages")).to_contain_text("The what-if is in the ledger.")
    page.get_by_role("link", name="P5 moves one class east?").click()
    for words in ("P5 moves one class east?", "Dana"):
        expect(page.locator("main")).to_contain_text(words)
    page.get_by_role("link", name="Résumé class × All young people × Downtown").click()  # back to the cell

    page.get_by_label("Why it is wanted").fill("One by day and one by night")
    page.get_by_label("Until").fill(f"{site.sql('SELECT current_date + 200')[0][0]:%Y-%m-%d}")
    page.get_by_role("button", name="Mark it as wanted").click()
    expect(page.locator(".bb-messages")).to_contain_text("The overlap is marked as wanted.")
    page.goto(site.page("activities/gaps/"))
    expect(cell(page, "Résumé class", "All young people", "Downtown")).to_contain_text("Agreed")


def dana_tells_the_story_of_k2(site, page) -> None:
    """On the curve that is open: what is behind it, who has a part, and who does what next."""
    page.get_by_label("The story behind the curve").fill("Employers hire later since May.")
    page.get_by_role("button", name="Save the story").click()
    expect(page.get_by_role("region", name="The story behind it")).to_contain_text("Employers hire later since May.")
    page.get_by_text("Name a partner", exact=True).click()
    page.get_by_label("Partner", exact=True).select_option(label="P5 Neighbourhood house")
    page.get_by_label("Its part").fill("Lends its rooms to employers")
    page.get_by_role("button", name="Save its part").click()
    partners = page.get_by_role("region", name="Who has a part to play")
    expect(partners.get_by_role("row").filter(has_text="P5")).to_contain_text("Lends its rooms to employers")
    page.get_by_text("Add an action", exact=True).click()
    page.get_by_label("What", exact=True).fill("Visit six employers")
    page.get_by_label("Organization").select_option(label="P3 Employers’ council")
    page.get_by_label("Person").select_option(label="Filer of P3")
    page.get_by_label("By", exact=True).fill(f"{site.sql('SELECT current_date + 21')[0][0]:%Y-%m-%d}")
    page.get_by_role("button", name="Set the action").click()
    expect(page.locator(".bb-messages")).to_contain_text("The action is set.")
    for words in ("Visit six employers", "P3", "Filer of P3"):
        expect(page.locator("main")).to_contain_text(words)
