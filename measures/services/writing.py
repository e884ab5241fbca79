"""One write of figures in the making: what changes, for the figures, the history, the marks and the receipt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backbone import changes
from backbone.by_hand import objects_of
from backbone.models import Change, Initiative, Membership, Partner
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tenancy import active_tenant_id
from measures.models import Filing, Indicator
from measures.models.filings import FigureState
from measures.rules.owed import not_a_start, why_not_filed
from measures.rules.periods import check_period, text_of
from measures.selectors.obligations import IS_OWED_UNLIKE, rarer_duties
from measures.services import figure_rows, refusals
from measures.services.figure_rows import Desk, Desktop, FigureRow, Key, Stored
from measures.services.rollups import mark_stale
from measures.services.rollups.marks import Mark, gathered

DRAFT, SUBMITTED, RETURNED, APPROVED = (str(state.value) for state in FigureState)
OPEN = (DRAFT, RETURNED)  # what a filer may still change
COUNTED = (SUBMITTED, APPROVED)  # what a roll-up may hold, so that a change of it makes one stale

_RANK = {RETURNED: 0, DRAFT: 0, SUBMITTED: 1, APPROVED: 2}

changes.register_verbs(
    {
        "filing.started": gettext_noop("{by} started {partner}’s report for {period}"),
        "filing.drafted": gettext_noop("{by} changed {figures} draft figures of {partner} for {period}"),
        "filing.submitted": gettext_noop("{by} submitted {figures} figures of {partner} for {period}"),
        "filing.entered": gettext_noop("{by} entered {figures} approved figures of {partner} for {period}"),
        "filing.overridden": gettext_noop("{by} corrected approved figures of {partner} for {period}: {because}"),
    }
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a filing did, in figures; `filings` are the (partner id, period) in which something changed."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    erased: int = 0
    filings: tuple[Desk, ...] = ()

    @property
    def did_something(self) -> bool:
        return bool(self.created or self.changed or self.erased)

    def with_more(self, other: Receipt) -> Receipt:
        """Both together; a filing that both touched comes once."""
        return Receipt(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.erased + other.erased,
            tuple(dict.fromkeys((*self.filings, *other.filings))),
        )


class Work:
    """One write in the making: what changes, for the history, the marks and the receipt."""

    def __init__(
        self,
        initiative: Initiative,
        by: Membership | None,
        wanted: str,
        because: str,
        now: datetime,
        is_typing: bool = False,
        correction_id: int | None = None,
        indicators: Mapping[int, Indicator] | None = None,
    ):
        """`correction_id`: what somebody agreed to, and tells of itself. `indicators`: by id, those of its rows."""
        self.is_typing = is_typing
        self.correction_id = correction_id
        self.indicators: Mapping[int, Indicator] = {} if indicators is None else indicators
        self.initiative, self.by, self.wanted, self.because, self.now = initiative, by, wanted, because.strip(), now
        self.created = self.changed = self.unchanged = self.erased = 0
        self.touched: dict[Desk, Desktop] = {}
        self.lines: dict[Desk, set[int]] = {}
        self.submitted: set[Desk] = set()
        self.overridden: set[Desk] = set()
        self.marks: set[Mark] = set()

    def settle(
        self, rows: Sequence[FigureRow], stored: Mapping[Key, Stored], wanted: str = ""
    ) -> tuple[dict[Key, Stored], list[FigureRow]]:
        """The cells that would change, as they would then stand; and the rows among them that change approved ones."""
        cells: dict[Key, Stored] = {}
        approved = []
        for row in rows:
            key = row.key
            if key in cells:
                raise ValueError(f"The cell {key} comes twice.")
            before = stored.get(key)
            after = self._after(row, before, wanted or self.wanted)
            if after is None:
                continue
            cells[key] = after
            if before is not None and before.state == APPROVED:
                approved.append(row)
        return cells, approved

    def _after(self, row: FigureRow, before: Stored | None, wanted: str) -> Stored | None:
        """What one cell becomes; None when it stays as it is."""
        entry = row.entry
        note, as_defined, state, submitter = entry.reason.strip(), row.as_defined, wanted, None
        if state != DRAFT and self.by is not None:
            submitter = self.by.pk
        if before is not None:
            if not note and not entry.is_not_collected and not before.is_not_collected:
                note = before.note
            if as_defined is None:
                as_defined = before.as_defined
        said = (
            entry.value, entry.numerator, entry.denominator, entry.weight,
            entry.is_not_collected, entry.new_only, as_defined, note,
        )  # fmt: skip
        if before is not None:
            is_same = said == before.said
            if is_same and (wanted == DRAFT or _RANK[before.state] >= _RANK[wanted]):
                return None
            if before.state == APPROVED:
                state, submitter = APPROVED, before.submitted_by_id
            elif wanted == DRAFT and before.state == RETURNED:
                state = RETURNED
        by_id = None if self.by is None else self.by.pk
        return Stored(*said, state, submitter, by_id, self.because, self.now)

    def write(
        self,
        filings: Mapping[Desk, Desktop],
        stored: Mapping[Key, Stored],
        cells: Mapping[Key, Stored],
        gone: Collection[Key] = (),
    ) -> None:
        changed = {key for key in cells if key in stored}
        figure_rows.write(cells, filings, changed)
        approved = [key for key in gone if stored[key].state == APPROVED]
        by_id = None if self.by is None else self.by.pk
        figure_rows.erase([key for key in gone if key not in approved])
        figure_rows.take_away(approved, by_id=by_id, because=self.because, now=self.now)
        self._restate(stored, cells, approved)
        self.created += len(cells) - len(changed)
        self.changed += len(changed)
        self.erased += len(gone)
        for key in (*cells, *gone):
            desk = (key[2], key[1])
            self.touched[desk] = filings[desk]
            self.lines.setdefault(desk, set()).add(key[0])
            before, after = stored.get(key), cells.get(key)
            if after is not None and after.state in COUNTED or before is not None and before.state in COUNTED:
                self.marks.add((key[0], key[1], key[2]))
            if after is not None and after.state in COUNTED:
                self.submitted.add(desk)
            if before is not None and before.state == APPROVED:
                self.overridden.add(desk)
        self.marks = gathered(self.marks)

    def _restate(self, stored: Mapping[Key, Stored], cells: Mapping[Key, Stored], gone: Collection[Key]) -> None:
        """One line in the ledger for each approved figure that became another, or new where approved ones stand."""
        lines = {key[:3] for key, before in stored.items() if before.state == APPROVED}
        restated: dict[Key, tuple[Stored | None, Stored | None]] = {}
        for key in (*cells, *gone):
            before, after = stored.get(key), cells.get(key)
            if before is not None and before.state != APPROVED or before is None and key[:3] not in lines:
                continue
            if before is not None and after is not None and before.figure == after.figure:
                continue  # other words about the same number
            restated[key] = before, after
        figure_rows.restate(
            restated, initiative_id=self.initiative.pk, by_id=None if self.by is None else self.by.pk,
            because=self.because, correction_id=self.correction_id,
        )  # fmt: skip

    def finish(self) -> Receipt:
        """Versions, history and marks: one statement each, and none when nothing changed."""
        if self.touched:
            # Whoever enters what was approved elsewhere did not submit it.
            by_id = None if self.by is None or self.wanted == APPROVED else self.by.pk
            submitted = [self.touched[desk].filing_id for desk in self.submitted]
            drafted = [filing.filing_id for desk, filing in self.touched.items() if desk not in self.submitted]
            figure_rows.raise_versions(submitted, by_id, self.now)
            figure_rows.raise_versions(drafted, None, None)
            changes.record_many(self._changes())
            mark_stale(self.marks)
        return Receipt(self.created, self.changed, self.unchanged, self.erased, tuple(self.touched))

    def _changes(self) -> Iterator[Change]:
        for desk, filing in self.touched.items():
            if self.correction_id is not None:
                continue  # it is told by whoever agreed to it
            facts: dict[str, Any] = {}
            if desk in self.overridden:
                verb = "filing.overridden"
                facts["indicators"] = sorted(
                    self.indicators[pk].slug for pk in self.lines[desk] if pk in self.indicators
                )
            elif desk in self.submitted:
                verb = "filing.entered" if self.wanted == APPROVED else "filing.submitted"
            elif filing.is_new:
                verb = "filing.started"
            elif self.is_typing:
                continue  # each keystroke's save is in the history of the rows; a person wants to read less
            else:
                verb = "filing.drafted"
            yield changes.prepare(
                verb, on=Filing(pk=filing.filing_id), by=self.by, initiative=self.initiative,
                partner=Partner(pk=desk[0]), period=text_of(desk[1]), figures=len(self.lines[desk]), because=self.because,
                **facts,
            )  # fmt: skip


# By hand: each write of figures asks, and Django takes longer to compose it than PostgreSQL to answer.
_INDICATORS = f"""
    SELECT i.*, {IS_OWED_UNLIKE} AS is_owed_unlike FROM measures_indicator i
     WHERE i.tenant_id = %s AND i.initiative_id = %s AND i.id = ANY(%s)
