"""Home, as staff open it every day: few statements, as many for many partners, and never an old figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agenda.models import Outcome
from backbone import changes
from backbone.models import Change, Participation, Signal
from backbone.roles import Role
from backbone.services import partners
from backbone.services.health import take
from backbone.tenancy import tenant_scope
from measures.models import Figure, Indicator, StaleMark, Target
from measures.rules.figures import Entry
from measures.rules.periods import add_months
from measures.services import community, filings, obligations, rollups, setup
from measures.services.community import Said
from measures.services.filings import FigureRow
from measures.views import standing
from tests import factories
from tests.pages import without_chance

pytestmark = pytest.mark.django_db

OCT, SEP, AUG = date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)


@pytest.fixture(autouse=True)
def _on_the_eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def world(riverside, client):
    """October has 700 of P1, waits for approval of P3’s, and misses P2’s; P2 may be drifting, health is kept."""
    with riverside.scope():
        outcome = Outcome.objects.get(slug="trained")
        k1 = factories.make_indicator(riverside.initiative, code="K1", name="Course ends", outcome=outcome)
        Target.objects.create(indicator=k1, period=date(2027, 6, 1), value=1500)
        for month in (AUG, SEP):
            for partner, number in zip(riverside.partners, (680, 300, 20), strict=True):
                factories.make_figure(k1, partner, month, number)
        factories.make_figure(k1, riverside.partners[0], OCT, 700)
        factories.make_figure(k1, riverside.partners[2], OCT, 9, state="submitted")
        rollups.rebuild(riverside.initiative)
        take(initiative=riverside.initiative, as_of=timezone.now())
        raise_signal(riverside, riverside.partners[1])
    riverside.k1, riverside.client = k1, client
    client.force_login(factories.user_of(riverside.people.ana))
    return riverside


def raise_signal(place, partner) -> None:
    parts = {
        "filings": {"value": "0.6667", "wrong": 2, "of": 3, "before": 0, "of_before": 9},
        "people": {"value": "1.0"},
    }
    Signal.objects.create(
        initiative=place.initiative, partner=partner, as_of=timezone.now(), score=Decimal("0.8"), parts=parts,
        is_raised=True, raised_on=OCT,
    )  # fmt: skip


def opened(world, rest: str = "forest/") -> tuple[str, int]:
    """The page, and how many questions it put to the database; transactions and the tenant’s name are none."""
    with CaptureQueriesContext(connection) as found:
        response = world.client.get(world.url(rest))
    assert response.status_code == 200
    asked = [one for one in found.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET LOCAL"))]
    return without_chance(response).decode(), len(asked)


@pytest.mark.parametrize("rest", ["forest/", "forest/?grain=quarter", "forest/?grain=year"])
def test_home_takes_few_statements_however_many_partners_there_are(world, rest):
    """One of the most is no question: it lets go of the steady plan of the widest one."""
    _first, cold = opened(world, rest)
    again, warm = opened(world, rest)
    report_comes_in(world)
    _page, reported = opened(world, rest)
    assert warm <= 11
    assert reported <= 20
    assert cold <= 24
    assert "2 of 3 partners" in again or "1 of 3 partners" in again
    with world.scope():
        for number in range(4, 61):
            partner = factories.make_partner(world.initiative, f"P{number}")
            for month in (AUG, SEP):
                factories.make_figure(world.k1, partner, month, number)
            told(world)
            if number % 3 == 0:
                factories.make_figure(world.k1, partner, OCT, number, state="submitted")
            raise_signal(world, partner)
        rollups.rebuild(world.initiative)
        take(initiative=world.initiative, as_of=timezone.now())
    _page, many = opened(world, rest)
    assert many == cold
    _page, again = opened(world, rest)
    assert again == warm
    report_comes_in(world)
    _page, again = opened(world, rest)
    assert again == reported


def report_comes_in(world) -> None:
    """P1 files the month before its first."""
    with tenant_scope(world.tenant):
        period = add_months(Figure.objects.filter(indicator=world.k1).earliest("period").period, -1)
        row = FigureRow(world.partners[0].pk, world.k1.pk, period, "", Entry(value=Decimal(500)))
        filings.file_many(initiative=world.initiative, rows=[row], by=world.people.ana, submit=True, approve=True)
        rollups.rebuild(world.initiative)


def test_a_figure_that_comes_in_is_on_the_page_at_once(world):
    assert "700 " in opened(world)[0]
    p2 = world.partners[1]
    with tenant_scope(world.tenant):
        row = FigureRow(p2.pk, world.k1.pk, OCT, "", Entry(value=Decimal(300)))
        filings.file_many(initiative=world.initiative, rows=[row], by=world.people.ana, submit=True, approve=True)
        assert StaleMark.objects.exists()
    waiting, _count = opened(world)  # the roll-up is not built yet, and nothing is kept meanwhile
    with tenant_scope(world.tenant):
        rollups.rebuild(world.initiative)
    assert "1,000" in opened(world)[0]
    assert "1,000" in waiting


def test_an_excuse_takes_a_partner_off_the_page_at_once(world):
    assert "Excuse<span" in opened(world)[0]
    with tenant_scope(world.tenant):
        obligations.give_excuse(
            indicator=world.k1, partner=world.partners[1], period=OCT, reason="flood", by=world.people.ana
        )
    assert "Excuse<span" not in opened(world)[0]


def test_what_is_kept_for_who_may_know_names_is_not_shown_to_who_may_not(world):
    said = opened(world)[0]
    assert "P2 may be drifting" in said
    assert "Who is missing" in said
    with tenant_scope(world.tenant):
        cho = factories.make_member("cho@riverside.example", "Cho", Role.GROUP_CHAIR)
        eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
    world.client.force_login(factories.user_of(cho))
    chair = opened(world)[0]
    assert "Who is missing" not in chair
    assert "P2" not in chair
    world.client.force_login(factories.user_of(eve))
    evaluator = opened(world)[0]
    assert "Who is missing" in evaluator
    assert "drifting" not in evaluator
    assert "holding together" not in evaluator


def test_another_day_another_page(world):
    assert "locks on 20 Nov" in opened(world)[0]
    with time_machine.travel("2026-11-21T15:00:00Z", tick=False):
        world.client.force_login(factories.user_of(world.people.ana))
        said = opened(world)[0]
    assert "locked on 20 Nov" in said


def told(world) -> Change:
    """A change that is no report's."""
    return changes.record(
        "indicator.changed", on=world.k1, by=None, initiative=world.initiative, name=world.k1.name, fields={}
    )


