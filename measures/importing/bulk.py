"""Files of any length, for the operator's command: batch by batch at constant memory, all or nothing as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.db import transaction

from backbone.models import Initiative, Membership, Tenant
from backbone.tabular import Findings
from measures.importing.office import Office
from measures.importing.preview import Preview, compare_published, judge, record_published
from measures.importing.reading import Reader, ReadRow
from measures.importing.standing import LineKey
from measures.importing.tables import open_rows
from measures.importing.together import broken_by
from measures.models import Filing
from measures.services import filings

BATCH = 20_000


@dataclass(slots=True)
class Tally:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    blank: int = 0
    findings: Findings = field(default_factory=Findings)


class _NotMeant(Exception):
    pass


def import_stream(
    file: BinaryIO,
    filename: str,
    *,
    initiative: Initiative,
    tenant: Tenant,
    by: Membership | None,
    approve: bool = False,
    replace: bool = False,
    dry_run: bool = False,
    because: str = "",
) -> Tally:
    """Judge and write a whole file; the tally of what it did, or would do.

    The rows of one figure's line (its total and its categories) stand together, as an export writes them: a line that
    is torn over two batches is judged in two halves. Raises Refused, and writes nothing, when any row has an error.
    """
    tally = Tally()
    office = Office(initiative, by, tenant)
    office.may_replace = office.may_replace and replace
    opened = open_rows(file, filename, office, tally.findings)
    reader = Reader(office, tally.findings, opened.new_only)
    delivery = filings.Delivery(
        initiative=initiative, by=by, approve=approve, because=because, replace=office.may_replace
    )  # fmt: skip
    is_history = False
    touched: set[tuple[int, date]] = set()
    filed = set(Filing.objects.filter(initiative=initiative).values_list("partner_id", "period"))

    def may_stand(key: LineKey) -> bool:
        indicator_id, period, partner_id = key
        return (partner_id, period) in filed or delivery.has(indicator_id, (partner_id, period))

    try:
        with transaction.atomic():
            for batch in _batches(reader, opened.rows):
                is_history = is_history or len(batch) >= BATCH
                preview = judge(
                    office, batch, tally.findings, replace=replace, is_history=is_history, may_stand=may_stand
                )  # fmt: skip
                tally.created += preview.created
                tally.changed += preview.changed
                tally.unchanged += preview.unchanged
                if office.rules:
                    touched |= {row.desk for row in preview.rows}
                if not tally.findings.error_count:
                    delivery.put(preview.rows)
            outside = Preview(initiative, findings=tally.findings)
            compare_published(outside, reader.published)
            tally.created += outside.created
            tally.changed += outside.changed
            tally.unchanged += outside.unchanged
            if not tally.findings.error_count:
                record_published(outside, by)
            tally.blank = reader.blank_rows
            tally.findings.problems = opened.at_headings(tally.findings.problems)
            tally.findings.refuse()
            delivery.finish()
            if is_history:  # lines of one report lie far apart in such a file, so they are compared when all are in
                tally.findings.extend(broken_by(office, touched))
                tally.findings.refuse()
            if dry_run:
                raise _NotMeant
    except _NotMeant:
        pass
    return tally


def _batches(reader: Reader, rows: Iterable) -> Iterator[list[ReadRow]]:
    """Sound rows in batches that end between two lines, never within one that stands together."""
    batch: list[ReadRow] = []
    for read in reader.rows(rows):
        if len(batch) >= BATCH and read.line_key != batch[-1].line_key:
            yield batch
            batch = []
            reader.forget()
        batch.append(read)
    if batch:
        yield batch
