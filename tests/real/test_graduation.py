"""Minnesota's four-year graduation rates by district and student group: a rate once a school year, groups overlap."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.real.loading import Loaded, some
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

EVERYBODY = "All Students"


def code(row) -> str:
    """A district's number is unique only together with its type."""
    return f"{row['District Number']}-{row['District Type']}"


def slug(text: str) -> str:
    return re.sub("[^a-z]+", "-", text.lower()).strip("-")


@pytest.fixture(scope="module")
def published():
    """Graduates of the four-year cohort; groups under the state's minimum have no row at all."""
    found = []
    for file in ("2015_grad.csv", "2016_grad.csv"):
        for row in rows_of("mn_graduation", file):
            if row["Ending Status"] == "Graduate" and row["Four Year Count"]:
                found.append(row | {"year": f"20{row['Data Year'][:2]}-07"})
    chosen = some(map(code, found), 60)
    return [row for row in found if code(row) in chosen]


@pytest.fixture
def loaded(published) -> Loaded:
    groups = sorted({row["Demographic Description"] for row in published} - {EVERYBODY})
    loaded = Loaded.of(
        {
            "tenant": {"slug": "schools", "name": "Cradle to career", "fiscal_year_starts": 7},
            "initiative": {"slug": "graduation", "name": "On-time graduation", "starts_on": "2014-07-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "on-time", "title": "Graduating on time"}]},
            "partners": [{"code": one} for one in sorted(set(map(code, published)))],
            "dimensions": [
                {"slug": "group", "name": "Student group", "exclusive": False,
                 "categories": [{"slug": slug(group), "name": group} for group in groups]}
            ],
            "indicators": [
                {"slug": "rate", "name": "Graduated in four years", "outcome": "on-time", "kind": "rate", "unit": "percent",
                 "numerator": "graduates", "denominator": "students", "frequency": "year", "dimensions": ["group"],
                 "targets": [{"period": "2015-07", "numerator": 90, "denominator": 100}]}
            ],
        }
    )  # fmt: skip
    ordered = sorted(published, key=lambda row: (row["year"], code(row), row["Demographic Description"] != EVERYBODY))
    with_total = {(row["year"], code(row)) for row in published if row["Demographic Description"] == EVERYBODY}
    loaded.file(tidy(row) for row in ordered if (row["year"], code(row)) in with_total)
    return loaded


def tidy(row):
    group = row["Demographic Description"]
    return {
        "partner": code(row), "indicator": "rate", "period": row["year"],
        "category": "" if group == EVERYBODY else f"group:{slug(group)}",
        "numerator": row["Four Year Count"], "denominator": row["Four Year Total"],
    }  # fmt: skip


def test_the_rate_of_all_districts_is_sum_over_sum_in_every_group(loaded, published):
    found = loaded.rollups()
    for year in ("2014-07", "2015-07"):
        for group in {row["Demographic Description"] for row in published if row["year"] == year}:
            rows = [row for row in published if row["year"] == year and row["Demographic Description"] == group]
            where = ("rate", "year", year, "" if group == EVERYBODY else f"group:{slug(group)}")
            top, bottom = (sum(int(row[f"Four Year {name}"]) for row in rows) for name in ("Count", "Total"))
            assert (found.number(*where, of="numerator"), found.number(*where, of="denominator")) == (top, bottom)
            assert abs(found.number(*where) - Decimal(top) / bottom) < Decimal("1e-12")
            mean = sum(Decimal(row["Four Year Percent"]) for row in rows) / len(rows) / 100
            if group == EVERYBODY:
                assert abs(found.number(*where) - mean) > Decimal("0.001")  # the mean of rates is another number


def test_a_districts_own_rate_is_what_the_state_published(loaded, published):
    found = loaded.rollups(by="partner")
    for row in published:
        if row["Demographic Description"] == EVERYBODY:
            ours = 100 * found.number("rate", "year", row["year"], "", code(row))
            assert abs(ours - Decimal(row["Four Year Percent"])) <= Decimal("0.011")  # a few differ in the last digit


def test_a_group_that_was_withheld_is_missing_and_not_zero(loaded, published):
    districts = set(map(code, published))
    found = loaded.rollups()
    for group in ("Homeless Students", "Asian Students"):
        shown = {code(row) for row in published if row["Demographic Description"] == group and row["year"] == "2015-07"}
        row = found.row("rate", "year", "2015-07", f"group:{slug(group)}")
        assert (int(row["filed"]), row["state"]) == (len(shown), "partial")
        assert len(shown) < len(districts)


def test_published_rates_tell_of_no_small_group(loaded, published):
    """Neither who graduated nor who did not may be 1 to 10 people, in a district, a group or the sum of what is hidden."""
    part = loaded.publish("year", date(2015, 7, 1))
    (indicator,) = part["indicators"]
    true = {
        (code(row), "" if row["Demographic Description"] == EVERYBODY else f"group:{slug(row['Demographic Description'])}"):
        (int(row["Four Year Count"]), int(row["Four Year Total"]))
        for row in published if row["year"] == "2015-07"
    }  # fmt: skip
    shown = hidden = 0
    together: dict[str, list[int]] = {}
    for row in indicator["partners"]["rows"]:
        cells = {"": row["figure"]}
        for split in row.get("breakdowns", ()):
            cells |= {cell["key"]: cell["figure"] for cell in split["rows"]}
        for key, figure in cells.items():
            if (row["code"], key) not in true:
                continue
            top, bottom = true[row["code"], key]
            if figure.get("hidden"):
                hidden += 1
                assert not {"value", "numerator", "denominator"} & figure.keys()
                sums = together.setdefault(key, [0, 0])
                sums[0], sums[1] = sums[0] + top, sums[1] + bottom
            else:
                shown += 1
                assert (figure["numerator"], figure["denominator"]) == (str(top), str(bottom))
                assert not any(0 < number < 11 for number in (top, bottom - top))
    assert shown > 20
    assert hidden > 20
    for key, (top, bottom) in together.items():
        assert not any(0 < number < 11 for number in (top, bottom - top)), key
