"""Pulses: two questions a quarter, nobody's answer told."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import available_timezones

import pytest
import time_machine
from django.utils import timezone

from backbone.conditions import due, registered
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services.moving_zip import archive
from comms.models import Pulse, PulseQuestion, PulseTaken, PulseTally
from comms.rules.pulses import quarter_of, share
from comms.selectors.pulses import results_of
from comms.services import pulses
from tests import factories

pytestmark = pytest.mark.django_db
OPEN, CLOSE = date(2026, 11, 10), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


def ask(place, *asked: str, opens: date = OPEN, closes: date = CLOSE) -> Pulse:
    return pulses.open_pulse(
        initiative=place.initiative, asked=asked, opens_on=opens, closes_on=closes, by=place.people.ana
    )


def people(place, count: int):
    return [
        factories.make_member(f"m{n}@x.example", f"M{n}", Role.PARTNER_MEMBER, partner=place.partners[0])
        for n in range(count)
    ]


def test_at_most_two_questions_are_asked_a_quarter(in_riverside):
    ask(in_riverside, "recall")
    with pytest.raises(Refused):
        ask(in_riverside, "comms", "measures")
    with pytest.raises(Refused):
        ask(in_riverside)
    ask(in_riverside, "comms", opens=date(2026, 12, 1), closes=date(2026, 12, 5))
    with pytest.raises(Refused):
        ask(in_riverside, "measures", opens=date(2026, 12, 31), closes=date(2027, 1, 5))
    ask(in_riverside, "measures", "backbone", opens=date(2027, 1, 1), closes=date(2027, 1, 5))
    assert quarter_of(date(2026, 12, 31)) == date(2026, 10, 1)


def test_the_goal_is_asked_among_others_and_only_when_there_is_one(in_riverside):
    ask(in_riverside, "recall")
    question = PulseQuestion.objects.get()
    assert question.choices[question.right] == "Every young person in Riverside finds a way into work"
    assert len(set(question.choices)) == 4
    in_riverside.initiative.sections.all().delete()
    with pytest.raises(Refused):
        ask(in_riverside, "recall", opens=date(2027, 1, 1), closes=date(2027, 1, 5))


def test_answers_are_counted_once_each_and_kept_without_names(in_riverside):
    pulse, members = ask(in_riverside, "comms"), people(in_riverside, 5)
    question = pulse.questions.get()
    for member, value in zip(members, (5, 4, 4, 3, 5), strict=True):
        assert [one.key for one in due(member, timezone.now())] == [f"pulse:{pulse.pk}"]
        pulses.take(pulse=pulse, answers={question.pk: value}, by=member)
        with pytest.raises(Refused):
            pulses.take(pulse=pulse, answers={question.pk: value}, by=member)
        assert due(member, timezone.now()) == []
    assert dict(PulseTally.objects.values_list("value", "count")) == {1: 0, 2: 0, 3: 1, 4: 2, 5: 2}
    assert PulseTaken.objects.count() == 5
    for last in ("2026-11-20T23:59:00Z", "2026-11-21T11:59:00Z"):
        (while_open,) = results_of(pulse, datetime.fromisoformat(last))
        assert while_open.answers == (), "somewhere it is still open"
    (after,) = results_of(pulse, datetime.fromisoformat("2026-11-21T12:00:00Z"))
    assert [count for _words, count, _right in after.answers] == [0, 0, 1, 2, 2]
    assert after.share == Decimal("0.8")
    with time_machine.travel("2026-11-25T15:00:00Z", tick=False):
        said = {one.slug: one.value for one in registered()[3].readings(in_riverside.initiative, timezone.now())}
    assert said["comms.heard"] == after.share
    assert said["agenda.recalled"] is None


def test_under_five_answers_nothing_is_told(in_riverside):
    pulse, members = ask(in_riverside, "comms"), people(in_riverside, 4)
    question = pulse.questions.get()
    for member in members:
        pulses.take(pulse=pulse, answers={question.pk: 1}, by=member)
    (found,) = results_of(pulse, datetime(2026, 12, 1, tzinfo=UTC))
    assert (found.answers, found.share) == ((), None)
    assert share("scale", {1: 4}) is None
    assert share("recall", {0: 3, 1: 2}, 0) == Decimal("0.6")


def test_wrong_and_late_answers_are_none(in_riverside):
    pulse, (member,) = ask(in_riverside, "comms"), people(in_riverside, 1)
    question = pulse.questions.get()
    for answers in ({}, {question.pk: 6}, {question.pk: 0}):
        with pytest.raises(Refused):
            pulses.take(pulse=pulse, answers=answers, by=member)
    with time_machine.travel("2026-11-25T15:00:00Z", tick=False), pytest.raises(Refused):
        pulses.take(pulse=pulse, answers={question.pk: 3}, by=member)


def test_a_pulse_is_opened_by_staff_and_answered_on_its_page(riverside, client):
    client.force_login(factories.user_of(riverside.people.ben))
    sent = {"asked": ["recall", "comms"], "opens_on": "2026-11-10", "closes_on": "2026-11-20"}
    assert client.post(riverside.url("pulses/"), sent).status_code == 403
    client.force_login(factories.user_of(riverside.people.ana))
    assert client.post(riverside.url("pulses/"), sent | {"closes_on": "2026-11-09"}).status_code == 422
    assert client.post(riverside.url("pulses/"), sent).status_code == 302
    with riverside.scope():
        pulse = Pulse.objects.get()
        recall, heard = pulse.questions.all()
    client.force_login(factories.user_of(riverside.people.ben))
    page = riverside.url(f"pulses/{pulse.pk}/")
    assert client.post(page, {f"q{recall.pk}": "0"}).status_code == 422
    assert client.post(page, {f"q{recall.pk}": str(recall.right), f"q{heard.pk}": "4"}).status_code == 302
    html = client.get(page).content.decode()
    assert "Send the answers" not in html
    assert "Told when it is over" in html


# --- nothing tells the answer that came between two readings ---


def answer(pulse: Pulse, value: int, *by) -> None:
    question = pulse.questions.get()
    for member in by:
        pulses.take(pulse=pulse, answers={question.pk: value}, by=member)


def taken_away(place) -> dict[str, str]:
    """The archive that an admin takes, table by table."""
    with zipfile.ZipFile(io.BytesIO(b"".join(archive(place.tenant)))) as found:
        names = [name for name in found.namelist() if name.endswith(".csv")]
        return {Path(name).stem: found.read(name).decode() for name in names}


def test_two_archives_around_one_answer_are_alike_while_it_is_open(riverside):
    with riverside.scope():
        pulse, (*members, last) = ask(riverside, "comms"), people(riverside, 7)
        answer(pulse, 4, *members)
    before = taken_away(riverside)
    with riverside.scope():
        answer(pulse, 1, last)
    after = taken_away(riverside)
    assert before == after
    assert (before["comms_pulsetally"], before["comms_pulsetaken"]) == ("", "")
    assert before["comms_pulse"]


def test_an_archive_of_what_is_over_tells_what_its_page_tells_and_no_more(riverside):
    with riverside.scope():
        told, hidden = ask(riverside, "comms"), ask(riverside, "measures")
        members = people(riverside, 6)
        answer(told, 4, *members)
        answer(hidden, 1, *members[:4])
        kept = told.questions.get().pk
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        rows = list(csv.reader(taken_away(riverside)["comms_pulsetally"].splitlines()))
    columns = [field.column for field in PulseTally._meta.concrete_fields]
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert {int(row["question_id"]) for row in found} == {kept}
    assert [int(row["count"]) for row in found] == [0, 0, 0, 6, 0]


def test_the_order_of_the_tallies_does_not_say_who_answered_first(in_riverside):
    pulse, (first, second) = ask(in_riverside, "comms"), people(in_riverside, 2)
    answer(pulse, 5, first)
    answer(pulse, 1, second)
    assert list(PulseTally.objects.order_by("pk").values_list("value", flat=True)) == [1, 2, 3, 4, 5]


def test_a_pulse_that_was_brought_in_without_its_answers_begins_anew(in_riverside):
    pulse, (member,) = ask(in_riverside, "comms"), people(in_riverside, 1)
    PulseTally.objects.all().delete()
    answer(pulse, 2, member)
    assert dict(PulseTally.objects.values_list("value", "count")) == {1: 0, 2: 1, 3: 0, 4: 0, 5: 0}


def test_a_clock_set_ahead_and_back_reads_nothing_while_somebody_can_answer(riverside, client):
    """An admin may choose the organization's time zone, and with it when its day ends."""
    with riverside.scope():
        pulse, (*members, last) = ask(riverside, "comms"), people(riverside, 6)
        answer(pulse, 4, *members)
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False):
        client.force_login(factories.user_of(riverside.people.ana))
        with riverside.scope():
            Tenant.objects.filter(pk=riverside.tenant.pk).update(timezone="Pacific/Kiritimati")
            with pytest.raises(Refused):
                answer(pulse, 1, last)
        html = client.get(riverside.url(f"pulses/{pulse.pk}/")).content.decode()
        assert "Told when its last day is over everywhere" in html
        with riverside.scope():
            Tenant.objects.filter(pk=riverside.tenant.pk).update(timezone="Pacific/Pago_Pago")
            answer(pulse, 1, last)
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False), riverside.scope():
        (found,) = results_of(pulse, timezone.now())
        assert [count for _words, count, _right in found.answers] == [1, 0, 0, 5, 0]
        for zone in available_timezones():
            Tenant.objects.filter(pk=riverside.tenant.pk).update(timezone=zone)
            with pytest.raises(Refused):
                answer(pulse, 1, riverside.people.ben)


def test_condition_health_asked_about_a_day_to_come_sees_no_open_pulse(in_riverside):
    pulse = ask(in_riverside, "comms")
    answer(pulse, 4, *people(in_riverside, 5))
    for as_of in (timezone.now(), datetime(2027, 1, 1, tzinfo=UTC)):
        said = {one.slug: one.value for one in registered()[3].readings(in_riverside.initiative, as_of)}
        assert said["comms.heard"] is None
