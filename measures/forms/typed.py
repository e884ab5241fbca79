"""One line as it is typed: its texts, what they say as entries, and what the rules find in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from backbone import tabular
from backbone.look.numbers import own_format
from backbone.models import Tenant
from backbone.problems import Problem, errors
from backbone.tabular import COMMA, NOT_COLLECTED, POINT, SPACE, NumberFormat
from backbone.tabular.numbers import invalid
from measures.lines import thresholds_of
from measures.rules.cells import check_cells, check_submission, put_rest_in_unknown
from measures.rules.figures import NUMBERS, Entry, has_answer, nil, plain, read_number, said
from measures.rules.kinds import MILESTONE, UNDUPLICATED
from measures.rules.lines import TOTAL, Breakdown
from measures.rules.past import check_past, warn_past
from measures.rules.usual import warn_figure
from measures.rules.written import fingerprint
from measures.selectors.report import ReportLine
from measures.services.figure_rows import NOTE_LENGTH

FORMATS: Mapping[str, NumberFormat] = {
    Tenant.NumberFormat.POINT: POINT,
    Tenant.NumberFormat.COMMA: COMMA,
    Tenant.NumberFormat.SPACE: SPACE,
}


def formats_of(tenant: Tenant) -> tuple[NumberFormat, NumberFormat]:
    """How numbers may be typed into a form: as the organization writes them, and as the reader's language does."""
    return FORMATS[tenant.number_format], own_format()


# Only wrong when somebody says that they are done: until then the rest may be about to be typed.
UNFINISHED = (
    "figure.reason_missing",
    "figure.half_a_rate",
    "figure.half_an_average",
    "milestone.reversed_without_reason",
)

AS_NUMBER, AS_NIL, AS_NOT_COLLECTED = "number", "nil", "nc"
ANSWERS = (AS_NUMBER, AS_NIL, AS_NOT_COLLECTED)

AS_DEFINED = {"1": True, "0": False}  # and None for who does not say


