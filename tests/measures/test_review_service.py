"""Approving and returning: line by line, never one's own, never something else than what was seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from backbone.models import Change
from backbone.problems import Refused
from measures.models import Figure, Filing, Remark, Reopening, StaleMark
from measures.services import filings
from tests import factories

OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def line(in_riverside):
    factories.make_dimension(in_riverside.initiative, "age", "a", "b")
    indicator = factories.make_indicator(in_riverside.initiative, "seats", kind="stock", breakdowns=["age"])
    for category, value in (("", 12), ("age:a", 12)):
        factories.make_figure(
            indicator, in_riverside.partners[0], OCTOBER, value, category=category, state="submitted",
            submitted_by=in_riverside.people.ben,
        )  # fmt: skip
    return indicator


def where(place, **more):
    return {"initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER, **more}


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.problems[0].code


def test_approving_takes_total_and_parts_marks_and_tells(in_riverside, line):
    filings.approve(**where(in_riverside, indicators=[line.pk], by=in_riverside.people.ana))
    assert set(Figure.objects.values_list("state", "changed_by__name")) == {("approved", "Ana")}
    change = Change.objects.get()
    assert (change.verb, change.facts["names"], change.subject_id) == (
        "filing.approved",
        "Seats",
        Filing.objects.get().pk,
    )
    assert StaleMark.objects.values_list("indicator", "period", "partner_id").get() == (
        line.pk, OCTOBER, in_riverside.partners[0].pk,
    )  # fmt: skip


def test_nobody_approves_what_they_submitted(in_riverside, line):
    Figure.objects.filter(category="").update(submitted_by=in_riverside.people.ana)
    code = refused(filings.approve, **where(in_riverside, indicators=[line.pk], by=in_riverside.people.ana))
    assert code == "review.own"
    assert set(Figure.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.parametrize("state", ["draft", "returned", "approved"])
def test_only_what_waits_can_be_decided_on(in_riverside, line, state):
    Figure.objects.update(state=state)
    ana = in_riverside.people.ana
    assert refused(filings.approve, **where(in_riverside, indicators=[line.pk], by=ana)) == "review.not_waiting"
    code = refused(filings.return_line, **where(in_riverside, indicator=line.pk, words="why", by=ana))
    assert code == "review.not_waiting"


def test_a_line_that_changed_since_it_was_seen_is_not_approved(in_riverside, line):
    seen = {line.pk: timezone.now() - timedelta(minutes=1)}
    ana = in_riverside.people.ana
    assert refused(filings.approve, **where(in_riverside, indicators=[line.pk], by=ana, seen=seen)) == "review.changed"
    filings.approve(**where(in_riverside, indicators=[line.pk], by=ana, seen={line.pk: timezone.now()}))


def test_one_bad_line_keeps_the_others_back(in_riverside, line):
    other = factories.make_indicator(in_riverside.initiative, "other")
    code = refused(filings.approve, **where(in_riverside, indicators=[line.pk, other.pk], by=in_riverside.people.ana))
    assert code == "review.not_waiting"
    assert set(Figure.objects.values_list("state", flat=True)) == {"submitted"}


def test_a_return_needs_words_and_the_answer_follows_them(in_riverside, line):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    assert (
        refused(filings.return_line, **where(in_riverside, indicator=line.pk, words=" ", by=ana)) == "review.no_words"
    )
    filings.return_line(**where(in_riverside, indicator=line.pk, words="Is 12 right?", by=ana))
    assert set(Figure.objects.values_list("state", flat=True)) == {"returned"}
    filings.submit(**where(in_riverside, cells={}, words={line.pk: "Intake closed"}, by=ben, version=None))
    assert list(Remark.objects.values_list("kind", "words")) == [
        ("return", "Is 12 right?"),
        ("answer", "Intake closed"),
    ]
    assert set(Figure.objects.values_list("state", flat=True)) == {"submitted"}
    filings.approve(**where(in_riverside, indicators=[line.pk], by=ana))
    assert set(Figure.objects.values_list("state", flat=True)) == {"approved"}


def test_reopening_says_why_and_for_how_long(in_riverside, line):
    ana = in_riverside.people.ana
    september = where(in_riverside, by=ana) | {"period": date(2026, 9, 1)}
    day = date(2026, 11, 20)
    assert refused(filings.reopen, **september, until=day, reason="  ") == "reopening.no_reason"
    assert refused(filings.reopen, **september, until=date(2026, 11, 10), reason="x") == "reopening.past"
    assert refused(filings.reopen, **september, until=date(2027, 11, 10), reason="x") == "reopening.too_long"
    still_open = where(in_riverside, by=ana, until=day, reason="x")
    assert refused(filings.reopen, **still_open) == "reopening.not_closed"
    filings.reopen(**september, until=day, reason="Their server was down")
    filings.reopen(**september, until=date(2026, 11, 25), reason="Their server was down")
    assert Reopening.objects.values_list("until", "reason").get() == (date(2026, 11, 25), "Their server was down")
    assert Change.objects.filter(verb="period.reopened").count() == 2
