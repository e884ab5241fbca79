"""Corrections of approved figures: written by one side, decided on by the other; and the override that asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, require, sent_words
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership, Partner
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.forms.correcting import CorrectionForm
from measures.lines import lines
from measures.models import Correction, Indicator
from measures.models.filings import FigureState
from measures.rules.periods import check_period
from measures.rules.written import read_cells
from measures.selectors import corrections as reads
from measures.selectors.figure import sees_cells
from measures.selectors.report import one_line, who_files
from measures.services import corrections

PER_PAGE = 50

# How each of the three is called on its page: heading, what it means, the button.
WRITING = {
    "request": (
        gettext_lazy("Request a correction"),
        gettext_lazy("The approved figure goes on counting until the backbone team approves yours."),
        gettext_lazy("Request the correction"),
    ),
    "propose": (
        gettext_lazy("Propose a correction"),
        gettext_lazy("The approved figure goes on counting until the partner accepts your proposal."),
        gettext_lazy("Send the proposal"),
    ),
    "override": (
        gettext_lazy("Override a figure"),
        gettext_lazy(
            "For emergencies: it changes at once, without the partner. To ask it first, propose a correction."
        ),
        gettext_lazy("Go on"),
    ),
}


@member_can(Can.READ_PARTNER_FIGURES)
@require_safe
def correction_list(request, initiative):
    """Corrections that wait for somebody, and those that were decided: all of them, or the reader's own partners'."""
    own = request.membership.partner_ids(Can.READ_PARTNER_FIGURES)
    show = request.GET.get("show", "")
    found = reads.undecided(initiative, own) if show == "open" else reads.listed(initiative, own)
    page = page_of(request, found, PER_PAGE)
    known = lines(initiative)
    context = {
        "initiative": initiative,
        "page": page,
        "rows": [(one, reads.total_words(known[one.indicator_id], one), _turn(one)) for one in page],
        "show": show,
        "waiting": reads.undecided(initiative, own).count(),
        "is_staff": own is None,
    }
    return render(request, "measures/correction_list.html", context)


@member_can(Can.READ_PARTNER_FIGURES)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request, initiative, correction: int):
    """One correction: what would change, and the buttons of whoever may decide on it or take it back."""
    found = _find(request, initiative, correction)
    if request.method != "POST":
        return _page(request, found)
    verb = request.POST.get("do", "")
    what: dict[str, Any] = {"correction": found, "by": request.membership}
    words = sent_words(request, "words")
    try:
        if verb == "approve":
            _require_side(request, found, decides=True)
            corrections.approve(**what, words=words, seen=request.POST.get("seen") or None)
            done = _("The figure is corrected.")
        elif verb == "decline":
            _require_side(request, found, decides=True)
            corrections.decline(**what, words=words)
            done = _("Declined, with your words.")
        elif verb == "ask":
            _require_side(request, found, decides=True)
            corrections.ask_back(**what, words=words)
            done = _("Your question was sent.")
        elif verb == "withdraw":
            _require_side(request, found, decides=False)
            corrections.withdraw(**what)
            done = _("Withdrawn. The figure stays as it is.")
        else:
            return _page(request, found, problems=[("", _("Nothing was decided. Choose a button."))])
    except Refused as refused:
        found = _find(request, initiative, correction)
        return _page(request, found, problems=[("", say(problem)) for problem in refused.problems])
    messages.success(request, done)
    return redirect(request.path)


@member_can(Can.READ_PARTNER_FIGURES)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_answer(request, initiative, correction: int):
    """Answer a question about a correction, or write it anew over what stands now."""
    found = _find(request, initiative, correction)
    if not _is_of_side(request.membership, found, decides=False) or not found.is_open:
        raise Http404
    row = one_line(initiative, found.indicator, found.partner, found.period)
    form = CorrectionForm(row, request.tenant, request.POST or None, start=read_cells(found.cells), rest=_rest(request))
    if request.method == "POST" and _rest(request) is None and form.is_readable:
        try:
            corrections.answer(
                correction=found, cells=form.cells, words=form.reason, by=request.membership, seen=form.seen
            )
        except Refused as refused:
            form.take(refused)
        else:
            messages.success(request, _("Sent. It waits for a decision again."))
            return redirect("measures:correction", request.tenant.slug, initiative.slug, found.pk)
    words = (_("Answer"), _("You can change the numbers too. The approved figure counts meanwhile."), _("Send it"))
    back = reverse("measures:correction", args=[request.tenant.slug, initiative.slug, found.pk])
    return _form_page(request, form, words, found.partner, found.period, back, asked=found)


@member_can(Can.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_request(request, initiative, indicator: str, partner, period: date):
    """A partner asks for other numbers in one of its approved lines."""
    return _write(request, "request", corrections.request, initiative, indicator, partner, period)


@member_can(Can.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_propose(request, initiative, indicator: str, partner, period: date):
    """The backbone proposes other numbers to a partner."""
    return _write(request, "propose", corrections.propose, initiative, indicator, partner, period)


@member_can(Can.OVERRIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def override(request, initiative, indicator: str, partner, period: date):
    """Change a partner's approved line at once: the numbers, then a page that names the consequence."""
    return _write(request, "override", corrections.override, initiative, indicator, partner, period)


