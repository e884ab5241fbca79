"""Entries as plain data, and back: for what is kept beside the figures. Pure.

Numbers are texts, so that nothing rounds them; what is not said is left out, so that a blank entry is empty.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from measures.rules.figures import Entry, plain

Written = dict[str, dict[str, Any]]

_DEFAULTS = {one.name: one.default for one in fields(Entry)}


def write_entry(entry: Entry) -> dict[str, Any]:
    """{"value": "280"}, {"is_not_collected": true, "reason": "…"}; {} for a blank one."""
    found = {name: getattr(entry, name) for name, default in _DEFAULTS.items() if getattr(entry, name) != default}
    return {name: f"{plain(one):f}" if isinstance(one, Decimal) else one for name, one in found.items()}


def read_entry(written: Mapping[str, Any]) -> Entry:
    """What `write_entry` wrote; words that this version does not know are left out."""
    said = {name: value for name, value in written.items() if name in _DEFAULTS}
    numbers = {name: Decimal(value) for name, value in said.items() if _DEFAULTS[name] is None and value is not None}
    return Entry(**(said | numbers))


def write_cells(cells: Mapping[str, Entry]) -> Written:
    """A line's entries by category, blank ones left out."""
    return {category: write_entry(entry) for category, entry in cells.items() if not entry.is_blank}


def read_cells(written: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    return {category: read_entry(one) for category, one in written.items()}


def fingerprint(cells: Mapping[str, Entry], *, with_notes: bool = False) -> str:
    """A short text that is another one when a line has other figures: what a page carries of what it showed.

    A note beside a number is no figure, unless asked for; the reason why there is none belongs to it.
    """
    figures = {
        key: one if one.is_not_collected or with_notes else replace(one, reason="") for key, one in cells.items()
    }
    text = json.dumps(write_cells(figures), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
