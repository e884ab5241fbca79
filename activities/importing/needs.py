"""Needs from a CSV file: every row is judged before anything is written."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from activities.columns import NEEDS
from activities.models import Need, Place, Population
from activities.selectors.axes import Tag, axes_of
from activities.services.needs import Said, Where
from agenda.models import Strategy
from backbone import tabular
from backbone.models import Initiative, Tenant
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import Findings, Limits, nearest

FILE_BYTES = 2 * 1024 * 1024
LIMITS = Limits(file_bytes=FILE_BYTES, rows=20_000)


@dataclass(slots=True)
class Plan:
    """What a file would do: needs to set, of which `new` and `different`, and what is wrong with it."""

    rows: list[Said] = field(default_factory=list)
    new: int = 0
    different: int = 0
    problems: list[Problem] = field(default_factory=list)


def plan(initiative: Initiative, tenant: Tenant, content: bytes) -> Plan:
    """Read a file and hold it against what is there; a set number of queries."""
    found, findings = Plan(), Findings()
    if len(content) > FILE_BYTES:
        sentence = gettext_noop("The file is over 2 MB. Split it.")
        return Plan(problems=[Problem("file.too_large", sentence)])
    try:
        table = list(tabular.stream_csv(io.BytesIO(content), NEEDS, LIMITS, findings=findings))
    except Refused as refused:
        return Plan(problems=list(refused.problems))
    found.problems += findings.problems
    judge = _Judge(initiative, tenant)
    seen: dict[tuple, int] = {}
    for row in table:
        said, problems = judge.row(dict(zip(NEEDS.names, row.cells, strict=False)), row.number)
        found.problems += problems
        if said is None:
            continue
        key = (said.where.row, said.as_of)
        if key in seen:
            sentence = gettext_noop("Row {first} says what this cell needs on that day already.")
            found.problems.append(Problem("need.twice", sentence, {"first": seen[key]}, row=row.number))
            continue
        seen[key] = row.number
        found.rows.append(said)
    judge.compare(found)
    return found


class _Judge:
    def __init__(self, initiative: Initiative, tenant: Tenant):
        self.initiative = initiative
        self.axes = axes_of(initiative)
        self.rows: dict[str, dict[int, Any]] = {
            "strategy": Strategy.objects.filter(outcome__initiative=initiative).in_bulk(),
            "population": Population.objects.in_bulk(),
            "place": Place.objects.in_bulk(),
        }
        self.numbers = {
            "1,234.5": tabular.POINT,
            "1.234,5": tabular.COMMA,
            "1 234,5": tabular.SPACE,
        }[tenant.number_format]
        self.days = tabular.DateFormat("day" if tenant.date_order == Tenant.DateOrder.DAY_FIRST else "month")

    def row(self, cells: dict[str, Any], number: int) -> tuple[Said | None, list[Problem]]:
        problems: list[Problem] = []
        tags = {
            name: self._tag(name, cells.get(name), number, problems) for name in ("strategy", "population", "place")
        }
        settled: dict[str, Any] = {}
        for name, settle in (
            ("amount", lambda raw: tabular.number(raw, self.numbers)),
            ("as_of", lambda raw: tabular.day(raw, self.days)),
        ):
            settled[name], problem = settle(cells.get(name))
            if problem is not None:
                problems.append(problem.at(row=number, column=name))
            elif settled[name] is None or settled[name] is tabular.NOT_COLLECTED:
                problems.append(_missing(name, number))
        for name, length in (("unit", 40), ("source", 200), ("source_url", 300)):
            settled[name], problem = tabular.text(cells.get(name), length)
            settled[name] = settled[name] or ""
            if problem is not None:
                problems.append(problem.at(row=number, column=name))
            elif not settled[name] and name != "source_url":
                problems.append(_missing(name, number))
        if not problems and settled["amount"] < 0:
            sentence = gettext_noop("A need is 0 or more.")
            problems.append(
                Problem("need.negative", sentence, row=number, column="amount", value=cut(settled["amount"]))
            )
        if problems:
            return None, problems
        where = Where(*(self.rows[name][tags[name].id] for name in ("strategy", "population", "place")))
        return Said(where, **settled), []

    def compare(self, found: Plan) -> None:
        keys = ("strategy_id", "population_id", "place_id", "as_of", "amount", "unit", "source", "source_url")
        there = {row[:4]: row[4:] for row in Need.objects.filter(initiative=self.initiative).values_list(*keys)}
        for one in found.rows:
            where = one.where
            key = (where.strategy.pk, where.population.pk, where.place.pk, one.as_of)
            if key not in there:
                found.new += 1
            elif there[key] != (one.amount, one.unit, one.source, one.source_url):
                found.different += 1

    def _tag(self, name: str, raw: Any, number: int, problems: list[Problem]) -> Tag | None:
        said = str(raw or "").strip()
        if not said:
            problems.append(_missing(name, number))
            return None
        tag = self.axes.find(name, said) or self._named(name, said)
        if tag is None:
            close = nearest(said, [one.key for one in self.axes.of(name)], 1)
            sentence = gettext_noop("There is no {axis} “{value}”.")
            hint = gettext_noop("Did you mean “{close}”?") if close else ""
            params = {"axis": name, "value": cut(said), "close": close[0] if close else ""}
            problems.append(
                Problem(f"need.no_{name}", sentence, params, hint, row=number, column=name, value=cut(said))
            )
        return tag

    def _named(self, name: str, said: str) -> Tag | None:
        like = [one for one in self.axes.of(name) if one.label.casefold() == said.casefold()]
        return like[0] if len(like) == 1 else None


def _missing(name: str, number: int) -> Problem:
    sentence = gettext_noop("“{column}” is empty. Fill it in, or leave the row out.")
    return Problem("need.missing", sentence, {"column": name}, row=number, column=name)
