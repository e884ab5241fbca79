"""What may be typed where in a partner's workbook: the inputs' headings, the words of their lists, the rules of cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from measures.importing.workbooks import layout
from measures.importing.workbooks.asking import AskedCell
from measures.models.filings import FigureState
from measures.rules.figures import LARGEST, NUMBERS
from measures.rules.kinds import MILESTONE, ORDINAL
from measures.rules.lines import Line
from measures.services.figure_rows import NOTE_LENGTH

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

LIST = "list "
LONGEST_LIST = 250  # signs that a drop-down list written into its rule may have


def headings() -> dict[str, str]:
    """The inputs' headings in the reader's language."""
    return {
        "value": _("Value"),
        "numerator": _("Numerator"),
        "denominator": _("Denominator"),
        "weight": _("Weight"),
        layout.NOT_COLLECTED: _("Not collected"),
        layout.COUNTED: _("Who is counted"),
        layout.NOTE: _("Reason or note"),
    }


def choices() -> dict[str, str]:
    """What stands in the drop-down lists, by what it means."""
    return {
        "not_collected": _("not collected"),
        "everyone": _("everyone served in the period"),
        "new": _("only people new this year"),
        "yes": _("yes"),
        "no": _("no"),
    }


def answers(line: Line) -> list[str]:
    """What may be chosen as the value of an indicator that asks for no number: yes and no, or the levels of its scale."""
    if line.kind == MILESTONE:
        words = choices()
        return [words["yes"], words["no"]]
    return [level.slug for level in line.levels] if line.kind == ORDINAL else []


class Lists:
    """The rules of what may be typed where, gathered over the rows: one rule for each kind of cell."""

    def __init__(self) -> None:
        self._cells: dict[str, list[str]] = {}

    def takes(self, cell: AskedCell, name: str, at: str) -> bool:
        """Whether this input may be typed into; approved figures, and what the indicator does not ask, may not."""
        line = cell.line
        if cell.standing is not None and cell.standing.state == FigureState.APPROVED:
            return False
        if name in NUMBERS:
            if name not in line.components:
                return False
            listed = answers(line)
            kind = (
                LIST + "\n".join(listed)
                if listed
                else ("whole" if line.must_be_whole else "decimal") + (" signed" if line.takes_negative(name) else "")
            )
        elif name == layout.COUNTED and not line.rule.takes_overlap:
            return False
        else:
            kind = name
        self._cells.setdefault(kind, []).append(at)
        return True

    def rules(self) -> Iterator[DataValidation]:
        from openpyxl.worksheet.datavalidation import DataValidation

        words = choices()
        for kind, cells in self._cells.items():
            rule = DataValidation(allow_blank=True, sqref=" ".join(cells), errorStyle="stop", showErrorMessage=True)
            if kind.startswith(("whole", "decimal")):
                rule.type = kind.split()[0]
                rule.operator, rule.formula1, rule.formula2 = "between", "0", str(LARGEST - 1)
                if kind.endswith("signed"):
                    rule.formula1 = str(1 - LARGEST)
                rule.errorTitle, rule.error = (
                    _("A number, please"),
                    _(
                        "Type a number that is not below zero; 0 is zero. If it was not collected, choose so in its column."
                    ),
                )
                if kind.startswith("whole"):
                    rule.error = _(
                        "Type a whole number; 0 is zero. If it was not collected, choose so in its own column."
                    )
            elif kind == layout.NOTE:
                rule.type, rule.operator, rule.formula1 = "textLength", "lessThanOrEqual", str(NOTE_LENGTH)
                rule.errorTitle, rule.error = _("Too long"), _("At most 2,000 characters, please.")
            else:
                listed = [words["everyone"], words["new"]]
                if kind == layout.NOT_COLLECTED:
                    listed = [words["not_collected"]]
                elif kind.startswith(LIST):
                    listed = kind.removeprefix(LIST).split("\n")
                text = ",".join(word.replace(",", " ") for word in listed)
                if len(text) > LONGEST_LIST:
                    continue
                rule.type, rule.formula1 = "list", f'"{text}"'
                rule.errorTitle, rule.error = _("Choose from the list"), _("Choose from the list, or leave it blank.")
            yield rule
