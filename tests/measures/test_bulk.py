"""Long files by command: batch by batch, all or nothing, and out again as they came in."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from backbone.models import Change
from backbone.problems import Refused
from measures.importing import bulk
from measures.importing.bulk import import_stream
from measures.models import Figure, Filing, StaleMark
from measures.rules.periods import add_months
from tests import factories
from tests.measures.doors import Desk, csv_of

PROJECT = Path(__file__).resolve().parents[2]


def rows_of(desk: Desk, months: int) -> list[dict[str, str]]:
    found = []
    for back in range(months):
        for partner in ("P1", "P2", "P3"):
            who = {"partner": partner, "indicator": "served", "period": f"{add_months(desk.month, -back):%Y-%m}"}
            found += [
                who | {"value": "10"},
                who | {"category": "age:young", "value": "4"},
                who | {"category": "age:old", "value": "6"},
            ]
    return found


@pytest.fixture
def desk(riverside, hillcrest, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 10)
    desk = Desk(riverside, hillcrest, "served", "hours")
    with hillcrest.scope():
        factories.make_dimension(hillcrest.initiative, "age", "young", "old")
        for slug in ("served", "hours"):
            factories.make_indicator(hillcrest.initiative, slug, **Desk.INDICATORS[slug])
    return desk


def read(desk: Desk, rows: list[dict[str, str]], **more):
    with desk.home.scope():
        return import_stream(
            io.BytesIO(csv_of(rows)), "figures.csv", initiative=desk.home.initiative, tenant=desk.home.tenant, by=None,
            **more,
        )  # fmt: skip


def test_a_line_is_never_torn_over_two_batches(desk):
    tally = read(desk, rows_of(desk, 6))
    assert (tally.created, tally.findings.error_count) == (54, 0)


def test_an_error_in_the_last_batch_keeps_everything_out(desk):
    before = desk.counts(but=())
    with pytest.raises(Refused) as refused:
        read(desk, [*rows_of(desk, 6), {"partner": "P1", "indicator": "hours", "period": "2026-01", "value": "x"}])
    assert [(one.code, one.row) for one in refused.value.problems] == [("number.invalid", 56)]
    assert desk.counts(but=()) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(desk):
    before = desk.counts(but=())
    assert read(desk, rows_of(desk, 3), dry_run=True).created == 27
    assert desk.counts(but=()) == before


def test_the_same_file_twice_changes_nothing(desk):
    read(desk, rows_of(desk, 3))
    before = desk.counts(but=())
    tally = read(desk, rows_of(desk, 3))
    assert (tally.created, tally.changed, tally.unchanged) == (0, 0, 27)
    assert desk.counts(but=()) == before


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_an_export_fills_an_empty_initiative_which_exports_the_same(desk, hillcrest, tmp_path, ending):
    with desk.home.scope():
        for back, value in enumerate(["0", "1.234", "0.000001", "12345678.9"]):
            period = add_months(desk.month, -back)
            factories.make_figure(desk.indicators["hours"], desk.partners["P2"], period, value, note="=1+1, “so”\nthen")
    read(desk, rows_of(desk, 5))
    out, back = tmp_path / f"out{ending}", tmp_path / "back.csv"
    call_command("export_figures", "riverside/work", out=out)
    call_command("import_figures", "hillcrest/work", str(out), approve=True, stdout=io.StringIO(), stderr=io.StringIO())
    call_command("export_figures", "hillcrest/work", out=back)
    call_command("export_figures", "riverside/work", out=tmp_path / "again.csv")
    assert sorted(back.read_text().splitlines()) == sorted((tmp_path / "again.csv").read_text().splitlines())
    assert len(back.read_text().splitlines()) > 45


def test_the_command_names_what_is_wrong(desk, tmp_path):
    file = tmp_path / "figures.csv"
    file.write_bytes(csv_of([{"partner": "P9", "indicator": "served", "period": "2026-01", "value": "1"}]))
    told = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported: 1 problem"):
        call_command("import_figures", "riverside/work", str(file), stderr=told)
    assert "row 2, column partner: There is no partner “P9” here." in told.getvalue()
    assert "[partner.unknown]" in told.getvalue()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_command_that_is_killed_leaves_nothing(tmp_path):
    home = factories.make_neighbourhood("riverside", "Riverside")
    with home.scope():
        factories.make_indicator(home.initiative, "hours", is_whole=False)
        before = Change.objects.count(), StaleMark.objects.count()
        for number in range(300):
            factories.make_partner(home.initiative, f"Q{number}")
    months = [
        f"{year}-{month:02d}"
        for year in (2025, 2026)
        for month in range(1, 13)
        if "2025-07" <= f"{year}-{month:02d}" < "2026-07"
    ]
    rows = [
        {"partner": f"Q{number}", "indicator": "hours", "period": month, "value": str(number)}
        for month in months for number in range(300)
    ]  # fmt: skip
    file = tmp_path / "long.csv"
    file.write_bytes(csv_of(rows))
    environment = dict(os.environ)
    for name, alias in (("DATABASE_URL", "owner"), ("APP_DATABASE_URL", "default")):
        database = connections[alias].settings_dict["NAME"]
        environment[name] = urlunsplit(urlsplit(environment[name])._replace(path=f"/{database}"))
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(file)]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"written\n"  # a batch of figures stands in the open transaction
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    time.sleep(0.2)
    with home.scope():
        assert not Figure.objects.exists()
        assert not Filing.objects.exists()
        assert (Change.objects.count(), StaleMark.objects.count()) == before


KILLED_IN_THE_MIDDLE = """
import sys, time
import django; django.setup()
from django.core.management import call_command
from measures.importing import bulk
bulk.BATCH = 500
put = bulk.filings.Delivery.put
def put_and_wait(*args):
    put(*args)
    print("written", flush=True)
    time.sleep(60)
bulk.filings.Delivery.put = put_and_wait
call_command("import_figures", "riverside/work", sys.argv[1])
"""
