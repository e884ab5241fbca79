"""Meetings, decisions and what comes of them, click by click (5.2, steps 8 to 11), on a site whose mail goes to a real
server."""

from __future__ import annotations

import re
import urllib.request
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
import vobject
from playwright.sync_api import expect

from bench.post_office import PostOffice
from tests.browser.mails import arrived
from tests.browser.test_corrections import file
from tests.browser.test_pages import check_here
from tests.browser.test_scripts import CHANGES_THE_SITE, main_text, open_period, tile
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]

SEATS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9")


def calendar_of(mail: EmailMessage):
    """The event that a mail carries, as a calendar program of another make reads it."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    return part["content-type"].params["method"], vobject.readOne(part.get_content()).vevent


def seven_of_eight(site, visit) -> str:
    """P4 has filed and was approved, P6 is excused, P8 is missing: K1 is 700 so far. Answers with the month."""
    ana, dana = visit("ana"), visit("dana")
    ana.goto(site.page("report/"))
    period = open_period(ana)
    file(site, ana, "P4", period, 300)
    dana.goto(site.page(f"filings/P4/{period}/review/"))
    dana.get_by_role("button", name="Approve all 4 figures").click()
    expect(dana.get_by_text("4 figures are approved.")).to_be_visible()
    dana.goto(site.page(f"forest/missing/P6/{period}/excuse/"))
    dana.get_by_label("Why").fill("Moving house")
    dana.get_by_role("button", name="Excuse", exact=True).click()
    expect(dana.locator(".bb-messages")).to_contain_text("P6 is excused")
    return period


def plan_a_meeting(site, page) -> datetime:
    """Step 8: from the pattern of the steering committee, in an hour; what is open is proposed and taken up."""
    page.goto(site.page("meetings/"))
    page.get_by_role("link", name="Plan a meeting").click()
    starts = datetime.now(ZoneInfo("America/Chicago")).replace(second=0, microsecond=0) + timedelta(hours=1)
    page.get_by_label("After which pattern").select_option("steering")
    page.get_by_label("Whose").select_option(label="Steering committee")
    page.get_by_label("Day", exact=True).fill(f"{starts:%Y-%m-%d}")
    page.get_by_label("Begins at").fill(f"{starts:%H:%M}")
    page.get_by_label("Time zone").select_option("America/Chicago")
    page.get_by_role("textbox", name=re.compile("^Place")).fill("Town hall, room 2")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator(".bb-messages")).to_contain_text("Nobody is told until you send the invitations.")
    expect(page.locator("section[aria-labelledby=topics] ol > li")).to_have_count(5)
    proposed = page.locator("section[aria-labelledby=proposed]")
    for words in (
        re.compile(r"P8.*"), "D-9 is due for review", "What if one résumé class moved east", "Why do young people on the north bank",
    ):  # fmt: skip
        one = proposed.locator("li").filter(has_text=words)
        expect(one.first).to_be_visible()
        one.first.get_by_role("button", name=re.compile("^Put it on the list")).click()
        expect(page.locator(".bb-messages")).to_contain_text("It is on the list.")
    expect(page.locator("section[aria-labelledby=topics] ol > li")).to_have_count(9)
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    return starts


def invite_everybody(page, office: PostOffice, starts: datetime) -> None:
    """Each gets one mail that a calendar program understands."""
    people = page.locator("section[aria-labelledby=people]")
    expect(people.locator("tbody tr")).to_have_count(len(SEATS) + 1)
    people.get_by_role("button", name="Send the invitations").click()
    expect(page.locator(".bb-messages")).to_contain_text("Everybody on the list has an invitation.")
    mails = arrived(office, "Invitation: Steering committee", len(SEATS) + 1)
    assert len({one["to"] for one in mails}) == len(mails) == len(SEATS) + 1
    for one in mails:
        method, event = calendar_of(one)
        assert (method, event.dtstart.value.astimezone(starts.tzinfo)) == ("REQUEST", starts)
        assert event.location.value == "Town hall, room 2"
        assert event.attendee.value.removeprefix("mailto:") == one["to"].addresses[0].addr_spec


def answer_and_subscribe(site, page, title: str, starts: datetime) -> None:
    """The lead of P1 comes, and has the meetings in a calendar, read by a program of another make."""
    page.goto(site.page("meetings/"))
    page.locator("section[aria-labelledby=coming]").get_by_role("link", name=title).first.click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("main")).to_contain_text("You said: comes")
    page.goto(site.page("meetings/calendar/"))
    page.get_by_role("button", name="Make an address").click()
    with urllib.request.urlopen(
        page.locator(".bb-note--good a[href^=http]").get_attribute("href"), timeout=60
    ) as answer:
        assert answer.headers["content-type"].startswith("text/calendar")
        calendar = vobject.readOne(answer.read().decode())
    ours = [one for one in calendar.vevent_list if one.dtstart.value.astimezone(starts.tzinfo) == starts]
    assert [one.summary.value for one in ours] == [title]


def send_the_pre_read(page, office: PostOffice) -> None:
    page.get_by_text("Send the pre-read", exact=True).click()
    page.get_by_label("K1 Completions").check()
    page.get_by_role("button", name="Freeze the figures and send it").click()
    expect(page.locator(".bb-messages")).to_contain_text("It is frozen, and on its way to everybody on the list.")
    mails = arrived(office, "To read before “Steering committee”", len(SEATS) + 1)
    link = re.search(r"https?://\S+/pre-read/1/", mails[0].get_body(("plain",)).get_content())[0]
    here = page.url
    page.goto(link)
    for words in ("700 so far", "7 of 8", "1 excused", "D-9 is due for review"):
        expect(page.locator("main")).to_contain_text(words)
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(here)


def note_who_is_there(page, watching) -> None:
    """Everybody but P7, and P6 is excused. Whoever watches sees it without doing anything."""
    page.get_by_role("button", name="Open the meeting").click()
    for code in SEATS:
        said = {"P7": "Not there", "P6": "Excused"}.get(code, "There")
        button = page.get_by_role("button", name=re.compile(rf"^{said}\s*: {code}$"))
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    there = watching.locator("section[aria-labelledby=there]")
    expect(there.get_by_role("row").filter(has_text="P7")).to_contain_text("Not there")
    expect(there.get_by_role("row").filter(has_text="P1")).to_contain_text("There")
    expect(there.get_by_role("row").filter(has_text="P6")).to_contain_text("Excused")


def choose(form, label: str, words: str) -> None:
    """The first choice with these words in it."""
    select = form.get_by_label(re.compile(f"^{label}"))
    select.select_option(select.locator("option").filter(has_text=words).first.get_attribute("value"))


def decide(page, watching) -> None:
    """D-14 rests on K1 as it stands; P5 does not agree; it is looked at again. Then an action of it, with who does it."""
    form = page.locator("section[aria-labelledby=decide]")
    form.get_by_label("What was decided").fill("Two more classes open in the east, from what K1 says")
    form.get_by_label("K1 Completions").check()
    choose(form, "Who did not agree", "Neighbourhood house")
    form.get_by_label("In its words").fill("We wait for the winter")
    again = datetime.now(ZoneInfo("America/Chicago")).date() + timedelta(days=90)
    form.get_by_label("Look again on").fill(f"{again:%Y-%m-%d}")
    form.get_by_role("button", name="Write it down").click()
    expect(page.locator(".bb-messages")).to_contain_text("Written down as D-14.")
    for one in (page, watching):
        decided = one.locator("section[aria-labelledby=decided]")
        for words in (
            "D-14",
            "Two more classes open in the east",
            "K1",
            "P5 did not agree",
            "We wait for the winter",
            "without P7",
        ):
            expect(decided).to_contain_text(words)
        expect(decided).not_to_contain_text("P6")

    form = page.locator("section[aria-labelledby=act]")
    form.get_by_label("What", exact=True).fill("Find two rooms in the east")
    form.get_by_label("Who does it").select_option(label="Lead of P1")
    choose(form, "Organization", "Community college")
    due = datetime.now(ZoneInfo("America/Chicago")).date() + timedelta(days=21)
    form.get_by_label("By", exact=True).fill(f"{due:%Y-%m-%d}")
    choose(form, "From which decision", "D-14")
    form.get_by_role("button", name="Set the action").click()
    expect(page.locator(".bb-messages")).to_contain_text("Set as A-4.")
    todo = watching.locator("section[aria-labelledby=todo]")
    expect(todo).to_contain_text("Find two rooms in the east")
    expect(todo).to_contain_text("Lead of P1 (P1)")


def say_something(page, watching) -> None:
    """What was said about one topic; who types it is not disturbed by what happens meanwhile."""
    topics = [one.locator("section[aria-labelledby=topics] li").filter(has_text="D-9") for one in (page, watching)]
    topics[0].get_by_text("What was said", exact=False).first.click()
    topics[0].get_by_label(re.compile("^What was said about “D-9")).fill("Coaches call, and it helps.")
    topics[0].get_by_role("button", name=re.compile("^Save what was said")).click()
    expect(page.locator(".bb-messages")).to_contain_text("Saved.")
    expect(topics[1]).to_contain_text("Coaches call, and it helps.")


def write_minutes(page, watching) -> None:
    page.get_by_role("textbox", name=re.compile("^Minutes")).fill("K1 holds in the west.\n\nThe east has no room.")
    page.get_by_role("button", name="Save the minutes").click()
    expect(page.locator(".bb-messages")).to_contain_text("Saved.")
    expect(watching.locator("#record")).to_contain_text("The east has no room.")


def close_it(page, office: PostOffice) -> None:
    """Step 10: one mail to each with all of it; who was absent is asked to say that they have read it."""
    page.get_by_role("button", name="It is over").click()
    page.get_by_role("button", name="Close the meeting and send the record").click()
    expect(page.locator(".bb-messages")).to_contain_text("Closed. The record is on its way to everybody.")
    mails = arrived(office, "Record of “Steering committee”", len(SEATS) + 1)
    assert len({one["to"] for one in mails}) == len(mails)
    for one in mails:
        text = one.get_body(("plain",)).get_content()
        for words in ("The east has no room.", "D-14", "P5 did not agree", "A-4", "Find two rooms in the east"):
            assert words in text
        is_asked = "Say for your organization that you have read it" in text
        assert is_asked == ("p7" in one["to"]), one["to"]


def acknowledge(site, seven, office: PostOffice) -> None:
    (mail,) = [one for one in arrived(office, "Record of “Steering committee”") if "p7-lead" in one["to"]]
    link = re.search(r"https?://\S+/announcements/\d+/", mail.get_body(("plain",)).get_content())[0]
    seven.goto(link)
    seven.get_by_role("button", name="We have read it (P7)").click()
    expect(seven.locator(".bb-messages")).to_be_visible()
    assert site.sql("SELECT count(*) FROM comms_acknowledgement") == [(1,)]


@CHANGES_THE_SITE
def test_a_meeting_from_its_plan_to_evidence_that_changed(site, visit, office):
    office.mails.clear()
    period = seven_of_eight(site, visit)
    dana, lead = visit("dana"), visit("p1-lead")
    starts = plan_a_meeting(site, dana)
    invite_everybody(dana, office, starts)
    answer_and_subscribe(site, lead, "Steering committee", starts)
    dana.reload()
    expect(dana.locator("section[aria-labelledby=people] tr").filter(has_text="Lead of P1")).to_contain_text("comes")
    send_the_pre_read(dana, office)

    # Step 9: two are on the page of the meeting, and one of them types.
    dana.get_by_role("link", name="Begin the meeting").click()
    lead.goto(dana.url)
    expect(lead.locator("main")).to_contain_text("It has not begun")
    note_who_is_there(dana, lead)
    dana.get_by_role("button", name=re.compile(r"^Discussed\s*: D-9 is due for review")).click()
    expect(lead.locator("section[aria-labelledby=topics] li").filter(has_text="D-9")).to_contain_text(
        re.compile("discussed", re.I)
    )
    expect(dana.get_by_role("button", name=re.compile(r"^Open again\s*: D-9"))).to_be_visible()
    say_something(dana, lead)
    write_minutes(dana, lead)
    decide(dana, lead)
    check_here(dana)
    dana.set_viewport_size({"width": 1280, "height": 900})
    expect(lead.get_by_role("button", name="Write it down")).to_be_visible()  # a lead decides as well
    assert lead.get_by_role("button", name="Save the minutes").count() == 0

    close_it(dana, office)
    check_here(dana)
    dana.set_viewport_size({"width": 1280, "height": 900})
    acknowledge(site, visit("p7-lead"), office)

    # Step 11: P8 files 330. K1 is whole, and what was decided on 700 says that its evidence changed.
    eight = visit("p8")
    eight.goto(site.page("report/"))
    file(site, eight, "P8", period, 330)
    dana.goto(site.page(f"filings/P8/{period}/review/"))
    dana.get_by_role("button", name="Approve all 4 figures").click()
    expect(dana.get_by_text("4 figures are approved.")).to_be_visible()

    def is_whole() -> bool:
        dana.goto(site.page("forest/"))
        return "1,030" in tile(dana, "K1").inner_text()

    until(is_whole, "the roll-up does not know of P8")
    expect(tile(dana, "K1")).to_contain_text("8 of 8")
    expect(tile(dana, "K1")).to_contain_text("1 excused")
    expect(tile(dana, "K1")).not_to_contain_text("so far")

    site.tick("comms.tasks.check_evidence")

    def is_flagged() -> bool:
        dana.goto(site.page("decisions/14/"))
        return "Evidence changed." in main_text(dana)

    until(is_flagged, "D-14 does not know that K1 is another")
    words = main_text(dana)
    assert "700 so far (7 of 8" in words
    assert "1,030" in words
    check_here(dana)
    dana.goto(site.page("decisions/?state=changed"))
    expect(dana.locator("main")).to_contain_text("D-14")
    dana.goto(site.page("meetings/"))
    dana.locator("section[aria-labelledby=coming]").get_by_role("link", name="Steering committee").first.click()
    expect(dana.locator("section[aria-labelledby=proposed]")).to_contain_text("D-14: its evidence changed (K1)")
