"""IATI results: out, valid against the schema's order of elements, and in, with a clear answer to every value."""

from __future__ import annotations

import os
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from backbone.models import Tenant
from backbone.problems import Refused
from backbone.tabular.markup import Node, read_markup
from measures.exporting import iati as out
from measures.importing.exchange import formats
from measures.models import Dimension, ExternalId, Figure, Indicator, Target
from measures.services import rollups, targets
from tests import factories
from tests.measures.test_exchange_values import BOMB
from tests.real_data import real_file

OCTOBER = date(2025, 10, 1)
# The order of elements in the schema of 2.03, as far as we write them.
ORDER = {
    "iati-activities": ["iati-activity"],
    "iati-activity": ["iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
                      "activity-date", "result"],
    "result": ["title", "indicator"],
    "indicator": ["title", "description", "reference", "baseline", "period"],
    "period": ["period-start", "period-end", "target", "actual"],
    "target": ["dimension", "comment"], "actual": ["dimension", "comment"], "baseline": ["comment"],
}  # fmt: skip
REQUIRED = {
    "iati-activities": ["version"], "reporting-org": ["ref", "type"], "participating-org": ["role"], "result": ["type"],
    "activity-status": ["code"], "activity-date": ["type", "iso-date"], "indicator": ["measure"], "baseline": ["year"],
    "period-start": ["iso-date"], "period-end": ["iso-date"], "dimension": ["name", "value"],
    "reference": ["vocabulary", "code"],
}  # fmt: skip


def check_order(node: Node) -> None:
    order = ORDER.get(node.name)
    if order is not None:
        places = [order.index(child.name) for child in node.children]
        assert places == sorted(places), (node.name, [child.name for child in node.children])
    assert set(REQUIRED.get(node.name, ())) <= set(node.attributes), node.name
    for child in node.children:
        check_order(child)


def validate(content: bytes) -> None:
    """Against the schema itself, where it and a reader of schemas are on this machine; its order of elements always."""
    check_order(read_markup(content))
    folder = os.environ.get("BACKBONE_IATI_SCHEMA")
    if not folder:
        return
    sys.path.append(os.environ.get("BACKBONE_IATI_READER", ""))
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(str(Path(folder) / "iati-activities-schema.xsd")))
    schema.assertValid(etree.fromstring(content))


@pytest.fixture
def place(riverside):
    Tenant.objects.filter(pk=riverside.tenant.pk).update(fiscal_year_starts=1, small_cell_threshold=5)
    riverside.tenant.refresh_from_db()
    with riverside.scope():
        outcome = riverside.initiative.outcomes.get()
        factories.make_dimension(riverside.initiative, "age", "young", "old")
        served = factories.make_indicator(
            riverside.initiative, "served", breakdowns=["age"], outcome=outcome, definition="People <served> & seen",
            baseline_period=date(2025, 7, 1), baseline_value=90,
        )  # fmt: skip
        placed = factories.make_indicator(
            riverside.initiative, "placed", kind="rate", unit="percent", direction="down", outcome=outcome
        )
        people = factories.make_indicator(riverside.initiative, "people", kind="unduplicated", direction="none")
        targets.put_target(indicator=served, period=OCTOBER, value=200, by=None)
        targets.put_target(indicator=served, period=OCTOBER, value=120, category="age:young", by=None)
        targets.put_target(indicator=placed, period=date(2026, 10, 1), numerator=3, denominator=4, by=None)
        one, other, _ = riverside.partners
        for category, value in (("", 100), ("age:young", 60), ("age:old", 40)):
            factories.make_figure(served, one, OCTOBER, value, category=category)
        factories.make_figure(placed, one, OCTOBER, numerator=20, denominator=80)
        factories.make_figure(placed, other, OCTOBER, numerator=0, denominator=20)
        factories.make_figure(people, one, OCTOBER, 40)
        factories.make_figure(people, other, OCTOBER, 60)
        rollups.rebuild(riverside.initiative)
    return riverside


def written(place) -> tuple[bytes, Node]:
    with place.scope():
        content = b"".join(out.pieces(place.initiative))
    return content, read_markup(content)


def indicators_in(root: Node) -> dict[str, Node]:
    results = [result for activity in root.each("iati-activity") for result in activity.each("result")]
    found = [indicator for result in results for indicator in result.each("indicator")]
    return {indicator.first("reference").get("code"): indicator for indicator in found}


def actuals(indicator: Node):
    return [
        (
            period.first("period-start").get("iso-date"),
            actual.attributes.get("value"),
            [(one.get("name"), one.get("value")) for one in actual.each("dimension")],
            actual.first("comment").first("narrative").said(),
        )
        for period in indicator.each("period")
        for actual in period.each("actual")
    ]


