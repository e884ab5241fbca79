"""What is checked beyond a single figure: rules over several lines, outliers, figures to come back to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backbone.access import member_can, sent_words
from backbone.forms.people import refuse
from backbone.look.numbers import number, period_name
from backbone.models import Initiative
from backbone.paging import page_of
from backbone.problems import Problem, Refused
from backbone.roles import Can
from measures import wording
from measures.forms.checks import RuleForm
from measures.lines import thresholds_of
from measures.models import FollowUp, Indicator, ValidationRule
from measures.rules.crossing import OPERATOR_WORDS, CrossRule, in_words
from measures.rules.figures import plain
from measures.rules.periods import add_months, month_of, parse_month, text_of
from measures.rules.usual import said_range
from measures.selectors.checking import LOOKED_BACK_MONTHS, OddFigure, Trial, odd_figures, try_rule
from measures.selectors.warned import rule_of
from measures.services import checks
from measures.views.links import csv_answer

PER_PAGE = 50
CAUGHT_SHOWN = 100


# --- rules over several lines ---


@member_can(Can.READ_INDICATORS)
@require_safe
def rule_list(request, initiative):
    """The initiative's rules over several lines, in words."""
    names = dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "name"))
    rules = ValidationRule.objects.filter(initiative=initiative)
    context = {
        "initiative": initiative,
        "rows": [(rule, _in_words(rule_of(rule), names)) for rule in rules],
        "may_define": request.membership.can(Can.DEFINE_INDICATORS),
        "crumbs": [_measures(request, initiative), (_("Rules"), "")],
    }
    return render(request, "measures/rule_list.html", context)


@member_can(Can.DEFINE_INDICATORS)
def rule_new(request, initiative):
    return _rule_page(request, initiative, None)


@member_can(Can.DEFINE_INDICATORS)
def rule_edit(request, initiative, rule: str):
    """One rule: to change, to try on what was filed, to take away."""
    found = ValidationRule.objects.filter(initiative=initiative, slug=rule).first()
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "remove":
        if "sure" in request.POST:
            checks.remove_rule(rule=found, by=request.membership)
            messages.success(request, _("The rule is gone. What was said because of it stays."))
            return redirect("measures:rule-list", request.tenant.slug, initiative.slug)
        messages.warning(request, _("Tick that you are sure, then take the rule away."))
        return redirect(request.path)
    return _rule_page(request, initiative, found)


def _rule_page(request: HttpRequest, initiative: Initiative, rule: ValidationRule | None) -> HttpResponse:
    form = RuleForm(request.POST if request.method == "POST" else None, rule=rule)
    is_trying = request.POST.get("do") == "try"
    trial = None
    if request.method == "POST" and form.is_valid():
        fields = {"slug": rule.slug} if rule is not None else {}
        fields |= form.cleaned_data
        try:
            if is_trying:
                trial = _try(request, initiative, ValidationRule(initiative=initiative, **fields))
            else:
                made, _changed = checks.put_rule(
                    initiative=initiative, by=request.membership, must_be_new=rule is None, **fields
                )
                messages.success(request, _("The rule is saved. It is asked of what is handed in from now on."))
                return redirect("measures:rule-edit", request.tenant.slug, initiative.slug, made.slug)
        except Refused as refused:
            refuse(form, refused)
    elif request.method != "POST" and rule is not None:
        try:
            trial = _try(request, initiative, rule)
        except Refused as refused:  # an indicator that it names is gone
            messages.warning(request, "; ".join(problem.message for problem in refused.problems))
    context = {
        "initiative": initiative,
        "form": form,
        "rule": rule,
        "trial": trial,
        "crumbs": [
            _measures(request, initiative),
            (_("Rules"), reverse("measures:rule-list", args=[request.tenant.slug, initiative.slug])),
            (rule.slug if rule is not None else _("Add a rule"), ""),
        ],
    }
    is_wrong = request.method == "POST" and trial is None
    return render(request, "measures/rule_form.html", context, status=422 if is_wrong else 200)


def _try(request: HttpRequest, initiative: Initiative, row: ValidationRule) -> dict[str, Any]:
    """What the rule would have caught of what was handed in, as the page tells it. Raises Refused."""
    wrong: list[Problem] = checks.wrong_with(initiative, row)
    if wrong:
        raise Refused.because(wrong)
    since = add_months(month_of(request.tenant.day()), -LOOKED_BACK_MONTHS)
    trial: Trial = try_rule(initiative, rule_of(row), since)
    place = [request.tenant.slug, initiative.slug]
    return {
        "since": since,
        "filings": trial.filings,
        "count": len(trial.caught),
        "unchecked": len(trial.unchecked),
        "rows": [
            {
                "partner": one.partner,
                "period": one.period,
                "left": _shown(one.verdict.left),
                "right": _shown(one.verdict.right),
                "url": reverse("measures:filing-review", args=[*place, one.partner.code, one.period]),
            }
            for one in trial.caught[:CAUGHT_SHOWN]
        ],
        "more": max(0, len(trial.caught) - CAUGHT_SHOWN),
    }


def _shown(value: Decimal | None) -> str:
    return number(None if value is None else plain(round(value, 4)))


