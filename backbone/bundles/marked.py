"""YAML in which every value knows its line: what a bundle's parts are read from, and how its mistakes are told.

Scalars are read from their own spelling and never guessed at: a partner called NO stays NO, the category 1 stays "1",
007 keeps its zeros, and 2018-03 is a month. Each `Section` method reads one key, and notes a `Problem` with its line
when the value is not what it should be, so that one run tells everything that is wrong with a file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from backbone.problems import Problem, Refused, Word, cut, gettext_noop
from backbone.tabular import texts
from backbone.tabular.columns import nearest

SIZE_LIMIT = 5_000_000  # bytes; the largest bundle we foresee, a thousand partners and all, is a tenth of this

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-01)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,6})?", re.ASCII)
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}
_NOTHING = {"", "~", "null"}
YEARS = range(1900, 2200)

FOUND = {
    yaml.MappingNode: Word(gettext_noop("a group of keys")),
    yaml.SequenceNode: Word(gettext_noop("a list")),
    yaml.ScalarNode: Word(gettext_noop("a single value")),
}


@dataclass
class Document:
    """A file being read: its name, and everything found wrong with it so far."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def refuse(self) -> None:
        """Raise Refused with all that was noted, in the order of the file; nothing when all is well."""
        if self.problems:
            raise Refused.because(sorted(self.problems, key=lambda problem: problem.row or 0))


