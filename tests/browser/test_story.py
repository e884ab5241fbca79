"""One month as everybody lives it: Ana of P4 files, Dana of the staff gathers and publishes, Fran of the fund reads.

One site from the first reminder to the restatement, and one set of numbers: what is filed is what is reviewed, rolled up,
chased, frozen before a meeting, published, and read by who only reads. Whoever looks at K1 finds `K1` as it stands.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect

from bench.post_office import PostOffice
from tests.browser import meetings
from tests.browser.mails import arrived, invitation
from tests.browser.steps import (
    CHANGES_THE_SITE,
    ana_answers,
    ana_asks_for_a_correction,
    ana_files,
    ana_reads_her_receipt,
    dana_asks_what_if,
    dana_sends_k4_back,
    dana_tells_the_story_of_k2,
    download,
    line,
    main_text,
    open_period,
    sign_in,
    submit,
    tile,
    upload,
)
from tests.browser.test_pages import check_here
from tests.documents import pdf_words
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]

FRAN, HER_WORDS = "fran@fund.example", "four plain words here"
NOT_KNOWN = "We do not know what becomes of those who move away."


@dataclass(frozen=True)
class Standing:
    """K1 as it stands, in the words in which everybody reads it."""

    value: str
    coverage: str
    excused: str = ""
    missing: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return int(self.value.replace(",", ""))

    def is_read_in(self, place) -> None:
        for words in (self.value, self.coverage, self.excused):
            expect(place).to_contain_text(words)


FIRST = Standing("700", "7 of 9 partners have filed", missing=("P6", "P8"))
WITHOUT_P6 = Standing("700", "7 of 8 partners have filed", "1 excused", missing=("P8",))
WHOLE = Standing("1,030", "8 of 8 partners have filed", "1 excused")
CORRECTED = Standing("1,010", "8 of 8 partners have filed", "1 excused")


@CHANGES_THE_SITE
def test_a_month_from_the_first_reminder_to_its_restatement(site, visit, office, tmp_path):
    office.mails.clear()
    dana = visit("dana")

    # The partner files, and the staff reviews.
    ana = ana_follows_her_reminder(site, visit, dana)
    period = open_period(ana)
    ana_files(ana)
    submit(ana)
    ana_reads_her_receipt(ana)
    another_partners_report_is_not_there(ana)
    dana_sees_the_forest_and_the_trees(site, dana)
    dana_reviews(site, dana)
    ana.goto(returned(site, dana))
    ana_answers(ana)
    dana_approves_the_answer(site, dana)

    # The staff finds out what 700 is made of, who is missing from it, and what else waits.
    everybody_of_the_staff_reads(site, dana, period, FIRST)
    dana_looks_from_the_total_to_the_version(site, dana)
    dana_chases(site, dana)
    everybody_of_the_staff_reads(site, dana, period, WITHOUT_P6)
    dana_calls_who_drifts_away(site, dana)
    dana_asks_what_if(site, dana)
    dana_turns_the_curve_of_k2(site, dana)

    # The meeting decides on it.
    the_steering_committee_meets(site, visit, dana, office)

    # The last report comes, by telephone first and then as a spreadsheet.
    dana_types_what_she_was_told(site, dana, period, tmp_path)
    eight = visit("p8")
    p8_hands_in_a_spreadsheet(site, eight, tmp_path)
    dana_approves_the_rest(site, dana, period)
    everybody_of_the_staff_reads(site, dana, period, WHOLE)
    ana_reads_her_share(site, ana, period, own="300", share="29%", standing=WHOLE)
    the_decision_knows_of_it(site, dana)

    # The month is locked and published, and a new reader of the fund finds in it what the staff put there.
    the_month_locks(site, dana, ana, period)
    fran = fran_is_invited(site, visit, office)
    dana_publishes(site, dana, period)
    fran_is_told(site, fran, office, period)
    fran_reads_the_results(site, fran, period)
    fran_takes_the_documents(site, fran, period)
    fran_finds_nothing_else(site, fran, dana, period)

    # Afterwards K1 turns out to be another, and everybody hears of it.
    kept = fran.request.get(site.page(f"published/{period}-v1/data.json")).body()
    ana.goto(site.page(f"filings/P4/{period}/"))
    ana_asks_for_a_correction(ana)
    it_goes_on_counting(site, ana, dana, period)
    dana_approves_the_correction(site, dana)
    everybody_of_the_staff_reads(site, dana, period, CORRECTED)
    dana_reads_the_restatement(site, dana, period)
    ana_reads_her_share(site, ana, period, own="280", share="28%", standing=CORRECTED)
    fran_is_told_of_the_correction(site, fran, period, kept)
    dana_weighs_what_is_asked(site, dana)


# --- what everybody of the staff reads ---


def everybody_of_the_staff_reads(site, page, period: str, standing: Standing) -> None:
    """Home, the indicator, the results and the API say the same of K1."""

    def is_rolled_up() -> bool:
        page.goto(site.page("forest/"))
        words = tile(page, "K1").inner_text()
        return standing.value in words and standing.excused in words

    until(is_rolled_up, f"home does not come to {standing}")
    standing.is_read_in(tile(page, "K1"))
    assert ("so far" in tile(page, "K1").inner_text()) == bool(standing.missing)
    page.goto(site.page("forest/missing/"))
    chased = [row.split()[0] for row in page.locator("main tbody th").all_inner_texts()]
    assert chased == [*reversed(standing.missing)], "P8 weighs more than P6"
    page.goto(site.page(f"indicators/completions/?period={period}"))
    standing.is_read_in(page.locator("main"))
    who = page.get_by_role("list", name="Partners").get_by_role("listitem").filter(has_text="missing")
    assert [words.split()[0] for words in who.all_inner_texts()] == [*standing.missing]
    asked = f"indicator=completions&grain=month&since={period}&until={period}&missing=true"
    (row,) = page.request.get(f"{site.url}/api/v1/riverbend/youth-to-work/rollups/?{asked}").json()["rollups"]
    filed, expected = re.findall(r"\d+", standing.coverage)
    assert (row["value"], row["filed"], row["expected"]) == (str(standing.number), int(filed), int(expected))
    assert row["missing"] == [*standing.missing]


def ana_reads_her_share(site, page, period: str, *, own: str, share: str, standing: Standing) -> None:
    """Of the same whole that the staff reads."""
    page.goto(site.page(f"our-figures/?period={period}"))
    expect(page.get_by_role("region", name="K1")).to_contain_text(
        f"ours is {share} of what is in: {own} of {standing.value}"
    )


# --- Ana ---


def ana_follows_her_reminder(site, visit, dana):
    """She opens the one mail about it and signs in; she is on the form, not in a menu."""
    dana.goto(site.page("outbox/?kind=reminder"))
    dana.get_by_role("row").filter(has_text="Ana").get_by_role("link").click()
    link = dana.locator(".bb-panel a[href*='/filings/']").get_attribute("href")
    ana = visit(None)
    ana.goto(link)
    sign_in(ana, site, "ana@riverbend.example")
    ana.wait_for_url(link)
    return ana


def another_partners_report_is_not_there(page) -> None:
    """She edits the address."""
    for other in ("P7", "P99"):
        assert page.goto(page.url.replace("/P4/", f"/{other}/")).status == 404
        assert "School district" not in page.content()
        page.go_back()


# --- Dana and the reports ---


def dana_sees_the_forest_and_the_trees(site, page) -> None:
    """Three results with their coverage, five conditions, and below them who is missing and what waits."""
    page.goto(site.url)
    page.wait_for_url("**/forest/")
    forest, conditions, trees = (page.get_by_role("region", name=name) for name in ("Forest", "five", "Trees"))
    expect(page.locator(".bb-head")).to_contain_text("2 partners are missing, 4 figures wait for you.")
    expect(forest.locator(".bb-forest > li")).to_have_count(3)
    for code in ("K1", "K2", "K3", "K4"):
        expect(tile(page, code)).to_contain_text("6 of 9 partners approved · 1 to review")
    expect(conditions.locator("li")).to_have_count(5)
    expect(conditions.locator("li").filter(has_text="Communication")).to_contain_text("Not enough evidence")
    expect(trees).to_contain_text(re.compile(r"2 of 9 partners for \w+ \d{4}"))
    assert [row.inner_text().split()[0] for row in trees.locator(".bb-trees tbody th").all()[:2]] == ["P8", "P6"]
    expect(trees.get_by_role("link", name=re.compile("^Review P4"))).to_have_count(1)
    expect(trees).to_contain_text("1 report")
    expect(trees.get_by_text("may be drifting")).to_have_count(1)


def dana_reviews(site, page) -> None:
    """She approves what was filed as it was filed, and returns K4 with words."""
    page.get_by_role("link", name=re.compile("^Review P4")).click()
    for part in ("300", "4", "200", "90", "6"):
        expect(line(page, "K1")).to_contain_text(part)
    expect(line(page, "K3")).to_contain_text("a summer camp")
    for code, said in (("K1", "300"), ("K2", "30.0%"), ("K3", "60")):
        line(page, code).get_by_role("button", name=f"Approve {said}").click()
        expect(line(page, code)).to_contain_text("Approved")
    dana_sends_k4_back(page)


def returned(site, page) -> str:
    """The link of the mail about the line that came back."""
    site.tick()
    mail = page.get_by_role("link", name="K4 returned: is 0 right? you had 12 seats")

    def has_come() -> bool:
        page.goto(site.page("outbox/?kind=returned"))
        return mail.count() > 0

    until(has_come, "no mail says that K4 came back")
    mail.click()
    return page.locator(".bb-panel a[href*='/filings/']").get_attribute("href")


def dana_approves_the_answer(site, page) -> None:
    page.goto(site.page("review/"))
    page.get_by_role("link", name=re.compile("^Review P4")).click()
    expect(line(page, "K4")).to_contain_text("intake closed")
    line(page, "K4").get_by_role("button", name="Approve 0").click()
    expect(line(page, "K4")).to_contain_text("Approved")
    assert site.sql("SELECT value FROM measures_figure ORDER BY changed_at DESC LIMIT 1") == [(0,)]


def dana_looks_from_the_total_to_the_version(site, page) -> None:
    """Four clicks, and each level adds up to the one above; then back by the crumbs."""
    page.goto(site.page("forest/"))
    expect(tile(page, "K1")).to_contain_text("68% of usual volume")
    tile(page, "K1").get_by_role("link").click()  # 1: who makes it up
    assert largest(page) == "700"
    cells = [row.locator("td").first.inner_text().split() for row in page.locator("#who tbody tr").all()]
    numbers = [int(words[0]) for words in cells if words and words[0].isdigit()]
    assert (len(numbers), sum(numbers)) == (7, 700)
    page.get_by_role("link", name="P4", exact=True).click()  # 2: what P4 said
    assert largest(page) == "300"
    page.get_by_role("link", name="Open the report").click()  # 3: the filing
    expect(line(page, "K1").locator(".bb-val").first).to_have_text("300")
    line(page, "K1").get_by_role("link", name="Every version").click()  # 4: who wrote it last, and who approved it
    versions = page.get_by_role("region", name="Every version").locator("li")
    expect(versions).to_contain_text(["Dana approved P4’s 300", "Ana submitted 300"])
    where = page.get_by_role("navigation", name="You are here")
    where.get_by_role("link", name="K1").click()
    assert largest(page) == "700"
    where.get_by_role("link", name="Home").click()
    page.wait_for_url("**/forest/**")


def largest(page) -> str:
    """The first number of what is shown largest."""
    return page.locator("main .bb-val").first.inner_text().split()[0]


def dana_chases(site, page) -> None:
    """Who weighs most is first: she nudges P8, which goes once a day, and excuses P6."""
    page.goto(site.page("forest/missing/"))
    missing = page.get_by_role("table").locator("tbody tr")
    expect(missing.locator("th")).to_contain_text(["P8", "P6"])
    expect(missing.first).to_contain_text("300 of 1,000")
    page.get_by_role("button", name="Nudge P8").click()
    expect(page.locator(".bb-head")).to_contain_text("It goes to Filer of P8. A copy goes to Lead of P8.")
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


def dana_calls_who_drifts_away(site, page) -> None:
    """She opens the reasons of the one signal, logs a call, and snoozes it."""
    page.goto(site.page("forest/"))
    trees = page.get_by_role("region", name="Trees")
    expect(trees).to_contain_text("P7 may be drifting")
    expect(trees).to_contain_text(re.compile(r"Late with 2 of the last 3 reports, .*absent from \d of \d meetings"))
    trees.get_by_role("link", name="See why P7").click()
    page.wait_for_url("**/forest/signals/P7/")
    why = page.get_by_role("region", name="Why")
    expect(why.locator("strong")).to_contain_text(["Late with 2 of the last 3 reports", "Absent from"])
    expect(page.locator(".bb-head")).to_contain_text("Only the backbone sees this.")
    page.get_by_label("What was said").fill("Their clerk left; a new one comes in January.")
    page.get_by_role("button", name="Log a call").click()
    expect(page.get_by_role("region", name="Calls")).to_contain_text("Their clerk left")
    page.locator("#put-off").get_by_label("Why").fill("A new clerk in January")
    page.get_by_role("button", name="Snooze 30 days").click()
    expect(page.locator(".bb-head")).to_contain_text(re.compile("Put off until .* by Dana. A new clerk in January"))
    page.goto(site.page("forest/"))
    expect(page.get_by_role("region", name="Trees")).not_to_contain_text("P7 may be drifting")


def dana_turns_the_curve_of_k2(site, page) -> None:
    """It is too early to judge it, and there is something to say and to do all the same."""
    page.goto(site.page("forest/"))
    expect(tile(page, "K2")).to_contain_text("Too early to judge before")
    tile(page, "K2").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Too early to judge before")
    page.get_by_role("link", name="Turn the curve").click()
    page.get_by_text("Write a new version", exact=True).click()
    dana_tells_the_story_of_k2(site, page)


# --- the meeting ---


def the_steering_committee_meets(site, visit, dana, office: PostOffice) -> None:
    """From its plan to the record. Two are on its page at once: Dana types, and the lead of P1 sees it."""
    lead = visit("p1-lead")
    starts = meetings.plan_a_meeting(site, dana)
    meetings.invite_everybody(dana, office, starts)
    meetings.answer_and_subscribe(site, lead, "Steering committee", starts)
    dana.reload()
    expect(dana.locator("section[aria-labelledby=people] tr").filter(has_text="Lead of P1")).to_contain_text("comes")
    meetings.send_the_pre_read(dana, office)
    lead.goto(dana.url)
    lead.get_by_role("link", name="In the meeting").click()
    expect(lead.locator("main")).to_contain_text("It is not open yet")
    dana.get_by_role("button", name="Open the meeting").click()
    meetings.note_who_is_there(dana, lead)
    meetings.discuss_one_topic(dana, lead)
    meetings.say_something(dana, lead)
    meetings.write_minutes(dana, lead)
    meetings.decide(dana, lead)
    check_here(dana)
    dana.set_viewport_size({"width": 1280, "height": 900})
    expect(lead.get_by_role("button", name="Write it down")).to_be_visible()  # a lead decides as well
    assert lead.get_by_role("button", name="Save the minutes").count() == 0
    meetings.close_it(dana, office)
    check_here(dana)
    dana.set_viewport_size({"width": 1280, "height": 900})
    meetings.acknowledge(site, visit("p7-lead"), office)


# --- the last report ---


def dana_types_what_she_was_told(site, page, period: str, folder: Path) -> None:
    """P8 has said one number by telephone. She writes it down, and somebody else must approve it."""
    typed = folder / "by-telephone.csv"
    typed.write_text(f"partner,indicator,period,category,value\nP8,open-seats,{period},,7\n")
    page.goto(site.page("imports/"))
    upload(page, typed)
    page.get_by_role("button", name=re.compile("^Apply")).click()
    expect(page.locator("main")).to_contain_text("Applied: 1 new figure")
    page.goto(site.page("forest/"))
    expect(page.get_by_role("region", name="Trees")).to_contain_text("1 is your own, for somebody else")
    page.get_by_role("link", name=re.compile("^Review P8")).click()
    expect(line(page, "K4")).to_contain_text("You submitted this yourself: somebody else must approve it.")
    expect(page.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)


def p8_hands_in_a_spreadsheet(site, page, folder: Path) -> None:
    """Takes the template, fills it in with a slip, takes the row that is wrong, mends it; uploads the whole; once more."""
    page.goto(site.page("report/"))
    template = download(page, "Download the spreadsheet", folder / "figures.xlsx")
    book = openpyxl.load_workbook(template)
    sheet = book.active
    sheet.delete_rows(4, 4)  # P8 does not split by age
    head = [cell.value for cell in sheet[1]]
    for row, typed in enumerate(
        ({"value": 330}, {"numerator": 15, "denominator": "fifty"}, {"value": 60}, {"value": 0}), 3
    ):
        for name, entry in typed.items():
            sheet.cell(row, head.index(name) + 1).value = entry
    book.save(folder / "mine.xlsx")

    page.get_by_role("link", name="upload a filled one").click()
    upload(page, folder / "mine.xlsx")
    expect(page.locator("main")).to_contain_text("One problem to correct first. Nothing was changed.")
    wrong = page.get_by_role("region", name="To correct").locator("tbody tr")
    expect(wrong).to_have_count(1)
    for words in ("4", "Denominator", "fifty"):
        expect(wrong).to_contain_text(words)
    bad = download(page, "Only the rows to correct, as a file", folder / "bad.xlsx")
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
    book.save(folder / "mine.xlsx")
    for said in ("Ready to apply: 2 new figures, 1 changed, 1 as they are.", "No changes"):
        page.goto(site.page("imports/"))
        upload(page, folder / "mine.xlsx")
        expect(page.locator("main")).to_contain_text(said)
        if apply := page.get_by_role("button", name="Apply the changes").all():
            apply[0].click()
            expect(page.locator("main")).to_contain_text("Applied: 2 new figures")
    page.goto(site.page("report/"))
    expect(page.locator("main")).to_contain_text("4 figures are submitted and wait for review")


def dana_approves_the_rest(site, page, period: str) -> None:
    page.goto(site.page(f"filings/P8/{period}/review/"))
    page.get_by_role("button", name="Approve all 4 figures").click()
    expect(page.get_by_text("4 figures are approved.")).to_be_visible()


def the_decision_knows_of_it(site, page) -> None:
    """D-14 was taken on 700 and says so for ever; that its evidence is another now is said beside it and proposed."""
    site.tick("comms.tasks.check_evidence")

    def is_flagged() -> bool:
        page.goto(site.page("decisions/14/"))
        return "Evidence changed." in main_text(page)

    until(is_flagged, "D-14 does not know that K1 is another")
    for words in ("700 so far (7 of 8", WHOLE.value):
        expect(page.locator("main")).to_contain_text(words)
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site.page("decisions/?state=changed"))
    expect(page.locator("main")).to_contain_text("D-14")
    page.goto(site.page("meetings/"))
    page.locator("section[aria-labelledby=coming]").get_by_role("link", name="Steering committee").first.click()
    expect(page.locator("section[aria-labelledby=proposed]")).to_contain_text("D-14: its evidence changed (K1)")


# --- publishing ---


def the_month_locks(site, dana, ana, period: str) -> None:
    """The days on which reports are due and lock are set to the first, so that both are over, but on the first itself."""
    for slug in ("completions", "placed", "served", "open-seats"):
        dana.goto(site.page(f"indicators/{slug}/edit/"))
        for label in ("Due on day", "Locks after day"):
            dana.get_by_label(label, exact=True).fill("1")
        dana.get_by_role("button", name="Save the indicator").click()
        expect(dana.locator(".bb-messages")).to_contain_text("is saved.")
    ana.goto(site.page(f"filings/P4/{period}/"))
    is_the_last_day = datetime.now(ZoneInfo("America/Chicago")).day == 1
    asks = "Ask for more time" if is_the_last_day else "Ask to reopen it"
    expect(ana.get_by_role("link", name=asks)).to_be_visible()


def dana_publishes(site, page, period: str) -> None:
    """The check hides what would tell of few, and why; she looks at it with a funder's eyes, and confirms."""
    page.goto(site.page("publications/"))
    page.get_by_role("link", name="Begin a publication").first.click()
    page.get_by_role("button", name="Choose what is in it").click()
    k2 = page.locator(".bb-pick").filter(has_text="K2")
    expect(k2.get_by_label("Contributed to it")).to_have_value("Employers hire later since May.")
    k2.get_by_label("What we do not know yet").fill(NOT_KNOWN)
    page.get_by_role("button", name="Check it").click()
    publish = page.get_by_role("button", name=re.compile("^Publish "))
    expect(publish).to_be_visible(timeout=120_000)
    hidden = page.locator("tbody tr")
    for age, value, why in (
        ("14–15", "4", "a small group"),
        ("Unknown", "6", "a small group"),
        ("20–24", "90", "with it a small one could be computed"),
    ):
        row = hidden.filter(has_text=f"K1, P4, {age}, ").first
        expect(row).to_contain_text(value)
        expect(row).to_contain_text(why)
    assert hidden.filter(has_text="K1, P4, 16–19, ").count() == 0
    page.get_by_role("link", name=re.compile("Look at it Funders")).click()
    expect(page.get_by_text("A proof, as seen by: Funders.")).to_be_visible()
    WHOLE.is_read_in(page.locator(".bb-res").first)
    page.get_by_role("link", name="Back to the draft").click()
    publish.click()
    page.wait_for_url(site.page(f"published/{period}-v1/"))


