"""An initiative's results as an IATI 2.03 activity: results, indicators, baselines, targets, actuals, dimensions.

What is published is combined over partners, at each indicator's own length of period, with its coverage in the comment:
a partial sum is said to be one. Cells too small to be shown are left out and said to be, for the file is for everybody.
Source: the IATI standard 2.03, element `result`; its schema fixes the order of the elements.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from django.utils import timezone

from backbone.models import Initiative, Participation, Tenant
from measures.lines import lines
from measures.models import ExternalId, Indicator, Target
from measures.rules.coverage import State
from measures.rules.figures import divided, plain
from measures.rules.lines import PERCENT, TOTAL, Line, breakdown_of, pairs_of
from measures.rules.periods import Grain, last_day, parse_month
from measures.rules.small import counts_of, is_small, withheld
from measures.selectors import rollup_table
from measures.selectors.small_inputs import inputs_of, small_inputs

UNIT, PERCENTAGE, NOMINAL, ORDINAL, QUALITATIVE = "1", "2", "3", "4", "5"  # codelist IndicatorMeasure
MEASURES = {"milestone": NOMINAL, "ordinal": ORDINAL, "narrative": QUALITATIVE}
ADDS_UP = frozenset(("flow", "to_date", "stock", "average_stock", "money", "milestone"))
OUTCOME, OTHER = "2", "9"  # codelist ResultType
OTHER_ORGANISATION, IMPLEMENTATION, ACTUAL_START = "90", "2", "2"
ACCOUNTABLE, IMPLEMENTING = "2", "4"  # codelist OrganisationRole
OWN_VOCABULARY = "99"
HUNDRED = Decimal(100)


class Cell(NamedTuple):
    """One combined figure of one period, as the table of roll-ups has it."""

    category: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    filed: int
    expected: int
    state: str


def pieces(initiative: Initiative, *, now: datetime | None = None) -> Iterator[bytes]:
    """The activity, one indicator in memory at a time."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    codes = dict(
        ExternalId.objects.filter(initiative=initiative, scheme="iati", indicator=None, partner=None).values_list(
            "kind", "code"
        )
    )
    yield from _head(initiative, tenant, codes, now or timezone.now())
    indicators = list(Indicator.objects.filter(initiative=initiative).select_related("outcome"))
    known = lines(initiative, indicators)
    for outcome, members in _by_outcome(indicators):
        kind = OTHER if outcome is None else OUTCOME
        title = initiative.name if outcome is None else outcome.title
        adds_up = all(one.kind in ADDS_UP for one in members)
        yield _open("result", type=kind, **{"aggregation-status": _truth(adds_up)}) + _text("title", title)
        for indicator in members:
            line = known[indicator.pk]
            is_of_people = indicator.counts_people or line.rule.is_computed
            yield from _indicator(initiative, indicator, line, tenant.small_cell_threshold if is_of_people else 0)
        yield b"</result>\n"
    yield b"</iati-activity>\n</iati-activities>\n"


def _head(initiative: Initiative, tenant: Tenant, codes: Mapping[str, str], now: datetime) -> Iterator[bytes]:
    stamp = now.astimezone(timezone.get_default_timezone()).replace(microsecond=0).isoformat()
    reporter = codes.get(ExternalId.Kind.REPORTER, tenant.slug)
    identifier = codes.get(ExternalId.Kind.INITIATIVE, f"{reporter}-{initiative.slug}")
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _open("iati-activities", version="2.03", **{"generated-datetime": stamp})
    yield _open("iati-activity", **{"last-updated-datetime": stamp, "xml:lang": tenant.locale[:2]})
    yield f"<iati-identifier>{_safe(identifier)}</iati-identifier>\n".encode()
    yield _open("reporting-org", ref=reporter, type=OTHER_ORGANISATION) + _narrative(tenant.name)
    yield b"</reporting-org>\n" + _text("title", initiative.name) + _text("description", initiative.name)
    yield (
        _open("participating-org", role=ACCOUNTABLE, ref=reporter) + _narrative(tenant.name) + b"</participating-org>\n"
    )
    rows = Participation.objects.filter(initiative=initiative).select_related("partner").order_by("partner__code")
    refs = dict(
        ExternalId.objects.filter(initiative=initiative, scheme="iati", kind=ExternalId.Kind.PARTNER).values_list(
            "partner_id", "code"
        )
    )
    for partner in dict.fromkeys(row.partner for row in rows):
        given = {"ref": refs[partner.pk]} if partner.pk in refs else {}
        yield (
            _open("participating-org", role=IMPLEMENTING, **given)
            + _narrative(partner.name)
            + b"</participating-org>\n"
        )
    yield _empty("activity-status", code=IMPLEMENTATION)
    yield _empty("activity-date", type=ACTUAL_START, **{"iso-date": f"{initiative.starts_on:%Y-%m-%d}"})


