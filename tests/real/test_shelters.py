"""New York City's shelters: people who are unduplicated within an agency and a month, exits, and a daily census."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.real.loading import Loaded, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

AGENCIES = ("dhs", "dycd", "hpd", "hra")


@pytest.fixture
def loaded() -> Loaded:
    outcome = {"outcome": "housed"}
    return Loaded.of(
        {
            "tenant": {"slug": "city", "name": "City shelters", "fiscal_year_starts": 7},
            "initiative": {"slug": "shelter", "name": "Shelter", "starts_on": "2019-01-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "housed", "title": "Everybody is housed"}]},
            "partners": [{"code": code, "leaves_on": "2023-04-30"} for code in AGENCIES],
            "dimensions": [
                {"slug": "to", "name": "Where to", "categories": [{"slug": "permanent"}, {"slug": "other"}]},
            ],
            "indicators": [
                {"slug": "people", "name": "People sheltered", "kind": "unduplicated", "direction": "down", **outcome},
                {"slug": "exits", "name": "Exits", "kind": "flow", "dimensions": ["to"], **outcome},
                {"slug": "census", "name": "Census of the last night", "kind": "stock", "direction": "down", **outcome},
            ],
            "obligations": [
                {"indicator": "people"},
                {"indicator": "exits", "starts_on": "2023-03-01"},
                {"indicator": "census", "partners": "dhs", "starts_on": "2023-01-01"},
            ],
        }
    )


def test_people_are_bounds_and_never_a_sum(loaded):
    rows = list(rows_of("nyc_shelter_monthly", "ll37_data_unique_by_agency.csv"))
    loaded.file(
        {"partner": row["agency_abb"], "indicator": "people", "period": row["date"][:7], "value": row["count"]}
        for row in rows
    )
    found = loaded.rollups(indicator=["people"])
    by_month: dict[str, dict[str, int]] = {}
    for row in rows:
        by_month.setdefault(row["date"][:7], {})[row["agency_abb"]] = int(row["count"])
    missing = [month for month, counts in by_month.items() if len(counts) < len(AGENCIES)]
    assert len(missing) == 1, "one month of one agency is missing"
    for month, counts in by_month.items():
        row = found.row("people", "month", month)
        assert row["value"] == ""
        assert Decimal(row["lower"]) == max(counts.values())
        assert row["upper"] == ("" if month in missing else str(sum(counts.values())))
        assert row["state"] == ("partial" if month in missing else "complete")
    year = [counts for month, counts in by_month.items() if "2019-07" <= month <= "2020-06"]
    row = found.row("people", "year", "2019-07")
    assert Decimal(row["lower"]) == max(max(counts.values()) for counts in year)
    assert Decimal(row["upper"]) == sum(sum(counts.values()) for counts in year)
    assert missing == ["2021-09"]
    incomplete = found.row("people", "year", "2021-07")
    assert (incomplete["upper"], incomplete["state"]) == ("", "partial")  # only “at least” is known


def test_exits_that_were_not_reported_are_no_zeros(loaded):
    rows = list(rows_of("nyc_shelter_monthly", "shelter_exits_2023-03_2023-09.csv"))
    rows = [row for row in rows if row["date"] <= "2023-04-01"]
    said = [row for row in rows if row["exits"] != "NA"]
    assert any(row["exits"] == "0" for row in said)
    where = {"Permanent Housing": "to:permanent", "Other": "to:other", "Unknown": "to:unknown"}
    desk = lambda row: (row["agency"].lower(), row["date"][:7])  # noqa: E731
    totals = sums(said, desk, lambda row: row["exits"])
    parts = sums(said, lambda row: (*desk(row), where[row["housing_category"]]), lambda row: row["exits"])
    tidy = []
    for (agency, month), number in totals.items():
        line = {"partner": agency, "indicator": "exits", "period": month}
        tidy.append(line | {"value": number})
        tidy += [
            line | {"category": key[2], "value": part} for key, part in parts.items() if key[:2] == (agency, month)
        ]
    loaded.file(tidy)
    found = loaded.rollups(indicator=["exits"], grain="month")
    for month in {month for _, month in totals}:
        who = {agency for agency, one in totals if one == month}
        row = found.row("exits", "month", month)
        assert Decimal(row["value"]) == sum(number for (_, one), number in totals.items() if one == month)
        assert (row["filed"], row["expected"]) == (str(len(who)), "4")
        assert row["state"] == ("complete" if who == set(AGENCIES) else "partial")


def test_the_census_of_a_quarter_is_that_of_its_last_night(loaded):
    nights: dict[str, tuple[str, str]] = {}
    for row in rows_of("nyc_shelter_monthly", "dhs_daily_report_to_2024-12.csv"):
        if (row["measure"], row["table"]) == ("Total Individuals", "combined_total_shelter_census") and row[
            "date"
        ] < "2023-05":
            month = row["date"][:7]
            if month not in nights or row["date"] > nights[month][0]:
                nights[month] = (row["date"], row["count"])
    in_scope = {month: count for month, (_, count) in nights.items() if month >= "2023-01"}
    if not in_scope:
        pytest.skip("This copy of the daily report begins later.")
    loaded.file(
        {"partner": "dhs", "indicator": "census", "period": month, "value": count} for month, count in in_scope.items()
    )
    found = loaded.rollups(indicator=["census"])
    assert found.number("census", "quarter", "2023-01") == Decimal(in_scope["2023-03"])
