"""Decisions and actions: what they rest on, who was missing, what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agenda.models import Learning, Strategy
from agenda.services import learning, tree, voices
from backbone import conditions
from backbone.conditions import due
from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import groups, tenants
from comms.models import Action, ActionStep, Announcement, Citation, Decision, Note
from comms.rules.citing import has_flipped, has_moved
from comms.services import actions, announcements, decisions, evidence, sessions
from measures.models import Figure
from measures.services import rollups
from tests import factories
from tests.comms.meeting import DAY, filed, in_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel("2026-11-18T15:00:00Z", tick=False):
        yield


def decide(place, text: str = "We go on", **more) -> Decision:
    return decisions.decide(initiative=place.initiative, text=text, by=place.people.ana, **more)


def restate(place, indicator, value) -> None:
    Figure.objects.filter(indicator=indicator, partner=place.partners[0]).update(value=value)
    rollups.rebuild(place.initiative)


def absent(decision: Decision) -> list[str]:
    return [one.partner.code for one in decision.absences.select_related("partner")]


# --- N11 ---


def test_a_restatement_beyond_the_tolerance_is_flagged_once_and_a_small_one_is_not(in_riverside):
    """The specification's own numbers: cited at 120, restated to 95, and to 119."""
    indicator = filed(in_riverside, 120)
    decision = decide(in_riverside, cite=[indicator])
    assert evidence.check(in_riverside.initiative) == []
    restate(in_riverside, indicator, 119)
    assert evidence.check(in_riverside.initiative) == []
    restate(in_riverside, indicator, 95)
    (flagged,) = evidence.check(in_riverside.initiative)
    assert (flagged.before.split(" ")[0], flagged.after.split(" ")[0]) == ("120", "95")
    restate(in_riverside, indicator, 40)
    assert evidence.check(in_riverside.initiative) == []
    assert Change.objects.filter(verb="decision.evidence").count() == 1
    assert Note.objects.filter(key=f"evidence:{flagged.pk}").count() == 1
    (one,) = [one for one in conditions.proposed(in_riverside.initiative, timezone.now()) if "comms" in one.about]
    assert one.about == f"comms.decision:{decision.pk}"
    decisions.review(decision=decision, by=in_riverside.people.ana)
    assert [o for o in conditions.proposed(in_riverside.initiative, timezone.now()) if "comms" in o.about] == []


def test_what_was_looked_at_is_flagged_again_when_it_moves_again(in_riverside):
    ana, indicator = in_riverside.people.ana, filed(in_riverside, 120)
    decision = decide(in_riverside, cite=[indicator])
    restate(in_riverside, indicator, 95)
    evidence.check(in_riverside.initiative)
    decisions.review(decision=decision, by=ana)
    for value in (95, 96, 92):
        restate(in_riverside, indicator, value)
        assert evidence.check_all() == 0, value
    restate(in_riverside, indicator, 120)
    with time_machine.travel("2026-11-20T15:00:00Z", tick=False):
        assert evidence.check_all() == 1
        assert evidence.check_all() == 0
    citation = Citation.objects.get()
    assert (citation.before.split(" ")[0], citation.after.split(" ")[0]) == ("95", "120")
    assert citation.pinned["figure"]["value"].startswith("120."), "what was cited stands"
    assert citation.seen_by is None
    assert Note.objects.filter(kind="decision", member=ana).count() == 2
    (one,) = [one for one in conditions.proposed(in_riverside.initiative, timezone.now()) if "comms" in one.about]
    assert one.about == f"comms.decision:{decision.pk}"


def test_a_late_report_changes_the_evidence_as_well(in_riverside):
    indicator = filed(in_riverside, 300, 400, None)
    decide(in_riverside, cite=[indicator])
    factories.make_figure(indicator, in_riverside.partners[2], DAY.replace(month=10, day=1), 330)
    rollups.rebuild(in_riverside.initiative)
    (flagged,) = evidence.check(in_riverside.initiative)
    assert "2 of 3" in flagged.before
    assert flagged.after.startswith("1,030")


