"""A partner's report: the form, its receipt, and the door that leads to the report that is due."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from backbone import conditions
from backbone.access import member_can, require, sent_id
from backbone.htmx import wants_part
from backbone.look.numbers import near_date, period_name, short_date
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.roster import Step, onboarding, people_for
from backbone.wording import say
from measures.forms import ANSWERS, FilingForm
from measures.models import Indicator
from measures.rules.periods import add_months
from measures.selectors.corrections import open_in
from measures.selectors.locks import requests as lock_requests
from measures.selectors.report import Report, report, shares
from measures.selectors.waiting import owed_reports
from measures.services import filings

# What a button of one line wants: to save it as it is typed, to fill up unknown, or to answer without a number.
ANSWERS_SHOWN = 3  # requests for more time, with what became of them
LINE_VERBS = ("line", "rest", *ANSWERS)
COMING_IN: dict[str, str | Promise] = {
    "leads": gettext_lazy("Somebody leads for you here"),
    "files": gettext_lazy("Somebody files"),
    "signed": gettext_lazy("The common agenda is read and signed"),
    "opened": gettext_lazy("Your report is begun"),
    "filed": gettext_lazy("The report is submitted"),
}


@member_can(None)
@require_safe
def filing_current(request, initiative):
    """Straight to the report that is due; a choice when there are several partners, or words when there is none."""
    own = request.membership.partner_ids(Can.READ_DRAFTS) or set()
    reports = owed_reports(own, initiative=initiative)
    if len(own) == 1:
        owed = [one for one in reports if one.is_owed]
        over = [one for one in reports if one.is_over]
        best = owed[:1] or over[-1:] or reports[-1:]
        if best:
            return redirect(_address(request, initiative, best[0].partner, best[0].period))
    context = {
        "initiative": initiative,
        "files_for_nobody": not own,
        "reports": [(one, _address(request, initiative, one.partner, one.period)) for one in reports],
        "today": request.tenant.day(),
    }
    return render(request, "measures/filing_current.html", context)


@member_can(Can.READ_DRAFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def filing(request, initiative, partner, period):
    """The form of one partner and period; each button posts here and says by `do` what it wants."""
    if period > request.tenant.day():
        raise Http404
    found = report(initiative, partner, period)
    if request.method != "POST":
        return _page(request, _form(request, found))
    verb, _colon, rest = request.POST.get("do", "save").partition(":")
    line, _colon, detail = rest.partition(":")
    pk = sent_id(line)
    if verb == "submit":
        return _submit(request, found)
    require(request.membership, Can.DRAFT, partner, address=request.path)
    if verb == "theirs":
        return _theirs(request, found, pk)
    if verb == "take-back":
        return _take_back(request, found, pk)
    if verb in LINE_VERBS:
        return _save_line(request, found, pk, verb, detail)
    return _save(request, found)


def _save(request, found: Report) -> HttpResponse:
    """Finish later: everything that can be read is kept, and the form says what cannot."""
    form = _form(request, found, data=request.POST)
    elsewhere = _keep(request, form)
    if not elsewhere and not form.is_stale and form.is_readable:
        messages.success(request, _("Saved. You can go on any time before it locks."))
        return redirect(request.path)
    form = _again(request, form, data=request.POST)
    return _page(request, form, elsewhere=elsewhere, is_tried=True)


def _save_line(request, found: Report, pk: int | None, verb: str, detail: str) -> HttpResponse:
    """One line: as it is typed, or with what a button says about it. Without scripts the whole page is kept."""
    is_part = wants_part(request)
    what: dict[str, Any] = {"data": request.POST, "about": pk, "only": pk if is_part else None}
    if verb == "rest":
        what["rest"] = detail
    elif verb in ANSWERS:
        what["answer"] = verb
    form = _form(request, found, **what)
    line = next((line for line in form.posted if line.pk == pk), None)
    if line is None or (verb == "rest" and not line.has_breakdown(detail)):
        return _page(request, _form(request, found), elsewhere=[_("This line is not open any more.")], is_tried=True)
    elsewhere = _keep(request, form)
    form = _again(request, form, **what)
    if is_part:
        return _part(request, form, pk, elsewhere)
    if elsewhere or form.is_stale or not form.is_readable:
        return _page(request, form, elsewhere=elsewhere, is_tried=True)
    return redirect(f"{request.path}#{line.anchor}")


def _theirs(request, found: Report, pk: int | None) -> HttpResponse:
    """Let go of what was typed in one line, for what somebody else saved."""
    form = _form(request, found)
    line = form.line(pk)
    if line is None:
        raise Http404
    return _part(request, form, pk, []) if wants_part(request) else redirect(f"{request.path}#{line.anchor}")


def _take_back(request, found: Report, pk: int | None) -> HttpResponse:
    where = {"initiative": found.initiative, "partner": found.partner, "period": found.period}
    line = next((line for line in found.lines if line.pk == pk), None)
    if line is None:
        raise Http404
    try:
        filings.take_back(**where, indicators=[line.pk], by=request.membership)
    except Refused as refused:
        elsewhere = [say(problem) for problem in refused.problems]
        return _page(request, _form(request, found), elsewhere=elsewhere, is_tried=True)
    messages.info(request, _("%(name)s is yours again. Submit it when it is right.") % {"name": line.line.name})
    return redirect(f"{request.path}#line-{pk}")


def _submit(request, found: Report) -> HttpResponse:
    """Hand it in. A refusal shows what was typed, keeps it as a draft, and says what is missing."""
    require(request.membership, Can.FILE, found.partner, address=request.path)
    may_type = request.membership.can(Can.DRAFT, found.partner)
    what: dict[str, Any] = {"data": request.POST if may_type else None, "asked": True}
    form = _form(request, found, **what)
    elsewhere: list[str] = []
    if form.is_readable:
        try:
            filings.submit(
                initiative=found.initiative,
                partner=found.partner,
                period=found.period,
                cells=form.cells,
                words=form.words,
                by=request.membership,
                version=form.version,
                seen=form.seen,
                as_defined=form.as_defined,
                attested=form.attested,
            )
        except Refused as refused:
            elsewhere = form.take(refused)
        else:
            return redirect(_address(request, found.initiative, found.partner, found.period, "measures:filing-receipt"))
    if may_type and not form.is_stale:
        elsewhere += [sentence for sentence in _keep(request, form) if sentence not in elsewhere]
    form = _again(request, form, **what)
    return _page(request, form, elsewhere=elsewhere, is_tried=True)


@member_can(Can.READ_DRAFTS)
@require_safe
def filing_receipt(request, initiative, partner, period):
    """What was handed in, when, who approves it, and what it is of the whole."""
    found = report(initiative, partner, period)
    form = _form(request, found)
    handed_in = [line for line in form.lines if line.row.state in ("submitted", "approved")]
    if found.submitted_at is None and not handed_in:
        return redirect(_address(request, initiative, partner, period))
    context = _context(request, form) | {
        "handed_in": handed_in,
        "left": [line for line in form.lines if line not in handed_in and not (line.row.excuse and line.is_blank)],
        "used": _used(initiative, partner) if request.membership.can(Can.READ_MEETINGS) else [],
        "shares": shares([line.row for line in handed_in], partner, [period]),
        "filing_url": _address(request, initiative, partner, period),
    }
    return render(request, "measures/filing_receipt.html", context)


def _used(initiative, partner) -> list[tuple[str, conditions.Used]]:
    """Where the partner's figures were used last, each with what the figure is called."""
    names = {one.slug: one.code or one.name for one in Indicator.objects.filter(initiative=initiative)}
    return [(names.get(one.indicator, one.indicator), one) for one in conditions.used(initiative, partner)]


