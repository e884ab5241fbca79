"""What a partner's own earlier answers forbid, or make odd, where the order of periods matters. Pure.

A milestone that was reached stays reached: a later no says why. A total since the fiscal year began does not fall
within it. Source: product specification, 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from backbone.problems import Problem, gettext_noop
from measures.rules.figures import ONE, ZERO, Entry, has_answer, problem_at, shown
from measures.rules.kinds import MILESTONE, TO_DATE
from measures.rules.lines import Line
from measures.rules.periods import Grain, start_of

Past = Sequence[tuple[date, Entry]]  # (period, total) of earlier periods, oldest first


def is_achieved(answers: Iterable[Entry]) -> bool:
    """Whether a milestone stands after these answers of one partner, oldest first: from its first yes on, until a no
    that says why. A no without a reason takes nothing back.
    """
    achieved = False
    for entry in answers:
        achieved = entry.value == ONE or (achieved and not entry.reason.strip())
    return achieved


def check_past(line: Line, entry: Entry, past: Past) -> list[Problem]:
    """What the earlier totals forbid. `milestone.reversed_without_reason`: a no after a yes, and no word about it."""
    if line.kind != MILESTONE or not has_answer(line, entry) or entry.value != ZERO or entry.reason.strip():
        return []
    answers = [one for _, one in past if has_answer(line, one)]
    if not is_achieved(answers):
        return []
    text = gettext_noop("{name} was reached before, and what is reached stays so. Say why it is no longer.")
    return [problem_at(line, "note", "milestone.reversed_without_reason", text, value_found=shown(entry.value))]


def warn_past(line: Line, period: date, entry: Entry, past: Past, year_starts: int) -> list[Problem]:
    """What is odd after the earlier totals. `unusual.fell`: a total since the fiscal year began that is less than the
    one before it in the same year, of what cannot be below zero."""
    if line.kind != TO_DATE or line.may_be_negative or not has_answer(line, entry):
        return []
    year = start_of(Grain.YEAR, period, year_starts)
    before = [one for when, one in past if when < period and when >= year and has_answer(line, one)]
    if not before or entry.value is None or before[-1].value is None or entry.value >= before[-1].value:
        return []
    text = gettext_noop(
        "{value} is less than {before}, the total before it. A total since the year began does not fall: is it this "
        "period’s number alone?"
    )
    params: dict[str, Any] = {"value": entry.value, "before": before[-1].value, "value_found": shown(entry.value)}
    return [problem_at(line, "value", "unusual.fell", text, is_warning=True, **params)]


def increments(past: Past, year_starts: int) -> list[tuple[date, Entry]]:
    """What came in between totals filed to date: the differences, the first of each fiscal year as it is."""
    found = []
    earlier: tuple[date, Entry] | None = None
    for period, entry in past:
        if entry.value is None:
            continue
        year = start_of(Grain.YEAR, period, year_starts)
        is_new = earlier is None or earlier[0] < year or earlier[1].value is None
        since = ZERO if is_new or earlier is None else earlier[1].value or ZERO
        found.append((period, Entry(value=entry.value - since)))
        earlier = (period, entry)
    return found
