"""A link that nobody confirmed for a year is owed: to the agenda's steward, else to every convener."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from agenda import duties
from agenda.evidence import AgendaEvidence
from agenda.models import Link, Steward
from backbone.models import Membership
from backbone.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 9, 15, tzinfo=UTC)


@pytest.fixture
def home(in_riverside):
    """Three links: confirmed lately, two years ago, and never, a year and a half after it was added."""
    one, two, three = (factories.make_node(in_riverside.initiative, slug) for slug in ("one", "two", "three"))
    factories.make_node_link(one, two, added_on=date(2024, 1, 1), confirmed_on=date(2026, 10, 12))
    factories.make_node_link(two, three, added_on=date(2024, 1, 1), confirmed_on=date(2024, 11, 1))
    factories.make_node_link(three, one, added_on=date(2025, 5, 9))
    return in_riverside


def owed(member: Membership) -> list[tuple]:
    items = duties.due(Membership.objects.get(pk=member.pk), NOW)
    return [(one.key, one.label, one.due, one.member_id, one.is_late) for one in items if one.key.startswith("map:")]


def test_conveners_owe_it_where_there_is_no_steward(home):
    label = "Confirm 2 links of the theory of change (Riverside Youth to Work)"
    key = f"map:{home.initiative.pk}:2025-11-01"
    assert owed(home.people.ana) == [(key, label, date(2025, 11, 1), None, True)]
    assert owed(home.people.ben) == []
    steward = factories.make_member("ds@riverside.example", "Dee", Role.DATA_STEWARD)
    assert owed(steward) == []


def test_the_agenda_s_steward_owes_it_instead_of_them(home):
    Steward.objects.create(
        initiative=home.initiative, condition="measures", member=home.people.ana, since=date(2026, 1, 1)
    )
    Steward.objects.create(
        initiative=home.initiative, condition="agenda", member=home.people.ben, since=date(2026, 1, 1)
    )
    assert owed(home.people.ana) == []
    assert [(key, member) for key, _label, _due, member, _late in owed(home.people.ben)] == [
        (f"map:{home.initiative.pk}:2025-11-01", home.people.ben.pk)
    ]
    Steward.objects.filter(condition="agenda").update(until=date(2026, 2, 1))
    assert len(owed(home.people.ana)) == 1
    assert owed(home.people.ben) == []


def test_nobody_owes_what_is_confirmed_or_new(home):
    Link.objects.exclude(confirmed_on=date(2026, 10, 12)).update(confirmed_on=None, added_on=date(2025, 11, 10))
    assert owed(home.people.ana) == []
    Link.objects.filter(confirmed_on=None).update(added_on=date(2025, 11, 9))
    assert [(due, late) for _key, _label, due, _member, late in owed(home.people.ana)] == [(date(2026, 11, 9), False)]


def test_what_is_owed_is_asked_in_as_many_queries_for_many_maps(home, django_assert_num_queries):
    member = Membership.objects.get(pk=home.people.ana.pk)
    assert member.current_grants  # read once and kept
    assert member.tenant
    with django_assert_num_queries(3):
        duties.due(member, NOW)
    factories.make_map(home.initiative, 60, 150)
    Link.objects.update(confirmed_on=date(2020, 1, 1))
    with django_assert_num_queries(3):
        assert duties.due(member, NOW)[0].label.startswith("Confirm 153 links")


def test_the_share_of_confirmed_links_is_evidence_once_there_are_any(home):
    def reading():
        found = AgendaEvidence().readings(home.initiative, NOW)
        return [(one.value, one.words) for one in found if one.slug == "agenda.confirmed"]

    assert reading() == [(Decimal(1) / 3, "1 of 3 links were confirmed within a year.")]
    Link.objects.all().delete()
    assert reading() == []
