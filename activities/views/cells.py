"""One cell of the matrix: what is there, the rule as it was applied, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities.forms.gaps import NeedForm, OverlapForm, WhatIfForm
from activities.models import Coordination, Need
from activities.rules.cells import State
from activities.selectors.cell import cell_detail
from activities.selectors.matrix import Question, matrix
from activities.services import needs
from activities.services.needs import Said, Where
from activities.views.gap_paths import (
    cell_or_404,
    cell_url,
    gap_crumbs,
    only,
    refuse_readers_of_publications,
    where_of,
)
from activities.wording import because_words, inside, rule_words
from agenda.selectors.learning import about
from agenda.services import learning
from backbone import changes
from backbone.access import member_can, require, sent_row
from backbone.conditions import Thing
from backbone.forms.people import refuse
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.READ_GAPS)
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request, initiative, outcome: str, strategy: str, population: str, place: str):
    """A cell as it stands on a day. POST sets its need, marks or ends a wanted overlap, or asks what if."""
    refuse_readers_of_publications(request.membership)
    axes, tags = cell_or_404(initiative, outcome, strategy, population, place)
    today = request.tenant.day()
    where = where_of(tags)
    forms = _forms(request, today)
    if request.method == "POST":
        done = _act(request, initiative, where, forms, today)
        if done:
            messages.success(request, done)
            return redirect(cell_url(request, initiative, tags))
    day, since = _day(request, "day", today), _day(request, "since", today.replace(year=today.year - 1, day=1))
    cut = only(axes, tags)
    found = matrix(initiative, Question(day, cut))
    before = matrix(initiative, Question(since, cut)).at(tuple(tag.id for tag in tags))
    shown = found.at(tuple(tag.id for tag in tags))
    detail = cell_detail(initiative, tags, day, shown.unit, where.row)
    what_ifs = about(initiative, where.row)
    prefilled = urlencode({"strategy": tags[0].key, "population": tags[1].key, "place": tags[2].key})
    here = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "tags": tags,
        "day": day,
        "today": today,
        "cell": shown,
        "inside": inside(shown),
        "because": because_words(shown, found.coverage),
        "rule": rule_words(shown, found.thresholds, found.coverage),
        "detail": detail,
        "since": since,
        "before": before,
        "has_moved": before.state is not shown.state,
        "history": [(change.at, changes.sentence(change)) for change in detail.changes],
        "what_ifs": what_ifs,
        "owner": next((one.owner for one in what_ifs if one.owner and one.state == "open"), None),
        "forms": forms,
        "may_edit": request.membership.can(Can.EDIT_GAPS),
        "may_agree": shown.state in (State.TWICE, State.AGREED),
        "may_join": request.membership.can(Can.JOIN_IN),
        "new_url": f"{reverse('activities:activity-new', args=here)}?{prefilled}"
        if request.membership.can(Can.EDIT_ACTIVITIES)
        else "",
        "crumbs": gap_crumbs(request, initiative, "cell"),
    }
    is_wrong = any(form.errors for form in forms.values() if form.is_bound)
    return render(request, "activities/cell.html", context, status=422 if is_wrong else 200)


def _forms(request, today: date) -> dict[str, Any]:
    """The page's forms; the one that was sent is bound."""
    sent = request.POST.get("form")
    data = {name: request.POST if sent == name else None for name in ("need", "overlap", "what_if")}
    return {
        "need": NeedForm(data["need"], initial={"as_of": today}, auto_id="id_need_%s"),
        "overlap": OverlapForm(data["overlap"], today=today, auto_id="id_overlap_%s"),
        "what_if": WhatIfForm(data["what_if"], auto_id="id_what_if_%s"),
    }


def _act(request, initiative: Initiative, where: Where, forms: dict[str, Any], today: date) -> str:
    """Do what a form asks; the words that say so, or "" when it was not done and the form says why."""
    by, sent = request.membership, request.POST.get("form", "")
    require(by, Can.JOIN_IN if sent == "what_if" else Can.EDIT_GAPS, address=request.path)

    def set_need(**said: Any) -> str:
        needs.set_need(initiative=initiative, said=Said(where, **said), by=by)
        return _("The need is set.")

    def agree(**said: Any) -> str:
        needs.agree(initiative=initiative, where=where, today=today, by=by, **said)
        return _("The overlap is marked as wanted.")

    def ask(**said: Any) -> str:
        thing = Thing(where.row, "", str(where))
        strategy = Thing(f"agenda.strategy:{where.strategy.pk}", "", where.strategy.title)
        learning.add(initiative=initiative, sort="what_if", by=by, about=[thing, strategy], **said)
        return _("The what-if is in the ledger.")

    if sent == "end":
        rows = Coordination.objects.filter(initiative=initiative, **where.fields)
        needs.end_overlap(overlap=sent_row(request, rows), today=today, by=by)
        return _("The overlap is wanted no more.")
    if sent == "remove":
        needs.remove_need(need=sent_row(request, Need.objects.filter(initiative=initiative, **where.fields)), by=by)
        return _("The need is taken back.")
    acts: dict[str, Callable[..., str]] = {"need": set_need, "overlap": agree, "what_if": ask}
    if sent not in acts:
        raise Http404
    form = forms[sent]
    if not form.is_valid():
        return ""
    try:
        return acts[sent](**form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return ""


def _day(request, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise
