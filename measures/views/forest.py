"""Forest & Trees: the home page of those who keep the whole in view; the chase list; letting a partner off."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backbone import changes
from backbone.access import member_can
from backbone.look.numbers import number, period_name, short_date
from backbone.models import Initiative
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.health import cards
from backbone.selectors.holding import raised_signals
from backbone.selectors.roster import to_call
from backbone.wording import say
from measures.lines import lines as lines_of
from measures.models import Indicator
from measures.rules.figures import plain
from measures.rules.periods import Grain, start_of, text_of
from measures.selectors.chase import ChaseList
from measures.selectors.corrections import total_words, undecided
from measures.selectors.forest import chase_of, indicators_in_use, latest_changes
from measures.selectors.home import HomeState, home_state
from measures.selectors.locks import open_requests, proposed_day
from measures.selectors.obligations import Duties
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from measures.selectors.waiting import WaitingReport, waiting_reports
from measures.services import obligations
from measures.views.links import csv_answer, grain_links, how_to_begin, report_url, rows_from, url_if_there, year_links
from measures.views.standing import ChasedRow, Standing, chased_rows, standing_of
from measures.windows import latest_month

REVIEWED_AT_ONCE = 6
ASKED_AT_ONCE = 6
SIGNALS_AT_ONCE = 3
CHASED_ON_A_PAGE = 50


@member_can(Can.READ_ROLLUPS)
@require_safe
def forest(request, initiative):
    """Results with their coverage, the five conditions, and what waits for somebody."""
    membership, tenant = request.membership, request.tenant
    today = tenant.day()
    state = home_state(initiative, latest_month(today))
    found = standing_of(request, initiative, state)
    context = {
        "initiative": initiative,
        "today": today,
        "standing": found,
        "grains": grain_links(found.window),
        "years": year_links(found.window),
        "conditions": cards(initiative),
        "begin": how_to_begin(request, initiative),
        "may_edit_agenda": membership.can(Can.EDIT_AGENDA),
        "may_begin_here": membership.can(Can.READ_SETTINGS),
    }
    if found.chased is not None:
        may_review = membership.can(Can.REVIEW)
        to_review = waiting_reports(membership.pk, initiative) if may_review else []
        asked = _asked(request, initiative, today, state)
        signals = raised_signals(initiative, today) if membership.can(Can.READ_SIGNALS) else []
        context |= {
            "lede": _lede(found, today, sum(one.lines - one.own for one in to_review), asked["for_reader"]),
            "chased": [_chased(request, initiative, one, found.month.period) for one in found.chased],
            "may_chase": membership.can(Can.ASSIGN_OBLIGATIONS),
            "may_see_signals": membership.can(Can.READ_SIGNALS),
            "signals": signals[:SIGNALS_AT_ONCE],
            "more_signals": len(signals) > SIGNALS_AT_ONCE,
            "told": [(change.at, changes.sentence(change)) for change in latest_changes(initiative)],
            "to_review": len(to_review),
            "reviews": [(one, _review_url(request, one)) for one in to_review[:REVIEWED_AT_ONCE]],
            "review_list_url": may_review and url_if_there("measures:review-list", tenant.slug, initiative.slug),
            **asked,
        }
    return render(request, "measures/forest.html", context)


def _review_url(request, report: WaitingReport) -> str:
    place = [request.tenant.slug, report.initiative.slug, report.partner.code, report.period]
    return reverse("measures:filing-review", args=place)


def _asked(request, initiative, day: date, state: HomeState) -> dict:
    """What partners ask of those who review and keep the deadlines: corrections, and more time.

    On most days nobody asks, and what is shown of a request takes the widest questions of this page: only where there is
    one.
    """
    membership = request.membership
    found: dict = {"corrections": [], "corrections_more": 0, "times": [], "for_reader": 0}
    if membership.can(Can.REVIEW) and state.asks_to_correct:
        waiting = list(undecided(initiative)[: ASKED_AT_ONCE + 1])
        known = lines_of(initiative, [one.indicator for one in waiting])
        found["corrections"] = [(one, total_words(known[one.indicator_id], one)) for one in waiting[:ASKED_AT_ONCE]]
        found["corrections_more"] = len(waiting) > ASKED_AT_ONCE
        found["for_reader"] += sum(one.waits_for_backbone and one.by_id != membership.pk for one in waiting)
    if membership.can(Can.MOVE_LOCKS) and state.asks_for_time:
        asked = list(open_requests(initiative)[:ASKED_AT_ONCE])
        indicators = list(Indicator.objects.filter(initiative=initiative))
        found["times"] = [(one, proposed_day(one, day, indicators)) for one in asked]
        found["for_reader"] += len(asked)
    return found


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_safe
def chase(request, initiative):
    """Everybody who is missing in a month, page by page; as CSV too."""
    window = window_for(initiative, request.GET, request.tenant).at(Grain.MONTH)
    indicators = indicators_in_use(initiative, window.period)
    found = chase_of(initiative, request.tenant, indicators, window)
    if request.GET.get("format") == "csv":
        return _chase_csv(initiative, found)
    page = page_of(request, found.missing, CHASED_ON_A_PAGE)
    reached = to_call(one.partner.pk for one in page)
    context = {
        "initiative": initiative,
        "window": window,
        "chase": found,
        "page": page,
        "chased": [
            _chased(request, initiative, one, found.period) | {"to_call": reached.get(one.partner_id, ())}
            for one in chased_rows(page)
        ],
        "previous": rows_from(window.previous),
        "next": rows_from(window.next),
    }
    return render(request, "measures/chase_list.html", context)


def _chase_csv(initiative: Initiative, found: ChaseList) -> HttpResponse:
    columns = [
        _("Partner"), _("Name"), _("Missing"), _("Weighs most on"), _("Usually brings"), _("All together bring"),
        _("Last filed"), _("Days late"), _("Reminded"),
    ]  # fmt: skip
    rows = [
        [
            one.partner.code,
            one.partner.name,
            ", ".join(indicator.code or indicator.slug for indicator in one.indicators),
            one.heaviest.indicator.code or one.heaviest.indicator.slug,
            None if one.usual is None else plain(one.usual),
            None if one.everybody is None else plain(one.everybody),
            None if one.last is None else text_of(one.last.period),
            None if one.last is None else one.last.days_late,
            None if one.reminded_at is None else timezone.localtime(one.reminded_at).strftime("%Y-%m-%d %H:%M"),
        ]
        for one in found.missing
    ]
    return csv_answer(f"{initiative.slug}-missing-{text_of(found.period)}", columns, rows)


class ExcuseForm(forms.Form):
    """Which of the missing indicators a partner is let off, and why."""

    indicators = forms.ModelMultipleChoiceField(
        None,
        label=gettext_lazy("From what"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one indicator.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Whoever reads the figure can see the reason. The partner is no longer counted as missing."
        ),
        error_messages={"required": gettext_lazy("Say why: whoever reads the figure can see the reason.")},
    )


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def excuse(request, initiative, partner, period: date):
    """Let one partner off some of what it owes for a month, with a reason."""
    missing = _missing_of(initiative, request.tenant, partner.pk, period)
    if not missing:
        raise Http404
    form = ExcuseForm(request.POST or None, initial={"indicators": [one.pk for one in missing]})
    form.fields["indicators"].queryset = Indicator.objects.filter(pk__in=[one.pk for one in missing])
    if request.method == "POST" and form.is_valid():
        try:
            for indicator in form.cleaned_data["indicators"]:
                owed = Duties([indicator], [partner.pk]).at(indicator, partner.pk, period)
                start = start_of(Grain(indicator.frequency), period, request.tenant.fiscal_year_starts)
                start = start if owed is None else owed.start
                obligations.give_excuse(
                    indicator=indicator,
                    partner=partner,
                    period=start,
                    reason=form.cleaned_data["reason"],
                    by=request.membership,
                )
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(problem.field if problem.field in form.fields else None, say(problem))
        else:
            words = {"partner": partner.code, "period": period_name(period)}
            messages.success(request, _("%(partner)s is excused for %(period)s.") % words)
            return redirect("measures:forest", request.tenant.slug, initiative.slug)
    context = {"initiative": initiative, "partner": partner, "period": period, "form": form}
    return render(request, "measures/excuse.html", context, status=422 if form.errors else 200)


def _missing_of(initiative, tenant, partner_id: int, period: date) -> list[Indicator]:
    """The indicators that a partner owes for a month's window and has neither filed nor been excused from."""
    window = window_for(initiative, {"period": text_of(period)}, tenant)
    if window.period != period:
        return []
    readings = read(initiative, indicators_in_use(initiative, period), window, trend=0)
    return [
        reading.indicator
        for reading in readings
        if reading.line.rule.is_filed
        and partner_id in (reading.now.coverage.missing or ())
        and partner_id not in reading.answered
    ]