def test_the_tolerance_is_the_tenant_s_and_what_is_withdrawn_rests_on_nothing(in_riverside):
    indicator = filed(in_riverside, 120)
    decision = decide(in_riverside, cite=[indicator])
    tenants.change_settings(tenant=in_riverside.tenant, by=in_riverside.people.ana, evidence_tolerance=30)
    restate(in_riverside, indicator, 95)
    assert evidence.check(in_riverside.initiative) == []
    restate(in_riverside, indicator, 20)
    decisions.withdraw(decision=decision, reason="It was wrong", by=in_riverside.people.ana)
    assert evidence.check(in_riverside.initiative) == []


def test_a_published_figure_that_moves_tells_whoever_cites_it(in_riverside):
    indicator = filed(in_riverside, 120)
    decide(in_riverside, cite=[indicator])
    restate(in_riverside, indicator, 10)
    for condition in conditions.registered():
        condition.evidence_changed(in_riverside.initiative, ["K1"])
    assert Citation.objects.get().changed_at is not None


@pytest.mark.parametrize(
    ("before", "after", "is_moved"),
    [(100, 105, False), (100, 106, True), (100, 95, False), (100, 94, True), (0, 0, False), (0, 1, True),
     (None, None, False), (None, 0, True), (-100, -94, True), (3, None, True)],
)  # fmt: skip
def test_a_move_is_more_than_so_many_percent_of_what_it_was(before, after, is_moved):
    assert has_moved(before, after, 5) is is_moved


def test_a_verdict_that_was_not_given_cannot_flip():
    assert has_flipped("behind", "reached")
    assert not has_flipped("not_judged", "reached")
    assert not has_flipped("behind", "too_early")
    assert not has_flipped("behind", "behind")


# --- N14 ---


def test_a_decision_names_who_was_expected_and_absent_and_not_who_was_excused(in_riverside):
    ana, (p1, p2, p3) = in_riverside.people.ana, in_riverside.partners
    tree.put_strategy(outcome=in_riverside.initiative.outcomes.get(), slug="evening", title="Evening", by=ana)
    strategy = Strategy.objects.select_related("outcome__initiative").get()
    voices.expect(strategy=strategy, partners=[p1, p2], by=ana)
    meeting = in_session(in_riverside, there="PAA")
    of_strategy = decide(in_riverside, meeting=meeting, strategy=strategy)
    of_all = decide(in_riverside, meeting=meeting)
    assert absent(of_strategy) == ["P2"]
    assert absent(of_all) == ["P2", "P3"]
    voices.put_seat(initiative=in_riverside.initiative, voice="Parents", partner=p3, by=ana)
    sessions.attend(meeting=meeting, partner=p2, presence="excused", by=ana)
    assert absent(of_strategy) == ["P3"]
    assert absent(of_all) == ["P3"]
    sessions.attend(meeting=meeting, partner=p3, presence="present", by=ana)
    assert absent(of_all) == []


def test_whoever_did_not_agree_was_no_silent_seat(in_riverside):
    ana, (_, p2, p3) = in_riverside.people.ana, in_riverside.partners
    meeting = in_session(in_riverside, there="P")
    row = decide(in_riverside, meeting=meeting, dissent=[(p2, "Too fast")])
    assert absent(row) == ["P3"]
    decisions.dissent(decision=row, partner=p3, by=ana)
    assert absent(row) == []
    sessions.attend(meeting=meeting, partner=p2, presence="absent", by=ana)
    assert absent(row) == ["P2"]


def test_while_nobody_has_said_who_is_there_nobody_is_absent(in_riverside):
    meeting = in_session(in_riverside, there="")
    assert absent(decide(in_riverside, meeting=meeting)) == []


# --- the register ---


