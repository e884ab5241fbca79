"""What we write we read: exports and templates come back exactly, however the organization writes numbers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from backbone.models import Tenant
from measures.models import Upload
from measures.rules.periods import add_months
from tests import factories
from tests.measures.doors import Desk

# Three decimals after one to three digits are what a comma's country takes for thousands.
NUMBERS = [
    "0",
    "1.234",
    "999.999",
    "1234.5",
    "1234.567",
    "0.5",
    "0.001",
    "0.000001",
    "12",
    "1000000",
    "1.100",
    "99999999999999",
]


@pytest.fixture(params=list(Tenant.NumberFormat), ids=[one.name.lower() for one in Tenant.NumberFormat])
def desk(riverside, hillcrest, request):
    desk = Desk(riverside, hillcrest, "hours", "placed", "seats", number_format=request.param)
    for back, value in enumerate(NUMBERS):
        desk.stands("hours", value, add_months(desk.month, -back), state="submitted")
    with riverside.scope():
        factories.make_figure(
            desk.indicators["placed"],
            desk.partners["P1"],
            desk.month,
            numerator=Decimal(18410),
            denominator=Decimal(21289),
        )
        factories.make_figure(
            desk.indicators["seats"], desk.partners["P1"], desk.month, is_not_collected=True, note="=1+1"
        )
    return desk


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("rest", ["imports/figures/", "imports/template/"])
def test_a_file_of_ours_uploaded_unchanged_changes_nothing(desk, form, rest):
    content = desk.client.get(desk.home.url(f"{rest}?format={form}")).getvalue()
    before = desk.counts()
    answer = desk.csv(content, name=f"figures.{form}")
    # Months that are closed by now are refused to a partner; the numbers that can be read are the same.
    assert set(answer.codes) <= {"period.locked"}
    with desk.home.scope():
        outcome = _outcome()
    assert (outcome["created"], outcome["changed"]) == (0, 0)
    assert outcome["unchanged"] >= 3
    assert desk.counts() == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_stewards_export_reads_back_to_the_last_digit(desk, form):
    ana = Client()
    ana.force_login(factories.user_of(desk.home.people.ana))
    content = ana.get(desk.home.url(f"imports/figures/?format={form}")).getvalue()
    desk.client = ana  # who may still import for closed months
    answer = desk.csv(content, name=f"figures.{form}")
    assert answer.errors == []
    with desk.home.scope():
        outcome = _outcome()
    assert (outcome["created"], outcome["changed"], outcome["unchanged"]) == (0, 0, len(NUMBERS) + 2)


def _outcome():
    return Upload.objects.order_by("-pk").first().outcome


def test_an_export_holds_what_its_reader_may_see(desk):
    home = desk.home
    with home.scope():
        for code, state in (("P2", "approved"), ("P3", "draft")):
            factories.make_figure(desk.indicators["hours"], desk.partners[code], desk.month, 5, state=state)

    def partners(person) -> set[str]:
        client = Client()
        client.force_login(factories.user_of(person))
        response = client.get(home.url("imports/figures/?format=csv"))
        assert response.status_code == 200
        return {row["partner"] for row in csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))}

    assert partners(home.people.ben) == {"P1"}
    assert partners(home.people.ana) == {"P1", "P2"}
    stranger = Client()
    stranger.force_login(factories.user_of(home.people.fay))
    assert stranger.get(home.url("imports/figures/")).status_code in (403, 404)


def test_numbers_of_a_workbook_are_numbers(desk):
    content = desk.client.get(desk.home.url("imports/figures/")).getvalue()
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True))
    hours = {row[2]: row[4] for row in rows if row[1] == "hours"}
    assert sorted(map(float, hours.values())) == sorted(map(float, NUMBERS))
    assert all(isinstance(value, int | float) for value in hours.values())


def test_a_csv_never_has_three_decimals(desk):
    content = desk.client.get(desk.home.url("imports/figures/?format=csv")).getvalue().decode("utf-8-sig")
    values = {row["value"] for row in csv.DictReader(io.StringIO(content))}
    assert {"1.2340", "999.9990", "0.0010", "1234.5", "not_collected"} <= values
