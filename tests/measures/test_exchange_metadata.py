"""DHIS2 metadata: real packages counted independently; every object of a file is said to be understood, or why not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from backbone.models import Participation, Tenant
from backbone.problems import Problem, Refused
from measures.importing import apply
from measures.importing.exchange.checking import check_values
from measures.importing.exchange.metadata import Metadata
from measures.importing.exchange.things import tried
from measures.models import Dimension, ExternalId, Figure, Indicator, Obligation, ValidationRule
from measures.rules.expressions import parse
from tests.real_data import real_file

MALARIA = "dhis2_payloads/aggregate/metadata.json"
HIV = "dhis2_payloads/HIV_AGG_DHIS2.36.11.1-en.json"
YES_NO = {"true": 1, "false": 0}


def bring_in(place, content):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    return Metadata(content, place.initiative, place.people.ana).run()


def counted(things, what):
    return Counter(thing.verdict for thing in things.things if thing.what == what)


def whys(things, what="indicator"):
    return {
        thing.name: thing.why for thing in things.things if thing.what == what and thing.verdict == "not_understood"
    }


def test_the_malaria_package_is_brought_in_and_then_says_nothing_new(in_riverside):
    content = real_file(MALARIA).read_bytes()
    raw = json.loads(content)
    things = bring_in(in_riverside, content)
    numeric = [e for e in raw["dataElements"] if e["aggregationType"] == "SUM" and e["valueType"] != "BOOLEAN"]
    others = len(raw["dataElements"]) - len(numeric)
    understood = counted(things, "dataElement")
    assert understood["new"] >= len(numeric) == 64
    assert understood["not_understood"] <= others
    assert counted(things, "category") == {"new": 3}
    assert counted(things, "categoryOptionCombo") == {"new": 12}
    assert Dimension.objects.count() == 3
    told = whys(things)
    assert set(told) >= {
        "TA MAL - Annual blood examination rate (ABER)", "TA MAL - Reporting completeness - DTH (%)",
        "TA MAL - Reporting completeness - IPD (%)", "TA MAL - Reporting completeness - OPD (%)",
    }  # fmt: skip
    assert "annualized" in told["TA MAL - Annual blood examination rate (ABER)"]
    rate = Indicator.objects.get(name="TA MAL - % of malaria tested cases by RDT")
    assert (rate.kind, rate.unit, rate.frequency) == ("rate", "percent", "month")
    assert sorted(rate.external_ids.values_list("kind", "code")) == [
        ("definition", "K1DkT2kokjD"), ("denominator", "DPNsg3wjxGm"), ("denominator", "pmRn0GsUfr6"),
        ("numerator", "pmRn0GsUfr6"),
    ]  # fmt: skip
    assert Obligation.objects.count() == Indicator.objects.count() > 64
    rules = counted(things, "validationRule")
    assert sum(rules.values()) == len(raw["validationRules"]) == 12
    assert rules == {"new": 11, "not_understood": 1}
    rule = ValidationRule.objects.get(left__contains="foci-with-response")
    assert (rule.operator, rule.severity, rule.missing, rule.right.count("+")) == ("=", "soft", "never_skip", 3)
    assert (
        "#jtyuEfbNbkb"
        in whys(things, "validationRule")["TA Positive (Micr) = Sum of species (Pf, Pv, Mixed, Other species)"]
    )
    again = bring_in(in_riverside, content)
    assert not again.counts["new"]
    assert not again.counts["changed"]


def test_what_subtracts_in_the_hiv_package_becomes_a_formula(in_riverside):
    raw = json.loads(real_file(HIV).read_bytes())
    things = bring_in(in_riverside, json.dumps(raw).encode())
    minus = [i["name"].strip() for i in raw["indicators"] if "-" in i["numerator"] + i["denominator"]]
    told = whys(things)
    assert len(minus) == 6
    formulas = {row.name: row.formula for row in Indicator.objects.filter(kind="formula")}
    assert set(formulas) | (set(told) & set(minus)) == set(minus)
    assert len(formulas) >= 4, told
    balance = formulas["HIV - HIV test kits closing balance"]
    assert [piece for piece in balance.split() if piece in "+-"] == ["+", "-", "-", "-"]
    sums = [thing for thing in things.things if thing.what == "dataElement"]
    assert len(sums) == len(raw["dataElements"]) == 32
    assert counted(things, "validationRule") == {"new": 15}
    days = ValidationRule.objects.filter(right="30")
    assert [(rule.operator, rule.missing) for rule in days] == [("<=", "skip_if_all")] * 2
    passed_over = {thing.what for thing in things.things if not thing.code}
    assert {"dashboards", "maps", "sections", "visualizations"} <= passed_over


def test_real_values_go_where_the_real_metadata_says(in_riverside):
    """231 values: every numeric one lands in its data element's figure; sums are those of plain arithmetic."""
    Tenant.objects.filter(pk=in_riverside.tenant.pk).update(fiscal_year_starts=1)
    in_riverside.tenant.refresh_from_db()
    Participation.objects.update(joins_on=date(2018, 1, 1))
    raw = json.loads(real_file(MALARIA).read_bytes())
    bring_in(in_riverside, json.dumps(raw).encode())
    ExternalId.objects.create(
        initiative=in_riverside.initiative, scheme="dhis2", kind="partner", code="O6uvpzGd5pu",
        partner=in_riverside.partners[0],
    )  # fmt: skip
    content = real_file("dhis2_payloads/aggregate/dataValues_bulk.json").read_bytes()
    values = json.loads(content)["dataValues"]
    preview = check_values(
        content, "f.json", source="dhis2", initiative=in_riverside.initiative, tenant=in_riverside.tenant,
        by=in_riverside.people.ana,
    )  # fmt: skip
    assert [p.message for p in preview.findings.problems if not p.is_warning] == []
    apply(preview, by=in_riverside.people.ana)
    elements = {row.code: row.indicator_id for row in ExternalId.objects.filter(kind="value")}
    own = {row.code for row in ExternalId.objects.filter(kind="definition")}
    expected: Counter[int] = Counter()
    for value in values:
        if value["dataElement"] in elements and value["dataElement"] in own:
            indicator = ExternalId.objects.get(kind="definition", code=value["dataElement"]).indicator_id
            expected[indicator] += int(YES_NO.get(value["value"], value["value"]))
    stored = {
        figure.indicator_id: figure.value for figure in Figure.objects.filter(category="", indicator_id__in=expected)
    }
    assert stored == dict(expected)
    assert len(expected) > 55
    report = preview.as_dict()["exchange"]
    assert sum(report["verdict_counts"].values()) == 231


