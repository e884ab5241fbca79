from decimal import Decimal

import pytest

from backbone.problems import Refused
from measures.rules.crossing import CrossRule, check_rule, check_rules, in_words, judge, side_of
from measures.rules.figures import Entry
from measures.rules.formula import parse

from .lines import make_line, not_collected, rate, value

LINES = {
    "seats": make_line(slug="seats", name="Seats"),
    "done": make_line(slug="done", name="Completions"),
    "placed": make_line("rate", slug="placed", name="Placed"),
}
MONTHLY = dict.fromkeys(LINES, "month")


def rule(left="{placed.denominator}", operator="<=", right="{done}", **changes):
    return CrossRule("r1", left, operator, right, **{"message": "Nobody is placed who did not complete.", **changes})


def cells(**said):
    return {slug: {"": entry} for slug, entry in said.items()}


@pytest.mark.parametrize(
    ("operator", "holds"),
    [("<=", (True, True, False)), ("<", (True, False, False)), ("=", (False, True, False)),
     (">=", (False, True, True)), (">", (False, False, True))],
)  # fmt: skip
def test_each_operator(operator, holds):
    for left, is_right in zip((4, 5, 6), holds, strict=True):
        found = judge(rule("{done}", operator, "5"), LINES, cells(done=value(left)))
        assert found.is_broken is not is_right


@pytest.mark.parametrize(
    ("left", "right", "said", "broken"),
    [
        ("{placed.denominator}", "{done}", {"placed": rate(15, 50), "done": value(50)}, False),
        ("{placed.denominator}", "{done}", {"placed": rate(15, 51), "done": value(50)}, True),
        ("{placed}", "0.9", {"placed": rate(15, 50)}, False),  # a rate is its plain ratio
        ("{placed}", "0.2", {"placed": rate(15, 50)}, True),
        ("{done} + {placed.numerator}", "2 * {seats}", {"done": value(5), "placed": rate(5, 9), "seats": value(5)}, False),
        ("{done} / 3", "{seats} / 3", {"done": value(1), "seats": value(1)}, False),
        ("{done}", "0", {"done": value(0)}, False),  # zero is a figure
    ],
)  # fmt: skip
def test_sides_are_computed(left, right, said, broken):
    assert judge(rule(left, "<=", right), LINES, cells(**said)).is_broken is broken


def test_a_term_may_be_one_category():
    served = make_line(slug="served", name="Served", breakdowns=(("age",),))
    lines = {**LINES, "served": served}
    young = rule("{served[age:0-4]}", "<=", "{seats}")
    said = {"served": {"": value(9), "age:0-4": value(5)}, "seats": {"": value(4)}}
    assert judge(young, lines, said).is_broken
    assert judge(young, lines, {"served": {"": value(9)}, "seats": {"": value(4)}}).is_unchecked
    assert in_words(young.left, {"served": "Served"}) == "Served (age:0-4)"
    assert check_rule(young, lines, {**MONTHLY, "served": "month"}) == []
    wrong = check_rule(rule("{served[age:old]}", "<=", "{seats}"), lines, {**MONTHLY, "served": "month"})
    assert [problem.code for problem in wrong] == ["category.unknown"]
    with pytest.raises(Refused):
        parse("{served[age:0-4]}")  # a computed indicator is computed from totals


NOTHING = Entry()
MISSING = [
    # (what is said, never_skip, skip_if_all, skip_if_any): u could not be checked, - skipped, b broken
    ({"placed": rate(5, 9), "done": value(3)}, "b", "b", "b"),
    ({"placed": rate(5, 9)}, "u", "u", "-"),
    ({"placed": rate(5, 9), "done": NOTHING}, "u", "u", "-"),
    ({"placed": rate(5, 9), "done": not_collected()}, "u", "u", "-"),
    ({}, "u", "-", "-"),
    ({"placed": not_collected(), "done": NOTHING}, "u", "-", "-"),
]


