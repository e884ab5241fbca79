"""An initiative's figures as a DHIS2 data value set: JSON, XML or CSV, streamed.

Codes are those of the scheme where there are any, else our own names, which an import reads as well. DHIS2 keeps the
parts of a figure and adds them up itself, so a total that its parts make is left out. What has no word there (a quarter
that begins in February) is left out and told, never dropped in silence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

from backbone.models import Initiative
from backbone.problems import Problem, gettext_noop
from backbone.tabular import write_csv
from measures.exporting.figures import EVERYTHING, Wanted, figure_rows, tidy
from measures.lines import lines
from measures.models import ExternalId, Indicator
from measures.models.exchange import COMPONENTS
from measures.rules.figures import NUMBERS
from measures.rules.lines import TOTAL, Line, breakdown_of
from measures.rules.periods import Grain, parse_month
from measures.rules.spellings import dhis2_period

DEFAULT_COMBO = "default"
NAMESPACE = "http://dhis2.org/schema/dxf/2.0"
CSV_NAMES = (
    "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
    "lastupdated", "comment", "followup", "deleted",
)  # fmt: skip


class Value(NamedTuple):
    element: str
    period: str
    org_unit: str
    combo: str
    value: Decimal | None
    comment: str


@dataclass(slots=True)
class LeftOut:
    """What could not be said in the other system's words, counted by reason."""

    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, text: str, name: str) -> None:
        self.counts[text, name] += 1

    def problems(self) -> list[Problem]:
        return [
            Problem("export.left_out", text, {"name": name, "count": count}, is_warning=True)
            for (text, name), count in sorted(self.counts.items())
        ]


NO_PERIOD = gettext_noop("{count} figures of {name} were left out: DHIS2 has no word for their periods.")
A_SUM = gettext_noop("{count} numbers of {name} were left out: they are the sum of several data elements.")
TWO_NUMBERS = gettext_noop("{count} values of {name} were left out: two figures give different numbers for it.")


def values(initiative: Initiative, scheme: str, left_out: LeftOut, wanted: Wanted = EVERYTHING) -> Iterator[Value]:
    """Every figure as data values, in the order of the figures' key; a page of them in memory at a time."""
    indicators = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
    by_slug = {indicators[line.slug].slug: line for line in lines(initiative, indicators.values()).values()}
    codes = _Codes(initiative, scheme)
    shared: dict[tuple[str, str, str, str], Decimal] = {}
    rows = tidy(figure_rows(initiative, wanted))
    for (indicator, month, _), group in groupby(rows, key=lambda row: (row[1], row[2], row[0])):
        period = _period(month, indicators[indicator])
        cells = list(group)
        if period is None:
            left_out.counts[NO_PERIOD, indicator] += len(cells)
            continue
        line = by_slug[indicator]
        for cell in _without_derived_total(line, cells):
            yield from _said(codes, indicators[indicator], line, cell, period, shared, left_out)


def json_pieces(found: Iterable[Value]) -> Iterator[bytes]:
    """The set as JSON. Numbers are texts, as DHIS2 itself writes them, so that none loses a digit."""
    yield b'{"dataValues":['
    separator = b"\n"
    for value in found:
        item = {
            "dataElement": value.element,
            "period": value.period,
            "orgUnit": value.org_unit,
            "categoryOptionCombo": value.combo,
            "attributeOptionCombo": DEFAULT_COMBO,
        }
        if value.value is not None:
            item["value"] = format(value.value, "f")
        if value.comment:
            item["comment"] = value.comment
        yield separator + json.dumps(item, ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]}\n"


def xml_pieces(found: Iterable[Value]) -> Iterator[bytes]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<dataValueSet xmlns="{NAMESPACE}">\n'.encode()
    for value in found:
        said = {
            "dataElement": value.element,
            "period": value.period,
            "orgUnit": value.org_unit,
            "categoryOptionCombo": value.combo,
            "attributeOptionCombo": DEFAULT_COMBO,
        }
        if value.value is not None:
            said["value"] = format(value.value, "f")
        if value.comment:
            said["comment"] = value.comment
        attributes = " ".join(f"{name}={_attribute(text)}" for name, text in said.items())
        yield f"  <dataValue {attributes}/>\n".encode()
    yield b"</dataValueSet>\n"


