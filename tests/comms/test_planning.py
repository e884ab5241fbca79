"""What is planned for whom and when: reminders that stop, one mail a day, a digest that says something or nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agenda.services import tree  # noqa: F401  teaches the verbs that are told here
from backbone import changes
from backbone.models import Membership
from backbone.roles import Role
from backbone.services import seals
from backbone.tenancy import active_tenant_id
from comms import tasks
from comms.models import Announcement, Mail, Run
from comms.selectors.reminded import last_reminded
from comms.services import announcements, planning, sending
from measures.models import Figure
from measures.rules.figures import Entry
from measures.services import corrections, filings
from tests import factories

OCTOBER = date(2026, 10, 1)
Kind, Status = Mail.Kind, Mail.Status


def at(day, hour=14, minute=0, month=11, year=2026):
    """An instant by its UTC clock; 14:00 is 09:00 in New York in winter."""
    return time_machine.travel(datetime(year, month, day, hour, minute, tzinfo=UTC), tick=False)


def plan(place, times=1):
    for _ in range(times):
        for step in planning.STEPS:
            with place.scope():
                step(timezone.now())


def mails(place, kind, **wanted):
    with place.scope():
        return list(Mail.objects.filter(kind=kind, **wanted).select_related("recipient").order_by("pk"))


@pytest.fixture
def place(riverside):
    with riverside.scope():
        riverside.indicator = factories.make_indicator(riverside.initiative, due_day=10, lock_day=25)
        riverside.people.lea = factories.make_member(
            "lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0]
        )
    return riverside


@pytest.fixture
def bare(place):
    """Riverside with people who want no digest: what has mails of its own has them whatever the day."""
    with place.scope():
        Membership.objects.update(wants_digest=False)
    return place


def names(found):
    return [mail.recipient.name for mail in found]


def test_reminders_come_before_on_and_after_the_day_to_the_filer_and_late_ones_to_the_lead_too(bare):
    told = {}
    for day in range(1, 31):
        with at(day):
            plan(bare, times=2)
            told[day] = names(mails(bare, Kind.REMINDER, period_key=f"2026-11-{day:02d}"))
    assert {day: who for day, who in told.items() if who} == {
        5: ["Ben"],
        10: ["Ben"],
        13: ["Ben", "Lea"],
        20: ["Ben", "Lea"],
    }, "and none after the lock"


def test_nobody_is_reminded_before_eight_and_a_missed_day_is_caught_up_once(bare):
    with at(5, 12, 59):
        plan(bare)
        assert mails(bare, Kind.REMINDER) == []
    with at(7, 13, 0):
        plan(bare, times=3)
        assert names(mails(bare, Kind.REMINDER)) == ["Ben"]
    with at(8, 15, 0):
        plan(bare)
        assert len(mails(bare, Kind.REMINDER)) == 1


def test_eight_is_eight_where_the_reader_is(bare):
    with bare.scope():
        Membership.objects.filter(name="Ben").update(timezone="Pacific/Kiritimati")
    with at(4, 17, 59):
        plan(bare)
        assert mails(bare, Kind.REMINDER) == []
    with at(4, 18, 0):
        plan(bare)
        assert [mail.period_key for mail in mails(bare, Kind.REMINDER)] == ["2026-11-05"]


def test_one_mail_a_day_names_everything_that_is_owed(bare):
    with bare.scope():
        for partner in bare.partners[1:]:
            factories.Grant.objects.create(membership=bare.people.ben, role=Role.PARTNER_FILER, partner=partner)
    with at(10):
        plan(bare)
        (mail,) = mails(bare, Kind.REMINDER, recipient__name="Ben")
    assert mail.subject == "3 reports wait for you"
    for code in ("P1", "P2", "P3"):
        assert f"/filings/{code}/2026-10/" in mail.text
        assert f"/filings/{code}/2026-10/" in mail.html
    assert len(mail.about) == 3


def test_what_is_no_report_is_not_called_one(bare):
    """A signature or an answer is due as well, by the same mail."""
    with bare.scope():
        announcements.announce(
            initiative=bare.initiative, title="The hall is closed", by=bare.people.ana, needs_answer=True,
            partners=bare.partners[:1],
        )  # fmt: skip
        Announcement.objects.update(at=datetime(2026, 11, 3, 15, tzinfo=UTC))
    with at(10):
        plan(bare)
        (mail,) = mails(bare, Kind.REMINDER, recipient__name="Ben")
    assert mail.subject == "2 things wait for you"
    for words in (mail.text, mail.html):
        assert "The hall is closed" in words
        assert "It stops when it is done." in words
    assert mail.html.count("Open the report") == mail.html.count("Open it") == 1
    with bare.scope():
        factories.make_figure(bare.indicator, bare.partners[0], OCTOBER, 300, state="submitted")
    with at(13):
        plan(bare)
        mail = mails(bare, Kind.REMINDER, recipient__name="Ben")[-1]
    assert "The hall is closed" in mail.subject
    assert "report" not in mail.text.replace("/report", "")


def test_reminders_stop_when_it_is_filed_even_between_planning_and_sending(bare, settings):
    settings.DELIVERY = ""
    with at(10):
        plan(bare)
        with bare.scope():
            factories.make_figure(bare.indicator, bare.partners[0], OCTOBER, 300, state="submitted")
        sending.deliver(bare.tenant.pk)
        (mail,) = mails(bare, Kind.REMINDER)
        assert (mail.status, mail.smtp_code) == (Status.SKIPPED, "gone")
    with at(13):
        plan(bare)
        assert len(mails(bare, Kind.REMINDER)) == 1


def test_a_reminder_of_two_names_one_when_the_other_was_filed_meanwhile(bare, settings):
    settings.DELIVERY = ""
    with bare.scope():
        factories.Grant.objects.create(membership=bare.people.ben, role=Role.PARTNER_FILER, partner=bare.partners[1])
    with at(10):
        plan(bare)
        with bare.scope():
            factories.make_figure(bare.indicator, bare.partners[0], OCTOBER, 0, state="submitted")
        sending.deliver(bare.tenant.pk)
        (mail,) = mails(bare, Kind.REMINDER)
    assert mail.status == Status.SENT
    assert "/filings/P2/" in mail.text
    assert "/filings/P1/" not in mail.text + mail.html


@pytest.mark.parametrize("field", ["wants_reminders", "is_active"])
def test_who_unsubscribed_or_left_gets_nothing_not_even_what_was_planned(bare, settings, field):
    settings.DELIVERY = ""
    with at(5):
        plan(bare)
        with bare.scope():
            Membership.objects.filter(name="Ben").update(**{field: False})
        sending.deliver(bare.tenant.pk)
        assert [mail.status for mail in mails(bare, Kind.REMINDER)] == [Status.SKIPPED]
    with at(10):
        plan(bare)
        assert "Ben" not in names(mails(bare, Kind.REMINDER, period_key="2026-11-10"))


def test_a_partner_without_a_filer_is_reminded_through_its_lead_from_the_start(bare):
    with bare.scope():
        bare.people.ben.grants.all().delete()
    with at(5):
        plan(bare)
        assert names(mails(bare, Kind.REMINDER)) == ["Lea"]


def test_the_chase_list_knows_when_a_partner_was_reminded(place):
    with at(5):
        plan(place)
    with place.scope():
        ids = [partner.pk for partner in place.partners]
        assert last_reminded(place.initiative, ids, OCTOBER) == {
            place.partners[0].pk: datetime(2026, 11, 5, 14, 0, tzinfo=UTC)
        }
        assert last_reminded(place.initiative, ids, date(2026, 9, 1)) == {}


def test_a_returned_line_comes_as_one_mail_with_the_words_and_the_way_to_that_line(bare):
    with at(11):
        with bare.scope():
            factories.make_figure(
                bare.indicator, bare.partners[0], OCTOBER, 0, state="submitted", submitted_by=bare.people.ben
            )
            filings.return_line(
                initiative=bare.initiative, partner=bare.partners[0], period=OCTOBER, indicator=bare.indicator.pk,
                words="Is 0 right? You had 12 seats.", by=bare.people.ana,
            )  # fmt: skip
        plan(bare, times=3)
        (mail,) = mails(bare, Kind.RETURNED)
    assert mail.recipient.name == "Ben"
    assert mail.subject == "Completions returned: Is 0 right? You had 12 seats."
    assert f"/filings/P1/2026-10/#line-{bare.indicator.pk}" in mail.text
    assert mail.headers["Reply-To"] == "ana@riverside.example"


def test_a_return_that_was_answered_before_anybody_was_told_is_not_told(bare):
    with at(11):
        with bare.scope():
            factories.make_figure(
                bare.indicator, bare.partners[0], OCTOBER, 0, state="submitted", submitted_by=bare.people.ben
            )
            filings.return_line(
                initiative=bare.initiative, partner=bare.partners[0], period=OCTOBER, indicator=bare.indicator.pk,
                words="Is 0 right?", by=bare.people.ana,
            )  # fmt: skip
            Figure.objects.update(state="submitted")
        plan(bare)
        assert mails(bare, Kind.RETURNED) == []


def override(place, value, by, months=(10,)):
    for month in months:
        corrections.override(
            initiative=place.initiative, partner=place.partners[0], period=date(2026, month, 1),
            indicator=place.indicator, cells={"": Entry(value=Decimal(value))}, reason="Audit of October", by=by,
        )  # fmt: skip


def test_an_override_is_told_to_the_filers_and_the_lead_once(bare):
    with at(11):
        with bare.scope():
            factories.make_figure(bare.indicator, bare.partners[0], OCTOBER, 300)
            override(bare, 290, bare.people.ana)
        plan(bare, times=3)
        ben, lea = mails(bare, Kind.NOTICE)
    assert names([ben, lea]) == ["Ben", "Lea"]
    assert ben.subject == "Ana corrected approved figures of Partner P1 for October 2026: Audit of October"
    assert "/indicators/completions/P1/2026-10/" in ben.text
    assert "Nobody asked you first" in ben.text
    assert ben.headers["Reply-To"] == "ana@riverside.example"


def test_many_overrides_are_one_mail(bare):
    with at(11):
        with bare.scope():
            for month in (8, 9, 10):
                factories.make_figure(bare.indicator, bare.partners[0], date(2026, month, 1), 300)
            override(bare, 290, bare.people.ana, months=(8, 9, 10))
        plan(bare)
        found = mails(bare, Kind.NOTICE)
    assert [mail.subject for mail in found] == ["3 things about figures of P1"] * 2


def test_a_mail_about_several_figures_says_of_each_which_it_is(bare):
    with at(11):
        with bare.scope():
            other = factories.make_indicator(bare.initiative, name="Open seats", slug="open-seats", due_day=10)
            for indicator in (bare.indicator, other):
                factories.make_figure(indicator, bare.partners[0], OCTOBER, 300)
                corrections.override(
                    initiative=bare.initiative, partner=bare.partners[0], period=OCTOBER, indicator=indicator,
                    cells={"": Entry(value=Decimal(290))}, reason="Audit", by=bare.people.ana,
                )  # fmt: skip
        plan(bare)
        ben = mails(bare, Kind.NOTICE)[0]
    sentence = "Ana corrected approved figures of Partner P1 for October 2026: Audit."
    assert f"{bare.indicator.name}\n{sentence}\n" in ben.text
    assert f"Open seats\n{sentence}\n" in ben.text
    assert ben.html.count(sentence) == 2
    assert ben.html.count(">Open seats</h2>") == 1


def test_a_proposal_is_told_to_the_partner_and_an_acceptance_to_nobody(bare):
    with at(11):
        with bare.scope():
            factories.make_figure(bare.indicator, bare.partners[0], OCTOBER, 300)
            proposal = corrections.propose(
                initiative=bare.initiative, partner=bare.partners[0], period=OCTOBER, indicator=bare.indicator,
                cells={"": Entry(value=Decimal(280))}, reason="Audit", by=bare.people.ana,
            )  # fmt: skip
        plan(bare)
        with bare.scope():
            corrections.approve(correction=proposal, by=bare.people.lea)
        plan(bare)
        found = mails(bare, Kind.NOTICE)
    assert names(found) == ["Ben", "Lea"]
    assert f"/corrections/{proposal.pk}/" in found[0].text


def tell(place, verb, day, partner=None, by=None, **facts):
    with at(day, 12), place.scope():
        changes.record(verb, on="test", by=by, initiative=place.initiative, partner=partner, **facts)


def test_a_digest_tells_staff_everything_and_a_partner_its_own_and_what_is_common(place):
    one, two, _ = place.partners
    tell(place, "filing.submitted", 12, partner=one, by=place.people.lea, figures=4, period="2026-10")
    tell(place, "filing.submitted", 13, partner=two, by=None, figures=5, period="2026-10")
    tell(place, "outcome.added", 14, by=place.people.ana, title="Young people stay in work")
    with at(16, 13, 0):
        plan(place, times=2)
    found = {mail.recipient.name: mail for mail in mails(place, Kind.DIGEST)}
    assert found.keys() == {"Ana", "Ben", "Lea"}, "a funder gets none"
    assert {mail.period_key for mail in found.values()} == {"2026-W47"}
    assert "Partner P2" in found["Ana"].text
    assert "Partner P2" not in found["Ben"].text + found["Ben"].html
    assert "Lea submitted 4 figures of Partner P1 for October 2026" in found["Ben"].text
    assert "Young people stay in work" in found["Ben"].text
    assert "Young people stay in work" not in found["Ana"].text, "what one did oneself is no news"
    assert "4 figures of" not in found["Lea"].text
    assert "Report for October 2026, P1" in found["Ben"].text


def test_a_digest_takes_the_last_seal_of_the_audit_log_to_whoever_may_read_all_of_it(place):
    tell(place, "outcome.added", 14, by=None, title="Young people stay in work")
    with place.scope():
        seals.seal()
        head = seals.head()
    assert head.number > 0
    with at(16, 13, 0):
        plan(place)
    found = {mail.recipient.name: mail for mail in mails(place, Kind.DIGEST)}
    assert f"{head.number}-{head.sha256}" in found["Ana"].text
    assert f"/-/audit/?head={head.number}-{head.sha256}" in found["Ana"].html
    for other in ("Ben", "Lea"):
        assert head.sha256 not in found[other].text + found[other].html


def test_nothing_new_and_nothing_owed_sends_nothing_and_is_not_asked_again(place):
    with place.scope():
        for partner in place.partners:
            factories.make_figure(place.indicator, partner, OCTOBER, 3)
    with at(16, 13, 0):
        plan(place)
        assert {mail.status for mail in mails(place, Kind.DIGEST)} == {Status.SKIPPED}
        before = len(mails(place, Kind.DIGEST))
    tell(place, "outcome.added", 17, by=None, title="Later")
    with at(17, 18, 0):
        plan(place)
        assert len(mails(place, Kind.DIGEST)) == before
    with at(23, 13, 0):
        plan(place)
        told = mails(place, Kind.DIGEST, period_key="2026-W48", status=Status.PENDING)
        assert names(told) == ["Ana", "Ben", "Lea"]
        assert all("Later" in mail.text for mail in told)


def test_news_is_told_once_though_weeks_follow(place):
    with place.scope():
        for partner in place.partners:
            factories.make_figure(place.indicator, partner, OCTOBER, 3)
    tell(place, "outcome.added", 12, by=None, title="Once only")
    for day in (16, 23, 30):
        with at(day, 13, 0):
            plan(place)
    told = [mail for mail in mails(place, Kind.DIGEST, recipient__name="Ana") if "Once only" in mail.text]
    assert [mail.period_key for mail in told] == ["2026-W47"]


def test_the_figures_of_a_digest_name_their_coverage_and_the_readers_part(place):
    with place.scope():
        factories.make_figure(place.indicator, place.partners[0], OCTOBER, 300)
        factories.make_figure(place.indicator, place.partners[1], OCTOBER, 400)
    tell(place, "outcome.added", 12, by=None, title="News")
    with at(16, 13, 0):
        plan(place)
    (mail,) = mails(place, Kind.DIGEST, recipient__name="Ben")
    assert "Completions: 700 · so far · 2 of 3 partners have filed" in mail.text
    assert "P1: 300" in mail.text


def test_a_stale_digest_is_left_out_and_its_news_comes_with_the_next(place, settings):
    settings.DELIVERY = ""
    tell(place, "outcome.added", 12, by=None, title="During the outage")
    with at(16, 13, 0):
        plan(place)
    with at(19, 13, 0):
        sending.deliver(place.tenant.pk)
        assert {(mail.status, mail.smtp_code) for mail in mails(place, Kind.DIGEST)} == {(Status.SKIPPED, "stale")}
    with at(23, 13, 0):
        plan(place)
        (mail,) = mails(place, Kind.DIGEST, recipient__name="Ben", period_key="2026-W48")
        assert "During the outage" in mail.text


def test_a_digest_reads_in_its_readers_language_and_can_be_stopped_in_one_click(place):
    tell(place, "outcome.added", 12, by=None, title="News")
    with at(16, 13, 0):
        plan(place)
    (mail,) = mails(place, Kind.DIGEST, recipient__name="Ben")
    link = mail.headers["List-Unsubscribe"].strip("<>")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.text
    assert link in mail.html
    assert "@media (prefers-color-scheme: dark)" in mail.html
    assert "style=" in re.search(r"<table[^>]*card[^>]*>", mail.html)[0], "inlined, and the media rules stay"


def crowd(place, numbers):
    with place.scope():
        for number in numbers:
            partner = place.partners[number % 3]
            factories.make_member(f"p{number}@riverside.example", f"P {number}", Role.PARTNER_FILER, partner=partner)


def test_planning_costs_the_same_number_of_queries_for_three_people_and_for_thirty(place):
    tell(place, "outcome.added", 12, by=None, title="News")
    crowd(place, range(3))
    with at(16, 13, 0), CaptureQueriesContext(connection) as few:
        plan(place)
    assert len(mails(place, Kind.DIGEST)) == 6
    with place.scope():
        Mail.objects.all().delete()
        Run.objects.all().delete()
    crowd(place, range(3, 30))
    with at(16, 13, 0), CaptureQueriesContext(connection) as many:
        plan(place)
    assert len(mails(place, Kind.DIGEST)) == 33
    assert mails(place, Kind.REMINDER) == [], "the digest says it that day"
    assert len(many) == len(few)


def test_a_tick_with_nothing_to_do_asks_little(place):
    with at(4, 3, 0), CaptureQueriesContext(connection) as asked:
        tasks.tick()
    assert len(asked) <= 36


def test_a_tenant_that_fails_does_not_stop_the_next(place, hillcrest, monkeypatch, nudged):
    with hillcrest.scope():
        factories.make_indicator(hillcrest.initiative, due_day=10, lock_day=25)

    def broken(now, who=None):
        if active_tenant_id() == place.tenant.pk:
            raise RuntimeError("this tenant's rows are odd")

    monkeypatch.setattr(planning, "STEPS", (broken, *planning.STEPS))
    with at(5):
        tasks.tick()
        tasks.tick()
    assert names(mails(hillcrest, Kind.REMINDER)) == ["Ben"]
    assert names(mails(place, Kind.REMINDER)) == ["Ben"], "and another step of its own goes on as well"
    assert ("comms.tasks.deliver", hillcrest.tenant.pk) in nudged


def test_a_tick_gives_no_second_sender_to_whoever_has_one(place, nudged):
    with at(5):
        tasks.tick()
        with place.scope():
            Mail.objects.update(status=Status.SENDING, lease_until=timezone.now() + timedelta(minutes=5))
        nudged.clear()
        tasks.tick()
        assert nudged == []
    with at(5, 14, 6):
        tasks.tick()
        assert nudged == [("comms.tasks.deliver", place.tenant.pk)]
