"""Ways from one node of a theory of change to another: what pushes what, which way in the end, and how late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from agenda.rules.arcs import Arc, Chain, Lag, chained

MOST = 8


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways from one node to another, the soonest first; not `is_all` when there are more of them."""

    chains: tuple[Chain, ...]
    is_all: bool = True

    @property
    def sign(self) -> int:
        """1 or -1 where all ways push the same way, 0 where they pull against each other or there is none."""
        signs = {chain.sign for chain in self.chains}
        return signs.pop() if len(signs) == 1 else 0

    @property
    def soonest(self) -> Chain | None:
        return self.chains[0] if self.chains else None

    @property
    def span(self) -> Lag | None:
        """From the least of the soonest way to the most of the latest; None while a link's lag is not known."""
        if not self.chains or any(chain.unknown for chain in self.chains):
            return None
        likely = self.chains[0].lag.likely
        return Lag(min(one.lag.least for one in self.chains), likely, max(one.lag.most for one in self.chains))


def ways_between(
    arcs: Iterable[Arc],
    source: int,
    target: int,
    *,
    most: int = MOST,
    is_time_up: Callable[[], bool] = lambda: False,
) -> Ways:
    """The soonest ways from one node to another, by the likely months and then by the number of links; none twice over
    the same node. A link whose lag nobody said counts as no months, since it takes at least that. When the caller says
    that time is up, what was found by then is told, one at least."""
    import networkx  # as in loops: only who asks pays for it

    by_ends = {(arc.source, arc.target): arc for arc in arcs}
    graph = networkx.DiGraph()
    for (start, end), arc in sorted(by_ends.items()):
        graph.add_edge(start, end, weight=_weight(arc))
    if source == target or source not in graph or target not in graph or not networkx.has_path(graph, source, target):
        return Ways(())
    found = []
    for nodes in islice(networkx.shortest_simple_paths(graph, source, target, weight="weight"), most + 1):
        found.append(nodes)
        if is_time_up():
            is_all = False
            break
    else:
        is_all = len(found) <= most
    chains = [chained(nodes, (by_ends[pair] for pair in pairwise(nodes))) for nodes in found[:most]]
    return Ways(tuple(sorted(chains, key=_order)), is_all)


_MANY = 10_000  # more than links in a row, so that months come first and links second


def _weight(arc: Arc) -> int:
    return (arc.lag.likely if arc.lag else 0) * _MANY + 1


def _order(chain: Chain) -> tuple[int, int, Sequence[int]]:
    return chain.lag.likely, len(chain.nodes), chain.nodes
