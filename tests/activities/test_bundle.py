"""The register in a bundle: loading it makes the same words and activities, and dumping gives the same file again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from activities.models import Activity, Place
from activities.selectors.written import written_out
from backbone.models import Initiative, Tenant
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures import bundles

pytestmark = pytest.mark.django_db

TEXT = """
backbone: 1
tenant: {slug: brook, name: Brook}
initiative: {slug: work, name: Work, starts_on: 2026-01-01}
agenda:
  outcomes:
    - {slug: trained, title: Trained, strategies: [{slug: classes, title: Classes}, {slug: coaching, title: Coaching}]}
partners: [{code: P1, name: College}, {code: P2, name: Library}]
indicators: [{slug: completions, name: Completions, kind: flow, outcome: trained, unit: people}]
activities:
  kinds: [{slug: work, name: Work}, {slug: class, name: Class, under: work}]
  populations: [{slug: youth, name: Youth}, {slug: elders, name: Elders, retired: true}]
  places: [{slug: city, name: City}, {slug: east, name: East, within: city}]
  register:
    - slug: evening
      name: Evening class
      description: Two evenings a week.
      kind: class
      status: active
      starts_on: 2026-02-01
      capacity: 40
      unit: places
      strategies: [{tag: classes, share: 0.75}, {tag: coaching, share: 0.25}]
      populations: [youth]
      places: [city, east]
      indicators: [completions]
      partners: [{partner: P1, part: leads, promise: rooms, owner: ana@brook.example, due_on: 2026-03-01}, {partner: P2}]
      milestones: [{title: First evening, due_on: 2026-02-10, partner: P1, done_on: 2026-02-10}]
      money: [{funder: City, amount: 1200.5, currency: USD}]
    - {slug: fair, name: Fair}
  needs:
    - {strategy: trained/classes, population: youth, place: east, amount: 40, unit: places, source: intake lists, as_of: 2026-01-15}
  overlaps:
    - {strategy: trained/classes, population: youth, place: east, reason: one at night, since: 2025-01-01, until: 2025-12-01, ended_on: 2025-12-01}
    - {strategy: trained/classes, population: youth, place: east, reason: day and night, since: 2026-01-01, until: 2026-12-01}
  hand_offs:
    - from: evening
      to: fair
      what: graduates
      promised_days: 14
      deliveries: [{asked_on: 2026-03-01, came_on: 2026-03-12}, {asked_on: 2026-04-01, note: the spring round}]
members: [{email: ana@brook.example, name: Ana, role: partner_lead, partner: P1}]
"""


def load(text: str = TEXT):
    return bundles.load(text.encode(), "bundle.yaml")


def refused(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as caught:
        load(text)
    return [(problem.row, problem.code) for problem in caught.value.problems]


def test_a_load_makes_the_register_and_a_second_one_changes_nothing():
    assert load().changed["activities"] == [
        "work",
        "class",
        "youth",
        "elders",
        "city",
        "east",
        "evening",
        "fair",
        "Classes × Youth × East",
        "Classes × Youth × East",
        "Classes × Youth × East",
        "graduates",
    ]
    assert "activities" not in load().changed
    with tenant_scope(Tenant.objects.get(slug="brook")):
        said = written_out(Initiative.objects.get())["evening"]
        assert said.strategies == {"trained/classes": Decimal("0.75"), "trained/coaching": Decimal("0.25")}
        assert said.parts[0].owner == "ana@brook.example"
        assert Place.objects.get(slug="east").within.slug == "city"


def test_what_was_dumped_loads_to_the_same_file_in_another_tenant():
    load()
    tenant = Tenant.objects.get(slug="brook")
    with tenant_scope(tenant):
        first = bundles.dump(tenant, Initiative.objects.get())
    load(first.replace("slug: brook", "slug: stream"))
    other = Tenant.objects.get(slug="stream")
    with tenant_scope(other):
        assert bundles.dump(other, Initiative.objects.get()).replace("slug: stream", "slug: brook") == first
    assert "{partner: P2, part: delivers}" in first
    assert first.count("reason: ") == 2


def test_what_a_file_leaves_out_stays():
    load()
    text = TEXT.replace("      capacity: 40\n      unit: places\n", "").replace("name: Evening class", "name: Evenings")
    assert load(text).changed["activities"] == ["evening"]
    with tenant_scope(Tenant.objects.get(slug="brook")):
        row = Activity.objects.get(slug="evening")
        assert (row.name, row.capacity, row.capacity_unit) == ("Evenings", 40, "places")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("kind: class", "kind: clas", "activity.no_service_type"),
        ("places: [city, east]", "places: [moon]", "activity.no_places"),
        ("share: 0.25", "share: 0.5", "share.sum"),
        ("status: active", "status: actve", "bundle.unknown_value"),
        ("within: city", "within: town", "bundle.unknown_value"),
        ("currency: USD", "currency: dollars", "text.too_long"),
        ("{slug: fair, name: Fair}", "{slug: evening, name: Fair}", "bundle.twice"),
        ("unit: places", "units: places", "bundle.unknown_key"),
        ("until: 2026-12-01", "until: 2028-12-01", "overlap.expiry"),
        ("partner: P2}", "partner: P9}", "activity.no_parts"),
    ],
)
def test_what_is_wrong_is_told_at_its_line_and_nothing_is_written(before, after, code):
    found = refused(TEXT.replace(before, after, 1))
    assert code in [one for _row, one in found]
    line = next(n for n, text in enumerate(TEXT.replace(before, after, 1).splitlines(), start=1) if after in text)
    assert line in [row for row, _code in found]
    assert not Tenant.objects.filter(slug="brook").exists()
