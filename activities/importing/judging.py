"""What tables of the register would change: new, different and unchanged activities, and what is wrong with each row.

Look-ups are made once, every row is judged before anything is written, and what a row leaves blank stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from activities.importing.cells import listed, parts, shares
from activities.importing.reading import Files, Raw
from activities.rules.said import PARTS, STATUSES, ActivitySaid, MoneySaid, PartSaid, StepSaid
from activities.selectors.written import Known
from activities.services.register import refuse_wrong
from backbone import tabular
from backbone.forms.slugs import short_name
from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular import DateFormat, NumberFormat, nearest
from backbone.tabular.dates import ISO

FIELDS = {"kind": "service_type", "unit": "capacity_unit"}
COLUMNS = {name: column for column, name in FIELDS.items()} | {"parts": "partners", "steps": "title", "money": "amount"}


@dataclass(slots=True)
class Plan:
    """What files would do. `changed` are (before, after, names of fields); with an error nothing is written at all."""

    new: list[ActivitySaid] = field(default_factory=list)
    changed: list[tuple[ActivitySaid, ActivitySaid, list[str]]] = field(default_factory=list)
    unchanged: int = 0
    problems: list[tuple[str, Problem]] = field(default_factory=list)

    @property
    def errors(self) -> list[tuple[str, Problem]]:
        return [one for one in self.problems if not one[1].is_warning]

    @property
    def warnings(self) -> list[tuple[str, Problem]]:
        return [one for one in self.problems if one[1].is_warning]

    @property
    def activities(self) -> list[ActivitySaid]:
        """All that would be written."""
        return [*self.new, *(after for _before, after, _fields in self.changed)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What rows are held against: the register as it stands, what may be named, whose activities may be changed (None:
    everybody's), and how numbers and days are written here."""

    standing: Mapping[str, ActivitySaid]
    names: Known
    own: frozenset[str] | None = None
    numbers: NumberFormat = tabular.PLAIN
    dates: DateFormat = ISO


def judge(files: Files, desk: Desk) -> Plan:
    return _Judge(files, desk).plan()


