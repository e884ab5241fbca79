"""The only writer of needs and of overlaps that partners want."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Coordination, Need, Place, Population
from activities.rules.cells import latest_expiry
from agenda.models import Strategy
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "need.set": gettext_noop("{by} set the need of {cell}: {amount} {unit} ({source})"),
        "need.removed": gettext_noop("{by} took back the need of {cell} as of {day}"),
        "needs.brought": gettext_noop("{by} brought {count} needs in from a file"),
        "overlap.agreed": gettext_noop("{by} marked {cell} as wanted overlap until {until}: {reason}"),
        "overlap.ended": gettext_noop("{by} ended the wanted overlap of {cell}"),
    }
)


@dataclass(frozen=True, slots=True)
class Where:
    """A cell by its rows."""

    strategy: Strategy
    population: Population
    place: Place

    def __str__(self):
        return f"{self.strategy.title} × {self.population.name} × {self.place.name}"

    @property
    def row(self) -> str:
        """The name by which changes and the ledger know it."""
        return f"activities.cell:{self.strategy.pk}-{self.population.pk}-{self.place.pk}"

    @property
    def fields(self) -> dict:
        return {"strategy": self.strategy, "population": self.population, "place": self.place}


@dataclass(frozen=True, slots=True)
class Said:
    """What is needed of a cell a year, from a source, as of a day."""

    where: Where
    amount: Decimal
    unit: str
    source: str
    as_of: date
    source_url: str = ""


@transaction.atomic
def set_need(*, initiative: Initiative, said: Said, by: Membership | None) -> Need:
    """Say what a cell needs; the same day's need is replaced. Raises `Refused` without a source or a unit."""
    _lock(initiative)
    row, _has_changed = _put(initiative, said, by)
    _record("need.set", initiative, said.where, by, amount=f"{said.amount:f}", unit=said.unit, source=said.source)
    return row


@transaction.atomic
def bring_in(*, initiative: Initiative, rows: Iterable[Said], by: Membership | None) -> int:
    """Set many needs at once, all or nothing; returns how many are new or different."""
    _lock(initiative)
    count = sum(_put(initiative, said, by)[1] for said in rows)
    if count:
        changes.record("needs.brought", on="activities.need", by=by, initiative=initiative, count=count)
    return count


@transaction.atomic
def remove_need(*, need: Need, by: Membership) -> None:
    """Take a need back: what was said before it holds again, or nobody knows."""
    row = Need.objects.select_for_update(of=("self",)).select_related("strategy", "population", "place").get(pk=need.pk)
    where = Where(row.strategy, row.population, row.place)
    _record("need.removed", row.initiative, where, by, day=row.as_of.isoformat())
    row.delete()


@transaction.atomic
def agree(*, initiative: Initiative, where: Where, reason: str, expires_on: date, today: date, by: Membership):
    """Mark an overlap as wanted, with the reason, until a day that is twelve months away at the most. One that lapsed is
    ended and followed by the new one. Raises `Refused`."""
    if not reason.strip():
        raise Refused(Problem("overlap.no_reason", gettext_noop("Say why this overlap is wanted."), field="reason"))
    if not today < expires_on <= latest_expiry(today):
        sentence = gettext_noop(
            "Choose a day after today and at most twelve months away, so that somebody looks again."
        )
        raise Refused(Problem("overlap.expiry", sentence, field="expires_on", value=expires_on.isoformat()))
    _lock(initiative)
    open_ones = Coordination.objects.filter(initiative=initiative, ended_on=None, **where.fields)
    open_ones.filter(expires_on__lte=today).update(ended_on=today)
    row = Coordination(
        initiative=initiative, reason=reason.strip(), since=today, expires_on=expires_on, by=by, **where.fields
    )
    checked(row).save(force_insert=True)
    _record("overlap.agreed", initiative, where, by, reason=row.reason, until=expires_on.isoformat())
    return row


@transaction.atomic
def bring_in_overlap(
    *, initiative: Initiative, where: Where, reason: str, since: date, expires_on: date, ended_on: date | None
) -> bool:
    """A wanted overlap as a file says it, known again by its cell and first day; answers whether it is new or different.
    Raises `Refused` when it goes on for longer than a year."""
    if not since < expires_on <= latest_expiry(since):
        sentence = gettext_noop("A wanted overlap ends after its first day, and at most twelve months after it.")
        raise Refused(Problem("overlap.expiry", sentence, field="until", value=expires_on.isoformat()))
    _lock(initiative)
    rows = Coordination.objects.select_for_update(of=("self",)).filter(
        initiative=initiative, since=since, **where.fields
    )
    row = rows.order_by("pk").last() or Coordination(initiative=initiative, since=since, **where.fields)
    before = (row.reason, row.expires_on, row.ended_on)
    row.reason, row.expires_on, row.ended_on = reason.strip(), expires_on, ended_on
    is_new = row.pk is None
    if not is_new and before == (row.reason, row.expires_on, row.ended_on):
        return False
    checked(row).save()
    if is_new:
        _record("overlap.agreed", initiative, where, None, reason=row.reason, until=expires_on.isoformat())
    return True


@transaction.atomic
def end_overlap(*, overlap: Coordination, today: date, by: Membership) -> Coordination:
    """End a wanted overlap before it lapses; from today on it counts no more."""
    rows = Coordination.objects.select_for_update(of=("self",)).select_related("strategy", "population", "place")
    row = rows.get(pk=overlap.pk)
    if row.ended_on is None:
        row.ended_on = today
        row.save(update_fields=["ended_on"])
        _record("overlap.ended", row.initiative, Where(row.strategy, row.population, row.place), by)
    return row


def _lock(initiative: Initiative) -> None:
    """One at a time may say what an initiative's cells need, or two could say it twice."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)


def _put(initiative: Initiative, said: Said, by: Membership | None) -> tuple[Need, bool]:
    where = said.where.fields
    row = Need.objects.select_for_update().filter(initiative=initiative, as_of=said.as_of, **where).first()
    row = row or Need(initiative=initiative, as_of=said.as_of, **where)
    before = (row.amount, row.unit, row.source, row.source_url)
    row.amount, row.unit = said.amount, said.unit.strip()
    row.source, row.source_url = said.source.strip(), said.source_url.strip()
    has_changed = row.pk is None or before != (row.amount, row.unit, row.source, row.source_url)
    if has_changed:
        row.by = by
        checked(row).save()
    return row, has_changed


def _record(verb: str, initiative: Initiative, where: Where, by: Membership | None, **facts: str) -> None:
    changes.record(verb, on=where.row, by=by, initiative=initiative, cell=str(where), **facts)
