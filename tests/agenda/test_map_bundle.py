"""The theory of change in a bundle: made, brought up to date, written back; what is wrong is told with its line."""

from __future__ import annotations

import pytest

from agenda.models import Link, LoopName, Node
from backbone.bundles.marked import told
from backbone.models import Initiative, Tenant
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures import bundles

pytestmark = pytest.mark.django_db

BUNDLE = """
backbone: 1
tenant: {slug: north, name: North House}
initiative: {slug: youth, name: Youth to Work, starts_on: 2025-07-01}
agenda:
  vision: All of them.
  outcomes: [{slug: trained, title: They finish training, strategies: [{slug: evening, title: Evenings}]}]
  map:
    nodes:
      - {slug: evening, label: Evening training, sort: activity, stands_for: strategy:trained/evening}
      - {slug: seats, label: Open seats, words: "Seats, of every kind."}
      - {slug: done, label: Completions, sort: outcome, stands_for: indicator:completions, x: 640, y: -12.5}
    links:
      - {from: evening, to: seats, lag: [0, 1, 2], evidence: strong, reference: Mdrc 2019, confirmed_on: 2026-10-12,
         confirmed_by: dana@example.org}
      - {from: seats, to: done, sign: more}
      - {from: done, to: evening, sign: less, lag: [6, 9, 15]}
    loops:
      - {nodes: [seats, done, evening], name: No time left}
indicators:
  - {slug: completions, name: Completions, kind: flow}
members:
  - {email: dana@example.org, name: Dana, role: convener}
"""


def load(text: str) -> bundles.Summary:
    return bundles.load(text.encode(), "bundle.yaml")


def in_north():
    return tenant_scope(Tenant.objects.get(slug="north"))


def dumped() -> str:
    with in_north():
        return bundles.dump(Tenant.objects.get(slug="north"), Initiative.objects.get())


def test_the_map_is_made_as_it_says():
    assert load(BUNDLE).changed["map"] == [
        "evening", "seats", "done", "evening/seats", "seats/done", "done/evening", "“No time left”",
    ]  # fmt: skip
    with in_north():
        nodes = {node.slug: node for node in Node.objects.all()}
        assert nodes["done"].stands_for.startswith("measures.indicator:")
        assert nodes["evening"].stands_for.startswith("agenda.strategy:")
        assert (nodes["seats"].sort, nodes["done"].x, nodes["done"].y) == ("factor", 640, -12.5)
        links = {(link.source.slug, link.target.slug): link for link in Link.objects.all()}
        first = links["evening", "seats"]
        assert (first.sign, first.least, first.likely, first.most, first.evidence) == (1, 0, 1, 2, "strong")
        assert first.confirmed_by.name == "Dana"
        assert (links["done", "evening"].sign, links["seats", "done"].confirmed_on) == (-1, None)
        assert LoopName.objects.get().name == "No time left"


def test_loading_it_again_changes_nothing_and_a_dump_is_the_same():
    load(BUNDLE)
    assert load(BUNDLE).changed == {}
    first = dumped()
    assert "indicator:completions" in first
    assert "lag: [0, 1, 2]" in first
    assert load(first).changed == {}
    assert load(first.replace("slug: north", "slug: south")).changed["map"]
    assert dumped() == first


def test_what_the_file_leaves_out_stays_and_an_older_confirmation_takes_nothing_back():
    load(BUNDLE)
    cut = BUNDLE.replace("      - {from: seats, to: done, sign: more}\n", "").replace("2026-10-12", "2024-01-01")
    cut = cut.replace("label: Open seats", "label: Seats").replace(
        "    loops:\n      - {nodes: [seats, done, evening], name: No time left}\n", ""
    )
    assert load(cut).changed == {"map": ["seats"]}
    with in_north():
        assert Link.objects.count() == 3
        assert LoopName.objects.exists()
        assert str(Link.objects.get(source__slug="evening").confirmed_on) == "2026-10-12"


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ("to: seats, lag", "to: seat, lag", "line 14: link from “evening” to “seat”: “from”: there is no seat; did you mean “seats”?"),
        ("lag: [0, 1, 2]", "lag: [0, 3, 2]", "line 14: link from “evening” to “seats”: The lags stand in order"),
        ("lag: [0, 1, 2]", "lag: [0, 1]", "line 14: link from “evening” to “seats”: “lag” is three whole numbers"),
        ("to: done, sign: more", "to: seats, sign: more", "line 16: link from “seats” to “seats”: A link leads from one node"),
        ("sign: more}", "sign: much}", "line 16: link from “seats” to “done”: “sign”: there is no much"),
        ("indicator:completions, x", "indicator:completion, x", "line 12: node “done”: “stands_for”: there is no indicator:completion"),
        ("x: 640, y: -12.5", "x: 640", "line 12: node “done”: Give both x and y"),
        ("confirmed_by: dana@", "confirmed_by: dan@", "line 15: link from “evening” to “seats”: “confirmed_by”: there is no dan@"),
        ("[seats, done, evening]", "[done, seats, evening]", "line 19: loop: This loop is not in the map"),
        ("slug: seats,", "slug: evening,", "line 11: node “evening”: “evening” stands here twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(was, now, line):
    assert was in BUNDLE
    with pytest.raises(Refused) as refused:
        load(BUNDLE.replace(was, now))
    told_lines = [told("bundle.yaml", problem) for problem in refused.value.problems]
    assert any(one.startswith(f"bundle.yaml {line}") for one in told_lines), told_lines
    assert not Tenant.objects.filter(slug="north").exists()