def _lede(found: Standing, today: date, waits: int, asked: int) -> str:
    """When the month locks, who is missing, what waits for the reader: one sentence each."""
    sentences, month = [], found.month
    if found.locks_on is not None:
        words = {"month": month.name, "day": short_date(found.locks_on, today)}
        if found.locks_on >= today:
            sentences.append(_("%(month)s locks on %(day)s.") % words)
        else:
            sentences.append(_("%(month)s locked on %(day)s.") % words)
    if month.next is not None and not found.dates:
        sentences.append(_("Nobody has filed for a later month."))
    if found.missing:
        pattern = ngettext("%(count)s partner is missing", "%(count)s partners are missing", found.missing)
        sentence = pattern % {"count": number(found.missing)}
    elif found.expected:
        sentence = _("Everybody has filed")
    else:
        sentence = _("Nobody owes a report for %(month)s") % {"month": month.name}
    if waits:
        pattern = ngettext(
            "%(sentence)s, %(count)s figure waits for you.",
            "%(sentence)s, %(count)s figures wait for you.",
            waits,
        )
        sentences.append(pattern % {"sentence": sentence, "count": number(waits)})
    elif asked:
        sentences.append(_("%(sentence)s.") % {"sentence": sentence})
    else:
        sentences.append(_("%(sentence)s; nothing waits for you.") % {"sentence": sentence})
    if asked:
        pattern = ngettext(
            "%(count)s request waits for your answer.", "%(count)s requests wait for your answer.", asked
        )
        sentences.append(pattern % {"count": number(asked)})
    return " ".join(sentences)


def _chased(request, initiative, one: ChasedRow, period: date) -> dict:
    """A row of the chase list with its two actions, each only where it can be done."""
    place = [request.tenant.slug, initiative.slug, one.code, period]
    can_excuse = request.membership.can(Can.ASSIGN_OBLIGATIONS)
    return {
        "missing": one,
        "nudge_url": url_if_there("comms:nudge", *place) if can_excuse else "",
        "excuse_url": reverse("measures:excuse", args=place) if can_excuse else "",
        "filing_url": report_url(request, initiative, one.code, one.partner_id, period),
    }