def test_results_go_out_with_measure_direction_baseline_targets_and_coverage(place):
    content, root = written(place)
    validate(content)
    found = indicators_in(root)
    served, placed, people = found["served"], found["placed"], found["people"]
    assert (served.get("measure"), served.get("ascending"), served.get("aggregation-status")) == ("1", "1", "1")
    assert (placed.get("measure"), placed.get("ascending"), placed.get("aggregation-status")) == ("2", "0", "0")
    assert "ascending" not in people.attributes
    assert (served.first("baseline").get("value"), served.first("baseline").get("year")) == ("90", "2025")
    assert actuals(served) == [
        ("2025-10-01", "100", [], "1 of 3 partners have filed. So far."),
        ("2025-10-01", "40", [("age", "old")], "1 of 3 partners have filed. So far."),
        ("2025-10-01", "60", [("age", "young")], "1 of 3 partners have filed. So far."),
    ]
    assert actuals(placed) == [("2025-10-01", "20", [], "2 of 3 partners have filed. 20 of 100. So far.")]
    assert actuals(people)[0][1] is None
    assert "At least 60" in actuals(people)[0][3]
    wanted = {
        period.first("period-start").get("iso-date"): period.first("target").get("value")
        for one in (served, placed) for period in one.each("period") if period.first("target") is not None
    }  # fmt: skip
    assert wanted == {"2025-10-01": "200", "2026-10-01": "75"}


def test_targets_of_parts_go_out_with_their_dimensions(place):
    content, root = written(place)
    validate(content)
    periods = indicators_in(root)["served"].each("period")
    assert [
        (target.get("value"), [(one.get("name"), one.get("value")) for one in target.each("dimension")])
        for period in periods
        for target in period.each("target")
    ] == [("200", []), ("120", [("age", "young")])]


def test_small_cells_do_not_leave_the_house(place):
    with place.scope():
        served = Indicator.objects.get(slug="served")
        for category, value in (("", 30), ("age:young", 3), ("age:old", 27)):
            factories.make_figure(served, place.partners[0], date(2025, 11, 1), value, category=category)
        factories.make_figure(served, place.partners[0], date(2025, 12, 1), 4)
        rollups.rebuild(place.initiative)
    content, root = written(place)
    validate(content)
    found = actuals(indicators_in(root)["served"])
    assert [(month, value) for month, value, *_ in found if month > "2025-10-01"] == [
        ("2025-11-01", "30"), ("2025-12-01", None)
    ]  # fmt: skip
    assert found[-1][3] == "Withheld: a group of fewer than 5."


def test_identifiers_are_those_that_were_given(place):
    with place.scope():
        for kind, code in (("initiative", "XM-1-work"), ("reporter", "XM-1")):
            ExternalId.objects.create(initiative=place.initiative, scheme="iati", kind=kind, code=code)
        ExternalId.objects.create(
            initiative=place.initiative, scheme="iati", kind="partner", code="XM-2", partner=place.partners[0]
        )
        Tenant.objects.filter(pk=place.tenant.pk).update(name='Riverside "&" <Sons>\x0b')
    content, root = written(place)
    validate(content)
    activity = root.first("iati-activity")
    assert activity.first("iati-identifier").said() == "XM-1-work"
    assert activity.first("reporting-org").get("ref") == "XM-1"
    assert [org.get("ref") for org in activity.each("participating-org")] == ["XM-1", "XM-2", "", ""]


def test_an_initiative_without_figures_goes_out_too(riverside):
    with riverside.scope():
        content = b"".join(out.pieces(riverside.initiative))
    validate(content)


# --- in ---


def bring_in(place, content, is_written=True):
    """The report of a file, written or only tried."""
    if not isinstance(content, bytes):
        content = content.encode()
    where = {"initiative": place.initiative, "tenant": place.tenant, "by": place.people.ana}
    if not is_written:
        return formats.check("iati", content, "results.xml", **where).as_dict()
    return formats.write("iati", content, "results.xml", **where)[0]


def activity(inner: str, measure="1", ascending="1", more="") -> str:
    return (
        '<iati-activities version="2.03"><iati-activity><iati-identifier>A-1</iati-identifier>'
        '<reporting-org ref="XM-9" type="21"><narrative>Nine</narrative></reporting-org><result type="2"><title>'
        f'<narrative>R</narrative></title><indicator measure="{measure}" ascending="{ascending}">'
        f"<title><narrative>People reached</narrative></title>{more}{inner}</indicator></result></iati-activity>"
        "</iati-activities>"
    )


def period(inner: str, start="2025-01-01", end="2025-12-31") -> str:
    return f'<period><period-start iso-date="{start}"/><period-end iso-date="{end}"/>{inner}</period>'


