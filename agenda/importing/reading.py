"""Files of a theory of change as rows of raw cells: CSV of nodes or of links, told apart by their columns, and JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agenda.columns import LINK_COLUMNS, NODE_COLUMNS
from backbone import tabular
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import Columns, Findings, Limits

FILE_BYTES = 1024 * 1024
LIMITS = Limits(file_bytes=FILE_BYTES, rows=5_000)
MOST_FILES = 2
KUMU_ID = "elem-"


@dataclass(frozen=True, slots=True)
class Raw:
    """One row of a file: its cells by our names of the columns, blank ones left out. In JSON, rows are counted from 1,
    and `ref` is what its own links may call a node."""

    file: str
    row: int
    cells: Mapping[str, Any]


@dataclass(slots=True)
class Files:
    """What files hold: rows of nodes and of links, and what is wrong with the files themselves, each with its file."""

    nodes: list[Raw] = field(default_factory=list)
    links: list[Raw] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)


def read(files: Iterable[tuple[str, bytes]]) -> Files:
    """Read each file (name, content) for what it is."""
    found = Files()
    for name, content in files:
        try:
            if len(content) > FILE_BYTES:
                sentence = gettext_noop("The file is over 1 MB, which is more than a map that anybody can read.")
                raise Refused(Problem("file.too_large", sentence))
            if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
                _read_json(name, content, found)
            else:
                _read_csv(name, content, found)
        except Refused as refused:
            found.problems += [(name, problem) for problem in refused.problems]
    return found


def _read_csv(name: str, content: bytes, found: Files) -> None:
    """Links where the columns name both ends, nodes where they name a label."""
    refusals: list[Problem] = []
    for columns, rows in ((LINK_COLUMNS, found.links), (NODE_COLUMNS, found.nodes)):
        findings = Findings()
        try:
            table = list(tabular.stream_csv(io.BytesIO(content), columns, LIMITS, findings=findings))
        except Refused as refused:
            refusals = list(refused.problems)
            if all(problem.code.startswith("header.") for problem in refusals):
                continue  # it may be a table of the other kind
            raise
        rows += [Raw(name, row.number, _cells(columns.names, row.cells)) for row in table]
        found.problems += [(name, problem) for problem in findings.problems]
        return
    if any(problem.code == "header.duplicate" or "header_row" in problem.params for problem in refusals):
        raise Refused(*refusals)
    sentence = gettext_noop(
        "This is neither a table of nodes, with a column “label”, nor one of links, with “from” and “to”."
    )
    raise Refused(Problem("map.neither_table", sentence, hint=gettext_noop("Write the names of the columns in row 1.")))


def _cells(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    return {name: cell for name, cell in zip(names, cells, strict=True) if not _is_blank(cell)}


def _read_json(name: str, content: bytes, found: Files) -> None:
    """Elements and connections; attributes may stand in a group of their own, as in Kumu's own backups."""
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(Problem("json.encoding", gettext_noop("The file is not in UTF-8. Save it as UTF-8."))) from None
    except (ValueError, RecursionError) as error:
        place = getattr(error, "lineno", None)
        sentence = gettext_noop("This is no JSON that can be read.")
        raise Refused(Problem("json.wrong", sentence, row=place)) from None
    lists = [body[key] for key in ("elements", "connections") if body.get(key)] if isinstance(body, dict) else [None]
    if not (isinstance(body, dict) and body.keys() & {"elements", "connections"}) or not all(
        isinstance(one, list) for one in lists
    ):
        sentence = gettext_noop("A map in JSON has a list “elements”, a list “connections”, or both.")
        raise Refused(Problem("json.no_map", sentence))
    found.nodes += [Raw(name, row, _named(NODE_COLUMNS, one)) for row, one in _entries(body, "elements")]
    for row, one in _entries(body, "connections"):
        cells = _named(LINK_COLUMNS, one)
        direction = str(one.get("direction") or "directed").strip().casefold()
        if direction == "mutual":
            found.links.append(Raw(name, row, {**cells, "from": cells.get("to"), "to": cells.get("from")}))
        elif direction != "directed":
            sentence = gettext_noop("This connection has no direction: say which end acts on the other.")
            found.problems.append((name, Problem("link.undirected", sentence, row=row, value=cut(direction))))
            continue
        found.links.append(Raw(name, row, cells))


def _entries(body: Mapping[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    entries = body.get(key) or []
    found = []
    for row, one in enumerate(entries, start=1):
        if not isinstance(one, dict):
            sentence = gettext_noop("Entry {row} of “{key}” is no group of keys.")
            raise Refused(Problem("json.entry", sentence, {"row": row, "key": key}, row=row))
        attributes = one.get("attributes")
        said = one | (attributes if isinstance(attributes, dict) else {})
        ref = said.pop("_id", None)
        if str(said.get("id", "")).startswith(KUMU_ID):  # Kumu's own name for a thing means nothing here
            ref = said.pop("id")
        found.append((row, said | ({} if ref is None else {"ref": ref})))
    return found


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _named(columns: Columns, entry: Mapping[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {"ref": entry["ref"]} if "ref" in entry else {}
    for key, value in entry.items():
        name = columns.find(key)
        if name is not None and not _is_blank(value):
            cells.setdefault(name, value)
    return cells
