"""Where the nodes of a theory of change stand: what we do on the left, results on the right, what leads there between.

The first layout is layered (Sugiyama, Tagawa and Toda, 1981): links that lead back are set aside, every node goes to the
right of what acts on it, columns are ordered so that links are short, and nodes are drawn towards their neighbours. Long
chains share a column, so that a map keeps a shape that fits a page. What a person has put somewhere stays there, and
what is new finds a free place beside its neighbours.

Places are centres, in pixels of an unscaled drawing: a card is `WIDTH` by `HEIGHT`, and no two overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, sqrt
from typing import NamedTuple

from agenda.rules.arcs import Arc

WIDTH, HEIGHT = 184, 60
LARGE = 40  # more nodes than that stand closer together
PITCH, CLOSE = (320, 116), (228, 74)  # from a column to the next, from a row to the next
SWEEPS = 24
TOO_LARGE = 1.4  # times what an even share of the columns would hold
STEP = 12  # by which a free place is looked for

Place = tuple[float, float]
Ends = tuple[int, int]


class Spot(NamedTuple):
    """A node to be placed. `rank` is how far to the right its sort belongs: 0 for what we do, 3 for results."""

    node: int
    rank: int


FIRST, LAST = 0, 3


def places(spots: Sequence[Spot], arcs: Iterable[Arc], placed: Mapping[int, Place]) -> dict[int, Place]:
    """A place for every node: its own where it has one in `placed`."""
    ends = sorted({(arc.source, arc.target) for arc in arcs})
    kept = {spot.node: placed[spot.node] for spot in spots if spot.node in placed}
    if not kept:
        return _layered(spots, ends)
    across, down = _pitch(len(spots))
    for spot in spots:
        if spot.node not in kept:
            kept[spot.node] = _free(_wish(spot.node, ends, kept, across, down), kept.values())
    return kept


def overlaps(one: Place, other: Place, gap: float = 0) -> bool:
    """Whether two cards at these places lie on each other, or nearer than `gap`."""
    return abs(one[0] - other[0]) < WIDTH + gap and abs(one[1] - other[1]) < HEIGHT + gap


def _pitch(count: int) -> tuple[int, int]:
    return CLOSE if count > LARGE else PITCH


# --- beside what stands ---


def _wish(node: int, ends: Iterable[Ends], kept: Mapping[int, Place], across: int, down: int) -> Place:
    """Right of what acts on a node, else left of what it acts on, else below everything."""
    before = [kept[start] for start, end in ends if end == node and start in kept]
    after = [kept[end] for start, end in ends if start == node and end in kept]
    if before:
        return max(x for x, _y in before) + across, _mean(y for _x, y in before)
    if after:
        return min(x for x, _y in after) - across, _mean(y for _x, y in after)
    return min(x for x, _y in kept.values()), max(y for _x, y in kept.values()) + down


def _free(wish: Place, taken: Iterable[Place]) -> Place:
    """The wished place, or the nearest free one above or below it."""
    near = [place for place in taken if abs(place[0] - wish[0]) < WIDTH + STEP]
    tried = 0
    while True:
        for sign in (1, -1):
            place = (wish[0], wish[1] + sign * tried * STEP)
            if not any(overlaps(place, other, STEP) for other in near):
                return place
        tried += 1


# --- in layers ---


def _layered(spots: Sequence[Spot], ends: Sequence[Ends]) -> dict[int, Place]:
    if not spots:
        return {}
    across, down = _pitch(len(spots))
    columns = _columns(spots, _layers(spots, ends))
    column_of = {node: number for number, column in enumerate(columns) for node in column}
    beside = _neighbours(ends, column_of)
    columns = _ordered(columns, beside)
    heights = _drawn_together(columns, beside, down)
    top = min(heights.values())
    return {node: (float(column_of[node] * across), round(heights[node] - top, 1)) for node in column_of}


def _layers(spots: Sequence[Spot], ends: Sequence[Ends]) -> dict[int, int]:
    """How many links lie before each node at the most, links that lead back set aside."""
    rank = {spot.node: spot.rank for spot in spots}
    out: dict[int, list[int]] = {node: [] for node in rank}
    for start, end in ends:
        if rank[start] <= rank[end]:
            out[start].append(end)
    order = _from_the_left(sorted(rank, key=lambda node: (rank[node], node)), out)
    at = {node: place for place, node in enumerate(order)}
    layer = dict.fromkeys(order, 0)
    for node in order:
        for other in out[node]:
            if at[other] > at[node]:
                layer[other] = max(layer[other], layer[node] + 1)
    has_cause = {other for node in order for other in out[node] if at[other] > at[node]}
    for node in reversed(order):  # what nothing acts on, and we do not do, stands just before what it acts on
        ahead = [layer[other] for other in out[node] if at[other] > at[node]]
        if node not in has_cause and rank[node] != FIRST and ahead:
            layer[node] = min(ahead) - 1
    return layer


def _from_the_left(nodes: Sequence[int], out: Mapping[int, Sequence[int]]) -> list[int]:
    """The nodes so that links lead on, except those that would close a circle."""
    finished: list[int] = []
    seen: set[int] = set()
    for root in nodes:
        if root in seen:
            continue
        seen.add(root)
        walk: list[tuple[int, Iterator[int]]] = [(root, iter(out[root]))]
        while walk:
            node, rest = walk[-1]
            following = next((other for other in rest if other not in seen), None)
            if following is None:
                finished.append(node)
                walk.pop()
            else:
                seen.add(following)
                walk.append((following, iter(out[following])))
    return finished[::-1]


def _columns(spots: Sequence[Spot], layer: Mapping[int, int]) -> list[list[int]]:
    """What we do in the first columns, results in the last, the rest between in the order of its layers."""
    parts = [[s.node for s in spots if s.rank == FIRST], [s.node for s in spots if FIRST < s.rank < LAST],
             [s.node for s in spots if s.rank == LAST]]  # fmt: skip
    parts = [part for part in parts if part]
    many = [1] * len(parts)
    for _one in range(_wanted(len(spots)) - len(parts)):
        tallest = max(range(len(parts)), key=lambda number: len(parts[number]) / many[number])
        many[tallest] += 1
    return [column for part, most in zip(parts, many, strict=True) for column in _grouped(part, layer, most)]


def _wanted(count: int) -> int:
    """How many columns so many nodes take: a few, so that a page holds them; of a large map as wide as high."""
    if count > LARGE:
        return max(5, round(sqrt(count * CLOSE[1] / CLOSE[0])))
    return 4 if count <= 16 else 5


def _grouped(nodes: Sequence[int], layer: Mapping[int, int], most: int) -> list[list[int]]:
    """Layers put together into at most so many columns, as evenly as their order allows; one much too large is cut."""
    by_layer: dict[int, list[int]] = {}
    for node in nodes:
        by_layer.setdefault(layer[node], []).append(node)
    even = len(nodes) / most
    pieces: list[list[int]] = []
    for _number, members in sorted(by_layer.items()):
        cuts = ceil(len(members) / even) if len(members) > even * TOO_LARGE else 1
        size = ceil(len(members) / cuts)
        pieces += [members[start : start + size] for start in range(0, len(members), size)]
    if len(pieces) <= most:
        return pieces
    low, high = max(map(len, pieces)), len(nodes)
    while low < high:  # the least height with which the pieces, in their order, fill no more columns than there may be
        middle = (low + high) // 2
        low, high = (low, middle) if len(_filled(pieces, middle)) <= most else (middle + 1, high)
    return _filled(pieces, low)


def _filled(pieces: Iterable[list[int]], height: int) -> list[list[int]]:
    found: list[list[int]] = []
    for piece in pieces:
        if found and len(found[-1]) + len(piece) <= height:
            found[-1] = found[-1] + piece
        else:
            found.append(list(piece))
    return found


Beside = Mapping[int, Sequence[tuple[int, float]]]


def _neighbours(ends: Iterable[Ends], column_of: Mapping[int, int]) -> Beside:
    """What each node is linked with, and how strongly that draws it: the nearer the column, the more."""
    found: dict[int, list[tuple[int, float]]] = {node: [] for node in column_of}
    for start, end in ends:
        apart = abs(column_of[start] - column_of[end])
        pull = 1 / apart if apart else 0.5
        found[start].append((end, pull))
        found[end].append((start, pull))
    return found


def _ordered(columns: list[list[int]], beside: Beside) -> list[list[int]]:
    """The columns with their nodes in the order, of those tried, in which the links are shortest."""
    best = columns
    least = _length(columns, beside)
    for sweep in range(SWEEPS):
        heights = _even(columns)
        columns = [list(column) for column in columns]
        for number in range(len(columns))[:: 1 if sweep % 2 == 0 else -1]:
            wish = {node: _drawn_to(node, beside, heights) for node in columns[number]}
            columns[number].sort(key=wish.__getitem__)
            heights.update(_even([columns[number]]))
        length = _length(columns, beside)
        if length < least:
            best, least = columns, length
    return best


def _even(columns: Iterable[Sequence[int]]) -> dict[int, float]:
    """Rows of one height, each column around the middle."""
    return {node: row - (len(column) - 1) / 2 for column in columns for row, node in enumerate(column)}


def _length(columns: Iterable[Sequence[int]], beside: Beside) -> float:
    heights = _even(columns)
    return sum(abs(heights[node] - heights[other]) * pull for node, near in beside.items() for other, pull in near)


def _drawn_to(node: int, beside: Beside, heights: Mapping[int, float]) -> float:
    near = beside[node]
    if not near:
        return heights[node]
    return sum(heights[other] * pull for other, pull in near) / sum(pull for _other, pull in near)


def _drawn_together(columns: Sequence[Sequence[int]], beside: Beside, down: int) -> dict[int, float]:
    """Heights at which nodes stand near what they are linked with, each column in its order and with room between."""
    heights = {node: height * down for node, height in _even(columns).items()}
    for sweep in range(SWEEPS // 2):
        for number in range(len(columns))[:: 1 if sweep % 2 == 0 else -1]:
            column = columns[number]
            wishes = [_drawn_to(node, beside, heights) for node in column]
            heights.update(zip(column, _apart(wishes, down), strict=True))
    return heights


def _apart(wishes: Sequence[float], down: int) -> list[float]:
    """The heights nearest to the wishes that keep their order and at least `down` between two.

    Pool adjacent violators: of neighbours that crowd each other, all take the mean of their wishes.
    """
    pools: list[tuple[float, int]] = []  # (sum of wishes, each less the rows above it; how many)
    for row, wish in enumerate(wishes):
        total, count = wish - row * down, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            before, many = pools.pop()
            total, count = total + before, count + many
        pools.append((total, count))
    level = [total / count for total, count in pools for _one in range(count)]
    return [height + row * down for row, height in enumerate(level)]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
