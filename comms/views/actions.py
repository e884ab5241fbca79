"""Actions: a list, a board by state, and one with its history."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import member_can, require, sent_row, sent_words
from backbone.forms.people import refuse
from backbone.htmx import page_or_part, wants_part
from backbone.models import Partner
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from comms.forms.decisions import ActionForm, ChangeActionForm
from comms.models import Action
from comms.selectors.decisions import actions_of, without_others
from comms.selectors.rights import require_inside
from comms.services import actions
from comms.views.paths import actions_crumb, work_url

ON_A_PAGE = 60
ON_THE_BOARD = 40  # in each column
STATES = ("undone", *Action.State.values)


@member_can(Can.READ_DECISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request, initiative):
    """Actions as a list, or with `?view=board` a column for each state; `?state=`, `?partner=`, `?mine=1`, `?q=` narrow it.
    POST moves one of them."""
    require_inside(request.membership)
    if request.method == "POST":
        require(request.membership, Can.DECIDE, address=request.path)
        moved = sent_row(request, actions_of(initiative))
        _move(request, moved)
        if not wants_part(request):
            messages.success(request, _("Saved. Whoever proposed it is told."))
            return redirect(request.get_full_path())
    asked = {name: request.GET.get(name, "").strip().replace("\x00", "") for name in ("q", "state", "partner", "mine")}
    is_board = request.GET.get("view") == "board"
    state = asked["state"] if asked["state"] in STATES else "" if is_board else "undone"
    owner = request.membership.pk if asked["mine"] else None
    rows = actions_of(
        initiative, state=state, partner=asked["partner"], owner=owner, words=asked["q"], reader=request.membership
    )
    page = None if is_board else page_of(request, rows, ON_A_PAGE)
    if page is not None:
        page.object_list = without_others(page.object_list, initiative, request.membership)
    context = {
        "initiative": initiative,
        "asked": asked,
        "state": state,
        "is_board": is_board,
        "states": [("undone", _("not finished")), *Action.State.choices],
        "partners": Partner.objects.of_initiative(initiative),
        "columns": _columns(rows) if is_board else [],
        "page": page,
        "today": request.tenant.day(),
        "may_decide": request.membership.can(Can.DECIDE),
    }
    return page_or_part(request, "comms/action_list.html", "comms/_action_rows.html", context)


def _columns(rows) -> list[tuple[str, str, list[Action], int]]:
    """(state, its word, the first of them, how many more) for each state; what is finished the newest first."""
    found = []
    for state, label in Action.State.choices:
        there = rows.filter(state=state)
        if state in (Action.State.DONE, Action.State.CANCELLED):
            there = there.order_by("-closed_at", "-pk")
        shown = list(there[: ON_THE_BOARD + 1])
        more = there.count() - ON_THE_BOARD if len(shown) > ON_THE_BOARD else 0
        found.append((state, str(label), shown[:ON_THE_BOARD], more))
    return found


@member_can(Can.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, initiative):
    """Set an action. `?entry=` and `?decision=` say what it comes from."""
    begun = {name: request.GET.get(name, "") for name in ("entry", "decision")} | {"owner": request.membership.pk}
    form = ActionForm(request.POST or None, initiative=initiative, membership=request.membership, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(initiative=initiative, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Set as %(action)s.") % {"action": made})
            return redirect("comms:action", request.tenant.slug, initiative.slug, made.number)
    context = {"initiative": initiative, "form": form, "crumbs": [actions_crumb(request, initiative)]}
    return render(request, "comms/action_new.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.READ_DECISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def action(request, initiative, number: int):
    """One action with its history; mail about it leads here, and here it is moved."""
    require_inside(request.membership)
    found = actions_of(initiative).filter(number=number).first()
    if found is None:
        raise Http404
    (found,) = without_others([found], initiative, request.membership)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    form = ChangeActionForm(request.POST if sent == "change" else None, action=found)
    if request.method == "POST":
        require(request.membership, Can.DECIDE, address=request.path)
        if _act(request, found, sent, form):
            return redirect("comms:action", request.tenant.slug, initiative.slug, found.number)
    context = {
        "initiative": initiative,
        "action": found,
        "steps": found.steps.select_related("by"),
        "form": form,
        "may_decide": request.membership.can(Can.DECIDE),
        "work_url": work_url(request, initiative, f"{found}: {found.what}"),
        "today": request.tenant.day(),
        "crumbs": [actions_crumb(request, initiative)],
    }
    return render(request, "comms/action.html", context, status=422 if form.is_bound and form.errors else 200)


def _move(request, found: Action) -> None:
    state = request.POST.get("state", "")
    if state not in Action.State.values:
        raise Http404
    note = sent_words(request, "note")
    actions.move(action=found, state=state, note=note, by=request.membership)


def _act(request, found: Action, sent: str, form: ChangeActionForm) -> bool:
    by = request.membership
    if sent == "move":
        _move(request, found)
        messages.success(request, _("Saved. Whoever proposed it is told."))
        return True
    if sent != "change":
        raise Http404
    if not form.is_valid():
        return False
    try:
        actions.change(action=found, by=by, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return False
    messages.success(request, _("Saved."))
    return True
