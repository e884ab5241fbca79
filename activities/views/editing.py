"""Changing one activity: what it is, who does what, its steps, its money, its status; and taking one out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from activities.forms.rows import choices_of, problems_of, refuse_rows, rows_of, said_by
from activities.forms.saying import ActivityForm, NewActivityForm
from activities.models import Activity
from activities.rules.said import fingerprint
from activities.selectors.rights import may_remove, own_partners
from activities.selectors.written import written_out
from activities.services import progress, register
from activities.views.paths import activity_crumbs, own_activity_or_404, register_crumb
from backbone.access import member_can, sent_row
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_new(request, initiative):
    """Add an activity; the address may bring tags along, as from a cell of the matrix."""
    own = own_partners(request.membership)
    form = NewActivityForm(request.POST or None, initiative=initiative, own=own, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            row, _changed = register.put(
                initiative=initiative, said=form.outcome, by=request.membership, must_be_new=True
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(name)s is in the register.") % {"name": row.name})
            return redirect("activities:activity", request.tenant.slug, initiative.slug, row.slug)
    context = {"initiative": initiative, "form": form, "crumbs": [register_crumb(request, initiative)]}
    return render(request, "activities/activity_form.html", context, status=422 if form.errors else 200)


def _asked(request) -> dict[str, bool]:
    """Tags that the address names, ticked: ?strategy=trained/classes&population=youth&place=east."""
    names = {"strategy": "strategies", "population": "populations", "place": "places"}
    return {f"{sort}:{value}": True for name, sort in names.items() for value in request.GET.getlist(name)[:20]}


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_edit(request, initiative, activity: str):
    """Change what an activity is, for whom, where and towards what."""
    row = own_activity_or_404(request, initiative, activity)
    said = _said(row)
    form = ActivityForm(request.POST or None, initiative=initiative, said=said)
    if request.method == "POST" and form.is_valid():
        try:
            register.put(initiative=initiative, said=form.outcome, by=request.membership, seen=_seen(request))
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("activities:activity", request.tenant.slug, initiative.slug, row.slug)
    context = {
        "initiative": initiative,
        "activity": row,
        "seen": fingerprint(said),
        "form": form,
        "crumbs": activity_crumbs(request, initiative, row),
    }
    return render(request, "activities/activity_form.html", context, status=422 if form.errors else 200)


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_rows(request, initiative, activity: str, sort: str):
    """Change the parts of partners, the milestones or the money of an activity, all rows of one sort together."""
    row = own_activity_or_404(request, initiative, activity)
    said, choices = _said(row), choices_of(initiative)
    rows = rows_of(sort, request.POST if request.method == "POST" else None, said, choices)
    if request.method == "POST" and rows.is_valid():
        try:
            outcome = said_by(sort, rows, said, choices)
            register.put(initiative=initiative, said=outcome, by=request.membership, seen=_seen(request))
        except Refused as refused:
            refuse_rows(rows, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("activities:activity", request.tenant.slug, initiative.slug, row.slug)
    problems = problems_of(rows)
    context = {
        "initiative": initiative,
        "activity": row,
        "sort": sort,
        "rows": rows,
        "seen": fingerprint(said),
        "problems": problems,
        "crumbs": activity_crumbs(request, initiative, row),
    }
    return render(request, "activities/activity_rows.html", context, status=422 if problems else 200)


@member_can(Can.EDIT_ACTIVITIES)
@require_POST
def activity_status(request, initiative, activity: str):
    """Give an activity the status that is sent; the message says how it was, and the same buttons take it back."""
    row = own_activity_or_404(request, initiative, activity)
    status = request.POST.get("status", "")
    if status not in Activity.Status.values:
        raise Http404
    before = row.get_status_display()
    try:
        changed = progress.set_status(activity=row, status=status, by=request.membership, today=request.tenant.day())
    except Refused as refused:
        messages.error(request, " ".join(map(say, refused.problems)))
    else:
        if changed:
            words = {"before": before, "after": Activity.Status(status).label}
            messages.success(request, _("It was “%(before)s” and is “%(after)s” now.") % words)
    return redirect("activities:activity", request.tenant.slug, initiative.slug, row.slug)


@member_can(Can.EDIT_ACTIVITIES)
@require_POST
def activity_done(request, initiative, activity: str):
    """Mark the milestone or the promise that is sent as done today, or take that back."""
    row = own_activity_or_404(request, initiative, activity)
    sort, is_undone = request.POST.get("sort"), "undo" in request.POST
    steps = {"milestone": row.milestones, "commitment": row.commitments}
    if sort not in steps:
        raise Http404
    step = sent_row(request, steps[sort].all())
    try:
        if is_undone:
            progress.reopen(step=step, by=request.membership)
        else:
            progress.finish(step=step, by=request.membership, on=request.tenant.day())
    except Refused as refused:
        messages.error(request, " ".join(map(say, refused.problems)))
    else:
        messages.success(request, _("Open again.") if is_undone else _("Done today. “Undo” beside it takes that back."))
    where = reverse("activities:activity", args=[request.tenant.slug, initiative.slug, row.slug])
    return redirect(f"{where}#{sort}s")


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_remove(request, initiative, activity: str):
    """Ask, and then take an activity out that was never there. One that is over is ended instead."""
    row = own_activity_or_404(request, initiative, activity)
    if not may_remove(request.membership, row):
        raise Http404
    if request.method == "POST":
        try:
            register.remove(activity=row, by=request.membership)
        except Refused as refused:
            messages.error(request, " ".join(map(say, refused.problems)))
        else:
            messages.success(request, _("%(name)s is out of the register.") % {"name": row.name})
        return redirect("activities:activity-list", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "activity": row,
        "crumbs": activity_crumbs(request, initiative, row),
        "cancel_url": reverse("activities:activity", args=[request.tenant.slug, initiative.slug, row.slug]),
    }
    return render(request, "activities/activity_remove.html", context)


def _seen(request) -> str:
    """The state of the activity that the form set out from."""
    return request.POST.get("seen", "")[:32]


def _said(row: Activity):
    return written_out(row.initiative, [row.slug])[row.slug]
