"""One bundle per person and rhythm: what goes into it, what waits for it, and when nothing comes at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backbone.models import Membership, Tenant
from backbone.roles import Role
from backbone.services import tenants
from comms.models import Away, Cadence, Mail, Note
from comms.rules import Often
from comms.services import announcements, inbox, notes, preferences, sending
from measures.rules.figures import Entry
from measures.services import corrections
from tests import factories
from tests.comms.test_planning import OCTOBER, at, mails, names, plan, tell

Kind, Status = Mail.Kind, Mail.Status


@pytest.fixture
def place(riverside):
    """Riverside with a report that everybody has handed in, so that nothing waits for anybody."""
    with riverside.scope():
        riverside.indicator = factories.make_indicator(riverside.initiative, due_day=10, lock_day=25)
        for partner in riverside.partners:
            factories.make_figure(riverside.indicator, partner, OCTOBER, 300)
        riverside.people.lea = factories.make_member(
            "lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0]
        )
    return riverside


def wish(place, name, hour=8, **often):
    with place.scope():
        member = Membership.objects.get(name=name)
        for kind, one in often.items():
            Cadence.objects.create(member=member, kind=kind, often=one, hour=hour)


def note(place, name, key, text, url=""):
    with place.scope():
        notes.tell(member=Membership.objects.get(name=name), kind="action", key=key, text=text, url=url)


def override(place, value, month=10):
    with place.scope():
        corrections.override(
            initiative=place.initiative, partner=place.partners[0], period=date(2026, month, 1),
            indicator=place.indicator, cells={"": Entry(value=Decimal(value))}, reason=f"Audit {value}",
            by=place.people.ana,
        )  # fmt: skip


def of(place, name, kind=None):
    """Everything that was planned for a person and says something, as (day, kind)."""
    with place.scope():
        found = Mail.objects.filter(recipient__name=name).exclude(status=Status.SKIPPED)
        if kind is not None:
            found = found.filter(kind=kind)
        return list(found.order_by("pk"))


def test_seven_events_in_a_day_are_one_mail(place):
    for hour in range(7):
        with at(12, 14 + hour % 6, hour * 7):
            override(place, 290 + hour)
            plan(place)
    assert [mail.kind for mail in of(place, "Ben")] == [Kind.NOTICE]
    assert "Audit 290" in of(place, "Ben")[0].subject
    with at(16, 14):
        plan(place, times=2)
    digest = of(place, "Ben")[1]
    assert digest.kind == Kind.DIGEST
    told = [value for value in range(290, 297) if f"Audit {value}" in digest.text]
    assert told == [291, 292, 293, 294, 295, 296], "the rest, and not what was mailed already"


def test_a_third_routine_mail_of_a_week_waits_for_the_digest_and_the_tenant_says_how_many(place):
    def week():
        for day in (16, 17, 18, 19):
            with at(day, 14):
                override(place, 200 + day)
                plan(place, times=2)
        return [(mail.kind, mail.created_at.day) for mail in of(place, "Ben")]

    with place.scope():
        tenants.change_settings(tenant=Tenant.objects.get(pk=place.tenant.pk), by=place.people.ana, mails_a_week=3)
    assert week() == [(Kind.DIGEST, 16), (Kind.NOTICE, 17), (Kind.NOTICE, 18)]
    with at(23, 14):
        plan(place)
    (last,) = [mail for mail in of(place, "Ben", Kind.DIGEST) if mail.period_key == "2026-W48"]
    assert "Audit 219" in last.text
    assert "Audit 218" not in last.text


def test_what_was_read_in_the_inbox_is_in_no_mail(place):
    with at(11, 2):
        note(place, "Ben", "action:1", "Say how many places you can open.", "/o/riverside/work/actions/1/")
        note(place, "Ben", "action:2", "Call the college.")
        override(place, 280)
    with at(11, 3):
        plan(place)
        with place.scope():
            inbox.mark_read(note=Note.objects.get(key="action:2"))
            inbox.mark_read(note=Note.objects.get(member=place.people.ben, key__startswith="change:"))
    with at(16, 14):
        plan(place)
    (digest,) = of(place, "Ben")
    assert "Say how many places you can open." in digest.text
    assert "http://127.0.0.1:8000/o/riverside/work/actions/1/" in digest.text
    assert "Call the college." not in digest.text + digest.html
    assert "Audit 280" not in digest.text + digest.html, "not as news either"
    with at(23, 14):
        plan(place)
    assert len(of(place, "Ben")) == 1, "what was mailed is not mailed again, and an empty digest is not sent"


def test_a_digest_that_could_not_be_sent_took_nothing_along(place, settings):
    settings.DELIVERY = ""
    with at(11, 14):
        note(place, "Ben", "action:1", "Call the college.")
    with at(16, 14):
        plan(place)
    with at(20, 14):
        sending.deliver(place.tenant.pk)
        assert {mail.smtp_code for mail in mails(place, Kind.DIGEST, status=Status.SKIPPED) if mail.text} == {"stale"}
    with at(23, 14):
        plan(place)
    assert "Call the college." in mails(place, Kind.DIGEST, period_key="2026-W48", recipient__name="Ben")[0].text


def test_each_topic_comes_in_its_own_rhythm_and_what_is_off_never(place):
    wish(place, "Ana", agenda="daily", figures="monthly", partners="off")
    tell(place, "outcome.added", 26, by=None, title="Stay in work")
    tell(place, "filing.submitted", 26, partner=place.partners[0], by=None, figures=4, period="2026-10")
    tell(place, "partner.joined", 26, partner=place.partners[0], by=None, initiative_name="Work")
    tell(place, "indicator.defined", 26, by=None, name="Wages")
    with at(26, 14):
        plan(place, times=2)
    (daily,) = mails(place, Kind.DIGEST, recipient__name="Ana", period_key="2026-11-26")
    assert "Stay in work" in daily.text
    assert "Your day, Ana" in daily.text
    assert "4 figures" not in daily.text + daily.html
    with at(1, 14, month=12):
        plan(place, times=2)
    found = mails(place, Kind.DIGEST, recipient__name="Ana", status=Status.PENDING)
    assert len(found) == 2, "the month's, the week's and the day's are one mail"
    assert "Your month, Ana" in found[1].text
    assert "submitted 4 figures of Partner P1" in found[1].text
    assert "Wages" in found[1].text
    assert not any("to Work." in mail.text or "Stay in work" in mail.text for mail in found[1:])


def test_a_clock_that_goes_back_and_two_who_plan_make_one_mail(place):
    tell(place, "outcome.added", 12, by=None, title="News")
    for hour in (13, 12, 14, 13):
        with at(16, hour):
            plan(place, times=2)
    assert len(of(place, "Ben")) == 1


def test_the_hour_is_the_readers_on_the_readers_clock(place):
    wish(place, "Ben", hour=17, agenda="weekly")
    tell(place, "outcome.added", 12, by=None, title="News")
    with place.scope():
        Membership.objects.filter(name="Ben").update(timezone="Asia/Tokyo")
    with at(16, 7, 59):
        plan(place)
    assert of(place, "Ben") == []
    with at(16, 8):
        plan(place)
    assert [mail.period_key for mail in of(place, "Ben")] == ["2026-W47"]


def test_a_notice_waits_until_it_is_no_longer_quiet(place):
    with at(12, 3):  # ten in the evening in New York
        override(place, 280)
        plan(place)
        assert of(place, "Ben") == []
        with place.scope():
            assert Note.objects.filter(member=place.people.ben).count() == 1, "the inbox knows at once"
    with at(12, 13):
        plan(place)
    assert [mail.kind for mail in of(place, "Ben")] == [Kind.NOTICE]


def test_who_wants_no_notices_reads_it_in_the_digest(place):
    with place.scope():
        preferences.unsubscribe(membership=place.people.ben, what="notices")
    with at(12, 14):
        override(place, 280)
        plan(place)
    assert names(mails(place, Kind.NOTICE)) == ["Lea"]
    with at(16, 14):
        plan(place)
    assert ["Audit 280" in mail.text for mail in of(place, "Ben")] == [True]


# --- away -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def absence(riverside):
    """Ben, who files for P1, is away for a week around the day on which October is due; Lea stands in."""
    with riverside.scope():
        factories.make_indicator(riverside.initiative, due_day=10, lock_day=25)
        riverside.people.lea = factories.make_member(
            "lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0]
        )
        Membership.objects.update(wants_digest=False)
        preferences.go_away(
            membership=riverside.people.ben, starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 15),
            deputy=riverside.people.lea,
        )  # fmt: skip
    return riverside


def test_the_deputy_is_reminded_of_what_somebody_who_is_away_owes(absence, settings):
    settings.DELIVERY = ""
    for day in (5, 10):
        with at(day):
            plan(absence)
    assert [(mail.period_key, mail.recipient.name) for mail in mails(absence, Kind.REMINDER)] == [
        ("2026-11-05", "Ben"),
        ("2026-11-10", "Lea"),
    ]
    with at(10, 14, 5):
        sending.deliver(absence.tenant.pk)
    assert [mail.status for mail in mails(absence, Kind.REMINDER)] == [Status.SKIPPED, Status.SENT]


def test_only_a_colleague_stands_in_and_a_span_ends_after_it_starts(absence):
    from backbone.problems import Refused

    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 3)}
    with absence.scope():
        with pytest.raises(Refused, match="own organization"):
            preferences.go_away(membership=absence.people.ben, deputy=absence.people.fay, **days)
        with pytest.raises(Refused):
            preferences.go_away(membership=absence.people.ben, starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 1))
        assert Away.objects.count() == 1


def test_no_digest_comes_to_who_is_away_and_the_next_tells_everything(place):
    with place.scope():
        preferences.go_away(membership=place.people.ben, starts_on=date(2026, 11, 14), ends_on=date(2026, 11, 20))
    tell(place, "outcome.added", 12, by=None, title="While away")
    for day in (16, 23):
        with at(day, 14):
            plan(place)
    assert [(mail.period_key, "While away" in mail.text) for mail in of(place, "Ben")] == [("2026-W48", True)]


def test_choices_are_kept_and_asked_for_again(place):
    with place.scope():
        for _ in range(2):
            preferences.choose(
                membership=place.people.ben, often={"figures": Often.OFF, "agenda": Often.DAILY}, hour=6,
                wants_digest=True, wants_reminders=False, wants_notices=False,
            )  # fmt: skip
        assert set(Cadence.objects.values_list("kind", "often", "hour")) == {
            ("figures", "off", 6), ("agenda", "daily", 6), ("notices", "off", 6), ("releases", "weekly", 6)
        }  # fmt: skip
        with pytest.raises(TypeError, match="weather"):
            preferences.choose(
                membership=place.people.ben, often={"weather": Often.OFF}, hour=6, wants_digest=True,
                wants_reminders=True,
            )  # fmt: skip


def test_an_announcement_that_asks_for_no_answer_comes_in_the_rhythm_that_each_reader_chose(place):
    wish(place, "Ben", inbox=Often.DAILY)
    for day in (9, 10, 11):
        with at(day, 14):
            plan(place)
    with at(11, 15), place.scope():
        announcements.announce(initiative=place.initiative, title="The hall is closed", by=place.people.ana)
    for day in (11, 12, 13, 16):
        with at(day, 14 if day > 11 else 16):
            plan(place, times=2)
    told = {name: [mail.created_at.day for mail in of(place, name) if "The hall is closed" in mail.text] for name in
            ("Ben", "Lea", "Ana")}  # fmt: skip
    assert told == {"Ben": [12], "Lea": [16], "Ana": []}
    (mail,) = [mail for mail in of(place, "Lea") if "The hall is closed" in mail.text]
    assert "/announcements/" in mail.text


def test_old_notes_are_left_to_the_inbox(place):
    with at(1, 14, month=8), place.scope():
        notes.tell(member=place.people.ben, kind="action", key="action:9", text="Long ago.")
    with at(16, 14):
        plan(place)
        with place.scope():
            assert Note.objects.get().at < timezone.now() - timedelta(days=70)
    assert of(place, "Ben") == []
