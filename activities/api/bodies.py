"""What a caller sends of an activity, as it is said: each value settled, or refused at its place in the body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from activities.models.handoffs import LONGEST
from activities.rules.said import ActivitySaid, MoneySaid, PartSaid, StepSaid
from activities.rules.shares import settle
from backbone import tabular
from backbone.api.bodies import only
from backbone.problems import Problem, Refused, cut, gettext_noop

FIELDS = (
    "name", "description", "kind", "status", "starts_on", "ends_on", "capacity", "unit", "url", "source", "source_key",
    "strategies", "populations", "places", "indicators", "partners", "milestones", "money",
)  # fmt: skip
READ_ONLY = ("slug", "standing")
MOST = 1_000  # in any list of a body


def said_by(slug: str, raw: Any, strategy: Callable[[str], str]) -> ActivitySaid:
    """The activity that a body says. `strategy` completes the name of one that is named by its second half. Raises
    `Refused`, `Problem.field` naming the place in the body."""
    body = only(raw, FIELDS, READ_ONLY)
    read = _Reader()
    said = ActivitySaid(
        slug=slug,
        name=read.text(body, "name"),
        description=read.text(body, "description", lines=True, limit=4000),
        service_type=read.text(body, "kind"),
        status=read.text(body, "status") or "planned",
        starts_on=read.day(body, "starts_on"),
        ends_on=read.day(body, "ends_on"),
        capacity=read.number(body, "capacity"),
        capacity_unit=read.text(body, "unit"),
        url=read.text(body, "url"),
        source=read.text(body, "source"),
        source_key=read.text(body, "source_key"),
        strategies=read.shares(body, "strategies", strategy),
        populations=read.shares(body, "populations"),
        places=read.shares(body, "places"),
        indicators=read.words(body, "indicators"),
        parts=tuple(read.each(body, "partners", read.part)),
        steps=tuple(read.each(body, "milestones", read.step)),
        money=tuple(read.each(body, "money", read.money)),
    )
    if read.problems:
        raise Refused(*read.problems)
    return said


def hand_off_said(raw: Any) -> dict[str, Any]:
    """What a body agrees on for a hand-off. Raises `Refused`."""
    body, read = only(raw, ("what", "promised_days"), ("giver", "taker", "actual_days", "deliveries")), _Reader()
    days = body.get("promised_days")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST):
        sentence = gettext_noop("“{name}” is a whole number from {lowest} to {highest}.")
        params = {"name": "promised_days", "lowest": 0, "highest": LONGEST}
        read.problems.append(Problem("number.invalid", sentence, params, field="promised_days", value=cut(days)))
    said = {"what": read.text(body, "what", limit=200), "promised_days": days}
    return _sound(read, said)


def delivery_said(raw: Any) -> dict[str, Any]:
    """What a body says of something that was asked for. Raises `Refused`."""
    body, read = only(raw, ("came_on", "note"), ("asked_on",)), _Reader()
    return _sound(read, {"came_on": read.day(body, "came_on"), "note": read.text(body, "note")})


def _sound(read: _Reader, said: dict[str, Any]) -> dict[str, Any]:
    if read.problems:
        raise Refused(*read.problems)
    return said


class _Reader:
    """Reads values of a body, noting what is wrong with each at its place."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.place = ""

    def _note(self, name: str, problem: Problem) -> None:
        self.problems.append(problem.at(field=f"{self.place}{name}"))

    def text(self, body: Mapping[str, Any], name: str, *, lines: bool = False, limit: int = 300) -> str:
        raw = body.get(name)
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self._note(name, Problem("text.wrong", gettext_noop("“{name}” is a text."), {"name": name}, value=cut(raw)))
            return ""
        value, problem = (tabular.text if lines else tabular.name)(raw, limit)
        if problem is not None:
            self._note(name, problem)
        return value

    def day(self, body: Mapping[str, Any], name: str) -> date | None:
        raw = body.get(name)
        if raw is None:
            return None
        try:
            return date.fromisoformat(raw)
        except (TypeError, ValueError):
            sentence = gettext_noop("“{name}” is a day, written as in 2026-10-31.")
            self._note(name, Problem("date.invalid", sentence, {"name": name}, value=cut(raw)))
            return None

    def number(self, body: Mapping[str, Any], name: str) -> Decimal | None:
        raw = body.get(name)
        if raw is None:
            return None
        value, problem = (None, None) if isinstance(raw, bool | list | dict) else tabular.number(raw)
        if not isinstance(value, Decimal):
            sentence = gettext_noop("“{name}” is a number.")
            problem = problem or Problem("number.invalid", sentence, {"name": name}, value=cut(raw))
            self._note(name, problem)
            return None
        return value

    def words(self, body: Mapping[str, Any], name: str) -> tuple[str, ...]:
        return tuple(str(one) for one in self._list(body, name))

    def shares(
        self, body: Mapping[str, Any], name: str, spelled: Callable[[str], str] = lambda tag: tag
    ) -> dict[str, Decimal]:
        given: dict[str, Decimal | None] = {}
        for tag, share in self.each(body, name, self._tag):
            if spelled(tag) in given:
                sentence = gettext_noop("{tag} stands here twice.")
                self._note(name, Problem("tag.twice", sentence, {"tag": cut(tag)}, value=cut(tag)))
            given[spelled(tag)] = share
        settled, problems = settle(given)
        for problem in problems:
            self._note(name, problem)
        return settled

    def each(self, body: Mapping[str, Any], name: str, take: Callable[[Any], Any]) -> list[Any]:
        found = []
        for number, one in enumerate(self._list(body, name)):
            self.place = f"{name}[{number}]."
            try:
                made = take(one)
            except Refused as refused:
                for problem in refused.problems:
                    self._note(problem.field, problem)
                made = None
            self.place = ""
            found += [made] if made is not None else []
        return found

    def _list(self, body: Mapping[str, Any], name: str) -> list[Any]:
        raw = body.get(name)
        if raw is None:
            return []
        if not isinstance(raw, list):
            self._note(name, Problem("list.wrong", gettext_noop("“{name}” is a list."), {"name": name}, value=cut(raw)))
            return []
        if len(raw) > MOST:
            sentence = gettext_noop("“{name}” has {count} things; at most {limit} are taken.")
            params = {"name": name, "count": len(raw), "limit": MOST}
            raise Refused(Problem("body.too_many_items", sentence, params, field=name))
        return raw

    def _tag(self, raw: Any) -> tuple[str, Decimal | None]:
        one = only(raw, ("tag", "share"))
        return self.text(one, "tag"), self.number(one, "share")

    def part(self, raw: Any) -> PartSaid:
        one = only(raw, ("partner", "part", "promise", "owner", "due_on", "done_on"))
        return PartSaid(
            self.text(one, "partner"), self.text(one, "part") or "delivers", self.text(one, "promise"),
            self.text(one, "owner").lower(), self.day(one, "due_on"), self.day(one, "done_on"),
        )  # fmt: skip

    def step(self, raw: Any) -> StepSaid | None:
        one = only(raw, ("title", "due_on", "partner", "owner", "done_on"))
        title, due_on, count = self.text(one, "title"), self.day(one, "due_on"), len(self.problems)
        partner, owner = self.text(one, "partner"), self.text(one, "owner").lower()
        done_on = self.day(one, "done_on")
        if due_on is None and "due_on" not in one:
            self._note("due_on", Problem("step.no_day", gettext_noop("Say by when.")))
        return StepSaid(title, due_on, partner, owner, done_on) if due_on and count <= len(self.problems) else None

    def money(self, raw: Any) -> MoneySaid | None:
        one = only(raw, ("funder", "amount", "currency", "starts_on", "ends_on"))
        amount = self.number(one, "amount")
        if amount is None and one.get("amount") is None:
            self._note("amount", Problem("money.no_amount", gettext_noop("Give the amount.")))
        said = (
            self.text(one, "funder"),
            self.text(one, "currency"),
            self.day(one, "starts_on"),
            self.day(one, "ends_on"),
        )
        return None if amount is None else MoneySaid(said[0], amount, *said[1:])
