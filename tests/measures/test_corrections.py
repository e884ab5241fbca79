"""Corrections: what stands goes on counting until the other side agrees, and an override is never silent."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from measures import duties
from measures.models import Correction, Figure, FigureEvent, Restatement, StaleMark, ValidationRule
from measures.rules.figures import Entry
from measures.rules.written import fingerprint
from measures.services import corrections
from tests import factories
from tests.measures.test_reading_pages import text

OCTOBER = date(2026, 10, 1)
PARTS = ("16-19", "20-24")


@pytest.fixture(autouse=True)
def twenty_fifth_of_november():
    """October is locked since the 20th."""
    with time_machine.travel("2026-11-25T15:00:00Z", tick=False):
        yield


@pytest.fixture
def place(riverside):
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "age", *PARTS)
        riverside.k1 = factories.make_indicator(riverside.initiative, code="K1", breakdowns=["age"])
        for category, value in (("", 300), ("age:16-19", 100), ("age:20-24", 200)):
            factories.make_figure(
                riverside.k1, riverside.partners[0], OCTOBER, value, category=category,
                submitted_by=riverside.people.ben,
            )  # fmt: skip
        people = riverside.people
        people.lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0])
        people.dan = factories.make_member("dan@x.example", "Dan", Role.DATA_STEWARD)
        people.cy = factories.make_member("cy@x.example", "Cy", Role.PARTNER_FILER, partner=riverside.partners[1])
    return riverside


@pytest.fixture
def inside(place):
    with place.scope():
        yield place


def cells(total, young=None, older=None) -> dict[str, Entry]:
    said = {"": total, "age:16-19": young, "age:20-24": older}
    return {key: Entry(value=Decimal(value)) for key, value in said.items() if value is not None}


def where(place, **more):
    return {
        "initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER, "indicator": place.k1, **more
    }  # fmt: skip


def request(place, new=None, reason="20 were counted twice", by=None) -> Correction:
    said = cells(280, 100, 180) if new is None else new
    return corrections.request(**where(place, cells=said, reason=reason, by=by or place.people.ben))


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.problems[0].code


def values() -> dict[str, Decimal]:
    return dict(Figure.objects.values_list("category", "value"))


# --- a partner asks ---


def test_the_approved_figure_counts_until_the_correction_is_approved(inside):
    correction = request(inside)
    assert (correction.state, correction.origin) == ("open", "request")
    assert values() == {"": 300, "age:16-19": 100, "age:20-24": 200}
    assert not StaleMark.objects.exists()
    corrections.approve(correction=correction, by=inside.people.dan)
    assert values() == {"": 280, "age:16-19": 100, "age:20-24": 180}
    assert set(Figure.objects.values_list("state", flat=True)) == {"approved"}
    assert StaleMark.objects.values_list("indicator", "period", "partner_id").distinct().count() == 1


def test_the_history_says_who_agreed_and_why_and_the_ledger_has_each_cell_once(inside):
    corrections.approve(correction=request(inside), by=inside.people.dan)
    event = FigureEvent.objects.filter(category="").latest("pgh_id")
    assert (event.value, event.changed_by_id) == (280, inside.people.dan.pk)
    assert event.changed_because == "20 were counted twice"
    rows = Restatement.objects.order_by("category").values_list("category", "before", "after", "reason", "at")
    assert [row[:4] for row in rows] == [
        ("", {"value": "300"}, {"value": "280"}, "20 were counted twice"),
        ("age:20-24", {"value": "200"}, {"value": "180"}, "20 were counted twice"),
    ]
    assert {row[4] for row in rows} == {event.pgh_created_at}
    assert list(Change.objects.order_by("pk").values_list("verb", flat=True)) == [
        "correction.requested",
        "correction.approved",
    ]


def test_the_rules_are_asked_at_once(inside):
    assert refused(request, inside, cells(280, 100, 200)) == "sum.mismatch"
    assert refused(request, inside, {"": Entry()}) == "figure.blank"
    assert refused(request, inside, cells(300, 100, 200)) == "correction.same"
    assert refused(request, inside, reason="  ") == "correction.no_reason"
    assert not Correction.objects.exists()


def test_rules_over_several_lines_and_limits_of_the_staff_hold_for_corrections_too(inside):
    k2 = factories.make_indicator(inside.initiative, "started", code="K2")
    factories.make_figure(k2, inside.partners[0], OCTOBER, 290)
    rule = ValidationRule.objects.create(
        initiative=inside.initiative, slug="started-first", left="{completions}", right="{started}", severity="hard",
        message="Nobody completes who did not start.",
    )  # fmt: skip
    assert refused(request, inside, cells(310, 100, 210)) == "rule.broken"
    request(inside, cells(280, 100, 180))
    rule.delete()


def test_only_what_is_approved_is_corrected(inside):
    Figure.objects.filter(category="").update(state="submitted")
    assert refused(request, inside) == "correction.not_approved"


def test_one_correction_at_a_time(inside):
    request(inside)
    assert refused(request, inside, cells(290, 100, 190)) == "correction.open_already"


def test_nobody_approves_their_own(inside):
    both = factories.make_member("both@x.example", "Bo", Role.DATA_STEWARD)
    correction = request(inside, by=both)
    assert refused(corrections.approve, correction=correction, by=both) == "correction.own"
    asked = request_answered(inside, correction, by=inside.people.ben)
    assert refused(corrections.approve, correction=asked, by=inside.people.ben) == "correction.own"
    corrections.approve(correction=asked, by=both)  # Ben wrote the numbers that count now


def request_answered(place, correction, by):
    corrections.ask_back(correction=correction, by=place.people.dan, words="Which 20?")
    return corrections.answer(correction=correction, cells=cells(270, 90, 180), words="Those of June", by=by)


def test_asking_back_and_answering_keep_the_words(inside):
    correction = request(inside)
    assert (
        refused(corrections.ask_back, correction=correction, by=inside.people.dan, words=" ") == "correction.no_words"
    )
    correction = request_answered(inside, correction, by=inside.people.ben)
    assert correction.state == "open"
    corrections.approve(correction=correction, by=inside.people.dan, words="Thank you")
    assert values()[""] == 270
    words = list(Change.objects.order_by("pk").values_list("verb", "facts__words"))
    assert words[1:] == [
        ("correction.asked", "Which 20?"),
        ("correction.answered", "Those of June"),
        ("correction.approved", "Thank you"),
    ]


def test_declined_or_withdrawn_nothing_changes_and_nothing_is_decided_twice(inside):
    correction = request(inside)
    assert refused(corrections.decline, correction=correction, by=inside.people.dan, words="") == "correction.no_words"
    corrections.decline(correction=correction, by=inside.people.dan, words="The list says 300")
    assert refused(corrections.approve, correction=correction, by=inside.people.dan) == "correction.not_open"
    other = request(inside)
    corrections.withdraw(correction=other, by=inside.people.ben)
    assert refused(corrections.withdraw, correction=other, by=inside.people.ben) == "correction.not_open"
    assert values()[""] == 300
    assert not Restatement.objects.exists()


def test_a_figure_that_changed_meanwhile_is_named_with_both_values(inside):
    correction = request(inside)
    corrections.override(**where(inside, cells=cells(290, 100, 190), reason="Audit", by=inside.people.dan))
    with pytest.raises(Refused) as caught:
        corrections.approve(correction=correction, by=inside.people.dan)
    problem = caught.value.problems[0]
    assert problem.code == "correction.stale"
    assert "it was 300 then and is 290 now; asked for is 280" in problem.message
    corrections.approve(correction=correction, by=inside.people.dan, seen=fingerprint(cells(290, 100, 190)))
    assert values()[""] == 280


def test_a_part_that_a_correction_leaves_out_goes_and_stays_in_the_history(inside):
    not_collected = {"": Entry(is_not_collected=True, reason="The list is lost")}
    corrections.approve(correction=request(inside, not_collected), by=inside.people.dan)
    assert list(Figure.objects.values_list("category", "is_not_collected")) == [("", True)]
    gone = FigureEvent.objects.filter(pgh_label="delete").values_list("category", "state", "changed_because")
    assert sorted(gone) == [(f"age:{part}", "approved", "20 were counted twice") for part in PARTS]
    assert Restatement.objects.filter(after={}).count() == 2


# --- the backbone proposes, or overrides ---


def test_a_proposal_waits_for_the_partner_and_is_applied_as_the_partners(inside):
    proposal = corrections.propose(**where(inside, cells=cells(280, 100, 180), reason="Audit", by=inside.people.dan))
    assert values()[""] == 300
    assert refused(corrections.approve, correction=proposal, by=inside.people.dan) == "correction.own"
    corrections.approve(correction=proposal, by=inside.people.ben)
    total = Figure.objects.get(category="")
    assert (total.value, total.changed_by, total.submitted_by) == (280, inside.people.ben, inside.people.ben)
    assert Change.objects.latest("pk").verb == "correction.accepted"


def test_an_override_is_recorded_as_one(inside):
    corrections.override(**where(inside, cells=cells(290, 100, 190), reason="Audit", by=inside.people.dan))
    assert values()[""] == 290
    change = Change.objects.get()
    assert (change.verb, change.by, change.partner) == ("filing.overridden", inside.people.dan, inside.partners[0])
    assert change.facts["because"] == "Audit"
    assert change.facts["indicators"] == ["completions"]
    assert set(Restatement.objects.values_list("correction", flat=True)) == {None}


def test_only_a_steward_overrides(inside):
    what = where(inside, cells=cells(290, 100, 190), reason="Audit", by=inside.people.lea)
    assert refused(corrections.override, **what) == "override.not_yours"


# --- through the door ---


def browser(place, who: str) -> Client:
    client = Client()
    with place.scope():
        client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def typed(place, total="280", young="100", older="180", reason="20 were counted twice", **more) -> dict[str, str]:
    pk = place.k1.pk
    return {
        f"{pk}/here": "1", f"{pk}//value": total, f"{pk}/age:16-19/value": young, f"{pk}/age:20-24/value": older,
        f"{pk}/age:unknown/value": "", "reason": reason, "do": "send", **more,
    }  # fmt: skip


def line_url(place, rest: str) -> str:
    return place.url(f"indicators/completions/P1/2026-10/{rest}/")


def test_a_filer_asks_and_a_steward_approves(place):
    ben, dan = browser(place, "ben"), browser(place, "dan")
    form = ben.get(line_url(place, "correction"))
    assert "stands at 300" in text(form)
    answer = ben.post(line_url(place, "correction"), typed(place), follow=True)
    assert "300 → to 280" in text(answer)
    assert "Requested waits for the backbone team" in text(answer)
    url = answer.redirect_chain[-1][0]
    assert "Approve 280" not in text(answer)
    assert ben.post(url, {"do": "approve"}).status_code == 404
    said = text(ben.get(place.url("indicators/completions/P1/2026-10/")))
    assert "Requested Correction by Ben" in said
    assert "300" in said
    page = dan.get(url)
    assert "Approve 280" in text(page)
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
    done = dan.post(url, {"do": "approve", "seen": seen}, follow=True)
    assert "The figure is corrected." in text(done)
    said = text(ben.get(place.url("indicators/completions/P1/2026-10/")))
    assert "Dan corrected 300 to 280 for P1, as Ben had asked 20 were counted twice" in said
    assert "Override" not in said.replace("Override it", "")


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(place):
    answer = browser(place, "ben").post(line_url(place, "correction"), typed(place, older="200", reason=""))
    assert answer.status_code == 422
    said = text(answer)
    assert "That is 20 more than 280" in said
    assert 'value="280"' in answer.content.decode()


def test_the_rest_goes_into_unknown_by_a_button(place):
    do = {"do": f"rest:{place.k1.pk}:age"}
    answer = browser(place, "ben").post(line_url(place, "correction"), typed(place, older="170", **do))
    field = re.search(r'name="\d+/age:unknown/value" value="(\d+)"', answer.content.decode())
    assert field[1] == "10"


def test_a_figure_that_is_not_approved_has_no_such_page(place):
    with place.scope():
        Figure.objects.update(state="submitted")
    assert browser(place, "ben").get(line_url(place, "correction")).status_code == 404


def test_another_partner_sees_nothing_of_it(place):
    with place.scope():
        correction = request(place)
    cy = browser(place, "cy")
    assert cy.get(place.url(f"corrections/{correction.pk}/")).status_code == 404
    assert "K1" not in text(cy.get(place.url("corrections/")))
    assert cy.get(line_url(place, "correction")).status_code == 404


def test_an_override_names_its_consequence_first(place):
    dan = browser(place, "dan")
    confirm = dan.post(line_url(place, "override"), typed(place, reason="Audit"))
    said = text(confirm)
    assert "Completions of P1: 300 becomes 280 now" in said
    assert "A mail tells Ben, Lea." in said
    with place.scope():
        assert values()[""] == 300
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', confirm.content.decode()))
    done = dan.post(line_url(place, "override"), {**kept, "do": "confirm"}, follow=True)
    assert "Override by Dan" in text(done)
    with place.scope():
        assert values()[""] == 280


def test_a_proposal_is_accepted_or_declined_by_the_partner(place):
    dan, lea = browser(place, "dan"), browser(place, "lea")
    sent = dan.post(line_url(place, "proposal"), typed(place), follow=True)
    url = sent.redirect_chain[-1][0]
    assert "Proposed waits for the partner" in text(sent)
    refusal = lea.post(url, {"do": "decline", "words": ""})
    assert refusal.status_code == 422
    done = text(lea.post(url, {"do": "decline", "words": "Our list says 300"}, follow=True))
    assert "Declined" in done
    assert "Our list says 300" in done


def test_the_list_asks_as_often_for_many_as_for_one(place):
    ana = browser(place, "ana")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.get(place.url("corrections/")).status_code == 200
        return len(queries)

    with place.scope():
        request(place)
    count()
    one = count()
    with place.scope():
        for month in range(1, 9):
            period = date(2026, month, 1)
            factories.make_figure(place.k1, place.partners[0], period, 300)
            what = where(place, cells=cells(280), reason="x", by=place.people.ben) | {"period": period}
            corrections.request(**what)
    assert count() == one


def test_whoever_has_to_decide_has_it_among_what_they_owe(inside):
    people = inside.people

    def asked(member) -> list[str]:
        return [item.label for item in duties.due(member, timezone.now()) if item.key.startswith("correction:")]

    correction = request(inside)
    words = "Correction of K1, P1, October 2026"
    assert (asked(people.dan), asked(people.ben), asked(people.lea), asked(people.cy)) == ([words], [], [], [])
    corrections.ask_back(correction=correction, by=people.dan, words="Which 20?")
    assert (asked(people.dan), asked(people.ben), asked(people.lea), asked(people.cy)) == ([], [words], [words], [])
    corrections.withdraw(correction=correction, by=people.ben)
    assert (asked(people.dan), asked(people.ben)) == ([], [])
