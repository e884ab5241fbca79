"""Worth a word: what the nightly watch found, for staff and chairs of groups, and for nobody else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from activities.models import Finding
from activities.rules.watch import SPAN, Verdict
from activities.selectors.watch import findings, watched
from activities.services import watching
from activities.views.gap_paths import gap_crumbs
from backbone.access import member_can, sent_row
from backbone.forms.people import refuse
from backbone.look.numbers import compact, percent, period_name, short_period, signed_percent
from backbone.problems import Refused
from backbone.roles import Can
from measures.rules.periods import parse_month

CLOSED_SHOWN = 20


class CloseForm(forms.Form):
    """What came of it, or why it is let go."""

    words = forms.CharField(
        label=gettext_lazy("What was said, or why it is let go"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


@member_can(Can.TURN_CURVES)
@require_http_methods(["GET", "HEAD", "POST"])
def watch(request, initiative):
    """Open findings with the rule, the inputs and the coverage of each. POST closes one, with words."""
    wrong: tuple[int, CloseForm] | None = None
    if request.method == "POST":
        row = sent_row(request, Finding.objects.filter(initiative=initiative))
        state = request.POST.get("form", "")
        if state not in (Finding.State.DISCUSSED, Finding.State.LET_GO):
            raise Http404
        form = CloseForm(request.POST, auto_id=f"id_{row.pk}_%s")
        if form.is_valid():
            try:
                watching.close(finding=row, state=state, by=request.membership, **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect("activities:watch", request.tenant.slug, initiative.slug)
        wrong = (row.pk, form)
    rows = findings(initiative, *Finding.State.values)
    open_ones = [_shown(request, initiative, one) for one in rows if one.state == Finding.State.OPEN]
    for one in open_ones:
        is_wrong = wrong is not None and wrong[0] == one["row"].pk
        one["form"] = wrong[1] if wrong and is_wrong else CloseForm(auto_id=f"id_{one['row'].pk}_%s")
    context = {
        "initiative": initiative,
        "open": open_ones,
        "quiet": [_shown(request, initiative, one) for one in rows if one.state == Finding.State.QUIET],
        "closed": [
            _shown(request, initiative, one)
            for one in rows
            if one.state in (Finding.State.DISCUSSED, Finding.State.LET_GO)
        ][:CLOSED_SHOWN],
        "waiting": 0 if rows else sum(1 for _one in watched(initiative, request.tenant.day())),
        "may_watch": True,
        "crumbs": gap_crumbs(request, initiative),
    }
    return render(request, "activities/watch.html", context, status=422 if wrong else 200)


def _shown(request, initiative, row: Finding) -> dict[str, Any]:
    facts, found = row.facts, {"row": row, "is_challenge": row.sort == Finding.Sort.CHALLENGED}
    if found["is_challenge"]:
        words = {
            "indicator": facts["second"], "month": period_name(parse_month(facts["moves_by"])), "now": facts["now"],
            "period": period_name(parse_month(facts["period"])), "filed": facts["coverage"],
            "expected": facts["expected"],
        }  # fmt: skip
        found["title"] = _("%(indicator)s has not moved, and should have by %(month)s") % words
        found["rule"] = _(
            "The theory of change says after how many months something can be seen of what was begun. When the longest of "
            "them has passed and nothing is better than the baseline, it is the theory that is worth a look, not a partner."
        )
        found["inputs"] = [_("%(period)s: %(now)s, %(filed)s of %(expected)s partners have filed.") % words]
        if row.learning_id:
            args = [request.tenant.slug, initiative.slug, row.learning_id]
            found["learning_url"] = reverse("agenda:learning-entry", args=args)
        return found
    words = {"first": facts["first"], "second": facts["second"], "lag": facts["lag"], "change": facts["change"]}
    found["title"] = _("%(first)s looks better, %(second)s looks worse") % words
    found["rule"] = (
        _(
            "The map says that %(first)s moves %(second)s the same way after about %(lag)s months. The mean of three "
            "periods is set against that of the three before, among the same partners; a change of %(change)s%% counts."
        )
        % words
    )
    found["pair"] = _("%(first)s and %(second)s") % words
    found["sides"] = [_side(facts[name], side) for name, side in zip(("first", "second"), facts["sides"], strict=True)]
    found["because"] = _because(facts)
    return found


def _side(name: str, side: dict[str, Any]) -> dict[str, Any]:
    months = [short_period(parse_month(one), side["frequency"]) for one in side["periods"]]
    values = ["–" if one is None else compact(Decimal(one), 3) for one in side["values"]]
    return {
        "name": name,
        "cells": list(zip(months, values, strict=True)),
        "coverage": "–" if side["coverage"] is None else percent(Decimal(side["coverage"]), 0),
        "change": "–" if side["change"] is None else signed_percent(Decimal(side["change"]), 1),
        "size": side["size"],
        "before": months[:SPAN],
    }


def _because(facts: dict[str, Any]) -> str:
    """Why a watched link has nothing to say."""
    return {
        Verdict.COVERAGE: _("coverage: fewer than %(share)s%% of the figures of one of them are in")
        % {"share": facts["coverage"]},
        Verdict.SILENT: _("too few periods to compare"),
        Verdict.NO_WAY: _("for one of them neither more nor less is better"),
        Verdict.STEADY: _("both were compared, and it is not so"),
        Verdict.CARD: "",
    }[Verdict(facts["verdict"])]
