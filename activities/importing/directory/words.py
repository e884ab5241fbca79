"""The words of a directory against those that are known here: found by name, made anew, or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activities.rules.plaintext import line
from backbone.forms.slugs import short_name
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.columns import fold

NAME_LENGTH = 120
MOST_NEW = 1_000  # words of one vocabulary: beyond that a column is no list of words that anybody tags with


@dataclass(slots=True)
class Words:
    """One vocabulary: `known` by folded name or short name; `new` are those to be made, by folded name; `makes` says
    whether any are made at all, `left_out` how often each was not; `asked_in` is the input that asks for its column."""

    asked_in: str
    known: dict[str, str]
    makes: bool
    name_length: int = NAME_LENGTH
    prefix: str = ""  # of short names that are made
    new: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)  # as they are kept, by how they are spelt

    def find(self, text: str) -> str | None:
        """The short name for a word as the directory spells it; None when it is left out. Raises Refused where more would
        be made than anybody could tag with."""
        name = self.names.get(text)
        if name is None:
            name = line(text)
            name = name if len(name) <= self.name_length else name[: self.name_length - 1] + "…"
            self.names[text] = name
        if not name:
            return None
        key = fold(name)
        slug = self.known.get(key)
        if slug is None and self.makes:
            slug = self._made(name, key)
        if slug is None:
            self.left_out[name] += 1
            return None
        self.used[slug] += 1
        return slug

    def _made(self, name: str, key: str) -> str | None:
        base = short_name(name)
        if not base:
            return None
        if len(self.new) >= MOST_NEW:
            sentence = gettext_noop(
                "More than {limit} new words stand in it, which are no list. Choose another column, or leave it out."
            )
            raise Refused(Problem("directory.too_many_words", sentence, {"limit": MOST_NEW}, field=self.asked_in))
        slug, number = self.prefix + base, 2
        while slug in self.taken:
            slug, number = f"{self.prefix}{base[:46].rstrip('-')}-{number}", number + 1
        self.taken.add(slug)
        self.new[key] = {"slug": slug, "name": name, "parent": ""}
        self.known[key] = slug
        return slug


def words_of(
    asked_in: str, known: Mapping[str, str], *, makes: bool, name_length: int = NAME_LENGTH, prefix: str = ""
) -> Words:
    """A vocabulary from {short name: name}. Either is found; a name goes before another's short name."""
    by_name = {fold(slug): slug for slug in known} | {fold(name): slug for slug, name in known.items()}
    return Words(asked_in, by_name, makes, name_length, prefix, taken=set(known))
