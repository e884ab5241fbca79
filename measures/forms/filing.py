"""A whole report as it is typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import ngettext

from backbone.models import Tenant
from backbone.problems import Refused, errors, warnings
from backbone.wording import say
from measures.forms.line import LineForm
from measures.forms.typed import formats_of
from measures.rules.attested import Word
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL
from measures.selectors.report import Report
from measures.selectors.warned import crossed


class FilingForm:
    """A whole report as it is typed: what stands in the database, and over it what was posted."""

    def __init__(
        self,
        report: Report,
        tenant: Tenant,
        *,
        may_type: bool,
        data: Mapping[str, str] | None = None,
        asked: bool = False,
        only: int | None = None,
        about: int | None = None,
        answer: str = "",
        rest: str | None = None,
    ):
        """`asked` wants an answer from every line. `only` reads no other line than this from `data`. `answer` and
        `rest` are what a button says about the line `about`."""
        self.report = report
        formats = formats_of(tenant)
        self.lines = [
            LineForm(
                row,
                formats,
                may_type=may_type,
                data=data if only is None or row.pk == only else None,
                asked=asked and row.is_over,
                answer=answer if row.pk == about else "",
                rest=rest if row.pk == about else None,
            )
            for row in report.lines
        ]
        self._hold_together(is_submission=asked)
        self.version = report.version if data is None else _whole(data.get("version", ""))

    def _hold_together(self, *, is_submission: bool) -> None:
        """What the rules over several lines say, beside the first line of each that is still open."""
        asked = [line.pk for line in self.lines if line.is_open and not line.is_blank]
        found = crossed(
            self.report.rules,
            {line.pk: line.line for line in self.lines},
            {line.pk: line.entries for line in self.lines},
            asked,
            is_submission=is_submission,
        )
        for line in self.lines:
            said = found.get(line.pk, [])
            line.problems = line.problems + errors(said)
            line.warnings = line.warnings + warnings(said)

    def line(self, pk: int | None) -> LineForm | None:
        return next((line for line in self.lines if line.pk == pk), None)

    @property
    def posted(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_posted]

    @property
    def cells(self) -> dict[int, dict[str, Entry]]:
        return {line.pk: line.entries for line in self.posted}

    @property
    def seen(self) -> dict[int, str]:
        """What each line held when the page was made, as a fingerprint."""
        return {line.pk: line.seen for line in self.posted if line.seen}

    @property
    def words(self) -> dict[int, str]:
        return {line.pk: line.words for line in self.posted if (TOTAL, "words") not in line.unreadable}

    @property
    def as_defined(self) -> dict[int, bool]:
        """The filer's tick; of a definition that is shown whole only where it is answered."""
        return {
            line.pk: bool(line.as_defined)
            for line in self.posted
            if line.has_more_to_say or (line.may_attest and line.as_defined is not None)
        }

    @property
    def attested(self) -> dict[int, Word]:
        """What the partner says of how it counts, where it says so."""
        return {
            line.pk: Word(line.as_defined, line.otherwise)
            for line in self.posted
            if line.may_attest and line.as_defined is not None and (TOTAL, "otherwise") not in line.unreadable
        }

    @property
    def is_readable(self) -> bool:
        return not any(line.unreadable for line in self.posted)

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [item for line in self.lines for item in line.summary]

    @property
    def only_place(self) -> str:
        """Where the one thing to fix is; empty when there are several, or none."""
        problems = self.problems
        return problems[0][0] if len(problems) == 1 else ""

    @property
    def is_stale(self) -> bool:
        """Whether somebody else saved another value meanwhile."""
        return any(line.conflicts for line in self.lines)

    @property
    def is_saved(self) -> bool:
        """Whether the database holds everything that the page shows."""
        return self.report.changed_at is not None and all(line.is_saved or line.is_blank for line in self.open_lines)

    @property
    def odd(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_open and line.warnings and not line.words]

    @property
    def open_lines(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_open]

    @property
    def settled(self) -> list[LineForm]:
        """What is not the partner's to change now."""
        return [line for line in self.lines if not line.is_open]

    @property
    def returned(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_open and line.row.state == "returned"]

    @property
    def asked_lines(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_asked]

    @property
    def ready_words(self) -> str:
        lines = self._to_do
        ready = sum(line.is_ready for line in lines)
        return ngettext("%(ready)s of %(count)s ready", "%(ready)s of %(count)s ready", len(lines)) % {
            "ready": ready,
            "count": len(lines),
        }

    @property
    def is_ready(self) -> bool:
        """Whether everything that is asked for could be submitted."""
        return all(line.is_ready for line in self._to_do)

    @property
    def _to_do(self) -> list[LineForm]:
        return self.asked_lines or self.open_lines

    def take(self, refused: Refused) -> list[str]:
        """Put what a service refused beside the lines it is about; what is left is about the whole report."""
        slugs = {line.line.slug: line for line in self.lines}
        left = []
        for problem in refused.problems:
            line = slugs.get(problem.params.get("indicator", ""))
            if line is not None and problem.code == "filing.stale":
                line.conflicts.append(problem)
            elif line is None or problem.code not in {one.code for one in line.problems}:
                left.append(say(problem))
        return left


def _whole(text: str) -> int:
    """The version a page was made from; 0, which is older than anything, for what is no version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
