"""What applying a file would change, shown first; and applying it, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as but
from decimal import Decimal
from typing import Any

from backbone import tabular
from backbone.models import Initiative, Membership, Tenant
from backbone.problems import Problem, Refused, errors
from backbone.tabular import Findings, Limits, Table, read_apart
from backbone.wording import as_dict
from measures.importing.exchange.values import CHANGED, CREATED, UNCHANGED, Exchanged
from measures.importing.office import Office
from measures.importing.reading import COLUMN_OF, COLUMNS, PublishedRow, Reader, ReadRow
from measures.importing.standing import LineKey, cells_of, conflict, is_same, totals_of, words_of
from measures.importing.together import hold_together, wanting_words
from measures.importing.workbooks import ANY, FORM, Expected, Filled, fill
from measures.models.filings import OPEN_STATES, FigureState
from measures.rules.cells import check_cells
from measures.rules.figures import Entry, Place
from measures.rules.kinds import MILESTONE, TO_DATE
from measures.rules.lines import TOTAL
from measures.rules.past import check_past, warn_past
from measures.rules.periods import text_of
from measures.rules.usual import warn_figure
from measures.services import community, filings
from measures.services.figure_rows import FigureRow, Stored

CHANGES_SHOWN = 200
HISTORY_LINES = 2_000  # beyond so many lines a file is history, and is not held against the usual


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that would become another: what it says now (None: nothing) and what it would say."""

    row: int
    partner: str
    indicator: str
    period: str
    category: str
    before: str | None
    after: str


@dataclass(slots=True)
class Preview:
    """A file, judged. `rows` are what `apply` writes; nothing is written while there is an error."""

    initiative: Initiative
    rows: list[FigureRow] = field(default_factory=list)
    row_count: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    blank: int = 0
    differences: list[Difference] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    notes: tuple[Problem, ...] = ()
    table: Table | None = None
    replaces: bool = False
    filled: Filled | None = None
    published: list[PublishedRow] = field(default_factory=list)
    verdicts: dict[int, str] = field(default_factory=dict)  # by row: created, changed, unchanged
    exchanged: Exchanged | None = None

    @property
    def has_errors(self) -> bool:
        return self.findings.error_count > 0

    def errors(self) -> list[Problem]:
        return self.findings.shown

    def as_dict(self) -> dict[str, Any]:
        """The preview as plain data, for the API and for the page of an upload."""
        return {
            "rows": self.row_count,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "blank": self.blank,
            "changes": [{name: getattr(d, name) for name in d.__slots__} for d in self.differences],
            "changes_truncated": self.created + self.changed > len(self.differences),
            "errors": [as_dict(p) for p in self.findings.shown if not p.is_warning],
            "warnings": [as_dict(p) for p in (*self.notes, *self.findings.shown) if p.is_warning],
            "error_count": self.findings.error_count,
            "warning_count": self.findings.warning_count + len(self.notes),
            "truncated": self.findings.truncated,
            **({} if self.exchanged is None else {"exchange": self.exchanged.as_dict()}),
        }


def check_file(
    content: bytes,
    filename: str,
    *,
    initiative: Initiative,
    tenant: Tenant,
    by: Membership,
    replace: bool = False,
    limits: Limits = tabular.DEFAULT,
    expected: Expected = ANY,
) -> Preview:
    """Read and judge a whole file: a table in our columns, or a partner's workbook that was filled in.

    Raises Refused for a fault of the file itself; faults of rows are in the preview. `replace` lets somebody who may
    override change approved figures. `expected`: the report that a workbook has to be for.
    """
    table = read_apart(content, filename, COLUMNS, limits, form=FORM)
    office = Office(initiative, by, tenant)
    return judge_table(table, office, replace=replace, expected=expected)


def judge_table(table: Table, office: Office, *, replace: bool = False, expected: Expected = ANY) -> Preview:
    """Judge a file that was read. Raises Refused as `check_file` does."""
    filled = fill(table, office, expected) if table.facts else None
    if filled is not None:
        table = Table(
            COLUMNS, table.header, table.format, filled.rows, filled.broken, table.findings, table.notes, table.sheet
        )
    elif table.epoch_1904:
        office.date_format = tabular.DateFormat(office.date_format.order, office.date_format.zone, epoch_1904=True)
    reader = Reader(office, table.findings, {} if filled is None else filled.new_only)
    read = list(reader.rows(table.rows))
    preview = judge(office, read, table.findings, replace=replace)
    compare_published(preview, reader.published)
    if filled is not None:
        preview.findings.problems = filled.at_headings(preview.findings.problems)
    preview.table, preview.notes, preview.filled = table, table.notes, filled
    preview.row_count, preview.blank = len(table.rows) + len(table.broken), reader.blank_rows
    return preview


