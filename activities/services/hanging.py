"""What hangs on activities: tags with shares, indicators, parts of partners, milestones, money. Rows that stay keep their
ids, for what is known by them elsewhere; the number of statements does not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import models

from activities.models import (
    ActivityIndicator,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Funding,
    Milestone,
)
from activities.rules.said import ActivitySaid
from activities.selectors.written import Known

AT_A_TIME = 1000
Wanted = Mapping[tuple, Mapping[str, Any]]


def put_hanging(wanted: Collection[tuple[int, ActivitySaid]], names: Known) -> None:
    """Make what hangs on these activities (by id) say what is said; all names are known, all shares settled."""
    pks = [pk for pk, _ in wanted]
    for model, tag, field, ids in (
        (ActivityStrategy, "strategy_id", "strategies", names.strategies),
        (ActivityPopulation, "population_id", "populations", names.populations),
        (ActivityPlace, "place_id", "places", names.places),
    ):
        said = {(pk, ids[name]): {"share": share} for pk, one in wanted for name, share in getattr(one, field).items()}
        _put(model, pks, (tag,), said)
    said = {(pk, names.indicators[name]): {} for pk, one in wanted for name in one.indicators}
    _put(ActivityIndicator, pks, ("indicator_id",), said)
    _put(Commitment, pks, ("partner_id",), _parts(wanted, names), last=lambda fields: fields["part"] == "leads")
    _put(Milestone, pks, ("title",), _steps(wanted, names))
    _put(Funding, pks, ("funder", "starts_on"), _money(wanted))


def _parts(wanted: Iterable[tuple[int, ActivitySaid]], names: Known) -> Wanted:
    return {
        (pk, names.partners[part.partner]): {
            "part": part.part,
            "promise": part.promise,
            "owner_id": names.people.get(part.owner.lower()),
            "due_on": part.due_on,
            "done_on": part.done_on,
        }
        for pk, one in wanted
        for part in one.parts
    }


def _steps(wanted: Iterable[tuple[int, ActivitySaid]], names: Known) -> Wanted:
    return {
        (pk, step.title): {
            "due_on": step.due_on,
            "partner_id": names.partners.get(step.partner),
            "owner_id": names.people.get(step.owner.lower()),
            "done_on": step.done_on,
        }
        for pk, one in wanted
        for step in one.steps
    }


def _money(wanted: Iterable[tuple[int, ActivitySaid]]) -> Wanted:
    return {
        (pk, money.funder, money.starts_on): {
            "amount": money.amount,
            "currency": money.currency,
            "ends_on": money.ends_on,
        }
        for pk, one in wanted
        for money in one.money
    }


def _put(
    model: type[models.Model],
    activities: Collection[int],
    key: tuple[str, ...],
    said: Wanted,
    last: Callable[[Mapping[str, Any]], bool] = lambda fields: False,
) -> None:
    """Rows of these activities by (activity, *key): taken out, changed, made. `last` are changed after all others, where
    the database lets only one row of an activity be so."""
    rows = {}
    gone = []
    for row in model._default_manager.filter(activity__in=activities):
        name = (row.activity_id, *(getattr(row, part) for part in key))  # type: ignore[attr-defined]
        if name in said:
            rows[name] = row
        else:
            gone.append(row.pk)
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    changed = []
    for name, row in rows.items():
        if any(getattr(row, field) != value for field, value in said[name].items()):
            for field, value in said[name].items():
                setattr(row, field, value)
            changed.append((row, said[name]))
    fields = [field.removesuffix("_id") for field in next(iter(said.values()), {})]
    for is_last in (False, True):
        some = [row for row, values in changed if last(values) == is_last]
        if some:
            model._default_manager.bulk_update(some, fields, batch_size=AT_A_TIME)
    new = [
        model(activity_id=name[0], **dict(zip(key, name[1:], strict=True)), **values)
        for name, values in said.items()
        if name not in rows
    ]
    model._default_manager.bulk_create(new, batch_size=AT_A_TIME)
