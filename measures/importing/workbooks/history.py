"""The sheet of what was filed before: a row for each figure, a column for each period, nothing to type."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from backbone.look.numbers import short_period
from backbone.tabular import workbook_value
from measures.importing.workbooks.asking import MONTHS_OF_HISTORY, Asked
from measures.rules.figures import plain
from measures.rules.kinds import MILESTONE, ORDINAL
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import add_months
from measures.services.figure_rows import Stored
from measures.wording import category_words
from measures.wording import entry as entry_words


def write_history(page: Any, asked: Asked) -> None:
    """The last two years before the workbook ends, oldest first; a gap says that nothing was filed."""
    since = add_months(asked.until, -MONTHS_OF_HISTORY)
    rows = {(cell.indicator.pk, cell.category): cell for cell in asked.cells}
    periods = sorted({period for cell in rows.values() for period in cell.others if period >= since})
    for column, heading in enumerate((_("Indicator"), _("Part"), *map(short_period, periods)), start=1):
        at = page.cell(1, column, workbook_value(heading))
        at.font = Font(name="Calibri", size=11, bold=True)
        page.column_dimensions[get_column_letter(column)].width = 34 if column == 1 else 16
    page.freeze_panes = "C2"
    for number, cell in enumerate(rows.values(), start=2):
        part = _("Total") if cell.category == TOTAL else category_words(cell.line, cell.category)
        shown: list[Any] = [cell.line.name, part]
        for period in periods:
            stored = cell.others.get(period)
            shown.append(None if stored is None else past_value(cell.line, stored))
        for column, value in enumerate(shown, start=1):
            at = page.cell(number, column)
            if (kept := workbook_value(value)) is not None:
                at.value = kept
                if isinstance(kept, str):
                    at.data_type = "s"


def past_value(line: Line, stored: Stored) -> Any:
    """What was filed, as a number where it is one, and otherwise as it is said: a rate, a level, “not collected”."""
    if stored.value is None or line.rule.is_ratio or line.kind in (MILESTONE, ORDINAL):
        return entry_words(line, stored.entry)
    return plain(stored.value)