def judge(
    office: Office,
    read: Iterable[ReadRow],
    findings: Findings,
    *,
    replace: bool,
    is_history: bool = False,
    may_stand: Callable[[LineKey], bool] | None = None,
) -> Preview:
    """Hold rows against what is stored and against each other: parts and totals, approved figures, the usual.

    `is_history`: so many rows that they make the usual, and are not held against it. `may_stand` says of which lines
    the caller does not know that nothing stands.
    """
    preview = Preview(office.initiative, findings=findings, replaces=replace and office.may_replace)
    by_line: dict[LineKey, list[ReadRow]] = defaultdict(list)
    for row in read:
        by_line[row.line_key].append(row)
    stored = cells_of([key for key in by_line if may_stand is None or may_stand(key)])
    history = {} if is_history or len(by_line) > HISTORY_LINES else _history(office, by_line)
    past = _past(office, by_line)
    for key, rows in by_line.items():
        here = stored.get(key, {})
        if rows[0].line.rule.takes_overlap:
            rows = [_counting_whom(row, here.get(row.figure.category)) for row in rows]
        wrong = _judge_line(rows, here)
        if earlier := past.get((key[0], key[2])):
            wrong += _after_past(office, rows, here, earlier)
        findings.extend(wrong)
        told = {problem.row for problem in errors(wrong)}
        if history:
            findings.extend(_warnings(office, rows, history.get((key[0], key[2]), [])))
        for row in rows:
            if row.number in told:
                continue  # what is wrong by itself need not be compared with what stands
            before = here.get(row.figure.category)
            is_secret = before is not None and before.state in OPEN_STATES and not office.sees_draft_of(row.seat)
            _compare(preview, office, row, None if is_secret else before)
    if not is_history:
        findings.extend(hold_together(office, by_line))
    return preview


def apply(preview: Preview, *, by: Membership | None, submit: bool = True, approve: bool = False, because: str = ""):
    """Write what a preview shows; its receipt. Raises Refused while the file has errors, and when what the preview
    was held against has changed meanwhile."""
    if preview.has_errors:
        raise Refused(*preview.findings.shown)
    record_published(preview, by)
    receipt = filings.file_many(
        initiative=preview.initiative,
        rows=preview.rows,
        by=by,
        submit=submit,
        approve=approve,
        because=because,
        replace=preview.replaces,
    )
    outside = len(preview.published)
    return but(receipt, created=receipt.created + outside) if outside else receipt


def compare_published(preview: Preview, rows: Iterable[PublishedRow]) -> None:
    """Hold what sources published against what is written down already; two statements for each indicator."""
    known: dict[int, community.Known] = {}
    for row in rows:
        indicator, said = row.indicator, row.said
        if indicator.pk not in known:
            known[indicator.pk] = community.Known.of(indicator)
        before = known[indicator.pk].before(said)
        if not known[indicator.pk].is_new(said):
            preview.unchanged += 1
            continue
        preview.created += before is None
        preview.changed += before is not None
        preview.published.append(row)
        if len(preview.differences) < CHANGES_SHOWN:
            earlier = None if before is None else _published_words(before.value)
            preview.differences.append(
                Difference(row.number, "", indicator.slug, text_of(said.period), said.category, earlier,
                           _published_words(said.value))
            )  # fmt: skip


def _published_words(value: Decimal | None) -> str:
    return words_of(Entry(value=value, is_not_collected=value is None))


def record_published(preview: Preview, by: Membership | None) -> None:
    """Write down what sources published."""
    by_indicator: dict[int, list[PublishedRow]] = defaultdict(list)
    for row in preview.published:
        by_indicator[row.indicator.pk].append(row)
    for rows in by_indicator.values():
        community.record(indicator=rows[0].indicator, figures=[row.said for row in rows], by=by)


def _judge_line(rows: list[ReadRow], here: Mapping[str, Stored]) -> list[Problem]:
    """What the rules say of one line, with what the file leaves alone; at the row that said it."""
    cells: dict[str, Entry] = {category: cell.entry for category, cell in here.items()}
    cells |= {row.figure.category: row.figure.entry for row in rows}
    found = check_cells(rows[0].line, cells)
    if not found:
        return found
    by_category = {row.figure.category: row for row in rows}
    placed = []
    for problem in found:
        place = Place.of(problem.field)
        row = by_category.get(place.category) or by_category.get(TOTAL) or rows[0]
        column = COLUMN_OF.get(place.component, place.component)
        placed.append(problem.at(row=row.number, column=column, field=column))
    return placed