def _by_outcome(indicators: Iterable[Indicator]) -> Iterator[tuple[Any, list[Indicator]]]:
    found: dict[Any, list[Indicator]] = {}
    for indicator in indicators:
        found.setdefault(indicator.outcome, []).append(indicator)
    yield from sorted(found.items(), key=lambda item: (item[0] is None, item[0].position if item[0] else 0))


# --- one indicator ---


def _indicator(initiative: Initiative, indicator: Indicator, line: Line, threshold: int) -> Iterator[bytes]:
    ascending = {Indicator.Direction.UP: "1", Indicator.Direction.DOWN: "0"}.get(indicator.direction)  # type: ignore[call-overload]
    yield _open(
        "indicator", measure=_measure(line), **({"ascending": ascending} if ascending else {}),
        **{"aggregation-status": _truth(indicator.kind in ADDS_UP)},
    )  # fmt: skip
    yield _text("title", indicator.name)
    if indicator.definition.strip():
        yield _text("description", indicator.definition)
    yield _empty("reference", vocabulary=OWN_VOCABULARY, code=indicator.slug)
    if indicator.baseline_period is not None:
        number = _number(line, indicator.baseline_value, indicator.baseline_numerator, indicator.baseline_denominator)
        given = {} if number is None else {"value": number}
        day = indicator.baseline_period
        yield _empty("baseline", **{"iso-date": f"{day:%Y-%m-%d}", "year": str(day.year)}, **given)
    yield from _periods(initiative, indicator, line, threshold)
    yield b"</indicator>\n"


def _periods(initiative: Initiative, indicator: Indicator, line: Line, threshold: int) -> Iterator[bytes]:
    grain = Grain(indicator.frequency)
    targets: dict[tuple[date, date], list[Target]] = {}
    for row in Target.objects.filter(indicator=indicator, partner=None).order_by("period", "category"):
        days = (row.period, last_day(row.period, Grain(row.grain or grain)))
        targets.setdefault(days, []).append(row)
    found: Iterable[tuple[date, list[Cell]]] = _cells(initiative, indicator, grain)
    small: set[date] = set()
    if line.rule.is_computed:
        found = list(found)
        small = _small_inputs(initiative, indicator, grain, [first for first, _ in found], threshold)
    for first, cells in found:
        key = (first, last_day(first, grain))
        yield _period(line, key, targets.pop(key, []), cells, threshold, is_small_inside=first in small)
    for key in sorted(targets):
        yield _period(line, key, targets[key], [], threshold)


def _small_inputs(
    initiative: Initiative, indicator: Indicator, grain: Grain, periods: list[date], threshold: int
) -> set[date]:
    """The periods in which what is computed would give away a small group of one of its inputs."""
    if not periods:
        return set()
    inputs = inputs_of(initiative, indicator.pk)
    return {period for _pk, period in small_inputs(initiative, inputs, grain, min(periods), max(periods), threshold)}


def _cells(initiative: Initiative, indicator: Indicator, grain: Grain) -> Iterator[tuple[date, list[Cell]]]:
    """Each period's combined figures, in order; those in which something was said."""
    wanted = rollup_table.Wanted(grains=(grain,), indicator_ids=[indicator.pk], categories=True)
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as file:
        rollup_table.copy_rollups(initiative, file, wanted)
        file.seek(0)
        cells: list[Cell] = []
        month = ""
        for row in csv.DictReader(file):
            if row["period"] != month and cells:
                yield _month(month), cells
                cells = []
            month = row["period"]
            if row["state"] not in (State.NOT_EXPECTED, State.NONE):
                number = {name: _decimal(row[name]) for name in ("value", "numerator", "denominator", "lower", "upper")}
                cells.append(
                    Cell(
                        row["category"],
                        **number,
                        filed=int(row["filed"]),
                        expected=int(row["expected"]),
                        state=row["state"],
                    )
                )
        if cells:
            yield _month(month), cells


