"""What of a theory of change is looked at: a node's surroundings, a loop, the ways between two nodes, a sort, a word."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from agenda.rules.arcs import neighbours
from agenda.rules.paths import Ways, ways_between
from agenda.selectors.systems import LinkView, LoopView, MapView, NodeView

STEPS = (1, 2, 3)
SECONDS = 1  # of looking for ways, for which a person waits


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for; nodes by their short names."""

    text: str = ""
    sorts: Collection[str] = ()
    evidence: Collection[str] = ()
    only_unconfirmed: bool = False
    focus: str = ""
    steps: int = 1
    loop: str = ""
    start: str = ""
    end: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is left out."""
        return self == Question(steps=self.steps)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is left: nodes and links in their order, and what was asked about. `ways` is None when nobody asked."""

    nodes: list[NodeView]
    links: list[LinkView]
    focus: NodeView | None = None
    loop: LoopView | None = None
    ways: Ways | None = None
    ends: tuple[NodeView, NodeView] | None = None
    is_everything: bool = field(default=False)


def look(found: MapView, question: Question) -> Shown:
    """What of the map the question leaves: first a part of it, then of that what the filters let through."""
    focus = found.find(question.focus) if question.focus else None
    loop = next((one for one in found.loops if one.key == question.loop), None) if question.loop else None
    start, end = found.find(question.start), found.find(question.end)
    ends = (start, end) if start is not None and end is not None else None
    ways = None
    if start is not None and end is not None:
        until = time.monotonic() + SECONDS
        ways = ways_between(found.arcs, start.node.pk, end.node.pk, is_time_up=lambda: time.monotonic() > until)
    nodes = set(found.nodes)
    pairs: set[tuple[int, int]] | None = None
    if ways is not None and ends is not None:
        pairs = {pair for chain in ways.chains for pair in pairwise(chain.nodes)}
        nodes = {pk for chain in ways.chains for pk in chain.nodes} | {one.node.pk for one in ends}
    elif loop is not None:
        nodes, pairs = set(loop.chain.nodes), loop.ends
    elif focus is not None:
        nodes = neighbours(found.arcs, focus.node.pk, question.steps)
    nodes = {pk for pk in nodes if _passes(found.nodes[pk], question)}
    links = [
        one
        for one in found.links.values()
        if {one.link.source_id, one.link.target_id} <= nodes
        and (pairs is None or (one.link.source_id, one.link.target_id) in pairs)
        and (not question.evidence or one.link.evidence in question.evidence)
        and not (question.only_unconfirmed and one.is_confirmed)
    ]
    if question.evidence or question.only_unconfirmed:
        nodes &= {pk for one in links for pk in (one.link.source_id, one.link.target_id)}
    kept = [found.nodes[pk] for pk in found.nodes if pk in nodes]
    return Shown(kept, links, focus, loop, ways, ends, is_everything=question.is_open)


def _passes(view: NodeView, question: Question) -> bool:
    node = view.node
    if question.sorts and node.sort not in question.sorts:
        return False
    words = " ".join((node.label, node.words, *(figure.code for figure in view.figures)))
    return question.text.casefold() in words.casefold()