def test_decisions_are_numbered_and_rest_on_the_newest_agenda(in_riverside):
    from agenda.services import versions

    version = versions.publish(initiative=in_riverside.initiative, by=in_riverside.people.ana, note="first")
    made = [decide(in_riverside), decide(in_riverside, "And this")]
    assert [str(one) for one in made] == ["D-1", "D-2"]
    assert made[0].agenda_version == version
    with pytest.raises(Refused):
        decide(in_riverside, review_on=DAY - timedelta(days=3))


def test_a_decision_is_replaced_withdrawn_or_looked_at_again(in_riverside):
    ana = in_riverside.people.ana
    first, second = decide(in_riverside, review_on=DAY), decide(in_riverside, "Better")
    keys = [one.key for one in due(ana, timezone.now())]
    assert keys == [f"decision:{first.pk}:{DAY}"]
    decisions.review(decision=first, by=ana, review_on=DAY + timedelta(days=90))
    assert due(ana, timezone.now()) == []
    with pytest.raises(Refused):
        decisions.review(decision=first, by=ana, review_on=DAY)
    with pytest.raises(Refused):
        decisions.replace(decision=first, other=first, by=ana)
    decisions.replace(decision=first, other=second, by=ana)
    assert Decision.objects.get(number=1).replaced_by == second
    with pytest.raises(Refused):
        decisions.withdraw(decision=second, reason=" ", by=ana)
    decisions.withdraw(decision=second, reason="It was wrong", by=ana)
    for one in (first, second):
        with pytest.raises(Refused):
            decisions.review(decision=one, by=ana)


def test_the_register_is_searched_and_a_page_shows_what_a_decision_rests_on(riverside, client):
    with riverside.scope():
        indicator = filed(riverside, 300, 200, None)
        decide(riverside, "We move the class 50% east", reason="Near", cite=[indicator])
        decide(riverside, "We wait")
    client.force_login(factories.user_of(riverside.people.ben))
    html = client.get(riverside.url("decisions/?q=class+near")).content.decode()
    assert "D-1" in html
    assert "D-2" not in html
    assert "D-1" not in client.get(riverside.url("decisions/?q=5_%25")).content.decode()
    assert "D-1" not in client.get(riverside.url("decisions/?state=changed")).content.decode()
    page = client.get(riverside.url("decisions/1/")).content.decode()
    assert "500" in page
    assert "2 of 3 partners have filed" in page
    posts = [
        {"form": "cite", "cite": [indicator.pk]},
        {"form": "dissent", "partner": riverside.partners[1].pk, "words": "Too far"},
        {"form": "review", "review_on": "2027-05-01"},
    ]
    for fields in posts:
        assert client.post(riverside.url("decisions/1/"), fields).status_code == 302
    assert client.post(riverside.url("decisions/1/"), {"form": "withdraw", "reason": ""}).status_code == 422
    assert client.post(riverside.url("decisions/1/"), {"form": "nonsense"}).status_code == 404
    assert "Too far" in client.get(riverside.url("decisions/1/")).content.decode()
    with riverside.scope():
        assert Citation.objects.count() == 1
    new = {"text": "By mail", "decided_on": "2026-11-17", "words": "x"}
    assert client.post(riverside.url("decisions/new/"), new).status_code == 422
    assert client.post(riverside.url("decisions/new/"), new | {"words": ""}).status_code == 302
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(riverside.url("decisions/")).status_code == 404


@pytest.mark.parametrize("words", ["D-1", "d-1,", "“D-1”", "K1", "course ends", "far", "K1 near"])
def test_a_decision_is_found_by_its_number_its_figures_and_what_was_said_against_it(riverside, client, words):
    with riverside.scope():
        indicator = filed(riverside, 300, 200, None)
        p2 = riverside.partners[1]
        decide(riverside, "We move east", reason="Near", cite=[indicator], dissent=[(p2, "It is too far")])
        decide(riverside, "We wait")
    client.force_login(factories.user_of(riverside.people.ben))
    for page in ("decisions/", "find/"):
        html = client.get(riverside.url(page), {"q": words}).content.decode()
        assert "We move east" in html, page
        assert "We wait" not in html, page


