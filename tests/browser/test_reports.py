"""The acceptance scripts, click by click: a filer's month, the staff's week, the funder's look.

Each runs over the demonstration as it was loaded and leaves it so (`anew`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path

import openpyxl
import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect

from tests.browser.mails import invitation
from tests.waiting import PATIENCE, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sees_all_tenants,
    pytest.mark.xdist_group("browser"),
]
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
    assert re.search(r"\w+ \d{4}, K2: Steering committee, D-12", main_text(page)), "where an earlier figure was used"


def dana_reviews(page, site) -> None:
    """Approves K1 to K3, K1 until the roll-up says so, and returns K4."""
    expect(page.locator(".bb-head")).to_contain_text("2 partners are missing, 4 figures wait for you.")
    page.get_by_role("link", name=re.compile("^Review P4")).click()
    line(page, "K1").get_by_role("button", name="Approve 300").click()
    until(lambda: rolled_up(site, "completions") == 700, "the roll-up does not know of it")
    line(page, "K2").get_by_role("button", name="Approve 30.0%").click()
    expect(line(page, "K3")).to_contain_text("a summer camp")
    line(page, "K3").get_by_role("button", name="Approve 60").click()
    line(page, "K4").get_by_text("Return it with words").click()
    line(page, "K4").get_by_label("What P4 should look at").fill("is 0 right? you had 12 seats")
    line(page, "K4").get_by_role("button", name="Return it").click()
    expect(page.locator(".bb-messages")).to_contain_text("Open seats went back to P4 with your words.")


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


@CHANGES_THE_SITE
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
    dana_reviews(dana, site)

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


# --- 5.1, 13: the same by keyboard alone, on a phone, and without scripts ---


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
def test_the_whole_report_on_a_phone(site, visit):
    page = visit("ana", width=320)
    page.goto(site.page("report/"))
    ana_files(page, site)
    assert sideways(page) <= 0
    submit(page)
    ana_reads_her_receipt(page)
    assert sideways(page) <= 0


def sideways(page) -> int:
    """By how many pixels the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@CHANGES_THE_SITE
def test_the_whole_report_without_scripts(site, visit):
    page = visit("ana", scripts=False)
    page.goto(site.page("report/"))
    filled = {
        ("K1", "Completions"): "3000", ("K1", "14–15"): "4", ("K1", "16–19"): "200", ("K1", "20–24"): "90",
        ("K2", "In work"): "15", ("K2", "Everyone due"): "10", ("K3", "People"): "60",
    }  # fmt: skip
    for (code, label), text in filled.items():
        field(page, code, label).fill(text)
    submit(page)
    for words in ("3 things to fix", "K1: Age: the parts add up to 294", "K2: 10 is less than", "K4: No answer yet"):
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


# --- 5.1, 12: the same with a spreadsheet ---


def upload(page, path) -> None:
    page.get_by_label(re.compile("^File")).set_input_files(path)
    page.get_by_role("button", name="Upload and show the changes").click()
    page.locator(".bb-lede[role=status]").wait_for(timeout=PATIENCE * 1000)


def download(page, name: str, path):
    with page.expect_download() as found:
        page.get_by_role("link", name=name).click()
    found.value.save_as(path)
    return path


