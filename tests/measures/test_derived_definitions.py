"""Formulas and indexes at every door: what is well defined, what is refused and in which words, who may file them."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml

from backbone.models import Initiative, Tenant
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures import bundles
from measures.importing.preview import check_file
from measures.lines import components_of
from measures.models import Indicator, Obligation, StaleMark
from measures.services import obligations, setup
from tests import factories

BUNDLE = """\
backbone: 1
tenant: {slug: riverbend, name: Riverbend, fiscal_year_starts: 7}
initiative: {slug: youth, name: Youth to Work, starts_on: 2025-07-01}
partners: [{code: P1, name: One}, {code: P2, name: Two}]
indicators:
  - slug: score
    name: Score
    kind: index
    components:
      - {indicator: share, weight: 0.5, best: 100, worst: 0}
      - {indicator: seats, weight: 0.25, best: 0, worst: 400, clip: false}
    reweight: true
  - {slug: share, name: Share, kind: formula, formula: "{placed} / {completions} * 100", unit: percent}
  - {slug: placed, name: Placed, kind: flow}
  - {slug: completions, name: Completions, kind: flow}
  - {slug: seats, name: Seats, kind: stock, frequency: quarter}
  - {slug: jobless, name: Without work, kind: community, unit: percent, source: "Office for Statistics",
     source_url: "https://example.org/jobless"}
