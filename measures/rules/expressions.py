"""Expressions of DHIS2: which data elements they are made of, and whether they are a plain sum. Pure.

`#{element}` or `#{element.combination}`, numbers, + - * / and brackets. Anything else is named, not guessed at.
Source: the DHIS2 developer guide, "Indicators" and "Validation rules".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backbone.problems import Problem, cut, gettext_noop

# The combination of what is not split: the element itself.
DEFAULT_COMBOS = frozenset(("HllvX50cXC0", "default", "*"))
LONGEST = 5_000

_TOKEN = re.compile(
    r"\s*(?:#\{\s*(?P<element>[A-Za-z0-9_-]{1,50})(?:\.(?P<combo>[A-Za-z0-9_*-]{1,50}))?(?:\.[A-Za-z0-9_*-]{1,50})?\s*\}"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<sign>[-+*/()]))",
    re.ASCII,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """`terms` are codes of elements ("A", or "A.combination") in their order; `is_sum` when they are added and nothing
    else; `constant` when it is one number."""

    text: str
    terms: tuple[str, ...]
    is_sum: bool
    constant: str = ""


def parse(text: str) -> Expression | Problem:
    """The expression, or what in it is not understood."""
    place, tokens = 0, []
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST:
        return _problem(text, gettext_noop("The expression is empty, or longer than anybody writes."))
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None:
            found = stripped[place:].strip().split()[0] if stripped[place:].strip() else ""
            if not found:
                break
            return _problem(cut(found, 40), gettext_noop("“{found}” in an expression is not understood."))
        place = match.end()
        tokens.append(match)
    if not _is_well_formed(tokens):
        return _problem(cut(stripped, 40), gettext_noop("“{found}” is no well-formed expression."))
    terms = tuple(dict.fromkeys(_code(match) for match in tokens if match["element"]))
    signs = {match["sign"] for match in tokens if match["sign"]}
    numbers = [match["number"] for match in tokens if match["number"]]
    repeated = len([match for match in tokens if match["element"]]) > len(terms)
    is_sum = bool(terms) and signs <= {"+", "(", ")"} and not numbers and not repeated
    unsigned = [match for match in tokens if match["sign"] not in ("(", ")")]
    constant = ""
    if not terms and len(numbers) == 1 and len(unsigned) <= 2:
        constant = ("-" if "-" in signs else "") + numbers[0]
    return Expression(stripped, terms, is_sum, constant)


def spelled(expression: Expression, names: Mapping[str, str]) -> str:
    """The expression as a formula of ours, `{beds} - {closed}`; `names` has the short name of each of its terms."""
    pieces = []
    for match in _TOKEN.finditer(expression.text):
        pieces.append(f"{{{names[_code(match)]}}}" if match["element"] else match["number"] or match["sign"])
    return " ".join(pieces)


def _code(match: re.Match[str]) -> str:
    element, combo = match["element"], match["combo"]
    return element if combo is None or combo in DEFAULT_COMBOS else f"{element}.{combo}"


def _is_well_formed(tokens: list[re.Match[str]]) -> bool:
    """Operands and operators take turns, and brackets close."""
    depth, wants_operand = 0, True
    for match in tokens:
        sign = match["sign"]
        if sign == "(":
            if not wants_operand:
                return False
            depth += 1
        elif sign == ")":
            depth -= 1
            if wants_operand or depth < 0:
                return False
        elif sign:
            if wants_operand and sign not in "+-":
                return False
            wants_operand = True
        else:
            if not wants_operand:
                return False
            wants_operand = False
    return depth == 0 and not wants_operand


def _problem(found: str, text: str) -> Problem:
    return Problem("expression.unreadable", text, {"found": cut(found, 40)}, value=cut(found))
