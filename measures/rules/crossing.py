"""Rules over several lines of one partner and period: `{placed} <= {completions}`. Does each hold, or can it not be told?

Pure: no Django, no clock. A blank is not a zero, so a rule with a blank in it neither holds nor breaks. What then
happens is said by the rule itself, never by chance:

    never_skip    it could not be checked, and that is said: what is missing, and why   (the default)
    skip_if_all   silent when nothing that it compares is there; else as above
    skip_if_any   silent as soon as anything is missing

Rules whose sides cannot be computed, as in a division by zero, could not be checked either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.rules.categories import parse_category
from measures.rules.figures import Entry, Place, has_answer, plain, problem_at, ratio
from measures.rules.formula import VALUE, Formula, Term, compute, parse
from measures.rules.lines import TOTAL, Line

NEVER_SKIP, SKIP_IF_ALL, SKIP_IF_ANY = "never_skip", "skip_if_all", "skip_if_any"
HARD, SOFT = "hard", "soft"

OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {
        "<=": lambda left, right: left <= right,
        "<": lambda left, right: left < right,
        "=": lambda left, right: left == right,
        ">=": lambda left, right: left >= right,
        ">": lambda left, right: left > right,
    }
)
OPERATOR_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "<=": gettext_noop("at most"),
        "<": gettext_noop("less than"),
        "=": gettext_noop("equal to"),
        ">=": gettext_noop("at least"),
        ">": gettext_noop("more than"),
    }
)

# What two computed sides may differ by and still be equal: less than any figure can say.
CLOSE = Decimal("1e-12")
SHOWN_PLACES = 4

Cells = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class CrossRule:
    """`left operator right`, each side a formula or a plain number."""

    slug: str
    left: str
    operator: str
    right: str
    severity: str = HARD
    missing: str = NEVER_SKIP
    message: str = ""

    @property
    def is_hard(self) -> bool:
        return self.severity == HARD

    @property
    def terms(self) -> tuple[Term, ...]:
        """What it compares, each once, the left side first. Raises Refused for a side that cannot be read."""
        sides = (side_of(self.left), side_of(self.right))
        return tuple(dict.fromkeys(term for side in sides if isinstance(side, Formula) for term in side.terms))

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(term.slug for term in self.terms))


@lru_cache(maxsize=1024)
def side_of(text: str) -> Formula | Decimal:
    """One side as it is computed. Raises Refused as `formula.parse` does."""
    plain_text = text.strip().replace("−", "-")
    try:
        number = Decimal(plain_text)
    except InvalidOperation:
        return parse(text, with_categories=True)
    return number if number.is_finite() else parse(text, with_categories=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule: it holds, it is broken, or it could not be told. `missing` are the terms without a
    number, the first named in words by the problem."""

    rule: CrossRule
    is_broken: bool = False
    is_unchecked: bool = False
    left: Decimal | None = None
    right: Decimal | None = None
    missing: tuple[Term, ...] = ()


def judge(rule: CrossRule, lines: Mapping[str, Line], cells: Mapping[str, Cells]) -> Verdict | None:
    """The rule over one partner's lines of one period; None where it is skipped, as it says itself."""
    found = {term: _number(term, lines, cells) for term in rule.terms}
    missing = tuple(term for term, number in found.items() if number is None)
    if missing:
        is_all = len(missing) == len(found)
        if rule.missing == SKIP_IF_ANY or (rule.missing == SKIP_IF_ALL and is_all):
            return None
        return Verdict(rule, is_unchecked=True, missing=missing)
    numbers = {term: number for term, number in found.items() if number is not None}
    left, right = (_computed(side_of(text), numbers) for text in (rule.left, rule.right))
    if left is None or right is None:
        return Verdict(rule, is_unchecked=True)
    if abs(left - right) < CLOSE:
        right = left
    return Verdict(rule, is_broken=not OPERATORS[rule.operator](left, right), left=left, right=right)


def check_rules(
    rules: Iterable[CrossRule],
    lines: Mapping[str, Line],
    cells: Mapping[str, Cells],
    asked: Collection[str],
    *,
    is_submission: bool = True,
) -> list[Problem]:
    """What the rules find in one partner's lines of one period, at the first of the `asked` lines that each names.

    Rules that name none of them are left alone. `rule.broken` is an error when the rule is hard; `rule.unchecked` is
    always a warning, and said only when it is a submission: until then the rest may be about to be typed.
    `Problem.field` is a `Place` as text, and `params["rule"]` the rule's short name.
    """
    found = []
    for rule in rules:
        at = next((slug for slug in rule.slugs if slug in asked and slug in lines), None)
        if at is None:
            continue
        verdict = judge(rule, lines, cells)
        if verdict is None:
            continue
        if verdict.is_broken:
            found.append(_broken(verdict, lines, lines[at]))
        elif verdict.is_unchecked and is_submission:
            found.append(_unchecked(verdict, lines, cells, lines[at]))
    return found


def in_words(text: str, names: Mapping[str, str]) -> str:
    """A side with the indicators' names in the place of their short names."""
    side = side_of(text)
    if not isinstance(side, Formula):
        return str(plain(side))
    for term in side.terms:
        more = ", ".join(word for word in (term.category, "" if term.part == VALUE else term.part) if word)
        name = names.get(term.slug, term.slug)
        text = text.replace(str(term), f"{name} ({more})" if more else name)
    return text


