"""Charts: what a specification may hold, that nothing withheld is in it, and that the server can draw it."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from backbone import charts
from backbone.charts import Baseline, Note, Point, Target, small_multiples, table, to_json, to_script_json, trend

TITLE = {"title": "Rising for a year", "subtitle": "Completions a month", "unit": "Completions"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def months(*values: object, start: int = 1, partial: tuple[int, ...] = ()) -> list[Point]:
    return [
        Point(
            dt.date(2026, start + i, 1),
            None if value is None else Decimal(str(value)),
            is_partial=i in partial,
            cover="7 of 9 partners" if i in partial else "9 of 9 partners",
        )
        for i, value in enumerate(values)
    ]


def rows(spec: dict, kind: str) -> list[dict]:
    return [row for row in spec["data"]["values"] if row["kind"] == kind]


def steps(spec: dict, part: bool) -> list[tuple[str, str]]:
    return [(row["month"], str(row["value"])) for row in rows(spec, "step") if row["part"] is part]


def test_a_step_that_touches_a_partial_value_is_dashed_and_the_value_hollow():
    spec = trend(months(10, 20, 15, 30, partial=(2,)), **TITLE)
    assert [month for month, _value in steps(spec, part=False)] == ["2026-01-01", "2026-02-01"]
    assert [month for month, _value in steps(spec, part=True)] == ["2026-02-01", "2026-03-01", "2026-04-01"]
    assert [row["state"] for row in rows(spec, "point")] == ["complete", "complete", "partial", "complete"]
    assert [row["words"] for row in rows(spec, "point")] == ["10", "20", "15 so far", "30"]


def test_silence_is_a_gap_and_zero_is_a_point():
    spec = trend(months(10, 20, None, 0, 5), **TITLE)
    assert [row["month"] for row in rows(spec, "gap")] == ["2026-03-01"]
    assert len({row["piece"] for row in rows(spec, "step")}) == 2
    assert "0" in [str(row["value"]) for row in rows(spec, "point")]


def test_points_come_in_any_order():
    given = months(10, 20, 30)
    assert trend(given[::-1], **TITLE) == trend(given, **TITLE)


def test_nothing_of_a_withheld_value_is_in_the_page():
    secret = Point(dt.date(2026, 2, 1), Decimal("7331"), is_hidden=True, words="7331", is_partial=True)
    given = [*months(10), secret, *months(30, start=3)]
    for spec in (trend(given, **TITLE), small_multiples([("14–15", given)], **TITLE)):
        assert "7331" not in to_json(spec)
        assert [row["month"] for row in rows(spec, "hidden")] == ["2026-02-01"]
        assert rows(spec, "step") == []
        assert table(spec)["has_hidden"]
    told = dict(table(trend(given, **TITLE))["rows"])
    assert told["February 2026"][0] is None


def ranges(*ends: tuple[object, object]) -> list[Point]:
    return [
        Point(dt.date(2026, 1 + i, 1), None, low=Decimal(str(low)), high=None if high is None else Decimal(str(high)))
        for i, (low, high) in enumerate(ends)
    ]


def test_a_range_is_a_bar_from_end_to_end_and_never_a_point():
    spec = trend(ranges((60, 125), (40, 40), (60, None)), **TITLE)
    assert [(str(row["value"]), str(row["value2"]), row["state"]) for row in rows(spec, "range")] == [
        ("60", "125", "complete"), ("40", "40", "complete"), ("60", "125", "partial"),
    ]  # fmt: skip
    assert [str(row["value"]) for row in rows(spec, "range-end")] == ["60", "125", "40", "60"]
    assert rows(spec, "point") == rows(spec, "step") == rows(spec, "gap") == []
    assert spec["encoding"]["y"]["scale"]["domain"][-1] >= 125
    told = dict(table(spec)["rows"])
    assert told == {
        "January 2026": ["between 60 and 125"],
        "February 2026": ["between 40 and 40"],
        "March 2026": ["at least 60"],
    }
    about = spec["usermeta"]["backbone"]
    assert (about["has_points"], about["has_range"], about["has_partial"], about["has_partial_range"]) == (
        False, True, False, True,
    )  # fmt: skip
    assert "between 60 and 125" in spec["description"]


def test_the_words_of_a_range_that_is_open_stand_below_it_where_there_is_room():
    assert len(rows(trend(ranges((60, 125), (60, None)), **TITLE), "label-below")) == 1
    assert len(rows(trend(ranges((60, 1250), (60, None)), **TITLE), "label-above")) == 1


def test_a_line_does_not_lead_over_a_range():
    spec = trend([*months(10, 20), *[in_month(one, 3) for one in ranges((5, 9))], *months(30, start=4)], **TITLE)
    assert [month for month, _value in steps(spec, part=False)] == ["2026-01-01", "2026-02-01"]


def in_month(point: Point, month: int) -> Point:
    return replace(point, period=dt.date(2026, month, 1))


def test_nothing_of_a_withheld_range_is_in_the_page():
    secret = Point(dt.date(2026, 2, 1), None, is_hidden=True, low=Decimal(7331), high=Decimal(7332), words="7331")
    spec = trend([*ranges((1, 2)), secret], **TITLE)
    assert "733" not in to_json(spec)
    assert [row["month"] for row in rows(spec, "hidden")] == ["2026-02-01"]


def test_the_server_draws_a_range():
    drawn = charts.svg(trend(ranges((60, 125), (60, None)), **TITLE))
    assert drawn.startswith("<svg")
    for spec in (trend(ranges((60, 125)), **TITLE), small_multiples([("14–15", ranges((60, 125)))], **TITLE)):
        assert len(rows(spec, "range")) == 1


def test_a_chart_names_styles_and_no_colour():
    spec = trend(
        months(10, 20, partial=(1,)),
        target=Target(Decimal(30), dt.date(2027, 6, 1), "Target 30"),
        baseline=Baseline(Decimal(8), None, "Baseline 8"),
        notes=[Note(dt.date(2026, 1, 1), "Evening classes")],
        compare=[*months(9, 12), *ranges((1, 2))],
        **TITLE,
    )
    text = to_json(spec)
    assert not re.search(r'#[0-9a-fA-F]{3,6}"|rgb\(|hsl\(|"(color|fill|stroke)"', text)
    known = json.loads(charts.CONFIG.read_text(encoding="utf-8"))["light"]["style"]
    named = {layer["mark"]["style"] for layer in spec["layer"]}
    assert named <= set(known)
    assert {"series", "series-partial", "point-partial", "target", "plan", "baseline", "compare"} <= named


def test_counts_start_at_zero():
    spec = trend(months(900, 950), **TITLE)
    assert spec["encoding"]["y"]["scale"]["domain"][0] == 0
    assert spec["usermeta"]["backbone"]["scale_note"] == ""


def test_a_high_ratio_may_start_higher_and_says_so():
    spec = trend(months("0.91", "0.93"), is_ratio=True, target=Target(Decimal("0.95")), **TITLE)
    low, high = spec["encoding"]["y"]["scale"]["domain"]
    assert Decimal("0.85") <= low <= Decimal("0.91")
    assert high >= Decimal("0.95")
    assert spec["usermeta"]["backbone"]["scale_note"] == f"The scale starts at {low * 100:.0f}%."
    assert trend(months("0.1", "0.4"), is_ratio=True, **TITLE)["encoding"]["y"]["scale"]["domain"][0] == 0


@pytest.mark.parametrize(
    "values",
    [(0,), (0, 0), (-5, 3), (-7, -3), ("0.001", "0.0012"), (1, 999_999_999), ("123456.789",), (None,), ()],
)
def test_the_scale_holds_every_value(values):
    spec = trend(months(*values), **TITLE)
    low, high = spec["encoding"]["y"]["scale"]["domain"]
    ticks = spec["encoding"]["y"]["axis"]["values"]
    assert low < high
    assert 3 <= len(ticks) <= 7
    for value in values:
        assert value is None or low <= Decimal(str(value)) <= high


def test_a_decimal_keeps_all_its_digits_as_a_number():
    value = Decimal("12345678901234567890.123456789012")
    text = to_json({"value": value, "none": None, "yes": True, "text": "5"})
    assert text == '{"value":12345678901234567890.123456789012,"none":null,"yes":true,"text":"5"}'
    assert json.loads(text, parse_float=Decimal)["value"] == value


def test_nothing_in_a_chart_ends_its_script_element():
    text = to_script_json(trend(months(1), title="</script><b>&", subtitle="", unit="x"))
    assert "<" not in text
    assert "&" not in text
    assert json.loads(text)["usermeta"]["backbone"]["title"] == "</script><b>&"


def test_the_table_tells_what_the_drawing_tells_newest_first():
    told = table(trend(months(10, None, 15, partial=(2,)), **TITLE))
    assert told["head"] == ["Completions", "Filed"]
    assert told["rows"] == [
        ("March 2026", ["15 so far", "7 of 9 partners"]),
        ("February 2026", ["not filed", "9 of 9 partners"]),
        ("January 2026", ["10", "9 of 9 partners"]),
    ]


def test_the_table_of_two_series_has_both():
    spec = trend(
        months(10, 20), compare=months(9), compare_label="All who filed", series_label="Same partners", **TITLE
    )
    told = table(spec)
    assert told["head"] == ["Completions", "All who filed", "Filed"]
    assert told["rows"][0][1] == ["20", "–", "9 of 9 partners"]
    assert rows(spec, "label-above")[0]["label"] == "Same partners: 20"
    assert rows(spec, "against-label-below")[0]["label"] == "All who filed: 9"


def test_small_multiples_share_one_scale_and_keep_their_order():
    spec = small_multiples([("Unknown", months(5)), ("14–15", months(700))], **TITLE)
    assert spec["facet"]["sort"] == ["Unknown", "14–15"]
    assert spec["spec"]["encoding"]["y"]["scale"]["domain"] == [0, 750]
    assert table(spec)["rows"] == [("January 2026", ["5", "700"])]


def test_a_later_target_gets_its_plan_and_leaves_room_for_the_words():
    spec = trend(
        months(10, 20),
        target=Target(Decimal(30), dt.date(2027, 6, 1), "Target 30 by June 2027"),
        baseline=Baseline(Decimal(8), dt.date(2026, 1, 1), "Baseline 8"),
        **TITLE,
    )
    assert [(row["month"], row["value"]) for row in rows(spec, "plan")] == [("2026-01-01", 8), ("2027-06-01", 30)]
    assert rows(spec, "target")[0]["label"] == "Target 30 by June 2027"
    assert rows(spec, "label-beside")[0]["label2"] == "9 of 9 partners"


@pytest.mark.parametrize(("last", "place"), [(25, "beside"), (15, "above"), (9, "below")])
def test_words_leave_the_place_beside_the_last_point_to_a_plan_or_a_baseline(last, place):
    target = Target(Decimal(30), dt.date(2027, 6, 1), "Target 30 by June 2027")
    baseline = Baseline(Decimal(8), dt.date(2026, 1, 1), "Baseline 8")
    spec = trend(months(10, last), target=target, baseline=baseline, **TITLE)
    assert len(rows(spec, f"label-{place}")) == 1


def test_axes_speak_the_reader_s_language():
    with translation.override("es"):
        spec = trend(months(1000, 1200), **TITLE)
    assert "ene" in spec["encoding"]["x"]["axis"]["labelExpr"].lower()


def test_years_are_named_as_the_year_starts():
    yearly = [Point(dt.date(year, 7, 1), Decimal(year)) for year in range(2020, 2027)]
    spec = trend(yearly, grain="year", **TITLE)
    assert '"2026-07": "2026–27"' in spec["encoding"]["x"]["axis"]["labelExpr"]
    assert table(spec)["rows"][0][0] == "2026–27"


def test_the_figure_has_a_name_a_hidden_drawing_and_its_numbers():
    spec = trend(months(10, 15, partial=(1,)), **TITLE)
    html = Template('{% load bb %}{% chart spec id="k1" source="Approved filings only." %}').render(
        Context({"spec": spec})
    )
    assert 'role="img" aria-label="Rising for a year. The numbers are in the table below."' in html
    assert 'data-chart="k1-spec"' in html
    held = re.search(r'<script type="application/json" id="k1-spec">(.*?)</script>', html, re.DOTALL).group(1)
    assert json.loads(held)["usermeta"]["backbone"]["title"] == "Rising for a year"
    assert "some missing: so far" in html
    assert '<th scope="row">February 2026</th><td class="bb-num">15 so far</td>' in html
    assert "Approved filings only." in html


def test_the_server_draws_the_same_chart_in_the_tenant_s_accent():
    spec = trend(
        months(10, 20, 15, partial=(2,)),
        target=Target(Decimal(30), dt.date(2027, 6, 1), "Target 30"),
        baseline=Baseline(Decimal(8), None, "Baseline 8"),
        **TITLE,
    )
    drawn = charts.svg(spec, accent="#b00020", width=600)
    assert drawn.startswith("<svg")
    assert charts.accents.legible("#b00020") in drawn
    assert "stroke-dasharray" in drawn
    assert "Target 30" in drawn
    assert "15 so far" in drawn


def test_the_server_draws_small_multiples():
    spec = small_multiples([("14–15", months(10, 20)), ("16–19", months(100, 120))], **TITLE)
    drawn = charts.svg(spec, width=600)
    assert "14–15" in drawn
    assert "16–19" in drawn