def test_a_dry_run_writes_nothing(in_riverside):
    things = tried(lambda: bring_in(in_riverside, {"dataElements": [{"id": "a", "name": "Beds"}]}))
    assert counted(things, "dataElement") == {"new": 1}
    assert not Indicator.objects.exists()
    assert not ExternalId.objects.exists()


def test_what_changed_since_is_changed_and_what_cannot_be_is_told(in_riverside):
    bring_in(in_riverside, {"dataElements": [{"id": "a", "name": "Beds"}, {"id": "b", "name": "Beds"}]})
    assert sorted(Indicator.objects.values_list("slug", flat=True)) == ["beds", "beds-2"]
    things = bring_in(
        in_riverside,
        {"dataElements": [{"id": "a", "name": "Beds in use"}, {"id": "b", "name": "Beds", "aggregationType": "LAST"}]},
    )
    assert counted(things, "dataElement") == {"changed": 2}
    assert set(Indicator.objects.values_list("slug", "name", "kind")) == {
        ("beds", "Beds in use", "flow"), ("beds-2", "Beds", "stock")
    }  # fmt: skip


def test_only_a_type_that_says_so_allows_what_is_below_zero(in_riverside):
    types = ("INTEGER", "NUMBER", "INTEGER_POSITIVE", "INTEGER_NEGATIVE")
    elements = [{"id": one, "name": one, "valueType": one} for one in types]
    bring_in(in_riverside, {"dataElements": elements})
    found = Indicator.objects.filter(allows_negative=True)
    assert [(row.name, row.counts_people) for row in found] == [("INTEGER_NEGATIVE", False)]
    assert counted(bring_in(in_riverside, {"dataElements": elements}), "dataElement") == {"same": 4}


@pytest.mark.parametrize(
    ("element", "word"),
    [
        ({"valueType": "COORDINATE"}, "no kind"), ({"domainType": "TRACKER"}, "single persons"),
        ({"categoryCombo": {"id": "nowhere"}}, "category combination"), ({"aggregationType": "STDDEV"}, "no kind"),
        ({"name": "x" * 300}, ""), ({"id": 7}, "no id"), ({"name": None}, ""), ({"description": ["x"]}, ""),
    ],
)  # fmt: skip
def test_an_element_that_is_not_understood_says_why(in_riverside, element, word):
    things = bring_in(in_riverside, {"dataElements": [{"id": "a", "name": "Beds"} | element]})
    assert [word in thing.why for thing in things.things] == [True]
    assert (things.things[0].verdict == "not_understood") == bool(word)


@pytest.mark.parametrize(
    ("text", "terms", "is_sum"),
    [
        ("#{a}", ("a",), True), (" #{a} + #{b.HllvX50cXC0} ", ("a", "b"), True), ("#{a.c}+#{b}", ("a.c", "b"), True),
        ("(#{a}+#{b})", ("a", "b"), True), ("#{a}-#{b}", ("a", "b"), False), ("#{a}*2", ("a",), False),
        ("1", (), False), ("-1", (), False), ("#{a}+#{a}", ("a",), False), ("#{a} + 1", ("a",), False),
    ],
)  # fmt: skip
def test_expressions_are_read(text, terms, is_sum):
    found = parse(text)
    assert (found.terms, found.is_sum) == (terms, is_sum)


@pytest.mark.parametrize(
    "text",
    ["", " ", "#{a}+", "#{a}#{b}", "((#{a})", "#{a})", "C{x}", "R{a.b}", "I{x}", "[days]", "if(#{a},1,2)", "#a", "+"
     "x" * 6000, "#{a}//#{b}", "(" * 3000],
)  # fmt: skip
def test_expressions_that_are_not_understood_are_named(text):
    assert isinstance(parse(text), Problem)


@pytest.mark.parametrize("content", [b"{}", b"[]", b"3", b'{"dataElements": 3}', b"x", b'{"dashboards": []}'])
def test_what_is_no_metadata_is_refused(in_riverside, content):
    with pytest.raises(Refused):
        bring_in(in_riverside, content)


@pytest.mark.parametrize(
    "item",
    [3, "x", None, [], {}, {"id": "a", "numerator": 3, "denominator": None}, {"id": "a", "indicatorType": "x"},
     {"id": "a", "numerator": "#{b}", "denominator": "#{c}"}],
)  # fmt: skip
def test_an_indicator_of_any_shape_is_answered(in_riverside, item):
    things = bring_in(in_riverside, {"indicators": [item], "categories": [item], "categoryCombos": [item],
                                     "validationRules": [item], "categoryOptionCombos": [item], "dataSets": [item]})  # fmt: skip
    assert set(counted(things, "indicator") + counted(things, "indicators")) == {"not_understood"}
