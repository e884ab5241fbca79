"""The nightly watch: what it finds, once; who sees it; and what people make of it."""

from __future__ import annotations

from datetime import date

import pytest

from activities.models import Finding
from activities.services import watching
from activities.tasks import watch
from agenda.models import Learning
from backbone.models import Change, Initiative, Tenant
from backbone.problems import Refused
from backbone.roles import Role
from measures.models import Target
from measures.rules.periods import add_months
from tests import factories
from tests.activities import worlds

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
LAST = date(2026, 10, 1)
PAGE = "activities/watch/"


def file(indicator, partners, last: date, before: dict, after: dict) -> None:
    """Six months of figures of each partner, three as before and three as after."""
    for back in range(6):
        for partner in partners:
            factories.make_figure(indicator, partner, add_months(last, -back), **(after if back < 3 else before))


@pytest.fixture
def place(in_riverside, time_machine):
    """Intake went from 100 to 120, and two months later timely service from 80% to 70%."""
    time_machine.move_to(TODAY)
    initiative = in_riverside.initiative
    intake = factories.make_indicator(initiative, "intake", direction="up")
    timely = factories.make_indicator(initiative, "timely", kind="rate", direction="up")
    file(intake, in_riverside.partners, add_months(LAST, -2), {"value": 100}, {"value": 120})
    file(
        timely, in_riverside.partners, LAST,
        {"numerator": 8, "denominator": 10}, {"numerator": 7, "denominator": 10},
    )  # fmt: skip
    ends = [
        factories.make_node(initiative, one.slug, stands_for=f"measures.indicator:{one.pk}") for one in (intake, timely)
    ]
    factories.make_node_link(*ends, lag=(1, 2, 4))
    in_riverside.timely = timely
    return in_riverside


def looked(place) -> int:
    return watching.look(initiative=Initiative.objects.get(pk=place.initiative.pk), today=TODAY)


def test_intake_up_and_timely_service_down_two_months_later_is_found_once(place):
    assert looked(place) == 1
    found = Finding.objects.get()
    assert (found.state, found.facts["verdict"], found.facts["lag"]) == ("open", "card", 2)
    assert [side["change"] for side in found.facts["sides"]] == ["0.2", "-0.125"]
    assert found.facts["sides"][1]["periods"] == ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    assert found.facts["sides"][0]["periods"][-1] == "2026-08"
    assert looked(place) == 0
    assert Change.objects.filter(verb="watch.found").count() == 1


def test_before_the_first_night_the_page_says_that_a_link_is_watched(place, client):
    client.force_login(factories.user_of(place.people.ana))
    page = client.get(place.url("activities/watch/")).content.decode()
    assert "1 link of the theory of change is watched. It is looked at tonight for the first time." in page
    assert "is watched when it has a lag" not in page


def test_with_too_little_coverage_there_is_no_card_and_the_reason_is_kept(place):
    place.timely.figures.filter(partner=place.partners[0]).delete()
    assert looked(place) == 0
    found = Finding.objects.get()
    assert (found.state, found.facts["verdict"]) == ("quiet", "coverage")
    Tenant.objects.filter(pk=place.tenant.pk).update(watch_coverage=60)
    assert looked(place) == 1
    assert Finding.objects.get().state == "open"


def test_a_finding_is_closed_with_words_and_does_not_come_back(place, client):
    looked(place)
    row = Finding.objects.get()
    with pytest.raises(Refused):
        watching.close(finding=row, state="let_go", words=" ", by=place.people.ana)
    client.force_login(factories.user_of(place.people.ana))
    said = client.get(place.url(PAGE)).content.decode()
    for words in (
        "Intake looks better, Timely looks worse",
        "+20.0%",
        "−12.5%",
        "coverage 100%",
        "after about 2 months",
    ):
        assert words in said, words
    assert client.post(place.url(PAGE), {"form": "discussed", "row": row.pk, "words": ""}).status_code == 422
    sent = {"form": "discussed", "row": row.pk, "words": "Two coaches left in summer."}
    assert "Two coaches left in summer." in client.post(place.url(PAGE), sent, follow=True).content.decode()
    assert looked(place) == 0
    assert client.post(place.url(PAGE), {"form": "open", "row": row.pk}).status_code == 404


def test_funders_never_see_it_and_partners_neither(place, client):
    looked(place)
    client.force_login(factories.user_of(place.people.fay))
    assert client.get(place.url(PAGE)).status_code == 404
    client.logout()
    assert client.get(place.url(PAGE)).status_code == 302
    chair = factories.make_member("cleo@riverside.example", "Cleo", Role.GROUP_CHAIR)
    client.force_login(factories.user_of(chair))
    assert client.get(place.url(PAGE)).status_code == 200
    client.force_login(factories.user_of(place.people.ben))
    assert client.get(place.url(PAGE)).status_code == 403


def test_a_challenged_theory_opens_one_what_if(in_riverside, time_machine, client):
    time_machine.move_to(date(2027, 12, 20))
    initiative = in_riverside.initiative
    placed = factories.make_indicator(
        initiative, "placed", kind="stock", direction="up", baseline_value=40, baseline_period=date(2026, 1, 1)
    )
    Target.objects.create(indicator=placed, period=date(2028, 12, 1), value=60)
    for partner, value in zip(in_riverside.partners, (40, 0, 0), strict=True):
        factories.make_figure(placed, partner, date(2027, 11, 1), value)
    strategy = worlds.strategy(initiative, "paid-internships")
    worlds.activity(initiative, "interns", strategies=strategy)
    factories.make_node_link(
        factories.make_node(initiative, "interns", stands_for=f"agenda.strategy:{strategy.pk}"),
        factories.make_node(initiative, "placed", stands_for=f"measures.indicator:{placed.pk}"),
        lag=(6, 9, 15),
    )
    for _night in range(2):
        watching.look(initiative=Initiative.objects.get(pk=initiative.pk), today=date(2027, 12, 20))
    entry = Learning.objects.get()
    assert entry.text == "What if our theory is wrong? Placed should have moved by October 2027, and did not."
    assert [one.row for one in entry.about.all()] == [f"measures.indicator:{placed.pk}"]
    client.force_login(factories.user_of(in_riverside.people.ana))
    said = client.get(in_riverside.url(PAGE)).content.decode()
    assert "Placed has not moved, and should have by October 2027" in said
    assert in_riverside.url(f"agenda/learning/{entry.pk}/") in said


def test_every_night_every_tenant_is_looked_at(riverside, hillcrest):
    assert watch() == 0
