"""The backbone's own work by its six functions, and how widely leadership is spread."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.rules.said import ActivitySaid, MoneySaid
from activities.services import register
from agenda.services import learning, tree
from backbone import changes, conditions
from backbone.conditions import Act
from backbone.models import Work
from backbone.problems import Refused
from backbone.roles import Role
from backbone.rules.spread import spread
from backbone.selectors.leadership import Shares, acts_of, by_kind, leadership
from backbone.selectors.work import FUNCTIONS, work_of
from backbone.services import work
from comms.models import Decision
from tests import factories
from tests.comms.world import make_meeting

pytestmark = pytest.mark.django_db


def test_ten_acts_of_one_are_no_spread_and_two_each_of_five_are_eight_tenths():
    assert spread({None: 10}) == 0
    assert spread(dict.fromkeys(range(5), 2)) == Decimal("0.8")
    assert spread({}) is None


def test_leadership_counts_organizations_by_condition_and_no_persons(in_riverside, monkeypatch):
    place, now = in_riverside, timezone.now()
    learning.add(initiative=place.initiative, sort="what_if", text="One class east?", by=place.people.ben)
    learning.add(initiative=place.initiative, sort="known", text="Buses are full.", by=place.people.ana)
    entry = learning.add(initiative=place.initiative, sort="unknown", text="Who stays?", by=place.people.ana)
    learning.answer(entry=entry, answer="Half.", by=place.people.ben)
    agenda, *others = leadership(place.initiative, now + timedelta(minutes=1))
    assert (agenda.acts, agenda.organizations, agenda.by_kind) == (3, 2, {"idea": 1, "shared": 1, "answered": 1})
    assert round(agenda.spread, 4) == Decimal("0.4444")
    assert [one.spread for one in others] == [None] * 4
    comms = next(one for one in conditions.registered() if one.slug == "comms")
    acts = [Act("comms", "convened", partner, 1, now) for partner in (1, 2, 3, 4, 5) for _twice in range(2)]
    monkeypatch.setattr(type(comms), "acts", lambda self, initiative, since, until: acts)
    found = {one.slug: one for one in leadership(place.initiative, now)}
    assert found["comms"].spread == Decimal("0.8")


def test_shares_are_of_those_who_lead_no_organization_and_of_small_ones(in_riverside):
    """Ten acts: four by P1's filer, two by P1's lead, four by the backbone's admin; P1 is small, P2 larger."""
    place, now = in_riverside, timezone.now()
    p1, p2, p3 = place.partners
    type(p1).objects.filter(pk=p1.pk).update(is_small=True)
    type(p2).objects.filter(pk=p2.pk).update(is_small=False)
    lead = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=p1)
    ben, ana = place.people.ben, place.people.ana
    who = [(p1.pk, ben.pk)] * 4 + [(p2.pk, lead.pk)] * 2 + [(None, ana.pk)] * 3 + [(p3.pk, ana.pk)]
    acts = [Act("comms", "convened", partner, person, now) for partner, person in who]
    acts += [Act("comms", "decided", p1.pk, ben.pk, now)] * 5
    acts += [Act("agenda", "idea", p1.pk, ben.pk, now)] * 4
    found = {one.slug: one for one in leadership(place.initiative, now, acts)}
    assert found["comms"].acts == 10, "what was decided is no act of the spread"
    assert found["comms"].shares == Shares(10, Decimal("0.4"), Decimal(4) / 6)
    assert found["agenda"].shares == Shares(4, None, None), "too few: they would point at somebody"
    kinds = {str(one.name): one.shares for one in by_kind(acts)}
    assert kinds["Decisions written down"] == Shares(5, Decimal(1), Decimal(1))
    assert kinds["Actions closed"] == Shares(0, None, None)


