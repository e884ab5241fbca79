"""What the set-up pages read: who owes which indicator now, as a matrix of partners and indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backbone.models import Initiative, Participation, Partner
from measures.models import Indicator, Obligation


@dataclass(frozen=True, slots=True)
class OwedCell:
    """Whether a partner owes an indicator on a day. `since` or `until` are days that change it, None when nothing does.

    `state` is `owed`, `later` (from `since` on), `ended` (since `until`) or `never`.
    """

    state: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OwedRow:
    partner: Partner
    cells: list[tuple[Indicator, OwedCell]]


def owed_matrix(
    initiative: Initiative, indicators: Sequence[Indicator], parts: Sequence[Participation], day: date
) -> list[OwedRow]:
    """One row for each participation, one cell for each indicator; one query. `parts` have their partner loaded."""
    lines: dict[tuple[int, int | None], list[Obligation]] = {}
    for obligation in Obligation.objects.filter(indicator__initiative=initiative):
        lines.setdefault((obligation.indicator_id, obligation.partner_id), []).append(obligation)
    return [
        OwedRow(
            part.partner,
            [
                (indicator, owed_cell(part, lines.get((indicator.pk, None), []) + lines.get((indicator.pk, part.partner_id), []), day))
                for indicator in indicators
            ],
        )
        for part in parts
    ]  # fmt: skip


def owed_cell(part: Participation, obligations: Sequence[Obligation], day: date) -> OwedCell:
    """What one partner owes of one indicator on a day: its obligations as far as it takes part."""
    spans = []
    for obligation in obligations:
        start = max(part.joins_on, obligation.starts_on or date.min)
        ends = [end for end in (part.leaves_on, obligation.ends_on) if end is not None]
        end = min(ends) if ends else date.max
        if start <= end:
            spans.append((start, end))
    now = [end for start, end in spans if start <= day <= end]
    if now:
        end = max(now)
        return OwedCell("owed", until=None if end == date.max else end)
    later = [start for start, _end in spans if start > day]
    if later:
        return OwedCell("later", since=min(later))
    if spans:
        return OwedCell("ended", until=max(end for _start, end in spans))
    return OwedCell("never")