@pytest.mark.parametrize("words", ["D-3", "A-1", "D-", "D-²", "D-" + "9" * 30, "K", "D-1 wait"])
def test_what_names_no_decision_finds_none(riverside, client, words):
    with riverside.scope():
        decide(riverside, "We move east", cite=[filed(riverside, 300)])
        decide(riverside, "We rest")
    client.force_login(factories.user_of(riverside.people.ben))
    html = client.get(riverside.url("decisions/"), {"q": words}).content.decode()
    assert "No decision is like that." in html


def test_a_decision_is_passed_on_and_its_page_says_who_has_read_it(riverside, client):
    with riverside.scope():
        ana, (p1, p2, _p3) = riverside.people.ana, riverside.partners
        group = groups.make(initiative=riverside.initiative, name="East", slug="east", by=ana)
        groups.put(group=group, member=riverside.people.ben, partner=p1, by=ana)
        lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=p2)
        groups.put(group=group, member=lea, partner=p2, by=ana)
        made = decide(riverside, "We move east", reason="Near")
    client.force_login(factories.user_of(ana))
    page = client.get(riverside.url("decisions/1/")).content.decode()
    assert "Nobody was asked to read it." in page
    assert f'href="{riverside.url("announcements/")}?decision=1#new"' in page
    form = client.get(riverside.url("announcements/"), {"decision": 1}).content.decode()
    assert 'value="D-1: We move east"' in form
    assert f'<option value="{made.pk}" selected>' in form
    for wrong in ("2", "x", "9" * 30):
        assert "selected>D-" not in client.get(riverside.url("announcements/"), {"decision": wrong}).content.decode()
    sent = {"title": "D-1", "text": "", "group": group.pk, "decision": made.pk, "needs_answer": "on"}
    assert client.post(riverside.url("announcements/"), sent).status_code == 302
    with riverside.scope():
        announced = Announcement.objects.get()
        assert (announced.about, announced.url) == (f"comms.decision:{made.pk}", riverside.url("decisions/1/"))
        announcements.acknowledge(announcement=announced, partner=p1, by=riverside.people.ben)
    for who, may in ((ana, True), (lea, False)):
        client.force_login(factories.user_of(who))
        page = client.get(riverside.url("decisions/1/")).content.decode()
        assert "1 of 2 have read it" in page
        assert ("Pass it on to those it affects" in page) == may


# --- actions ---


def act(place, **more) -> Action:
    return actions.add(
        **{
            "initiative": place.initiative, "what": "Ask the school", "owner": place.people.ben, "due_on": DAY,
            "by": place.people.ana,
        }
        | more
    )  # fmt: skip


def test_whoever_proposed_an_action_is_told_when_it_moves(in_riverside):
    ana, ben = in_riverside.people.ana, in_riverside.people.ben
    action = act(in_riverside)
    assert [one.member for one in Note.objects.select_related("member")] == [ben]
    assert actions.move(action=action, state="active", by=ben, note="Called")
    assert not actions.move(action=action, state="active", by=ben)
    assert actions.move(action=action, state="done", by=ben)
    told = list(Note.objects.filter(member=ana).order_by("pk"))
    assert [one.text for one in told] == [
        "A-1 is now “Under way”: Ask the school", "A-1 is now “Done”: Ask the school",
    ]  # fmt: skip
    assert told[0].url == in_riverside.url("actions/1/")
    assert [(one.state, one.note) for one in ActionStep.objects.all()] == [
        ("open", ""), ("active", "Called"), ("done", ""),
    ]  # fmt: skip
    assert Action.objects.get().closed_at is not None
    assert actions.move(action=action, state="open", by=ana)
    assert Action.objects.get().closed_at is None


