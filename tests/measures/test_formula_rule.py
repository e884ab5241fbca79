"""A formula is read by a small grammar: what it says is computed, everything else is refused in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.problems import Refused
from measures.rules.formula import LONGEST, Term, compute, parse, pieces

NUMBERS = {
    Term("a"): Decimal(6),
    Term("b"): Decimal(3),
    Term("c"): Decimal(0),
    Term("placed"): Decimal(30),
    Term("completions"): Decimal(150),
    Term("rate", "numerator"): Decimal(15),
    Term("rate", "denominator"): Decimal(50),
    Term("within-4h"): Decimal("0.5"),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{placed} / {completions} * 100", 20),
        ("{a}+{b}*2", 12),
        ("({a}+{b})*2", 18),
        ("{a} - {b} - 1", 2),
        ("{a} / {b} / 2", 1),
        ("{a} - ({b} - 1)", 4),
        ("-{a}", -6),
        ("--{a}", 6),
        ("{a} * -{b}", -18),
        ("-{a} + {b}", -3),
        ("min({a}, {b}, 10)", 3),
        ("MAX({a}, {b} * 3)", 9),
        ("max({a})", 6),
        ("{rate.numerator} / {rate.denominator}", "0.3"),
        ("{ a } × { b } ÷ 2 − 1", 8),
        ("{within-4h} * 1.50", "0.75"),
        ("{c} / {a}", 0),
        ("1 / 3 * {b}", 1),
    ],
)
def test_a_formula_is_computed(text, value):
    assert compute(parse(text), NUMBERS) == Decimal(value)


@pytest.mark.parametrize("text", ["{a} / {c}", "{c} / {c}", "{a} / ({b} - 3)", "1 / min({a}, {c})"])
def test_a_division_by_zero_is_undefined(text):
    assert compute(parse(text), NUMBERS) is None


def test_what_is_beyond_all_bounds_is_undefined():
    assert compute(parse("*".join(["{a}"] * 20)), {Term("a"): Decimal(10) ** 14}) is None


def test_a_third_keeps_its_digits_and_is_the_same_each_time():
    value = compute(parse("{b} / 9"), NUMBERS)
    assert str(value) == "0.333333333333333333333333"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("1 + 2", "no_terms"),
        ("{a} +", "unreadable"),
        ("+ {a}", "unreadable"),
        ("{a} {b}", "unreadable"),
        ("({a}", "unreadable"),
        ("{a})", "unreadable"),
        ("{a", "unreadable"),
        ("{a} ** 2", "unreadable"),
        ("{a} // 2", "unreadable"),
        ("{a} % 2", "unreadable"),
        ("{a} = 2", "unreadable"),
        ("{a}; {b}", "unreadable"),
        ("{a}[0]", "unreadable"),
        ("min{a}", "unreadable"),
        ("min()", "unreadable"),
        ("min({a},)", "unreadable"),
        ("1e9 * {a}", "unreadable"),
        ("{}", "term"),
        ("{a.b}", "term"),
        ("{a.value.real}", "term"),
        ("{a.__class__}", "term"),
        ("{__import__('os')}", "term"),
        ("{a b}", "term"),
        ("a + b", "function"),
        ("__import__('os').system('ls')", "unreadable"),
        ("exec({a})", "function"),
        ("sum({a}, {b})", "function"),
        ("lambda: {a}", "unreadable"),
        ("__import__(os)", "function"),
        ("{a} if {b} else 0", "unreadable"),
        ("'{a}'", "unreadable"),
        ("\N{FULLWIDTH DIGIT ONE} + {a}", "unreadable"),
        ("{a} + \x00", "unreadable"),
        ("{ａ}", "term"),
        ("1234567890123456789 * {a}", "number"),
        ("(" * 40 + "{a}" + ")" * 40, "too_deep"),
        ("-" * 40 + "{a}", "too_deep"),
        ("min(" * 40 + "{a}" + ")" * 40, "too_deep"),
        ("+".join(["{a}"] * 21), "too_many_terms"),
        ("{a}" + " " * LONGEST, "too_long"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_name(text, code):
    with pytest.raises(Refused) as refused:
        parse(text)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == (f"formula.{code}", "formula")
    assert problem.message
    assert len(problem.value) <= 80


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{a}/{b}*100", "a ÷ b × 100"),
        ("({a}+{b})*2", "(a + b) × 2"),
        ("{a}-({b}-1)", "a − (b − 1)"),
        ("{a}/({b}*2)", "a ÷ (b × 2)"),
        ("(({a}))+(({b}*2))", "a + b × 2"),
        ("-({a}+{b})", "−(a + b)"),
        ("max({a}, -{b})", "max(a, −b)"),
    ],
)
def test_a_formula_is_said_with_the_parentheses_it_needs(text, words):
    assert "".join(one.slug if isinstance(one, Term) else one for one in pieces(parse(text))) == words


ALPHABET = st.sampled_from(["{a}", "{b.numerator}", "{", "}", "(", ")", "+", "-", "*", "/", ",", "1", "2.5", "min", "max",
                            " ", ".", "e", "_", "'", "\n", "é", "0", "{a.}", "[", "\\", "\u202e"])  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(ALPHABET, max_size=60).map("".join)))
def test_no_text_does_anything_but_compute_or_be_refused(text):
    formula = _read(text)
    if isinstance(formula, tuple):
        assert [problem.code.split(".")[0] for problem in formula] == ["formula"]
        assert all(problem.message for problem in formula)
        return
    numbers = dict.fromkeys(formula.terms, Decimal(7)) | dict.fromkeys(formula.terms[1:], Decimal(0))
    value = compute(formula, numbers)
    assert value is None or value.is_finite()
    said = "".join(
        f"{{{one.slug}}}" if isinstance(one, Term) and one.part == "value" else str(one) for one in pieces(formula)
    )
    assert compute(parse(said), numbers) == value  # what is said is what is computed


def _read(text):
    try:
        return parse(text)
    except Refused as refused:
        return refused.problems
