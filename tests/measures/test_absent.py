"""Who is missing, in plain values for pages that show several initiatives and for meetings: as of the day they are asked of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from backbone import conditions
from measures.services import rollups
from tests import factories

pytestmark = pytest.mark.django_db

IN_NOVEMBER, IN_OCTOBER = datetime(2026, 11, 11, 15, tzinfo=UTC), datetime(2026, 10, 12, 15, tzinfo=UTC)


@pytest.fixture
def place(in_riverside):
    """Of September P3 is missing, of October P2 and P3."""
    with time_machine.travel(IN_NOVEMBER, tick=False):
        k1 = factories.make_indicator(in_riverside.initiative, code="K1")
        p1, p2, _p3 = in_riverside.partners
        for partner, month in ((p1, 9), (p2, 9), (p1, 10)):
            factories.make_figure(k1, partner, date(2026, month, 1), 7)
        rollups.rebuild(in_riverside.initiative)
        yield in_riverside


@pytest.mark.parametrize(
    ("as_of", "codes", "month"),
    [(IN_NOVEMBER, ("P2", "P3"), "2026-10"), (IN_OCTOBER, ("P3",), "2026-09")],
)
def test_they_are_those_of_the_month_that_was_over_then(place, as_of, codes, month):
    found = conditions.absent(place.initiative, as_of)
    assert (found.codes, found.expected) == (codes, 3)
    assert found.url.endswith(f"?period={month}")
    proposed = [one.about for one in conditions.proposed(place.initiative, as_of) if "missing" in one.about]
    partners = {partner.code: partner.pk for partner in place.partners}
    assert sorted(proposed) == sorted(f"measures.missing:{partners[code]}:{month}" for code in codes)