@pytest.fixture
def reader(place):
    with place.scope():
        place.initiative.starts_on = date(2000, 1, 1)
        place.initiative.save()
        place.partners[0].participations.update(joins_on=date(2000, 1, 1))
        ExternalId.objects.create(
            initiative=place.initiative, scheme="iati", kind="partner", code="XM-9", partner=place.partners[0]
        )
        yield place


@pytest.mark.parametrize("name", ["2-01_results.xml", "2-02_results.xml"])
def test_the_standard_s_own_examples_are_answered_value_by_value(reader, name):
    content = real_file(f"iati_results/{name}").read_bytes()
    report = bring_in(reader, content)
    raw = content.decode()
    values = [part.split('"')[1] for part in raw.split("<actual value=")[1:]]
    assert report["exchange"]["values"] == len(values) > 5
    assert sum(report["exchange"]["verdict_counts"].values()) == len(values)
    told = Counter(one["why"] for one in report["exchange"]["verdicts"])
    two_things = [value for value in values if ";" in value]
    assert sum(count for why, count in told.items() if "two things" in why or "no measure" in why) >= len(two_things)
    why = next(d["why"] for d in report["definitions"] if d["verdict"] == "not_understood" and "NDP" in d["why"])
    assert why.startswith("“NDP” is no measure of IATI")
    assert not Figure.objects.filter(indicator__external_ids__scheme="iati").exists()
    assert bring_in(reader, content)["definition_counts"]["new"] == 0


def test_indicator_baseline_target_and_actual_come_in_together(reader):
    content = activity(
        period('<target value="120"/><actual value="0"><comment><narrative>None yet</narrative></comment></actual>')
        + period('<target value="N=42;P=57"/><actual value="N=41;P=56"/>', "2024-01-01", "2024-12-31"),
        more='<baseline year="2023" value="80"/>',
        ascending="0",
    )
    before = bring_in(reader, content, is_written=False)
    assert not Indicator.objects.filter(name="People reached").exists()
    report = bring_in(reader, content)
    assert report["definition_counts"] == before["definition_counts"]
    found = Indicator.objects.get(name="People reached")
    assert (found.kind, found.frequency, found.direction, found.baseline_value) == ("flow", "year", "down", 80)
    assert Target.objects.get(indicator=found).value == 120
    figure = Figure.objects.get(indicator=found)
    assert (figure.value, figure.period, figure.partner, figure.note) == (
        0, date(2025, 1, 1), reader.partners[0], "None yet"
    )  # fmt: skip
    left_out = [one for one in report["exchange"]["verdicts"] if one["verdict"] == "ignored"]
    assert [(one["value"], "two things at once" in one["why"]) for one in left_out] == [("N=41;P=56", True)]
    again = bring_in(reader, content)
    assert (again["definition_counts"]["changed"], again["created"], again["unchanged"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("35%", None), ("1,234", None), ("abc", "not a number"), ("", "says nothing"), ("N=1;P=2", "two things"),
        ("1e5", "not a number"), ("NaN", "not a number"), ("=1+1", "not a number"), ("9" * 40, "not a number"),
    ],
)  # fmt: skip
def test_a_value_is_a_number_or_told(reader, value, word):
    report = bring_in(reader, activity(period(f'<actual value="{value}"/>')), is_written=False)
    verdict = report["exchange"]["verdicts"][0]
    assert verdict["verdict"] == ("created" if word is None else "ignored")
    assert (word or "") in verdict["why"]


def test_what_a_figure_cannot_hold_keeps_the_file_out(reader):
    report = bring_in(reader, activity(period('<actual value="9223372036854775808"/>')), is_written=False)
    assert [error["code"] for error in report["errors"]] == ["number.range"]
    assert report["exchange"]["verdict_counts"]["refused"] == 1


def test_a_new_count_that_the_file_has_below_zero_allows_it(reader):
    report = bring_in(reader, activity(period('<target value="5"/><actual value="-3"/>')))
    found = Indicator.objects.get(name="People reached")
    assert (found.allows_negative, found.counts_people) == (True, False)
    assert report["exchange"]["verdict_counts"]["created"] == 1
    Figure.objects.filter(indicator=found).delete()
    Indicator.objects.filter(pk=found.pk).update(allows_negative=False)
    again = bring_in(reader, activity(period('<target value="5"/><actual value="-3"/>')), is_written=False)
    assert [error["code"] for error in again["errors"]] == ["number.negative"]


def test_a_bare_percentage_is_left_out_and_its_target_kept(reader):
    report = bring_in(reader, activity(period('<target value="57"/><actual value="35"/>'), measure="Percentage"))
    found = Indicator.objects.get(name="People reached")
    assert (found.kind, found.unit) == ("rate", "percent")
    goal = Target.objects.get(indicator=found)
    assert (goal.numerator, goal.denominator) == (57, 100)
    assert report["exchange"]["verdicts"][0]["why"].startswith("35% has no numerator and denominator")


