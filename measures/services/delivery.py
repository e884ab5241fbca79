"""Many figures of many partners and periods, all or nothing, whether they come at once or batch by batch.

The rules, the locks, the history and the marks are those of every other write of figures (`writing`): a file that is
delivered in batches leaves one line in the history of each filing, as if it had come at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can
from measures.models import Indicator
from measures.selectors import filing as reads
from measures.services import figure_rows, refusals
from measures.services.figure_rows import Desk, FigureRow
from measures.services.writing import APPROVED, DRAFT, SUBMITTED, Receipt, Work, check_rows, indicators_of

MOST_FILINGS = 50_000  # remembered at a time; what comes for one of them later is one more line in its history


class Delivery:
    """Figures being delivered: `put()` any number of times, then `finish()`, in one transaction that the caller opens.

    What is refused, and with which words, is said at `filings.file_many`.
    """

    def __init__(
        self,
        *,
        initiative: Initiative,
        by: Membership | None,
        submit: bool = True,
        approve: bool = False,
        because: str = "",
        replace: bool = False,
    ):
        if approve and by is not None and not by.can(Can.REVIEW):
            text = gettext_noop("Only somebody who reviews figures may enter them as approved. Submit them instead.")
            raise Refused(Problem("review.not_yours", text))
        self.initiative, self.by, self.because = initiative, by, because
        self.now = timezone.now()
        self._may_override = replace and (by is None or by.can(Can.OVERRIDE))
        self._may_move_locks = by is None or by.can(Can.MOVE_LOCKS)
        self._state = APPROVED if approve else SUBMITTED if submit else DRAFT
        self._indicators: dict[int, Indicator] = {}
        self._is_settled = False
        self._work = self._new_work()
        self._done = Receipt()

    def put(self, rows: Sequence[FigureRow]) -> None:
        """Write these figures; blank ones leave alone what stands. Raises Refused."""
        rows = [row for row in rows if not row.entry.is_blank]
        strange = {row.indicator_id for row in rows} - set(self._indicators)
        if strange:
            self._indicators |= indicators_of(self.initiative, strange)
        check_rows(rows, self._indicators)
        closed: set[tuple[int, Desk]] = set()
        if not self._may_move_locks:
            lines = {(row.indicator_id, row.desk) for row in rows}
            closed = reads.closed_lines(lines, self._indicators, self.now)
        for chunk in figure_rows.in_chunks(rows):
            self._put(chunk, closed)
        if len(self._work.touched) > MOST_FILINGS:
            self._settle()

    def has(self, indicator_id: int, desk: Desk) -> bool:
        """Whether figures of this line may have been put already."""
        return self._is_settled or indicator_id in self._work.lines.get(desk, ())

    def finish(self) -> Receipt:
        """Versions, history and marks of everything that was put; what all of it did."""
        self._settle()
        return self._done

    def _put(self, chunk: list[FigureRow], closed: set[tuple[int, Desk]]) -> None:
        work = self._work
        filings = figure_rows.open_filings(self.initiative.pk, {row.desk for row in chunk}, self.now, work.touched)
        # In a filing that this delivery has just made nothing stands but what it wrote itself: nobody else holds it.
        stored = figure_rows.stored_at(
            [row.key for row in chunk if not filings[row.desk].is_new or self.has(row.indicator_id, row.desk)]
        )
        cells, kept = work.settle(chunk, stored)
        refused = [row for row in chunk if row.key in cells and (row.indicator_id, row.desk) in closed]
        if refused:
            raise refusals.closed(refused, self._indicators)
        if kept and not self._may_override:
            raise refusals.approved(kept, self._indicators)
        if kept and not self.because.strip():
            text = gettext_noop("Say why approved figures change: whoever relied on them will see it.")
            raise Refused(Problem("override.no_reason", text, field="because"))
        work.write(filings, stored, cells)
        work.unchanged += len(chunk) - len(cells)

    def _settle(self) -> None:
        self._done = self._done.with_more(self._work.finish())
        self._is_settled = True
        self._work = self._new_work()

    def _new_work(self) -> Work:
        return Work(self.initiative, self.by, self._state, self.because, self.now, indicators=self._indicators)
