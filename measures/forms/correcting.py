"""Other numbers for one approved line, and why: the line of a report, open for typing although it is approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backbone import tabular
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.wording import say
from measures.forms.line import LineForm
from measures.forms.typed import formats_of
from measures.rules.figures import Entry
from measures.rules.written import fingerprint
from measures.selectors.corrections import figure_words, visible
from measures.selectors.report import ReportLine

REASON_LENGTH = 500


class CorrectionForm:
    """A line as it would stand, and the reason. `start` are other numbers than those that stand, to begin with."""

    def __init__(
        self,
        row: ReportLine,
        tenant: Tenant,
        data: Mapping[str, str] | None = None,
        *,
        start: Mapping[str, Entry] | None = None,
        rest: str | None = None,
    ):
        self.row = row
        standing = visible(row.line, row.cells)
        shown = replace(row, state="", excuse="", remarks=[], cells=dict(standing if start is None else start))
        self.line = LineForm(shown, formats_of(tenant), may_type=True, data=data, asked=data is not None, rest=rest)
        self.seen = fingerprint(standing) if data is None else data.get("seen") or None
        self.reason, self._reason_problem = "", None
        if data is not None:
            self.reason, self._reason_problem = tabular.text(data.get("reason", ""), REASON_LENGTH)
        self.elsewhere: list[tuple[str, str]] = []

    @property
    def cells(self) -> dict[str, Entry]:
        return self.line.entries

    @property
    def row_words(self) -> str:
        """The figure that stands there."""
        return figure_words(self.row.line, self.row.total)

    @property
    def is_readable(self) -> bool:
        return not self.line.unreadable and self._reason_problem is None

    @property
    def reason_message(self) -> str:
        return next((words for anchor, words in self.problems if anchor == "reason"), "")

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Everything that is wrong, as (where, sentence)."""
        found = [*self.line.summary, *self.elsewhere]
        if self._reason_problem is not None:
            found.append(("reason", say(self._reason_problem)))
        return found

    def take(self, refused: Refused) -> None:
        """Put what the service refused where it belongs; the line says itself what the rules found in it."""
        own = {problem.code for problem in self.line.problems}
        for problem in refused.problems:
            if problem.code == "correction.stale":  # told, so that the next time it is over what stands now
                self.seen = fingerprint(visible(self.row.line, self.row.cells))
            if problem.field in ("reason", "words"):
                self.elsewhere.append(("reason", say(problem)))
            elif problem.code not in own:
                self.elsewhere.append(("", say(problem)))
