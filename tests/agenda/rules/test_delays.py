"""When something may first be seen of what was begun."""

from datetime import date

from agenda.rules.arcs import Arc, Lag
from agenda.rules.delays import Delay, delays

JULY = date(2026, 7, 14)


def test_lags_count_from_the_month_of_the_beginning():
    found = delays([Arc(1, 2, 1, Lag(6, 9, 15))], {1: JULY})
    assert found == {2: Delay(date(2027, 1, 1), date(2027, 10, 1))}


def test_lags_in_a_row_add_up_along_the_way_that_is_likely_the_soonest():
    arcs = [
        Arc(1, 2, 1, Lag(1, 2, 3)),
        Arc(2, 3, -1, Lag(2, 2, 4)),
        Arc(1, 3, 1, Lag(0, 9, 30)),
        Arc(3, 1, 1, Lag(1, 1, 1)),
    ]
    found = delays(arcs, {1: JULY})
    assert found[3] == Delay(date(2026, 10, 1), date(2027, 2, 1))
    assert 1 not in found


def test_of_several_beginnings_the_soonest_and_the_latest_count_and_links_without_a_lag_lead_nowhere():
    arcs = [Arc(1, 3, 1, Lag(6, 9, 15)), Arc(2, 3, 1, Lag(1, 2, 3)), Arc(3, 4, 1), Arc(1, 4, 1, None)]
    found = delays(arcs, {1: JULY, 2: date(2026, 12, 1)})
    assert found == {3: Delay(date(2027, 1, 1), date(2027, 10, 1))}
    assert delays(arcs, {}) == {}
