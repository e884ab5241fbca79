"""What rows of a theory of change would change: new, changed and unchanged nodes and links, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify

from agenda.importing.reading import Files, Raw
from agenda.models import Link, Node
from agenda.rules.arcs import Lag
from agenda.rules.links import LAGS, check_ends, check_lag, lag_of
from agenda.rules.maps import LinkSaid, MapSaid, NodeSaid
from backbone import tabular
from backbone.bundles.marked import SLUG
from backbone.problems import Problem, cut, gettext_noop
from backbone.tabular import nearest
from backbone.tabular.columns import fold

SIGNS = {
    1: ("more", "+", "1", "same", "s", "positive", "more makes more"),
    -1: ("less", "-", "−", "–", "-1", "opposite", "o", "negative", "more makes less"),
}
FARTHEST = 100_000


@dataclass(slots=True)
class Plan:
    """What files would do to a map. `nodes` and `links` are all that they name, as they would stand then; the lists
    say which of them are new or different. With an error nothing is written at all."""

    nodes: dict[str, NodeSaid] = field(default_factory=dict)
    links: dict[tuple[str, str], LinkSaid] = field(default_factory=dict)
    new_nodes: list[NodeSaid] = field(default_factory=list)
    changed_nodes: list[tuple[NodeSaid, NodeSaid]] = field(default_factory=list)
    new_links: list[LinkSaid] = field(default_factory=list)
    changed_links: list[tuple[LinkSaid, LinkSaid]] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)

    @property
    def errors(self) -> list[tuple[str, Problem]]:
        return [(file, problem) for file, problem in self.problems if not problem.is_warning]

    @property
    def has_changes(self) -> bool:
        return bool(self.new_nodes or self.changed_nodes or self.new_links or self.changed_links)


def judge(files: Files, standing: MapSaid, things: Collection[str], today: date) -> Plan:
    """Hold every row against the map as it stands and against each other. `things` are the names that a node may stand
    for, as files spell them."""
    return _Judge(files, standing, things, today).plan()


class _Judge:
    def __init__(self, files: Files, standing: MapSaid, things: Collection[str], today: date):
        self.files, self.things, self.today = files, things, today
        self.standing = {node.slug: node for node in standing.nodes}
        self.links = {link.ends: link for link in standing.links}
        self.by_label: dict[str, str] = {}
        for node in standing.nodes:
            self.by_label.setdefault(fold(node.label), node.slug)
        self.found = Plan(problems=list(files.problems))

    def plan(self) -> Plan:
        seen: dict[str, int] = {}
        for raw in self.files.nodes:
            self._node(raw, seen)
        taken: dict[tuple[str, str], int] = {}
        for raw in self.files.links:
            self._link(raw, taken)
        return self.found

    def _note(self, raw: Raw, problem: Problem, column: str = "") -> None:
        value = problem.value or cut(raw.cells.get(column, ""))
        self.found.problems.append((raw.file, problem.at(row=raw.row, column=column or problem.column, value=value)))

    # --- nodes ---

    def _node(self, raw: Raw, seen: dict[str, int]) -> None:
        label = self._text(raw, "label", 120)
        slug = self._slug_of(raw, label)
        if slug is None:
            return
        if slug in seen:
            sentence = gettext_noop("This node is in row {row} already.")
            self._note(
                raw, Problem("node.twice", sentence, {"row": seen[slug]}), "slug" if "slug" in raw.cells else "label"
            )
            return
        seen[slug] = raw.row
        if "ref" in raw.cells:
            self.by_label[fold(raw.cells["ref"])] = slug
        was = self.standing.get(slug)
        said = was or NodeSaid(slug, label or "", Node.Sort.FACTOR.value)
        fields = {
            "label": label,
            "sort": self._choice(raw, "sort", Node.Sort),
            "words": self._text(raw, "words", 1000),
            "stands_for": self._thing(raw),
            **self._place(raw),
        }
        said = replace(said, **{name: value for name, value in fields.items() if value is not None})
        self.found.nodes[slug] = said
        self.by_label.setdefault(fold(said.label), slug)
        if was is None:
            self.found.new_nodes.append(said)
        elif was != said:
            self.found.changed_nodes.append((was, said))

    def _slug_of(self, raw: Raw, label: str | None) -> str | None:
        """The short name that a row gives, that the node of its label has, or that its label makes; None when noted."""
        given = raw.cells.get("slug")
        if given is not None:
            slug = str(given).strip()
            if SLUG.fullmatch(slug) and len(slug) <= 50:
                if label is None and slug not in self.standing and "label" not in raw.cells:
                    self._note(raw, Problem("node.no_label", gettext_noop("A new node needs a label.")), "label")
                    return None
                return slug
            made = _short(slug)
            if not made:
                sentence = gettext_noop("“{value}” is no short name: use up to 50 small letters, digits and hyphens.")
                self._note(raw, Problem("node.slug", sentence, {"value": cut(slug)}), "slug")
                return None
            self.by_label.setdefault(fold(slug), made)  # links of the same file name it as it is spelled there
            return made
        if label is None:
            if "label" not in raw.cells:
                self._note(raw, Problem("node.no_label", gettext_noop("A node needs a label.")), "label")
            return None
        known = self.by_label.get(fold(label))
        if known is not None:
            return known
        made = _short(label)
        if not made:
            sentence = gettext_noop("No short name can be made from “{value}”: give one in the column slug.")
            self._note(raw, Problem("node.slug", sentence, {"value": cut(label)}), "label")
            return None
        number, slug = 2, made
        while slug in self.standing or slug in self.found.nodes:
            slug, number = f"{made[:47].rstrip('-')}-{number}", number + 1
        return slug

    def _thing(self, raw: Raw) -> str | None:
        given = raw.cells.get("stands_for")
        if given is None or str(given).strip() in self.things:
            return None if given is None else str(given).strip()
        sentence = gettext_noop("There is no “{value}” here for a node to stand for.")
        near = nearest(given, self.things, 1)
        if near:
            sentence = gettext_noop("There is no “{value}” here for a node to stand for. Did you mean “{nearest}”?")
        self._note(
            raw, Problem("node.stands_for", sentence, {"value": cut(given), "nearest": (near or [""])[0]}), "stands_for"
        )
        return None

    def _place(self, raw: Raw) -> dict[str, float | None]:
        said = {name: self._number(raw, name) for name in ("x", "y") if name in raw.cells}
        if len(said) == 1:
            self._note(
                raw, Problem("node.half_placed", gettext_noop("Give both x and y, or neither.")), next(iter(said))
            )
            return {}
        return said

    def _number(self, raw: Raw, name: str) -> float | None:
        try:
            value = Decimal(str(raw.cells[name]).strip())
            if value.is_finite() and abs(value) <= FARTHEST:
                return float(round(value, 1))
        except InvalidOperation:
            pass
        sentence = gettext_noop("“{value}” is no place: write a number from -{limit} to {limit}.")
        params = {"value": cut(raw.cells[name]), "limit": FARTHEST}
        self._note(raw, Problem("node.place", sentence, params), name)
        return None

    # --- links ---

    def _link(self, raw: Raw, taken: dict[tuple[str, str], int]) -> None:
        source, target = self._end(raw, "from"), self._end(raw, "to")
        if source is None or target is None:
            return
        for problem in check_ends(source, target):
            self._note(raw, problem, "to")
            return
        if (source, target) in taken:
            sentence = gettext_noop("This link is in row {row} already.")
            self._note(raw, Problem("link.twice_in_file", sentence, {"row": taken[source, target]}), "to")
            return
        taken[source, target] = raw.row
        was = self.links.get((source, target))
        said = was or LinkSaid(source, target, 1)
        fields: dict[str, Any] = {
            "sign": self._sign(raw, is_new=was is None),
            "evidence": self._choice(raw, "evidence", Link.Evidence),
            "words": self._text(raw, "words", 1000),
            "reference": self._text(raw, "reference", 300),
            "lag": self._lag(raw, was.lag if was else None),
        }
        confirmed = self._day(raw)
        if confirmed is not None and (said.confirmed_on is None or said.confirmed_on < confirmed):
            fields |= {"confirmed_on": confirmed, "confirmed_by": ""}
        said = replace(said, **{name: value for name, value in fields.items() if value is not None})
        self.found.links[said.ends] = said
        if was is None:
            self.found.new_links.append(said)
        elif was != said:
            self.found.changed_links.append((was, said))

    def _end(self, raw: Raw, column: str) -> str | None:
        """The short name of the node that a cell names, by its short name or its label; None when noted."""
        given = raw.cells.get(column)
        if given is None:
            sentence = gettext_noop("A link needs both its ends: “{column}” is blank.")
            self._note(raw, Problem("link.no_end", sentence, {"column": column}), column)
            return None
        name = str(given).strip()
        if name in self.standing or name in self.found.nodes:
            return name
        if fold(name) in self.by_label:
            return self.by_label[fold(name)]
        labels = [node.label for node in (*self.standing.values(), *self.found.nodes.values())]
        near = nearest(name, labels, 1)
        sentence = gettext_noop("There is no node “{value}”, neither on the map nor in these files.")
        if near:
            sentence = gettext_noop(
                "There is no node “{value}”, neither on the map nor in these files. Did you mean “{nearest}”?"
            )
        self._note(
            raw, Problem("link.unknown_node", sentence, {"value": cut(name), "nearest": (near or [""])[0]}), column
        )
        return None

    def _sign(self, raw: Raw, *, is_new: bool) -> int | None:
        given = raw.cells.get("sign")
        if given is None:
            if is_new:
                sentence = gettext_noop("No sign is given: it is taken for “more makes more”.")
                self._note(raw, Problem("link.no_sign", sentence, is_warning=True), "sign")
            return None
        word = str(given).strip().casefold()
        for sign, spellings in SIGNS.items():
            if word in spellings:
                return sign
        sentence = gettext_noop("“{value}” is no sign: write more (or +) or less (or -).")
        self._note(raw, Problem("link.sign", sentence, {"value": cut(given)}), "sign")
        return None

    def _lag(self, raw: Raw, was: Lag | None) -> Lag | None:
        """The lag of a row; a blank month is the one that stands."""
        if not any(name in raw.cells for name in LAGS):
            return None
        months: dict[str, int | None] = dict(zip(LAGS, was or (None, None, None), strict=True))
        for name in LAGS:
            if name in raw.cells:
                text = str(raw.cells[name]).strip().removesuffix(".0")
                if not (text.isascii() and text.isdecimal() and len(text) < 9):
                    sentence = gettext_noop("“{value}” is no number of months: write a whole number.")
                    self._note(raw, Problem("lag.not_whole", sentence, {"value": cut(text)}), name)
                    return None
                months[name] = int(text)
        problems = check_lag(months["least"], months["likely"], months["most"])
        for problem in problems:
            self._note(raw, problem, problem.field)
        return None if problems else lag_of(months["least"], months["likely"], months["most"])

    def _day(self, raw: Raw) -> date | None:
        given = raw.cells.get("confirmed_on")
        if given is None:
            return None
        value, problem = tabular.day(given)
        if problem is None and value is not None and value > self.today:
            problem = Problem(
                "link.confirmed_ahead", gettext_noop("Nobody can have confirmed it yet: that day is to come.")
            )
        if problem is not None:
            self._note(raw, problem, "confirmed_on")
            return None
        return value

    # --- both ---

    def _text(self, raw: Raw, column: str, limit: int) -> str | None:
        if column not in raw.cells:
            return None
        given = raw.cells[column]
        value, problem = (tabular.name if column == "label" else tabular.text)(
            given if isinstance(given, str) else str(given), limit
        )
        if problem is not None:
            self._note(raw, problem, column)
            return None
        return value or None

    def _choice(self, raw: Raw, column: str, choices: Any) -> str | None:
        """The stored word of a choice, given as that or as a reader sees it."""
        given = raw.cells.get(column)
        if given is None:
            return None
        words: Mapping[str, str] = {fold(slug): slug for slug in choices.values} | {
            fold(label): slug for slug, label in choices.choices
        }
        if fold(given) in words:
            return words[fold(given)]
        sentence = gettext_noop("There is no “{value}” in the column {column}. There are: {known}.")
        params = {"value": cut(given), "column": column, "known": ", ".join(choices.values)}
        self._note(raw, Problem("map.unknown_word", sentence, params), column)
        return None


def _short(label: str) -> str:
    return slugify(label).replace("_", "-")[:50].strip("-")
