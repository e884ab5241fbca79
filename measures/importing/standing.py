"""What stands in the database where an import or a call of the API would write: cells, their words, a conflict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db import connection

from backbone.problems import Month, Problem, cut, gettext_noop
from backbone.tenancy import active_tenant_id
from measures.rules.figures import Entry, shown
from measures.rules.lines import Line
from measures.services import staged
from measures.services.figure_rows import COLUMNS, NOTE_LENGTH, Stored

LineKey = tuple[int, date, int]  # indicator, period, partner


def cells_of(lines: Collection[LineKey]) -> dict[LineKey, dict[str, Stored]]:
    """Every cell of these lines by its category; one statement."""
    found: dict[LineKey, dict[str, Stored]] = defaultdict(dict)
    if not lines:
        return found
    columns = ", ".join(f"f.{name}" for name in COLUMNS)
    indicators, periods, partners = (staged.array(column) for column in zip(*lines, strict=True))
    with staged.in_key_order(len(lines)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.* FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) "  # noqa: S608  names of ours
            "AS k (indicator_id, period, partner_id) "
            f"CROSS JOIN LATERAL (SELECT f.indicator_id, f.period, f.partner_id, f.category, {columns} "
            "FROM measures_figure f WHERE f.tenant_id = %s AND f.indicator_id = k.indicator_id "
            "AND f.period = k.period AND f.partner_id = k.partner_id ORDER BY f.category OFFSET 0) f",
            [indicators, periods, partners, active_tenant_id()],
        )
        for indicator_id, period, partner_id, category, *rest in cursor.fetchall():
            found[indicator_id, period, partner_id][category] = Stored(*rest)
    return found


def totals_of(pairs: Collection[tuple[int, int]]) -> list[tuple[int, date, int, Stored]]:
    """The totals of these (indicator, partner) pairs, oldest first, as (indicator, period, partner, cell)."""
    if not pairs:
        return []
    columns = ", ".join(f"f.{name}" for name in COLUMNS)
    indicators, partners = (staged.array(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.indicator_id, f.period, f.partner_id, {columns} "  # noqa: S608  names of ours
            "FROM unnest(%s::bigint[], %s::bigint[]) AS k (indicator_id, partner_id) "
            "JOIN measures_figure f ON f.tenant_id = %s AND f.indicator_id = k.indicator_id "
            "AND f.partner_id = k.partner_id AND f.category = '' AND f.state IN ('submitted', 'approved') "
            "ORDER BY f.period",
            [indicators, partners, active_tenant_id()],
        )
        return [(i, period, p, Stored(*rest)) for i, period, p, *rest in cursor.fetchall()]


def is_same(before: Stored, entry: Entry) -> bool:
    """Whether an entry says what stands already; no note leaves the one that is there."""
    old = before.entry
    return (old.value, old.numerator, old.denominator, old.weight, old.is_not_collected) == (
        entry.value,
        entry.numerator,
        entry.denominator,
        entry.weight,
        entry.is_not_collected,
    ) and before.note == (entry.reason[:NOTE_LENGTH] or before.note)


def conflict(
    line: Line, partner: str, period: date, before: Entry, after: Entry, *, may_replace: bool = False
) -> Problem:
    """`row.conflict`: the figure that stands there is approved, and is another. `may_replace`: who reads this could."""
    text = gettext_noop("{indicator} of {partner} for {period} is approved as {old}, not {new}.")
    hint = gettext_noop("Ask the backbone team to change it.")
    if may_replace:
        hint = gettext_noop("To change approved figures say so when you send the file, and why.")
    params = {
        "indicator": line.name,
        "partner": partner,
        "period": Month(period),
        "old": words_of(before),
        "new": words_of(after),
    }
    return Problem("row.conflict", text, params, hint=hint, field=line.first_place, value=params["new"])


def words_of(entry: Entry) -> str:
    """A cell as a preview prints it: 300, 18410/21289, 4.5 × 20 (an average and its weight), words, not_collected."""
    if entry.is_not_collected:
        return "not_collected"
    if entry.numerator is not None or entry.denominator is not None:
        return f"{shown(entry.numerator)}/{shown(entry.denominator)}"
    if entry.is_told:
        return cut(entry.reason)
    return shown(entry.value) if entry.weight is None else f"{shown(entry.value)} × {shown(entry.weight)}"