@CHANGES_THE_SITE
def test_the_report_as_a_spreadsheet(site, visit, tmp_path):
    page = visit("ana")
    page.goto(site.page("report/"))
    template = download(page, "Download the spreadsheet", tmp_path / "figures.xlsx")
    book = openpyxl.load_workbook(template)
    sheet = book.active
    sheet.delete_rows(4, 4)  # she does not split by age
    head = [cell.value for cell in sheet[1]]
    for row, typed in enumerate(
        ({"value": 300}, {"numerator": 15, "denominator": "fifty"}, {"value": 60}, {"value": 0}), 3
    ):
        for name, entry in typed.items():
            sheet.cell(row, head.index(name) + 1).value = entry
    book.save(tmp_path / "mine.xlsx")

    page.get_by_role("link", name="upload a filled one").click()
    upload(page, tmp_path / "mine.xlsx")
    expect(page.locator("main")).to_contain_text("One problem to correct first. Nothing was changed.")
    wrong = page.get_by_role("region", name="To correct").locator("tbody tr")
    expect(wrong).to_have_count(1)
    for words in ("4", "Denominator", "fifty"):
        expect(wrong).to_contain_text(words)
    bad = download(page, "Only the rows to correct, as a file", tmp_path / "bad.xlsx")
    wrong_book = openpyxl.load_workbook(bad)
    wrong_row = next(row for row in wrong_book.active.iter_rows(min_row=3) if "fifty" in [cell.value for cell in row])
    next(cell for cell in wrong_row if cell.value == "fifty").value = 50
    wrong_book.save(bad)

    page.goto(site.page("imports/"))
    upload(page, bad)
    expect(page.locator("main")).to_contain_text("Ready to apply: 1 new figure")
    page.get_by_role("button", name="Apply the change").click()
    expect(page.locator("main")).to_contain_text("Applied: 1 new figure")

    sheet.cell(4, head.index("denominator") + 1).value = 50
    book.save(tmp_path / "mine.xlsx")
    for said in ("Ready to apply: 3 new figures, 0 changed, 1 as they are.", "No changes"):
        page.goto(site.page("imports/"))
        upload(page, tmp_path / "mine.xlsx")
        expect(page.locator("main")).to_contain_text(said)
        if apply := page.get_by_role("button", name="Apply the changes").all():
            apply[0].click()
            expect(page.locator("main")).to_contain_text("Applied: 3 new figures")
    assert site.sql("SELECT count(*) FROM measures_figure WHERE state = 'submitted'") == [(4,)]
    page.goto(site.page("report/"))
    expect(page.locator("main")).to_contain_text("4 figures wait for review")


def test_a_colleagues_report_is_not_there(site, visit):
    page = visit("ana")
    page.goto(site.page("report/"))
    for other in ("P7", "P99"):
        answer = page.goto(page.url.replace("/P4/", f"/{other}/"))
        assert answer.status == 404
        assert "School district" not in page.content()
        page.go_back()


# --- 5.3: Frank reads the results ---


@CHANGES_THE_SITE
def test_a_funder_is_invited_and_comes_in_with_a_second_factor(site, visit, office):
    """Step 1: the link of the mail, a password, an authenticator app; then one initiative, with nothing to change in it."""
    admin = visit("admin")
    admin.goto(f"{site.url}/o/riverbend/-/members/invite/")
    admin.get_by_label("E-mail").fill("fran@fund.example")
    admin.get_by_label("Name").fill("Fran")
    admin.get_by_label("Role").select_option("funder")
    admin.get_by_role("button", name="Send the invitation").click()
    admin.get_by_text("on its way to fran@fund.example").wait_for()
    admin.goto(site.page("outbox/"))
    admin.get_by_role("link", name=re.compile("invites you to Riverbend")).first.wait_for()
    link = invitation(office, "fran@fund.example")

    fran = visit(None)
    fran.goto(link)
    words = site.passwords["fran@fund.example"] = "four plain words here"
    fran.get_by_label("Password", exact=True).fill(words)
    fran.get_by_label("The password again").fill(words)
    fran.get_by_role("button", name="Join").click()
    fran.wait_for_url(re.compile("/o/riverbend/"))
    fran.goto(f"{site.url}/accounts/2fa/totp/activate/")
    if "/reauthenticate/" in fran.url:
        fran.get_by_label("Password").fill(words)
        fran.locator("main form button[type=submit]").first.click()
    secret = fran.locator("main code").inner_text()
    fran.locator("input[name=code]").fill(code_of(secret))
    fran.get_by_role("button", name="Connect the app").click()
    fran.wait_for_url(re.compile("/accounts/2fa/(?!totp/activate)"))

    again = visit(None)
    again.goto(f"{site.url}/accounts/login/")
    sign_in(again, site, "fran@fund.example")
    again.wait_for_url(re.compile("/accounts/2fa/authenticate/"))
    again.goto(site.page("published/"))
    assert "/accounts/2fa/authenticate/" in again.url, "the password is not enough"
    again.locator("input[name=code]").fill(code_of(secret))
    again.get_by_role("button", name="Sign in", exact=True).click()
    again.wait_for_url(re.compile("/o/riverbend/youth-to-work/published/"))
    assert again.locator("main").locator("form:not(.vega-bindings), button, input, select, textarea").count() == 0


