"""Who is tied with whom; and what pays for what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from activities.models import Commitment, Funding
from activities.selectors.axes import axes_of
from activities.selectors.fit_health import fit_readings
from activities.selectors.money import money_of
from activities.services import handoffs
from agenda.services import learning
from backbone.conditions import Thing
from tests import factories
from tests.activities import worlds
from tests.activities.worlds import DAY

pytestmark = pytest.mark.django_db


def sign_in(client, place, who="ana"):
    client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def tied(in_riverside):
    """P1 and P2 share an activity and a hand-off; P3 has nothing to do with anybody."""
    initiative, (p1, p2, p3) = in_riverside.initiative, in_riverside.partners
    shared = worlds.activity(initiative, "night-school", leader=p1)
    Commitment.objects.create(activity=shared, partner=p2, part="delivers")
    other = worlds.activity(initiative, "job-fair", leader=p2)
    worlds.activity(initiative, "alone", leader=p3)
    handoffs.put(
        initiative=initiative, giver=shared, taker=other, what="graduates", promised_days=7, by=in_riverside.people.ana
    )
    return in_riverside


def test_ties_follow_from_what_is_recorded_and_who_is_alone_is_named(tied, client):
    said = text(sign_in(client, tied).get(tied.url("activities/network/")))
    for words in (
        "1 organization is tied with nobody: P3", "Tied with 1 of 2 others.", "Tied with nobody yet.",
        "joint activities: 1, hand-offs: 1", 'id="network-data"',
    ):  # fmt: skip
        assert words in said, words
    ties = text(client.get(tied.url("activities/network/?list=ties")))
    assert "Night school" in ties
    assert "graduates" in ties
    only = text(client.get(tied.url("activities/network/?kind=meeting")))
    assert "3 organizations are tied with nobody" in only
    assert sign_in(client, tied, "fay").get(tied.url("activities/network/")).status_code == 404


def test_of_many_that_are_alone_the_first_are_named_and_the_others_fold_away(tied, client):
    for n in range(4, 30):
        partner = factories.make_partner(tied.initiative, f"P{n:02}")
        worlds.activity(tied.initiative, f"alone-{n}", leader=partner)
    said = text(sign_in(client, tied).get(tied.url("activities/network/")))
    assert "27 organizations are tied with nobody:" in said
    first, _, rest = said.partition("27 organizations are tied with nobody:")[2].partition("<details")
    assert "P04" in first
    assert "P29" not in first
    assert "P29" in rest.partition("</details>")[0]


def test_the_network_asks_as_much_for_many_as_for_few(tied, client, django_assert_max_num_queries):
    for number in range(12):
        row = worlds.activity(tied.initiative, f"more-{number}", leader=tied.partners[number % 3])
        Commitment.objects.create(activity=row, partner=tied.partners[(number + 1) % 3], part="delivers")
    sign_in(client, tied)
    with django_assert_max_num_queries(24):
        client.get(tied.url("activities/network/"))


def test_one_organization_is_shown_with_those_around_it(tied, client):
    sign_in(client, tied)
    said = text(client.get(tied.url("activities/network/?around=P2")))
    assert "Organizations (2)" in said
    assert "<strong>P2</strong>" in said
    assert '"around": true' in said
    assert "tied with nobody" not in said
    ties = text(client.get(tied.url("activities/network/?around=P2&list=ties")))
    assert "Ties (1)" in ties
    assert "Night school" in ties
    assert "Nothing ties them." in text(client.get(tied.url("activities/network/?around=P3&list=ties")))
    assert "Organizations (3)" in text(client.get(tied.url("activities/network/?around=nobody&list=else")))


def test_many_organizations_come_a_page_at_a_time(tied, client):
    rows = [factories.make_partner(tied.initiative, f"Z{number:02}") for number in range(60)]
    sign_in(client, tied)
    first = text(client.get(tied.url("activities/network/")))
    assert "1 to 50 of 63" in first
    assert f'<th scope="row"><a href="?around={rows[-1].code}">' not in first
    assert f'<a href="?around={rows[-1].code}">' in text(client.get(tied.url("activities/network/?page=2")))


@pytest.fixture
def funded(in_riverside):
    """An activity for two strategies in two places with money in two currencies; one for none; one that names none."""
    initiative = in_riverside.initiative
    classes, coaching = (worlds.strategy(initiative, slug) for slug in ("classes", "coaching"))
    east, west = worlds.place("east"), worlds.place("west")
    split = worlds.activity(
        initiative, "split", strategies={classes: Decimal("0.75"), coaching: Decimal("0.25")},
        places={east: Decimal("0.5"), west: Decimal("0.5")},
    )  # fmt: skip
    apart = worlds.activity(initiative, "apart")
    worlds.activity(initiative, "silent", strategies=classes, places=east)
    for activity, funder, amount, currency, more in (
        (split, "City", 800, "USD", {}),
        (split, "State", 400, "USD", {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}),
        (split, "Past", 999, "USD", {"ends_on": date(2026, 1, 31)}),
        (split, "Abroad", 100, "EUR", {}),
        (apart, "Club", 50, "USD", {}),
    ):
        Funding.objects.create(activity=activity, funder=funder, amount=amount, currency=currency, **more)
    in_riverside.tags = (classes, coaching, east, west)
    return in_riverside


def test_money_is_shared_out_by_strategy_and_place_and_currencies_are_never_added(funded):
    found = money_of(funded.initiative, axes_of(funded.initiative), DAY)
    euros, dollars = found.currencies
    assert (found.named, found.running) == (2, 3)
    assert (euros.code, euros.total, euros.other) == ("EUR", 100, 0)
    assert (dollars.aligned, dollars.other, dollars.total) == (1200, 50, 1250)
    lines = {line.strategy.label if line.strategy else "": line for line in dollars.lines}
    assert (lines["Classes"].cells, lines["Classes"].total) == ([450, 450, None], 900)
    assert (lines["Coaching"].cells, lines[""].cells) == ([150, 150, None], [None, None, 50])


def test_the_page_says_what_is_not_aligned_and_what_is_not_known(funded, client):
    said = text(sign_in(client, funded).get(funded.url("activities/money/?day=2026-11-15")))
    for words in (
        "2 of 3 running activities name their money", "1,200 serve a strategy, 50 serve none.", "nobody said where",
        "Currencies are never added up.",
    ):  # fmt: skip
        assert words in said, words
    assert client.get(funded.url("activities/money/?day=x")).status_code == 200
    assert sign_in(client, funded, "fay").get(funded.url("activities/money/")).status_code == 404


def test_the_matrix_and_hand_offs_are_evidence_of_how_work_fits(in_riverside):
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)

    def readings() -> dict[str, Decimal | None]:
        found = {one.slug: one.value for one in fit_readings(initiative, now)}
        return {slug.removeprefix("activities."): value for slug, value in found.items()}

    assert set(readings().values()) == {None}
    interns, foster, east = worlds.strategy(initiative, "interns"), worlds.population("foster"), worlds.place("east")
    worlds.need(initiative, interns, foster, east, 40)
    assert readings()["gaps-owned"] == 0
    about = [Thing(f"activities.cell:{interns.pk}-{foster.pk}-{east.pk}", "", "the cell")]
    learning.add(initiative=initiative, sort="what_if", text="Move one class?", by=ana, owner=ana, about=about)
    assert readings()["gaps-owned"] == 1
    giver, taker = (worlds.activity(initiative, slug) for slug in ("giver", "taker"))
    made = handoffs.put(initiative=initiative, giver=giver, taker=taker, what="names", promised_days=5, by=ana)
    for days in (4, 6):
        asked = handoffs.ask(hand_off=made, asked_on=date(2026, 10, days), by=ana)
        handoffs.came(delivery=asked, came_on=date(2026, 10, 10), by=ana)
    assert readings()["hand-offs"] == Decimal("0.5")
