"""The register as tables in files, in the columns that an import reads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from activities.columns import TABLES
from activities.rules.said import ActivitySaid
from activities.rules.shares import is_even
from backbone import tabular

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "xlsx")
Rows = Iterator[tuple[Any, ...]]


def activity_rows(said: Iterable[ActivitySaid], with_people: bool) -> Rows:
    for one in said:
        yield (
            one.slug, one.name, one.description, one.service_type, one.status, one.starts_on, one.ends_on, one.capacity,
            one.capacity_unit, one.url, tags(one.strategies), tags(one.populations), tags(one.places),
            "; ".join(one.indicators), "; ".join(f"{part.partner}={part.part}" for part in one.parts), one.source,
            one.source_key,
        )  # fmt: skip


def part_rows(said: Iterable[ActivitySaid], with_people: bool) -> Rows:
    for one in said:
        for part in one.parts:
            owner = part.owner if with_people else ""
            yield one.slug, part.partner, part.part, part.promise, owner, part.due_on, part.done_on


def step_rows(said: Iterable[ActivitySaid], with_people: bool) -> Rows:
    for one in said:
        for step in one.steps:
            yield one.slug, step.title, step.due_on, step.partner, step.owner if with_people else "", step.done_on


def money_rows(said: Iterable[ActivitySaid], with_people: bool) -> Rows:
    for one in said:
        for money in one.money:
            yield one.slug, money.funder, money.amount, money.currency, money.starts_on, money.ends_on


ROWS: dict[str, Callable[[Iterable[ActivitySaid], bool], Rows]] = {
    "activities": activity_rows, "partners": part_rows, "milestones": step_rows, "money": money_rows,
}  # fmt: skip


def written(table: str, form: str, said: Iterable[ActivitySaid], *, with_people: bool) -> bytes:
    """One table as CSV or XLSX. `with_people`: who sees to what is in it, by e-mail. Raises Refused for what a workbook
    cannot hold."""
    rows = ROWS[table](said, with_people)
    if form == "csv":
        return b"".join(tabular.write_csv(rows, TABLES[table], for_excel=True))
    file = io.BytesIO()
    tabular.write_xlsx(file, rows, TABLES[table], sheet=table)
    return file.getvalue()


def tags(shares: dict[str, Decimal] | Any) -> str:
    """Tags in one cell, with their shares where these are not even: “east; west”, or “east=0.7; west=0.3”."""
    if is_even(shares):
        return "; ".join(shares)
    return "; ".join(f"{tag}={share.normalize():f}" for tag, share in shares.items())