def _period(
    line: Line,
    days: tuple[date, date],
    targets: list[Target],
    cells: list[Cell],
    threshold: int,
    *,
    is_small_inside: bool = False,
) -> bytes:
    first, last = (f"{day:%Y-%m-%d}" for day in days)
    found = [_open("period"), _empty("period-start", **{"iso-date": first}), _empty("period-end", **{"iso-date": last})]
    for target in targets:
        number = _number(line, target.value, target.numerator, target.denominator)
        given = {} if number is None else {"value": number}
        dimensions = _dimensions(target.category)
        found += [_open("target", **given), *dimensions, b"</target>\n"] if dimensions else [_empty("target", **given)]
    hidden = {cell.category for cell in cells} if is_small_inside else _hidden(line, cells, threshold)
    total = next((cell for cell in cells if cell.category == TOTAL), None)
    for cell in cells:
        if cell.category in hidden:
            if cell.category == TOTAL:
                found.append(
                    _open("actual") + _comment(f"Withheld: a group of fewer than {threshold}.") + b"</actual>\n"
                )
            continue
        number = _number(line, cell.value, cell.numerator, cell.denominator)
        comment = _coverage(cell, number, total or cell)
        if number is None and cell.category != TOTAL:
            continue
        found.append(_open("actual", **({"value": number} if number is not None else {})))
        found += _dimensions(cell.category)
        found.append(_comment(comment) + b"</actual>\n")
    return b"".join([*found, b"</period>\n"])


def _dimensions(category: str) -> list[bytes]:
    return [_empty("dimension", name=name, value=value) for name, value in pairs_of(category)]


def _hidden(line: Line, cells: list[Cell], threshold: int) -> set[str]:
    """The categories that are not shown; every one when the total is too small itself."""
    counts = {cell.category: counts_of(cell.value, cell.numerator, cell.denominator) for cell in cells}
    if not (line.must_be_whole or line.rule.is_ratio) or line.is_money:
        return set()  # no number of people
    if is_small(counts.get(TOTAL, ()), threshold):
        return set(counts)
    found: set[str] = set()
    for breakdown in line.breakdowns:
        parts = {key: [said] for key, said in counts.items() if key and breakdown_of(key) == breakdown}
        found |= withheld(parts, threshold, adds_up=line.is_exclusive(breakdown))
    return found


def _coverage(cell: Cell, number: str | None, total: Cell) -> str:
    """In words: how many filed, and what the number then is."""
    if total.expected == 0 and total.state == State.COMPLETE:
        return "Published by a source outside."
    words = f"{total.filed} of {total.expected} partners have filed."
    if cell.numerator is not None and cell.denominator is not None:
        words += f" {plain(cell.numerator)} of {plain(cell.denominator)}."
    if number is None and cell.lower is not None and cell.upper is not None:
        words += f" Between {plain(cell.lower)} and {plain(cell.upper)}."
    elif number is None and cell.lower is not None:
        words += f" At least {plain(cell.lower)}."
    elif cell.state == State.PARTIAL:
        words += " So far."
    elif cell.state == State.NOT_COMBINABLE:
        words += " Not combined over partners."
    return words


def _measure(line: Line) -> str:
    if line.rule.is_ratio and line.unit == PERCENT:
        return PERCENTAGE
    return MEASURES.get(line.kind, UNIT)


def _number(line: Line, value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None) -> str | None:
    """A figure as one number: a percentage in points, any other ratio as it is."""
    if line.rule.is_ratio:
        value = divided(numerator, denominator) if numerator is not None else value
        if value is not None and line.unit == PERCENT:
            value *= HUNDRED
        value = None if value is None else round(value, 6)
    return None if value is None else format(plain(value), "f")


# --- XML ---


def _safe(text: str) -> str:
    """Text that XML can hold."""
    return escape("".join(sign for sign in text if sign in "\t\n\r" or sign >= " "))


def _attributes(given: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_plain(text))}" for name, text in given.items())


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign >= " ")


def _open(name: str, /, **given: str) -> bytes:
    return f"<{name}{_attributes(given)}>".encode()


def _empty(name: str, /, **given: str) -> bytes:
    return f"<{name}{_attributes(given)}/>\n".encode()


def _narrative(text: str) -> bytes:
    return f"<narrative>{_safe(text)}</narrative>".encode()


def _text(name: str, text: str) -> bytes:
    return f"<{name}><narrative>{_safe(text)}</narrative></{name}>\n".encode()


def _comment(text: str) -> bytes:
    return b"<comment>" + _narrative(text) + b"</comment>"


def _truth(is_so: bool) -> str:
    return "1" if is_so else "0"


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _month(text: str) -> date:
    found = parse_month(text)
    assert isinstance(found, date)
    return found
