"""English commissioning groups' opioid prescribing: a rate, and a rate over registered patients, a level."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backbone.problems import Refused
from tests.real.loading import Loaded, some, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

SHARE, PER_1000 = "opioidspercent_2014-11_2017-12.csv", "opioidper1000_2014-12_2017-12.csv"


@pytest.fixture(scope="module")
def published():
    """Both files, cut to the same groups."""
    files = {file: list(rows_of("openprescribing_opioids", file)) for file in (SHARE, PER_1000)}
    chosen = some((row["code"] for rows in files.values() for row in rows), 24)
    return {file: [row for row in rows if row["code"] in chosen] for file, rows in files.items()}


@pytest.fixture
def loaded(published) -> Loaded:
    ratio = {"outcome": "safe", "direction": "down", "decimals": True, "numerator": "items"}
    stock = {"kind": "rate_stock", "unit": "per_1000", "denominator": "registered patients in thousands"}
    return Loaded.of(
        {
            "tenant": {"slug": "medicines", "name": "Medicines optimisation", "fiscal_year_starts": 4},
            "initiative": {"slug": "opioid-safety", "name": "Opioid safety", "starts_on": "2014-11-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "safe", "title": "Fewer high doses"}]},
            "partners": [{"code": code} for code in sorted({row["code"] for row in published[SHARE]})],
            "indicators": [
                {"slug": "share", "name": "High-dose share", "kind": "rate", "unit": "percent", **ratio},
                {"slug": "by-time", "name": "Items a month", "over_time": "person_time", **stock, **ratio},
                {"slug": "by-period", "name": "Items a period", "over_time": "period_rate", **stock, **ratio},
                {"slug": "last", "name": "Items last month", "over_time": "last", **stock, **ratio},
            ],
        }
    )


def tidy(indicator, row, denominator):
    return {
        "partner": row["code"], "indicator": indicator, "period": row["month"][:7],
        "numerator": row["numerator"], "denominator": denominator,
    }  # fmt: skip


def patients(row) -> Decimal:
    """Thousands of patients are whole patients: the published number carries the noise of a binary float."""
    return round(Decimal(row["denominator"]), 3)


def test_the_share_is_sum_over_sum_in_every_span(loaded, published):
    rows = published[SHARE]
    loaded.file(tidy("share", row, row["denominator"]) for row in rows)
    found = loaded.rollups(indicator=["share"])
    for grain, start in (("month", lambda row: row["month"][:7]), ("year", fiscal_year)):
        tops, bottoms = (sums(rows, start, lambda row, name=name: row[name]) for name in ("numerator", "denominator"))
        for period, top in tops.items():
            assert found.number("share", grain, period, of="numerator") == top
            assert found.number("share", grain, period, of="denominator") == bottoms[period]
            assert abs(found.number("share", grain, period) - top / bottoms[period]) < Decimal("1e-12")
    assert found.row("share", "year", "2015-04")["state"] == "complete"


def test_a_rate_over_a_level_says_how_it_combines_over_time(loaded, published):
    rows = published[PER_1000]
    for indicator in ("by-time", "by-period", "last"):
        loaded.file(tidy(indicator, row, patients(row)) for row in rows)
    found = loaded.rollups(grain="year")
    year = [row for row in rows if fiscal_year(row) == "2016-04"]
    items, months = sum(int(row["numerator"]) for row in year), sum(map(patients, year))
    of_march = [row for row in year if row["month"] == "2017-03-01"]
    expected = {
        "by-time": (items, months),
        "by-period": (items, months / 12),
        "last": (sum(int(row["numerator"]) for row in of_march), sum(map(patients, of_march))),
    }
    for indicator, (top, bottom) in expected.items():
        assert found.number(indicator, "year", "2016-04", of="numerator") == top
        assert abs(found.number(indicator, "year", "2016-04", of="denominator") - bottom) < Decimal("1e-9")
        assert abs(found.number(indicator, "year", "2016-04") - top / bottom) < Decimal("1e-9")


def test_the_noise_of_binary_floats_is_refused_by_row_and_not_rounded_in_silence(loaded, published):
    noisy = [row for row in published[PER_1000] if len(row["denominator"].partition(".")[2]) > 6]
    assert noisy, "the file is known for it"
    with pytest.raises(Refused) as refused:
        loaded.file([tidy("by-time", row, row["denominator"]) for row in noisy[:5]])
    assert {problem.code for problem in refused.value.problems} == {"number.precision"}
    assert "has more than 6 decimals" in str(refused.value)


def fiscal_year(row) -> str:
    year, month = int(row["month"][:4]), int(row["month"][5:7])
    return f"{year if month >= 4 else year - 1}-04"
