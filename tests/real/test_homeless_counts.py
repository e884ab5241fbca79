"""The United States' counts of homeless people in one January night, by Continuum of Care: a level, once a year."""

from __future__ import annotations

from datetime import date

import pytest

from backbone.problems import Refused
from tests.real.loading import Loaded, some, spans_of, sums
from tests.real_data import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def published():
    rows = list(rows_of("hud_pit", "pit_coc_2007_2019.csv"))
    chosen = some((row["coc_num"] for row in rows), 60)
    return [row for row in rows if row["coc_num"] in chosen]


@pytest.fixture
def loaded(published) -> Loaded:
    spans = spans_of(published, "coc_num", "year")
    return Loaded.of(
        {
            "tenant": {"slug": "homeless", "name": "Ending homelessness"},
            "initiative": {"slug": "point-in-time", "name": "Point in time", "starts_on": "2007-01-01"},
            "agenda": {"vision": "", "outcomes": [{"slug": "housed", "title": "Everybody is housed"}]},
            "partners": [
                {"code": code, "joins_on": f"{first}-01-01", "leaves_on": None if last == "2019" else f"{last}-12-31"}
                for code, (first, last) in sorted(spans.items())
            ],
            "dimensions": [
                {"slug": "shelter", "name": "Shelter", "categories": [{"slug": "sheltered"}, {"slug": "unsheltered"}]}
            ],
            "indicators": [
                {"slug": "people", "name": "People counted", "outcome": "housed", "kind": "stock", "direction": "down",
                 "frequency": "year", "dimensions": ["shelter"]}
            ],
        }
    )  # fmt: skip


def tidy(row):
    line = {"partner": row["coc_num"], "indicator": "people", "period": f"{row['year']}-01"}
    yield line | {"value": row["total"]}
    for kind in ("sheltered", "unsheltered"):
        yield line | {"category": f"shelter:{kind}", "value": row[kind]}


def test_each_years_count_is_the_sum_of_who_counted_and_says_who_did_not(loaded, published):
    loaded.file(row for count in published for row in tidy(count))
    found = loaded.rollups(grain="year")
    spans = spans_of(published, "coc_num", "year")
    for kind, category in (("total", ""), ("sheltered", "shelter:sheltered"), ("unsheltered", "shelter:unsheltered")):
        for year, number in sums(published, lambda row: row["year"], lambda row, kind=kind: row[kind]).items():
            assert found.number("people", "year", f"{year}-01", category) == number
    for year in {row["year"] for row in published}:
        counted = sum(row["year"] == year for row in published)
        expected = sum(first <= year <= last for first, last in spans.values())
        state = "complete" if counted == expected else "partial"
        assert found.coverage("people", "year", f"{year}-01") == f"{counted} of {expected}, {state}"


def test_the_total_among_the_parts_is_refused_by_name(loaded):
    """In the detailed file “Sheltered Total” and “Overall” stand beside the shelters that they are the sums of."""
    line = {"partner": "AK-500", "indicator": "people", "period": "2018-01"}
    detail = [
        row for row in rows_of("hud_pit", "pit_coc_detail_2018_2019.csv")
        if (row["coc_num"], row["year"], row["subpopulation"]) == ("AK-500", "2018", "All")
    ]  # fmt: skip
    shelters = {row["shelter"]: row["count"] for row in detail}
    assert {"Overall", "Sheltered Total", "Sheltered ES"} < set(shelters)
    with pytest.raises(Refused) as refused:
        loaded.file(
            [line | {"value": shelters["Overall"]}]
            + [line | {"category": f"shelter:{name}", "value": number} for name, number in shelters.items()]
        )
    assert {problem.code for problem in refused.value.problems} == {"category.unknown"}
    assert "Sheltered Total" in str(refused.value)


def test_published_counts_hide_who_is_few_and_let_nobody_subtract_it(loaded, published):
    """Held against the file itself: a reader knows every shown row, and that both kinds of shelter make the total."""
    loaded.file(row for count in published for row in tidy(count))
    part = loaded.publish("year", date(2019, 1, 1))
    true = {row["coc_num"]: row for row in published if row["year"] == "2019"}
    (indicator,) = part["indicators"]
    hidden: dict[str, int] = {"": 0, "sheltered": 0, "unsheltered": 0}
    rows = {row["code"]: row for row in indicator["partners"]["rows"]}
    assert rows.keys() == true.keys()
    for code, row in rows.items():
        cells = {"": row["figure"]}
        for split in row.get("breakdowns", ()):
            cells |= {cell["key"].partition(":")[2]: cell["figure"] for cell in split["rows"]}
        numbers = {"": int(true[code]["total"])} | {
            kind: int(true[code][kind]) for kind in ("sheltered", "unsheltered")
        }
        gone = [kind for kind in numbers if kind in cells and cells[kind].get("hidden")]
        for kind, number in numbers.items():
            if kind in gone:
                assert "value" not in cells[kind]
                hidden[kind] += number
            elif kind in cells:
                assert cells[kind]["value"] == str(number)
                assert not 0 < number < 11, f"{code} {kind} is shown"
        assert len(gone) != 1, f"{code}: what is hidden alone is the difference of the others"
    for kind, number in hidden.items():
        assert number == 0 or number >= 11, f"those hidden of {kind or 'the total'} are {number} together"
    assert sum(hidden.values()) > 0
