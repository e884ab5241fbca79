"""A person's inbox and choices: what is unread, what opening does, and what the link in a mail lets its holder do."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backbone.models import Change, Initiative, Membership
from comms.models import Action, Away, Cadence, Note
from comms.services import actions, composing, notes
from tests import factories

HERE = "/o/riverside/-/"


def browser(place, name="ben") -> Client:
    client = Client()
    with place.scope():
        client.force_login(factories.user_of(getattr(place.people, name)))
    return client


def told(place, count=1, url="", name="ben"):
    with place.scope():
        member = getattr(place.people, name)
        for number in range(count):
            notes.tell(member=member, kind="action", key=f"action:{number}", text=f"Thing {number}.", url=url)
        return list(Note.objects.filter(member=member).order_by("pk"))


def unread(place):
    with place.scope():
        return Note.objects.filter(read_at=None).count()


def test_unread_comes_first_and_the_frame_counts_it(riverside):
    first, *_ = told(riverside, 3)
    client = browser(riverside)
    client.post(f"{HERE}inbox/{first.pk}/read/")
    page = client.get(f"{HERE}inbox/").content.decode()
    assert re.findall(r"Thing \d\.(?=</p>)", page) == ["Thing 2.", "Thing 1.", "Thing 0."]
    assert "2 lines are unread." in page
    assert re.search(r'bb-tag">2<', client.get(f"{HERE}account/").content.decode())


def test_what_a_person_owes_stands_above_in_all_initiatives_and_is_gone_when_it_is_done(riverside):
    with riverside.scope():
        ana, ben = riverside.people.ana, riverside.people.ben
        other = Initiative.objects.create(slug="early", name="Early years", starts_on=date(2026, 1, 1))
        long_ago, ahead = date(2026, 1, 5), date(2199, 1, 1)
        for initiative, what, due_on in (
            (other, "Call the school", long_ago),
            (riverside.initiative, "Ask Lea", ahead),
        ):
            actions.add(initiative=initiative, what=what, owner=ben, due_on=due_on, by=ana)
    page = browser(riverside).get(f"{HERE}inbox/").content.decode()
    first = page[page.index('id="due"') :].split("</li>")[0]
    assert "Call the school" in first
    assert "Early years" in first
    assert "late" in first.lower()
    assert "/early/actions/1/" in first
    assert "What you were told" in page
    assert "A-1" not in browser(riverside, "ana").get(f"{HERE}inbox/").content.decode()
    with riverside.scope():
        for action in Action.objects.all():
            actions.move(action=action, state="done", note="", by=ben)
    assert 'id="due"' not in browser(riverside).get(f"{HERE}inbox/").content.decode()


def test_opening_a_line_marks_it_and_goes_there(riverside):
    (note,) = told(riverside, url="/o/riverside/-/account/")
    answer = browser(riverside).post(f"{HERE}inbox/{note.pk}/open/")
    assert answer["Location"] == "/o/riverside/-/account/"
    assert unread(riverside) == 0


def test_opening_the_thing_itself_marks_its_line_by_whatever_way_one_came(riverside):
    told(riverside, url="/o/riverside/-/account/#name")
    client = browser(riverside)
    client.get(f"{HERE}inbox/")
    assert unread(riverside) == 1
    page = client.get(f"{HERE}account/").content.decode()
    assert unread(riverside) == 0
    assert 'bb-tag">1<' not in page


@pytest.mark.parametrize("url", ["https://elsewhere.example/x", "//elsewhere.example", "javascript:alert(1)"])
def test_a_line_leads_nowhere_else(riverside, url):
    (note,) = told(riverside, url=url)
    assert browser(riverside).post(f"{HERE}inbox/{note.pk}/open/")["Location"] == f"{HERE}inbox/"


def test_all_are_marked_and_that_is_taken_back(riverside):
    first, *_ = told(riverside, 3)
    client = browser(riverside)
    client.post(f"{HERE}inbox/{first.pk}/read/")
    answer = client.post(f"{HERE}inbox/read/")
    assert unread(riverside) == 0
    page = client.get(answer["Location"]).content.decode()
    at = re.search(r'name="at" value="([^"]+)"', page)[1]
    client.post(f"{HERE}inbox/undo/", {"at": at})
    assert unread(riverside) == 2, "what was read before stays read"
    assert client.post(f"{HERE}inbox/undo/", {"at": "yesterday"}).status_code == 404


def test_nobody_reads_anothers_inbox(riverside):
    (note,) = told(riverside)
    ana = browser(riverside, "ana")
    assert "Thing 0." not in ana.get(f"{HERE}inbox/").content.decode()
    for what in ("open", "read"):
        assert ana.post(f"{HERE}inbox/{note.pk}/{what}/").status_code == 404
    assert unread(riverside) == 1


def test_a_long_inbox_costs_as_many_queries_as_a_short_one(riverside):
    told(riverside, 2)
    client = browser(riverside)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{HERE}inbox/")
    told(riverside, 60)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{HERE}inbox/")
    assert len(many) == len(few)


# --- choices ----------------------------------------------------------------------------------------------------------
CHOSEN = {
    "wants_digest": "on", "hour": "7", "wants_reminders": "on", "due": "weekly", "inbox": "daily", "meetings": "weekly",
    "figures": "off", "published": "weekly", "activities": "weekly", "agenda": "monthly", "measured": "weekly",
    "partners": "weekly",
}  # fmt: skip


def link(place, what="digests", name="ben"):
    with place.scope():
        return f"/u/{composing.token_for(getattr(place.people, name), what)}/"


def chosen(place):
    with place.scope():
        return dict(Cadence.objects.values_list("kind", "often")), set(Cadence.objects.values_list("hour", flat=True))


def test_the_choices_are_in_the_account_and_behind_every_mails_link(riverside):
    for client, path in ((browser(riverside), f"{HERE}account/mail/"), (Client(), f"{link(riverside)}choose/")):
        page = client.get(path).content.decode()
        assert "What is addressed to you" in page
        assert client.post(path, CHOSEN).status_code in (200, 302)
        often, hours = chosen(riverside)
        assert (often["figures"], often["inbox"], often["agenda"], often["notices"]) == (
            "off",
            "daily",
            "monthly",
            "off",
        )
        assert hours == {7}
        page = client.get(path).content.decode()
        assert re.search(r'<option value="off" selected[^>]*>', page)
        with riverside.scope():
            Cadence.objects.all().delete()


def test_an_unknown_rhythm_is_refused_and_says_so(riverside):
    path = f"{link(riverside)}choose/"
    assert Client().post(path, CHOSEN | {"agenda": "hourly"}).status_code == 422
    assert chosen(riverside) == ({}, set())


def test_the_link_opens_choices_and_nothing_else(riverside, hillcrest):
    page = Client().get(f"{link(riverside)}choose/").content.decode()
    assert "ben@riverside.example" in page
    assert "Ana" not in page, "names nobody else"
    assert Client().get(link(riverside, "nonsense")).status_code == 404
    with riverside.scope():
        Membership.objects.filter(name="Ben").update(is_active=False)
    assert Client().get(f"{link(riverside)}choose/").status_code == 404


def test_a_mail_of_a_person_leads_to_the_choices_and_stops_nothing_by_itself(riverside):
    mailed = link(riverside, "choices")
    answer = Client().post(mailed, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer["Location"]) == (302, f"{mailed}choose/")
    with riverside.scope():
        assert not Change.objects.filter(verb="member.unsubscribed").exists()


@pytest.mark.parametrize("what", ["releases", "notices"])
def test_one_click_stops_each_sort_of_mail_of_its_own(riverside, what):
    for _ in range(2):
        assert Client().post(link(riverside, what), {"List-Unsubscribe": "One-Click"}).status_code == 204
    often, _hours = chosen(riverside)
    assert often == {what: "off"}
    with riverside.scope():
        assert Change.objects.filter(verb="member.unsubscribed").count() == 1


def test_a_reader_of_publications_is_asked_about_those_alone(riverside):
    page = browser(riverside, "fay").get(f"{HERE}account/mail/").content.decode()
    assert "A mail when something is published" in page
    assert "Reminders of reports" not in page


def test_being_away_is_written_down_with_a_deputy_and_ended(riverside):
    with riverside.scope():
        lea = factories.make_member("lea@riverside.example", "Lea", "partner_lead", partner=riverside.partners[0])
    client, path = browser(riverside), f"{HERE}account/mail/"
    days = {"starts_on": "2126-11-09", "ends_on": "2126-11-15"}
    assert client.post(f"{path}away/", days | {"deputy": riverside.people.fay.pk}).status_code == 422
    assert client.post(f"{path}away/", days | {"ends_on": "2126-11-01"}).status_code == 422
    assert client.post(f"{path}away/", days | {"deputy": lea.pk}).status_code == 302
    assert "reminders go to Lea" in client.get(path).content.decode()
    with riverside.scope():
        away = Away.objects.get()
    assert browser(riverside, "ana").post(f"{path}away/{away.pk}/back/").status_code == 404
    assert client.post(f"{path}away/{away.pk}/back/").status_code == 302
    with riverside.scope():
        assert not Away.objects.exists()
