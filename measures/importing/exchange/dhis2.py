"""DHIS2 data value sets: JSON, XML and CSV, as its web API gives and takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import BULK, Columns, Findings, Limits, read_table
from backbone.tabular.markup import read_markup
from backbone.tabular.reading import HEAD_BYTES, file_format
from measures.importing.exchange.values import DataValue

NAMES = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value")
CSV_COLUMNS = Columns(
    names=(
        "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
        "lastupdated", "comment", "followup", "deleted",
    ),
    required=("dataelement", "period", "orgunit", "value"),
    aliases={
        "timestamp": "lastupdated", "followUp": "followup", "data element": "dataelement",
        "organisation unit": "orgunit", "category option combo": "categoryoptioncombo",
        "attribute option combo": "attributeoptioncombo", "stored by": "storedby", "last updated": "lastupdated",
        "follow up": "followup",
    },
    ignores_unknown=True,
)  # fmt: skip
_HEADLESS = ",".join(CSV_COLUMNS.names[:10]).encode() + b"\n"
MOST_DIGITS = 400  # of one number in JSON; more are no figure, and would only cost time


def read_values(content: bytes, filename: str, findings: Findings, limits: Limits = BULK) -> list[DataValue]:
    """Every data value of a file in whichever of the three forms it is. Raises Refused for the file as a whole."""
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise Refused(Problem("file.empty", gettext_noop("The file is empty.")))
    if start[:1] == b"<":
        return list(_from_xml(content))
    if start[:1] in (b"{", b"["):
        return list(_from_json(content))
    return list(_from_csv(content, filename, findings, limits))


def load_json(content: bytes) -> Any:
    """JSON with its numbers exact. Raises Refused: `json.malformed`."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_int=_exact, parse_float=_exact, parse_constant=_exact)
    except RecursionError:
        detail = "too deeply nested"
    except UnicodeDecodeError as error:
        detail = f"byte {error.start + 1} is not UTF-8"
    except json.JSONDecodeError as error:
        detail = f"{error.msg}, line {error.lineno}"
    sentence = gettext_noop("This is not JSON that can be read: {detail}.")
    raise Refused(Problem("json.malformed", sentence, {"detail": detail})) from None


def _exact(text: str) -> Decimal | str:
    """NaN and Infinity, which are no JSON, and numbers of needless length stay texts, and are then refused as such."""
    return Decimal(text) if len(text) <= MOST_DIGITS and text[-1:].isdigit() else text


def _from_json(content: bytes) -> Iterator[DataValue]:
    root = load_json(content)
    if isinstance(root, Mapping) and "dataValueSet" in root:
        root = root["dataValueSet"]
    items = root.get("dataValues") if isinstance(root, Mapping) else None
    if not isinstance(items, list):
        sentence = gettext_noop("A data value set has a list called “dataValues”; this file has none.")
        raise Refused(Problem("json.list", sentence, field="dataValues"))
    common = {name: root.get(name) for name in NAMES}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, Mapping):
            sentence = gettext_noop("Item {number} of “dataValues” is no data value: “{value}”.")
            params = {"number": number, "value": cut(item)}
            raise Refused(Problem("json.item", sentence, params, row=number, value=cut(item)))
        yield _value(number, {name: item.get(name, common.get(name)) for name in (*NAMES, "comment", "deleted")})


def _from_xml(content: bytes) -> Iterator[DataValue]:
    root = read_markup(content)
    if root.name == "adx":
        sentence = gettext_noop("This is an ADX file. Choose ADX as its format.")
        raise Refused(Problem("file.other_format", sentence))
    if root.name != "dataValueSet":
        sentence = gettext_noop("The file begins with <{name}>; a data value set begins with <dataValueSet>.")
        raise Refused(Problem("file.other_format", sentence, {"name": cut(root.name)}))
    for node in root.each("dataValue"):
        found = {name: node.attributes.get(name, root.attributes.get(name)) for name in (*NAMES, "comment", "deleted")}
        found["value"] = node.attributes.get("value")
        yield _value(node.line, found)


def _from_csv(content: bytes, filename: str, findings: Findings, limits: Limits) -> Iterator[DataValue]:
    first = content.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    has_header = "dataelement" in first.replace(" ", "").replace('"', "").casefold()
    if file_format(content[:HEAD_BYTES]) != "csv":  # a picture without column names would be a row
        text = gettext_noop("This is a workbook; a data value set is JSON, XML or CSV.")
        raise Refused(Problem("file.type", text))
    table = read_table(content if has_header else _HEADLESS + content, filename, CSV_COLUMNS, limits)
    findings.extend(table.findings.problems)
    for row in table.rows:
        cells = dict(zip(CSV_COLUMNS.names, row.cells, strict=True))
        yield _value(
            row.number - (not has_header),
            {
                "dataElement": cells["dataelement"],
                "period": cells["period"],
                "orgUnit": cells["orgunit"],
                "categoryOptionCombo": cells["categoryoptioncombo"],
                "attributeOptionCombo": cells["attributeoptioncombo"],
                "value": cells["value"],
                "comment": cells["comment"],
                "deleted": cells["deleted"],
            },
        )


def _value(number: int, found: Mapping[str, Any]) -> DataValue:
    return DataValue(
        number,
        _text(found["orgUnit"]),
        _text(found["dataElement"]),
        _text(found["period"]),
        _text(found["categoryOptionCombo"]),
        (),
        _text(found["attributeOptionCombo"]),
        found["value"],
        _text(found["comment"]),
        found["deleted"] is True or str(found["deleted"]).casefold() == "true",
    )


def _text(raw: Any) -> str:
    """A code as text; an object of DHIS2's newer forms ({"id": …}) by its id."""
    if isinstance(raw, Mapping):
        raw = raw.get("id") or raw.get("code")
    if raw is None or isinstance(raw, (list, Mapping)):
        return ""
    return str(raw).strip()
