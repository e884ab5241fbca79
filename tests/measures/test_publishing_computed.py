"""What is computed in what is published: a formula and one of its inputs tell the other, whether that is published or not."""

from __future__ import annotations

import json
from datetime import date

import pytest

from backbone.models import Audience, PublishedBody
from backbone.services import publications
from measures.rules.periods import add_months
from measures.services import rollups
from tests.factories import make_figure, make_indicator, make_partner
from tests.measures.published import IN_NOVEMBER, OCTOBER, agree, part_of

pytestmark = pytest.mark.time_machine(IN_NOVEMBER)

MONTHS = [add_months(OCTOBER, -back) for back in range(3, -1, -1)]


@pytest.fixture
def place(riverside):
    """Six partners with what they did by day, and all that they did: by day and by night."""
    with riverside.scope():
        initiative = riverside.initiative
        riverside.partners = [*riverside.partners, *(make_partner(initiative, f"P{i}") for i in range(4, 7))]
        riverside.day, riverside.night = (make_indicator(initiative, slug) for slug in ("day", "night"))
        make_indicator(initiative, "all", kind="formula", formula="{day} + {night}", owed=False)
        for month in MONTHS:
            for number, partner in enumerate(riverside.partners):
                make_figure(riverside.day, partner, month, 100 + 7 * number)
    return riverside


def nights(place, by_month):
    """File what each partner did by night, month by month."""
    for month, numbers in zip(MONTHS, by_month, strict=True):
        for partner, number in zip(place.partners, numbers, strict=True):
            if number is not None:
                make_figure(place.night, partner, month, number)
    rollups.rebuild(place.initiative)


def published(place, *slugs, period: date = OCTOBER, grain="month"):
    draft = publications.begin(initiative=place.initiative, grain=grain, period=period, by=place.people.ana)
    choices = {"measures": [{"slug": slug} for slug in slugs]}
    publications.choose(publication=draft, choices=choices, by=place.people.ana)
    publications.ask_to_check(publication=draft, by=place.people.ana)
    publications.check(draft.pk)
    draft.refresh_from_db()
    return publications.publish(publication=draft, by=place.people.ana)


def told(publication, slug):
    found = next(one for one in part_of(publication)["indicators"] if one["line"]["slug"] == slug)
    months = {at: one.get("value") for at, one in found["trend"]}
    years = {
        year["window"]["period"]: year["figure"].get("value") for years in found["years"].values() for year in years
    }
    return months, years


def left(publication):
    """What is left of all when what was done by day is taken away: by night, in months and in years."""
    found = []
    for everything, day in zip(told(publication, "all"), told(publication, "day"), strict=True):
        pairs = {at: (everything[at], day.get(at)) for at in everything}
        found.append({at: int(one) - int(other) for at, (one, other) in pairs.items() if one and other})
    return found


def follows(months, years, month):
    """Whether a month follows from a year: all of its other months are known, and it is itself."""
    others = {f"{one:%Y-%m}" for one in MONTHS} - {month}
    return month in months or (others <= set(months) and bool(years))


SMALL = [(20, 20, 20, 20, 20, 20)] * 2 + [(1, 1, 1, 0, 0, 1)] + [(20, 20, 20, 20, 20, 20)]
OF_ONE = [(500, None, None, None, None, None)] * 4
PLAIN = [(20, 20, 20, 20, 20, 20)] * 4


def test_a_formula_of_inputs_that_anybody_may_know_is_shown(place):
    with place.scope():
        nights(place, PLAIN)
        months, years = left(published(place, "day", "all"))
        assert set(months.values()) == {120}
        assert set(years.values()) == {480}


def test_one_partners_input_is_not_what_the_formula_leaves(place):
    """Of a month, of earlier ones and of the year; whoever lets itself be seen is shown."""
    with place.scope():
        nights(place, OF_ONE)
        one = published(place, "day", "all")
        assert left(one) == [{}, {}]
        assert "500" not in PublishedBody.objects.get(publication=one, audience=Audience.FUNDERS).body
        agree(place, "P1", indicators=[place.night])
        assert set(left(published(place, "day", "all"))[0].values()) <= {500}


def test_a_small_month_of_an_input_is_not_what_the_year_leaves(place):
    with place.scope():
        nights(place, SMALL)
        months, years = left(published(place, "day", "all"))
        assert not follows(months, years, "2026-09")
        assert months["2026-10"] == 120, "the month that is published goes last"


def test_an_input_that_is_published_later_does_not_tell_what_the_formula_hid(place):
    with place.scope():
        nights(place, SMALL)
        before = left(published(place, "day", "all"))
        after = [
            {at: int(value) for at, value in found.items() if value}
            for found in told(published(place, "night"), "night")
        ]
        assert not follows(before[0] | after[0], before[1] | after[1], "2026-09")


def test_a_formula_of_quarters_does_not_tell_a_quarter_of_months_that_are_few(place):
    """What is filed by the month is published by the month, and what is computed of it and of quarters by the quarter."""
    with place.scope():
        season = make_indicator(place.initiative, "season", frequency="quarter")
        make_indicator(place.initiative, "both", kind="formula", formula="{night} + {season}", owed=False)
        july = date(2026, 7, 1)
        for partner in place.partners:
            make_figure(season, partner, july, 50)
        nights(place, [(1, 1, 0, 0, 0, 0)] * 3 + [(20, 20, 20, 20, 20, 20)])
        months, _years = told(published(place, "season", "both", period=july, grain="quarter"), "both")
        assert months["2026-07"] is None


def test_staff_read_of_what_is_hidden_and_not_of_what_is_not_published(place):
    with place.scope():
        nights(place, SMALL)
        report = published(place, "day", "all").report["audiences"]["funders"]
        assert {json.loads(one["figure"])[0] for one in report["hidden"]} == {"all"}
        assert "something that it is made of is hidden" in {one["why"] for one in report["hidden"]}