# --- Fran ---


def fran_is_invited(site, visit, office: PostOffice):
    """The link of the mail, a password, an authenticator app; without its code nobody comes in as her."""
    admin = visit("admin")
    admin.goto(f"{site.url}/o/riverbend/-/members/invite/")
    admin.get_by_label("E-mail").fill(FRAN)
    admin.get_by_label("Name").fill("Fran")
    admin.get_by_label("Role").select_option("funder")
    admin.get_by_role("button", name="Send the invitation").click()
    admin.get_by_text(f"on its way to {FRAN}").wait_for()

    fran = visit(None)
    fran.goto(invitation(office, FRAN))
    site.passwords[FRAN] = HER_WORDS
    fran.get_by_label("Password", exact=True).fill(HER_WORDS)
    fran.get_by_label("The password again").fill(HER_WORDS)
    fran.get_by_role("button", name="Join").click()
    fran.wait_for_url(re.compile("/o/riverbend/"))
    fran.goto(f"{site.url}/accounts/2fa/totp/activate/")
    if "/reauthenticate/" in fran.url:
        fran.get_by_label("Password").fill(HER_WORDS)
        fran.locator("main form button[type=submit]").first.click()
    secret = fran.locator("main code").inner_text()
    fran.locator("input[name=code]").fill(code_of(secret))
    fran.get_by_role("button", name="Connect the app").click()
    fran.wait_for_url(re.compile("/accounts/2fa/(?!totp/activate)"))

    again = visit(None)
    again.goto(f"{site.url}/accounts/login/")
    sign_in(again, site, FRAN)
    again.wait_for_url(re.compile("/accounts/2fa/authenticate/"))
    again.goto(site.page("published/"))
    assert "/accounts/2fa/authenticate/" in again.url, "the password is not enough"
    again.locator("input[name=code]").fill(code_of(secret))
    again.get_by_role("button", name="Sign in", exact=True).click()
    again.wait_for_url(re.compile("/o/riverbend/youth-to-work/published/"))
    return again


