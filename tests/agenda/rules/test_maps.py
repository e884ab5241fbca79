"""What changed between two maps, a map as JSON and back, and what a link may say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenda.rules.arcs import Lag
from agenda.rules.links import check_ends, check_lag, is_confirmed, to_confirm_from
from agenda.rules.maps import LinkSaid, MapSaid, NodeSaid, as_json, changes, from_json

A, B, C = NodeSaid("a", "A", "activity"), NodeSaid("b", "B", "factor", x=1.0, y=2.0), NodeSaid("c", "C", "result")
AB, BC = LinkSaid("a", "b", 1, Lag(1, 2, 3), confirmed_on=date(2026, 1, 5), confirmed_by="Ana"), LinkSaid("b", "c", -1)
MAP = MapSaid((A, B, C), (AB, BC), ((("a", "b"), "Round"),))


@st.composite
def said_maps(draw):
    slugs = draw(st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=6))
    nodes = [NodeSaid(s, draw(st.text(max_size=5)), draw(st.sampled_from(["factor", "result"]))) for s in slugs]
    ends = [(one, other) for one in slugs for other in slugs if one != other]
    chosen = draw(st.lists(st.sampled_from(ends), unique=True, max_size=8)) if ends else []
    links = [LinkSaid(one, other, draw(st.sampled_from([1, -1]))) for one, other in chosen]
    return MapSaid(tuple(nodes), tuple(links))


def test_a_map_comes_back_from_json():
    assert from_json(json.loads(json.dumps(as_json(MAP)))) == MAP


@settings(deadline=None)
@given(said_maps(), said_maps())
def test_what_changed_is_complete(before, after):
    found = changes(before, after)
    kept = {node.slug for node in before.nodes} - {node.slug for node in found.lost_nodes}
    assert kept | {node.slug for node in found.new_nodes} == {node.slug for node in after.nodes}
    links = {link.ends for link in before.links} - {link.ends for link in found.lost_links}
    assert links | {link.ends for link in found.new_links} == {link.ends for link in after.links}
    assert found.is_nothing == (set(before.nodes) == set(after.nodes) and set(before.links) == set(after.links))
    assert changes(after, after).is_nothing


def test_each_kind_of_change_is_told_apart():
    later = replace(AB, confirmed_on=date(2026, 6, 1), confirmed_by="Ben")
    after = MapSaid((replace(A, label="A1"), replace(B, x=9.0)), (replace(AB, sign=-1), LinkSaid("b", "a", 1)))
    found = changes(MAP, after)
    assert [(one.after.label, one.fields) for one in found.changed_nodes] == [("A1", ("label",))]
    assert ([n.slug for n in found.lost_nodes], found.moved) == (["c"], 1)
    assert [one.fields for one in found.changed_links] == [("sign",)]
    assert ([k.ends for k in found.new_links], [k.ends for k in found.lost_links]) == ([("b", "a")], [("b", "c")])
    only = changes(MAP, replace(MAP, links=(later, BC)))
    assert (only.confirmed, only.changed_links, only.has_content, only.is_nothing) == ((later,), (), False, False)


@pytest.mark.parametrize(
    ("lag", "code"),
    [
        ((None, None, None), None),
        ((0, 0, 0), None),
        ((1, 2, 3), None),
        ((0, None, None), "lag.incomplete"),
        ((2, 1, 3), "lag.order"),
        ((1, 3, 2), "lag.order"),
        ((-1, 0, 1), "lag.range"),
        ((1, 2, 601), "lag.range"),
    ],
)
def test_lags_stand_in_order_or_not_at_all(lag, code):
    assert [problem.code for problem in check_lag(*lag)] == ([code] if code else [])


def test_a_link_needs_two_ends():
    assert check_ends(1, 2) == []
    assert [problem.code for problem in check_ends("a", "a")] == ["link.to_itself"]


@pytest.mark.parametrize(
    ("added", "confirmed", "due"),
    [
        (date(2025, 3, 1), None, date(2026, 3, 1)),
        (date(2020, 3, 1), date(2025, 7, 9), date(2026, 7, 9)),
        (date(2024, 2, 29), None, date(2025, 2, 28)),
    ],
)
def test_a_link_is_to_be_confirmed_once_a_year(added, confirmed, due):
    assert to_confirm_from(added, confirmed) == due


def test_a_link_is_confirmed_for_a_year():
    assert is_confirmed(date(2025, 10, 12), date(2026, 10, 11))
    assert not is_confirmed(date(2025, 10, 12), date(2026, 10, 12))
    assert not is_confirmed(None, date(2026, 10, 12))
