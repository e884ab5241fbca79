"""A published part on paper: the page's own content with everything open, in the order of the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backbone import charts
from backbone.look.coverage import coverage_text
from measures.publishing import frozen, page
from measures.publishing.frozen import Data
from measures.publishing.page import Cell, Result
from measures.rules.kinds import UNDUPLICATED

Numbers = tuple[Sequence[str], Sequence[Any]]
IN_TWO = 8  # a chart's numbers are set in two columns when they have more rows than this
WORDY = 24  # characters of a figure in words that leave too little room beside them
LONG = 18  # a table with more rows has the page's width, and breaks over pages


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a small table: a partner, a category or a year, with its figure."""

    name: str
    cell: Cell
    code: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of one column of figures; `foot` is what the rows add up to."""

    caption: str
    scope: str
    head: str
    rows: Sequence[Line]
    foot: Line | None = None

    @property
    def is_wide(self) -> bool:
        """Whether it needs the page's width: it breaks over pages, or says much in a cell."""
        return len(self.rows) > LONG or any(len(row.cell.said) > WORDY for row in self.rows)


@dataclass(frozen=True, slots=True)
class Printed:
    """One indicator on paper: its result with its years, its tables and who does what; at the end of the book how it is
    counted, the chart's numbers in columns, and the partners' own breakdowns."""

    one: Result
    years: Sequence[Line]
    tables: Sequence[Table]
    numbers: Sequence[Numbers]
    own_tables: Sequence[Table]
    actions: Sequence[tuple[str, str, str, str]]

    @property
    def anchor(self) -> str:
        return f"indicator-{self.one.slug}"

    @property
    def behind(self) -> str:
        """Where its definition and its numbers stand; empty where there are none."""
        has_more = self.numbers or self.own_tables or self.one.indicator.definition
        return f"behind-{self.one.slug}" if has_more else ""

    @property
    def pairs(self) -> list[list[Table]]:
        """Small tables, two beside each other; one that is left over stands alone."""
        return _by_two([table for table in self.tables if not table.is_wide])

    @property
    def wide_tables(self) -> list[Table]:
        return [table for table in self.tables if table.is_wide]

    @property
    def own_pairs(self) -> list[list[Table]]:
        return _by_two(self.own_tables)


def _by_two(tables: Sequence[Table]) -> list[list[Table]]:
    return [list(tables[at : at + 2]) for at in range(0, len(tables), 2)]


def printed(data: Data, year_starts: int) -> dict[str, Any]:
    """What `measures/_published_print.html` needs: that of the page, and each indicator as it is printed."""
    found = page.shown(data, year_starts)
    by_slug = {one["line"]["slug"]: one for one in data["indicators"]}
    chapters = [
        (f"result-{position}", title, [_printed(by_slug[one.slug], one) for one in results])
        for position, (title, results) in enumerate(found["branches"], start=1)
    ]
    contents = [("where", _("Where we are"), 1)]
    for anchor, title, results in chapters:
        contents.append((anchor, title or _("Also measured"), 1))
        contents += [(one.anchor, _named(one), 2) for one in results]
    behind = [one for _anchor, _title, results in chapters for one in results if one.behind]
    if behind:
        contents.append(("behind", _("Behind the figures"), 1))
    return found | {"chapters": chapters, "behind": behind, "contents": contents}


def notes(data: Data) -> Iterator[str]:
    """The marks below the figures, as far as the part has something that they are for."""
    if any(one["line"]["kind"] == UNDUPLICATED for one in data["indicators"]):
        yield _("One person can be at several partners. People are therefore given as a range and never as a sum.")
    if page.has_mark("rounded", data["indicators"]):
        yield _("The lower end of a range is rounded down where it would be what one partner alone filed.")
    if any(one["figure"].get("excused") for one in data["indicators"]):
        yield _("Excused partners are not among those expected.")
    if page.has_mark("hidden", data["indicators"]):
        words = _(
            "Hidden to protect people: a group of 1 to %(most_hidden)s, one that would give such a group away, or what one "
            "partner alone filed."
        )
        yield words % {"most_hidden": data["threshold"] - 1}
    if data["counting"] == "submitted":
        yield _("Figures that partners submitted count before they are approved.")
    else:
        yield _("Only approved figures count.")


def _printed(data: Data, one: Result) -> Printed:
    return Printed(
        one=one,
        years=list(_years(data, one)),
        tables=list(_tables(data, one)),
        numbers=[] if one.chart is None else _in_columns(charts.table(one.chart)),
        own_tables=list(_own_tables(one)),
        actions=[
            (what, who, date_format(due, pgettext("date format", "j M Y")), state)
            for what, who, due, state in one.actions
        ],
    )


def _tables(data: Data, one: Result) -> Iterator[Table]:
    """By partner, and by breakdown."""
    name, scope = one.indicator.name, one.reading.window.name
    if one.partners:
        rows = [Line(row.name, row.cell, code=row.code) for row in one.partners]
        if one.others is not None:
            count, cell = one.others
            rows.append(Line(_("Others (%(count)s)") % {"count": count}, cell, more=_("shown together")))
        whole = page.cell(one.reading.line, data["figure"], is_running=one.reading.window.is_running)
        foot = Line(coverage_text(whole.chip), whole)
        yield Table(_("%(name)s by partner") % {"name": name}, scope, _("Partner"), rows, foot)
    for split, categories in one.splits:
        yield Table(_by(name, split), scope, split, [Line(row.name, row.cell) for row in categories])


def _own_tables(one: Result) -> Iterator[Table]:
    """The partners' own breakdowns."""
    scope = one.reading.window.name
    for partner in one.partners:
        for split, rows in partner.splits:
            words = {"indicator": one.indicator.name, "code": partner.code, "split": split.lower()}
            caption = _("%(indicator)s of %(code)s by %(split)s") % words
            yield Table(caption, scope, split, [Line(row.name, row.cell) for row in rows])


def _by(name: str, split: str) -> str:
    return _("%(indicator)s by %(split)s") % {"indicator": name, "split": split.lower()}


def _years(data: Data, one: Result) -> Iterator[Line]:
    """Every year that a reader of the page can choose, each once; the latest first."""
    found = {}
    for years in data["years"].values():
        for year in years:
            there = frozen.year_from(data, year)
            found.setdefault((there.last, there.period), (there, year))
    for key in sorted(found, reverse=True):
        there, year = found[key]
        is_running = frozen.window_from(year["window"]).is_running
        cell = page.cell(one.reading.line, year["figure"], is_running=is_running)
        yield Line(there.short_name, cell, more=coverage_text(cell.chip))


def _in_columns(table: dict[str, Any]) -> list[Numbers]:
    rows = table["rows"]
    if len(rows) <= IN_TWO or len(table["head"]) > 3:
        return [(table["head"], rows)]
    half = (len(rows) + 1) // 2
    return [(table["head"], rows[:half]), (table["head"], rows[half:])]


def _named(one: Printed) -> str:
    indicator = one.one.indicator
    return f"{indicator.code} {indicator.name}" if indicator.code else indicator.name
