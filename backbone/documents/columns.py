"""The columns of published figures: one list for CSV, workbook and data package, with what each of them means.

Their names never change with the language, so that what reads one file reads the next; the words in them do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from backbone.conditions import Definition, Row
from backbone.documents.body import Body, instant_text

NUMBER, COUNT, TEXT, MONTH, INSTANT = "number", "integer", "string", "yearmonth", "datetime"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` for machines, `label` and `description` for people, `kind` a type of Table Schema, `width` in characters."""

    name: str
    label: Any
    description: Any
    kind: str
    width: int = 12
    found: Callable[[Any], Any] | None = None

    def value(self, row: Any) -> Any:
        """Its cell of a row: what the row has under its name, unless it says otherwise."""
        return getattr(row, self.name) if self.found is None else self.found(row)


def hidden_words(row: Row) -> str:
    return gettext("hidden to protect people") if row.is_hidden else ""


FIGURES: Sequence[Column] = (
    Column("result", _("Result"), _("The result of the common agenda that it measures"), TEXT, 30),
    Column("indicator", _("Indicator"), _("Names the indicator for good"), TEXT, 18),
    Column("code", _("Code"), _("The indicator’s code on the page"), TEXT, 7),
    Column("name", _("Name"), _("The indicator’s name"), TEXT, 26),
    Column("kind", _("Kind"), _("How figures of it are put together over partners and months"), TEXT, 13),
    Column("unit", _("Unit"), _("What is counted; a rate’s value is its plain ratio, whatever its unit"), TEXT, 12),
    Column("whose", _("Whose"), _("All partners, one partner’s code, or those who are shown together"), TEXT, 13),
    Column("breakdown", _("Breakdown"), _("By what it is split; empty for the total"), TEXT, 12),
    Column("category", _("Category"), _("Which part of the breakdown; empty for the total"), TEXT, 14),
    Column("from", _("From"), _("The first month of the span"), MONTH, 9, lambda row: month(row.first)),
    Column("to", pgettext_lazy("last day", "To"), _("The last month of the span that is in it"), MONTH, 9, lambda row: month(row.last)),
    Column("value", _("Value"), _("The figure; empty where it is hidden, not filed, or a range"), NUMBER, 13),
    Column("numerator", _("Numerator"), _("Of a rate, what is divided"), NUMBER, 11),
    Column("denominator", _("Denominator"), _("Of a rate, what it is divided by"), NUMBER, 12),
    Column("lower", _("Lower"), _("At least so many"), NUMBER, 9),
    Column("upper", _("Upper"), _("At most so many"), NUMBER, 9),
    Column("words", _("In words"), _("The figure as the page says it"), TEXT, 26),
    Column("filed", _("Filed"), _("Partners whose figures are in it"), COUNT, 7),
    Column("expected", _("Expected"), _("Partners who owed a figure"), COUNT, 9),
    Column("excused", _("Excused"), _("Partners who were excused, and are not expected"), COUNT, 8),
    Column("state", _("State"), _("complete: everybody is in it; partial: not yet; every other word: there is no number"), TEXT, 14),
    Column("hidden", _("Hidden"), _("Where a figure is hidden to protect people; its numbers are empty"), TEXT, 24, hidden_words),
    Column("target", _("Target"), _("Where it is to be, beside the figure of the span that is published"), NUMBER, 9),
)  # fmt: skip

DEFINITIONS: Sequence[Column] = (
    Column("indicator", _("Indicator"), _("Names the indicator for good"), TEXT, 18),
    Column("code", _("Code"), _("Its code on the page"), TEXT, 7),
    Column("name", _("Name"), _("Its name"), TEXT, 30),
    Column("result", _("Result"), _("The result of the common agenda that it measures"), TEXT, 30),
    Column("kind", _("Kind"), _("How figures of it are put together over partners and months"), TEXT, 13),
    Column("unit", _("Unit"), _("What is counted; a rate’s value is its plain ratio, whatever its unit"), TEXT, 12),
    Column("definition", _("Definition"), _("How it is counted"), TEXT, 60),
    Column("numerator", _("Numerator"), _("Of a rate, what is divided"), TEXT, 20),
    Column("denominator", _("Denominator"), _("Of a rate, what it is divided by"), TEXT, 20),
    Column("direction", _("Direction"), _("Which way is better: up, down, or to maintain it"), TEXT, 10),
    Column("frequency", _("Frequency"), _("How often partners file it"), TEXT, 10),
    Column("baseline", _("Baseline"), _("Where it comes from"), NUMBER, 10),
    Column("target", _("Target"), _("Where it is to be"), NUMBER, 10),
    Column("target_by", _("By"), _("The month by which it is to be there"), MONTH, 10, lambda one: month(one.target_by)),
    Column("target_words", _("Target in words"), _("The same as the page says it"), TEXT, 40),
    Column("source", _("Source"), _("Of what is known of the whole community: who published it"), TEXT, 24),
    Column("source_url", _("Source’s address"), _("Where it can be read"), TEXT, 30),
)  # fmt: skip

AS_OF = Column("as_of", _("As of"), _("The instant whose figures these are"), INSTANT, 21)  # fmt: skip
VERSION = Column("version", _("Version"), _("Of the publication"), COUNT, 8)  # fmt: skip
COLUMNS = (*FIGURES, AS_OF, VERSION)


def month(day: date | None) -> str | None:
    return None if day is None else f"{day:%Y-%m}"


def figure_rows(body: Body) -> Iterator[list[Any]]:
    """Every published figure as cells, in the order of `COLUMNS`."""
    same = [instant_text(body.as_of), body.version]
    for row in figures(body):
        yield [*(column.value(row) for column in FIGURES), *same]


def figures(body: Body) -> Iterator[Row]:
    for condition, data in body.parts():
        yield from condition.rows(data)


def definition_rows(body: Body) -> Iterator[list[Any]]:
    """What the figures are of, in the order of `DEFINITIONS`."""
    for one in definitions(body):
        yield [column.value(one) for column in DEFINITIONS]


def definitions(body: Body) -> Iterator[Definition]:
    for condition, data in body.parts():
        yield from condition.definitions(data)
