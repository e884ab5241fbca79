"""The register of decisions, and one decision with what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agenda.models import Strategy
from backbone.access import member_can, require, sent_id
from backbone.forms.people import refuse
from backbone.htmx import page_or_part
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import may_in
from comms.forms.decisions import CiteForm, DecisionForm, DissentForm, ReplaceForm, ReviewForm, WithdrawForm
from comms.models import Action, Announcement, Decision
from comms.selectors.announcements import announcements_of
from comms.selectors.citing import frozen
from comms.selectors.decisions import STATES, decisions_of, searched, with_voices
from comms.selectors.rights import require_inside
from comms.services import decisions
from comms.views.paths import decisions_crumb, work_url

ON_A_PAGE = 40


@member_can(Can.READ_DECISIONS)
@require_http_methods(["GET", "HEAD"])
def listed(request, initiative):
    """The register; `?q=`, `?state=`, `?strategy=` narrow it."""
    require_inside(request.membership)
    words, state, strategy = (request.GET.get(name, "").strip() for name in ("q", "state", "strategy"))
    state = state if state in STATES else ""
    chosen = sent_id(strategy)
    rows = with_voices(searched(decisions_of(initiative, request.membership), words.replace("\x00", ""), state, chosen))
    context = {
        "initiative": initiative,
        "page": page_of(request, rows, ON_A_PAGE),
        "words": words,
        "state": state,
        "states": [
            ("stands", _("in force")), ("changed", _("evidence changed")), ("review", _("to be looked at again")),
            ("replaced", _("replaced")), ("withdrawn", _("withdrawn")),
        ],
        "strategy": chosen,
        "strategies": Strategy.objects.filter(outcome__initiative=initiative).order_by("outcome__position", "position"),
        "today": request.tenant.day(),
        "may_decide": request.membership.can(Can.DECIDE),
    }  # fmt: skip
    return page_or_part(request, "comms/decision_list.html", "comms/_decision_rows.html", context)


@member_can(Can.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, initiative):
    """A decision that was made without a meeting."""
    begun = {"entry": request.GET.get("entry", "")}
    form = DecisionForm(request.POST or None, initiative=initiative, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            made = decisions.decide(initiative=initiative, by=request.membership, **form.said())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Written down as %(decision)s.") % {"decision": made})
            return redirect("comms:decision", request.tenant.slug, initiative.slug, made.number)
    context = {"initiative": initiative, "form": form, "crumbs": [decisions_crumb(request, initiative)]}
    return render(request, "comms/decision_new.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.READ_DECISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request, initiative, number: int):
    """One decision: what it rests on, who did not agree, who was not there, when to look again. POST changes it."""
    require_inside(request.membership)
    rows = with_voices(decisions_of(initiative, request.membership).select_related("topic", "by", "replaced_by"))
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    group = found.meeting.group_id if found.meeting is not None else None
    may_decide = may_in(request.membership, Can.DECIDE, group)
    forms = _forms(request, initiative, found, sent)
    if request.method == "POST":
        require(request.membership, Can.DECIDE, address=request.path)
        if not may_decide or sent not in forms:
            raise Http404
        if _act(request, found, sent, forms[sent]):
            messages.success(request, _("Saved."))
            return redirect("comms:decision", request.tenant.slug, initiative.slug, found.number)
    citations = list(found.citations.all())
    figures = frozen(initiative, [(one.indicator, one.pinned) for one in citations])
    context = {
        "initiative": initiative,
        "decision": found,
        "about": f"comms.decision:{found.pk}",
        "figures": list(zip(citations, figures, strict=True)),
        "actions": Action.objects.filter(source=f"comms.decision:{found.pk}").select_related("owner", "partner"),
        "told": _told(initiative, found, request.membership),
        "may_tell": request.membership.can(Can.EDIT_MEETINGS),
        "replaced": Decision.objects.filter(replaced_by=found),
        "stands": found.state == Decision.State.STANDS,
        "may_decide": may_decide,
        "work_url": work_url(request, initiative, f"{found}: {found.text}"),
        "today": request.tenant.day(),
        "forms": forms,
        "crumbs": [decisions_crumb(request, initiative)],
    }
    is_wrong = any(one.is_bound and one.errors for one in forms.values())
    return render(request, "comms/decision.html", context, status=422 if is_wrong else 200)


def _told(initiative, found: Decision, membership) -> list[tuple[Announcement, int, int]]:
    """(announcement, how many organizations have read it, of how many) of each that passed this decision on."""
    rows = announcements_of(initiative, membership).filter(about=f"comms.decision:{found.pk}")
    return [(one, len(one.acknowledgements.all()), len(set(one.partners))) for one in rows]


def _forms(request, initiative, found: Decision, sent: str) -> dict[str, Any]:
    def data(name: str):
        return request.POST if sent == name else None

    return {
        "cite": CiteForm(data("cite"), initiative=initiative),
        "dissent": DissentForm(data("dissent"), initiative=initiative, auto_id="id_dissent_%s"),
        "review": ReviewForm(data("review"), auto_id="id_review_%s"),
        "replace": ReplaceForm(data("replace"), decision=found, membership=request.membership),
        "withdraw": WithdrawForm(data("withdraw"), auto_id="id_withdraw_%s"),
    }


def _act(request, found: Decision, sent: str, form) -> bool:
    """Do what was sent; False when its form has something to say."""
    if not form.is_valid():
        return False
    by, data = request.membership, form.cleaned_data
    if sent == "dissent" and data["partner"] is None:
        form.add_error("partner", _("Choose an organization."))
        return False
    acts: dict[str, Callable[[], Any]] = {
        "cite": lambda: decisions.cite(decision=found, indicators=list(data["cite"]), by=by),
        "dissent": lambda: decisions.dissent(decision=found, by=by, **data),
        "review": lambda: decisions.review(decision=found, by=by, **data),
        "replace": lambda: decisions.replace(decision=found, by=by, **data),
        "withdraw": lambda: decisions.withdraw(decision=found, by=by, **data),
    }
    try:
        acts[sent]()
    except Refused as refused:
        refuse(form, refused)
        return False
    return True
