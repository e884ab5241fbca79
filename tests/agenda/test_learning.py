"""The learning ledger: what if, what is known, what is not known yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from agenda.models import Learning, Node
from agenda.selectors.learning import about, overdue, subjects
from agenda.services import learning
from backbone import conditions
from backbone.conditions import Thing, due
from backbone.models import Change
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 1)


def ask(place, text: str = "P5 moves one class east?", **more):
    return learning.add(initiative=place.initiative, by=place.people.ben, **{"sort": "what_if", "text": text, **more})


def codes(caught) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_an_entry_comes_from_the_organization_of_whoever_says_it_and_knows_what_it_is_about(in_riverside):
    things = conditions.things(in_riverside.initiative)
    entry = ask(in_riverside, about=[things[0], things[0]])
    assert entry.partner == in_riverside.partners[0]
    assert [one.row for one in entry.about.all()] == [things[0].of]
    assert about(in_riverside.initiative, things[0].of) == [entry]
    assert Change.objects.get(verb="learning.what_if").partner == in_riverside.partners[0]


def test_what_was_promised_is_owed_and_a_day_needs_a_person(in_riverside):
    ana = in_riverside.people.ana
    with pytest.raises(Refused) as caught:
        ask(in_riverside, learn_by=DAY)
    assert codes(caught) == ["learning.no_owner"]
    entry = ask(in_riverside, sort="unknown", owner=ana, learn_by=DAY)
    now = datetime(2026, 12, 2, 12, tzinfo=UTC)
    (item,) = [one for one in due(ana, now) if one.key.startswith("learning:")]
    assert (item.due, item.is_late, item.member_id) == (DAY, True, ana.pk)
    assert overdue(in_riverside.initiative, DAY + timedelta(days=1)) == [entry]
    assert overdue(in_riverside.initiative, DAY) == []
    learning.answer(entry=entry, answer="Forty.", by=ana)
    assert [one for one in due(ana, now) if one.key.startswith("learning:")] == []


def test_what_came_of_it_is_told_and_can_be_undone(in_riverside):
    ana, entry = in_riverside.people.ana, ask(in_riverside)
    taken = learning.take_up(entry=entry, becomes="action", what="P5 moves in May", by=ana)
    assert (taken.state, taken.closed_by) == ("taken_up", ana)
    told = Change.objects.get(verb="learning.taken_up")
    assert (told.facts["author"], told.facts["what"], told.partner) == (
        "Ben",
        "P5 moves in May",
        in_riverside.partners[0],
    )
    for again in (
        lambda: learning.answer(entry=entry, answer="No", by=ana),
        lambda: learning.drop(entry=entry, reason="No", by=ana),
        lambda: learning.promise(entry=entry, owner=ana, learn_by=DAY, by=ana),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert codes(caught) == ["learning.closed"]
    learning.reopen(entry=entry, by=ana)
    assert Learning.objects.get().state == "open"
    with pytest.raises(Refused) as caught:
        learning.drop(entry=entry, reason="  ", by=ana)
    assert codes(caught) == ["words.missing"]


def test_every_member_writes_and_a_funder_does_not_see_it(riverside, client):
    page = riverside.url("agenda/learning/")
    client.force_login(factories.user_of(riverside.people.ben))
    wrong = client.post(page, {"sort": "unknown", "text": "", "about": ["agenda.outcome:999999"]})
    assert wrong.status_code == 422
    answer = client.post(page, {"sort": "unknown", "text": "Who is missing?"}, follow=True)
    assert "Who is missing?" in answer.content.decode()
    with riverside.scope():
        entry = Learning.objects.get()
    one = riverside.url(f"agenda/learning/{entry.pk}/")
    assert client.post(one, {"form": "take_up", "becomes": "decision", "what": ""}).status_code == 422
    assert client.post(one, {"form": "answer", "answer": "The night school."}).status_code == 302
    assert "The night school." in client.get(one).content.decode()
    assert client.post(one, {"form": "other"}).status_code == 404
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(page).status_code == 404
    assert client.get(one).status_code == 404


def test_the_ledger_asks_as_much_for_many_as_for_few(riverside, client, django_assert_max_num_queries):
    client.force_login(factories.user_of(riverside.people.ana))
    with riverside.scope():
        things = conditions.things(riverside.initiative)
        for number in range(30):
            ask(riverside, f"Number {number}?", about=things[:2])
    with django_assert_max_num_queries(26):
        assert client.get(riverside.url("agenda/learning/")).status_code == 200


def test_an_entry_links_to_what_it_is_about(in_riverside, client):
    initiative = in_riverside.initiative
    indicator = factories.make_indicator(initiative)
    activity = factories.make_activity(initiative, partners=in_riverside.partners[:1])
    node = Node.objects.create(initiative=initiative, slug="seats", label="Open seats", sort="factor")
    things = {thing.of: thing for thing in subjects(initiative)}
    rows = {
        f"measures.indicator:{indicator.pk}": f"indicators/{indicator.slug}/",
        f"activities.activity:{activity.pk}": f"activities/register/{activity.slug}/",
        f"agenda.node:{node.pk}": "agenda/map/?focus=seats",
    }
    partner = things[f"backbone.partner:{in_riverside.partners[1].pk}"]
    gone = Thing("agenda.node:999999", "node:gone", "Gone since")
    entry = ask(in_riverside, about=[*(things[row] for row in rows), partner, gone])
    client.force_login(factories.user_of(in_riverside.people.ben))
    for page in ("agenda/learning/", f"agenda/learning/{entry.pk}/"):
        shown = client.get(in_riverside.url(page)).content.decode()
        for row, rest in rows.items():
            assert (
                f'<a href="{in_riverside.url(rest)}">{things[row].code} {things[row].label}'.replace("> ", ">") in shown
            )
        assert f'/-/partners/?q=P2">P2 {partner.label}</a>' in shown
        assert "Gone since" in shown
        assert "Gone since</a>" not in shown


def test_what_it_is_about_is_chosen_from_the_map_and_the_partners_too(in_riverside, client):
    node = Node.objects.create(initiative=in_riverside.initiative, slug="seats", label="Open seats", sort="factor")
    client.force_login(factories.user_of(in_riverside.people.ben))
    about = [f"agenda.node:{node.pk}", f"backbone.partner:{in_riverside.partners[2].pk}"]
    sent = {"sort": "what_if", "text": "What if P3 had ten more?", "about": about}
    assert client.post(in_riverside.url("agenda/learning/"), sent).status_code == 302
    assert [one.row for one in Learning.objects.get().about.order_by("pk")] == about
