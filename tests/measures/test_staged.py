"""Rows that are copied into PostgreSQL arrive as they were: the same figures, whichever way they took."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.utils import timezone

from backbone.models import Change
from measures.models import Figure, FigureEvent, Filing, StaleMark
from measures.rules.figures import Entry
from measures.services import delivery, figure_rows, filings, staged
from measures.services.figure_rows import FigureRow
from tests import factories

MONTHS = [date(2025, month, 1) for month in range(1, 7)]
NASTY = 'tab\there, a \\N, a \\. and “{rows}”, 100%,\nline two\r\nthree; it\'s "so"'
ENTRIES = [
    Entry(Decimal("0")),
    Entry(Decimal("1.234567"), reason=NASTY),
    Entry(Decimal("99999999999999")),
    Entry(is_not_collected=True, reason="\\N"),
    Entry(Decimal("3E+3")),
    Entry(Decimal("0.000001"), reason="{NULL,\"x\"}"),
]  # fmt: skip


@pytest.fixture
def hours(in_riverside):
    return factories.make_indicator(in_riverside.initiative, "hours", is_whole=False)


def rows_of(place, indicator, entries=ENTRIES) -> list[FigureRow]:
    return [
        FigureRow(place.partners[0].pk, indicator.pk, month, "", entry)
        for month, entry in zip(MONTHS, entries, strict=True)
    ]


def stand() -> list[tuple]:
    fields = [field.attname for field in Figure._meta.concrete_fields if field.attname not in ("id", "changed_at")]
    return list(Figure.objects.order_by("period", "category").values_list(*fields))


@pytest.mark.parametrize("copied", [1, 10_000], ids=["copied", "in the statement"])
def test_a_figure_says_the_same_whichever_way_it_came(in_riverside, hours, monkeypatch, copied):
    monkeypatch.setattr(figure_rows, "COPIED", copied)
    receipt = filings.file_many(
        initiative=in_riverside.initiative, rows=rows_of(in_riverside, hours), by=in_riverside.people.ana, submit=True
    )  # fmt: skip
    assert (receipt.created, receipt.changed) == (6, 0)
    found = list(Figure.objects.order_by("period").values_list("value", "is_not_collected", "note"))
    assert found == [(e.value, e.is_not_collected, e.reason) for e in ENTRIES]
    assert Figure.objects.filter(state="submitted", submitted_by=in_riverside.people.ana).count() == 6
    again = filings.file_many(
        initiative=in_riverside.initiative, rows=rows_of(in_riverside, hours), by=in_riverside.people.ana, submit=True
    )  # fmt: skip
    assert (again.created, again.changed, again.unchanged) == (0, 0, 6)


def test_the_two_ways_leave_the_same_rows_history_and_marks(in_riverside, hours, monkeypatch):
    def traces():
        changes = list(Change.objects.filter(verb__startswith="filing.").order_by("pk").values_list("verb", "facts"))
        marks = sorted(StaleMark.objects.values_list("indicator_id", "period", "partner_id"))
        history = list(
            hours.figures.first().events.model.objects.order_by("pgh_id").values_list("pgh_label", "value", "note")
        )
        versions = list(Filing.objects.order_by("period").values_list("period", "version"))
        return stand(), changes, marks, history, versions

    found = []
    for copied in (1, 10_000):
        monkeypatch.setattr(figure_rows, "COPIED", copied)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            for factor in (1, 2):  # made, then changed
                entries = [e if e.value is None or e.value > 10**12 else Entry(e.value * factor, reason=e.reason)
                           for e in ENTRIES]  # fmt: skip
                filings.file_many(
                    initiative=in_riverside.initiative, rows=rows_of(in_riverside, hours, entries), by=None, submit=True,
                )  # fmt: skip
            figures, *rest = traces()
            filing_ids = {row[1]: number for number, row in enumerate(figures)}
            assert len(filing_ids) == 6
            found.append(([row[:1] + row[2:] for row in figures], *rest))
            raise ZeroDivisionError
    assert found[0] == found[1]


def test_one_statement_leaves_a_version_of_each_row_that_it_made_changed_or_took_away(in_riverside, hours):
    def versions() -> list[tuple]:
        return list(FigureEvent.objects.order_by("pgh_id").values_list("pgh_label", "value"))

    entries = [Entry(Decimal(number)) for number in (1, 2, 3, 4, 5, 6)]
    file = {"initiative": in_riverside.initiative, "by": None, "submit": True}
    filings.file_many(rows=rows_of(in_riverside, hours, entries)[:4], **file)
    assert versions() == [("insert", Decimal(number)) for number in (1, 2, 3, 4)]
    Figure.objects.update(value=Case(When(value=3, then=Decimal(30)), default=F("value")))
    assert versions()[4:] == [("update", Decimal(30))], "what says the same is no new version"
    filings.file_many(rows=rows_of(in_riverside, hours, [Entry(Decimal(9)), *entries[1:]]), **file)
    assert sorted(versions()[5:]) == [("insert", Decimal(5)), ("insert", Decimal(6)), ("update", Decimal(3)),
                                      ("update", Decimal(9))]  # fmt: skip
    Figure.objects.filter(value__in=(2, 4)).delete()
    assert sorted(versions()[9:]) == [("delete", Decimal(2)), ("delete", Decimal(4))]


def test_a_delivery_in_batches_leaves_one_line_for_each_filing(in_riverside, hours):
    seats = factories.make_indicator(in_riverside.initiative, "seats")
    p1 = in_riverside.partners[0]
    with transaction.atomic():
        batches = filings.Delivery(initiative=in_riverside.initiative, by=None, approve=True)
        for indicator in (hours, seats):
            batches.put([FigureRow(p1.pk, indicator.pk, month, "", Entry(Decimal(7))) for month in MONTHS])
        receipt = batches.finish()
    assert (receipt.created, len(receipt.filings)) == (12, 6)
    lines = Change.objects.filter(verb="filing.entered")
    assert [line.facts["figures"] for line in lines] == [2] * 6
    assert set(Filing.objects.values_list("version", flat=True)) == {1}
    assert StaleMark.objects.count() == 12


def test_a_delivery_of_very_many_filings_is_settled_on_the_way(in_riverside, hours, monkeypatch):
    monkeypatch.setattr(delivery, "MOST_FILINGS", 2)
    with transaction.atomic():
        batches = filings.Delivery(initiative=in_riverside.initiative, by=None, approve=True)
        for row in rows_of(in_riverside, hours):
            batches.put([row])
        receipt = batches.finish()
    assert (receipt.created, len(receipt.filings)) == (6, 6)
    assert Change.objects.filter(verb="filing.entered").count() == 6


def test_an_array_holds_what_was_put_in(in_riverside):
    texts = ["", "a", 'say "so"', "back\\slash", "{a,b}", "NULL", "line\nbreak", "it's", "%s"]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::date[], %s::numeric[]",
            [staged.array(texts), staged.array(days), staged.array([1, None, Decimal("0.10")])],
        )
        assert cursor.fetchone() == (texts, days, [1, None, Decimal("0.10")])


def test_instants_and_truths_are_copied(in_riverside, hours):
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        staged.copy(
            "tried", "measures_figure", ("changed_at", "new_only", "note"), [(now, True, ""), (now, False, "x")]
        )
        cursor.execute("SELECT changed_at, new_only, note FROM tried ORDER BY note")
        assert cursor.fetchall() == [(now, True, ""), (now, False, "x")]
