"""What public bodies publish of English councils: the country among its areas, and percentages without their parts."""

from __future__ import annotations

import calendar
from decimal import Decimal

import pytest

from backbone.problems import Refused
from tests.real.loading import Loaded, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

ENGLAND = "E92000001"
WARD = "E05"  # one council's wards stand among the councils, and would be counted twice


def month_of(words: str) -> str:
    name, year = words.split()
    return f"{year}-{list(calendar.month_name).index(name):02d}"


@pytest.fixture(scope="module")
def published():
    return [
        row | {"month": month_of(row["period"])}
        for row in rows_of("local_authority_indicators", "claimant_count.csv")
        if not row["area_code"].startswith(WARD)
    ]


@pytest.fixture
def loaded(published) -> Loaded:
    areas = {row["area_code"]: row["area_name"] for row in published if row["area_code"] != ENGLAND}
    source = {
        "outcome": "in-work",
        "kind": "community",
        "source": "Office for National Statistics",
        "direction": "down",
    }
    return Loaded.of(
        {
            "tenant": {"slug": "councils", "name": "Councils", "fiscal_year_starts": 4},
            "initiative": {"slug": "work", "name": "Into work", "starts_on": min(row["month"] for row in published) + "-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "in-work", "title": "Everybody who wants to works"}]},
            "partners": [{"code": code, "name": name} for code, name in sorted(areas.items())],
            "indicators": [
                {"slug": "claimants", "name": "Claimants", "outcome": "in-work", "kind": "stock", "direction": "down"},
                {"slug": "england", "name": "Claimants in England", **source},
                {"slug": "england-share", "name": "Share of residents claiming", "unit": "percent", "decimals": True, **source},
            ],
        }
    )  # fmt: skip


def counts(published, is_england):
    return [row for row in published if row["measure"] == "Count" and (row["area_code"] == ENGLAND) == is_england]


def test_the_country_stands_beside_its_areas_and_is_never_added_to_them(loaded, published):
    areas, country = counts(published, False), counts(published, True)
    loaded.file(
        {"partner": row["area_code"], "indicator": "claimants", "period": row["month"], "value": row["value"]}
        for row in sorted(areas, key=lambda row: row["month"])
    )
    shares = [row for row in published if row["measure"] == "Percentage" and row["area_code"] == ENGLAND]
    loaded.file(
        {"partner": "", "indicator": slug, "period": row["month"], "value": row["value"], "note": f"{row['month']}-28"}
        for slug, rows in (("england", country), ("england-share", shares))
        for row in rows
    )
    found = loaded.rollups(grain="month")
    for month, number in sums(areas, lambda row: row["month"], lambda row: row["value"]).items():
        assert found.number("claimants", "month", month) == number
    for row in country:
        assert found.number("england", "month", row["month"]) == Decimal(row["value"])
        assert found.number("england", "month", row["month"]) > found.number("claimants", "month", row["month"])
    for row in shares:
        assert found.number("england-share", "month", row["month"]) == Decimal(row["value"])


def test_the_country_is_no_partner(loaded, published):
    row = counts(published, True)[0]
    line = {"indicator": "claimants", "period": row["month"], "value": row["value"]}
    for partner, code in ((ENGLAND, "partner.unknown"), ("", "partner.missing")):
        with pytest.raises(Refused) as refused:
            loaded.file([line | {"partner": partner}])
        assert [problem.code for problem in refused.value.problems] == [code]


def test_a_share_of_an_area_without_its_parts_cannot_be_filed_as_a_number_that_adds_up():
    indicator = {"slug": "share", "name": "Share claiming", "outcome": "o", "kind": "stock", "unit": "percent"}
    with pytest.raises(Refused) as refused:
        Loaded.of(
            {
                "tenant": {"slug": "councils", "name": "Councils"},
                "initiative": {"slug": "work", "name": "Into work", "starts_on": "2023-01-01"},
                "agenda": {"vision": "", "outcomes": [{"slug": "o", "title": "O"}]},
                "partners": [{"code": "E06000060"}],
                "indicators": [indicator],
            }
        )
    assert [problem.code for problem in refused.value.problems] == ["kind.bare_percent"]
