"""The five conditions, as `backbone` knows them: a few questions that each app answers.

`backbone` shows all five without importing the four above it. Each app registers its `evidence.py` in
`AppConfig.ready()`; `checks.py` fails start-up unless exactly five are there. What is answered with is `answers.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from backbone.answers import (
    Absent,
    Act,
    Attachment,
    Definition,
    DueItem,
    Edition,
    Finding,
    Hit,
    Known,
    Live,
    Moved,
    Option,
    Part,
    Passing,
    Proposed,
    Queue,
    Reading,
    Row,
    Sign,
    Thing,
    Tie,
    Told,
    Used,
)

__all__ = [
    "SLUGS",
    "Absent",
    "Act",
    "Attachment",
    "Condition",
    "Definition",
    "DueItem",
    "Edition",
    "Finding",
    "Hit",
    "Known",
    "Live",
    "Moved",
    "Option",
    "Part",
    "Passing",
    "Proposed",
    "Queue",
    "Reading",
    "Row",
    "Sign",
    "Thing",
    "Tie",
    "Told",
    "Used",
    "absent",
    "arrived",
    "attached",
    "begun",
    "cells_used",
    "due",
    "expected",
    "forget",
    "found",
    "live",
    "passing",
    "proposed",
    "queues",
    "register",
    "registered",
    "settings_changed",
    "signs",
    "things",
    "used",
    "withheld",
]

SLUGS = ("agenda", "measures", "activities", "comms", "backbone")


class Condition:
    """What each of the five answers when asked; a condition overrides what it has something to say about."""

    slug: str

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """Dated evidence about this condition, for condition health."""
        return ()

    def expected(self, initiative) -> Collection[str]:
        """The checks of condition health that make sense in the phase the initiative is in, by their slugs."""
        return ()

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """What shows whether partners still take part, partner by partner."""
        return ()

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """What this person owes now, over all initiatives, soonest first."""
        return ()

    def attached(self, initiative) -> Iterable[Attachment]:
        """What hangs on other conditions' rows of an initiative."""
        return ()

    def things(self, initiative) -> Iterable[Thing]:
        """Its rows of an initiative that a node of the theory of change may stand for, in the order of their pages."""
        return ()

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """The addresses of those of these rows ("agenda.node:3") that are its own and still there."""
        return {}

    def live(self, initiative, names: Collection[str], membership) -> Iterable[Live]:
        """The figures, as they stand now and as this person may see them, of those of these rows that have any."""
        return ()

    def begun(self, initiative_id: int, names: Collection[str]) -> Mapping[str, date]:
        """Since when something is done about these rows ("agenda.strategy:3"), where it was begun at all."""
        return {}

    def ties(self, initiative, as_of: datetime) -> Iterable[Tie]:
        """What ties partners to each other, for the map of the network."""
        return ()

    def absent(self, initiative, as_of: datetime) -> Absent | None:
        """Which partners are missing from what is collected now; None where nobody is asked for anything."""
        return None

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """What is open and worth a meeting's time, the most pressing first."""
        return ()

    def acts(self, initiative, since: datetime, until: datetime) -> Iterable[Act]:
        """Who led in something in a span, for the spread of leadership."""
        return ()

    def cells_used(self, initiative, since: datetime) -> Iterable[tuple[str, str]]:
        """(indicator, category) of what was asked for and used since an instant: "" is the total, "*" all of an indicator."""
        return ()

    def used(self, initiative, partner) -> Iterable[Used]:
        """Where figures that a partner filed were used, the newest first, ten at the most."""
        return ()

    def found(self, initiative, words: str, membership) -> Iterable[Hit]:
        """What a search for these words finds that this person may see, the closest first, twenty at the most."""
        return ()

    def options(self, initiative, grain: str, period: date) -> Iterable[Option]:
        """What may be published of this condition for a span, in the order in which it would stand."""
        return ()

    def published(self, edition: Edition) -> Part:
        """This condition's part of a publication, suppressed for its audience. In a worker."""
        return Part()

    def is_outdated(self, initiative, data: Mapping[str, Any], since: datetime) -> bool:
        """Whether a part that was made at an instant would have to be made anew before it may be published."""
        return False

    def shown(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        """What `templates/<app>/_published.html` needs to show a part, its years beginning in that month."""
        return data

    def printed(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        """What `templates/<app>/_published_print.html` needs to print a part. `contents` in it are the part's headings
        for the table of contents: [(anchor, title, level from 1)].
        """
        return self.shown(data, year_starts)

    def rows(self, data: Mapping[str, Any]) -> Iterable[Row]:
        """Every figure of a part, for files; in the reader's language."""
        return ()

    def definitions(self, data: Mapping[str, Any]) -> Iterable[Definition]:
        """What the figures of a part are of, for files."""
        return ()

    def notes(self, data: Mapping[str, Any]) -> Iterable[str]:
        """What has to be said below the figures of a part, wherever they go: one sentence each."""
        return ()

    def chart(self, data: Mapping[str, Any], slug: str, year_starts: int) -> Mapping[str, Any] | None:
        """What `templates/<app>/_published_chart.html` needs to show the chart of that slug alone, with its numbers,
        coverage and source; None when the part has none. The template is told `is_alone` as well. `spec` in it is the
        chart itself as Vega-Lite, which mails draw."""
        return None

    def charts(self, data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """(slug, name) of each chart of a part that can be shown alone."""
        return ()

    def lines(self, data: Mapping[str, Any]) -> Iterable[str]:
        """A part in a few sentences, the most important first, for a mail."""
        return ()

    def has_moved(self, kept: Mapping[str, Any], since: datetime) -> bool:
        """Whether something behind a part may be another after an instant; `kept` is what the part wanted kept."""
        return False

    def moved(self, edition: Edition, data: Mapping[str, Any]) -> Iterable[Moved]:
        """The figures shown in a part that are others at `edition.as_of`. Of what was hidden nothing is told."""
        return ()

    def moved_words(self, data: Mapping[str, Any], figure: str, before: Any, after: Any) -> tuple[str, str, str]:
        """(what, before, after) of a figure that moved, in the reader's language."""
        return figure, str(before), str(after)

    def queues(self, as_of: datetime) -> Iterable[Queue]:
        """What of the open tenant waits for a machine, by the names in `selectors.stock`; counted, never read."""
        return ()

    def passing(self) -> Iterable[Passing]:
        """What of the open tenant goes when its time is over."""
        return ()

    def demonstrate(self, initiative, open_month: date) -> None:
        """Fill the demonstration's initiative with what is this condition's own, once its figures are in: as if it had
        been at work for months before the one that is being filed. In the tenant's scope; safe to repeat."""

    def evidence_changed(self, initiative, figures: Sequence[str]) -> None:
        """Published figures of these names were restated, in this transaction: tell whoever cites them."""

    def forget(self, membership, email: str) -> None:
        """A person was forgotten, in this transaction: take away what names them, and keep what they filed. `email` is the
        address that they had."""

    def withheld(self, now: datetime) -> Mapping[str, Collection[int]]:
        """By table, the rows of the open tenant that nobody in it may see, and so no archive of it holds either."""
        return {}

    def arrived(self, using: str, now: datetime) -> int:
        """A tenant was brought in from another database, in this transaction and scope: withdraw what waits to leave the
        platform, because its old home sends it. How many rows that were."""
        return 0

    def settings_changed(self, tenant, names: frozenset[str]) -> None:
        """A tenant's settings of these names changed, in this transaction: mend what is built on them."""


_registered: dict[str, Condition] = {}


def register(condition: Condition) -> None:
    """Answer for one of the five conditions; called once, from `AppConfig.ready()`."""
    if condition.slug not in SLUGS:
        raise ValueError(f"“{condition.slug}” is none of the five conditions: {', '.join(SLUGS)}.")
    _registered[condition.slug] = condition


def registered() -> list[Condition]:
    """The five, in the order in which they build on each other: agenda first, the backbone last."""
    return [_registered[slug] for slug in SLUGS if slug in _registered]


def due(membership, as_of: datetime) -> list[DueItem]:
    """What a person owes, over all five conditions, soonest first."""
    items = [item for condition in registered() for item in condition.due(membership, as_of)]
    return sorted(items, key=lambda item: (item.due, item.key))


def proposed(initiative, as_of: datetime, but: Collection[str] = ()) -> list[Proposed]:
    """What is open and worth a meeting's time, over all five conditions `but` these, each row once."""
    found: dict[str, Proposed] = {}
    for condition in (one for one in registered() if one.slug not in but):
        for one in condition.proposed(initiative, as_of):
            found.setdefault(one.about, one)
    return list(found.values())


def absent(initiative, as_of: datetime) -> Absent | None:
    """Which partners are missing from what is collected now, as the condition that collects it says."""
    return next((one for one in (condition.absent(initiative, as_of) for condition in registered()) if one), None)


def cells_used(initiative, since: datetime) -> set[tuple[str, str]]:
    """What of all that is asked for was used since an instant, anywhere."""
    return {cell for condition in registered() for cell in condition.cells_used(initiative, since)}


def used(initiative, partner) -> list[Used]:
    """Where a partner's figures were used, over all five conditions, the newest first."""
    places = [one for condition in registered() for one in condition.used(initiative, partner)]
    return sorted(places, key=lambda one: one.at, reverse=True)


def found(initiative, words: str, membership) -> list[Hit]:
    """What a search finds that this person may see, over all five conditions in their order."""
    return [hit for condition in registered() for hit in condition.found(initiative, words, membership)]


def settings_changed(tenant, names: frozenset[str]) -> None:
    """Tell each condition which of a tenant's settings changed, in the transaction of the change."""
    for condition in registered():
        condition.settings_changed(tenant, names)


def expected(initiative) -> frozenset[str]:
    """The checks of condition health that are to be expected in the phase of an initiative."""
    return frozenset(slug for condition in registered() for slug in condition.expected(initiative))


def signs(initiative, as_of: datetime) -> list[Sign]:
    """What all five know of whether partners still take part."""
    return [sign for condition in registered() for sign in condition.signs(initiative, as_of)]


def queues(as_of: datetime) -> list[Queue]:
    """What of the open tenant waits for a machine, over all five conditions."""
    return [queue for condition in registered() for queue in condition.queues(as_of)]


def passing() -> list[Passing]:
    """What of the open tenant goes when its time is over, over all five conditions."""
    return [one for condition in registered() for one in condition.passing()]


def forget(membership, email: str) -> None:
    """Tell each condition that a person was forgotten, in the transaction of it; `email` is the address that they had."""
    for condition in registered():
        condition.forget(membership, email)


def withheld(now: datetime) -> dict[str, frozenset[int]]:
    """By table, what no archive of the open tenant holds."""
    found: dict[str, frozenset[int]] = {}
    for condition in registered():
        for table, rows in condition.withheld(now).items():
            found[table] = found.get(table, frozenset()) | frozenset(rows)
    return found


def arrived(using: str, now: datetime) -> int:
    """Have each condition withdraw what a tenant that was just brought in would send a second time; how much it was."""
    return sum(condition.arrived(using, now) for condition in registered())


def attached(initiative) -> dict[str, list[Attachment]]:
    """What hangs on the rows of an initiative, by row, from every condition."""
    found: dict[str, list[Attachment]] = {}
    for condition in registered():
        for one in condition.attached(initiative):
            found.setdefault(one.to, []).append(one)
    return found


def begun(initiative_id: int, names: Collection[str]) -> dict[str, date]:
    """Since when something is done about rows of an initiative, the earliest that any condition says; none asks nobody."""
    found: dict[str, date] = {}
    for condition in registered() if names else ():
        for name, day in condition.begun(initiative_id, names).items():
            found[name] = min(day, found.get(name, day))
    return found


def things(initiative) -> list[Thing]:
    """What the nodes of an initiative's theory of change may stand for, of every condition."""
    return [thing for condition in registered() for thing in condition.things(initiative)]


def pages(initiative, names: Collection[str]) -> dict[str, str]:
    """Where rows of an initiative are shown, by row, of every condition; none asks nobody."""
    found: dict[str, str] = {}
    for condition in registered() if names else ():
        found |= condition.pages(initiative, names)
    return found


def numbers_of(names: Collection[str], sort: str) -> list[int]:
    """The numbers of the rows of one sort: 3 and 7 of "agenda.node:3", "agenda.node:7" and whatever else is there."""
    found = (name.removeprefix(f"{sort}:") for name in names if name.startswith(f"{sort}:"))
    return [int(number) for number in found if number.isdecimal()]


def live(initiative, names: Collection[str], membership) -> dict[str, list[Live]]:
    """The figures that this person may see of rows of an initiative, by row, from every condition; none asks nobody."""
    found: dict[str, list[Live]] = {}
    for condition in registered() if names else ():
        for one in condition.live(initiative, names, membership):
            found.setdefault(one.of, []).append(one)
    return found
