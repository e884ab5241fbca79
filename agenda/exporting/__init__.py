"""A theory of change as files: two tables of nodes and links, or both as JSON in the shape that Kumu reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from agenda.columns import LINK_COLUMNS, NODE_COLUMNS
from agenda.rules.maps import MapSaid
from backbone import tabular

CSV, JSON = "text/csv; charset=utf-8", "application/json"


def node_rows(said: MapSaid) -> Iterator[tuple[Any, ...]]:
    """The nodes in the columns that an import reads."""
    for node in sorted(said.nodes, key=lambda one: one.slug):
        yield node.slug, node.label, node.sort, node.words, node.stands_for, node.x, node.y


def link_rows(said: MapSaid) -> Iterator[tuple[Any, ...]]:
    """The links in the columns that an import reads."""
    for link in sorted(said.links, key=lambda one: one.ends):
        lag = link.lag or (None, None, None)
        sign = "more" if link.sign > 0 else "less"
        yield link.source, link.target, sign, *lag, link.evidence, link.words, link.reference, link.confirmed_on


def nodes_csv(said: MapSaid) -> bytes:
    return b"".join(tabular.write_csv(node_rows(said), NODE_COLUMNS.names, for_excel=True))


def links_csv(said: MapSaid) -> bytes:
    return b"".join(tabular.write_csv(link_rows(said), LINK_COLUMNS.names, for_excel=True))


def kumu_json(said: MapSaid) -> bytes:
    """Elements and connections (docs.kumu.io, “JSON / Blueprints”); what Kumu has no word for are attributes of ours."""
    elements = [
        {
            "id": node.slug,
            "label": node.label,
            "type": node.sort,
            "description": node.words,
            "stands for": node.stands_for,
            "x": node.x,
            "y": node.y,
        }
        for node in sorted(said.nodes, key=lambda one: one.slug)
    ]
    # Kumu finds the ends of a connection by the labels of elements, which two nodes of ours may share.
    labels = [node.label for node in said.nodes]
    names = {node.slug: node.label if labels.count(node.label) == 1 else node.slug for node in said.nodes}
    connections = [
        {
            "from": names[link.source],
            "to": names[link.target],
            "direction": "directed",
            "type": "+" if link.sign > 0 else "-",
            "least": None if link.lag is None else link.lag.least,
            "likely": None if link.lag is None else link.lag.likely,
            "most": None if link.lag is None else link.lag.most,
            "evidence": link.evidence,
            "description": link.words,
            "reference": link.reference,
            "confirmed on": None if link.confirmed_on is None else link.confirmed_on.isoformat(),
        }
        for link in sorted(said.links, key=lambda one: one.ends)
    ]
    body = {"elements": [_told(one) for one in elements], "connections": [_told(one) for one in connections]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in (None, "")}


FORMS: dict[str, tuple[Callable[[MapSaid], bytes], str]] = {
    "nodes.csv": (nodes_csv, CSV),
    "links.csv": (links_csv, CSV),
    "kumu.json": (kumu_json, JSON),
}
