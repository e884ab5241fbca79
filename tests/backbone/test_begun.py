"""The first hour, the words, and initiatives side by side."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from backbone import changes
from backbone.conditions import SLUGS
from backbone.glossary import GROUPS
from backbone.models import HealthSnapshot, Initiative, Signal
from backbone.roles import Role
from backbone.selectors.begun import first_hour, side_by_side
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_step_is_done_as_soon_as_it_is_recorded(in_riverside):
    place = in_riverside
    assert not any(step.is_done for step in first_hour(place.initiative))
    changes.record("outcome.added", on="x", by=place.people.ana, initiative=place.initiative, title="Work")
    changes.record("invitation.sent", on="x", by=place.people.ana, person="Lea")
    other = Initiative.objects.create(slug="other", name="Other", starts_on=date(2026, 1, 1))
    changes.record("partner.joined", on="x", by=place.people.ana, initiative=other, initiative_name="Other")
    done = [step.page for step in first_hour(place.initiative) if step.is_done]
    assert done == ["agenda:outcome-new", "backbone:member-invite"]


def test_the_first_hour_leads_to_each_step_and_is_for_staff(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(riverside.url("forest/begin/")).content.decode()
    assert "Define the first indicator" in page
    assert riverside.url("indicators/new/") in page
    assert "The first hour, step by step" in client.get(riverside.url("forest/")).content.decode()
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.get(riverside.url("forest/begin/")).status_code == 404


def test_a_step_that_is_somebody_elses_to_do_is_no_dead_link(riverside, client):
    with riverside.scope():
        admin = factories.make_member("adm@riverside.example", "Adm", Role.BACKBONE_ADMIN)
    client.force_login(factories.user_of(admin))
    page = client.get(riverside.url("forest/begin/")).content.decode()
    assert "Receive the first report" in page
    links = set(re.findall(r'href="(/o/riverside/[^"#?]+)"', page))
    assert riverside.url("review/") not in links
    assert {link for link in links if client.get(link).status_code in (403, 404)} == set()


def test_every_word_has_an_anchor_of_its_own_and_every_member_finds_it(riverside, client):
    slugs = [term.slug for _name, terms in GROUPS for term in terms]
    assert len(slugs) == len(set(slugs))
    for who in (riverside.people.ben, riverside.people.fay, riverside.people.ana):
        client.force_login(factories.user_of(who))
        page = client.get(f"/o/{riverside.tenant.slug}/-/glossary/").content.decode()
        assert 'id="coverage"' in page
    assert "/-/glossary/" in client.get(riverside.url("forest/")).content.decode()


def test_initiatives_stand_side_by_side_as_they_were_worked_out(riverside, client, django_assert_num_queries):
    with riverside.scope():
        second = Initiative.objects.create(slug="early", name="Early years", starts_on=date(2026, 1, 1))
        row = {"slug": "agenda.ratified", "value": "0.5", "url": "", "label": {"en": "x"}, "words": {"en": "x"}}
        body = {slug: [] for slug in SLUGS} | {"agenda": [row]}
        HealthSnapshot.objects.create(
            initiative=riverside.initiative, on=date(2026, 11, 1), as_of=timezone.now(), body=body
        )
        HealthSnapshot.objects.create(
            initiative=riverside.initiative, on=date(2026, 10, 1), as_of=timezone.now(), body={}
        )
        Signal.objects.create(
            initiative=riverside.initiative, partner=riverside.partners[0], as_of=timezone.now(), is_raised=True
        )
        with django_assert_num_queries(3):
            first, other = side_by_side(
                [riverside.initiative, second], riverside.tenant, date(2026, 11, 2), with_signals=True
            )
        assert [score for _name, score in first.scores] == [Decimal("0.5"), None, None, None, None]
        assert (first.partners, first.drifting, other.partners, other.drifting) == (3, 1, 0, 0)
        assert side_by_side([second], riverside.tenant, date(2026, 11, 2), with_signals=False)[0].drifting is None
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(f"/o/{riverside.tenant.slug}/").content.decode()
    assert "0.50" in page
    assert "Drifting" in page
    assert "/-/inbox/#due" in page
    client.force_login(factories.user_of(riverside.people.fay))
    assert "Drifting" not in client.get(f"/o/{riverside.tenant.slug}/").content.decode()
