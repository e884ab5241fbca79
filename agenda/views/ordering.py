"""The tree on one page, where it is put in order: by buttons, or by dragging."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agenda.models import Outcome, Strategy
from agenda.selectors.tree import agenda_of
from agenda.services import tree
from agenda.views.paths import agenda_crumb
from backbone.access import member_can
from backbone.roles import Can

STEPS = {"up": -1, "down": 1}
MOVES = (("up", "up"), ("down", "down"))  # way, icon
FURTHEST = 500


@member_can(Can.LISTEN_IN)
@require_safe
def tree_page(request, initiative):
    """Results, what leads to them, and what measures and carries each, on one screen and one sheet of paper."""
    context = {
        "initiative": initiative,
        "agenda": agenda_of(initiative),
        "moves": MOVES,
        "may_edit": request.membership.can(Can.EDIT_AGENDA),
        "may_open": request.membership.can(Can.READ_ROLLUPS),
        "crumbs": [agenda_crumb(request, initiative), (_("On one page"), "")],
    }
    return render(request, "agenda/tree.html", context)


@member_can(Can.EDIT_AGENDA)
@require_POST
def outcome_move(request, initiative, outcome: str):
    """Up or down among the results beside it."""
    found = Outcome.objects.filter(initiative=initiative, slug=outcome).select_related("initiative").first()
    steps = _steps(request)
    if found is None or not steps:
        raise Http404
    tree.move_outcome(outcome=found, by=request.membership, steps=steps)
    return _back(request, initiative)


@member_can(Can.EDIT_AGENDA)
@require_POST
def strategy_move(request, initiative, outcome: str, strategy: str):
    """Up or down among the strategies of its outcome."""
    rows = Strategy.objects.filter(outcome__initiative=initiative, outcome__slug=outcome, slug=strategy)
    found = rows.select_related("outcome__initiative").first()
    steps = _steps(request)
    if found is None or not steps:
        raise Http404
    tree.move_strategy(strategy=found, by=request.membership, steps=steps)
    return _back(request, initiative)


def _steps(request) -> int:
    """How far: one step by a button, as many as it was dragged by; 0 for anything else."""
    dragged = request.POST.get("steps", "")
    if dragged.removeprefix("-").isdecimal() and len(dragged) < 5:
        return max(-FURTHEST, min(FURTHEST, int(dragged)))
    return STEPS.get(request.POST.get("way", ""), 0)


def _back(request, initiative):
    page = "agenda:tree" if request.POST.get("back") == "tree" else "agenda:agenda"
    return redirect(page, request.tenant.slug, initiative.slug)