@pytest.mark.parametrize(("said", "never", "all_of_them", "any_of_them"), MISSING)
def test_what_is_missing_is_said_or_skipped_as_the_rule_says(said, never, all_of_them, any_of_them):
    for strategy, expected in (("never_skip", never), ("skip_if_all", all_of_them), ("skip_if_any", any_of_them)):
        found = judge(rule(missing=strategy), LINES, cells(**said))
        assert ("-" if found is None else "b" if found.is_broken else "u" if found.is_unchecked else "") == expected


def test_a_blank_does_not_evade_a_rule():
    """The default: whoever leaves one side blank is told so when they submit, and while they type they are not."""
    said = cells(placed=rate(5, 9), done=NOTHING)
    (problem,) = check_rules([rule()], LINES, said, {"placed", "done"})
    assert (problem.code, problem.is_warning) == ("rule.unchecked", True)
    assert problem.message == "“Nobody is placed who did not complete.” could not be checked: Completions is blank."
    assert check_rules([rule()], LINES, said, {"placed", "done"}, is_submission=False) == []


@pytest.mark.parametrize(
    ("said", "lines", "says"),
    [
        ({"placed": rate(5, 9), "done": not_collected()}, LINES, "Completions was not collected."),
        ({"placed": rate(5, 9)}, {"placed": LINES["placed"]}, "done is not asked for here."),
    ],
)
def test_why_it_could_not_be_checked(said, lines, says):
    (problem,) = check_rules([rule()], lines, cells(**said), {"placed"})
    assert problem.message.endswith(says)


def test_a_division_by_zero_could_not_be_checked():
    said = cells(done=value(3), seats=value(0))
    (problem,) = check_rules([rule("{done} / {seats}", "<=", "1")], LINES, said, {"done"})
    assert problem.code == "rule.unchecked"
    assert "divides by zero" in problem.message


@pytest.mark.parametrize(("severity", "is_warning"), [("hard", False), ("soft", True)])
def test_a_broken_rule_is_said_at_the_first_line_that_is_asked(severity, is_warning):
    said = cells(placed=rate(15, 51), done=value(50))
    (problem,) = check_rules([rule(severity=severity)], LINES, said, {"done"})
    assert (problem.code, problem.field, problem.is_warning) == ("rule.broken", "done//value", is_warning)
    assert problem.message == (
        "Nobody is placed who did not complete. Placed (denominator) is 51, and Completions is 50."
    )
    (problem,) = check_rules([rule(severity=severity)], LINES, said, {"placed", "done"})
    assert problem.field == "placed//numerator"


def test_rules_over_other_lines_are_left_alone():
    assert check_rules([rule()], LINES, cells(placed=rate(15, 51), done=value(50)), {"seats"}) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({}, "", ""),
        ({"left": "{done} +"}, "formula.unreadable", "left"),
        ({"right": ""}, "formula.empty", "right"),
        ({"left": "{nothing}"}, "rule.unknown_indicator", "left"),
        ({"left": "{done.numerator}"}, "rule.no_such_part", "left"),
        ({"left": "1", "right": "2"}, "rule.no_terms", "left"),
        ({"message": " "}, "rule.no_message", "message"),
    ],
)
def test_what_is_wrong_with_a_rule(changes, code, field):
    found = check_rule(rule(**changes), LINES, MONTHLY)
    assert [(problem.code, problem.field) for problem in found] == ([(code, field)] if code else [])


def test_a_rule_compares_the_same_periods():
    found = check_rule(rule(), LINES, {**MONTHLY, "done": "quarter"})
    assert [problem.code for problem in found] == ["rule.frequencies"]


def test_sides_are_read_once_and_said_in_words():
    assert side_of(" 12.5 ") == Decimal("12.5")
    assert in_words("{placed.denominator} * 2", {"placed": "Placed"}) == "Placed (denominator) * 2"
    with pytest.raises(Refused):
        side_of("__import__('os')")
