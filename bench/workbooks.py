"""Fifty partners' workbooks, twenty rates over twenty-four months each: from the files to filed figures.

“Only reading” is openpyxl's reading of the same cells, streaming, in this process: the sheet to fill in and the hidden
one, no value looked at. Ours reads in a process apart, refuses what is hostile, and keeps error cells and formulas for
what they are; what it takes by itself is printed beside it. Judging asks every rule of every row, and what stands;
filing writes figures with keys, walls and history.
"""

from __future__ import annotations

import io
from datetime import date

from django.db import connections, transaction
from openpyxl import load_workbook

from backbone.models import Membership, Tenant
from backbone.tabular import read_apart
from backbone.tenancy import tenant_scope
from bench import worlds
from bench.measuring import Report, side_by_side
from measures.importing import COLUMNS, apply, check_file
from measures.importing.office import Office
from measures.importing.workbooks import FORM, ask, layout
from measures.importing.workbooks.writing import Marked, write_workbook
from measures.models import Figure, Indicator
from measures.rules.periods import add_months

PARTNERS, INDICATORS, MONTHS = 50, 20, 24
TIMES_THE_READING = 1.5


def workbooks(report: Report, quick: bool) -> None:
    """Only reading; reading and judging; and filing too; and the same files again, which change nothing."""
    partners = 5 if quick else PARTNERS
    world = worlds.make("bench-books", partners=partners, indicators=INDICATORS, months=0)
    with world.scope():
        Indicator.objects.update(kind="rate", unit="percent")
        files = _made(world, partners)
    report.title(f"Reading and filing {partners} workbooks of {INDICATORS} rates over {MONTHS} months")
    count = partners * INDICATORS * MONTHS

    def read(_turn: int) -> None:
        for content in files:
            assert _read(content) == count // partners + layout.LABELS_ROW

    def read_apart_(_turn: int) -> None:
        for content in files:
            read_apart(content, "book.xlsx", COLUMNS, form=FORM)

    def judge(_turn: int) -> None:
        for content in files:
            _judge(world, content)

    def file(_turn: int) -> None:
        for content in files:
            _judge(world, content, is_applied=True)

    def forget(_turn: int) -> None:
        with world.scope():
            assert Figure.objects.filter(state="submitted", numerator__isnull=False).count() == count
        _forget(world)

    works = {"read": read, "ours": read_apart_, "judge": judge, "file": file, "again": file, "forget": forget}
    taken = side_by_side(works, 2 if quick else 5, warm_up=1)
    report.timing("only reading, openpyxl", taken["read"])
    report.timing("only reading, ours in a process apart", taken["ours"])
    report.timing("reading and judging", taken["judge"])
    report.timing(f"from the files to {count:,} filed figures", taken["file"])
    report.ratio("reading and judging over only reading", taken["judge"], taken["read"], at_most=TIMES_THE_READING)
    report.ratio("filing over only reading", taken["file"], taken["read"], at_most=TIMES_THE_READING)
    report.ratio("the same files again over only reading", taken["again"], taken["read"], at_most=TIMES_THE_READING)
    times = taken["file"].median / taken["ours"].median
    report.fact("filing over only reading with our own reader", f"{times:.2f}x")
    report.fact("figures a second, from file to filed", f"{count / taken['file'].median * 1000:,.0f}")


def _read(content: bytes) -> int:
    """How many rows the sheet to fill in has; every cell of it, and of the hidden sheet, was read."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = [list(sheet.iter_rows(values_only=True)) for sheet in (book.worksheets[1], book[layout.FACTS_SHEET])]
    return len(rows[0])


def _made(world: worlds.World, partners: int) -> list[bytes]:
    office = Office(world.initiative, world.steward, world.tenant)
    last = add_months(worlds.FIRST_MONTH, MONTHS - 1)
    found = []
    for seat in list(office.seats.values())[:partners]:
        asked = ask(office, seat, worlds.FIRST_MONTH, last)
        marked = {
            str(cell.key(seat.code)): Marked(_typed(seat.id, cell.indicator.pk, cell.period), "")
            for cell in asked.cells
        }
        file = io.BytesIO()
        write_workbook(file, asked, marked)
        found.append(file.getvalue())
    return found


def _typed(partner: int, indicator: int, month: date) -> dict[str, int]:
    return {"numerator": (partner * 7 + indicator + month.month) % 80, "denominator": 80 + (partner * 5) % 40}


def _judge(world: worlds.World, content: bytes, *, is_applied: bool = False) -> None:
    with tenant_scope(Tenant.objects.get(pk=world.tenant.pk)):
        by = Membership.objects.get(pk=world.steward.pk)
        preview = check_file(content, "book.xlsx", initiative=world.initiative, tenant=world.tenant, by=by)
        assert not preview.has_errors, preview.findings.shown[:3]
        if is_applied:
            apply(preview, by=by)


def _forget(world: worlds.World) -> None:
    """As the owner: the figures, their history and what waits for them."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [world.tenant.pk])
        cursor.execute("ALTER TABLE measures_figure DISABLE TRIGGER USER")
        for table in ("measures_figureevent", "measures_figure", "measures_filing", "measures_stalemark"):
            cursor.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [world.tenant.pk])  # noqa: S608
        cursor.execute("ALTER TABLE measures_figure ENABLE TRIGGER USER")
