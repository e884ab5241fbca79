"""The first sheet of a partner's workbook: how to fill it in, and how each line is counted."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from backbone.look.numbers import long_date, period_name
from measures.importing.workbooks.asking import Asked
from measures.lines import closes_on, due_on
from measures.rules.periods import Grain

Row = tuple[str, str, bool]


def guide_rows(asked: Asked) -> Iterator[Row]:
    """(left, right, whether it is a heading)."""
    periods = period_name(asked.since)
    if asked.until != asked.since:
        periods = _("%(since)s to %(until)s") % {"since": periods, "until": period_name(asked.until)}
    yield asked.office.initiative.name, "", True
    yield _("Partner"), f"{asked.seat.code} · {asked.partner_name}", False
    yield _("Period"), periods, False
    yield "", "", False
    yield _("How to fill it in"), "", True
    yield "1", _("Go to the sheet with the figures and type into the yellow cells only; the others are locked."), False
    yield "2", _("A cell you leave blank leaves alone what stands there. 0 is a number, and sets it to zero."), False
    yield "3", _("Choose “not collected” for what you cannot count, and say why beside it."), False
    yield "4", _("For a rate give the numerator and the denominator; the percentage is worked out from them."), False
    yield "5", _("The parts of a figure add up to its total; put what you cannot split into “Unknown”."), False
    yield "6", _("Save the file and upload it. You see every change first; nothing is ever deleted."), False
    yield "", "", False
    yield _("How each one is counted"), "", True
    told = set()
    for cell in asked.cells:
        if cell.indicator.pk in told:
            continue
        told.add(cell.indicator.pk)
        yield cell.line.name, " ".join(_counted(cell.indicator, cell.line, cell.period, cell.frequency)), False


def _counted(indicator, line, period, frequency) -> Iterator[str]:
    if indicator.definition:
        yield indicator.definition
    if line.rule.is_ratio and (indicator.numerator or indicator.denominator):
        words = {"top": indicator.numerator or _("numerator"), "bottom": indicator.denominator or _("denominator")}
        yield _("Numerator: %(top)s. Denominator: %(bottom)s.") % words
    due, closes = due_on(indicator, period, frequency), closes_on(indicator, period, frequency)
    days = {"due": long_date(due), "closes": long_date(closes)}
    if frequency is Grain.MONTH:
        yield _("Due by %(due)s; closes after %(closes)s.") % days
    else:
        words = {"period": period_name(period, frequency), **days}
        yield _("%(period)s: due by %(due)s; closes after %(closes)s.") % words