def _write(request, mode: str, service: Callable, initiative: Initiative, slug: str, partner, period) -> HttpResponse:
    row = _approved_line(request, initiative, slug, partner, period)
    place = [request.tenant.slug, initiative.slug]
    figure_url = reverse("measures:figure", args=[*place, slug, partner.code, period])
    waiting = reads.open_in(initiative, partner, period).get(row.pk)
    if waiting is not None and mode != "override":
        messages.info(request, _("A correction of this figure is not decided yet. Here it is."))
        return redirect("measures:correction", *place, waiting.pk)
    form = CorrectionForm(row, request.tenant, request.POST or None, rest=_rest(request))
    if request.method == "POST" and _rest(request) is None and form.is_readable:
        is_confirmed = mode != "override" or request.POST.get("do") == "confirm"
        what: dict[str, Any] = {
            "initiative": initiative,
            "partner": partner,
            "period": period,
            "indicator": row.indicator,
            "cells": form.cells,
            "reason": form.reason,
            "by": request.membership,
            "seen": form.seen,
        }
        try:
            if not is_confirmed:
                corrections.check(**what)
                return _confirm(request, form, partner, period, figure_url)
            written = service(**what)
        except Refused as refused:
            form.take(refused)
        else:
            if mode == "override":
                messages.warning(
                    request, _("The figure is overridden, and %(partner)s is told.") % {"partner": partner}
                )
                return redirect(figure_url)
            messages.success(request, _("Sent. Until it is decided, the approved figure goes on counting."))
            return redirect("measures:correction", *place, written.pk)
    return _form_page(request, form, WRITING[mode], partner, period, figure_url, mode=mode)


def _approved_line(request, initiative: Initiative, slug: str, partner: Partner, period: date):
    """The line of the address, where it is approved; 404 for what is not there to correct."""
    indicator = (
        Indicator.objects.filter(initiative=initiative, slug=slug).select_related("tenant", "initiative").first()
    )
    if indicator is None or check_period(period, indicator.frequency, request.tenant.fiscal_year_starts) is not None:
        raise Http404
    row = one_line(initiative, indicator, partner, period)
    if row.state != FigureState.APPROVED:
        raise Http404
    return row


def _rest(request) -> str | None:
    """The breakdown whose rest a button puts in unknown."""
    verb, _colon, rest = request.POST.get("do", "").partition(":")
    return rest.partition(":")[2] if verb == "rest" else None


def _form_page(request, form, words, partner, period, back: str, *, mode: str = "", asked=None) -> HttpResponse:
    heading, lede, submit = words
    is_tried = request.method == "POST" and _rest(request) is None
    context = {
        "initiative": form.row.indicator.initiative,
        "indicator": form.row.indicator,
        "partner": partner,
        "period": period,
        "period_name": period_name(period, form.row.frequency),
        "form": form,
        "line": form.line,
        "problems": form.problems if is_tried else [],
        "heading": heading,
        "lede": lede,
        "submit": submit,
        "back": back,
        "mode": mode,
        "asked": asked,
    }
    return render(request, "measures/correction_form.html", context, status=422 if is_tried else 200)


def _confirm(request, form: CorrectionForm, partner: Partner, period: date, back: str) -> HttpResponse:
    """The page before an override: what changes, who is told, what stays visible."""
    kept = [(name, value) for name, value in request.POST.items() if name not in ("do", "csrfmiddlewaretoken")]
    line, indicator = form.line.line, form.row.indicator
    context = {
        "initiative": indicator.initiative,
        "indicator": indicator,
        "partner": partner,
        "period_name": period_name(period, indicator.frequency),
        "before": reads.figure_words(line, form.row.total),
        "after": reads.figure_words(line, form.cells.get("")),
        "reason": form.reason,
        "told": who_files(partner),
        "kept": kept,
        "back": back,
    }
    return render(request, "measures/override_confirm.html", context)


def _find(request, initiative: Initiative, pk: int) -> Correction:
    found = reads.listed(initiative, request.membership.partner_ids(Can.READ_PARTNER_FIGURES)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _is_of_side(membership: Membership, correction: Correction, *, decides: bool) -> bool:
    """Whether this person is of those who decide on it, or of those who wrote it."""
    is_backbones = correction.is_request == decides
    return membership.can(Can.REVIEW) if is_backbones else membership.can(Can.FILE, correction.partner)


def _require_side(request, correction: Correction, *, decides: bool) -> None:
    can = Can.REVIEW if correction.is_request == decides else Can.FILE
    require(request.membership, can, correction.partner, address=request.path)


def _turn(correction: Correction) -> str:
    """Whom an open correction waits for."""
    if not correction.is_open:
        return ""
    return _("waits for the backbone team") if correction.waits_for_backbone else _("waits for the partner")


def _page(request, found: Correction, *, problems: list[tuple[str, str]] | None = None) -> HttpResponse:
    place = [request.tenant.slug, found.initiative.slug]
    membership, told = request.membership, reads.story(found)
    if not sees_cells(membership, found.indicator, found.partner):
        told = replace(told, rows=told.rows[:1])
    decides = found.is_open and _is_of_side(membership, found, decides=True)
    context = {
        "initiative": found.initiative,
        "correction": found,
        "story": told,
        "period_name": period_name(found.period, found.indicator.frequency),
        "turn": _turn(found),
        "decides": decides and found.by_id != membership.pk,
        "is_own": decides and found.by_id == membership.pk,
        "writes": found.is_open and _is_of_side(membership, found, decides=False),
        "problems": problems,
        "words": request.POST.get("words", "") if problems else "",
        "verb": request.POST.get("do", "") if problems else "",
        "crumbs": [
            (_("Corrections"), reverse("measures:correction-list", args=place)),
            (f"{found.partner.code}, {found.indicator.code or found.indicator.name}", ""),
        ],
        "figure_url": reverse("measures:figure", args=[*place, found.indicator.slug, found.partner.code, found.period]),
    }
    return render(request, "measures/correction.html", context, status=422 if problems else 200)