def _counting_whom(row: ReadRow, before: Stored | None) -> ReadRow:
    """The row with the word of who is counted that stands already, where the file has none."""
    if row.says_who or before is None or not before.new_only:
        return row
    return row._replace(figure=row.figure._replace(entry=but(row.figure.entry, new_only=True)))


def _warnings(office: Office, rows: list[ReadRow], history: list[tuple[Any, Entry]]) -> Iterator[Problem]:
    for row in rows:
        if row.figure.category == TOTAL:
            since = office.counted_since(row.figure.indicator_id, row.figure.period)
            before = [entry for period, entry in history if since <= period < row.figure.period]
            for problem in warn_figure(row.line, row.figure.entry, before, office.thresholds):
                yield from wanting_words(office, row, problem.at(row=row.number, column=problem.field))


def _after_past(
    office: Office, rows: list[ReadRow], here: Mapping[str, Stored], past: list[tuple[Any, Entry]]
) -> Iterator[Problem]:
    """What the partner's earlier totals, those of this file too, forbid or make odd."""
    for row in rows:
        if row.figure.category != TOTAL:
            continue
        entry, period = row.figure.entry, row.figure.period
        if not entry.reason and TOTAL in here:
            entry = but(entry, reason=here[TOTAL].note)  # a file without a note leaves the one that is there
        before = [(when, one) for when, one in past if when < period]
        since = office.counted_since(row.figure.indicator_id, period)
        alike = [(when, one) for when, one in before if when >= since]
        starts = office.tenant.fiscal_year_starts
        for problem in (*check_past(row.line, entry, before), *warn_past(row.line, period, entry, alike, starts)):
            column = COLUMN_OF.get(problem.field, problem.field)
            yield from wanting_words(office, row, problem.at(row=row.number, column=column, field=column))


def _past(office: Office, by_line: Mapping[LineKey, list[ReadRow]]) -> dict[tuple[int, int], list[tuple[Any, Entry]]]:
    """The totals, as they would stand, of those indicators whose earlier answers decide about later ones; one statement
    when there are any."""
    ordered = {indicator.pk for indicator in office.indicators.values() if indicator.kind in (MILESTONE, TO_DATE)}
    wanted = {(key[0], key[2]) for key in by_line if key[0] in ordered}
    found: dict[tuple[int, int], dict[Any, Entry]] = {pair: {} for pair in wanted}
    for indicator_id, period, partner_id, cell in totals_of(wanted):
        found[indicator_id, partner_id][period] = cell.entry
    for (indicator_id, period, partner_id), rows in by_line.items():
        for row in rows:
            if (indicator_id, partner_id) in found and row.figure.category == TOTAL:
                found[indicator_id, partner_id][period] = row.figure.entry
    return {pair: sorted(entries.items(), key=lambda one: one[0]) for pair, entries in found.items()}


def _compare(preview: Preview, office: Office, row: ReadRow, before: Stored | None) -> None:
    entry = row.figure.entry
    is_as_before = before is not None and is_same(before, entry) and before.new_only == entry.new_only
    if before is not None and is_as_before and before.state not in OPEN_STATES:  # a draft of it is handed in
        preview.unchanged += 1
        preview.verdicts[row.number] = UNCHANGED
        return
    if before is not None and before.state == FigureState.APPROVED and not preview.replaces:
        wrong = conflict(
            row.line, row.seat.code, row.figure.period, before.entry, entry, may_replace=office.may_replace
        )
        preview.findings.add(wrong.at(row=row.number, column=wrong.field))
        return
    if before is None:
        preview.created += 1
        preview.verdicts[row.number] = CREATED
    else:
        preview.changed += 1
        preview.verdicts[row.number] = CHANGED
    preview.rows.append(row.figure)
    if len(preview.differences) < CHANGES_SHOWN:
        preview.differences.append(
            Difference(
                row.number,
                row.seat.code,
                row.indicator.slug,
                text_of(row.figure.period),
                row.figure.category,
                None if before is None else words_of(before.entry),
                words_of(entry),
            )
        )


def _history(office: Office, lines: Iterable[LineKey]) -> dict[tuple[int, int], list[tuple[Any, Entry]]]:
    """The totals of these partners' indicators, oldest first: what a soft warning compares with; one statement."""
    wanted = {(indicator_id, partner_id) for indicator_id, _, partner_id in lines}
    found: dict[tuple[int, int], list[tuple[Any, Entry]]] = defaultdict(list)
    for indicator_id, period, partner_id, cell in totals_of(wanted):
        found[indicator_id, partner_id].append((period, cell.entry))
    return found