def _form(request, found: Report, **what: Any) -> FilingForm:
    return FilingForm(found, request.tenant, may_type=request.membership.can(Can.DRAFT, found.partner), **what)


def _keep(request, form: FilingForm) -> list[str]:
    """Save what is typed as drafts; answers what was refused that is about no line, and leaves the rest on the form."""
    found = form.report
    try:
        filings.save_draft(
            initiative=found.initiative,
            partner=found.partner,
            period=found.period,
            cells=form.cells,
            by=request.membership,
            version=form.version,
            seen=form.seen,
            words=form.words,
            as_defined=form.as_defined,
            attested=form.attested,
        )
    except Refused as refused:
        return form.take(refused)
    return []


def _again(request, form: FilingForm, **what: Any) -> FilingForm:
    """The same page over what stands now. After a conflict the next save knows of the other's value, and may win."""
    if form.is_stale:
        form.version = form.report.version
        return form
    found = report(form.report.initiative, form.report.partner, form.report.period)
    form = _form(request, found, **what)
    form.version = found.version
    return form


def _part(request, form: FilingForm, pk: int | None, elsewhere: list[str]) -> HttpResponse:
    """One line and what else of the page it changes, for htmx."""
    line = form.line(pk)
    assert line is not None
    words = {"name": line.line.name, "state": line.state[1]}
    announced = _("%(name)s: saved. %(state)s.") % words if line.is_saved else _("%(name)s: %(state)s.") % words
    context = _context(request, form) | {
        "line": line,
        "is_swapped": True,
        "elsewhere": elsewhere,
        "announced": " ".join(elsewhere) or announced,
    }
    status = 422 if elsewhere or form.is_stale else 200
    return render(request, "measures/_filing_saved.html", context, status=status)


def _page(request, form: FilingForm, *, elsewhere: list[str] | None = None, is_tried: bool = False) -> HttpResponse:
    context = _context(request, form) | {"elsewhere": elsewhere, "is_tried": is_tried}
    if not form.lines:
        context["nothing_title"] = _("Nothing to report for this month")
        context["nothing_text"] = _("%(partner)s owes no figures for it.") % {"partner": form.report.partner.name}
    if not is_tried:
        found = form.report
        before = add_months(found.period, -1)
        context["shares"] = shares(found.lines, found.partner, [before])
    status = 200 if not is_tried else 409 if form.is_stale else 422
    return render(request, "measures/filing.html", context, status=status)


