"""A formula over other indicators, such as `{placed} / {completions} * 100`: read, computed, said in words. Pure.

Terms are `{slug}`, `{slug.numerator}` and `{slug.denominator}`, and for whoever asks for them one category of an
indicator, as in `{slug[age:0-4]}` or `{slug[age:0-4].numerator}`; between them numbers, + - * /, parentheses, a minus in
front, min() and max(). Nothing else is understood, and nothing is ever executed: a text becomes a tree or a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import NamedTuple, TypeAlias

from backbone.problems import Problem, Refused, cut, gettext_noop

LONGEST = 500  # characters
DEEPEST = 30  # one inside another
MOST_TERMS = 20
DIGITS_OF_A_NUMBER = 18

# What a computed value is rounded to, so that whoever computes it again finds the same; and how large it may be.
PLACES = Decimal("1e-24")
TOO_LARGE = Decimal(10) ** 24
CONTEXT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])

VALUE, NUMERATOR, DENOMINATOR = "value", "numerator", "denominator"
_PARTS = (NUMERATOR, DENOMINATOR)
_FUNCTIONS: Mapping[str, Callable[[list[Decimal]], Decimal]] = {"min": min, "max": max}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_SPELLED = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"})

_TOKEN = re.compile(
    r"\s*(?:(?P<term>\{[^{}]*\})|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>[-+*/(),]))",
    re.ASCII,
)
_TERM = re.compile(
    r"\{\s*([A-Za-z0-9][A-Za-z0-9_-]{0,79})\s*(?:\[\s*([A-Za-z0-9_:+-]{1,200})\s*\]\s*)?(?:\.\s*([A-Za-z]+)\s*)?\}",
    re.ASCII,
)


class Term(NamedTuple):
    """One number of another indicator: its value, or one half of a rate; of the total, or of one category."""

    slug: str
    part: str = VALUE
    category: str = ""

    def __str__(self) -> str:
        name = f"{self.slug}[{self.category}]" if self.category else self.slug
        return f"{{{name}}}" if self.part == VALUE else f"{{{name}.{self.part}}}"


class Call(NamedTuple):
    """An operation and what it works on: `+ - * /`, `neg`, `min` or `max`."""

    name: str
    on: tuple[Node, ...]


Node: TypeAlias = "Term | Decimal | Call"


@dataclass(frozen=True, slots=True)
class Formula:
    """A text that was understood. `terms` are named in their order, each once."""

    text: str
    tree: Node
    terms: tuple[Term, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(term.slug for term in self.terms))


def parse(text: str, *, with_categories: bool = False) -> Formula:
    """The formula that a text says. Raises Refused, always with one problem at the field `formula`. A term may name a
    category only where `with_categories` are wanted.

    Codes: `formula.empty`, `formula.too_long`, `formula.unreadable`, `formula.term`, `formula.number`,
    `formula.function`, `formula.too_deep`, `formula.too_many_terms`, `formula.no_terms`.
    """
    if len(text) > LONGEST:
        sentence = gettext_noop("A formula has at most {limit} characters, and this one has {length}.")
        raise _refused("formula.too_long", sentence, text, limit=LONGEST, length=len(text))
    plain = text.translate(_SPELLED)
    if not plain.strip():
        sentence = gettext_noop("Write a formula, such as {example}.")
        raise _refused("formula.empty", sentence, text, example=EXAMPLE)
    reader = _Reader(plain, with_categories)
    tree = reader.whole()
    terms = tuple(dict.fromkeys(reader.terms))
    if not terms:
        sentence = gettext_noop("This formula names no indicator: write one in braces, such as {example}.")
        raise _refused("formula.no_terms", sentence, text, example=EXAMPLE)
    return Formula(text.strip(), tree, terms)


EXAMPLE = "{placed} / {completions} * 100"


def compute(formula: Formula, numbers: Mapping[Term, Decimal]) -> Decimal | None:
    """The value, rounded to 24 places; None when it is undefined: a division by zero, or beyond all bounds."""
    with localcontext(CONTEXT):
        try:
            return settled(_computed(formula.tree, numbers))
        except (DivisionByZero, InvalidOperation, Overflow):
            return None


def settled(value: Decimal) -> Decimal | None:
    """A computed value as it is kept; None for one that no figure could be."""
    if not value.is_finite() or abs(value) >= TOO_LARGE:
        return None
    with localcontext(CONTEXT):
        return value.quantize(PLACES)


def ratio_of(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """A rate as a term, with all the digits that computing keeps; None for 0/0."""
    if denominator == 0:
        return None
    with localcontext(CONTEXT):
        return numerator / denominator


Piece: TypeAlias = "str | Term"


def pieces(formula: Formula) -> tuple[Piece, ...]:
    """The formula to be read: signs and numbers as text, terms as themselves, with the parentheses it needs."""
    return tuple(_pieces(formula.tree, 0))


def _pieces(node: Node, within: int) -> list[Piece]:
    if isinstance(node, Term):
        return [node]
    if isinstance(node, Decimal):
        return [f"{node:f}"]
    if node.name in _FUNCTIONS:
        found: list[Piece] = [f"{node.name}("]
        for number, one in enumerate(node.on):
            found += [", "] if number else []
            found += _pieces(one, 0)
        return [*found, ")"]
    if node.name == "neg":
        return ["−", *_pieces(node.on[0], 3)]
    strength = _STRENGTH[node.name]
    sign = {"-": "−", "*": "×", "/": "÷"}.get(node.name, node.name)
    inner = [*_pieces(node.on[0], strength), f" {sign} ", *_pieces(node.on[1], strength + 1)]
    return ["(", *inner, ")"] if strength < within else inner


def _computed(node: Node, numbers: Mapping[Term, Decimal]) -> Decimal:
    if isinstance(node, Term):
        return numbers[node]
    if isinstance(node, Decimal):
        return node
    on = [_computed(one, numbers) for one in node.on]
    if node.name in _FUNCTIONS:
        return _FUNCTIONS[node.name](on)
    if node.name == "neg":
        return -on[0]
    first, second = on
    if node.name == "+":
        return first + second
    if node.name == "-":
        return first - second
    if node.name == "*":
        return first * second
    return first / second


class _Token(NamedTuple):
    kind: str  # term, number, name, sign, end
    text: str
    at: int


class _Reader:
    """Reads by the strength of the signs (Pratt): what binds stronger is read first."""

    def __init__(self, text: str, with_categories: bool = False):
        self.text = text
        self.with_categories = with_categories
        self.tokens = self._tokens()
        self.place = 0
        self.terms: list[Term] = []

    def _tokens(self) -> list[_Token]:
        found, at = [], 0
        end = len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None:
                start = at + len(self.text[at:]) - len(self.text[at:].lstrip())
                raise self._unreadable(_Token("", self.text[start : start + 1], start))
            kind = match.lastgroup or ""
            found.append(_Token(kind, match.group(kind), match.start(kind)))
            at = match.end()
        return [*found, _Token("end", "", len(self.text))]

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        token = self.next
        self.place += token.kind != "end"
        return token

    def whole(self) -> Node:
        tree = self.sum(0, 0)
        if self.next.kind != "end":
            raise self._unreadable(self.next)
        return tree

    def sum(self, weakest: int, depth: int) -> Node:
        left = self.single(depth)
        while self.next.kind == "sign" and _STRENGTH.get(self.next.text, 0) > weakest:
            sign = self.take().text
            left = Call(sign, (left, self.sum(_STRENGTH[sign], depth)))
        return left

    def single(self, depth: int) -> Node:
        if depth >= DEEPEST:
            sentence = gettext_noop("This formula is nested more than {limit} deep: take it apart.")
            raise _refused("formula.too_deep", sentence, self.text, limit=DEEPEST)
        token = self.take()
        if token.kind == "term":
            return self._term(token)
        if token.kind == "number":
            return self._number(token)
        if token.kind == "name":
            return self._function(token, depth + 1)
        if token.text == "(":
            inner = self.sum(0, depth + 1)
            self._expect(")")
            return inner
        if token.text == "-":
            return Call("neg", (self.single(depth + 1),))
        raise self._unreadable(token)

    def _term(self, token: _Token) -> Term:
        match = _TERM.fullmatch(token.text)
        part = (match.group(3) or VALUE) if match else ""
        category = (match.group(2) or "") if match else ""
        if match is None or (category and not self.with_categories) or part not in (VALUE, *_PARTS):
            sentence = gettext_noop(
                "{term} is no term: write the short name of an indicator in braces, as in {{placed}}, or one half of a "
                "rate, as in {{placed.numerator}}."
            )
            raise _refused("formula.term", sentence, token.text, term=cut(token.text))
        self.terms.append(Term(match.group(1), part, category))
        if len(self.terms) > MOST_TERMS:
            sentence = gettext_noop("A formula names at most {limit} indicators: take it apart into several.")
            raise _refused("formula.too_many_terms", sentence, self.text, limit=MOST_TERMS)
        return self.terms[-1]

    def _number(self, token: _Token) -> Decimal:
        if len(token.text.replace(".", "")) > DIGITS_OF_A_NUMBER:
            sentence = gettext_noop("{number} has more than {limit} digits.")
            raise _refused("formula.number", sentence, token.text, number=cut(token.text), limit=DIGITS_OF_A_NUMBER)
        return Decimal(token.text)

    def _function(self, token: _Token, depth: int) -> Call:
        name = token.text.lower()
        if name not in _FUNCTIONS:
            sentence = gettext_noop(
                "“{word}” is not understood: an indicator stands in braces, and the only functions are min() and max()."
            )
            raise _refused("formula.function", sentence, token.text, word=cut(token.text))
        self._expect("(")
        on = [self.sum(0, depth)]
        while self.next.text == "," and self.next.kind == "sign":
            self.take()
            on.append(self.sum(0, depth))
        self._expect(")")
        return Call(name, tuple(on))

    def _expect(self, sign: str) -> None:
        token = self.take()
        if token.kind != "sign" or token.text != sign:
            raise self._unreadable(token)

    def _unreadable(self, token: _Token) -> Refused:
        if token.kind == "end":
            sentence = gettext_noop("The formula ends too soon: something is missing after “{before}”.")
            return _refused("formula.unreadable", sentence, self.text, before=cut(self.text.strip()[-20:]))
        sentence = gettext_noop("“{found}” does not fit there (character {at}).")
        return _refused("formula.unreadable", sentence, token.text, found=cut(token.text), at=token.at + 1)


def _refused(code: str, sentence: str, value: str, **params: object) -> Refused:
    return Refused(Problem(code, sentence, params, field="formula", value=cut(value)))
