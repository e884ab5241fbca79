"""Reviewing: what waits, and one report with a decision for each line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, require, sent_id, sent_words
from backbone.look.numbers import period_name, short_date
from backbone.paging import page_of
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can
from backbone.wording import say
from measures.forms import FilingForm
from measures.models import Reopening
from measures.selectors.corrections import open_in
from measures.selectors.locks import open_requests
from measures.selectors.report import Report, report
from measures.selectors.waiting import waiting_reports
from measures.services import filings
from measures.views.locks import day_of

PER_PAGE = 50


@member_can(Can.REVIEW)
@require_safe
def review_list(request, initiative):
    """Reports with figures that wait for review, the one that waits longest first."""
    waiting = waiting_reports(request.membership.pk, initiative)
    partners = sorted({(one.partner.code, one.partner.name) for one in waiting})
    periods = sorted({one.period for one in waiting})
    chosen = {name: request.GET.get(name, "") for name in ("partner", "period")}
    shown = [
        one
        for one in waiting
        if chosen["partner"] in ("", one.partner.code) and chosen["period"] in ("", f"{one.period:%Y-%m}")
    ]
    context = {
        "initiative": initiative,
        "page": page_of(request, shown, PER_PAGE),
        "count": len(shown),
        "figures": sum(one.lines for one in shown),
        "partners": partners,
        "periods": [(f"{period:%Y-%m}", period_name(period)) for period in periods],
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "today": request.tenant.day(),
    }
    return render(request, "measures/review_list.html", context)


@member_can(Can.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def filing_review(request, initiative, partner, period):
    """One report: approve or return each line, or approve all that wait; reopen it."""
    found = report(initiative, partner, period)
    if request.method != "POST":
        return _page(request, found)
    verb, _colon, line = request.POST.get("do", "").partition(":")
    pk = sent_id(line)
    try:
        done = _decide(request, found, verb, pk)
    except Refused as refused:
        sentences = [say(problem) for problem in refused.problems]
        return _page(request, report(initiative, partner, period), refused=sentences, about=pk)
    messages.success(request, done)
    return redirect(f"{request.path}#line-{pk}" if pk is not None else request.path)


def _decide(request, found: Report, verb: str, pk: int | None) -> str:
    """Do what a button says; the sentence that tells it was done. Raises Refused."""
    by, partner = request.membership, found.partner
    where: dict[str, Any] = {"initiative": found.initiative, "partner": partner, "period": found.period, "by": by}
    lines = {line.pk: line for line in found.lines}
    words = sent_words(request, f"{pk}/words")
    if verb == "approve-all":
        own = {line.pk for line in found.lines if line.submitted_by_id == by.pk}
        wanted = [line.pk for line in found.lines if f"{line.pk}/seen" in request.POST and line.pk not in own]
        filings.approve(**where, indicators=wanted, seen=_seen(request, wanted))
        text = ngettext("%(count)s figure is approved.", "%(count)s figures are approved.", len(wanted))
        return text % {"count": len(wanted)}
    if verb == "reopen":
        require(by, Can.MOVE_LOCKS, address=request.path)
        until = day_of(request.POST.get("until", ""))
        chosen = request.POST.get("line", "")
        one = next((line.indicator for line in found.lines if line.indicator.slug == chosen), None)
        filings.reopen(**where, indicator=one, until=until, reason=sent_words(request, "reason"))
        params = {"period": period_name(found.period), "partner": partner.code, "day": short_date(until)}
        return _("%(period)s is open for %(partner)s until %(day)s.") % params
    if pk not in lines:
        raise Refused(_nothing())
    named = {"name": lines[pk].line.name, "partner": partner.code}
    if verb == "approve":
        filings.approve(**where, indicators=[pk], words=words, seen=_seen(request, [pk]))
        return _("%(name)s is approved.") % named
    if verb == "return":
        filings.return_line(**where, indicator=pk, words=words, seen=_seen(request, [pk]))
        return _("%(name)s went back to %(partner)s with your words.") % named
    raise Refused(_nothing())


def _nothing() -> Problem:
    return Problem("review.nothing", gettext_noop("Nothing was decided. Choose a button beside a figure."))


def _seen(request, wanted: list[int]) -> dict[int, datetime]:
    """When each line was last changed as the reviewer's page showed it; the service refuses what changed since."""
    found = {}
    for pk in wanted:
        try:
            moment = parse_datetime(request.POST.get(f"{pk}/seen", ""))
        except ValueError:
            moment = None
        found[pk] = moment if moment is not None and moment.tzinfo is not None else datetime.min.replace(tzinfo=UTC)
    return found


def _openings(found: Report, day: date) -> list[Reopening]:
    """Who has more time for this report: all of it, or lines."""
    rows = Reopening.objects.in_force(day).filter(
        initiative=found.initiative, partner=found.partner, period=found.period
    )
    return list(rows.select_related("indicator").order_by("until"))


def _page(request, found: Report, *, refused: list[str] | None = None, about: int | None = None) -> HttpResponse:
    form = FilingForm(found, request.tenant, may_type=False)
    by, day = request.membership, request.tenant.day()
    waiting = [line for line in form.lines if line.row.state == "submitted"]
    mine = [line for line in waiting if line.row.submitted_by_id != by.pk]
    closed = [line for line in form.lines if line.row.closes_on < day]
    undecided = open_in(found.initiative, found.partner, found.period)
    for line in form.lines:
        line.correction = undecided.get(line.pk)
    context = {
        "initiative": found.initiative,
        "partner": found.partner,
        "period": found.period,
        "period_name": period_name(found.period),
        "report": found,
        "lines": form.lines,
        "form": form,
        "waiting": waiting,
        "approvable": mine,
        "today": day,
        "about": about,
        "words": request.POST.get(f"{about}/words", ""),
        "refused": [(f"line-{about}" if about else "", sentence) for sentence in refused or ()],
        "may_reopen": bool(form.lines) and by.can(Can.MOVE_LOCKS),
        "is_closed": bool(closed),
        "reopened": _openings(found, day),
        "asked": open_requests(found.initiative, [found.partner.pk]).filter(period=found.period),
        "until": request.POST.get("until", ""),
        "reason": request.POST.get("reason", ""),
        "list_url": reverse("measures:review-list", args=[request.tenant.slug, found.initiative.slug]),
    }
    return render(request, "measures/filing_review.html", context, status=422 if refused else 200)
