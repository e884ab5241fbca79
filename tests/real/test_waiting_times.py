"""English hospitals' waiting times for admitted patients: a rate by treatment function, with the total among the parts,
and one month whose headers stand in the wrong order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backbone.problems import Refused
from tests.real.loading import Loaded, some
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db

MONTHS = {"2025-09": "admitted_2025-09.csv", "2025-10": "admitted_2025-10.csv"}
TOTAL = "C_999"  # each provider's own total, filed as one more treatment function

# In October's file the last three headers are not above their columns: the parts of the wait tell which is which.
COMPLETED = {"2025-09": "completed_pathways", "2025-10": "median_wait"}


def whole_number(text: str) -> int:
    """`-` is a zero here, and thousands have commas."""
    text = text.strip().replace(",", "")
    return 0 if text == "-" else int(text)


@pytest.fixture(scope="module")
def published():
    months = {month: list(rows_of("nhs_rtt", file)) for month, file in MONTHS.items()}
    chosen = some((row["Provider_code"] for rows in months.values() for row in rows), 25)
    return {month: [row for row in rows if row["Provider_code"] in chosen] for month, rows in months.items()}


@pytest.fixture
def loaded(published) -> Loaded:
    rows = [row for month in published.values() for row in month]
    functions = sorted({row["Treatment_function_code"] for row in rows} - {TOTAL})
    return Loaded.of(
        {
            "tenant": {"slug": "waits", "name": "Waiting times", "fiscal_year_starts": 4},
            "initiative": {"slug": "admitted", "name": "Admitted pathways", "starts_on": "2025-09-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "soon", "title": "Treated in 18 weeks"}]},
            "partners": [{"code": code} for code in sorted({row["Provider_code"] for row in rows})],
            "dimensions": [
                {"slug": "function", "name": "Treatment function", "categories": [{"slug": one.lower().replace("_", "-")} for one in functions]}
            ],
            "indicators": [
                {"slug": "in-time", "name": "Treated within 18 weeks", "outcome": "soon", "kind": "rate", "unit": "percent",
                 "numerator": "within 18 weeks", "denominator": "completed", "dimensions": ["function"]},
                {"slug": "median-wait", "name": "Median wait in weeks", "outcome": "soon", "kind": "median", "decimals": True,
                 "direction": "down"},
            ],
        }
    )  # fmt: skip


def tidy(month, rows, completed):
    ordered = sorted(rows, key=lambda row: (row["Provider_code"], row["Treatment_function_code"] != TOTAL))
    for row in ordered:
        function = row["Treatment_function_code"]
        yield {
            "partner": row["Provider_code"], "indicator": "in-time", "period": month,
            "category": "" if function == TOTAL else f"function:{function.lower().replace('_', '-')}",
            "numerator": whole_number(row["wait_0_18"]), "denominator": completed(row),
        }  # fmt: skip


def test_each_function_and_the_whole_are_sum_over_sum(loaded, published):
    for month, rows in published.items():
        loaded.file(tidy(month, rows, lambda row, name=COMPLETED[month]: whole_number(row[name])))
    found = loaded.rollups(grain="month")
    for month, rows in published.items():
        for function in {row["Treatment_function_code"] for row in rows}:
            of_it = [row for row in rows if row["Treatment_function_code"] == function]
            where = (
                "in-time",
                "month",
                month,
                "" if function == TOTAL else f"function:{function.lower().replace('_', '-')}",
            )
            top = sum(whole_number(row["wait_0_18"]) for row in of_it)
            bottom = sum(whole_number(row[COMPLETED[month]]) for row in of_it)
            assert (found.number(*where, of="numerator"), found.number(*where, of="denominator")) == (top, bottom)
            if bottom:
                assert abs(found.number(*where) - Decimal(top) / bottom) < Decimal("1e-12")
            else:
                assert (found.row(*where)["value"], found.row(*where)["state"]) == ("", "undefined")
    # The providers' totals are not added to what they are totals of.
    parts = [row for row in published["2025-09"] if row["Treatment_function_code"] != TOTAL]
    completed = sum(whole_number(row["completed_pathways"]) for row in parts)
    assert found.number("in-time", "month", "2025-09", of="denominator") == completed


def test_a_column_under_the_wrong_header_is_refused_and_nothing_of_it_is_kept(loaded, published):
    """Read by its header, October's `completed_pathways` is the 95th percentile of the wait, in weeks."""
    rows = [row for row in published["2025-10"] if row["completed_pathways"].strip() not in ("-", "104+", "")]
    with pytest.raises(Refused) as refused:
        loaded.file(tidy("2025-10", rows, lambda row: row["completed_pathways"].strip()))
    codes = {problem.code for problem in refused.value.problems}
    assert codes <= {
        "number.not_integer",
        "figure.numerator_above_denominator",
        "figure.denominator_zero",
        "sum.mismatch",
        "breakdown.no_total",
    }
    assert "number.not_integer" in codes
    assert not loaded.rollups(grain="month").number_of_figures("in-time")


def test_a_total_filed_as_one_more_category_is_refused(loaded, published):
    provider = published["2025-09"][0]["Provider_code"]
    line = {"partner": provider, "indicator": "in-time", "period": "2025-09", "numerator": 1, "denominator": 2}
    with pytest.raises(Refused) as refused:
        loaded.file([line, line | {"category": "function:C_999"}])
    assert {problem.code for problem in refused.value.problems} == {"category.unknown"}


def test_medians_are_never_combined_and_their_range_is_shown(loaded, published):
    totals = [row for row in published["2025-09"] if row["Treatment_function_code"] == TOTAL]
    medians = {row["Provider_code"]: Decimal(row["median_wait"]) for row in totals if row["median_wait"].strip() != "-"}
    loaded.file(
        {"partner": code, "indicator": "median-wait", "period": "2025-09", "value": number}
        for code, number in medians.items()
    )
    row = loaded.rollups(indicator=["median-wait"], grain="month").row("median-wait", "month", "2025-09")
    assert (row["value"], row["state"]) == ("", "not_combinable")
    assert (Decimal(row["lower"]), Decimal(row["upper"])) == (min(medians.values()), max(medians.values()))
    assert int(row["filed"]) == len(medians)
