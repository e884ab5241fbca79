"""New York City's management report: counts, percentages, days and money side by side, the unit only in the words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backbone.problems import Refused
from tests.real.loading import Loaded, some, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

YEARS = ("2016", "2017", "2018", "2019", "2020", "2021")


@pytest.fixture(scope="module")
def published():
    return list(rows_of("nyc_mmr", "indicators_fy2016_fy2021.csv"))


def bundle(indicators, agencies):
    return {
        "tenant": {"slug": "city-hall", "name": "City hall", "fiscal_year_starts": 7},
        "initiative": {"slug": "services", "name": "City services", "starts_on": "2015-07-01"},
        "agenda": {"vision": "", "outcomes": [{"slug": "served", "title": "Everybody is served"}]},
        "partners": [{"code": agency, "leaves_on": "2021-06-30"} for agency in sorted(agencies)],
        "indicators": indicators,
    }


def indicator(row, **more):
    direction = row["Desired.Direction"].lower()
    return {"slug": f"i{row['ID']}", "name": row["Indicator"], "outcome": "served", "direction": direction} | more


def test_a_percentage_cannot_be_defined_as_a_number_that_adds_up(published):
    row = next(row for row in published if row["Indicator"].endswith("(%)"))
    with pytest.raises(Refused) as refused:
        Loaded.of(bundle([indicator(row, kind="flow", unit="%", frequency="year")], [row["Agency.Number"]]))
    assert {problem.code for problem in refused.value.problems} == {"kind.bare_percent"}


def test_counts_of_a_fiscal_year_come_back_as_published_and_a_blank_is_missing(published):
    """A year's count is filed under its first month; what is NA in the report is nobody's zero."""
    counts = [
        row
        for row in published
        if "(" not in row["Indicator"] and not row["Indicator"].startswith(("Average", "Median"))
    ]
    counts = [
        row
        for row in counts
        if all(row[year] == "NA" or Decimal(row[year]) == int(Decimal(row[year])) for year in YEARS)
    ]
    chosen = some((row["ID"] for row in counts), 60)
    counts = [row for row in counts if row["ID"] in chosen]
    agencies = {row["Agency.Number"] for row in counts}
    loaded = Loaded.of(
        bundle([indicator(row, kind="flow", frequency="year") for row in counts], agencies)
        | {"obligations": [{"indicator": f"i{row['ID']}", "partners": row["Agency.Number"]} for row in counts]}
    )
    loaded.file(
        {"partner": row["Agency.Number"], "indicator": f"i{row['ID']}", "period": f"{int(year) - 1}-07",
         "value": "" if row[year] == "NA" else int(Decimal(row[year]))}
        for row in counts for year in YEARS
    )  # fmt: skip
    found = loaded.rollups(grain="year")
    for row in counts:
        for year in YEARS:
            where = (f"i{row['ID']}", "year", f"{int(year) - 1}-07")
            if row[year] == "NA":
                assert (*where, "", "") not in found.by_key or found.row(*where)["value"] == ""
            else:
                assert found.number(*where) == Decimal(row[year])
                assert found.coverage(*where) == "1 of 1, complete"
    zeros = [(row["ID"], year) for row in counts for year in YEARS if row[year] == "0"]
    assert zeros, "some counts are zero"
    everything = sums((row for row in counts if row["2019"] != "NA"), lambda _: "", lambda row: row["2019"])[""]
    assert everything == sum(
        Decimal(row["value"]) for key, row in found.by_key.items() if key[2] == "2018-07" and row["value"]
    )
