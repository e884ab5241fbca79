"""The first hour, the words, and initiatives side by side."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from backbone import changes
from backbone.conditions import SLUGS
from backbone.glossary import GROUPS
from backbone.models import HealthSnapshot, Initiative, Signal
from backbone.roles import Role
from backbone.selectors.begun import first_hour, side_by_side
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)


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
        for one in (riverside.initiative, second):
            one.tenant = riverside.tenant
        with django_assert_num_queries(3 + 2 * 2):  # of each: its last month with a figure, and its indicators
            first, other = side_by_side([riverside.initiative, second], riverside.tenant, NOW, with_signals=True)
        assert [score for _name, score in first.scores] == [Decimal("0.5"), None, None, None, None]
        assert (first.partners, first.drifting, other.partners, other.drifting) == (3, 1, 0, 0)
        assert side_by_side([second], riverside.tenant, NOW, with_signals=False)[0].drifting is None
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(f"/o/{riverside.tenant.slug}/").content.decode()
    assert "0.50" in page
    assert "Drifting" in page
    assert "/-/inbox/#due" in page
    client.force_login(factories.user_of(riverside.people.fay))
    assert "Drifting" not in client.get(f"/o/{riverside.tenant.slug}/").content.decode()


@time_machine.travel("2026-11-11T15:00:00Z", tick=False)
def test_who_is_missing_stands_beside_each_initiative_as_on_its_chase_list(riverside, client):
    with riverside.scope():
        Initiative.objects.create(slug="early", name="Early years", starts_on=date(2026, 1, 1))
        k1 = factories.make_indicator(riverside.initiative, code="K1")
        p1, p2, p3 = riverside.partners
        factories.make_figure(k1, p1, date(2026, 10, 1), 7)
        factories.make_figure(k1, p2, date(2026, 10, 1), 7, state="submitted")
        chair = factories.make_member("cho@riverside.example", "Cho", Role.GROUP_CHAIR)
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(f"/o/{riverside.tenant.slug}/").content.decode()
    (url,) = re.findall(r'<a href="([^"]*)">1 of 3</a> <span class="bb-sub">Oct 2026: P3<', page)
    assert "nobody is asked for figures yet" in page
    listed = client.get(url).content.decode()
    assert "1 of 3 partners" in listed
    assert f">{p3.code}<" in listed
    client.force_login(factories.user_of(chair))
    page = client.get(f"/o/{riverside.tenant.slug}/").content.decode()
    assert f'<a href="{riverside.url("")}">1 of 3</a> <span class="bb-sub">Oct 2026</span>' in page
    assert "P3" not in page