"""  # noqa: S608


def indicators_of(initiative: Initiative, ids: Collection[int]) -> dict[int, Indicator]:
    """The indicators of these ids, with their tenant; one query, beside one for a tenant that the initiative does not
    know yet. Refuses what belongs to another initiative."""
    found = {}
    for row in objects_of(Indicator, _INDICATORS, [active_tenant_id(), initiative.pk, list(ids)]):
        row.tenant = initiative.tenant
        found[row.pk] = row
    if len(found) < len(set(ids)):
        text = gettext_noop("This initiative has no such indicator.")
        raise Refused(Problem("indicator.elsewhere", text, field="indicator"))
    return found


def _inside_longer_ones(rows: Sequence[FigureRow], indicators: Mapping[int, Indicator]) -> list[Problem]:
    """Months, or quarters, inside a longer period that their partner owes as one."""
    rarer = rarer_duties(indicators.values(), {row.partner_id for row in rows})
    if rarer is None:
        return []
    found = []
    for pk, partner, period in sorted({(row.indicator_id, row.partner_id, row.period) for row in rows}):
        owed = rarer.at(indicators[pk], partner, period)
        if owed is not None and owed.start != period:
            found.append(not_a_start(rarer.of(indicators[pk], partner), period, owed))
    return found


def check_rows(rows: Sequence[FigureRow], indicators: Mapping[int, Indicator]) -> None:
    """Partners file it; periods begin where the indicator's frequency says, or the partner's own; notes fit where they
    are kept."""
    found = []
    for indicator in indicators.values():
        not_filed = why_not_filed(indicator.slug, indicator.name, indicator.kind)
        if not_filed is not None:
            found.append(not_filed)
    for pk, period in sorted({(row.indicator_id, row.period) for row in rows}):
        indicator = indicators[pk]
        problem = check_period(period, indicator.frequency, indicator.tenant.fiscal_year_starts)
        if problem is not None:
            found.append(problem)
    found += found or _inside_longer_ones(rows, indicators)
    for row in rows:
        if len(row.entry.reason) > figure_rows.NOTE_LENGTH:
            text = gettext_noop("The note is {length} characters long: keep it to {limit}.")
            params = {"length": len(row.entry.reason), "limit": figure_rows.NOTE_LENGTH}
            found.append(Problem("figure.note_too_long", text, params, field="note"))
    if found:
        raise Refused(*found[: refusals.SHOWN])