def code_of(secret: str) -> str:
    """The six digits that an authenticator app shows now."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


def test_a_funder_reads_what_is_published_and_nothing_else(site, visit):
    """Steps 2, 3, 4, 5, 6, 7, 8 and 10 over the month that the demonstration has published."""
    page = visit("frank")
    page.goto(site.url)
    before = f"{site.sql('SELECT max(period) FROM backbone_publication')[0][0]:%Y-%m}"
    assert page.url == site.page(f"published/{before}-v1/")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Every young person in Riverbend"))
    expect(page.locator(".bb-lines li")).to_have_count(3)
    expect(page.locator(".bb-pub__title")).to_contain_text("version 1")
    assert page.locator(".bb-res").count() == 3
    first, second, last = (page.locator(".bb-res").nth(n) for n in range(3))
    for words in ("1,012", "9 of 9 partners have filed", "From 750 to 1,100 by", "more is better", "On path"):
        expect(first).to_contain_text(words)
    expect(second).to_contain_text(re.compile("Too early to judge before January 20"))
    expect(last).to_contain_text("between 93 and 409")
    expect(last).to_contain_text("One person can be at several partners")

    said = {}
    for year in ("Calendar year", "Year from July"):
        page.get_by_role("link", name=year).click()
        expect(page.get_by_role("link", name=year)).to_have_attribute("aria-current", "true")
        said[year] = first.inner_text()
        assert "of 12 months" in said[year], "a part of a year is never called a year"
    assert said["Calendar year"] != said["Year from July"]
    assert "1,012" in said["Calendar year"], "the same months, grouped otherwise"

    rows = page.locator("table", has=page.locator("caption", has_text="Completions by partner")).locator("tbody tr")
    assert [row.split("\n")[0] for row in rows.locator("th").all_inner_texts()] == [
        "P1",
        "P2",
        "P3",
        "P4",
        "P5",
        "Others (4)",
    ]
    values = [int(text.replace(",", "")) for text in rows.locator("td").all_inner_texts()]
    assert sum(values) == 1012
    page.get_by_text("Completions of P4, broken down").click()
    ages = page.locator("table", has=page.locator("caption", has_text="Completions of P4 by age"))
    assert ages.locator(".bb-hidden").count() >= 2
    expect(page.get_by_text("Hidden to protect people: a group of 1 to 10")).to_be_visible()
    expect(page.get_by_role("heading", name="Contributed to it").first).to_be_visible()
    for words in ("four of five are in work", "We do not know what becomes of", "Ask twelve employers to start"):
        expect(page.locator("main")).to_contain_text(words)  # the story behind K2, its limits, and what is being done
    assert "attributed to" not in main_text(page)

    for rest in (f"published/{before}-v1/", "published/all/", "agenda/"):
        page.goto(site.page(rest))
        assert page.locator("main").locator("form:not(.vega-bindings), button, input, select, textarea").count() == 0
    drafts = site.sql("SELECT id FROM backbone_publication")
    for rest in (
        "forest/", "forest/signals/", "forest/signals/P7/", "forest/missing/", "review/",
        "results/", f"filings/P7/{before}/", f"filings/P7/{before}/review/",
        f"filings/P7/{before}/receipt/", f"indicators/completions/P7/{before}/", "imports/", "outbox/", "publications/",
        f"publications/{drafts[0][0]}/", "consents/P7/",
    ):  # fmt: skip
        assert page.goto(site.page(rest)).status == 404, rest
    refused = site.sql("SELECT count(*) FROM backbone_change WHERE verb = 'access.refused'")
    assert refused[0][0] >= 10


def test_a_funder_has_documents_made_and_takes_them(site, visit):
    """Step 6: the same marks in the file as on the page. In Spanish, in which nobody has asked for them yet."""
    from tests.browser.test_pages import check_here  # which has much from here

    page = visit("frank")
    before = f"{site.sql('SELECT max(period) FROM backbone_publication')[0][0]:%Y-%m}"
    page.context.add_cookies([{"name": "django_language", "value": "es", "url": site.url}])
    page.goto(site.page(f"published/{before}-v1/"))
    page.locator(".bb-head__end a[href$='files/csv/']").click()
    page.locator("#files form[action$='files/csv/'] button").click()
    link = page.locator("#files a[href$='files/csv/']")
    expect(link).to_be_visible(timeout=60_000)
    check_here(page)
    with page.expect_download() as waited:
        link.click()
    first = Path(waited.value.path()).read_bytes()
    assert waited.value.suggested_filename == f"riverbend-youth-to-work-{before}-v1.csv"
    rows = list(csv.DictReader(io.StringIO(first.decode())))
    hidden = [row for row in rows if row["hidden"]]
    assert {row["whose"] for row in hidden} >= {"P4"}
    assert not any(row["value"] for row in hidden)
    again = page.request.get(site.page(f"published/{before}-v1/files/csv/"))
    assert again.body() == first
    assert again.headers["etag"] == f'"{hashlib.sha256(first).hexdigest()}"'


@CHANGES_THE_SITE
def test_a_month_is_published_and_a_correction_is_told_to_who_read_it(site, visit):
    """5.2 steps 12 and 13, 5.3 step 9: the auditor hides and says why; the old version stays; its readers are told."""
    month = f"{site.sql('SELECT max(period) FROM measures_figure')[0][0]:%Y-%m}"
    dana, frank = visit("dana"), visit("frank")
    dana.goto(site.page("publications/"))
    dana.get_by_role("link", name="Begin a publication").first.click()
    dana.get_by_role("button", name="Choose what is in it").click()
    dana.get_by_role("button", name="Check it").click()
    publish = dana.get_by_role("button", name=re.compile("^Publish "))
    expect(publish).to_be_visible(timeout=120_000)
    expect(dana.get_by_text(re.compile(r"K1, P1, 14–15, ")).first).to_be_visible()
    expect(dana.get_by_text("with it a small one could be computed").first).to_be_visible()
    dana.get_by_role("link", name=re.compile("Look at it Funders")).click()
    expect(dana.get_by_text("A proof, as seen by: Funders.")).to_be_visible()
    dana.get_by_role("link", name="Back to the draft").click()
    publish.click()
    assert dana.url == site.page(f"published/{month}-v1/")

    frank.goto(site.page("published/"))
    assert frank.url == site.page(f"published/{month}-v1/")
    frozen = frank.request.get(site.page(f"published/{month}-v1/data.json")).body()
    assert frank.get_by_text("restated since publication").count() == 0

    dana.goto(site.page(f"indicators/completions/P1/{month}/override/"))
    ages = dana.get_by_role("group", name="Age").locator("input[type=text], input[inputmode]")
    total = line(dana, "K1").locator(".bb-field input").first
    unknown = ages.last
    for one in (total, unknown):
        one.fill(str(int(one.input_value().replace(",", "") or 0) + 5))
    dana.locator("#reason").fill("5 were left out")
    dana.locator(".bb-form__end button[type=submit]").click()
    dana.get_by_role("button", name=re.compile("^Override it")).click()

    told = frank.get_by_text(re.compile(r"K1, .* restated since publication: .* → "))

    def is_told() -> bool:
        frank.goto(site.page(f"published/{month}-v1/"))
        return told.count() > 0

    until(is_told, "the reader of the first version is not told")
    expect(told.first).to_be_visible()
    expect(frank.get_by_text("5 were left out").first).to_be_visible()
    expect(frank.get_by_text("You read it on")).to_be_visible()
    assert frank.request.get(site.page(f"published/{month}-v1/data.json")).body() == frozen
    frank.get_by_role("link", name="See the ledger").click()
    expect(frank.get_by_role("cell", name="5 were left out").first).to_be_visible()
