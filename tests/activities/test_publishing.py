"""The matrix in a publication: states of cells without an amount, and not even those of small groups."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from activities.evidence import ActivitiesEvidence
from backbone.conditions import Edition
from tests.activities import worlds

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 11, 12, tzinfo=ZoneInfo("UTC"))
OCTOBER = date(2026, 10, 1)


def edition(initiative, *slugs: str, audience: str = "public") -> Edition:
    return Edition(initiative, "month", OCTOBER, NOON, audience, [{"slug": slug, "story": ""} for slug in slugs])


@pytest.fixture
def needed(in_riverside):
    """A need of forty that nobody serves, one of twenty that is served, one of four people, and one of none."""
    initiative = in_riverside.initiative
    interns, classes = (worlds.strategy(initiative, slug) for slug in ("paid-internships", "classes"))
    foster, youth = worlds.population("foster-youth"), worlds.population("all-youth")
    east, west = worlds.place("eastside"), worlds.place("westside")
    worlds.need(initiative, classes, youth, east, 20)
    worlds.need(initiative, interns, youth, east, 40)
    worlds.need(initiative, interns, foster, east, 4)
    worlds.need(initiative, interns, foster, west, 0)
    worlds.activity(
        initiative,
        "evening",
        leader=in_riverside.partners[0],
        strategies=classes,
        populations=youth,
        places=east,
        capacity=22,
    )
    worlds.activity(
        initiative,
        "few",
        leader=in_riverside.partners[1],
        strategies=interns,
        populations=foster,
        places=east,
        capacity=4,
    )
    return in_riverside


def test_states_are_published_gaps_first_and_no_amount_is(needed):
    evidence = ActivitiesEvidence()
    assert next(one.slug for one in evidence.options(needed.initiative, "month", OCTOBER)) == "gap_matrix"
    part = evidence.published(edition(needed.initiative, "gap_matrix"))
    gaps = part.data["gaps"]
    assert [(one["strategy"], one["population"], one["place"], one["state"]) for one in gaps["cells"]] == [
        ("Paid internships", "All youth", "Eastside", "gap"),
        ("Classes", "All youth", "Eastside", "covered"),
    ]
    assert (gaps["day"], gaps["count"], gaps["counts"]["no_need"]) == ("2026-10-31", 2, 1)
    shown = render_to_string("activities/_published.html", dict(part.data))
    for words in ("31 October 2026", "1 gap", "1 covered", "Paid internships", "hidden to protect people"):
        assert words in shown
    for amount in ("40", "20", "22"):
        assert f">{amount}" not in shown
        assert f" {amount} " not in shown
    assert evidence.printed(part.data, 1)["contents"] == [("gaps", "Gaps and overlaps", 1)]
    paper = render_to_string("activities/_published_print.html", dict(part.data))
    assert "1 gap" in paper
    assert "Covered" in paper
    assert "<svg" not in paper, "a drawing in the text is as large as its column there"


def test_a_cell_of_a_small_group_has_no_state_and_is_named_to_who_publishes(needed):
    part = ActivitiesEvidence().published(edition(needed.initiative, "gap_matrix", "evening"))
    assert [one["slug"] for one in part.data["activities"]] == ["evening"]
    assert part.data["gaps"]["hidden"] == 1
    assert "Foster youth" not in str(part.data["gaps"]["cells"])
    (hidden,) = part.hidden
    assert hidden.words == "Paid internships × Foster youth × Eastside"
    assert (hidden.value, hidden.why) == ("4.00", "a group of 1 to 10")
    assert sum(part.data["gaps"]["counts"].values()) + 1 == _cells(needed.initiative)


def _cells(initiative) -> int:
    from activities.selectors.axes import axes_of

    axes = axes_of(initiative)
    return len(axes.strategy) * len(axes.population) * len(axes.place)


def test_nothing_is_offered_where_nobody_knows_a_need_and_nothing_is_told_that_was_not_chosen(in_riverside, needed):
    initiative = needed.initiative
    assert "gap_matrix" not in [one.slug for one in ActivitiesEvidence().options(initiative, "month", date(2026, 1, 1))]
    part = ActivitiesEvidence().published(edition(initiative, "evening"))
    assert "gaps" not in part.data
    assert not part.hidden