"""


@pytest.fixture
def four(in_riverside):
    for slug in ("placed", "completions"):
        factories.make_indicator(in_riverside.initiative, slug)
    factories.make_indicator(in_riverside.initiative, "rate", kind="rate")
    factories.make_indicator(in_riverside.initiative, "seats", kind="stock", frequency="quarter")
    return in_riverside


def define(riverside, slug, formula="", *, kind="formula", **fields):
    fields |= {"formula": formula} if formula else {}
    row, _ = setup.put_indicator(
        initiative=riverside.initiative, slug=slug, name=slug.capitalize(), kind=kind, by=riverside.people.ana, **fields
    )
    return row


def refused(riverside, slug, formula="", **fields):
    with pytest.raises(Refused) as caught:
        define(riverside, slug, formula, **fields)
    return [(problem.code, problem.field) for problem in caught.value.problems]


def test_a_formula_is_defined_and_its_roll_ups_are_on_their_way(four):
    share = define(four, "share", "{placed} / {completions} * 100", unit="percent")
    assert (share.frequency, share.formula) == ("month", "{placed} / {completions} * 100")
    assert StaleMark.objects.filter(indicator=share).exists()


def test_it_is_there_as_often_as_its_rarest_input_unless_it_says_more_rarely(four):
    assert define(four, "each", "{placed} / {seats}").frequency == "quarter"
    assert refused(four, "often", "{placed} / {seats}", frequency="month") == [("formula.frequency", "frequency")]
    assert define(four, "yearly", "{placed} / {seats}", frequency="year").frequency == "year"


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("{placed} / {completion}", "formula.unknown_indicator"),
        ("{placed", "formula.unreadable"),
        ("{placed.numerator}", "formula.no_halves"),
        ("{itself} + {placed}", "formula.circle"),
    ],
)
def test_what_is_wrong_with_a_formula_is_said_at_its_field(four, formula, code):
    assert refused(four, "itself", formula) == [(code, "formula")]


def test_a_formula_must_be_there_and_only_where_it_belongs(four):
    assert refused(four, "empty") == [("formula.empty", "formula")]
    assert refused(four, "flow", "{placed}", kind="flow") == [("line.formula_not_here", "formula")]
    components = [{"indicator": "placed", "weight": "1"}]
    assert refused(four, "flow", kind="flow", components=components) == [("line.components_not_here", "components")]
    assert refused(four, "share", "{placed}", reweight=True) == [("line.reweight_not_here", "reweight")]


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([], "components.empty"),
        ([{"indicator": "placed", "weight": "0"}], "components.weight"),
        ([{"indicator": "placed", "weight": "1", "best": "5"}], "components.half_a_scale"),
        ([{"indicator": "placed", "weight": "1", "best": "5", "worst": "5"}], "components.no_scale"),
        ([{"indicator": "placed", "weight": "1"}, {"indicator": "placed", "weight": "2"}], "components.twice"),
        ([{"indicator": "nobody", "weight": "1"}], "formula.unknown_indicator"),
        ([{"indicator": "score", "weight": "1"}], "formula.circle"),
    ],
)
def test_what_is_wrong_with_an_index_is_said_at_its_components(four, components, code):
    assert refused(four, "score", kind="index", components=components) == [(code, "components")]


def test_a_circle_is_named_whole(four):
    define(four, "first", "{placed} * 2")
    define(four, "second", "{first} + 1")
    define(four, "third", kind="index", components=[{"indicator": "second", "weight": "1"}])
    with pytest.raises(Refused) as caught:
        define(four, "first", "{placed} * {third}")
    (problem,) = caught.value.problems
    assert problem.message == "First would be computed from itself: first → third → second → first."


def test_a_change_that_a_formula_would_not_survive_names_it(four):
    define(four, "share", "{rate.numerator} / {placed}")
    with pytest.raises(Refused) as caught:
        setup.put_indicator(initiative=four.initiative, slug="rate", kind="flow", by=None)
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("indicator.used", "kind")
    assert "Share is computed from Rate" in problem.message
    with pytest.raises(Refused) as caught:
        setup.put_indicator(initiative=four.initiative, slug="placed", frequency="year", by=None)
    assert [problem.code for problem in caught.value.problems] == ["indicator.used"]


def test_nobody_can_be_asked_for_what_is_computed_or_published(four):
    share = define(four, "share", "{placed} / {completions}")
    jobless = define(four, "jobless", kind="community")
    for indicator, code in ((share, "indicator.computed"), (jobless, "indicator.community")):
        with pytest.raises(Refused) as caught:
            obligations.put_obligations(indicator=indicator, partners=None, by=four.people.ana)
        assert [problem.code for problem in caught.value.problems] == [code]
    assert refused(four, "placed", "{completions}") == [("indicator.owed", "kind")]


def test_a_file_of_figures_for_them_is_refused_by_name(four):
    define(four, "share", "{placed} / {completions}")
    preview = check_file(
        b"partner,indicator,period,value\nP1,share,2026-10,20\n,share,2026-10,20\n,placed,2026-10,20\n",
        "figures.csv",
        initiative=four.initiative,
        tenant=four.tenant,
        by=four.people.ana,
    )
    found = [(problem.row, problem.code) for problem in preview.findings.problems]
    assert found == [(2, "indicator.computed"), (3, "indicator.computed"), (4, "partner.missing")]


def test_a_bundle_may_name_inputs_before_they_are_defined_and_comes_back_as_it_was(db):
    bundles.load(BUNDLE.encode(), "b.yaml")
    assert bundles.load(BUNDLE.encode(), "b.yaml").changed == {}
    tenant = Tenant.objects.get(slug="riverbend")
    with tenant_scope(tenant):
        initiative = Initiative.objects.get()
        share, score, jobless = (Indicator.objects.get(slug=slug) for slug in ("share", "score", "jobless"))
        assert (share.formula, share.unit, share.frequency) == ("{placed} / {completions} * 100", "percent", "month")
        assert (score.frequency, score.reweight, score.position) == ("quarter", True, 0)
        second = components_of(score.components)[1]
        assert (second.weight, second.best, second.worst, second.clip) == (Decimal("0.25"), 0, 400, False)
        assert (jobless.source, jobless.source_url) == ("Office for Statistics", "https://example.org/jobless")
        owed = set(Obligation.objects.values_list("indicator__slug", flat=True))
        assert owed == {"placed", "completions", "seats"}
        text = bundles.dump(tenant, initiative)
        assert "obligations" not in yaml.safe_load(text)
    assert bundles.load(text.encode(), "again.yaml").changed == {}
    with tenant_scope(tenant):
        assert bundles.dump(tenant, initiative) == text


def test_a_circle_in_a_bundle_is_told_once_for_each_in_it_and_nothing_is_loaded(db):
    text = BUNDLE.replace("{placed} / {completions} * 100", "{score} * 2")
    with pytest.raises(Refused) as caught:
        bundles.load(text.encode(), "b.yaml")
    problems = {problem.code: problem for problem in caught.value.problems}
    assert set(problems) == {"formula.circle"}
    assert "share → score → share" in problems["formula.circle"].message
    assert not Tenant.objects.filter(slug="riverbend").exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{placed} / {completions} * 100", "{placed} / {completion}", "formula.unknown_indicator"),
        ("{placed} / {completions} * 100", "exec({placed})", "formula.function"),
        ("weight: 0.5", "weight: none", "bundle.number"),
        ("weight: 0.5,", "", "bundle.missing"),
        ("clip: false", "scale: 2", "bundle.unknown_key"),
    ],
)
def test_what_is_wrong_in_a_bundle_has_its_line(db, old, new, code):
    with pytest.raises(Refused) as caught:
        bundles.load(BUNDLE.replace(old, new).encode(), "b.yaml")
    assert [problem.code for problem in caught.value.problems] == [code]
    assert all(problem.row for problem in caught.value.problems)


def test_a_load_that_retires_an_input_says_where_it_is_used(db):
    bundles.load(BUNDLE.encode(), "b.yaml")
    text = BUNDLE.replace("name: Placed, kind: flow", "name: Placed, kind: flow, retired_on: 2026-09-01")
    changed = bundles.load(text.encode(), "b.yaml").changed
    assert changed == {"indicators": ["placed"], "retired, and still gone into": ["placed into share"]}
    assert bundles.load(text.encode(), "b.yaml").changed == {}
