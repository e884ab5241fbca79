"""Does it come back? Feedback closure and the clock (N8), pure and through the records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from backbone import conditions
from backbone.health import whole
from backbone.models import Change, Participation
from comms.models import Mail
from comms.rules.loop import Filed, Hop, Use, clock, closure, hops_of, slowest, total
from comms.selectors.loop import loop_of
from comms.selectors.talk import subject_of
from comms.services import actions, decisions, pre_reads, sessions, talk
from measures.services import rollups
from tests import factories
from tests.comms.meeting import OCTOBER, in_session, plan

END = datetime(2026, 11, 1, tzinfo=UTC)


def filed(partner: int = 1, **more) -> Filed:
    return Filed(
        **{
            "partner": partner, "period": OCTOBER, "indicators": frozenset([7]), "ended_at": END,
            "submitted_at": END + timedelta(days=9), "approved_at": END + timedelta(days=11),
        }
        | more
    )  # fmt: skip


def use(day: float, *partners: int, indicator: int = 7, month: date = OCTOBER, **more) -> Use:
    return Use(indicator, frozenset([month]), END + timedelta(days=day), frozenset(partners), **more)


def test_six_of_nine_that_were_used_are_two_thirds():
    filings = [filed(pk) for pk in range(1, 10)]
    found = closure(filings, [use(18, 1, 2, 3, 4, 5, 6)])
    assert (found.closed, found.approved) == (6, 9)
    assert round(found.rate * 100) == 67


@pytest.mark.parametrize(
    ("one", "is_closed"),
    [
        (use(41, 1), True),
        (use(41.1, 1), False),
        (use(10.9, 1), False),
        (use(18, 2), False),
        (use(18, 1, indicator=8), False),
        (use(18, 1, month=date(2026, 9, 1)), False),
    ],
)
def test_what_closes_a_report_uses_its_figure_reaches_its_partner_and_comes_within_thirty_days(one, is_closed):
    assert closure([filed()], [one]).closed == is_closed


def test_no_report_no_rate():
    assert closure([], [use(18, 1)]).rate is None


def test_hops_are_the_time_between_what_happened():
    uses = [use(18, is_talk=True), use(20, is_talk=True, is_decision=True), use(18, 1)]
    assert hops_of(filed(), uses) == {
        "submitted": timedelta(days=9), "approved": timedelta(days=2), "discussed": timedelta(days=7),
        "decided": timedelta(days=2),
    }  # fmt: skip
    assert hops_of(filed(submitted_at=None), []) == {}
    assert set(hops_of(filed(), [use(20, is_decision=True)])) == {"submitted", "approved", "discussed", "decided"}


def test_the_clock_is_the_median_and_names_its_slowest_hop():
    filings = [filed(pk, submitted_at=END + timedelta(days=days)) for pk, days in ((1, 3), (2, 10), (3, 11))]
    hops = clock(filings, [use(18, is_talk=True)])
    assert hops[0] == Hop("submitted", Decimal("10.0"), 3)
    assert hops[3] == Hop("decided", None, 0)
    assert slowest(hops).slug == "submitted"
    assert total(hops) is None
    assert total(clock(filings, [use(18, is_decision=True)])) == Decimal("18.0")
    assert slowest([]) is None


# --- through the records ---


def at(day: int, hour: int = 12) -> str:
    return f"2026-11-{day:02d}T{hour}:00:00Z"


def record(verb: str, place, partner, when: str, indicator) -> None:
    with time_machine.travel(when, tick=False):
        Change.objects.create(
            verb=verb, subject="measures.filing", initiative=place.initiative, partner=partner,
            facts={"period": "2026-10", "indicators": [indicator.slug]},
        )  # fmt: skip


@pytest.fixture
def nine(in_riverside):
    """Nine partners whose reports of October came on the 10th and were approved on the 12th."""
    for number in range(4, 10):
        in_riverside.partners.append(factories.make_partner(in_riverside.initiative, code=f"P{number}"))
    assert Participation.objects.count() == 9
    in_riverside.k1 = factories.make_indicator(in_riverside.initiative, code="K1", name="Course ends")
    for partner in in_riverside.partners:
        factories.make_figure(in_riverside.k1, partner, OCTOBER, 10)
        record("filing.submitted", in_riverside, partner, at(10), in_riverside.k1)
        record("filing.approved", in_riverside, partner, at(12), in_riverside.k1)
    rollups.rebuild(in_riverside.initiative)
    return in_riverside


@pytest.mark.django_db
def test_six_partners_get_the_pack_of_a_meeting_and_three_a_newsletter(nine):
    people = [
        (factories.make_member(f"l{n}@x.example", f"L{n}"), partner) for n, partner in enumerate(nine.partners[:6])
    ]
    with time_machine.travel(at(18), tick=False):
        (meeting,) = plan(nine, people=people)
        pre_reads.send(meeting=meeting, indicators=[nine.k1], by=nine.people.ana)
        Mail.objects.create(
            kind=Mail.Kind.DIGEST, to_email="x@x.example", period_key="w", subject="News", text="10", message_id="<w>",
            recipient=nine.people.ben,
        )  # fmt: skip
    with time_machine.travel(at(28), tick=False):
        found = loop_of(nine.initiative, timezone.now())
        assert (found.closure.closed, found.closure.approved) == (6, 9)
        checks = whole(list(conditions.registered()[3].readings(nine.initiative, timezone.now())), timezone.now())
        closed = next(one for one in checks["comms"] if one.slug == "comms.closure")
        assert round(closed.value * 100) == 67
    assert [row.code for row in found.rows if not row.closed] == ["P7", "P8", "P9"]
    assert found.rows[0].used[0].label == "Our week"


@pytest.mark.django_db
def test_the_clock_of_the_records_matches_what_happened_when(nine):
    with time_machine.travel(at(19), tick=False):
        meeting = in_session(nine, there="PPPPPPPPP")
        pre_reads.send(meeting=meeting, indicators=[nine.k1], by=nine.people.ana)
    with time_machine.travel(at(22), tick=False):
        decision = decisions.decide(
            initiative=nine.initiative, text="On", by=nine.people.ana, meeting=meeting, cite=[nine.k1]
        )
        actions.add(
            initiative=nine.initiative, what="Go", owner=nine.people.ben, due_on=date(2026, 12, 1), by=nine.people.ana,
            decision=decision,
        )  # fmt: skip
    with time_machine.travel(at(28), tick=False):
        found = loop_of(nine.initiative, timezone.now())
    days = {hop.slug: hop.days for hop in found.hops}
    # The period ends at midnight in New York: 4:00 on 1 November by the clock of the records.
    assert days == {
        "submitted": Decimal("9.3"), "approved": Decimal("2.0"), "discussed": Decimal("7.0"), "decided": Decimal("3.0"),
    }  # fmt: skip
    assert found.slowest.slug == "submitted"
    assert found.total == Decimal("21.3")


@pytest.mark.django_db
def test_a_reply_of_somebody_else_and_a_closed_meeting_s_record_come_back_too(nine):
    p1 = nine.partners[0]
    subject = subject_of(nine.initiative, f"measures.figure:{nine.k1.pk}-2026-10", p1)
    with time_machine.travel(at(20), tick=False):
        talk.say(initiative=nine.initiative, subject=subject, text="Right?", by=nine.people.ben)
        assert loop_of(nine.initiative, timezone.now()).closure.closed == 0
        talk.say(initiative=nine.initiative, subject=subject, text="Thank you", by=nine.people.ana)
        assert loop_of(nine.initiative, timezone.now()).closure.closed == 1
        meeting = in_session(nine, there="PAP", people=[])
        decisions.decide(initiative=nine.initiative, text="On", by=nine.people.ana, meeting=meeting, cite=[nine.k1])
        sessions.close(meeting=meeting, by=nine.people.ana)
    with time_machine.travel(at(21), tick=False):
        # Who was absent was asked to read it: everybody but P1 and P3, who were there without being on the list.
        assert loop_of(nine.initiative, timezone.now()).closure.closed == 8


@pytest.mark.django_db
def test_the_page_names_the_slowest_hop_and_the_receipt_says_where_a_figure_was_used(riverside, client):
    with riverside.scope():
        k1 = factories.make_indicator(riverside.initiative, code="K1", name="Course ends")
        factories.make_figure(k1, riverside.partners[0], OCTOBER, 10)
        record("filing.submitted", riverside, riverside.partners[0], at(10), k1)
        record("filing.approved", riverside, riverside.partners[0], at(12), k1)
        rollups.rebuild(riverside.initiative)
        with time_machine.travel(at(19), tick=False):
            meeting = in_session(riverside)
            decisions.decide(
                initiative=riverside.initiative, text="On", by=riverside.people.ana, meeting=meeting, cite=[k1],
                decided_on=date(2026, 11, 17),
            )  # fmt: skip
            sessions.close(meeting=meeting, by=riverside.people.ana)
    with time_machine.travel(at(28), tick=False):
        client.force_login(factories.user_of(riverside.people.ben))
        html = client.get(riverside.url("comes-back/")).content.decode()
        assert "The slowest hop is from the end of the period to the report: 9.3 days." in html
        assert 'Our week, <span class="bb-nowrap">D-1</span></a>' in html
        receipt = client.get(riverside.url("filings/P1/2026-10/receipt/")).content.decode()
        assert "October 2026, K1" in receipt
        used = 'Our week, <span class="bb-nowrap">D-1</span></a> <span class="bb-sub">17 Nov</span>'
        assert used in receipt.replace("\xa0", " "), "a decision is dated by its own day"


@pytest.mark.django_db
def test_the_numbers_cost_the_same_however_many_reports_there_are(nine, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    with time_machine.travel(at(28), tick=False):
        for _round in range(2):
            with CaptureQueriesContext(connection) as caught:
                loop_of(nine.initiative, timezone.now())
            counts.append(len(caught))
            for partner in nine.partners:
                record("filing.approved", nine, partner, at(13), nine.k1)
    assert counts[0] == counts[1]
