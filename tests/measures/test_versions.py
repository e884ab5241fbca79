"""New definitions of an indicator: what they change in roll-ups, on pages and for the people who file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
import yaml
from django.test import Client

from backbone.models import Change, Tenant
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures.models import DefinitionVersion, Indicator, StaleMark
from measures.rules.periods import Grain
from measures.selectors.filing import owed_lines
from measures.selectors.reading import read
from measures.selectors.series import series
from measures.services import rollups, versions
from measures.windows import Window
from tests import factories
from tests.measures.test_bundle import CONTRACT, dumped, load

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (7, 8, 9, 10))


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(datetime(2026, 11, 9, 15, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def k1(in_riverside):
    """Everybody filed 10 each month; counted otherwise from August on."""
    indicator = factories.make_indicator(in_riverside.initiative, definition="Everybody who came.")
    for month in (JULY, AUGUST, SEPTEMBER, OCTOBER):
        for partner in in_riverside.partners:
            factories.make_figure(indicator, partner, month, 10)
    anew(indicator, in_riverside)
    return indicator


def anew(indicator, riverside, starts_on=AUGUST, **more):
    told = {"definition": "Everybody who stayed an hour.", "is_comparable": False, **more}
    return versions.put_version(indicator=indicator, starts_on=starts_on, by=riverside.people.ana, **told)


def rows(indicator, grain, *periods):
    rollups.drain(indicator.tenant_id)
    found = series(indicator.initiative, [indicator], grain, periods[0], periods[-1])
    return [(row.period, row.state, row.number, row.filed, row.expected) for row in found]


def test_a_span_with_a_break_has_no_figure_and_its_months_have(in_riverside, k1):
    assert rows(k1, "quarter", JULY, OCTOBER) == [
        (JULY, "not_combinable", None, 3, 3),
        (OCTOBER, "partial", 30, 0, 3),
    ]
    assert [row[1:3] for row in rows(k1, "month", JULY, AUGUST)] == [("complete", 30), ("complete", 30)]
    assert rows(k1, "year", JULY)[0][1:3] == ("not_combinable", None)
    assert rollups.differences(in_riverside.initiative) == []


def test_a_comparable_definition_goes_on_with_the_series(in_riverside):
    k1 = factories.make_indicator(in_riverside.initiative)
    for month in (JULY, AUGUST, SEPTEMBER):
        factories.make_figure(k1, in_riverside.partners[0], month, 10)
    rollups.mark_stale([(k1.pk, month, None) for month in (JULY, AUGUST, SEPTEMBER)])
    anew(k1, in_riverside, is_comparable=True)
    assert rows(k1, "quarter", JULY)[0][1:3] == ("partial", 30)


def test_taking_it_back_puts_the_span_together_again(in_riverside, k1):
    rows(k1, "quarter", JULY)
    versions.remove_version(version=DefinitionVersion.objects.get(), by=in_riverside.people.ana)
    assert rows(k1, "quarter", JULY)[0][1:3] == ("complete", 90)


def test_no_change_is_told_across_it(in_riverside, k1):
    window = Window(Grain.MONTH, AUGUST, OCTOBER, 7, 7)
    [reading] = read(in_riverside.initiative, [k1], window)
    assert reading.meaning == "Not comparable: counted differently since August 2026."
    anew(k1, in_riverside, bridge=Decimal("0.8"), bridge_source="Counted twice in June 2026")
    [reading] = read(in_riverside.initiative, [k1], window)
    assert "Same partners as July 2026: up 25.0%." in reading.meaning
    assert "earlier figures times 0.8 (Counted twice in June 2026)" in reading.meaning
    [quarter] = read(in_riverside.initiative, [k1], Window(Grain.QUARTER, JULY, OCTOBER, 7, 7))
    assert quarter.said == "not combined"
    assert quarter.meaning.startswith("Not put together: counted differently since August 2026.")


def test_the_form_asks_as_it_is_defined_in_its_month(in_riverside, k1):
    p1 = in_riverside.partners[0]
    asked = {month: owed_lines(in_riverside.initiative, p1, month).indicators[k1.pk] for month in (JULY, AUGUST)}
    assert asked[JULY].definition == "Everybody who came."
    assert asked[AUGUST].definition == "Everybody who stayed an hour."


def test_its_page_draws_the_break_and_lists_the_definitions(riverside):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, definition="Everybody who came.")
        for month in (JULY, AUGUST, SEPTEMBER, OCTOBER):
            for partner in riverside.partners:
                factories.make_figure(indicator, partner, month, 10)
        anew(indicator, riverside)
        rollups.drain(riverside.tenant.pk)
    client = Client()
    client.force_login(factories.user_of(riverside.people.ana))
    page = client.get(riverside.url("indicators/completions/?grain=month&period=2026-10")).content.decode()
    assert "counted differently" in page
    assert "Everybody who came." in page
    assert "Everybody who stayed an hour." in page


def test_a_kind_changes_only_from_a_period_without_figures(in_riverside, k1):
    with pytest.raises(Refused) as refused:
        anew(k1, in_riverside, kind="stock")
    assert [problem.code for problem in refused.value.problems] == ["version.figures_stand"]
    anew(k1, in_riverside, date(2026, 11, 1), kind="stock")
    with pytest.raises(Refused) as refused:
        anew(k1, in_riverside, date(2026, 12, 1), kind="rate")
    assert [problem.code for problem in refused.value.problems] == ["version.kind"]
    p1 = in_riverside.partners[0]
    for month, value in ((date(2026, 11, 1), 5), (date(2026, 12, 1), 7)):
        factories.make_figure(k1, p1, month, value)
    rollups.rebuild(in_riverside.initiative)
    [own] = series(in_riverside.initiative, [k1], "month", date(2026, 12, 1), date(2026, 12, 1))
    assert own.number == 7
    assert rollups.differences(in_riverside.initiative) == []


def test_correcting_the_wording_is_not_a_new_definition(in_riverside, k1):
    StaleMark.objects.all().delete()
    row, changed = anew(k1, in_riverside, definition="Everybody who stayed for an hour.")
    assert changed
    assert not anew(k1, in_riverside, definition="Everybody who stayed for an hour.")[1]
    verbs = [change.verb for change in Change.objects.filter(verb__startswith="definition").order_by("pk")]
    assert verbs == ["definition.begun", "definition.worded"]
    assert DefinitionVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_bundle_says_from_when():
    lines = CONTRACT.splitlines()
    place = next(number for number, line in enumerate(lines) if "targets: [" in line)
    lines[place] = lines[place].replace(
        "targets: [", "versions: [{starts_on: 2017-07, definition: Four hours, comparable: false, bridge: 0.95, "
        "bridge_source: Pilot}], targets: [", 1,
    )  # fmt: skip
    text = "\n".join(lines)
    load(text)
    with tenant_scope(Tenant.objects.get(slug="england")):
        row = DefinitionVersion.objects.get()
        assert (row.starts_on, row.kind, row.is_comparable, row.bridge) == (
            date(2017, 7, 1),
            "rate",
            False,
            Decimal("0.95"),
        )
        assert row.numerator == Indicator.objects.get().numerator
    assert load(text).changed == {}
    again = yaml.safe_load(dumped("england"))["indicators"][0]["versions"]
    assert again == [
        {
            "starts_on": "2017-07",
            "definition": "Four hours",
            "comparable": False,
            "bridge": 0.95,
            "bridge_source": "Pilot",
        }
    ]
    assert load(dumped("england")).changed == {}
