"""The acceptance scripts, click by click: a filer's month, the staff's week, the funder's look.

Each runs over the demonstration as it was loaded and leaves it so (`anew`).
"""

from __future__ import annotations

import logging
import re
import time

import pytest
from playwright.sync_api import expect

logger = logging.getLogger(__name__)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sees_all_tenants,
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("anew"),
]


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


def main_text(page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def open_period(page) -> str:
    """The month of the address, as in 2026-10."""
    return re.search(r"/filings/\w+/(\d{4}-\d{2})/", page.url)[1]


def reminded(site, visit, name: str) -> str:
    """The link of the reminder that somebody got, as the staff reads it in the outbox."""
    page = visit("dana")
    page.goto(site.page("outbox/?kind=reminder"))
    page.get_by_role("row").filter(has_text=name).get_by_role("link").click()
    return page.locator(".bb-panel a[href*='/filings/']").get_attribute("href")


def sign_in(page, site, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(site.passwords[email])
    page.get_by_role("button", name="Sign in", exact=True).click()


# --- 5.1: Ana of P4 files her month ---


def ana_files(page, site) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Report for \w+ \d{4}"))
    expect(page.locator(".bb-head")).to_contain_text("4 figures, due ")
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

    type_in(page, "K1", "Completions", "3000")
    expect(line(page, "K1").locator(".bb-note--warn")).to_contain_text("ten times the usual 295")
    type_in(page, "K1", "Completions", "300")
    expect(line(page, "K1").locator(".bb-note--warn")).to_have_count(0)

    line(page, "K1").get_by_text("How we count it").click()
    expect(line(page, "K1").get_by_text("Somebody who finishes two courses counts twice.")).to_be_visible()
    line(page, "K1").get_by_label("Counted as defined").check()
    expect(page.locator("#saved")).to_contain_text("4 of 4 ready")


def submit(page) -> None:
    page.get_by_role("button", name=re.compile(r"^Submit \w+$")).click()


def ana_reads_her_receipt(page) -> None:
    page.wait_for_url("**/receipt/")
    expect(page.locator(".bb-head")).to_contain_text(re.compile(r"is in.*Submitted by Ana, .*No more reminders"))
    rows = page.get_by_role("table").get_by_role("row")
    for row, words in zip(rows.all()[1:], ("K1 300", "K2 30.0% 15/50", "K3 60 a summer camp", "K4 0"), strict=True):
        for word in words.split(" "):
            expect(row).to_contain_text(word)
    expect(page.locator("aside")).to_contain_text("Dana, who approves it")
    assert "43% of everyone’s Completions so far (300 of 700)" in main_text(page)


def dana_reviews(page, site) -> float:
    """Approves K1 to K3 and returns K4; how long it took until the roll-up said so, in seconds."""
    expect(page.locator(".bb-head")).to_contain_text("2 partners are missing, 4 figures wait for you.")
    page.get_by_role("link", name=re.compile("^Review P4")).click()
    started = time.monotonic()
    line(page, "K1").get_by_role("button", name="Approve 300").click()
    while rolled_up(site, "completions") != 700:
        assert time.monotonic() - started < 5, "the roll-up does not know of it"
        time.sleep(0.02)
    seconds = time.monotonic() - started
    line(page, "K2").get_by_role("button", name="Approve 30.0%").click()
    expect(line(page, "K3")).to_contain_text("a summer camp")
    line(page, "K3").get_by_role("button", name="Approve 60").click()
    line(page, "K4").get_by_text("Return it with words").click()
    line(page, "K4").get_by_label("What P4 should look at").fill("is 0 right? you had 12 seats")
    line(page, "K4").get_by_role("button", name="Return it").click()
    expect(page.locator(".bb-messages")).to_contain_text("Open seats went back to P4 with your words.")
    return seconds


def rolled_up(site, indicator: str):
    """What the newest stored roll-up of an indicator's months says."""
    query = """
        SELECT r.value FROM measures_rollup r
          JOIN measures_indicator i ON i.tenant_id = r.tenant_id AND i.id = r.indicator_id
         WHERE i.slug = %s AND r.scope = 0 AND r.grain = 'month' AND r.category = '' ORDER BY r.period DESC LIMIT 1
    """
    return site.sql(query, indicator)[0][0]


def ana_answers(page) -> None:
    """Only K4 is open, with Dana's words beside it."""
    expect(page.locator("[data-line]")).to_have_count(1)
    expect(line(page, "K4")).to_contain_text("Dana asks: is 0 right? you had 12 seats")
    line(page, "K4").get_by_label("Your answer").fill("intake closed")
    expect(field(page, "K4", "Seats")).to_have_value("0")
    submit(page)
    page.wait_for_url("**/receipt/")
    states = [row.inner_text() for row in page.get_by_role("table").get_by_role("row").all()[1:]]
    assert ["Approved" in state for state in states] == [True, True, True, False]
    assert "intake closed" in states[3]


def tile(page, code: str):
    return page.locator(".bb-line").filter(has_text=code)


def dana_looks_into_k1(page, site) -> None:
    page.goto(site.page("forest/"))
    for words in ("700 so far", "7 of 9 partners have filed", "68% of usual volume"):
        expect(tile(page, "K1")).to_contain_text(words)
    tile(page, "K1").get_by_role("link").click()  # 1
    expect(page.get_by_role("table").filter(has_text="Open figure").get_by_role("row").last).to_contain_text(
        "700 so far"
    )
    page.get_by_role("link", name="P4", exact=True).click()  # 2
    expect(page.locator("main")).to_contain_text(re.compile(r"Ana submitted 300"))
    expect(page.get_by_role("navigation", name="You are here")).to_contain_text("Home")


def dana_chases(page, site) -> None:
    page.goto(site.page("forest/missing/"))
    expect(page.get_by_role("table").locator("tbody th")).to_contain_text(["P8", "P6"])
    page.get_by_role("button", name="Nudge P8").click()
    page.get_by_role("button", name="Send the nudge").click()
    expect(page.locator(".bb-messages")).to_contain_text("2 mails are on their way.")
    page.get_by_role("button", name="Nudge P8").click()
    expect(page.locator("main")).to_contain_text("Nudged today already")
    expect(page.get_by_role("button", name="Send the nudge")).to_have_count(0)
    page.goto(site.page("outbox/?kind=nudge"))
    expect(page.get_by_role("table").locator("tbody tr")).to_contain_text(["Lead of P8", "Filer of P8"])

    page.goto(site.page("forest/"))
    page.get_by_role("link", name="Excuse P6").click()
    page.get_by_label("Why").fill("moved house")
    page.get_by_role("button", name="Excuse", exact=True).click()
    expect(page.locator(".bb-messages")).to_contain_text("P6 is excused")
    for code in ("K1", "K2", "K3", "K4"):
        expect(tile(page, code)).to_contain_text("7 of 8")
        expect(tile(page, code)).to_contain_text("1 excused")


def returned(site, page) -> str:
    """The link of the mail about the line that came back."""
    site.tick()
    page.goto(site.page("outbox/?kind=returned"))
    mail = page.get_by_role("link", name="K4 returned: is 0 right? you had 12 seats")
    for _attempt in range(50):
        if mail.count():
            break
        page.wait_for_timeout(100)
        page.reload()
    mail.click()
    return page.locator(".bb-panel a[href*='/filings/']").get_attribute("href")


def test_a_month_from_the_reminder_to_the_last_approval(site, visit):
    link = reminded(site, visit, "Ana")
    dana = visit("dana")
    dana.goto(site.page("forest/"))
    expect(dana.locator(".bb-head")).to_contain_text("3 partners are missing; nothing waits for you.")

    ana = visit(None)
    ana.goto(link)
    sign_in(ana, site, "ana@riverbend.example")
    ana.wait_for_url(link)
    ana_files(ana, site)
    submit(ana)
    ana_reads_her_receipt(ana)

    dana.reload()
    seconds = dana_reviews(dana, site)
    logger.info("From the approval until the roll-up: %.2f seconds.", seconds)

    ana.goto(returned(site, dana))
    ana_answers(ana)
    dana_looks_into_k1(dana, site)
    dana.goto(site.page("review/"))
    dana.get_by_role("link", name=re.compile("^Review P4")).click()
    expect(line(dana, "K4")).to_contain_text("intake closed")
    line(dana, "K4").get_by_role("button", name="Approve 0").click()
    expect(line(dana, "K4")).to_contain_text("Approved")
    assert site.sql("SELECT value FROM measures_figure ORDER BY changed_at DESC LIMIT 1") == [(0,)]
    dana_chases(dana, site)
