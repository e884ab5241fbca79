"""What codes stand for as a table: the same columns out as in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backbone.models import Initiative, Membership
from backbone.problems import Refused
from backbone.tabular import Columns, read_apart
from measures.importing.exchange.things import NEW, SAME, Things
from measures.models import ExternalId
from measures.services import external_ids
from measures.services.external_ids import Said

COLUMNS = Columns(
    names=("system", "stands_for", "ours", "category", "code", "name"), required=("system", "stands_for", "code")
)


def code_rows(initiative: Initiative) -> Iterator[tuple[Any, ...]]:
    """Every code of the initiative, in the order of the table."""
    rows = ExternalId.objects.filter(initiative=initiative).select_related("partner", "indicator")
    for row in rows.iterator(chunk_size=2_000):
        ours = row.partner.code if row.partner else row.indicator.slug if row.indicator else ""
        yield row.scheme, row.kind, ours, row.category, row.code, row.name


def import_codes(content: bytes, filename: str, *, initiative: Initiative, by: Membership | None) -> Things:
    """Say what the codes of a CSV or XLSX file stand for, all or nothing. Raises Refused for the file as a whole."""
    table = read_apart(content, filename, COLUMNS)
    things = Things("codes", findings=table.findings)
    known = {tuple(row[:5]) for row in code_rows(initiative)}
    said = []
    for row in table.rows:
        system, kind, ours, category, code, name = (str(cell).strip() for cell in row.cells)
        said.append(Said(system, kind, code, ours, category, name[:250], row.number))
        verdict = SAME if (system, kind, ours, category, code) in known else NEW
        things.add(kind, code, name, " ".join(filter(None, (ours, category))), verdict)
    try:
        external_ids.put_many(initiative=initiative, by=by, said=said)
    except Refused as refused:
        things.findings.extend(refused.problems)
    return things