def check_rule(rule: CrossRule, lines: Mapping[str, Line], frequencies: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a rule before it is asked of any figure. `Problem.field` names the setting."""
    found = []
    terms: list[Term] = []
    for name in ("left", "right"):
        try:
            side = side_of(getattr(rule, name))
        except Refused as refused:
            found += [problem.at(field=name) for problem in refused.problems]
            continue
        for term in side.terms if isinstance(side, Formula) else ():
            terms.append(term)
            wrong = _wrong_term(term, lines)
            if wrong is not None:
                found.append(wrong.at(field=name))
    if found:
        return found
    if not terms:
        text = gettext_noop("Neither side names an indicator: write one in braces, as in {example}.")
        return [Problem("rule.no_terms", text, {"example": "{placed}"}, field="left", value=cut(rule.left))]
    if len({frequencies[term.slug] for term in terms}) > 1:
        text = gettext_noop(
            "A rule compares figures of the same periods, and these are filed at different frequencies."
        )
        found.append(Problem("rule.frequencies", text, field="right", value=cut(rule.right)))
    if not rule.message.strip():
        text = gettext_noop("Say in words what has to hold: whoever meets the rule reads it.")
        found.append(Problem("rule.no_message", text, field="message"))
    return found


def _wrong_term(term: Term, lines: Mapping[str, Line]) -> Problem | None:
    line = lines.get(term.slug)
    if line is None:
        text = gettext_noop("There is no indicator {slug}. There are: {choices}.")
        params: dict[str, Any] = {"slug": cut(term.slug), "choices": cut(", ".join(lines), 200) or "–"}
        return Problem("rule.unknown_indicator", text, params, value=cut(term.slug))
    if not line.components or (not line.rule.is_ratio and "value" not in line.components):
        text = gettext_noop("{name} is not filed as a number, so no rule can compare it.")
        return Problem("rule.not_filed", text, {"name": line.name}, value=cut(term.slug))
    key = parse_category(line, term.category)
    if isinstance(key, Problem):
        return key
    if key != term.category:
        text = gettext_noop("Write the category in its own order: {category}.")
        return Problem("rule.category_order", text, {"category": key}, value=cut(str(term)))
    if term.part != VALUE and not line.rule.is_ratio:
        text = gettext_noop("{name} is one number and has no {part}.")
        return Problem("rule.no_such_part", text, {"name": line.name, "part": term.part}, value=cut(str(term)))
    return None


def _number(term: Term, lines: Mapping[str, Line], cells: Mapping[str, Cells]) -> Decimal | None:
    line = lines.get(term.slug)
    entry = cells.get(term.slug, {}).get(term.category)
    if line is None or entry is None or not has_answer(line, entry):
        return None
    if term.part != VALUE:
        return getattr(entry, term.part)
    return ratio(entry) if line.rule.is_ratio else entry.value


def _computed(side: Formula | Decimal, numbers: Mapping[Term, Decimal]) -> Decimal | None:
    return side if isinstance(side, Decimal) else compute(side, numbers)


def _broken(verdict: Verdict, lines: Mapping[str, Line], line: Line) -> Problem:
    rule = verdict.rule
    names = {slug: one.name for slug, one in lines.items()}
    assert verdict.left is not None
    assert verdict.right is not None
    params: dict[str, Any] = {
        "rule": rule.slug,
        "message": rule.message,
        "left": in_words(rule.left, names),
        "right": in_words(rule.right, names),
        "left_value": plain(round(verdict.left, SHOWN_PLACES)),
        "right_value": plain(round(verdict.right, SHOWN_PLACES)),
    }
    if isinstance(side_of(rule.right), Decimal):
        text = gettext_noop("{message} {left} is {left_value}.")
    else:
        text = gettext_noop("{message} {left} is {left_value}, and {right} is {right_value}.")
    return _at(line, "rule.broken", text, is_warning=not rule.is_hard, **params)


def _unchecked(verdict: Verdict, lines: Mapping[str, Line], cells: Mapping[str, Cells], line: Line) -> Problem:
    rule = verdict.rule
    params: dict[str, Any] = {"rule": rule.slug, "message": rule.message}
    if not verdict.missing:
        text = gettext_noop("“{message}” could not be checked: it divides by zero.")
        return _at(line, "rule.unchecked", text, is_warning=True, **params)
    first = verdict.missing[0]
    other = lines.get(first.slug)
    params["missing"] = other.name if other is not None else first.slug
    entry = cells.get(first.slug, {}).get(first.category)
    if other is None:
        text = gettext_noop("“{message}” could not be checked: {missing} is not asked for here.")
    elif entry is not None and entry.is_not_collected:
        text = gettext_noop("“{message}” could not be checked: {missing} was not collected.")
    else:
        text = gettext_noop("“{message}” could not be checked: {missing} is blank.")
    return _at(line, "rule.unchecked", text, is_warning=True, **params)


def _at(line: Line, code: str, text: str, *, is_warning: bool, **params: Any) -> Problem:
    problem = problem_at(line, line.first_place, code, text, is_warning=is_warning, **params)
    return problem.at(field=str(Place(line.slug, TOTAL, problem.field)))