def test_what_a_report_is_read_by_is_on_the_page_at_once_too(world):
    """It is kept longer than the figures, until something of it changes."""
    opened(world)
    report_comes_in(world)
    assert "Course ends" in opened(world)[0]
    with tenant_scope(world.tenant):
        setup.put_indicator(
            initiative=world.initiative, slug=world.k1.slug, by=world.people.ana, name="Course completions"
        )
    assert "Course completions" in opened(world)[0]
    report_comes_in(world)
    said = opened(world)[0]
    assert "Course completions" in said
    assert "1 of 3 partners" in said
    with tenant_scope(world.tenant):
        stay = Participation.objects.get(initiative=world.initiative, partner=world.partners[1])
        partners.change(participation=stay, by=world.people.ana, leaves_on=date(2026, 9, 30))
    assert "1 of 2 partners" in opened(world)[0]


def test_what_was_begun_earlier_and_is_there_later_is_on_the_page_too(world):
    with tenant_scope(world.tenant):
        with transaction.atomic():  # its number is given out, and nobody sees it yet
            early = told(world).pk
            transaction.set_rollback(True)
        told(world)
    assert "Course ends" in opened(world)[0]
    with tenant_scope(world.tenant):
        Indicator.objects.filter(pk=world.k1.pk).update(name="Course completions")
        late = Change.objects.latest("pk")
        late.pk = early
        late.save(force_insert=True)
    assert "Course completions" in opened(world)[0]


def test_whoever_joined_a_moment_ago_is_missing_by_name(world):
    opened(world)
    with tenant_scope(world.tenant):
        factories.make_partner(world.initiative, "P9")
    report_comes_in(world)
    assert "P9" in opened(world)[0]


def test_it_is_kept_with_what_is_split_computed_and_published(world, monkeypatch):
    """All of it goes through the cache and comes back."""
    with tenant_scope(world.tenant):
        factories.make_dimension(world.initiative, "age", "young", "old")
        factories.make_indicator(world.initiative, "seats", breakdowns=["age"])
        outside = {"owed": False, "position": 2}
        factories.make_indicator(world.initiative, "twice", kind="formula", formula="{completions} * 2", **outside)
        jobless = factories.make_indicator(world.initiative, "jobless", kind="community", **outside)
        said = Said(OCT, Decimal(41), "", date(2026, 11, 1), "")
        community.record(indicator=jobless, figures=[said], by=world.people.ana)
        rollups.rebuild(world.initiative)
    _page, cold = opened(world)
    report_comes_in(world)
    kept, reported = opened(world)
    assert reported < cold
    assert "1,400" in kept
    assert "41" in kept
    monkeypatch.setattr(standing, "release", lambda: "another")  # which finds nothing that is kept
    worked_out, again = opened(world)
    assert again == cold
    assert drawn(kept) == drawn(worked_out)


def drawn(page: str) -> str:
    """The results on the page."""
    return page[page.index('id="forest"') :].split("</section>")[0]


def test_what_is_kept_is_of_the_month_that_is_asked_for(world):
    """An empty month in the address asks for the last one; none at all for the last in which anybody filed anything."""
    with time_machine.travel("2027-06-11T15:00:00Z", tick=False):
        world.client.force_login(factories.user_of(world.people.ana))
        quiet = opened(world)[0]
        assert "?grain=month&amp;period=2026-10" in drawn(quiet)
        assert drawn(opened(world, "forest/?period=")[0]) != drawn(quiet)
        assert drawn(opened(world, "forest/?period=nonsense")[0]) == drawn(opened(world, "forest/?period=2027-05")[0])
        assert drawn(opened(world)[0]) == drawn(quiet)
