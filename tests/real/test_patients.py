"""Patients registered at English practices: a level of each quarter, by sex and age."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.real.loading import IS_WHOLE, Loaded, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

QUARTERS = {"2013-07": "Patient_List_Size_2013_07-09.csv", "2013-10": "Patient_List_Size_2013_10-12.csv"}
AGES = ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75plus")
LARGE = "13P"  # one of the groups of practices: 152 of them

BANDS = {
    f"{sex} {age.replace('plus', '+')}": f"sex:{sex.lower()}+age:{age}" for sex in ("Male", "Female") for age in AGES
}


@pytest.fixture(scope="module")
def published():
    """Each quarter's practices, of one group unless the sets are taken whole."""
    return {
        quarter: [row for row in rows_of("gp_list_size", file) if IS_WHOLE or row["PCO Code"].startswith(LARGE)]
        for quarter, file in QUARTERS.items()
    }


@pytest.fixture
def loaded(published) -> Loaded:
    codes = {quarter: {row["Practice Code"] for row in rows} for quarter, rows in published.items()}
    first, second = codes.values()
    partners = [
        {
            "code": code,
            "joins_on": "2013-07-01" if code in first else "2013-10-01",
            "leaves_on": None if code in second else "2013-09-30",
        }
        for code in sorted(first | second)
    ]
    loaded = Loaded.of(
        {
            "tenant": {"slug": "lists", "name": "Practice lists"},
            "initiative": {"slug": "patients", "name": "Patients", "starts_on": "2013-07-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "known", "title": "Everybody has a practice"}]},
            "partners": partners,
            "dimensions": [
                {"slug": "sex", "name": "Sex", "categories": [{"slug": "male"}, {"slug": "female"}]},
                {"slug": "age", "name": "Age", "categories": [{"slug": age} for age in AGES]},
            ],
            "indicators": [
                {"slug": "patients", "name": "Registered patients", "outcome": "known", "kind": "stock",
                 "frequency": "quarter", "dimensions": ["sex+age"]},
            ],
        }
    )  # fmt: skip
    loaded.file(row for quarter, rows in published.items() for practice in rows for row in tidy(quarter, practice))
    return loaded


def tidy(quarter, practice):
    line = {"partner": practice["Practice Code"], "indicator": "patients", "period": quarter}
    yield line | {"value": total(practice)}
    for band, category in BANDS.items():
        yield line | {"category": category, "value": practice[band]}


def total(practice) -> int:
    return sum(int(practice[band]) for band in BANDS)


def test_a_quarters_level_adds_up_over_practices_and_the_years_is_its_last(loaded, published):
    found = loaded.rollups()
    totals = {quarter: sum(map(total, rows)) for quarter, rows in published.items()}
    if IS_WHOLE:
        assert totals == {"2013-07": 56_086_522, "2013-10": 56_292_667}
    for quarter, number in totals.items():
        assert found.number("patients", "quarter", quarter) == number
        assert (
            found.coverage("patients", "quarter", quarter)
            == f"{len(published[quarter])} of {len(published[quarter])}, complete"
        )
    assert found.number("patients", "year", "2013-01") == totals["2013-10"]
    assert not [key for key in found.by_key if key[1] == "month"]  # a quarter is never split into months


def test_every_cell_of_sex_and_age_is_the_sum_of_its_practices(loaded, published):
    found = loaded.rollups(grain="quarter")
    for quarter, rows in published.items():
        for band, category in BANDS.items():
            assert (
                found.number("patients", "quarter", quarter, category)
                == sums(rows, lambda _: "", lambda row, band=band: row[band])[""]
            )
        cells = [Decimal(row["value"]) for key, row in found.by_key.items() if key[2] == quarter and key[3]]
        assert sum(cells) == found.number("patients", "quarter", quarter)


def test_a_practice_of_nothing_but_zeros_has_filed(loaded, published):
    empty = [row["Practice Code"] for row in published["2013-07"] if total(row) == 0]
    assert empty, "the file is known for them"
    found = loaded.rollups(grain="quarter", by="partner")
    for code in empty:
        row = found.row("patients", "quarter", "2013-07", "", code)
        assert (Decimal(row["value"]), row["state"]) == (0, "complete")
        assert re.fullmatch("0", row["value"])