def test_an_action_is_owed_by_who_does_it_until_it_is_done(in_riverside):
    ben = in_riverside.people.ben
    action = act(in_riverside, due_on=DAY - timedelta(days=1))
    (item,) = due(ben, timezone.now())
    assert (item.key, item.member_id, item.is_late) == (f"comms.action:{action.pk}", ben.pk, True)
    assert item.url == in_riverside.url("actions/1/")
    actions.change(action=action, owner=in_riverside.people.ana, due_on=DAY, by=ben, note="Not mine")
    assert due(ben, timezone.now()) == []
    with pytest.raises(Refused):
        actions.change(action=action, owner=in_riverside.people.fay, due_on=DAY, by=ben)


def test_an_entry_of_the_ledger_becomes_an_action_and_its_author_hears_of_it(in_riverside):
    ben, ana = in_riverside.people.ben, in_riverside.people.ana
    entry = learning.add(initiative=in_riverside.initiative, sort="what_if", text="One class east?", by=ben)
    action = act(in_riverside, owner=ana, entry=entry)
    taken = Learning.objects.get()
    assert (taken.state, taken.becomes, taken.taken_up_url) == ("taken_up", "action", in_riverside.url("actions/1/"))
    assert (action.source, action.proposer) == (f"agenda.learning:{entry.pk}", ben)
    actions.move(action=action, state="done", by=ana)
    assert Note.objects.filter(member=ben, text__contains="Done").count() == 1


def test_actions_are_read_as_a_list_and_as_a_board_and_moved_on_their_page(riverside, client):
    with riverside.scope():
        act(riverside, partner=riverside.partners[0])
        act(riverside, what="Paint", owner=riverside.people.ana)
    client.force_login(factories.user_of(riverside.people.ben))
    assert (
        client.post(riverside.url("actions/1/"), {"form": "move", "state": "done", "note": "Easy"}).status_code == 302
    )
    page = client.get(riverside.url("actions/1/")).content.decode()
    assert "Easy" in page
    listed = client.get(riverside.url("actions/")).content.decode()
    assert "Paint" in listed
    assert "Ask the school" not in listed
    assert "Ask the school" in client.get(riverside.url("actions/?state=done&partner=P1")).content.decode()
    assert "Paint" not in client.get(riverside.url("actions/?mine=1")).content.decode()
    for words in ("A-2", "a-2.", "ana"):
        found = client.get(riverside.url("actions/"), {"q": words, "state": "undone"}).content.decode()
        assert "Paint" in found, words
    assert "Paint" not in client.get(riverside.url("actions/?q=A-1")).content.decode()
    board = client.get(riverside.url("actions/?view=board")).content.decode()
    assert "Ask the school" in board
    assert "Paint" in board
    page = riverside.url("actions/")
    with riverside.scope():
        paint = {"row": Action.objects.get(number=2).pk, "state": "active"}
    assert client.post(f"{page}?view=board&mine=1", paint)["Location"] == f"{page}?view=board&mine=1"
    part = client.post(f"{page}?view=board", paint | {"state": "done"}, headers={"HX-Request": "true"})
    done = part.content.decode().partition('id="column-done"')[2].partition("</section>")[0]
    assert "Paint" in done
    assert "<html" not in part.content.decode()
    with riverside.scope():
        assert [(one.state, one.by.name) for one in ActionStep.objects.filter(action__number=2)] == [
            ("open", "Ana"), ("active", "Ben"), ("done", "Ben"),
        ]  # fmt: skip
        assert Note.objects.filter(member=riverside.people.ana, text__contains="Paint").count() == 2
    assert client.post(page, paint | {"state": "lost"}).status_code == 404
    assert client.post(page, paint | {"row": 10**9}).status_code == 404
    new = {"what": "More", "owner": riverside.people.ben.pk, "due_on": "2026-12-01"}
    assert client.post(riverside.url("actions/new/"), new).status_code == 302
    assert client.post(riverside.url("actions/new/"), new | {"due_on": ""}).status_code == 422
    wrong = {"form": "change", "owner": "", "due_on": "2026-12-01"}
    assert client.post(riverside.url("actions/2/"), wrong).status_code == 422
    assert client.post(riverside.url("actions/2/"), {"form": "move", "state": "lost"}).status_code == 404