def read(content: bytes, name: str) -> Section:
    """The outermost section of a YAML file. Raises Refused when it is not one YAML document of keys and values."""
    document = Document(name)
    if len(content) > SIZE_LIMIT:
        sentence = gettext_noop("The file has {size} bytes; at most {limit} are read.")
        _fail(document, "bundle.too_large", 1, sentence, size=len(content), limit=SIZE_LIMIT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _fail(document, "bundle.encoding", line, gettext_noop("The file is not in UTF-8. Save it as UTF-8."))
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sentence = gettext_noop("There is a control character here. Take it out.")
        _fail(document, "bundle.control", line, sentence)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = gettext_noop("This is not YAML: {reason}.")
        _fail(document, "bundle.not_yaml", mark.line + 1 if mark else 1, sentence, reason=str(error.problem))
    except RecursionError:
        _fail(document, "bundle.not_yaml", 1, gettext_noop("The file is nested too deeply to be a bundle."))
    if not isinstance(node, yaml.MappingNode):
        sentence = gettext_noop("A bundle begins with “backbone: 1”, and this file holds no keys and values.")
        _fail(document, "bundle.empty", 1, sentence)
    return Section(document, node)


def _fail(document: Document, code: str, line: int, sentence: str, **params: Any) -> None:
    document.problems.append(Problem(code, sentence, params, row=line))
    document.refuse()


class Section:
    """A group of keys in the file. `what` names it in messages, once it is known: `indicator “within-4h”`."""

    def __init__(self, document: Document, node: yaml.MappingNode, what: str = ""):
        self.document = document
        self.what = what
        self.line: int = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.note("bundle.key", gettext_noop("A key is a single word here."), line=line)
            elif key.value in self._nodes:
                sentence = gettext_noop("“{key}” stands here twice; it was in line {first} already.")
                self.note("bundle.key_twice", sentence, line=line, key=cut(key.value), first=self._lines[key.value])
            else:
                self._nodes[key.value] = value
                self._lines[key.value] = line

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def line_of(self, key: str) -> int:
        return self._lines.get(key, self.line)

    def note(self, code: str, sentence: str, *, line: int | None = None, key: str = "", **params: Any) -> None:
        """One more thing wrong, at a key's line or the section's own."""
        if key:
            params["key"] = cut(key)
            line = line or self.line_of(key)
        problem = Problem(code, sentence, params, row=line or self.line, column=self.what, field=key)
        self.document.problems.append(problem)

    def note_problem(self, problem: Problem, key: str = "") -> None:
        """A rule's own problem, at this section's place in the file."""
        self.document.problems.append(problem.at(row=self.line_of(key), column=self.what))

    def only(self, *keys: str) -> None:
        """Note every key that does not belong here, with the nearest that does."""
        for key, line in self._lines.items():
            if key in keys:
                continue
            near = nearest(key, keys, 1)
            if near:
                sentence = gettext_noop("There is no “{unknown}” here; did you mean “{nearest}”?")
                self.note("bundle.unknown_key", sentence, line=line, unknown=cut(key), nearest=near[0])
            else:
                sentence = gettext_noop("There is no “{unknown}” here. There are: {known}.")
                self.note("bundle.unknown_key", sentence, line=line, unknown=cut(key), known=", ".join(keys))

    # ------------------------------------------------------------------------------------------- single values

    def raw(self, key: str, *, required: bool = False) -> str | None:
        """A single value as it is spelled; None when left out or nothing (noted when it is required)."""
        node = self._nodes.get(key)
        if isinstance(node, yaml.ScalarNode) and not _is_nothing(node):
            return node.value
        if node is not None and not isinstance(node, yaml.ScalarNode):
            sentence = gettext_noop("“{key}” is to be a single value, not {found}.")
            self.note("bundle.not_a_value", sentence, key=key, found=FOUND[type(node)])
        elif required:
            self.note("bundle.missing", gettext_noop("“{key}” is missing."), key=key)
        return None

    def text(self, key: str, limit: int = 200, *, required: bool = False, lines: bool = False) -> str:
        """Text without invisible signs; "" when left out. One line, unless `lines`."""
        raw = self.raw(key, required=required)
        if raw is None:
            return ""
        value, problem = (texts.text if lines else texts.name)(raw, limit)
        if problem is None and required and not value:
            problem = Problem("bundle.missing", gettext_noop("“{key}” is missing."), {"key": key})
        if problem is not None:
            self.note_problem(problem.at(field=key, value=cut(raw)), key)
        return value

    def slug(self, key: str = "slug", *, required: bool = True) -> str:
        """A short name for addresses and files; "" when it is missing or wrong."""
        raw = self.raw(key, required=required)
        if raw is None:
            return ""
        if SLUG.fullmatch(raw) and len(raw) <= 50:
            return raw
        sentence = gettext_noop("“{value}” is no short name: use up to 50 small letters, digits and hyphens.")
        self.note("bundle.slug", sentence, key=key, value=cut(raw))
        return ""

    def day(self, key: str, *, required: bool = False) -> date | None:
        raw = self.raw(key, required=required)
        if raw is None:
            return None
        found = _day(_DAY.fullmatch(raw.strip()))
        if found is None:
            sentence = gettext_noop("“{key}”: {value} is no day; write it as in 2016-04-01.")
            self.note("bundle.day", sentence, key=key, value=cut(raw))
        return found

    def month(self, key: str, *, required: bool = False) -> date | None:
        """The first day of the month that is spelled 2018-03 or 2018-03-01."""
        raw = self.raw(key, required=required)
        if raw is None:
            return None
        match = _MONTH.fullmatch(raw.strip())
        found = _day((match[1], match[2], "01") if match else None)
        if found is None:
            sentence = gettext_noop("“{key}”: {value} is no month; write it as in 2018-03.")
            self.note("bundle.month", sentence, key=key, value=cut(raw))
        return found

    def whole(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        raw = self.raw(key, required=required)
        if raw is None:
            return None
        if re.fullmatch(r"-?[0-9]{1,9}", raw) and low <= int(raw) <= high:
            return int(raw)
        sentence = gettext_noop("“{key}” is a whole number from {low} to {high}, not {value}.")
        self.note("bundle.whole", sentence, key=key, low=low, high=high, value=cut(raw))
        return None

    def number(self, key: str, *, required: bool = False) -> Decimal | None:
        raw = self.raw(key, required=required)
        if raw is None:
            return None
        try:
            if _NUMBER.fullmatch(raw):
                return Decimal(raw)
        except InvalidOperation:
            pass
        sentence = gettext_noop("“{key}”: {value} is no number; write it as in 1234.5, with at most six decimals.")
        self.note("bundle.number", sentence, key=key, value=cut(raw))
        return None

    def flag(self, key: str) -> bool | None:
        raw = self.raw(key)
        if raw is None:
            return None
        word = raw.lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        self.note("bundle.flag", gettext_noop("“{key}” is true or false, not {value}."), key=key, value=cut(raw))
        return None

    def choice(self, key: str, choices: Collection[str], *, required: bool = False) -> str:
        """One of the choices; "" when left out or wrong."""
        raw = self.raw(key, required=required)
        if raw is None or raw in choices:
            return raw or ""
        self.note_unknown(key, raw, choices)
        return ""

    def note_unknown(self, key: str, value: str, choices: Iterable[str], *, line: int | None = None) -> None:
        """A name that means nothing here, with the nearest that does."""
        known = list(choices)
        near = nearest(value, known, 1)
        if near:
            sentence = gettext_noop("“{key}”: there is no {value}; did you mean “{nearest}”?")
            self.note("bundle.unknown_value", sentence, key=key, line=line, value=cut(value), nearest=near[0])
        else:
            sentence = gettext_noop("“{key}”: there is no {value}. There are: {known}.")
            listed = cut(", ".join(known), 300) or "–"
            self.note("bundle.unknown_value", sentence, key=key, line=line, value=cut(value), known=listed)

    # ------------------------------------------------------------------------------------------- groups and lists

    def section(self, key: str, *, required: bool = False) -> Section | None:
        node = self._nodes.get(key)
        if isinstance(node, yaml.MappingNode):
            return Section(self.document, node, what=key)
        if node is not None and not _is_nothing(node):
            sentence = gettext_noop("“{key}” is to be a group of keys, not {found}.")
            self.note("bundle.not_a_group", sentence, key=key, found=FOUND[type(node)])
        elif required:
            self.note("bundle.missing", gettext_noop("“{key}” is missing."), key=key)
        return None

    def sections(self, key: str) -> list[Section]:
        """The groups in a list; none when the key is left out."""
        found = []
        for node in self._list(key):
            if isinstance(node, yaml.MappingNode):
                found.append(Section(self.document, node))
            else:
                sentence = gettext_noop("In “{key}” each entry is to be a group of keys, not {found}.")
                line = node.start_mark.line + 1
                self.note("bundle.not_a_group", sentence, key=key, line=line, found=FOUND[type(node)])
        return found

    def words(self, key: str) -> list[tuple[str, int]]:
        """The single values in a list, each with its line; a lone value is a list of one."""
        node = self._nodes.get(key)
        if isinstance(node, yaml.ScalarNode):
            return [] if _is_nothing(node) else [(node.value, node.start_mark.line + 1)]
        found = []
        for entry in self._list(key):
            line = entry.start_mark.line + 1
            if isinstance(entry, yaml.ScalarNode) and not _is_nothing(entry):
                found.append((entry.value, line))
            else:
                sentence = gettext_noop("In “{key}” each entry is to be a single value, not {found}.")
                self.note("bundle.not_a_value", sentence, key=key, line=line, found=FOUND[type(entry)])
        return found

    def words_or_sections(self, key: str) -> list[tuple[str, int, Section | None]]:
        """A list whose entries are single values or groups of keys: (the value, its line, the group or None)."""
        node = self._nodes.get(key)
        if not isinstance(node, yaml.SequenceNode) or not any(isinstance(e, yaml.MappingNode) for e in node.value):
            return [(word, line, None) for word, line in self.words(key)]
        found: list[tuple[str, int, Section | None]] = []
        for entry in node.value:
            line = entry.start_mark.line + 1
            if isinstance(entry, yaml.MappingNode):
                found.append(("", line, Section(self.document, entry)))
            elif isinstance(entry, yaml.ScalarNode) and not _is_nothing(entry):
                found.append((entry.value, line, None))
            else:
                sentence = gettext_noop("In “{key}” each entry is a single value or a group of keys, not {found}.")
                self.note("bundle.not_a_value", sentence, key=key, line=line, found=FOUND[type(entry)])
        return found

    def _list(self, key: str) -> list[yaml.Node]:
        node = self._nodes.get(key)
        if node is None or _is_nothing(node):
            return []
        if isinstance(node, yaml.SequenceNode):
            return node.value
        self.note("bundle.not_a_list", gettext_noop("“{key}” is to be a list, not {found}."), key=key,
                  found=FOUND[type(node)])  # fmt: skip
        return []


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value.lower() in _NOTHING


def _day(parts) -> date | None:
    if not parts:
        return None
    year, month, day = (int(text) for text in (parts.groups() if isinstance(parts, re.Match) else parts))
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def once(sections: Iterable[Section], values: Iterable[str], key: str) -> None:
    """Note every value that an earlier section of the same list has already."""
    seen: dict[str, int] = {}
    for section, value in zip(sections, values, strict=True):
        if value and value in seen:
            sentence = gettext_noop("“{value}” stands here twice; it was in line {first} already.")
            section.note("bundle.twice", sentence, key=key, value=cut(value), first=seen[value])
        seen.setdefault(value, section.line_of(key))


def told(name: str, problem: Problem) -> str:
    """A problem as a command prints it: `bundle.yaml line 14: indicator “within-4h”: There is no kind rat.`"""
    from backbone.wording import hint, say

    place = f"{name} line {problem.row}" if problem.row else name
    about = f"{problem.column}: " if problem.column else ""
    return f"{place}: {about}{say(problem)} {hint(problem)}".strip()


def given(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of the values read, those whose key the file has: what it leaves out stays as it is."""
    return {key: value for key, value in values.items() if key in section}
