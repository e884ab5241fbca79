"""Sample numbers that show how a kind adds up: two partners, two months, with the rules' own arithmetic. Pure.

The rate is the specification's worked check: 15 of 100 and 15 of 50 are 20.0% together, not 22.5%, their mean. In
the second month of a level one partner has not filed, which shows what carrying it forward does. `missing_row` shows of
every kind what stands while one partner has not filed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from measures.rules import kinds
from measures.rules.combining import Combined, combine
from measures.rules.coverage import PartnerKey, combined_coverage
from measures.rules.derived import combined_from, definition_of
from measures.rules.figures import Entry, said
from measures.rules.lines import Line

MONTHS = (date(2026, 7, 1), date(2026, 8, 1))  # the two lie in one quarter, and in one fiscal year from any start
PARTNERS = ("A", "B")

_RATES = {"A": ((15, 100), (30, 100)), "B": ((15, 50), (10, 60))}
_AVERAGES = {"A": ((4, 10), (5, 10)), "B": ((8, 30), (6, 30))}
_EXTREMES: dict[str, tuple[int | None, int | None]] = {"A": (3, 5), "B": (8, 2)}
_VALUES: dict[str, dict[str, tuple[int | None, int | None]]] = {
    kinds.FLOW: {"A": (30, 45), "B": (50, 25)},
    kinds.STOCK: {"A": (12, 9), "B": (20, None)},
    kinds.UNDUPLICATED: {"A": (40, 45), "B": (60, 50)},
    kinds.TO_DATE: {"A": (30, 75), "B": (50, 60)},
    kinds.AVERAGE_STOCK: {"A": (12, 9), "B": (20, 22)},
    kinds.MINIMUM: _EXTREMES,
    kinds.MAXIMUM: _EXTREMES,
    kinds.MEDIAN: _EXTREMES,
    kinds.MILESTONE: {"A": (0, 1), "B": (1, 1)},
    kinds.ORDINAL: {"A": (1, 2), "B": (2, 2)},
    kinds.MONEY: {"A": (1200, 800), "B": (500, 650)},
}


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One partner, or both together (`partner` ""): each month, and the two months combined."""

    partner: str
    months: tuple[Combined, ...]
    span: Combined


def sample_rows(line: Line) -> tuple[SampleRow, ...]:
    """The sample of a line's kind, combined the way the line says. Refused: a kind that is not available.

    A `rate_stock` that does not say how it combines over time raises ValueError: ask `lines.check_line` before.
    """
    filed = _filed(line)
    return tuple(_row(line, filed, name, partners) for name, partners in (("A", ("A",)), ("B", ("B",)), ("", PARTNERS)))


def missing_row(line: Line) -> SampleRow:
    """Both together while the second partner has not filed the second month."""
    filed = {key: entry for key, entry in _filed(line).items() if key != (PARTNERS[1], MONTHS[1])}
    return _row(line, filed, "", PARTNERS)


def _row(line: Line, filed: Mapping[tuple[PartnerKey, date], Entry], name: str, partners: tuple[str, ...]) -> SampleRow:
    chosen = {key: entry for key, entry in filed.items() if key[0] in partners}

    def combined(months: tuple[date, ...]) -> Combined:
        return combine(line, chosen, dict.fromkeys(partners, MONTHS), {}, months)

    return SampleRow(name, tuple(combined((month,)) for month in MONTHS), combined(MONTHS))


def computed_rows(line: Line, inputs: Mapping[str, Line]) -> tuple[SampleRow, ...]:
    """The sample of a formula or an index: what each input comes to over all partners, then what is computed from
    them (`partner` is the input's name, or "" for the last). `inputs` by slug; one that is computed itself, or
    published, stands as numbers of its own. Refused: a formula that is not one.
    """
    definition = definition_of(line)
    found, columns = [], [dict[str, Combined]() for _ in range(len(MONTHS) + 1)]
    for number, slug in enumerate(definition.inputs):
        one = inputs[slug]
        last = _input_rows(one, number + 1)[-1]
        found.append(SampleRow(one.name, last.months, last.span))
        for column, combined in zip(columns, (*last.months, last.span), strict=True):
            column[slug] = combined
    computed = [
        combined_from(definition, column, combined_coverage([]) if not column else next(iter(column.values())).coverage)
        for column in columns
    ]
    return (*found, SampleRow("", tuple(computed[:-1]), computed[-1]))


def _input_rows(line: Line, times: int) -> tuple[SampleRow, ...]:
    """An input's own sample; each further input has numbers of another size, so that they can be told apart."""
    if line.rule.is_filed:
        rows = sample_rows(line)
        return rows if times == 1 else tuple(_larger(row, times) for row in rows)
    kind = Line(line.slug, line.name, kinds.FLOW)
    return _input_rows(kind, times)


def _larger(row: SampleRow, times: int) -> SampleRow:
    def more(one: Combined) -> Combined:
        names = ("value",) if one.denominator is None else ("numerator", "denominator")
        numbers = {name: getattr(one, name) for name in (*names, "lower", "upper")}
        return replace(one, **{name: number * times for name, number in numbers.items() if number is not None})

    return SampleRow(row.partner, tuple(more(one) for one in row.months), more(row.span))


def _filed(line: Line) -> dict[tuple[PartnerKey, date], Entry]:
    if line.rule.is_ratio:
        return {
            (partner, month): Entry(numerator=Decimal(top), denominator=Decimal(bottom))
            for partner, pairs in _RATES.items()
            for month, (top, bottom) in zip(MONTHS, pairs, strict=True)
        }
    if line.rule.is_weighted:
        return {
            (partner, month): Entry(value=Decimal(value), weight=Decimal(weight))
            for partner, pairs in _AVERAGES.items()
            for month, (value, weight) in zip(MONTHS, pairs, strict=True)
        }
    if line.rule.is_words:
        return {(partner, month): said(line, partner) for partner in PARTNERS for month in MONTHS}
    return {
        (partner, month): Entry(value=Decimal(value))
        for partner, values in _VALUES[line.kind].items()
        for month, value in zip(MONTHS, values, strict=True)
        if value is not None
    }
