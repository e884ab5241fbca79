"""More time: asked for in place, granted in one click, for one partner alone; it ends by itself, at every door alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.wording import say
from measures.importing import check_file
from measures.models import LockRequest, Reopening
from measures.rules.figures import Entry
from measures.selectors.waiting import owed_reports
from measures.services import filings, locks
from tests import factories
from tests.measures.test_reading_pages import text

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
CLOSED = "October 2026 is closed for P1 since 20 Nov. Ask the backbone team to reopen it."


def on(day: int, month: int = 11):
    return time_machine.travel(f"2026-{month:02d}-{day:02d}T15:00:00Z", tick=False)


@pytest.fixture
def place(riverside):
    """Two monthly figures, due the 10th and locked the 20th."""
    with riverside.scope():
        riverside.k1 = factories.make_indicator(riverside.initiative, code="K1", due_day=10, lock_day=20)
        riverside.k2 = factories.make_indicator(riverside.initiative, "seats", code="K2", due_day=10, lock_day=20)
        riverside.people.lea = factories.make_member(
            "lea@x.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0]
        )
    return riverside


@pytest.fixture
def inside(place):
    with place.scope():
        yield place


def where(place, **more):
    return {"initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER, **more}


def ask(place, **more) -> LockRequest:
    return locks.ask(**where(place, reason="Flood", by=place.people.ben, **more))


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.problems[0].code


def save(place, indicator, partner=0) -> None:
    cells = {indicator.pk: {"": Entry(value=Decimal(7))}}
    filings.save_draft(
        initiative=place.initiative, partner=place.partners[partner], period=OCTOBER, cells=cells,
        by=place.people.ben, version=None,
    )  # fmt: skip


def imported(place, code="P1", slug="completions") -> list[str]:
    content = f"partner,indicator,period,value\n{code},{slug},2026-10,7\n".encode()
    preview = check_file(
        content, "f.csv", initiative=place.initiative, tenant=place.tenant, by=place.people.ben
    )  # fmt: skip
    return [say(problem) for problem in preview.findings.problems if not problem.is_warning]


# --- asking and answering ---


def test_an_extension_before_the_lock_opens_it_for_one_partner_and_then_ends(inside):
    with on(18):
        given = locks.grant(request=ask(inside), until=date(2026, 11, 25), by=inside.people.ana)
    assert Change.objects.latest("pk").verb == "period.extended"
    with on(24):
        save(inside, inside.k1)
        assert refused(save, inside, inside.k1, partner=1) == "period.locked"
        (report,) = owed_reports([inside.partners[0].pk], initiative=inside.initiative)[:1]
        assert (report.period, report.closes_on) == (OCTOBER, date(2026, 11, 25))
    with on(26):
        assert refused(save, inside, inside.k2) == "period.locked"
    assert Reopening.objects.get() == given


def test_a_reopening_of_one_line_leaves_the_others_closed_at_every_door(inside):
    with on(24):
        given = locks.grant(request=ask(inside, indicator=inside.k1), until=date(2026, 11, 25), by=inside.people.ana)
        assert given.indicator == inside.k1
        save(inside, inside.k1)
        assert refused(save, inside, inside.k2) == "period.locked"
        assert imported(inside) == []
        assert imported(inside, slug="seats") == [CLOSED]
        assert Change.objects.filter(verb="line.reopened").exists()
    with on(26):
        assert imported(inside) == [CLOSED]


def test_the_api_says_the_same_words(place):
    with on(24):
        client = Client()
        with place.scope():
            client.force_login(factories.user_of(place.people.ben))
        body = {"figures": [{"indicator": "completions", "value": "7"}]}
        url = place.api("filings/P1/2026-10/")
        answer = client.put(url, body, content_type="application/json")
        assert CLOSED in answer.content.decode()
        with place.scope():
            locks.reopen(**where(place, until=date(2026, 11, 25), reason="Flood", by=place.people.ana))
        assert client.put(url, body, content_type="application/json").status_code == 200


def test_granted_again_it_moves_the_day_and_ended_it_is_over(inside):
    with on(24):
        for day in (25, 28):
            locks.reopen(**where(inside, until=date(2026, 11, day), reason="Flood", by=inside.people.ana))
        given = Reopening.objects.get()
        assert given.until == date(2026, 11, 28)
        locks.end(reopening=given, by=inside.people.ana)
        assert refused(locks.end, reopening=given, by=inside.people.ana) == "opening.over"
        assert refused(save, inside, inside.k1) == "period.locked"
        locks.reopen(**where(inside, until=date(2026, 11, 29), reason="Again", by=inside.people.ana))
    assert Reopening.objects.count() == 2, "what was ended stays on the calendar"


def test_a_day_that_the_lock_covers_anyway_is_refused(inside):
    with on(18):
        code = refused(locks.reopen, **where(inside, until=date(2026, 11, 20), reason="x", by=inside.people.ana))
        assert code == "reopening.not_closed"


def test_a_request_needs_a_reason_and_is_asked_once(inside):
    with on(24):
        assert refused(locks.ask, **where(inside, reason=" ", by=inside.people.ben)) == "time.no_reason"
        asked = ask(inside)
        assert refused(ask, inside) == "time.asked_already"
        ask(inside, indicator=inside.k1)
        assert refused(locks.decline, request=asked, words="", by=inside.people.ana) == "time.no_words"
        locks.decline(request=asked, words="It is published", by=inside.people.ana)
        code = refused(locks.grant, request=asked, until=date(2026, 11, 30), by=inside.people.ana)
        assert code == "time.answered"
        locks.withdraw(request=ask(inside), by=inside.people.ben)
    assert sorted(LockRequest.objects.values_list("state", flat=True)) == ["declined", "open", "withdrawn"]


# --- through the door ---


def browser(place, who: str) -> Client:
    client = Client()
    with place.scope():
        client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def test_a_partner_asks_in_place_and_staff_grant_it_from_home_in_one_click(place):
    with on(24):
        ben, ana = browser(place, "ben"), browser(place, "ana")
        report = place.url("filings/P1/2026-10/")
        assert "Ask to reopen it" in text(ben.get(report))
        refusal = ben.post(f"{report}more-time/", {"line": "", "reason": ""})
        assert refusal.status_code == 422
        ben.post(f"{report}more-time/", {"line": "completions", "reason": "Flood"})
        assert "Requested More time for K1" in text(ben.get(report))
        home = ana.get(place.url("forest/"))
        assert "Flood" in text(home)
        assert "Grant until 1 Dec" in text(home)
        with place.scope():
            pk = LockRequest.objects.get().pk
        done = ana.post(place.url(f"locks/requests/{pk}/"), {"do": "grant", "until": "2026-12-01"}, follow=True)
        assert "P1 has until 1 Dec." in text(done)
        again = text(ben.get(report))
        assert "Granted More time for K1" in again
        assert "Open for you until" in again


def test_a_request_is_declined_with_words_that_the_partner_reads(place):
    with on(24):
        ben, ana = browser(place, "ben"), browser(place, "ana")
        with place.scope():
            pk = ask(place).pk
        url = place.url(f"locks/requests/{pk}/")
        assert ben.post(url, {"do": "grant", "until": "2026-12-01"}).status_code in (403, 404)
        assert ana.post(url, {"do": "decline", "words": ""}).status_code == 422
        ana.post(url, {"do": "decline", "words": "October is published"})
        assert "Declined" in text(ben.get(url))
        assert "October is published" in text(ben.get(place.url("filings/P1/2026-10/")))


def test_the_calendar_tells_every_member_the_days_and_partners_who_has_more_time(place):
    with on(24):
        with place.scope():
            given = locks.reopen(**where(place, until=date(2026, 12, 1), reason="Flood", by=place.people.ana))
        said = text(browser(place, "ben").get(place.url("locks/")))
        assert "October 2026 K1, K2 10 Nov 20 Nov Locked P1 until 1 Dec, Ana: Flood" in said
        assert "November 2026 K1, K2 10 Dec 20 Dec Open" in said
        assert "December 2026 K1, K2 10 Jan 2027 20 Jan 2027 Not begun" in said
        assert "End it now" not in said
        funder = text(browser(place, "fay").get(place.url("locks/")))
        assert "October 2026" in funder
        assert "Flood" not in funder
        done = browser(place, "ana").post(place.url(f"locks/{given.pk}/end/"), follow=True)
        assert "October 2026 is closed for P1 again." in text(done)
        assert "ended 24 Nov by Ana" in text(done)


def test_the_calendar_asks_as_often_for_many_as_for_one(place):
    with on(24):
        ana = browser(place, "ana")

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert ana.get(place.url("locks/")).status_code == 200
            return len(queries)

        with place.scope():
            ask(place)
            locks.reopen(**where(place, until=date(2026, 12, 1), reason="Flood", by=place.people.ana))
        count()
        one = count()
        with place.scope():
            for partner in place.partners[1:]:
                what = where(place, until=date(2026, 12, 1), reason="Flood", by=place.people.ana)
                locks.reopen(**what | {"partner": partner})
                locks.ask(**where(place, reason="Flood", by=place.people.ben) | {"partner": partner})
        assert count() == one
