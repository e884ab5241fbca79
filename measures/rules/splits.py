"""Breakdowns over time: shown under the category that took over, how much is broken down at all, and what may be set.

Pure: no Django, no clock. `Line.at(period)` says what is asked for in a period; here is what becomes of the figures of
other periods. They are never changed: a retired category's figures can be read under its heir, and how much of a
figure is split is a number of its own. Source: product specification, 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backbone.problems import Month, Problem, cut, gettext_noop
from measures.rules.figures import Entry, has_answer, total_of
from measures.rules.kinds import SUM
from measures.rules.lines import (
    TOTAL,
    UNKNOWN,
    Breakdown,
    Dimension,
    Line,
    breakdown_of,
    key_of,
    pairs_of,
    unknown_key,
)


def adds_up(line: Line) -> bool:
    """Whether the parts of one partner and period add up, so that two of them can be read as one."""
    return line.rule.parts == SUM


def is_known(key: str) -> bool:
    """Whether a cell is unknown in none of its dimensions."""
    return all(category != UNKNOWN for _, category in pairs_of(key))


def heir_of(line: Line, key: str) -> str:
    """The category under which a figure may be shown: its own, or what its retired categories became."""
    known = {slug for slug, _ in pairs_of(key)} <= set(line.dimensions)
    return key_of((slug, line.dimensions[slug].heir(category)) for slug, category in pairs_of(key)) if known else key


def heirs(line: Line) -> dict[str, str]:
    """Each category of the indicator that became another, with the one that it became; mostly empty."""
    if not adds_up(line) or not any(dimension.becomes for dimension in line.dimensions.values()):
        return {}
    keys = [key for breakdown in line.breakdowns for key in line.keys(breakdown)]
    return {key: heir for key in keys if (heir := heir_of(line, key)) != key}


def merged(line: Line, cells: Mapping[str, Entry]) -> dict[str, Entry]:
    """One partner's cells of one period, those of retired categories under what they became, added up there.

    A cell that was not collected says nothing of the rest: it stays what it is only where nothing else is.
    """
    groups: dict[str, list[Entry]] = {}
    for key, entry in cells.items():
        groups.setdefault(heir_of(line, key), []).append(entry)
    return {key: _added(line, entries) for key, entries in groups.items()}


def _added(line: Line, entries: list[Entry]) -> Entry:
    answers = [entry for entry in entries if has_answer(line, entry)]
    if len(answers) < 2:
        return (answers or entries)[0]
    numbers: dict[str, Any] = {name: total_of(getattr(entry, name) for entry in answers) for name in line.components}
    return Entry(**numbers, new_only=all(entry.new_only for entry in answers))


def known_part(line: Line, breakdown: Breakdown, cells: Mapping[str, Entry]) -> Entry | None:
    """What of one partner's total is broken down, other than in an unknown; None where nothing is.

    Of an exclusive breakdown the sum of its known parts. Parts that overlap do not add up: there it is the total
    without the unknown, as soon as one known part is given.
    """
    parts = {key: one for key, one in cells.items() if breakdown_of(key) == breakdown and has_answer(line, one)}
    known = [one for key, one in parts.items() if is_known(key)]
    if not known or not adds_up(line):
        return None
    numbers: dict[str, Any]
    if line.is_exclusive(breakdown):
        numbers = {name: total_of(getattr(one, name) for one in known) for name in line.components}
        return Entry(**numbers, new_only=all(one.new_only for one in known))
    total = cells.get(TOTAL)
    if total is None or not has_answer(line, total):
        return None
    unknown = parts.get(unknown_key(breakdown))
    numbers = {name: getattr(total, name) for name in line.components}
    if unknown is not None:
        numbers = {name: number - getattr(unknown, name) for name, number in numbers.items()}
    return Entry(**numbers, new_only=total.new_only)


def partial_words(line: Line, breakdown: Breakdown, first: date, last: date) -> Problem | None:
    """What a reader has to know of a span whose months are not all split, as a sentence with its places; None when
    they are. The codes: `split.not_before`, `split.since`, `split.not_after`, `split.until`.
    """
    since, until = line.spans.get(breakdown, (None, None))
    if since is not None and last < since:
        return Problem("split.not_before", gettext_noop("not broken down before {month}"), {"month": Month(since)})
    if until is not None and first > until:
        return Problem("split.not_after", gettext_noop("not broken down after {month}"), {"month": Month(until)})
    if since is not None and first < since:
        return Problem("split.since", gettext_noop("parts only since {month}"), {"month": Month(since)})
    if until is not None and last > until:
        return Problem("split.until", gettext_noop("parts only until {month}"), {"month": Month(until)})
    return None


# --- what may be set ---


def check_spans(line: Line) -> list[Problem]:
    """What is wrong with the months from and until which an indicator is split."""
    found = []
    for breakdown, (since, until) in line.spans.items():
        params: dict[str, Any] = {"name": line.name, "wrong": cut("+".join(breakdown))}
        if breakdown not in line.breakdowns:
            text = gettext_noop("{name} is not split by {wrong}, so it cannot begin or end there.")
            found.append(Problem("split.no_breakdown", text, params, field="breakdowns"))
        elif since is not None and until is not None and until < since:
            text = gettext_noop(
                "{name} cannot be split by {wrong} from {since} until {until}: that ends before it begins."
            )
            months = {"since": Month(since), "until": Month(until)}
            found.append(Problem("split.ends_first", text, params | months, field="breakdowns"))
    return found


def check_retired(dimension: Dimension, offered: Iterable[str] | None = None) -> list[Problem]:
    """What is wrong with its retired categories and with what they became. `offered`: its categories without unknown."""
    categories = [slug for slug in dimension.categories if slug != UNKNOWN] if offered is None else list(offered)
    found = []

    def add(code: str, text: str, slug: str, **params: Any) -> None:
        named = {"category": cut(slug), "dimension": dimension.name}
        found.append(Problem(code, text, named | params, field="categories", value=cut(slug)))

    for slug in dimension.retired:
        if slug == UNKNOWN:
            add("category.unknown_stays", gettext_noop("“Unknown” belongs to every dimension and stays."), slug)
    for slug, heir in dimension.becomes.items():
        params = {"heir": cut(heir)}
        if slug not in dimension.retired:
            add("category.heir_of_the_living", gettext_noop("{category} is not retired, so it cannot become {heir}. "
                "Say on which day it is retired."), slug, **params)  # fmt: skip
        elif not dimension.exclusive:
            add("category.heir_overlaps", gettext_noop("Categories of {dimension} overlap, so what is filed under "
                "{category} cannot be added to {heir}: retire it without a successor."), slug, **params)  # fmt: skip
        elif heir not in categories:
            add("category.heir_unknown", gettext_noop("{category} cannot become {heir}: {dimension} has no such "
                "category."), slug, **params)  # fmt: skip
        elif dimension.heir(slug) in dimension.becomes:
            add("category.heir_in_circles", gettext_noop("{category} cannot become {heir}, which becomes {category} "
                "again."), slug, **params)  # fmt: skip
    return found
