"""A directory as one list of services: a single table, or tables shaped like HSDS, joined by their ids.

HSDS: https://docs.openreferral.org/en/latest/hsds/ (organizations, services, locations, taxonomies, service areas).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.archive import Archive
from backbone.tabular.csv_file import Lines
from backbone.tabular.faults import too_many_columns
from backbone.tabular.table import MEGABYTE, Limits

LIMITS = Limits(columns=400, cell_characters=100_000, unpacked_bytes=30 * MEGABYTE)
MOST_ROWS, MOST_TABLES = 20_000, 40
MOST_CELLS = 2_000_000  # that hold something, of all tables together
HEAD_BYTES = 64 * 1024
# Columns that joining adds; a mapping names them like any other.
ORGANIZATION, TAXONOMY, AREA, CITY = "organization: name", "taxonomy: name", "service area: name", "address: city"
LISTED = "; "


@dataclass(slots=True)
class Listing:
    """The services of a directory: each row its cells by heading, blanks left out; `numbers` are rows of the file."""

    name: str
    headings: list[str]
    rows: list[dict[str, str]]
    numbers: list[int]
    notes: list[Problem] = field(default_factory=list)

    def values(self, heading: str) -> Iterator[str]:
        return (row[heading] for row in self.rows if heading in row)


def read(files: Iterable[tuple[str, bytes]]) -> Listing:
    """The files of a directory, a ZIP unpacked. Raises Refused: no table of services, too many rows, no text."""
    tables: dict[str, Listing] = {}
    size = 0
    for name, content in _unpacked(files):
        size += len(content)
        if size > LIMITS.unpacked_bytes:
            sentence = gettext_noop(
                "The files unpack to over {limit} MB together. Leave out those that are not needed."
            )
            raise Refused(Problem("file.too_large", sentence, {"limit": LIMITS.unpacked_bytes // MEGABYTE}))
        found = tables[PurePosixPath(name).stem.lower()] = _table(name, content)
        if sum(len(row) for one in tables.values() for row in one.rows) > MOST_CELLS:
            sentence = gettext_noop("With “{name}” there are more than {limit} cells. Split the files.")
            raise Refused(Problem("file.too_many_cells", sentence, {"name": found.name, "limit": MOST_CELLS}))
    if not tables:
        raise Refused(Problem("directory.empty", gettext_noop("There is no CSV file in it.")))
    if len(tables) == 1:
        return next(iter(tables.values()))
    main = next((tables[name] for name in ("services", "service", "programs") if name in tables), None)
    if main is None:
        sentence = gettext_noop("None of these tables is called “services”. Choose the one that lists services alone.")
        raise Refused(Problem("directory.no_services", sentence))
    return _joined(main, tables)


def _unpacked(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for name, content in files:
        if not content.startswith(b"PK"):
            yield name, content
            continue
        archive = Archive(content, LIMITS)
        inside = sorted(one for one in archive.names if one.lower().endswith(".csv") and "__MACOSX" not in one)
        for one in inside[:MOST_TABLES]:
            yield one, b"".join(archive.stream(one))


def _table(name: str, content: bytes) -> Listing:
    text = _decoded(name, content)
    head = text[:HEAD_BYTES].split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        headings = [cell.strip() for cell in next(reader, [])]
        if len(headings) > LIMITS.columns:
            raise Refused(too_many_columns(len(headings), LIMITS))
        found = Listing(name, [one for one in dict.fromkeys(headings) if one], [], [])
        nameless = 0
        for number, cells in enumerate(reader, start=2):
            row = {
                heading: cell.strip()
                for heading, cell in zip(headings, cells, strict=False)
                if heading and cell.strip()
            }
            nameless += any(cell.strip() for heading, cell in zip(headings, cells, strict=False) if not heading)
            nameless += any(cell.strip() for cell in cells[len(headings) :])
            if row:
                found.rows.append(row)
                found.numbers.append(number)
            if len(found.rows) > MOST_ROWS:
                sentence = gettext_noop("“{name}” has more than {limit} rows. Split it.")
                raise Refused(Problem("file.too_many_rows", sentence, {"name": name, "limit": MOST_ROWS}))
    except csv.Error as error:
        sentence = gettext_noop("“{name}” cannot be read as a table: {reason}.")
        raise Refused(Problem("csv.wrong", sentence, {"name": name, "reason": str(error)})) from None
    if not found.headings or not found.rows:
        sentence = gettext_noop("“{name}” has no rows below names of columns.")
        raise Refused(Problem("directory.no_rows", sentence, {"name": name}))
    if nameless:
        sentence = gettext_noop("In {count} rows something stands in a column without a name; it was not read.")
        found.notes.append(Problem("directory.nameless", sentence, {"count": nameless}, is_warning=True))
    return found


def _decoded(name: str, content: bytes) -> str:
    """The text of a file: UTF-8, or what its mark says. Raises Refused for anything else."""
    lines = Lines(io.BytesIO(content[HEAD_BYTES:]), content[:HEAD_BYTES], LIMITS)
    text = "".join(lines)
    if lines.fault is not None:
        row = text.count("\n") + 1
        raise Refused(lines.fault.at(row=row, params={**lines.fault.params, "row": row}))
    return text


# --- joining ---


def _joined(main: Listing, tables: dict[str, Listing]) -> Listing:
    """The services with the names that other tables have for what they refer to."""
    organizations = _names(tables, ("organizations", "organization", "agencies"), ("name", "organization_name"))
    locations = _column(tables, ("locations", "location"), ("id", "location_id"), ("organization_id",))
    cities = _column(tables, ("addresses", "address", "physical_addresses"), ("location_id",), ("city",))
    terms = _names(tables, ("taxonomy_terms", "taxonomy", "taxonomies"), ("name", "term"))
    links = _many(tables, ("service_taxonomies", "services_taxonomies", "service_taxonomy", "service_attributes"),
                  ("taxonomy_term_id", "taxonomy_id", "taxonomy_ids"))  # fmt: skip
    areas = _many(tables, ("service_areas", "service_area"), ("service_area", "name", "extent"))
    places = _many(tables, ("services_at_location", "service_at_location", "service_at_locations"), ("location_id",))
    for row in main.rows:
        key = row.get("id") or row.get("service_id") or ""
        at = [one for one in (row.get("location_id"), *places.get(key, ())) if one]
        named = row.get("organization_id") or next((locations[one] for one in at if one in locations), "")
        ids = [part.strip() for part in row.get("taxonomy_ids", "").split(",")] + links.get(key, [])
        _add(row, ORGANIZATION, [organizations[named]] if named in organizations else [])
        _add(row, TAXONOMY, [terms[one] for one in ids if one in terms])
        _add(row, AREA, areas.get(key, []))
        _add(row, CITY, [cities[one] for one in at if one in cities])
    there = {heading for row in main.rows for heading in row}
    added = [one for one in (ORGANIZATION, TAXONOMY, AREA, CITY) if one in there]
    main.headings = [*added, *main.headings]
    return main


def _add(row: dict[str, str], heading: str, values: list[str]) -> None:
    if values:
        row[heading] = LISTED.join(dict.fromkeys(values))


def _found(tables: dict[str, Listing], names: Iterable[str]) -> Listing | None:
    return next((tables[name] for name in names if name in tables), None)


def _names(tables: dict[str, Listing], stems: tuple[str, ...], columns: tuple[str, ...]) -> dict[str, str]:
    ids = ("id", *(f"{stem.rstrip('s')}_{end}" for stem in stems for end in ("id", "uuid")), "taxonomy_id")
    return _column(tables, stems, ids, columns)


def _column(
    tables: dict[str, Listing], stems: tuple[str, ...], ids: tuple[str, ...], columns: tuple[str, ...]
) -> dict[str, str]:
    table = _found(tables, stems)
    found: dict[str, str] = {}
    for row in table.rows if table else ():
        key, value = _first(row, ids), _first(row, columns)
        if key and value:
            found.setdefault(key, value)
    return found


def _many(tables: dict[str, Listing], stems: tuple[str, ...], columns: tuple[str, ...]) -> dict[str, list[str]]:
    table = _found(tables, stems)
    found: dict[str, list[str]] = defaultdict(list)
    for row in table.rows if table else ():
        value = _first(row, columns)
        if row.get("service_id") and value:
            found[row["service_id"]].append(value)
    return found


def _first(row: dict[str, str], columns: tuple[str, ...]) -> str:
    return next((row[column] for column in columns if column in row), "")
