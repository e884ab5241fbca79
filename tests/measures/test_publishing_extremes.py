"""Extremes in what is published: the smallest, the largest, the least that people can be are one partner's number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from backbone.models import PublishedBody, Restated
from backbone.services import restatements
from measures.models import Consent
from measures.rules.disclosure.primary import coarse
from measures.services import rollups, targets
from tests.factories import make_figure, make_indicator, make_partner, user_of
from tests.measures.published import IN_NOVEMBER, OCTOBER, agree, part_of, published

pytestmark = pytest.mark.time_machine(IN_NOVEMBER)

SEPTEMBER = date(2026, 9, 1)
WAITED = {"P1": 3, "P2": 14, "P3": 41, "P4": 0, "P5": 22}
PEOPLE = {"P1": 60, "P2": 40, "P3": 95, "P4": 33, "P5": 55}


@pytest.fixture
def place(riverside):
    """Five partners, and for each kind of extreme an indicator of theirs; all of September is as October."""
    with riverside.scope():
        initiative = riverside.initiative
        riverside.partners = [*riverside.partners, *(make_partner(initiative, f"P{number}") for number in (4, 5))]
        riverside.kinds = {
            kind: make_indicator(initiative, kind, kind=kind, counts_people=kind == "unduplicated")
            for kind in ("minimum", "maximum", "median", "unduplicated")
        }
        for kind, one in riverside.kinds.items():
            amounts = PEOPLE if kind == "unduplicated" else WAITED
            for partner in riverside.partners:
                for month in (SEPTEMBER, OCTOBER):
                    make_figure(one, partner, month, amounts[partner.code])
        rollups.rebuild(initiative)
    return riverside


def found(place, kind: str):
    return next(one for one in part_of(published(place))["indicators"] if one["line"]["slug"] == kind)


def let(place, *codes):
    agree(place, *codes, indicators=list(place.kinds.values()))


@pytest.mark.parametrize(
    ("kind", "agreed", "is_hidden"),
    [
        ("minimum", (), True),
        ("maximum", (), True),
        ("median", (), True),
        ("minimum", ("P4",), False),
        ("minimum", ("P1", "P2", "P4", "P5"), True),  # P3 is not left alone: P4 and P1 are among the others
        ("minimum", ("P4", "P1"), False),
        ("maximum", ("P4", "P1"), True),
        ("maximum", ("P3", "P2"), False),
        ("minimum", ("P3", "P2"), True),
        ("median", ("P3", "P2"), True),
        ("median", ("P1", "P2", "P3", "P4", "P5"), False),
    ],
)
def test_an_extreme_is_shown_where_its_partner_agreed(place, kind, agreed, is_hidden):
    with place.scope():
        let(place, *agreed)
        one = found(place, kind)
        spans = [one["figure"], *(figure for _period, figure in one["trend"]), *(y["figure"] for y in years(one))]
        assert len(spans) == 5
        if kind == "median":
            assert not any(is_hidden and ("lower" in figure or "upper" in figure) for figure in spans)
        assert {bool(figure.get("hidden")) for figure in spans} == {is_hidden}


def years(one):
    return [year for found in one["years"].values() for year in found]


def test_others_show_no_extreme_of_theirs(place):
    with place.scope():
        let(place, "P1", "P4")
        others = found(place, "minimum")["partners"]["others"]
        assert others["count"] == 3
        assert others["figure"].get("hidden")


def test_staff_read_why_an_extreme_is_withheld(place):
    with place.scope():
        report = published(place).report["audiences"]["funders"]["hidden"]
    why = {one["words"]: one["why"] for one in report}
    assert why["Minimum, October 2026"] == "it would tell one partner’s own figure"
    assert why["Unduplicated, October 2026"].endswith("shown rounded down, as 80")


def test_staff_read_nothing_of_an_end_that_is_shown_as_it_is(place):
    with place.scope():
        let(place, "P3", "P1")
        report = published(place).report["audiences"]["funders"]["hidden"]
    assert report
    assert [one["words"] for one in report if one["why"].endswith(f"as {one['value']}")] == []


@pytest.mark.parametrize(("agreed", "lower"), [((), "80"), (("P1", "P2"), "80"), (("P3", "P1"), "95")])
def test_the_least_that_people_can_be_is_no_partners_own_number(place, client, agreed, lower):
    """P3's 95 is the largest; rounded it stands for 80 to 99."""
    with place.scope():
        let(place, *agreed)
        one = found(place, "unduplicated")
        assert (one["figure"]["lower"], one["figure"]["upper"]) == (lower, "283")
        assert {figure["lower"] for _period, figure in one["trend"]} == {lower}
        assert all(Decimal(year["figure"]["lower"]) % 10 == 0 or agreed == ("P3", "P1") for year in years(one))
    client.force_login(user_of(place.people.fay))
    page = client.get(place.url("published/2026-10-v1/")).content.decode()
    assert f"between {lower} and 283" in page
    if lower == "80":
        assert "rounded down where it would be what one partner alone filed" in page
        assert '"95"' not in client.get(place.url("published/2026-10-v1/data.json")).content.decode()


@pytest.mark.parametrize(
    ("target", "agreed", "status"),
    [(80, (), "reached"), (95, (), "not_judged"), (90, (), "not_judged"), (90, ("P3", "P1"), "reached")],
)
def test_a_target_is_held_against_the_lower_end_that_is_shown(place, target, agreed, status):
    """The true 95 has reached 90, and 80 is all that readers may know of it: “reached” would tell them more."""
    with place.scope():
        let(place, *agreed)
        targets.put_target(indicator=place.kinds["unduplicated"], period=OCTOBER, value=Decimal(target), by=None)
        assert found(place, "unduplicated")["status"] == status


def test_a_year_is_no_less_than_a_month_of_it_that_is_shown(place):
    """P2 had more in July than P3, which let itself be seen, in October: the year is rounded, but not below October."""
    with place.scope():
        indicator = place.kinds["unduplicated"]
        for partner in place.partners:
            if number := {"P2": 96, "P4": 33, "P5": 55}.get(partner.code):
                make_figure(indicator, partner, date(2026, 7, 1), number)
        rollups.rebuild(place.initiative)
        let(place, "P3", "P1")
        edition = published(place)
        one = next(one for one in part_of(edition)["indicators"] if one["line"]["slug"] == "unduplicated")
        assert one["figure"]["lower"] == "95"
        assert {year["figure"]["lower"] for year in years(one) if year["window"]["latest"] == "2026-10"} == {"95"}
        assert '"96"' not in PublishedBody.objects.get(publication=edition, audience="funders").body
        Consent.objects.all().delete()
        restatements.compare(edition)
        assert not Restated.objects.filter(figure__contains='"unduplicated", ""').exists()


def test_a_rounded_end_has_not_moved_when_nothing_has(place):
    with place.scope():
        let(place, "P1", "P2", "P3")
        one = published(place)
        Consent.objects.all().delete()
        restatements.compare(one)
        assert not Restated.objects.filter(figure__contains='"unduplicated", ""').exists()


@pytest.mark.parametrize("threshold", [5, 11, 20])
def test_a_rounded_number_stands_for_a_whole_step(threshold):
    """Of everything that is shown alike the least and the most lie far enough apart, in people and in shares."""
    alike: dict[Decimal, list[int]] = {}
    for value in range(3000):
        alike.setdefault(coarse(Decimal(value), threshold), []).append(value)
    for shown, values in list(alike.items())[:-2]:
        assert shown == values[0]
        assert values[-1] - values[0] >= max(threshold - 1, values[-1] * 0.19)
