"""A meeting click by click: from its plan to the record that everybody has, on a site whose mail goes to a real server."""

from __future__ import annotations

import re
import urllib.request
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import vobject
from playwright.sync_api import expect

from bench.post_office import PostOffice
from tests.browser.mails import arrived
from tests.browser.test_pages import check_here

SEATS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9")


def calendar_of(mail: EmailMessage):
    """The event that a mail carries, as a calendar program of another make reads it."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    return part["content-type"].params["method"], vobject.readOne(part.get_content()).vevent


def plan_a_meeting(site, page) -> datetime:
    """From the pattern of the steering committee, in an hour; what is open is proposed and taken up."""
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
        "P8’s figures of", "D-9 is due for review", "P5 moves one class east?", "Why do young people on the north bank",
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


def discuss_one_topic(page, watching) -> None:
    page.get_by_role("button", name=re.compile(r"^Discussed\s*: D-9 is due for review")).click()
    expect(watching.locator("section[aria-labelledby=topics] li").filter(has_text="D-9")).to_contain_text(
        re.compile("discussed", re.I)
    )
    expect(page.get_by_role("button", name=re.compile(r"^Open again\s*: D-9"))).to_be_visible()


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
    """One mail to each with all of it; who was absent is asked to say that they have read it."""
    page.get_by_role("link", name="Close the meeting").click()
    expect(page.locator("main")).to_contain_text("8 topics were not discussed")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(8)
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
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