def test_decisions_and_meetings_tell_who_wrote_them_down(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        make_meeting(riverside, indicator)
        kinds = {one.kind for one in acts_of(riverside.initiative, timezone.now() + timedelta(days=1))}
        assert "decided" in kinds
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(riverside.url("forest/leadership/")).content.decode()
    assert "By small organizations" in page
    assert "Decisions written down" in page


def test_the_roster_says_how_large_a_partner_is(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    page = "/o/riverside/-/partners/P1/"
    for said, kept in (("small", True), ("larger", False), ("", None)):
        sent = {"form": "name", "name": "Partner P1", "sector": "", "is_small": said}
        assert client.post(page, sent).status_code == 302
        with riverside.scope():
            assert type(riverside.partners[0]).objects.get(code="P1").is_small is kept


def test_what_the_records_tell_is_filed_by_itself_and_only_the_backbone_s(in_riverside):
    place, today = in_riverside, in_riverside.tenant.day()
    tree.put_outcome(initiative=place.initiative, slug="stay", title="They stay in work", by=place.people.ana)
    changes.record(
        "filing.approved", on="x", by=place.people.ana, initiative=place.initiative, names="K1", period="2026-10"
    )
    changes.record(
        "outcome.added", on="x", by=place.people.ben, initiative=place.initiative, title="not the backbone's"
    )
    work.write(
        initiative=place.initiative,
        function="policy",
        on=today,
        words="Met the board of education",
        by=place.people.ana,
    )
    found = {one.slug: one for one in work_of(place.initiative, today - timedelta(days=90), today + timedelta(days=1))}
    assert {slug: (one.filed, one.written) for slug, one in found.items()} == {
        "vision": (1, 0), "activities": (0, 0), "measurement": (1, 0), "public_will": (0, 0), "policy": (0, 1),
        "funding": (0, 0),
    }  # fmt: skip
    assert found["vision"].pieces[0].words == "Ana added the result “They stay in work”"
    assert work_of(place.initiative, date(2020, 1, 1), date(2020, 2, 1))[0].count == 0


def test_every_verb_that_counts_is_one_that_something_records():
    assert reverse("backbone:start"), "every page is read, and with it what services teach"
    assert [verb for verb in FUNCTIONS if verb not in changes.sentences()] == []


def test_money_that_is_written_down_with_an_activity_is_work_on_funding(in_riverside):
    place, today = in_riverside, in_riverside.tenant.day()
    money = (MoneySaid("County fund", Decimal(5000), "USD"),)
    register.put(initiative=place.initiative, said=ActivitySaid("a", "Courses", money=money), by=place.people.ana)
    register.put(initiative=place.initiative, said=ActivitySaid("b", "Visits"), by=place.people.ana)
    register.put(initiative=place.initiative, said=ActivitySaid("b", "Visits", money=money), by=place.people.ana)
    found = {one.slug: one.filed for one in work_of(place.initiative, today, today)}
    assert (found["funding"], found["activities"]) == (2, 1)


def test_each_piece_leads_to_what_it_is_about_for_who_may_see_it(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        make_meeting(riverside, indicator)
        tree.put_outcome(initiative=riverside.initiative, slug="stay", title="They stay", by=riverside.people.ana)
        today = riverside.tenant.day()
        pieces = [piece for one in work_of(riverside.initiative, today, today) for piece in one.pieces]
        urls = {piece.url for piece in pieces}
    assert riverside.url("agenda/") in urls
    assert any(re.search(r"/(meetings|decisions|actions)/\d+/$", url) for url in urls)
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(riverside.url("forest/work/")).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    links = set(re.findall(r'href="(/o/[^"?#]+)', main)) & urls
    assert links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_decision_is_filed_under_a_function_from_its_own_page(riverside, client):
    with riverside.scope():
        make_meeting(riverside, factories.make_indicator(riverside.initiative))
        decision = Decision.objects.get()
    page = riverside.url(f"decisions/{decision.number}/")
    client.force_login(factories.user_of(riverside.people.ana))
    way = unescape(re.search(r'href="([^"]+#write)"', client.get(page).content.decode())[1])
    form = client.get(way).content.decode()
    assert decision.text in form
    assert page in form
    client.force_login(factories.user_of(riverside.people.ben))
    assert "#write" not in client.get(page).content.decode()


def test_every_function_is_one_of_six_and_what_is_taken_back_no_longer_counts(in_riverside):
    assert set(FUNCTIONS.values()) <= set(Work.Function.values)
    place, today = in_riverside, in_riverside.tenant.day()
    with pytest.raises(Refused):
        work.write(
            initiative=place.initiative,
            function="funding",
            on=today + timedelta(days=2),
            words="x",
            by=place.people.ana,
        )
    row = work.write(initiative=place.initiative, function="funding", on=today, words="A grant", by=place.people.ana)
    work.take_back(work=row, by=place.people.ana)
    assert sum(one.written for one in work_of(place.initiative, today, today)) == 0


def test_the_report_is_written_read_and_downloaded_by_staff_alone(riverside, client):
    page = riverside.url("forest/work/")
    client.force_login(factories.user_of(riverside.people.ana))
    today = f"{riverside.tenant.day():%Y-%m-%d}"
    assert client.post(page, {"form": "write", "function": "funding", "on": today, "words": ""}).status_code == 422
    sent = {"form": "write", "function": "funding", "on": today, "words": "A grant of the county", "url": ""}
    assert "A grant of the county" in client.post(page, sent, follow=True).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(f"{page}?format=csv").content.decode("utf-8-sig"))))
    assert ["Mobilize funding", today, "A grant of the county", "Ana", "by hand", ""] in rows
    assert client.get(f"{page}?since=2026-02-01&until=2026-01-01").status_code == 200
    with riverside.scope():
        row = Work.objects.get()
    assert "A grant" not in client.post(page, {"form": "take_back", "row": row.pk}, follow=True).content.decode()
    assert client.post(page, {"form": "take_back", "row": row.pk}).status_code == 404
    assert "Who leads" in client.get(riverside.url("forest/leadership/")).content.decode()
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.get(page).status_code == 404
    assert client.get(riverside.url("forest/leadership/")).status_code == 200
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(riverside.url("forest/leadership/")).status_code == 404
