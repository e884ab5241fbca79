"""The table of roll-ups as outside tools read it, and rebuilding by command."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from measures.models import FigureEvent, Rollup, StaleMark
from measures.rules.periods import add_months
from measures.selectors.rollup_table import COLUMNS
from measures.services import rollups
from tests import factories

JULY = date(2026, 7, 1)
OCTOBER = date(2026, 10, 1)
NAME = "riverside/work"


@pytest.fixture
def placed(riverside):
    """A rate split by age and a level, from July to October; P2 misses September, P3 files nothing."""
    riverside.initiative.starts_on = JULY
    with riverside.scope():
        riverside.initiative.save()
        riverside.rate = factories.make_indicator(riverside.initiative, "placed", kind="rate", breakdowns=["age"])
        riverside.seats = factories.make_indicator(riverside.initiative, "seats", kind="stock", position=1)
        first, second, _third = riverside.partners
        for number in range(4):
            month = add_months(JULY, number)
            rate(riverside, first, month, 1, 3)
            rate(riverside, first, month, 1, 2, category="age:young")
            if number != 2:
                rate(riverside, second, month, 1, 4)
        seats(riverside, first, JULY, 0)
    return riverside


def rate(place, partner, month, numerator, denominator, **more):
    factories.make_figure(place.rate, partner, month, numerator=numerator, denominator=denominator, **more)
    rollups.mark_stale([(place.rate.pk, month, partner.pk)])


def seats(place, partner, month, value):
    factories.make_figure(place.seats, partner, month, value)
    rollups.mark_stale([(place.seats.pk, month, partner.pk)])


def export(*arguments):
    out = io.StringIO()
    call_command("export_rollups", NAME, *arguments, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def short(row):
    return (row["indicator"], row["period"], row["value"], row["filed"], row["expected"], row["state"])


def test_the_columns_are_the_contract(placed):
    rows = export("--grain", "month", "--indicator", "placed")
    assert tuple(rows[0]) == COLUMNS
    assert ",".join(COLUMNS) == (
        "indicator,grain,period,partner,category,value,numerator,denominator,lower,upper,filed,expected,state,as_of"
    )
    first = rows[0]
    assert (first["grain"], first["partner"], first["category"]) == ("month", "", "")
    assert (first["numerator"], first["denominator"], first["lower"], first["upper"]) == ("2", "7", "", "")
    assert Decimal(first["value"]) == pytest.approx(Decimal(2) / 7, abs=Decimal("1e-15"))
    assert "E" not in first["value"].upper()
    assert datetime.fromisoformat(first["as_of"]).tzinfo is not None


def test_months_that_are_owed_and_silent_stand_in_the_table(placed):
    assert [short(row)[1:] for row in export("--grain", "month", "--indicator", "seats")] == [
        ("2026-07", "0", "1", "3", "partial"),
        ("2026-08", "", "0", "3", "none"),
        ("2026-09", "", "0", "3", "none"),
        ("2026-10", "", "0", "3", "none"),
    ]


def test_what_waits_for_a_worker_is_done_before_it_is_read(placed):
    export("--grain", "month")
    with placed.scope():
        assert not StaleMark.objects.exists()


def test_quarters_by_partner_with_those_who_filed_nothing(placed):
    rows = export("--grain", "quarter", "--indicator", "placed", "--by", "partner")
    assert [(r["period"], r["partner"], r["numerator"], r["denominator"], r["state"]) for r in rows] == [
        ("2026-07", "P1", "3", "9", "complete"),
        ("2026-07", "P2", "2", "8", "partial"),
        ("2026-07", "P3", "", "", "none"),
        ("2026-10", "P1", "1", "3", "partial"),
        ("2026-10", "P2", "1", "4", "partial"),
        ("2026-10", "P3", "", "", "none"),
    ]


def test_months_by_partner_are_the_figures(placed):
    rows = export("--grain", "month", "--indicator", "placed", "--by", "partner", "--categories")
    september = [(r["partner"], r["category"], r["denominator"], r["state"]) for r in rows if r["period"] == "2026-09"]
    assert september == [
        ("P1", "", "3", "complete"),
        ("P1", "age:young", "2", "complete"),
        ("P2", "", "", "none"),
        ("P3", "", "", "none"),
    ]


def test_another_fiscal_year_regroups_the_same_months(placed):
    rows = export("--grain", "year", "--indicator", "placed", "--year-starts", "10", "--categories")
    assert [
        (r["period"], r["category"], r["numerator"], r["denominator"], r["filed"], r["expected"]) for r in rows
    ] == [
        ("2025-10", "", "5", "17", "0", "3"),
        ("2025-10", "age:young", "3", "6", "0", "3"),
        ("2026-10", "", "2", "7", "0", "3"),
        ("2026-10", "age:young", "1", "2", "0", "3"),
    ]
    own = export("--grain", "year", "--indicator", "placed")
    assert [short(row) for row in own] == [
        short(row) for row in export("--grain", "year", "--indicator", "placed", "--year-starts", "7")
    ]


def test_people_come_as_bounds_and_zero_of_zero_as_undefined(riverside):
    with riverside.scope():
        people = factories.make_indicator(riverside.initiative, "people", kind="unduplicated")
        none = factories.make_indicator(riverside.initiative, "none", kind="rate")
        for partner, served in zip(riverside.partners, (40, 60, 25), strict=True):
            factories.make_figure(people, partner, OCTOBER, served)
            factories.make_figure(none, partner, OCTOBER, numerator=0, denominator=0)
        rollups.rebuild(riverside.initiative)
    found = {r["indicator"]: r for r in export("--grain", "month") if r["period"] == "2026-10"}
    assert (found["people"]["value"], found["people"]["lower"], found["people"]["upper"]) == ("", "60", "125")
    assert (found["none"]["value"], found["none"]["denominator"], found["none"]["state"]) == ("", "0", "undefined")


def test_as_of_an_instant_shows_what_was_known_then(placed):
    """Seeded revisions: the history says when each version was written."""
    then = timezone.now() - timedelta(days=10)
    with placed.scope():
        figure = placed.seats.figures.get()
        figure.value, figure.changed_because = Decimal(7), "recount"
        figure.save()
        late = factories.make_figure(placed.seats, placed.partners[1], JULY, 5)
        late.delete()
        rollups.mark_stale([(placed.seats.pk, JULY, None)])
        numbers = list(
            FigureEvent.objects.filter(indicator=placed.seats).order_by("pgh_id").values_list("pgh_id", flat=True)
        )
    assert len(numbers) == 4  # filed 0, corrected to 7, another filed, and taken away
    for days, number in enumerate(numbers):
        backdate(placed, number, then + timedelta(days=days))
    asked = ["--grain", "month", "--indicator", "seats"]

    def july(instant):
        rows = [row for row in export(*asked, "--as-of", instant.isoformat()) if row["period"] == "2026-07"]
        return [(row["value"], row["filed"], row["state"]) for row in rows]

    moment = timedelta(seconds=1)
    assert july(then - moment) == [("", "0", "none")]
    assert july(then + moment) == [("0", "1", "partial")]
    assert july(then + timedelta(days=1, seconds=1)) == [("7", "1", "partial")]
    assert july(then + timedelta(days=2, seconds=1)) == [("12", "2", "partial")]
    assert july(then + timedelta(days=3, seconds=1)) == [("7", "1", "partial")]
    now = [short(row) for row in export(*asked, "--as-of", timezone.now().isoformat())]
    assert now == [short(row) for row in export(*asked)]


def backdate(place, number, instant):
    """Tell one version again as if it had been written then; what is there already the application may not alter."""
    columns = ", ".join(
        field.column for field in FigureEvent._meta.concrete_fields if field.name not in ("pgh_id", "pgh_created_at")
    )
    with place.scope(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO measures_figureevent ({columns}, pgh_created_at) "
            f"SELECT {columns}, %s FROM measures_figureevent WHERE tenant_id = %s AND pgh_id = %s",
            [instant, place.tenant.pk, number],
        )


def test_as_of_now_is_the_same_at_every_grain(placed):
    for more in ([], ["--by", "partner"], ["--categories"], ["--year-starts", "2"]):
        then = export(*more, "--as-of", timezone.now().isoformat())
        assert [drop(row) for row in then] == [drop(row) for row in export(*more)], more
        assert len(then) > 3


def drop(row):
    return {key: value for key, value in row.items() if key != "as_of"}


def test_to_a_file_and_what_it_says_of_wrong_names(placed, tmp_path):
    out = tmp_path / "rollups.csv"
    call_command("export_rollups", NAME, "--out", str(out), stderr=io.StringIO())
    assert out.read_text().startswith("indicator,grain,")
    assert {row["grain"] for row in csv.DictReader(out.open())} == {"month", "quarter", "year"}
    with pytest.raises(CommandError, match=r"no indicator “nope”\. There are: placed, seats"):
        export("--indicator", "nope")
    with pytest.raises(CommandError, match="no instant"):
        export("--as-of", "yesterday")


# --- rebuild_rollups ---


def test_rebuild_and_check(placed):
    out = io.StringIO()
    call_command("rebuild_rollups", NAME, stdout=out)
    assert out.getvalue().startswith("riverside/work: ")
    call_command("rebuild_rollups", NAME, "--check", stdout=out)
    assert "riverside/work: no differences" in out.getvalue()
    with placed.scope():
        Rollup.objects.filter(scope=0, grain="month", indicator=placed.seats).update(value=9)
    with pytest.raises(CommandError, match="1 roll-ups differ") as caught:
        call_command("rebuild_rollups", "--check", stdout=out)
    assert caught.value.returncode == 1
    assert "month 2026-07, partner all" in out.getvalue()
    with placed.scope():
        assert Rollup.objects.get(scope=0, grain="month", indicator=placed.seats).value == 9
    call_command("rebuild_rollups", stdout=out)
    call_command("rebuild_rollups", "--check", stdout=out)


def test_rebuild_removes_rows_of_figures_that_were_never_there(placed):
    with placed.scope():
        rollups.rebuild(placed.initiative)
        count = Rollup.objects.count()
        for scope, grain in ((0, "month"), (0, "year"), (999, "quarter")):
            Rollup.objects.create(
                scope=scope,
                grain=grain,
                indicator=placed.rate,
                period=date(1999, 7, 1),
                state="none",
                as_of=timezone.now(),
            )
        assert len(rollups.differences(placed.initiative)) == 3
        assert rollups.rebuild(placed.initiative) == count
        assert rollups.differences(placed.initiative) == []
