"""Where everything stands in a partner's workbook. Whoever changes this raises VERSION: older files are then refused."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from backbone.tabular import Columns, Form
from measures.rules.figures import NUMBERS
from measures.rules.periods import parse_month, text_of

VERSION = "1"
FACTS_SHEET = "_backbone"
KEY, NOT_COLLECTED, COUNTED, NOTE = "key", "not_collected", "counted", "note"
LABELS = "#"  # in place of a key: the row that holds the headings a reader sees

INPUTS = (*NUMBERS, NOT_COLLECTED, COUNTED, NOTE)
FORM = Form(FACTS_SHEET, Columns((KEY, *INPUTS), required=(KEY,), ignores_unknown=True))
NAMES_ROW, LABELS_ROW, FIRST_ROW = 1, 2, 3


_month = lru_cache(maxsize=256)(parse_month)


class RowKey(NamedTuple):
    """What one row is about. The partner's code comes last, for it may hold any sign."""

    period: date
    indicator: str
    category: str
    partner: str

    def __str__(self) -> str:
        return "|".join((text_of(self.period), self.indicator, self.category, self.partner))

    @classmethod
    def of(cls, text: str) -> RowKey | None:
        """The key as it was written, or None when somebody changed it beyond reading."""
        pieces = text.split("|", 3)
        month = _month(pieces[0]) if len(pieces) == 4 else None
        return cls(month, pieces[1], pieces[2], pieces[3]) if isinstance(month, date) else None
