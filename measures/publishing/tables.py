"""A published part as rows of a file: every figure of the frozen data once, with the words and marks of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from backbone.conditions import Definition, Row
from measures import goals, wording
from measures.publishing import frozen
from measures.publishing.frozen import Data
from measures.publishing.page import category_words
from measures.rules.figures import plain
from measures.rules.lines import Line
from measures.rules.periods import last_month
from measures.windows import Window

PLACES = 12  # of a quotient; what was filed has fewer


def rows(data: Data) -> Iterator[Row]:
    """The whole initiative's figures, its years, its breakdowns, then the partners, indicator by indicator."""
    results = {one["slug"]: one["title"] for one in data["outcomes"]}
    for one in data["indicators"]:
        yield from _Sheet(one, results.get(one["outcome"], "")).rows()


def definitions(data: Data) -> Iterator[Definition]:
    results = {one["slug"]: one["title"] for one in data["outcomes"]}
    for one in data["indicators"]:
        line, said = frozen.line_from(one["line"]), one["line"]
        goal = frozen.goal_from(one["goal"]) if "goal" in one else None
        yield Definition(
            indicator=line.slug,
            code=said["code"],
            name=line.name,
            result=results.get(one["outcome"], ""),
            kind=line.kind,
            unit=line.unit,
            definition=said["definition"],
            numerator=line.numerator_name,
            denominator=line.denominator_name,
            direction=said["direction"],
            frequency=said["frequency"],
            target=None if goal is None else _short(goal.value),
            target_by=None if goal is None else goal.by,
            baseline=None if goal is None else _short(goal.baseline),
            target_words="" if goal is None else goals.goal_words(line, frozen.indicator_from(said), goal),
            source=said.get("source", ""),
            source_url=said.get("source_url", ""),
        )


class _Sheet:
    """One indicator's rows; what they share is looked up once."""

    def __init__(self, data: Data, result: str):
        self.data = data
        self.line = frozen.line_from(data["line"])
        self.window = frozen.window_from(data["window"])
        goal = frozen.goal_from(data["goal"]) if "goal" in data else None
        self.target = None if goal is None else _short(goal.value)
        self.common = {
            "result": result,
            "indicator": self.line.slug,
            "code": data["line"]["code"],
            "name": self.line.name,
            "unit": self.line.unit,
        }

    def rows(self) -> Iterator[Row]:
        everybody = _("All partners")
        if not any(period == self.data["window"]["period"] for period, _figure in self.data["trend"]):
            yield self._row(self.data["figure"], self.window, whose=everybody, target=self.target)
        for period, figure in self.data["trend"]:
            here = self._at(period)
            yield self._row(
                figure, here, whose=everybody, target=self.target if here.period == self.window.period else None
            )
        for window, first, figure in self._years():
            yield self._row(figure, window, whose=everybody, first=first)
        for split in self.data["breakdowns"]:
            for row in split["rows"]:
                names = {"breakdown": split["name"], "category": category_words(row["names"])}
                for period, figure in row["trend"]:
                    yield self._row(figure, self._at(period), whose=everybody, **names)
        partners = self.data.get("partners", {})
        for row in partners.get("rows", ()):
            yield self._row(row["figure"], self.window, whose=row["code"])
            for split in row.get("breakdowns", ()):
                for one in split["rows"]:
                    names = {"breakdown": split["name"], "category": category_words(one["names"])}
                    yield self._row(one["figure"], self.window, whose=row["code"], **names)
        if "others" in partners:
            others = _("Others (%(count)s)") % {"count": partners["others"]["count"]}
            yield self._row(partners["others"]["figure"], self.window, whose=others)

    def _at(self, period: str) -> Window:
        """The window of an earlier span; of the last one it is the window itself, which may still run."""
        start = frozen.month_from(period)
        if start == self.window.period:
            return self.window
        return replace(self.window, period=start, latest=last_month(start, self.window.grain))

    def _years(self) -> Iterator[tuple[Window, date, Data]]:
        """Each year once, with its window and the first month that is in it: a tenant whose year is the calendar's has it
        in both, and what began in this year has no more in the one than in the other."""
        seen = {(start, last_month(start, self.window.grain)) for start in self._periods()}
        for found in self.data["years"].values():
            for year in found:
                window, first = frozen.window_from(year["window"]), frozen.year_from(self.data, year).period
                if (first, window.last) not in seen:
                    seen.add((first, window.last))
                    yield window, first, year["figure"]

    def _periods(self) -> Iterator[date]:
        for period, _figure in self.data["trend"]:
            yield frozen.month_from(period)

    def _row(
        self,
        figure: Data,
        window: Window,
        *,
        whose: str,
        target: Decimal | None = None,
        first: date | None = None,
        **names: str,
    ) -> Row:
        kind = figure.get("kind", self.line.kind)
        line: Line = self.line if kind == self.line.kind else replace(self.line, kind=kind)
        combined = frozen.combined_from(figure, kind)
        is_hidden = bool(figure.get("hidden"))
        words = (
            _("hidden to protect people") if is_hidden else wording.said(line, combined, is_running=window.is_running)
        )
        return Row(
            **self.common,
            kind=kind,
            whose=whose,
            first=first or window.period,
            last=window.last,
            words=words,
            state=str(combined.state),
            filed=combined.coverage.filed,
            expected=combined.coverage.expected,
            excused=combined.coverage.excused,
            is_hidden=is_hidden,
            target=target,
            **{name: _short(getattr(combined, name)) for name in frozen.NUMBERS},
            **names,
        )


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else plain(round(value, PLACES)) if value != round(value, PLACES) else plain(value)
