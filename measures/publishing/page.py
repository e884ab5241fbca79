"""A published part as a page shows it: the frozen data with words put on them, and nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from backbone.charts import Spec
from backbone.look.coverage import Coverage as Chip
from backbone.look.coverage import coverage_text
from measures import drawing, wording
from measures.models import CurveAction
from measures.publishing import frozen
from measures.publishing.frozen import Data, FrozenReading
from measures.rules.combining import Combined
from measures.rules.kinds import UNDUPLICATED
from measures.rules.lines import UNKNOWN_NAME, Line
from measures.windows import Window


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in a table: its words and its coverage; a hidden one has its mark instead of words."""

    said: str
    is_hidden: bool
    chip: Chip
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A partner, or a category, with its figure; `split` are a partner's own breakdowns."""

    name: str
    code: str
    cell: Cell
    splits: Sequence[tuple[str, Sequence[Row]]] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One indicator of the page."""

    reading: FrozenReading
    year: tuple[Window, Cell] | None
    last_year: tuple[Window, Cell] | None
    chart: Spec | None
    partners: Sequence[Row]
    others: tuple[int, Cell] | None
    splits: Sequence[tuple[str, Sequence[Row]]]
    story: str
    unknown: str
    actions: Sequence[tuple[str, str, date, str]]

    @property
    def indicator(self):
        return self.reading.indicator

    @property
    def slug(self) -> str:
        return self.reading.indicator.slug

    @property
    def exceptions(self) -> str:
        """The spans in which somebody was missing, for the line below the chart."""
        return drawing.exceptions(self.reading)

    @property
    def has_detail(self) -> bool:
        return bool(self.chart or self.partners or self.splits or self.story or self.unknown or self.actions)


def shown(data: Data, year_starts: int) -> dict[str, Any]:
    """What `measures/_published.html` needs."""
    results = [result(one, year_starts) for one in data["indicators"]]
    by_outcome: dict[str | None, list[Result]] = {}
    for one, row in zip(data["indicators"], results, strict=True):
        by_outcome.setdefault(one["outcome"], []).append(row)
    branches = [(one["title"], by_outcome.pop(one["slug"], [])) for one in data["outcomes"]]
    return {
        "branches": [(title, rows) for title, rows in branches if rows] + [("", rows) for rows in by_outcome.values()],
        "results": results,
        "most_hidden": data["threshold"] - 1,
        "has_hidden": has_mark("hidden", data["indicators"]),
        "has_rounded": has_mark("rounded", data["indicators"]),
        "has_people": any(one.reading.line.kind == UNDUPLICATED for one in results),
        "has_excused": any(one.reading.now.coverage.excused for one in results),
        "has_others": any(one.others for one in results),
        "counts_submitted": data["counting"] == "submitted",
    }


def chart(data: Data, slug: str) -> dict[str, Any] | None:
    """One indicator's chart alone, for another site's page; None when there is none."""
    one = next((one for one in data["indicators"] if one["line"]["slug"] == slug), None)
    if one is None:
        return None
    found = result(one, frozen.window_from(one["window"]).year_starts)
    return None if found.chart is None else {"one": found, "spec": found.chart}


def charts(data: Data) -> list[tuple[str, str]]:
    """(slug, name) of each indicator whose chart can stand alone."""
    found = [result(one, frozen.window_from(one["window"]).year_starts) for one in data["indicators"]]
    return [(one.slug, one.indicator.name) for one in found if one.chart is not None]


def lines(data: Data) -> list[str]:
    """`K1 Completions: 1,030, 8 of 8 partners have filed, 1 excused`: each indicator in a line; hidden ones say so."""
    found = []
    for one in data["indicators"]:
        reading = frozen.reading_from(one)
        words = {
            "name": " ".join(part for part in (reading.indicator.code, reading.indicator.name) if part),
            "said": _("hidden to protect people") if reading.is_hidden else reading.said,
            "cover": reading.source_words or coverage_text(reading.chip),
        }
        found.append(_("%(name)s: %(said)s, %(cover)s") % words)
    return found


def result(data: Data, year_starts: int) -> Result:
    """One indicator again, with words."""
    reading = frozen.reading_from(data)
    line = reading.line
    years = [
        (frozen.year_from(data, year), cell(line, year["figure"], is_running=window.is_running))
        for year in data["years"].get(str(year_starts), ())
        for window in [frozen.window_from(year["window"])]
    ]
    running = [one for one in years if one[0].last == reading.window.last]
    partners = data.get("partners", {})
    return Result(
        reading=reading,
        year=running[0] if running else None,
        last_year=next((one for one in years if one not in running), None),
        chart=drawing.trend_chart(reading, hidden=reading.hidden_periods),
        partners=[_partner(line, row) for row in partners.get("rows", ())],
        others=(partners["others"]["count"], cell(line, partners["others"]["figure"]))
        if "others" in partners
        else None,
        splits=[
            (split["name"], [_category(line, row["names"], row["key"], last) for row, last in _last(split, data)])
            for split in data["breakdowns"]
            if any(True for _pair in _last(split, data))
        ],
        story=data.get("story", ""),
        unknown=data.get("unknown", ""),
        actions=[
            (one["what"], _who(one), date.fromisoformat(one["due_on"]), CurveAction.State(one["state"]).label)
            for one in data.get("actions", ())
        ],
    )


def cell(line: Line, data: Data, *, is_running: bool = False) -> Cell:
    """A frozen figure in a table."""
    combined = frozen.combined_from(data, data.get("kind", line.kind))
    is_hidden = bool(data.get("hidden"))
    said = "" if is_hidden else wording.said(line, combined, is_running=is_running)
    return Cell(said, is_hidden, chip(combined), not combined.has_something)


def chip(combined: Combined) -> Chip:
    covered = combined.coverage
    return Chip(covered.filed, covered.expected, covered.excused, in_part=combined.has_something)


def has_mark(mark: str, data: Any) -> bool:
    """Whether any figure in it is `hidden`, or `rounded`."""
    if isinstance(data, Mapping):
        return bool(data.get(mark)) or any(has_mark(mark, one) for one in data.values())
    return isinstance(data, list) and any(has_mark(mark, one) for one in data)


def _who(action: Data) -> str:
    """Whose an action is: a partner's by its code where it is shown, else a partner's, or the backbone's."""
    if action["who"]:
        return action["who"]
    return _("a partner") if action.get("is_partner") else _("the backbone")


def category_words(names: Sequence[str]) -> str:
    return ", ".join(_(name) if name == UNKNOWN_NAME else name for name in names)


def _last(split: Data, data: Data) -> list[tuple[Data, Data]]:
    """The categories that stand in the window itself, each with its figure there."""
    period = data["window"]["period"]
    return [(row, figure) for row in split["rows"] for at, figure in row["trend"] if at == period]


def _category(line: Line, names: Sequence[str], key: str, figure: Data) -> Row:
    return Row(category_words(names), key, cell(line, figure))


def _partner(line: Line, row: Data) -> Row:
    splits = [
        (split["name"], [_category(line, one["names"], one["key"], one["figure"]) for one in split["rows"]])
        for split in row.get("breakdowns", ())
    ]
    return Row(row["name"], row["code"], cell(line, row["figure"]), splits)
