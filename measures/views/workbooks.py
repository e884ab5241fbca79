"""The workbook that one partner fills in for a month or several, to download."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import in_full
from measures.importing.office import Office
from measures.importing.workbooks import ask
from measures.rules.periods import parse_month, text_of

CAN_IMPORT = (Can.DRAFT, Can.OVERRIDE)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@member_can(CAN_IMPORT)
@require_safe
def workbook(request, initiative, partner, period):
    """What a partner owes for a month, or up to the month `until`, as a workbook to fill in."""
    office = Office(initiative, request.membership, request.tenant)
    seat = office.seats.get(partner.code)
    until = _month(request.GET.get("until", text_of(period)))
    if seat is None or until is None:
        raise Http404
    try:
        asked = ask(office, seat, period, until, partner_name=partner.name)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, in_full(problem))
        return redirect("measures:import-list", request.tenant.slug, initiative.slug)
    response = HttpResponse(content_type=XLSX)
    months = f"{period:%Y-%m}" if period == until else f"{period:%Y-%m}_{until:%Y-%m}"
    response["Content-Disposition"] = f'attachment; filename="{initiative.slug}-{_plain(seat.code)}-{months}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    from measures.importing.workbooks.writing import write_workbook

    write_workbook(response, asked)
    return response


def _month(text: str) -> date | None:
    found = parse_month(text)
    return found if isinstance(found, date) else None


def _plain(code: str) -> str:
    """A partner's code as part of a file's name."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in code)[:40] or "partner"
