"""The backbone's own work by its six functions, and how widely leadership is spread."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from agenda.services import learning, tree
from backbone import changes, conditions
from backbone.conditions import Act
from backbone.models import Work
from backbone.problems import Refused
from backbone.rules.spread import spread
from backbone.selectors.leadership import leadership
from backbone.selectors.work import FUNCTIONS, work_of
from backbone.services import work
from tests import factories

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


def test_what_the_records_tell_is_filed_by_itself_and_only_the_backbone_s(in_riverside):
    place, today = in_riverside, timezone.localdate()
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


def test_every_function_is_one_of_six_and_what_is_taken_back_no_longer_counts(in_riverside):
    assert set(FUNCTIONS.values()) <= set(Work.Function.values)
    place, today = in_riverside, timezone.localdate()
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
    today = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    assert client.post(page, {"form": "write", "function": "funding", "on": today, "words": ""}).status_code == 422
    sent = {"form": "write", "function": "funding", "on": today, "words": "A grant of the county", "url": ""}
    assert "A grant of the county" in client.post(page, sent, follow=True).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(f"{page}?format=csv").content.decode("utf-8-sig"))))
    assert ["Mobilize funding", today, "A grant of the county", "Ana", "by hand"] in rows
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
