"""The calendar of locks, which every member may read, and requests for more time with their answers."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backbone.access import member_can, require, sent_words
from backbone.look.numbers import period_name, short_date
from backbone.paging import page_of
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from backbone.wording import say
from measures.lines import closes_on
from measures.models import LockRequest, Reopening
from measures.selectors import locks as reads
from measures.selectors.filing import owed_lines
from measures.services import locks

PAST_ON_A_PAGE = 12


@member_can(None)
@require_safe
def lock_calendar(request, initiative):
    """When each period is due and locks, what is ahead and what is past, and who has more time, until when, and why.

    Funders see the days alone: who asked for time, and why, is among those who do the work.
    """
    membership, day = request.membership, request.tenant.day()
    found = reads.calendar(initiative, day)
    ahead = [one for one in found if one.closes_on >= day]
    past = [one for one in reversed(found) if one.closes_on < day]
    sees_who = membership.can(Can.READ_ROLLUPS)
    own = membership.partner_ids(Can.FILE) or set()
    may_move = membership.can(Can.MOVE_LOCKS)
    asked = reads.open_requests(initiative, None if may_move else own) if may_move or own else []
    context = {
        "initiative": initiative,
        "today": day,
        "ahead": ahead,
        "page": page_of(request, past, PAST_ON_A_PAGE),
        "given": [one for one in reads.exceptions(initiative) if one.until >= day and one.ended_at is None]
        if sees_who
        else [],
        "asked": asked,
        "sees_who": sees_who,
        "may_move": may_move,
    }
    return render(request, "measures/lock_calendar.html", context)


@member_can(Can.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def lock_ask(request, initiative, partner, period: date):
    """A partner asks for more time for a report, or for one line of it."""
    if period > request.tenant.day():
        raise Http404
    owed = owed_lines(initiative, partner, period)
    by_slug = {indicator.slug: indicator for indicator in owed.indicators.values()}
    slug = request.POST.get("line", request.GET.get("line", ""))
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            if slug and slug not in by_slug:
                text = gettext_noop("Choose one of the lines of this report, or all of it.")
                raise Refused(Problem("time.no_such_line", text, field="line"))
            until = request.POST.get("wanted_until", "").strip()
            asked = locks.ask(
                initiative=initiative,
                partner=partner,
                period=period,
                indicator=by_slug.get(slug),
                reason=sent_words(request, "reason"),
                wanted_until=day_of(until, "wanted_until") if until else None,
                by=request.membership,
            )
        except Refused as refused:
            problems = [(problem.field, say(problem)) for problem in refused.problems]
        else:
            messages.success(request, _("Asked. You will see the answer here, and get a mail."))
            return redirect("measures:lock-request", request.tenant.slug, initiative.slug, asked.pk)
    days = [closes_on(one, period, owed.periods[pk].frequency) for pk, one in owed.indicators.items()]
    context = {
        "initiative": initiative,
        "partner": partner,
        "period": period,
        "period_name": period_name(period),
        "lines": list(by_slug.values()),
        "chosen": slug,
        "problems": problems,
        "said": dict(problems),
        "reason": request.POST.get("reason", ""),
        "wanted_until": request.POST.get("wanted_until", ""),
        "is_closed": bool(days) and max(days) < request.tenant.day(),
        "closes_on": min(days, default=None),
        "back": reverse("measures:filing", args=[request.tenant.slug, initiative.slug, partner.code, period]),
    }
    return render(request, "measures/lock_ask.html", context, status=422 if problems else 200)


@member_can((Can.FILE, Can.MOVE_LOCKS))
@require_http_methods(["GET", "HEAD", "POST"])
def lock_request(request, initiative, lock_request: int):
    """One request for more time: its answer, or the buttons to give one."""
    membership = request.membership
    own = None if membership.can(Can.MOVE_LOCKS) else membership.partner_ids(Can.FILE) or ()
    found = reads.requests(initiative, own).filter(pk=lock_request).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return _request_page(request, found)
    verb = request.POST.get("do", "")
    try:
        if verb == "withdraw":
            require(membership, Can.FILE, found.partner, address=request.path)
            locks.withdraw(request=found, by=membership)
            done = _("Withdrawn.")
        else:
            require(membership, Can.MOVE_LOCKS, address=request.path)
            if verb == "decline":
                locks.decline(request=found, words=sent_words(request, "words"), by=membership)
                done = _("Declined, with your words.")
            elif verb == "grant":
                until = day_of(request.POST.get("until", ""))
                locks.grant(request=found, until=until, by=membership)
                words = {"partner": found.partner.code, "day": short_date(until)}
                done = _("%(partner)s has until %(day)s.") % words
            else:
                return _request_page(request, found, [("", _("Nothing was decided. Choose a button."))])
    except Refused as refused:
        return _request_page(request, found, [(problem.field, say(problem)) for problem in refused.problems])
    messages.success(request, done)
    return redirect(request.path)


@member_can(Can.MOVE_LOCKS)
@require_POST
def lock_end(request, initiative, reopening: int):
    """End somebody's more time before its day."""
    found = Reopening.objects.filter(initiative=initiative, pk=reopening).select_related("partner").first()
    if found is None:
        raise Http404
    try:
        locks.end(reopening=found, by=request.membership)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, say(problem))
    else:
        words = {"partner": found.partner.code, "period": period_name(found.period)}
        messages.success(request, _("%(period)s is closed for %(partner)s again.") % words)
    return redirect("measures:lock-calendar", request.tenant.slug, initiative.slug)


def day_of(text: str, field: str = "until") -> date:
    """A day as a browser sends it. Raises Refused `reopening.no_day`."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        sentence = gettext_noop("“{value}” is no day. Choose one, as in 2026-11-30.")
        raise Refused(Problem("reopening.no_day", sentence, {"value": cut(text)}, field=field, value=cut(text)))
    return found


def _request_page(request, found: LockRequest, problems: list[tuple[str, str]] | None = None) -> HttpResponse:
    day, place = request.tenant.day(), [request.tenant.slug, found.initiative.slug]
    owed = owed_lines(found.initiative, found.partner, found.period).indicators.values()
    is_open = found.state == LockRequest.State.OPEN
    given = found.reopening
    context = {
        "initiative": found.initiative,
        "asked": found,
        "period_name": period_name(found.period),
        "problems": problems,
        "said": dict(problems or ()),
        "may_answer": is_open and request.membership.can(Can.MOVE_LOCKS),
        "may_withdraw": is_open and request.membership.can(Can.FILE, found.partner),
        "until": request.POST.get("until") or f"{reads.proposed_day(found, day, owed):%Y-%m-%d}",
        "words": request.POST.get("words", ""),
        "given": given,
        "is_in_force": given is not None and given.until >= day and given.ended_at is None,
        "crumbs": [
            (_("Locks"), reverse("measures:lock-calendar", args=place)),
            (f"{found.partner.code}, {period_name(found.period)}", ""),
        ],
    }
    return render(request, "measures/lock_request.html", context, status=422 if problems else 200)