def code_of(secret: str) -> str:
    """The six digits that an authenticator app shows now."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


def fran_is_told(site, page, office: PostOffice, period: str) -> None:
    """One mail: three lines with the figures as they are published, and one link, which she follows."""
    site.tick()

    def mine() -> list:
        return [mail for mail in arrived(office, "is published") if FRAN in mail["to"]]

    until(lambda: len(mine()) > 0, "Fran is not told that it is published")
    text = mine()[0].get_body(("plain",)).get_content()
    said = [words for words in text.splitlines() if re.match(r"K\d", words)]
    assert len(said) == 3
    assert said[0] == f"K1 Completions: {WHOLE.value}, {WHOLE.coverage} · {WHOLE.excused}"
    link = site.page(f"published/{period}-v1/")
    assert text.count(link) == 1
    page.goto(link)


def fran_reads_the_results(site, page, period: str) -> None:
    """What the staff published and as the staff reads it, and nothing in it to change."""
    assert page.url == site.page(f"published/{period}-v1/")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Every young person in Riverbend"))
    expect(page.locator(".bb-lines li")).to_have_count(3)
    expect(page.locator(".bb-pub__title")).to_contain_text(re.compile("Published .*, version 1"))
    expect(page.locator(".bb-res")).to_have_count(3)
    assert nothing_to_change(page)
    first, second, last = (page.locator(".bb-res").nth(n) for n in range(3))
    WHOLE.is_read_in(first)
    for words in ("From 750 to 1,100 by", "more is better"):
        expect(first).to_contain_text(words)
    expect(second).to_contain_text(re.compile("Too early to judge before January 20"))
    expect(last).to_contain_text(re.compile(r"between \d+ and \d+"))
    expect(last).to_contain_text("One person can be at several partners")

    # The same months by another year; a part of a year is never called a year.
    said = {}
    for year in ("Calendar year", "Year from July"):
        page.get_by_role("link", name=year).click()
        expect(page.get_by_role("link", name=year)).to_have_attribute("aria-current", "true")
        said[year] = first.inner_text()
        assert "of 12 months" in said[year]
        WHOLE.is_read_in(first)
    assert said["Calendar year"] != said["Year from July"]

    # Who made it up: five by name, the others together, and the rows add up.
    rows = page.locator("table", has=page.locator("caption", has_text="Completions by partner")).locator("tbody tr")
    names = [row.split("\n")[0] for row in rows.locator("th").all_inner_texts()]
    assert names == ["P1", "P2", "P3", "P4", "P5", "Others (3)"]
    values = [int(text.replace(",", "")) for text in rows.locator("td").all_inner_texts()]
    assert sum(values) == WHOLE.number
    assert values[names.index("P4")] == 300
    page.get_by_text("Completions of P4, broken down").click()
    ages = page.locator("table", has=page.locator("caption", has_text="Completions of P4 by age"))
    expect(ages.locator(".bb-hidden")).to_have_count(3)
    expect(ages).to_contain_text("200")
    expect(page.get_by_text("Hidden to protect people: a group of 1 to 10")).to_be_visible()

    # The story behind K2, its limits, and what is being done.
    expect(page.get_by_role("heading", name="Contributed to it").first).to_be_visible()
    for words in ("Employers hire later since May.", NOT_KNOWN, "Visit six employers"):
        expect(page.locator("main")).to_contain_text(words)
    assert "attributed to" not in main_text(page)
    for rest in ("published/all/", "agenda/"):
        page.goto(site.page(rest))
        assert nothing_to_change(page)


def nothing_to_change(page) -> bool:
    return page.locator("main").locator("form:not(.vega-bindings), button, input, select, textarea").count() == 0


def fran_takes_the_documents(site, page, period: str) -> None:
    """The board book that was made for its readers, and a table that is made for her, in Spanish: the same figures and
    the same marks as on the page, and nothing that is hidden there."""
    edition = site.page(f"published/{period}-v1/")
    found = []

    def is_made() -> bool:
        found[:] = [page.request.get(f"{edition}files/pdf/")]
        return found[0].headers["content-type"] == "application/pdf"

    until(is_made, "the board book is not made")
    book = " ".join(pdf_words(found[0].body()).split())
    assert f"K1 Completions {WHOLE.value} {WHOLE.coverage} · {WHOLE.excused}" in book
    assert re.search(r"Completions of P4 by age .{0,60} 14–15 hidden 16–19 200 20–24 hidden Unknown hidden", book)
    assert NOT_KNOWN in book

    page.context.add_cookies([{"name": "django_language", "value": "es", "url": site.url}])
    page.goto(edition)
    page.locator(".bb-head__end a[href$='files/csv/']").click()
    page.locator("#files form[action$='files/csv/'] button").click()
    link = page.locator("#files a[href$='files/csv/']")
    expect(link).to_be_visible(timeout=60_000)
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    with page.expect_download() as waited:
        link.click()
    assert waited.value.suggested_filename == f"riverbend-youth-to-work-{period}-v1.csv"
    table = Path(waited.value.path()).read_bytes()
    rows = [row for row in csv.DictReader(io.StringIO(table.decode())) if row["indicator"] == "completions"]
    totals = [row for row in rows if row["from"] == row["to"] == period and not row["breakdown"]]
    whole = max(totals, key=lambda row: int(row["expected"]))
    assert (whole["value"], whole["filed"], whole["expected"]) == (str(WHOLE.number), "8", "8")
    ages = [row["value"] for row in rows if row["whose"] == "P4" and row["breakdown"]]
    assert sorted(ages) == ["", "", "", "200"]
    again = page.request.get(f"{edition}files/csv/")
    assert again.body() == table
    assert again.headers["etag"] == f'"{hashlib.sha256(table).hexdigest()}"'
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])

    parts = page.request.get(f"{edition}data.json").json()["parts"]["measures"]["indicators"]
    (four,) = [row for row in parts[0]["partners"]["rows"] if row["code"] == "P4"]
    ages = {row["key"]: row["figure"].get("value") for row in four["breakdowns"][0]["rows"]}
    assert ages == {"age:14-15": None, "age:16-19": "200", "age:20-24": None, "age:unknown": None}


def fran_finds_nothing_else(site, page, dana, period: str) -> None:
    """Drafts, what only the staff sees, and what partners file are not there; who tried is written down."""
    drafts = site.sql("SELECT id FROM backbone_publication")
    for rest in (
        "forest/", "forest/signals/", "forest/signals/P7/", "forest/missing/", "review/",
        "results/", f"filings/P7/{period}/", f"filings/P7/{period}/review/",
        f"filings/P7/{period}/receipt/", f"indicators/completions/P7/{period}/", "imports/", "outbox/", "publications/",
        f"publications/{drafts[0][0]}/", "consents/P7/",
    ):  # fmt: skip
        assert page.goto(site.page(rest)).status == 404, rest
    dana.goto(f"{site.url}/o/riverbend/-/audit/")
    dana.get_by_label("Who").select_option(label="Fran")
    dana.get_by_role("button", name="Show", exact=True).click()
    tried = dana.get_by_role("row").filter(has_text="Fran was refused")
    for rest in ("/forest/", "/forest/signals/P7/", f"/filings/P7/{period}/", f"/publications/{drafts[0][0]}/"):
        expect(tried.filter(has_text=rest).first).to_be_visible()


# --- the correction ---


def it_goes_on_counting(site, ana, dana, period: str) -> None:
    """What was asked for counts only when it is approved."""
    ana.goto(site.page(f"filings/P4/{period}/"))
    expect(line(ana, "K1").get_by_text("Requested")).to_be_visible()
    expect(line(ana, "K1").locator(".bb-val").first).to_have_text("300")
    dana.goto(site.page(f"indicators/completions/?period={period}"))
    WHOLE.is_read_in(dana.locator("main"))
    expect(dana.locator("main")).not_to_contain_text("Restated")


def dana_approves_the_correction(site, page) -> None:
    page.goto(site.page("forest/"))
    expect(page.locator("main")).to_contain_text("1 request waits for your answer.")
    asked = page.get_by_role("row").filter(has_text="20 were counted at two sites")
    expect(asked).to_contain_text("300")
    asked.get_by_role("link", name="Open").click()
    page.get_by_role("button", name="Approve 280").click()
    expect(page.get_by_text("The figure is corrected.")).to_be_visible()


def dana_reads_the_restatement(site, page, period: str) -> None:
    """On the figure, as it stood before, and in the list of all of them."""
    page.goto(site.page(f"indicators/completions/?period={period}"))
    said = main_text(page)
    assert re.search(r"1,030 → (became )?1,010", said)
    assert re.search(r"P4: 300 → (became )?280", said)
    assert "20 were counted at two sites" in said
    page.get_by_role("link", name="as it stood before").click()
    expect(page.locator("main")).to_contain_text("As it stood on")
    WHOLE.is_read_in(page.locator("main"))
    page.get_by_role("link", name="Back to now").first.click()
    CORRECTED.is_read_in(page.locator("main"))
    page.goto(site.page("changes/"))
    restated = page.get_by_role("table").locator("tbody tr")
    expect(restated).to_have_count(2)
    expect(restated.filter(has_text="16–19")).to_contain_text("180")
    restated = restated.filter(has_text="280")
    for words in ("P4, K1", "300", "280", "20 were counted at two sites", "Dana", "asked by Ana"):
        expect(restated).to_contain_text(words)


def fran_is_told_of_the_correction(site, page, period: str, kept: bytes) -> None:
    """Above the first version, which stays as it was; why, and in the ledger."""
    told = page.get_by_text(re.compile(r"K1.* restated since publication: 1,030 → 1,010"))

    def is_told() -> bool:
        page.goto(site.page(f"published/{period}-v1/"))
        return told.count() > 0

    until(is_told, "the reader of the first version is not told")
    for words in ("20 were counted at two sites", "You read it on"):
        expect(page.locator("#restated")).to_contain_text(words)
    WHOLE.is_read_in(page.locator(".bb-res").first)
    assert page.request.get(site.page(f"published/{period}-v1/data.json")).body() == kept
    page.get_by_role("link", name="See the ledger").click()
    row = page.get_by_role("row").filter(has_text="20 were counted at two sites").first
    for words in (WHOLE.value, CORRECTED.value):
        expect(row).to_contain_text(words)


# --- afterwards ---


def dana_weighs_what_is_asked(site, page) -> None:
    """From the health of the measures to the evidence of each check, and to what is asked for and used by nobody."""
    page.goto(site.page("forest/"))
    page.get_by_role("region", name="five").get_by_role("link", name="Measures").click()
    page.wait_for_url("**/forest/conditions/#measures")
    checks = page.get_by_role("region", name="Measures")
    expect(checks.get_by_role("row").filter(has_text="Returned figures are put right")).to_contain_text("1 of 1")
    evidence = [one.get_attribute("href") for one in checks.locator("td").get_by_role("link").all()]
    assert len(evidence) == 6
    for address in sorted({*evidence}):
        assert page.goto(f"{site.url}{address}").status == 200

    # Everything is in what was published, until something is asked for that is not.
    page.goto(site.page("asked/"))
    expect(page.locator("main")).to_contain_text("0 of 7 cells that are asked for were used nowhere.")
    page.goto(site.page("indicators/new/"))
    page.get_by_label(re.compile("^Count or sum")).check()
    page.get_by_label("Name", exact=True).fill("Bus passes")
    page.get_by_role("button", name="Define the indicator").click()
    expect(page.locator(".bb-messages")).to_contain_text("Bus passes is defined.")
    page.goto(site.page("asked/"))
    expect(page.locator("main")).to_contain_text("1 of 8 cells that are asked for were used nowhere.")
    page.get_by_role("button", name="Propose not to ask for it Bus passes").click()
    expect(page.locator(".bb-messages")).to_contain_text("It is asked in the ledger, where everybody can answer.")
    expect(page.locator("main")).to_contain_text("What if we no longer ask for Bus passes? Nobody used it in a year.")