def csv_pieces(found: Iterable[Value]) -> Iterator[bytes]:
    """As CSV, formulas made harmless, numbers as numbers."""
    return write_csv(
        (
            (value.element, value.period, value.org_unit, value.combo, DEFAULT_COMBO, value.value, "", "", value.comment, "", "")
            for value in found
        ),
        CSV_NAMES,
    )  # fmt: skip


def _attribute(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


class _Element(NamedTuple):
    """A data element; `combo` where the code says itself for which combination ("element.combo")."""

    code: str
    combo: str = ""


class _Codes:
    """Our names in a scheme's words; our own where the scheme has none."""

    def __init__(self, initiative: Initiative, scheme: str):
        self._partners: dict[str, str] = {}
        self._elements: dict[tuple[int, str, str], list[_Element]] = defaultdict(list)
        self._categories: dict[str, str] = {}
        for row in ExternalId.objects.filter(initiative=initiative, scheme=scheme).select_related("partner"):
            if row.kind == ExternalId.Kind.PARTNER:
                self._partners.setdefault(row.partner.code, row.code)
            elif row.kind in COMPONENTS:
                element, _, combo = row.code.partition(".")
                self._elements[row.indicator_id, row.kind, _canonical(row.category)].append(_Element(element, combo))
            elif row.kind == ExternalId.Kind.CATEGORY:
                self._categories.setdefault(_canonical(row.category), row.code)
        counted: dict[_Element, int] = defaultdict(int)
        for found in self._elements.values():
            for element in found:
                counted[element] += 1
        self.shared = {element for element, count in counted.items() if count > 1}

    def partner(self, code: str) -> str:
        return self._partners.get(code, code)

    def elements(self, indicator: Indicator, component: str, category: str) -> tuple[list[_Element], str]:
        """The elements whose sum a number is, and the combination they are given in."""
        key = (indicator.pk, component)
        own = self._elements.get((*key, _canonical(category))) if category else None
        if own:
            return own, own[0].combo or DEFAULT_COMBO
        found = self._elements.get((*key, TOTAL))
        if not found:
            found = [_Element(indicator.slug if component == "value" else f"{indicator.slug}.{component}")]
        combo = DEFAULT_COMBO if category == TOTAL else self._categories.get(_canonical(category), category)
        return found, found[0].combo if category == TOTAL and found[0].combo else combo


def _canonical(key: str) -> str:
    return "+".join(sorted(key.split("+")))


def _period(month: str, indicator: Indicator) -> str | None:
    first = parse_month(month)
    assert isinstance(first, date)
    return dhis2_period(first, Grain(indicator.frequency))


def _without_derived_total(line: Line, cells: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The cells of one figure without the total, where it says no more than that its parts add up."""
    total = next((cell for cell in cells if cell[3] == TOTAL), None)
    if total is None or total[-1] or len(cells) == 1:
        return cells
    for breakdown in line.breakdowns:
        parts = [cell for cell in cells if breakdown_of(cell[3]) == breakdown]
        if not parts or not line.is_exclusive(breakdown) or any(cell[4] == "not_collected" for cell in parts):
            continue
        sums = [
            None if number is None else sum(cell[place] or 0 for cell in parts)
            for place, number in enumerate(total[4:8], 4)
        ]
        if list(total[4:8]) == sums:
            return [cell for cell in cells if cell is not total]
        return cells
    return cells


def _said(
    codes: _Codes, indicator: Indicator, line: Line, cell: tuple[Any, ...], period: str, shared: dict, left_out: LeftOut
) -> Iterator[Value]:
    """One cell as data values: one, or one for each half of a rate."""
    partner, _, _, category, *numbers, note = cell
    org_unit = codes.partner(partner)
    if numbers[0] == "not_collected":
        elements, combo = codes.elements(indicator, (line.components or ("value",))[0], category)
        yield Value(elements[0].code, period, org_unit, combo, None, f"not_collected: {note}")
        return
    for component, number in zip(NUMBERS, numbers, strict=True):
        if number is None:
            continue
        elements, combo = codes.elements(indicator, component, category)
        if len(elements) > 1:
            left_out.add(A_SUM, indicator.name)
            continue
        if elements[0] in codes.shared:
            key = (elements[0].code, period, org_unit, combo)
            if key in shared:
                if shared[key] != number:
                    left_out.add(TWO_NUMBERS, elements[0].code)
                continue
            shared[key] = number
        yield Value(elements[0].code, period, org_unit, combo, number, note)
        note = ""