class TypedLine:
    """One line as it is typed. `entries` are the cells that can be read, blanks included; the others stay as texts."""

    def __init__(
        self,
        row: ReportLine,
        formats: tuple[NumberFormat, ...],
        *,
        may_type: bool,
        data: Mapping[str, str] | None = None,
        asked: bool = False,
        answer: str = "",
        rest: str | None = None,
    ):
        self.row, self.line, self.pk, self.indicator = row, row.line, row.pk, row.indicator
        self.formats, self.asked = formats, asked
        self.is_open = row.is_with_partner and not row.is_closed
        self.may_type = may_type and self.is_open
        self.is_posted = data is not None and self.may_type and f"{self.pk}/here" in data
        self.seen = data.get(f"{self.pk}/seen", "") if self.is_posted and data is not None else ""
        self.conflicts: list[Problem] = []
        self.unreadable: dict[tuple[str, str], Problem] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.entries: dict[str, Entry] = {}
        self.breakdowns: list[Breakdown] = list(self.line.breakdowns)
        self.categories = [TOTAL, *(key for breakdown in self.breakdowns for key in self.line.keys(breakdown))]
        if self.is_posted:
            assert data is not None
            self._read(data, answer)
        else:
            self._show()
        if rest is not None and self.has_breakdown(rest):
            self.entries = put_rest_in_unknown(self.line, self.entries, tuple(rest.split("+")))
            self._write_texts()
        self._judge()

    @property
    def standing(self) -> str:
        """What the line holds now, as a fingerprint: carried by the page, and posted back as what was seen."""
        return fingerprint(self.row.cells, with_notes=True)

    # --- in and out ---

    def _show(self) -> None:
        row = self.row
        self.entries = {category: row.cells.get(category, Entry()) for category in self.categories}
        self.answer = AS_NOT_COLLECTED if row.total.is_not_collected else AS_NUMBER
        self.reason = row.total.reason if row.total.is_not_collected else ""
        self.new_only = any(entry.new_only for entry in self.entries.values())
        word = row.typed_word or row.word
        self.as_defined = word.as_defined if word else row.as_defined or None
        self.otherwise = word.note if word else ""
        self.words = row.own_words
        self.said = "" if row.total.is_not_collected else row.total.reason
        self._write_texts()

    def _read(self, data: Mapping[str, str], answer: str) -> None:
        posted = answer or data.get(f"{self.pk}/answer", AS_NUMBER)
        self.answer = posted if posted in ANSWERS else AS_NUMBER
        if self.answer == AS_NIL and not self.line.rule.takes_nil:
            self.answer = AS_NUMBER
        self.reason = self._read_text(data, "reason") if self.answer == AS_NOT_COLLECTED else ""
        self.new_only = self.line.kind == UNDUPLICATED and data.get(f"{self.pk}/new") == "1"
        self.as_defined = AS_DEFINED.get(data.get(f"{self.pk}/defined", ""))
        self.otherwise = self._read_text(data, "otherwise")
        self.words = self._read_text(data, "words")
        self.said = self._read_text(data, "said") if self.takes_words else ""
        if self.answer == AS_NUMBER:
            self.entries = {}
            for category in self.categories:
                self._read_cell(data, category)
            self._read_said()
            return
        if self.answer == AS_NIL:
            self.entries = dict.fromkeys(self.categories, nil(self.line))
        else:
            self.entries = dict.fromkeys(self.categories, Entry())
            reason = "" if (TOTAL, "reason") in self.unreadable else self.reason
            self.entries[TOTAL] = Entry(is_not_collected=True, reason=reason)
        self._write_texts()

    @property
    def takes_words(self) -> bool:
        """Whether words go with the answer, or are it: of a narrative, and of a milestone that is no longer reached."""
        return self.line.rule.is_words or self.line.kind == MILESTONE

    def _read_said(self) -> None:
        """The words of the answer, beside its number or as the whole of it."""
        if not self.takes_words or TOTAL not in self.entries or (TOTAL, "said") in self.unreadable:
            return
        if self.line.rule.is_words:
            self.entries[TOTAL] = said(self.line, self.said)
        elif not self.entries[TOTAL].is_blank:
            self.entries[TOTAL] = replace(self.entries[TOTAL], reason=self.said)

    def _read_text(self, data: Mapping[str, str], name: str) -> str:
        """What was typed, cleaned; or as it was, to stand in its field again beside what is wrong with it."""
        typed = data.get(f"{self.pk}/{name}", "")
        text, problem = tabular.text(typed, NOTE_LENGTH)
        if problem is None:
            return text
        self.unreadable[TOTAL, name] = problem
        return typed

    def _read_cell(self, data: Mapping[str, str], category: str) -> None:
        numbers: dict[str, Decimal | None] = {}
        for component in self.line.components:
            text = data.get(f"{self.pk}/{category}/{component}", "").strip()
            self.texts[category, component] = text
            value, problem = read_number(self.line, component, text, *self.formats)
            if text and (value is None or value is NOT_COLLECTED):
                self.unreadable[category, component] = problem or invalid(text)
            elif value is not NOT_COLLECTED:
                numbers[component] = value
        if not any((category, component) in self.unreadable for component in self.line.components):
            has_number = any(value is not None for value in numbers.values())
            self.entries[category] = Entry(**numbers, new_only=self.new_only and has_number)

    def _write_texts(self) -> None:
        own = own_format()
        for category, entry in self.entries.items():
            for component in self.line.components:
                value = getattr(entry, component)
                text = "" if value is None else tabular.typed_text(plain(value), own, self.formats)
                self.texts[category, component] = text

    def has_breakdown(self, slug: str) -> bool:
        return tuple(slug.split("+")) in self.breakdowns

    # --- what the rules say ---

    def _judge(self) -> None:
        cells = {category: entry for category, entry in self.entries.items() if not entry.is_blank}
        if self.row.excuse and self.is_blank:
            self.asked = False
        is_readable = not any((TOTAL, name) in self.unreadable for name in self.line.components[:1] or ("said",))
        if self.asked and self.is_open and is_readable:
            found = errors(check_submission([self.line], {self.line.slug: cells}))
        else:
            found = errors(check_cells(self.line, cells))
        past = self.earlier_answers
        total = self.entries.get(TOTAL, Entry())
        found += [one.at(field=f"{self.line.slug}/{TOTAL}/{one.field}") for one in check_past(self.line, total, past)]
        self.is_unfinished = any(one.code in UNFINISHED for one in found)
        if not self.asked:
            found = [one for one in found if one.code not in UNFINISHED]
        if self.unreadable:
            known = {"figure.blank"} | ({"figure.reason_missing"} if (TOTAL, "reason") in self.unreadable else set())
            found = [one for one in found if "breakdown" not in one.params and one.code not in known]
        if not self.is_open:
            found = []
        self.problems = found
        # Parts that do not add up may be right, and the total the slip: what is unusual about it is said beside them.
        is_total_wrong = any("breakdown" not in one.params and one.params["category"] == TOTAL for one in found)
        self.warnings = []
        if TOTAL in self.entries and not is_total_wrong and self.row.state != "approved":
            starts = self.indicator.tenant.fiscal_year_starts
            self.warnings = warn_figure(self.line, total, self.row.earlier, thresholds_of(self.indicator.tenant))
            alike = [(when, entry) for when, entry in past if when >= self.row.counted_since]
            self.warnings += warn_past(self.line, self.row.period, total, alike, starts)

    @property
    def earlier_answers(self) -> list[tuple[date, Entry]]:
        """What was handed in of the periods before, oldest first."""
        return [(period, entry) for period, entry in self.row.past if entry is not None]

    @property
    def is_blank(self) -> bool:
        return not self.unreadable and all(entry.is_blank for entry in self.entries.values())

    @property
    def has_errors(self) -> bool:
        return bool(self.problems or self.unreadable or self.conflicts)

    @property
    def lacks_reason(self) -> bool:
        return self.answer == AS_NOT_COLLECTED and not self.reason

    @property
    def is_ready(self) -> bool:
        """Whether it could be submitted: answered, and nothing wrong."""
        total = self.entries.get(TOTAL, Entry())
        answered = has_answer(self.line, total) or (total.is_not_collected and not self.lacks_reason)
        return self.is_open and answered and not self.has_errors and not self.is_unfinished and not self.lacks_words

    @property
    def lacks_words(self) -> bool:
        """Whether it is unusual, nobody said why, and the tenant wants to be told before it is submitted."""
        return bool(self.warnings) and not self.words and self.is_open and self.indicator.tenant.wants_words

    @property
    def is_asked(self) -> bool:
        """Whether it keeps the report from being handed in."""
        return self.is_open and self.row.is_over and not (self.row.excuse and self.is_blank)

    @property
    def is_saved(self) -> bool:
        stored = {category: entry for category, entry in self.row.cells.items() if not entry.is_blank}
        typed = {category: entry for category, entry in self.entries.items() if not entry.is_blank}
        is_same = _numbers(stored, self.takes_words) == _numbers(typed, self.takes_words)
        return bool(stored) and not self.unreadable and not self.conflicts and is_same


def _numbers(cells: Mapping[str, Entry], with_words: bool) -> dict[str, tuple]:
    return {
        category: (
            *(getattr(entry, name) for name in NUMBERS),
            entry.is_not_collected,
            entry.reason.strip() if with_words else "",
        )
        for category, entry in cells.items()
    }