class _Judge:
    def __init__(self, files: Files, desk: Desk):
        self.files, self.desk = files, desk
        self.found = Plan(problems=list(files.problems))
        self.said: dict[str, ActivitySaid] = {}
        self.rows: dict[str, Raw] = {}
        self.names: dict[str, str] = {}
        for one in desk.standing.values():
            self.names.setdefault(one.name.casefold(), one.slug)

    def plan(self) -> Plan:
        for raw in self.files.rows["activities"]:
            self._activity(raw)
        seen: dict[tuple, int] = {}
        for sort, take in (("partners", self._part), ("milestones", self._step), ("money", self._money)):
            for raw in self.files.rows[sort]:
                self._hang(raw, sort, take, seen)
        for slug, said in self.said.items():
            self._settle(slug, said.in_order())
        return self.found

    def _note(self, raw: Raw, problem: Problem | None, column: str = "") -> None:
        if problem is not None:
            value = problem.value or cut(raw.cells.get(column, ""))
            self.found.problems.append((raw.file, problem.at(row=raw.row, column=column, value=value)))

    # --- activities ---

    def _activity(self, raw: Raw) -> None:
        name = self._text(raw, "name", 200)
        slug = self._slug(raw, name)
        if slug is None:
            return
        if slug in self.rows:
            sentence = gettext_noop("This activity is in row {row} already.")
            self._note(raw, Problem("activity.twice", sentence, {"row": self.rows[slug].row}), "slug")
            return
        self.rows[slug] = raw
        known = self.desk.names
        values: dict[str, Any] = {
            "name": name,
            "description": self._text(raw, "description", 4000, lines=True),
            "service_type": self._text(raw, "kind", 50),
            "status": self._status(raw),
            "starts_on": self._day(raw, "starts_on"),
            "ends_on": self._day(raw, "ends_on"),
            "capacity": self._number(raw, "capacity"),
            "capacity_unit": self._text(raw, "unit", 40),
            "url": self._text(raw, "url", 300),
            "source": self._text(raw, "source", 80),
            "source_key": self._text(raw, "source_key", 200),
            "strategies": self._shares(raw, "strategies", known.alone),
            "populations": self._shares(raw, "populations", {}),
            "places": self._shares(raw, "places", {}),
        }
        if "indicators" in raw.cells:
            values["indicators"] = tuple(listed(raw.cells["indicators"]))
        said = self.desk.standing.get(slug) or ActivitySaid(slug, "")
        if "partners" in raw.cells:
            wanted, problem = parts(raw.cells["partners"])
            self._note(raw, problem, "partners")
            before = {part.partner: part for part in said.parts}
            values["parts"] = tuple(
                replace(before.get(code) or PartSaid(code), part=part) for code, part in wanted.items()
            )
        self.said[slug] = replace(said, **{key: value for key, value in values.items() if value is not None})

    def _slug(self, raw: Raw, name: str | None) -> str | None:
        """The short name that a row gives, that the activity of its name has, or that its name makes; None when noted."""
        if "slug" in raw.cells:
            given = str(raw.cells["slug"]).strip()
            if given == short_name(given):
                return given
            sentence = gettext_noop("“{value}” is no short name: use up to 50 small letters, digits and hyphens.")
            self._note(raw, Problem("activity.slug", sentence, {"value": cut(given)}), "slug")
            return None
        if name is None:
            if "name" not in raw.cells:
                self._note(raw, Problem("activity.no_name", gettext_noop("Give the activity a name.")), "name")
            return None
        made = self.names.get(name.casefold()) or short_name(name)
        if not made:
            sentence = gettext_noop("No short name can be made from “{value}”: give one in the column slug.")
            self._note(raw, Problem("activity.slug", sentence, {"value": cut(name)}), "name")
        return made or None

    def _status(self, raw: Raw) -> str | None:
        if "status" not in raw.cells:
            return None
        given = str(raw.cells["status"]).strip().casefold()
        if given in STATUSES:
            return given
        sentence = gettext_noop("There is no status “{value}”. There are: {known}.")
        params = {"value": cut(given), "known": ", ".join(STATUSES)}
        self._note(raw, Problem("activity.status", sentence, params), "status")
        return None

    # --- what hangs on them ---

    def _hang(self, raw: Raw, sort: str, take: Callable[[Raw], Any], seen: dict[tuple, int]) -> None:
        slug = str(raw.cells.get("activity", "")).strip()
        said = self.said.get(slug) or self.desk.standing.get(slug)
        if said is None:
            sentence = gettext_noop("There is no activity “{value}”.")
            near = nearest(slug, {*self.desk.standing, *self.said}, 1) if slug else []
            if near:
                sentence = gettext_noop("There is no activity “{value}”. Did you mean “{nearest}”?")
            params = {"value": cut(slug), "nearest": (near or [""])[0]}
            self._note(raw, Problem("activity.unknown", sentence, params), "activity")
            return
        made = take(raw)
        if made is None:
            return
        name, row_key, one, keep = made
        key = (slug, sort, *row_key)
        if key in seen:
            sentence = gettext_noop("This stands in row {row} already.")
            self._note(raw, Problem("row.twice", sentence, {"row": seen[key]}), "activity")
            return
        seen[key] = raw.row
        rows = [before for before in getattr(said, name) if keep(before)]
        same = next((before for before in getattr(said, name) if not keep(before)), None)
        self.rows.setdefault(slug, raw)
        merged = replace(same, **one) if same is not None else _BUILT[name](**one)
        self.said[slug] = replace(said, **{name: (*rows, merged)})

    def _part(self, raw: Raw) -> Any:
        partner = self._text(raw, "partner", 40)
        part = str(raw.cells.get("part", "")).strip()
        if part and part not in PARTS:
            _, problem = parts(f"{partner}={part}")
            self._note(raw, problem, "part")
            return None
        if not partner:
            return None
        values = {
            "partner": partner,
            "part": part or None,
            "promise": self._text(raw, "promise", 300),
            "owner": self._owner(raw),
            "due_on": self._day(raw, "due_on"),
            "done_on": self._day(raw, "done_on"),
        }
        return "parts", (partner,), _said(values), lambda before: before.partner != partner

    def _step(self, raw: Raw) -> Any:
        title, due_on = self._text(raw, "title", 200), self._day(raw, "due_on")
        if not title or due_on is None:
            if title and "due_on" not in raw.cells:
                self._note(raw, Problem("step.no_day", gettext_noop("Say by when: the column due_on.")), "due_on")
            return None
        values = {
            "title": title,
            "due_on": due_on,
            "partner": self._text(raw, "partner", 40),
            "owner": self._owner(raw),
            "done_on": self._day(raw, "done_on"),
        }
        return "steps", (title,), _said(values), lambda before: before.title != title

    def _money(self, raw: Raw) -> Any:
        funder, amount = self._text(raw, "funder", 200), self._number(raw, "amount")
        starts_on = self._day(raw, "starts_on")
        if not funder or amount is None:
            if funder and "amount" not in raw.cells:
                self._note(raw, Problem("money.no_amount", gettext_noop("Give the amount.")), "amount")
            return None
        values = {
            "funder": funder,
            "amount": amount,
            "currency": str(raw.cells.get("currency", "")).strip().upper(),
            "starts_on": starts_on,
            "ends_on": self._day(raw, "ends_on"),
        }
        return (
            "money", (funder, starts_on), _said(values),
            lambda before: (before.funder, before.starts_on) != (funder, starts_on),
        )  # fmt: skip

    # --- cells ---

    def _text(self, raw: Raw, column: str, limit: int, *, lines: bool = False) -> str | None:
        if column not in raw.cells:
            return None
        value, problem = (tabular.text if lines else tabular.name)(raw.cells[column], limit)
        self._note(raw, problem, column)
        return None if problem is not None else value

    def _owner(self, raw: Raw) -> str | None:
        owner = self._text(raw, "owner", 254)
        return owner.lower() if owner else owner

    def _day(self, raw: Raw, column: str) -> date | None:
        if column not in raw.cells:
            return None
        value, problem = tabular.day(raw.cells[column], self.desk.dates)
        self._note(raw, problem, column)
        return value

    def _number(self, raw: Raw, column: str) -> Decimal | None:
        if column not in raw.cells:
            return None
        value, problem = tabular.number(raw.cells[column], self.desk.numbers)
        self._note(raw, problem, column)
        return value if isinstance(value, Decimal) else None

    def _shares(self, raw: Raw, column: str, names: Mapping[str, str]) -> dict[str, Decimal] | None:
        if column not in raw.cells:
            return None
        settled, problem = shares(raw.cells[column], names)
        self._note(raw, problem, column)
        return None if problem is not None else settled

    # --- the whole ---

    def _settle(self, slug: str, said: ActivitySaid) -> None:
        raw, before = self.rows[slug], self.desk.standing.get(slug)
        if before is not None and before == said:
            self.found.unchanged += 1
            return
        for problem in refuse_wrong(said, self.desk.names):
            self._note(raw, problem, COLUMNS.get(problem.field, problem.field))
        own = self.desk.own
        for one in (before, said):
            if own is not None and one is not None and not own & {part.partner for part in one.parts}:
                sentence = gettext_noop("“{name}” is not yours to change: your organization has no part in it.")
                self._note(raw, Problem("activity.not_own", sentence, {"name": cut(one.name)}), "partners")
                break
        if before is None:
            self.found.new.append(said)
        else:
            differ = [one.name for one in fields(said) if getattr(before, one.name) != getattr(said, one.name)]
            self.found.changed.append((before, said, [COLUMNS.get(name, name) for name in differ]))


_BUILT: dict[str, Callable[..., Any]] = {"parts": PartSaid, "steps": StepSaid, "money": MoneySaid}


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says: what it leaves blank is not in it."""
    return {key: value for key, value in values.items() if value is not None}