def _in_words(rule: CrossRule, names: dict[str, str]) -> str:
    try:
        left, right = in_words(rule.left, names), in_words(rule.right, names)
    except Refused:
        left, right = rule.left, rule.right
    return f"{left} {_(OPERATOR_WORDS[rule.operator])} {right}"


# --- outliers ---


@member_can(Can.REVIEW)
@require_safe
def outlier_list(request, initiative):
    """The figures of one month that are unlike their partner's own history, the largest first; as CSV too."""
    month = parse_month(request.GET.get("period", ""))
    latest = add_months(month_of(request.tenant.day()), -1)
    period = month if isinstance(month, date) and month <= latest else latest
    found = odd_figures(initiative, request.tenant, period)
    if request.GET.get("format") == "csv":
        return _csv(initiative, period, found)
    place = [request.tenant.slug, initiative.slug]
    thresholds = thresholds_of(request.tenant)
    context = {
        "initiative": initiative,
        "period": period,
        "count": len(found),
        "page": page_of(request, [_odd(one, place) for one in found], PER_PAGE),
        "previous": add_months(period, -1),
        "next": add_months(period, 1) if period < latest else None,
        "z": number(plain(thresholds.z)),
        "modified_z": number(plain(thresholds.modified_z)),
        "crumbs": [_measures(request, initiative), (_("Outliers"), "")],
    }
    return render(request, "measures/outlier_list.html", context)


def _odd(one: OddFigure, place: list[str]) -> dict[str, Any]:
    low, high = said_range(one.line, one.score)
    return {
        "one": one,
        "figure": wording.entry(one.line, one.entry),
        "z": _score(one.score.z),
        "modified_z": _score(one.score.modified_z),
        "usual": f"{_said(low)}–{_said(high)}",
        "url": reverse("measures:figure", args=[*place, one.indicator.slug, one.partner.code, one.period]),
        "star_url": reverse("measures:follow-up", args=[*place, one.indicator.slug, one.partner.code, one.period]),
    }


def _said(bound: Any) -> str:
    return number(bound) if isinstance(bound, Decimal) else str(bound)


def _score(score: Decimal | None) -> str:
    return number(None if score is None else plain(round(score, 1)))


def _csv(initiative: Initiative, period: date, found: list[OddFigure]) -> HttpResponse:
    columns = [
        _("Indicator"), _("Name"), _("Partner"), _("Period"), _("Figure"), _("z"), _("Modified z"), _("Usual from"),
        _("Usual to"), _("Earlier figures"), _("State"), _("Explanation"), _("Follow-up"),
    ]  # fmt: skip
    rows = [
        [
            one.indicator.code or one.indicator.slug,
            one.indicator.name,
            one.partner.code,
            text_of(one.period),
            plain(one.score.level),
            None if one.score.z is None else round(one.score.z, 2),
            None if one.score.modified_z is None else round(one.score.modified_z, 2),
            plain(round(one.score.low, 4)),
            plain(round(one.score.high, 4)),
            one.score.history.count,
            one.state,
            one.words or None,
            _("yes") if one.is_starred else None,
        ]
        for one in found
    ]
    return csv_answer(f"{initiative.slug}-outliers-{text_of(period)}", columns, rows)


# --- to come back to ---


@member_can(Can.REVIEW)
@require_safe
def follow_up_list(request, initiative):
    """Figures that somebody marked to come back to, the newest first."""
    rows = FollowUp.objects.filter(indicator__initiative=initiative).select_related("indicator", "partner", "by")
    context = {
        "initiative": initiative,
        "page": page_of(request, rows.order_by("-at", "-pk"), PER_PAGE),
        "count": rows.count(),
        "crumbs": [_measures(request, initiative), (_("To follow up"), "")],
    }
    return render(request, "measures/follow_up_list.html", context)


@member_can(Can.REVIEW)
@require_POST
def follow_up(request, initiative, indicator: str, partner, period: date):
    """Mark a figure to come back to, or clear the mark; then back to where the button was."""
    row = Indicator.objects.filter(initiative=initiative, slug=indicator).first()
    if row is None or not partner.participations.filter(initiative=initiative).exists():
        raise Http404
    where: dict[str, Any] = {
        "initiative": initiative, "indicator": row, "partner": partner, "period": period, "by": request.membership,
    }  # fmt: skip
    named = {"name": row.name, "partner": partner.code, "period": period_name(period, row.frequency)}
    if request.POST.get("do") == "clear":
        checks.clear(**where)
        messages.success(request, _("%(name)s of %(partner)s for %(period)s needs no follow-up any more.") % named)
    else:
        checks.star(**where, why=sent_words(request, "why"))
        messages.success(request, _("%(name)s of %(partner)s for %(period)s is marked for follow-up.") % named)
    place = [request.tenant.slug, initiative.slug]
    back = {
        "outliers": reverse("measures:outlier-list", args=place) + f"?period={text_of(period)}",
        "list": reverse("measures:follow-up-list", args=place),
    }
    figure = reverse("measures:figure", args=[*place, row.slug, partner.code, period])
    return redirect(back.get(request.POST.get("from", ""), figure))


def _measures(request: HttpRequest, initiative: Initiative) -> tuple[str, str]:
    return _("Measures"), reverse("measures:indicator-list", args=[request.tenant.slug, initiative.slug])