def _context(request, form: FilingForm) -> dict[str, Any]:
    found, membership = form.report, request.membership
    rows = [line.row for line in form.asked_lines] or [line.row for line in form.open_lines] or found.lines
    day = request.tenant.day()
    months = [add_months(found.period, -1), add_months(found.period, 1)]
    undecided = open_in(found.initiative, found.partner, found.period)
    for line in form.lines:
        line.correction = undecided.get(line.pk)
    year_start = date(found.period.year, request.tenant.fiscal_year_starts, 1)
    if year_start > found.period:
        year_start = year_start.replace(year=year_start.year - 1)
    return {
        "initiative": found.initiative,
        "partner": found.partner,
        "period": found.period,
        "period_name": period_name(found.period, "month"),
        "report": found,
        "form": form,
        "today": day,
        "lede": _lede(form, rows, day),
        "due_on": min((row.due_on for row in rows), default=None),
        "closes_on": min((row.closes_on for row in rows), default=None),
        "upload_url": _upload_address(request, found),
        "may_type": membership.can(Can.DRAFT, found.partner),
        "may_submit": membership.can(Can.FILE, found.partner),
        "submit_words": _("Submit %(month)s") % {"month": formats.date_format(found.period, "F")},
        "reviewer": found.reviewers[0] if len(found.reviewers) == 1 else "",
        "reviewer_names": _joined(found.reviewers),
        "year_start_words": formats.date_format(year_start, pgettext("date format", "j F")),
        "asked": list(lock_requests(found.initiative, [found.partner.pk]).filter(period=found.period)[:ANSWERS_SHOWN]),
        "coming_in": _coming_in(request, found),
        "open_until": min((row.open_until for row in rows if row.open_until), default=None),
        "other_months": [
            (month, _address(request, found.initiative, found.partner, month)) for month in months if month <= day
        ],
    }


def _coming_in(request, found: Report) -> list[tuple[Step, str | Promise, str]]:
    """The partner's own way to its first report: each step with its words and where it is done; nothing later on."""
    has_filed = found.submitted_at is not None or any(
        entry is not None for row in found.lines for _m, entry in row.past
    )
    if has_filed:
        return []
    place = [request.tenant.slug, found.initiative.slug]
    invite = f"{reverse('backbone:member-invite', args=place[:1])}?{urlencode({'partner': found.partner.code})}"
    may_invite = request.membership.can(Can.MANAGE_MEMBERS, found.partner)
    pages = {
        "leads": invite if may_invite else "",
        "files": invite if may_invite else "",
        "signed": reverse("agenda:agenda", args=place),
    }
    steps = onboarding(found.partner, people_for(found.partner), [])
    if any(step.slug == "filed" and step.is_done for step in steps):
        return []
    return [(step, COMING_IN[step.slug], pages.get(step.slug, "")) for step in steps if step.slug in COMING_IN]


def _upload_address(request, found: Report) -> str:
    """Where this report's workbook is uploaded: there a workbook of another one is refused."""
    page = reverse("measures:import-list", args=[request.tenant.slug, found.initiative.slug])
    return f"{page}?{urlencode({'partner': found.partner.code, 'period': f'{found.period:%Y-%m}'})}"


def _lede(form: FilingForm, rows: list, day: date) -> str:
    """How much there is to do, and by when."""
    asked = form.asked_lines
    if not form.lines:
        return ""
    returned = [line for line in form.lines if line.row.state == "returned"]
    if returned:
        text = ngettext(
            "%(count)s figure came back with a question.", "%(count)s figures came back with questions.", len(returned)
        )
        return text % {"count": len(returned)}
    if not form.open_lines:
        if all(line.row.state == "approved" for line in form.lines):
            return _("Everything is approved.")
        waiting = [line for line in form.lines if line.row.state == "submitted"]
        if waiting:
            text = ngettext(
                "%(count)s figure is submitted and waits for review.",
                "%(count)s figures are submitted and wait for review.",
                len(waiting),
            )
            return text % {"count": len(waiting)}
        return _("This report is closed.")
    due = min(row.due_on for row in rows)
    if not asked:
        return _("This month is not over. It is due on %(day)s; you can begin now.") % {"day": short_date(due, day)}
    count = ngettext("%(count)s figure", "%(count)s figures", len(asked)) % {"count": len(asked)}
    if due < day:
        words = {
            "figures": count,
            "due": near_date(due, day),
            "day": short_date(min(row.closes_on for row in rows), day),
        }
        return _("%(figures)s, due %(due)s. You can still submit until %(day)s.") % words
    return _("%(figures)s, due %(due)s.") % {"figures": count, "due": near_date(due, day)}


def _joined(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _address(request, initiative, partner, period: date, name: str = "measures:filing") -> str:
    return reverse(name, args=[request.tenant.slug, initiative.slug, partner.code, period])
