"""Turning the curve of an indicator: begin with the figure as it stands, end with actions that somebody owns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone import conditions
from backbone.access import member_can, require, sent_id, sent_row
from backbone.forms.people import refuse
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can
from measures import drawing
from measures.foresight import forecast_words, foresee, method_words
from measures.forms.curves import ActionForm, ChangeActionForm, IdeaForm, LookAgainForm, PartForm, StoryForm
from measures.lines import lines as lines_of
from measures.models import Curve, CurveAction, CurveIdea, CurvePartner, Indicator
from measures.pinning import pin, unpin
from measures.rules.forecast import Forecast
from measures.rules.periods import Grain
from measures.selectors.curves import curve_of, view_of
from measures.selectors.indicator import LENGTHS
from measures.selectors.opening import own_window, window_for
from measures.selectors.reading import Reading, read
from measures.services import curves

UNDO = {"remove-partner": CurvePartner, "remove-idea": CurveIdea}


@member_can(Can.READ_CURVES)
@require_http_methods(["GET", "HEAD", "POST"])
def curve_begin(request, initiative, indicator: str):
    """The curve of an indicator that is being turned; where there is none, what beginning one would pin."""
    row = Indicator.objects.filter(initiative=initiative, slug=indicator).select_related("outcome", "tenant").first()
    if row is None:
        raise Http404
    open_one = Curve.objects.filter(indicator=row, closed_at=None).first()
    if open_one is not None:
        return _to(request, initiative, open_one)
    reading = _live(request, initiative, row)
    if request.method == "POST":
        require(request.membership, Can.TURN_CURVES, address=request.path)
        try:
            made = curves.open_curve(indicator=row, pinned=pin(reading), by=request.membership)
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, problem.message)
            return redirect("measures:curve-begin", request.tenant.slug, initiative.slug, row.slug)
        messages.success(request, _("The figure is pinned as it stands. What is the story behind it?"))
        return _to(request, initiative, made)
    found = foresee(reading)
    ahead = found if isinstance(found, Forecast) else None
    context = {
        "initiative": initiative,
        "indicator": row,
        "reading": reading,
        "chart": drawing.trend_chart(reading, ahead),
        "forecast_words": forecast_words(reading, found),
        "others": Curve.objects.filter(indicator=row).select_related("by"),
        "may_write": request.membership.can(Can.TURN_CURVES),
        "crumbs": _crumbs(request, initiative, row),
    }
    return render(request, "measures/curve_begin.html", context)


@member_can(Can.READ_CURVES)
@require_http_methods(["GET", "HEAD", "POST"])
def curve(request, initiative, curve: int):
    """One curve: the figure as it stood, the story, who has a part, what works, who does what, when to look again.

    `?change=` an action's number opens it for another owner or day.
    """
    found = _curve(initiative, curve)
    bound: dict[str, forms.Form] = {}
    changed = _changed(request, found)
    if request.method == "POST":
        require(request.membership, Can.TURN_CURVES, address=request.path)
        answer = _act(request, initiative, found, bound)
        if answer is not None:
            return answer
    context = _context(request, initiative, found) | _forms(initiative, found, bound)
    if changed is not None:
        context |= {"changed": changed, "change_form": bound.get("change") or ChangeActionForm(action=changed)}
    return render(request, "measures/curve.html", context, status=422 if bound else 200)


@member_can(Can.READ_CURVES)
@require_safe
def curve_print(request, initiative, curve: int):
    """The same on paper: nothing to press, everything open."""
    return render(request, "measures/curve_print.html", _context(request, initiative, _curve(initiative, curve)))


def _changed(request: HttpRequest, found: Curve) -> CurveAction | None:
    """The action that is open for a change: the one in the address, for those who may."""
    pk = sent_id(request.GET.get("change", ""))
    if pk is None or not request.membership.can(Can.TURN_CURVES):
        return None
    return CurveAction.objects.filter(curve=found, pk=pk).select_related("owner", "partner").first()


def _curve(initiative: Initiative, pk: int) -> Curve:
    found = curve_of(initiative, pk)
    if found is None:
        raise Http404
    return found


def _live(request: HttpRequest, initiative: Initiative, row: Indicator, grain: str = "", period: str = "") -> Reading:
    """The indicator as it reads now: of the last period, or of the one that was pinned."""
    asked = {"grain": grain or row.frequency} | ({"period": period} if period else {})
    window = own_window(row, window_for(initiative, asked, request.tenant, Grain(row.frequency)))
    return read(initiative, [row], window, trend=LENGTHS[window.grain])[0]


def _context(request: HttpRequest, initiative: Initiative, found: Curve) -> dict[str, Any]:
    row = found.indicator
    line = lines_of(initiative, [row])[row.pk]
    reading, ahead = unpin(found.pinned, row, line)
    kept = found.pinned["window"]
    now = _live(request, initiative, row, kept["grain"], kept["period"])
    attached = conditions.attached(initiative).get(f"measures.curve:{found.pk}", [])
    today = request.tenant.day()
    view = view_of(found)
    return {
        "initiative": initiative,
        "indicator": row,
        "view": view,
        "curve": found,
        "reading": reading,
        "now": now if now.said != reading.said or now.chip != reading.chip else None,
        "chart": drawing.trend_chart(reading, ahead),
        "forecast_words": forecast_words(reading, ahead),
        "forecast_method": "" if ahead is None else method_words(ahead),
        "attached": attached,
        "today": today,
        "actions": [(one, _standing(one, today), _moves(one)) for one in view.actions],
        "tenant_name": request.tenant.name,
        "may_write": request.membership.can(Can.TURN_CURVES),
        "is_open": found.closed_at is None,
        "crumbs": _crumbs(request, initiative, row),
    }


def _standing(action: CurveAction, today) -> str:
    """The state of an action in a word: one that is not done by its day is overdue."""
    is_late = action.due_on < today and action.state in (CurveAction.State.OPEN, CurveAction.State.ACTIVE)
    return "overdue" if is_late else action.state


def _moves(action: CurveAction) -> list[tuple[str, str]]:
    """Where an action can go from here, and what the button says."""
    state = CurveAction.State
    under_way, done = (state.ACTIVE.value, _("Under way")), (state.DONE.value, _("Done"))
    if action.state == state.OPEN:
        return [under_way, done, (state.CANCELLED.value, _("Cancel it"))]
    if action.state == state.ACTIVE:
        return [done, (state.CANCELLED.value, _("Cancel it"))]
    return [(state.OPEN.value, _("Open again"))]


def _crumbs(request: HttpRequest, initiative: Initiative, row: Indicator) -> list[tuple[str, str]]:
    place = [request.tenant.slug, initiative.slug]
    measure = reverse("measures:indicator", args=[*place, row.slug])
    if not request.membership.can(Can.READ_ROLLUPS):
        measure = ""
    return [
        (_("Home"), reverse("backbone:home", args=place)),
        (row.code or row.name, measure),
        (_("Turn the curve"), ""),
    ]


# --- what is sent ---


def _forms(initiative: Initiative, found: Curve, bound: dict[str, forms.Form]) -> dict[str, Any]:
    """Every form of the page; the one that was refused as it was sent."""
    newest = found.stories.first()
    return {
        "story_form": bound.get("story") or StoryForm(initial={"text": newest.text if newest else ""}),
        "part_form": bound.get("part") or PartForm(initiative=initiative),
        "idea_form": bound.get("idea") or IdeaForm(),
        "action_form": bound.get("action") or ActionForm(initiative=initiative),
        "look_form": bound.get("look") or LookAgainForm(initial={"look_again_on": found.look_again_on}),
        "refused": next(iter(bound), ""),
    }


def _act(
    request: HttpRequest, initiative: Initiative, found: Curve, bound: dict[str, forms.Form]
) -> HttpResponse | None:
    """Do what was sent; None, with the form in `bound`, when it was refused."""
    sent, by = request.POST.get("form", ""), request.membership
    writes: dict[str, tuple[forms.Form, Callable[..., Any], str]] = {
        "story": (StoryForm(request.POST), curves.tell_story, _("The story is written.")),
        "part": (PartForm(request.POST, initiative=initiative), curves.name_partner, _("The part is named.")),
        "idea": (IdeaForm(request.POST), curves.add_idea, _("Added to what works.")),
        "action": (ActionForm(request.POST, initiative=initiative), curves.add_action, _("The action is set.")),
        "look": (LookAgainForm(request.POST), _look_again, _("The day is set.")),
    }
    try:
        if sent in writes:
            form, write, said = writes[sent]
            if not form.is_valid() or not _written(form, lambda: write(curve=found, by=by, **form.cleaned_data)):
                bound[sent] = form
                return None
        elif sent == "change":
            row = sent_row(request, CurveAction.objects.filter(curve=found))
            change = ChangeActionForm(request.POST, action=row)
            if not change.is_valid() or not _written(
                change, lambda: curves.change_action(action=row, by=by, **change.cleaned_data)
            ):
                bound[sent] = change
                return None
            said = _("The action is changed.")
        elif sent in UNDO:
            said = _take_back(request, found, sent)
        elif sent == "move":
            said = _move(request, found)
        elif sent == "close":
            curves.close_curve(curve=found, by=by)
            said = _("The curve is closed. Its actions go on.")
        else:
            raise Http404
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message)
        return _to(request, initiative, found)
    messages.success(request, said)
    return _to(request, initiative, found)


def _look_again(*, curve: Curve, look_again_on, by) -> bool:
    return curves.look_again(curve=curve, day=look_again_on, by=by)


def _written(form: forms.Form, write: Callable[[], Any]) -> bool:
    try:
        write()
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


def _take_back(request: HttpRequest, found: Curve, sent: str) -> str:
    row, by = sent_row(request, UNDO[sent].objects.filter(curve=found)), request.membership
    if sent == "remove-partner":
        curves.remove_partner(row=row, by=by)
    else:
        curves.remove_idea(row=row, by=by)
    return _("Taken back.")


def _move(request: HttpRequest, found: Curve) -> str:
    row, state = sent_row(request, CurveAction.objects.filter(curve=found)), request.POST.get("state", "")
    if state not in CurveAction.State.values:
        raise Http404
    curves.move_action(action=row, state=state, by=request.membership)
    return _("“%(what)s”: %(state)s.") % {"what": row.what, "state": CurveAction.State(state).label}


def _to(request: HttpRequest, initiative: Initiative, found: Curve) -> HttpResponse:
    return redirect("measures:curve", request.tenant.slug, initiative.slug, found.pk)