def test_dimensions_become_breakdowns(reader):
    split = '<actual value="{}"><dimension name="sex" value="{}"/></actual>'
    content = activity(period('<actual value="9"/>' + split.format(5, "female") + split.format(4, "male")))
    bring_in(reader, content)
    found = Indicator.objects.get(name="People reached")
    assert found.breakdowns == ["sex"]
    assert Dimension.objects.get(slug="sex").exclusive is False
    values = dict(Figure.objects.filter(indicator=found).values_list("category", "value"))
    assert values == {"": 9, "sex:female": 5, "sex:male": 4}
    orphan = bring_in(reader, activity(period(split.format(5, "female"), "2024-01-01", "2024-12-31")))
    assert "no total beside it" in orphan["exchange"]["verdicts"][0]["why"]


def test_targets_of_parts_come_in_and_those_of_places_are_told(reader):
    part = '<target value="60"><dimension name="sex" value="female"/></target>'
    place = '<target value="10"><location ref="AF"/></target>'
    content = activity(period('<target value="100"/>' + part + place))
    report = bring_in(reader, content)
    found = Indicator.objects.get(name="People reached")
    assert found.breakdowns == ["sex"]
    assert sorted(Target.objects.filter(indicator=found).values_list("category", "value")) == [
        ("", 100), ("sex:female", 60),
    ]  # fmt: skip
    assert [one["why"] for one in report["definitions"] if one["verdict"] == "not_understood"] == [
        "Targets of places are not kept here."
    ]
    assert bring_in(reader, content)["definition_counts"]["changed"] == 0
    nameless = activity(period('<target value="7"><dimension value="female"/></target>'))
    report = bring_in(reader, nameless)
    assert any("is not a category" in one["why"] for one in report["definitions"])
    assert Target.objects.get(indicator=found, category="").value == 100


@pytest.mark.parametrize(
    ("start", "end", "word"),
    [
        ("2025-01-01", "2025-06-30", "no month, quarter or year"), ("2025-02-02", "2025-03-01", "no month"),
        ("soon", "later", "no month"), ("2025-01-01", "2024-12-31", "no month"), ("0001-01-01", "0001-12-31", "no month"),
    ],
)  # fmt: skip
def test_a_period_of_another_length_is_told(reader, start, end, word):
    report = bring_in(reader, activity(period('<actual value="1"/>', start, end)), is_written=False)
    assert word in report["definitions"][0]["why"]
    assert report["exchange"]["verdict_counts"]["ignored"] == 1


def test_whose_actuals_stand_for_no_partner_is_named(reader):
    ExternalId.objects.filter(kind="partner").delete()
    report = bring_in(reader, activity(period('<actual value="1"/>')))
    assert [(u["what"], u["code"], u["count"]) for u in report["exchange"]["unmapped"]] == [
        ("reporting-org", "XM-9", 1)
    ]


@pytest.mark.parametrize("content", [BOMB, b"", b"<iati-activities", b"<adx/>", b"{}"])
def test_what_is_no_iati_file_is_refused(reader, content):
    with pytest.raises(Refused):
        bring_in(reader, content, is_written=False)


@pytest.mark.parametrize(
    "content",
    [b"<iati-activities/>", activity("", measure="").encode(), activity("<period/>").encode(),
     activity(period("")).replace("iso-date", "date").encode(), b"<iati-activities><iati-activity/></iati-activities>",
     b"<iati-activities><iati-activity><result><indicator/></result></iati-activity></iati-activities>"],
)  # fmt: skip
def test_an_iati_file_of_any_shape_is_answered(reader, content):
    assert "definitions" in bring_in(reader, content, is_written=False)


def test_what_goes_out_comes_in_again(place, hillcrest):
    """Counts and their parts, targets and baselines, for the one partner that stands for the whole."""
    content, _ = written(place)
    Tenant.objects.filter(pk=hillcrest.tenant.pk).update(fiscal_year_starts=1)
    hillcrest.tenant.refresh_from_db()
    with hillcrest.scope():
        ExternalId.objects.create(
            initiative=hillcrest.initiative, scheme="iati", kind="partner", code="riverside",
            partner=hillcrest.partners[0],
        )  # fmt: skip
        where = {"initiative": hillcrest.initiative, "tenant": hillcrest.tenant, "by": hillcrest.people.ana}
        formats.write("iati", content, "results.xml", **where)
        served = Indicator.objects.get(slug="served")
        assert (served.frequency, served.baseline_value, served.direction) == ("month", 90, "up")
        assert dict(Figure.objects.filter(indicator=served).values_list("category", "value")) == {
            "": 100, "age:young": 60, "age:old": 40
        }  # fmt: skip
        assert sorted(Target.objects.filter(indicator=served).values_list("category", "value")) == [
            ("", Decimal(200)), ("age:young", Decimal(120)),
        ]  # fmt: skip
