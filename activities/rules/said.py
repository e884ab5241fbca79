"""An activity as every door says it: whole, with the short names of what it refers to. What reads and what writes agree on
this alone: form, API, bundle and file make one, and the register's service makes it so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from backbone.problems import Problem, cut, gettext_noop

STATUSES = ("planned", "active", "paused", "ended", "cancelled")
MOST_MONEY = Decimal(10) ** 14
PARTS = ("leads", "delivers", "refers")
MOST_TAGS = 400  # of one sort: so many shares of six decimals still make a whole


@dataclass(frozen=True, slots=True)
class PartSaid:
    """A partner's part: its code, and its promise with who (e-mail) sees to it by when."""

    partner: str
    part: str = "delivers"
    promise: str = ""
    owner: str = ""
    due_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class StepSaid:
    title: str
    due_on: date
    partner: str = ""
    owner: str = ""
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class MoneySaid:
    funder: str
    amount: Decimal
    currency: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActivitySaid:
    """`strategies` by "outcome/strategy", `populations` and `places` by short name, each with its share."""

    slug: str
    name: str
    description: str = ""
    service_type: str = ""
    status: str = "planned"
    starts_on: date | None = None
    ends_on: date | None = None
    capacity: Decimal | None = None
    capacity_unit: str = ""
    url: str = ""
    source: str = ""
    source_key: str = ""
    strategies: Mapping[str, Decimal] = field(default_factory=dict)
    populations: Mapping[str, Decimal] = field(default_factory=dict)
    places: Mapping[str, Decimal] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()
    parts: tuple[PartSaid, ...] = ()
    steps: tuple[StepSaid, ...] = ()
    money: tuple[MoneySaid, ...] = ()

    def in_order(self) -> ActivitySaid:
        """The same, with what stands in lists in the one order, so that two that say the same are equal."""
        return replace(
            self,
            indicators=tuple(sorted(set(self.indicators))),
            parts=tuple(sorted(self.parts, key=lambda one: (PARTS.index(one.part), one.partner))),
            steps=tuple(sorted(self.steps, key=lambda one: (one.due_on, one.title))),
            money=tuple(sorted(self.money, key=lambda one: (one.funder, one.starts_on or date.min))),
        )


def fingerprint(said: ActivitySaid) -> str:
    """What names a state of an activity: who saw one and changes another is told."""
    return hashlib.sha256(repr(said.in_order()).encode()).hexdigest()[:32]


def check(said: ActivitySaid) -> list[Problem]:
    """What is wrong with an activity in itself; `Problem.field` names the input."""
    found = []
    if not said.name.strip():
        found.append(Problem("activity.no_name", gettext_noop("Give the activity a name."), field="name"))
    if said.status not in STATUSES:
        sentence = gettext_noop("There is no status “{value}”. There are: {known}.")
        params = {"value": cut(said.status), "known": ", ".join(STATUSES)}
        found.append(Problem("activity.status", sentence, params, field="status", value=cut(said.status)))
    if said.starts_on and said.ends_on and said.ends_on < said.starts_on:
        found.append(Problem("activity.days", gettext_noop("It ends before it starts."), field="ends_on"))
    if said.status == "active" and said.starts_on is None:
        sentence = gettext_noop("Say since when it is active: the first day.")
        found.append(Problem("activity.no_start", sentence, field="starts_on"))
    if said.capacity is not None and not said.capacity_unit.strip():
        sentence = gettext_noop("Say what the capacity is counted in, such as “places”.")
        found.append(Problem("activity.no_unit", sentence, field="capacity_unit"))
    if said.capacity is not None and said.capacity < 0:
        found.append(Problem("activity.capacity", gettext_noop("A capacity is not below 0."), field="capacity"))
    found += _check_tags(said) + _check_lengths(said)
    return found + _check_parts(said) + _check_steps(said) + _check_money(said)


def _check_tags(said: ActivitySaid) -> list[Problem]:
    sentence = gettext_noop("It has {count} tags of one sort; at most {limit} say anything of it.")
    return [
        Problem("tag.too_many", sentence, {"count": len(tags), "limit": MOST_TAGS}, field=field)
        for field, tags in (("strategies", said.strategies), ("populations", said.populations), ("places", said.places))
        if len(tags) > MOST_TAGS
    ]


def _check_lengths(said: ActivitySaid) -> list[Problem]:
    """Of what hangs on an activity; the columns of the activity itself have their own."""
    found = []
    for where, texts, limit in (
        ("parts", (one.promise for one in said.parts), 300),
        ("steps", (one.title for one in said.steps), 200),
        ("money", (one.funder for one in said.money), 200),
    ):
        for text in texts:
            if len(text) > limit:
                sentence = gettext_noop("“{text}” is longer than {limit} characters.")
                found.append(Problem("text.long", sentence, {"text": cut(text), "limit": limit}, field=where))
            elif not text.strip() and where != "parts":
                sentence = gettext_noop("Name each milestone and each funder.")
                found.append(Problem("text.empty", sentence, field=where))
    return found


def _check_parts(said: ActivitySaid) -> list[Problem]:
    found, seen = [], set()
    for one in said.parts:
        if one.part not in PARTS:
            sentence = gettext_noop("{partner}: there is no part “{value}”. There are: {known}.")
            params = {"partner": cut(one.partner), "value": cut(one.part), "known": ", ".join(PARTS)}
            found.append(Problem("part.unknown", sentence, params, field="parts", value=cut(one.part)))
        if one.partner in seen:
            sentence = gettext_noop("{partner} stands here twice; a partner has one part.")
            found.append(Problem("part.twice", sentence, {"partner": cut(one.partner)}, field="parts"))
        seen.add(one.partner)
    leads = [one.partner for one in said.parts if one.part == "leads"]
    if len(leads) > 1:
        sentence = gettext_noop("{first} and {second} both lead it. One leads; the other co-delivers.")
        found.append(Problem("part.two_leads", sentence, {"first": leads[0], "second": leads[1]}, field="parts"))
    return found


def _check_steps(said: ActivitySaid) -> list[Problem]:
    titles = [one.title.strip() for one in said.steps]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:
        sentence = gettext_noop("There are two milestones “{title}”. Name one of them otherwise.")
        return [Problem("step.twice", sentence, {"title": cut(twice)}, field="steps")]
    return []


def _check_money(said: ActivitySaid) -> list[Problem]:
    found, seen = [], set()
    for one in said.money:
        if not 0 <= one.amount < MOST_MONEY:
            sentence = gettext_noop("{funder}: an amount is from 0 to below 100 trillion.")
            found.append(Problem("money.amount", sentence, {"funder": cut(one.funder)}, field="money"))
        if len(one.currency) != 3 or not one.currency.isascii() or not one.currency.isupper():
            sentence = gettext_noop("{funder}: “{value}” is no currency; write its three letters, as in USD.")
            params = {"funder": cut(one.funder), "value": cut(one.currency)}
            found.append(Problem("money.currency", sentence, params, field="money", value=cut(one.currency)))
        if one.starts_on and one.ends_on and one.ends_on < one.starts_on:
            sentence = gettext_noop("{funder}: it ends before it starts.")
            found.append(Problem("money.days", sentence, {"funder": cut(one.funder)}, field="money"))
        if (one.funder, one.starts_on) in seen:
            sentence = gettext_noop("{funder}: this funder’s money from that day on is there already.")
            found.append(Problem("money.twice", sentence, {"funder": cut(one.funder)}, field="money"))
        seen.add((one.funder, one.starts_on))
    return found
