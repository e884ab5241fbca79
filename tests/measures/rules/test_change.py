from decimal import Decimal

import pytest

from measures.rules.change import like_for_like
from measures.rules.combining import combine

from .lines import OCT, SEP, make_line, rate, value

EIGHT = {f"P{number}": value(100) for number in range(1, 9)}


def month_of(month, row, line=None):
    filed = {(partner, month): entry for partner, entry in row.items() if entry is not None}
    return combine(line or make_line(), filed, {partner: [month] for partner in row}, {}, (month,))


def test_a_partner_that_joins_is_no_growth():
    change = like_for_like(month_of(SEP, EIGHT), month_of(OCT, {**EIGHT, "P9": value(200)}))
    assert (change.difference, change.share, len(change.panel)) == (0, 0, 8)
    assert change.is_comparable


def test_a_partner_that_is_late_is_no_decline():
    change = like_for_like(month_of(SEP, EIGHT), month_of(OCT, {**EIGHT, "P8": None, "P1": value(170)}))
    assert (change.previous, change.current, change.difference, change.share) == (700, 770, 70, Decimal("0.1"))
    assert "P8" not in change.panel


def test_a_panel_of_less_than_half_the_weight_is_not_comparable():
    now = month_of(OCT, {**EIGHT, "P8": None})
    heavy = {**dict.fromkeys(EIGHT, Decimal(10)), "P8": Decimal(71)}
    change = like_for_like(month_of(SEP, EIGHT), now, heavy)
    assert (change.is_comparable, change.difference) == (False, None)
    assert change.panel_share == Decimal(70) / Decimal(141)
    assert like_for_like(month_of(SEP, EIGHT), now, {**heavy, "P8": Decimal(70)}).is_comparable


def test_without_every_weight_the_count_decides():
    change = like_for_like(month_of(SEP, EIGHT), month_of(OCT, {**EIGHT, "P8": None}), {"P1": Decimal(1)})
    assert change.panel_share == Decimal(7) / Decimal(8)


def test_a_rate_is_divided_after_summing_the_panel():
    line = make_line("rate")
    before = month_of(SEP, {"P1": rate(15, 100), "P2": rate(15, 50)}, line)
    now = month_of(OCT, {"P1": rate(20, 100), "P2": rate(25, 50), "P3": rate(0, 50)}, line)
    change = like_for_like(before, now)
    assert (change.previous, change.current) == (Decimal("0.2"), Decimal("0.3"))
    assert (change.difference, change.share) == (Decimal("0.1"), Decimal("0.5"))


def test_from_zero_there_is_a_difference_and_no_percentage():
    change = like_for_like(month_of(SEP, {"P1": value(0)}), month_of(OCT, {"P1": value(5)}))
    assert (change.difference, change.share) == (5, None)


def test_an_undefined_rate_has_no_change():
    line = make_line("rate")
    change = like_for_like(month_of(SEP, {"P1": rate(0, 0)}, line), month_of(OCT, {"P1": rate(1, 2)}, line))
    assert (change.is_comparable, change.difference) == (False, None)


@pytest.mark.parametrize("row", [{"P1": None}, {"P2": value(3)}])
def test_nobody_in_both_periods_is_not_comparable(row):
    change = like_for_like(month_of(SEP, {"P1": value(5)}), month_of(OCT, row))
    assert (change.is_comparable, change.panel) == (False, ())


def test_unduplicated_people_have_no_difference():
    line = make_line("unduplicated")
    change = like_for_like(month_of(SEP, EIGHT, line), month_of(OCT, EIGHT, line))
    assert (change.is_comparable, change.previous, change.difference) == (False, None, None)


def test_below_zero_a_rise_is_still_a_rise():
    line = make_line(allows_negative=True)
    change = like_for_like(month_of(SEP, {"P1": value(-10)}, line), month_of(OCT, {"P1": value(-5)}, line))
    assert (change.difference, change.share) == (5, Decimal("0.5"))
