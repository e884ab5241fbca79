"""How a figure is said: never a total while somebody is missing, zero as 0, a rate with what it was divided from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures import wording
from measures.rules.change import like_for_like
from measures.rules.combining import combine
from measures.rules.figures import Entry
from measures.rules.progress import Status
from measures.rules.small import counts_of, withheld
from measures.windows import Window
from tests.measures.rules.lines import make_line, rate, value

OCT, SEP, AUG = date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)
PER_1000 = {"unit": "per_1000"}


def combined(line, entries, months=(OCT,), owed=None):
    """`entries` is {partner: {month: entry}} or {partner: entry}; None for a partner that is missing."""
    filed = {
        (partner, month): entry
        for partner, said in entries.items()
        if said is not None
        for month, entry in ([(OCT, said)] if isinstance(said, Entry) else said.items())
    }
    return combine(line, filed, dict.fromkeys(entries, owed or months), {}, months, year_starts=7)


@pytest.mark.parametrize(
    ("line", "entries", "words"),
    [
        (make_line(), {"P1": value(300), "P2": value(400)}, "700"),
        (make_line(), {"P1": value(300), "P2": value(400), "P3": None}, "700 so far"),
        (make_line(), {"P1": value("1012.500000")}, "1,012.5"),
        (make_line(), {"P1": value(0)}, "0"),
        (make_line(), {"P1": value(0), "P2": None}, "0 so far"),
        (make_line(), {"P1": None}, "not filed"),
        (make_line(), {}, "not expected"),
        (make_line("rate"), {"P1": rate(15, 100), "P2": rate(15, 50)}, "20.0% (30/150)"),
        (make_line("rate"), {"P1": rate(15, 100), "P2": None}, "15.0% so far (15/100)"),
        (make_line("rate"), {"P1": rate(0, 50)}, "0.0% (0/50)"),
        (make_line("rate"), {"P1": rate(0, 0)}, "undefined (0 of 0)"),
        (make_line("rate", **PER_1000), {"P1": rate(17, 2000)}, "8.5 (17/2,000)"),
        (make_line("rate", unit="times"), {"P1": rate(5, 4)}, "1.25 (5/4)"),
        (
            make_line("unduplicated"),
            {"P1": value(95), "P2": value(95), "P3": value(95), "P4": value(95), "P5": value(30)},
            "between 95 and 410",
        ),
        (make_line("unduplicated"), {"P1": value(95), "P2": None}, "at least 95"),
        (make_line("unduplicated"), {"P1": value(95)}, "95"),
        (make_line("unduplicated"), {"P1": value(0), "P2": value(0)}, "0"),
    ],
)
def test_a_figure_is_said_with_what_it_lacks(line, entries, words):
    assert wording.said(line, combined(line, entries)) == words


def test_a_carried_level_says_of_when_it_is():
    line = make_line("stock", carry_forward=2)
    found = combined(line, {"P1": {AUG: value(9)}}, owed=(AUG, SEP, OCT))
    assert wording.said(line, found) == "9 as of Aug 2026"


def test_a_running_span_is_so_far_even_when_everybody_is_in():
    assert wording.said(make_line(), combined(make_line(), {"P1": value(7)}), is_running=True) == "7 so far"


def test_a_zero_change_is_no_change_and_not_silence():
    line = make_line()
    change = like_for_like(combined(line, {"P1": value(5)}), combined(line, {"P1": value(5)}))
    assert wording.change_words(line, change, "September") == "Same partners as September: no change."
    assert wording.change_amount(line, change) == "0.0%"


def test_a_rate_changes_by_points():
    line = make_line("rate")
    change = like_for_like(combined(line, {"P1": rate(40, 100)}), combined(line, {"P1": rate(43, 100)}))
    assert wording.change_amount(line, change) == "+3.0 points"
    assert wording.change_words(line, change, "September") == "Same partners as September: up 3.0 points."


def test_a_partner_that_joins_is_no_growth():
    line = make_line()
    before, now = combined(line, {"P1": value(800)}), combined(line, {"P1": value(800), "P9": value(200)})
    assert wording.change_amount(line, like_for_like(before, now)) == "0.0%"


def test_a_partial_figure_is_not_set_against_its_target():
    line = make_line()
    found = combined(line, {"P1": value(700), "P6": None, "P8": None})
    said = wording.meaning(line, found, None, "September", Status.NOT_JUDGED, has_target=True, who="P6 and P8")
    assert said == "Not set against the target while P6 and P8 are missing."


@pytest.mark.parametrize(
    ("codes", "count", "words"),
    [
        (("P6",), 1, "P6"),
        (("P6", "P8"), 2, "P6 and P8"),
        (("P1", "P6", "P8"), 3, "P1, P6 and P8"),
        (("P1", "P2", "P3", "P4"), 4, "4 partners"),
        (None, 2, "2 partners"),
    ],
)
def test_few_missing_partners_are_named_to_who_may_know_them(codes, count, words):
    assert wording.missing_words(codes, count) == words


# --- the span a page shows ---


def window(params=None, **more):
    given = {"latest": OCT, "default": OCT, "tenant_starts": 7, **more}
    return Window.chosen(params or {}, **given)


def test_a_running_year_states_its_months_and_is_not_called_a_year():
    year = window({"grain": "year"})
    assert year.name == "Jul 2026 to Oct 2026, 4 of 12 months"
    assert year.is_running
    assert year.next is None
    assert year.previous.name == "2025–26"
    assert not year.previous.is_running


def test_the_calendar_year_regroups_the_same_months():
    year = window({"grain": "year", "year": "calendar"})
    assert (year.period, year.year_starts) == (date(2026, 1, 1), 1)
    assert year.query() == "grain=year&period=2026-01&year=calendar"
    assert year.in_year_from(7).period == date(2026, 7, 1)


@pytest.mark.parametrize("wrong", [{"period": "2026-13"}, {"period": "2031-01"}, {"grain": "week"}, {"period": "x"}])
def test_an_address_that_asks_for_nothing_sensible_gets_the_default(wrong):
    assert window(wrong) == window()


# --- small cells ---


def test_a_small_cell_takes_another_with_it_so_that_it_cannot_be_had_from_the_total():
    cells = {key: [(Decimal(n),)] for key, n in {"a": 4, "b": 30, "c": 18}.items()}
    assert withheld(cells, 11, adds_up=True) == {"a", "c"}
    assert withheld(cells, 11, adds_up=False) == {"a"}


def test_what_is_hidden_together_is_at_least_the_threshold():
    cells = {key: [(Decimal(n),)] for key, n in {"a": 4, "unknown": 6, "c": 200, "d": 90}.items()}
    assert withheld(cells, 11, adds_up=True) == {"a", "unknown", "d"}


def test_zero_is_shown_and_a_rate_is_small_on_either_side():
    assert withheld({"a": [(Decimal(0),)], "b": [(Decimal(50),)]}, 11, adds_up=True) == frozenset()
    assert withheld({"a": [counts_of(None, Decimal(95), Decimal(100))]}, 11, adds_up=False) == {"a"}
