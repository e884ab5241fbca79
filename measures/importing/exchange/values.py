"""One data value as the formats of other systems know it, and what is said of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backbone.problems import Problem, cut

CREATED, CHANGED, UNCHANGED, IGNORED, REFUSED = "created", "changed", "unchanged", "ignored", "refused"

VERDICTS_SHOWN = 500
REASONS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class DataValue:
    """What a file says in one place. `number` is the row of a CSV, the line of XML, the item (from 1) of JSON.

    `combo` is the code of a category option combination; `categories` are (dimension, option) where the format spells
    them out. `value` None: the file says nothing, or says only a comment.
    """

    number: int
    org_unit: str
    element: str
    period: str
    combo: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    attribute_combo: str = ""
    value: Any = None
    comment: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one data value, and why where that is not plain."""

    row: int
    partner: str
    element: str
    period: str
    category: str
    value: str
    verdict: str
    why: str = ""


@dataclass(slots=True)
class Unmapped:
    """A code that stands for nothing here, and how many values were left out because of it."""

    what: str
    code: str
    name: str = ""
    count: int = 0


@dataclass(slots=True)
class Exchanged:
    """What a file of another system held, counted: every value of it is in exactly one of the verdicts."""

    format: str
    scheme: str
    values: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    unmapped: dict[tuple[str, str], Unmapped] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    derived_totals: int = 0
    notes: list[Problem] = field(default_factory=list)

    def note_unmapped(self, what: str, code: str, name: str = "") -> None:
        self.unmapped.setdefault((what, code), Unmapped(what, cut(code), name)).count += 1

    def close(self, verdicts: Iterable[Verdict]) -> None:
        self.verdicts = sorted(verdicts, key=lambda verdict: verdict.row)
        for verdict in self.verdicts:
            self.counts[verdict.verdict] = self.counts.get(verdict.verdict, 0) + 1
            if verdict.verdict == IGNORED:
                self.ignored[verdict.why] = self.ignored.get(verdict.why, 0) + 1

    def as_dict(self) -> Mapping[str, Any]:
        return {
            "format": self.format,
            "scheme": self.scheme,
            "values": self.values,
            "verdict_counts": {
                word: self.counts.get(word, 0) for word in (CREATED, CHANGED, UNCHANGED, IGNORED, REFUSED)
            },
            "unmapped": [
                {"what": one.what, "code": one.code, "name": one.name, "count": one.count}
                for one in sorted(self.unmapped.values(), key=lambda one: (one.what, -one.count, one.code))[
                    :REASONS_SHOWN
                ]
            ],
            "ignored": [
                {"why": why, "count": count} for why, count in sorted(self.ignored.items(), key=lambda it: -it[1])
            ][:REASONS_SHOWN],
            "derived_totals": self.derived_totals,
            "verdicts": [
                {name: getattr(verdict, name) for name in verdict.__slots__}
                for verdict in self.verdicts[:VERDICTS_SHOWN]
            ],
            "verdicts_truncated": len(self.verdicts) > VERDICTS_SHOWN,
        }
