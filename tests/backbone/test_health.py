"""Condition health: from records alone, kept day by day, in the reader's language, with what the phase expects."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from agenda.models import Outcome, Section
from agenda.services import phases, versions
from backbone import tasks
from backbone.conditions import SLUGS, Reading
from backbone.health import CHECKS, Health, health
from backbone.models import HealthSnapshot, Initiative, Signal, Tenant
from backbone.roles import Role
from backbone.selectors.health import kept_health
from backbone.services.health import take
from backbone.tenancy import tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 15, tzinfo=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def values(initiative) -> dict[str, Decimal | None]:
    return {check.slug: check.value for one in health(initiative, timezone.now()) for check in one.checks}


def test_an_empty_tenant_has_five_times_not_enough_evidence(db):
    tenant = Tenant.objects.create(slug="empty", name="Empty")
    with tenant_scope(tenant):
        initiative = Initiative.objects.create(slug="work", name="Work", starts_on=NOW.date())
        found = health(initiative, NOW)
        assert [one.slug for one in found] == list(SLUGS)
        assert [one.score for one in found] == [None] * 5
        assert all(check.value is None for one in found for check in one.checks)


def test_every_check_is_listed_though_nobody_answers_it(in_riverside):
    found = {check.slug for one in health(in_riverside.initiative, NOW) for check in one.checks}
    assert set(CHECKS) <= found


def test_signing_by_all_nine_moves_exactly_one_check_which_leads_to_its_evidence(in_riverside):
    place = in_riverside
    partners = [*place.partners, *(factories.make_partner(place.initiative, f"P{n}") for n in range(4, 10))]
    leads = [factories.make_member(f"l{p.pk}@x.example", "Lea", Role.PARTNER_LEAD, partner=p) for p in partners]
    version = versions.publish(initiative=place.initiative, by=place.people.ana, note="the first")
    before = values(place.initiative)
    for partner, lead in zip(partners, leads, strict=True):
        versions.sign(version=version, partner=partner, by=lead, stance="signed")
    after = values(place.initiative)
    assert {slug for slug in after if after[slug] != before[slug]} == {"agenda.ratified"}
    assert (before["agenda.ratified"], after["agenda.ratified"]) == (0, 1)
    (check,) = [c for one in health(place.initiative, NOW) for c in one.checks if c.slug == "agenda.ratified"]
    assert check.words == "9 of 9 partners signed version 1."
    assert check.url.endswith("/agenda/versions/1/")


def check(value, slug: str = "measures.x") -> Reading:
    return Reading(slug, "x", None if value is None else Decimal(value), "words", NOW)


@pytest.mark.parametrize(
    ("known", "unknown", "enough", "expected"),
    [(3, 2, "0.6", "1"), (2, 2, "0.6", None), (1, 1, "0.5", "1"), (0, 3, "0.6", None)],
)
def test_a_score_needs_as_many_known_checks_as_the_tenant_says(known, unknown, enough, expected):
    one = Health("measures", tuple([check(1)] * known + [check(None)] * unknown), Decimal(enough))
    assert one.score == (None if expected is None else Decimal(expected))


def test_a_night_keeps_what_was_found_in_each_language_and_the_last_of_a_day_stays(in_riverside):
    place = in_riverside
    take(initiative=place.initiative, as_of=NOW)
    Outcome.objects.all().delete()
    take(initiative=place.initiative, as_of=NOW + timedelta(hours=1))
    assert HealthSnapshot.objects.count() == 1
    as_of, found = kept_health(place.initiative)
    assert as_of == NOW + timedelta(hours=1)
    live = health(place.initiative, NOW)
    assert [[c.words for c in one.checks] for one in found] == [[c.words for c in one.checks] for one in live]
    with translation.override("es"):
        _as_of, spanish = kept_health(place.initiative)
    label = next(c for c in spanish[0].checks if c.slug == "agenda.ratified").label
    assert label != "Partners have signed it"


def test_the_trend_is_the_scores_of_the_days_before_in_order(in_riverside):
    body = {slug: [] for slug in SLUGS}
    for day, value in enumerate(("0.2", "0.4", "0.6"), start=10):
        row = {"slug": "agenda.ratified", "value": value, "url": "", "label": {"en": "x"}, "words": {"en": "x"}}
        HealthSnapshot.objects.create(
            initiative=in_riverside.initiative, on=NOW.date().replace(day=day), as_of=NOW, body=body | {"agenda": [row]}
        )
    _as_of, found = kept_health(in_riverside.initiative)
    assert found[0].trend == (Decimal("0.2"), Decimal("0.4"), Decimal("0.6"))
    assert len(found[0].spark) == 3
    assert found[1].spark == []


def test_the_phase_says_what_is_expected(in_riverside):
    place = in_riverside.initiative
    assert health(place, NOW)[0].expected == frozenset()
    phases.move(initiative=place, phase="organize", by=in_riverside.people.ana, because="ready")
    expected = health(place, NOW)[0].expected
    assert {"agenda.ratified", "backbone.vacancies"} <= expected
    assert "measures.coverage" not in expected
    assert expected <= set(CHECKS)


def test_the_page_shows_what_was_kept_and_staff_have_it_worked_out_anew(riverside, client):
    page = riverside.url("forest/conditions/")
    client.force_login(factories.user_of(riverside.people.ana))
    assert "Worked out every night" not in client.get(page).content.decode()
    said = client.post(page, follow=True).content.decode()
    assert "Worked out every night, last on 15 Nov" in said
    assert said.count("Not enough evidence") == 5
    with riverside.scope():
        Section.objects.all().delete()
        cho = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
    client.force_login(factories.user_of(cho))
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 404
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(page).status_code == 404


def test_the_page_takes_few_statements_and_as_many_for_many_partners(
    riverside, client, django_assert_max_num_queries, django_assert_num_queries
):
    page = riverside.url("forest/conditions/")
    client.force_login(factories.user_of(riverside.people.ana))
    client.post(page, follow=True)
    with django_assert_max_num_queries(20) as few:
        assert client.get(page).status_code == 200
    count = len(few.captured_queries)
    with riverside.scope():
        for number in range(4, 40):
            factories.make_partner(riverside.initiative, f"P{number}")
    client.post(page, follow=True)
    with django_assert_num_queries(count):
        assert client.get(page).status_code == 200


def test_every_night_each_initiative_is_worked_out_once(riverside, hillcrest):
    assert tasks.sweep_health() == 2
    assert tasks.sweep_health() == 0
    with hillcrest.scope():
        assert HealthSnapshot.objects.count() == 1
        assert Signal.objects.count() == 3
    with time_machine.travel(datetime(2026, 11, 16, 6, tzinfo=ZoneInfo("UTC"))):
        assert tasks.sweep_health() == 0  # one o'clock in New York
    with time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("UTC"))):
        assert tasks.sweep_health() == 2
