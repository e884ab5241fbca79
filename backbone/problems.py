"""What is wrong with an input, said once for every door. Pure: no Django, no clock.

A rule answers with `Problem`s; a form, the API and an import each show the same words at their own place.
Sentences stay untranslated here (`text` is the message id, `params` its places), so that a rule needs no
framework; a door renders them with `backbone.wording.say`, which translates first and fills in afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

SHOWN_VALUE_LENGTH = 80


def cut(value: object, length: int = SHOWN_VALUE_LENGTH) -> str:
    """The offending value as text, at most `length` characters, so that no input can flood an answer."""
    text = str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation without translating it (xgettext knows the name)."""
    return text


@dataclass(frozen=True, slots=True)
class Month:
    """A month among a problem's places, so that each reader is told it in words: March 2026."""

    first_day: date

    def __str__(self) -> str:
        return f"{self.first_day.year:04d}-{self.first_day.month:02d}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of ours among a problem's places, marked with `gettext_noop`: each reader is told it in their language."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a stable machine code, a sentence, and the way out.

    `field` names the input within the thing that was checked (`value`, `numerator`, `category`…), `row` and
    `column` its place in a file (row 1 is the header). `is_warning` asks for a word of explanation and never blocks.
    A `date`, a `Month` or a `Word` in `params` stays one until it is said, in the reader's language.
    """

    code: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""
    field: str = ""
    value: str = ""
    row: int | None = None
    column: str = ""
    is_warning: bool = False

    @property
    def message(self) -> str:
        """The sentence in English, places filled in."""
        return self.text.format(**self.params)

    def at(self, **place: Any) -> Problem:
        """The same problem at a place: `problem.at(row=14, column="denominator")`."""
        return replace(self, **place)


class Refused(Exception):
    """An expected refusal, shown to the person who asked. Anything else that is raised is a bug."""

    def __init__(self, *problems: Problem):
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def because(cls, problems: Iterable[Problem]) -> Refused:
        return cls(*problems)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if not problem.is_warning]


def warnings(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.is_warning]


def first_of_each_sort(problems: Sequence[Problem], at_most: int) -> list[tuple[Problem, int]]:
    """The first few problems of each sort in each column, the last of them with how many more there are: five hundred days
    that cannot be read hide nothing else."""
    counts = Counter((one.column, one.text) for one in problems)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for one in problems:
        key = (one.column, one.text)
        seen[key] += 1
        if seen[key] <= at_most:
            found.append((one, counts[key] - at_most if seen[key] == at_most else 0))
    return found
