"""Working groups: read by every member, set up by who convenes; a chair looks after the own one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import member_can, require, sent_row
from backbone.forms.groups import GroupForm, PlaceForm
from backbone.forms.people import refuse
from backbone.models import GroupMember, WorkingGroup
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import may_in, own_groups, people_of, with_counts
from backbone.services import groups


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def group_list(request, initiative):
    """Every group. POST sets up a new one."""
    may_make = request.membership.can(Can.EDIT_MEETINGS) and own_groups(request.membership, Can.EDIT_MEETINGS) is None
    form = GroupForm(request.POST or None)
    if request.method == "POST":
        require(request.membership, Can.EDIT_MEETINGS, address=request.path)
        if not may_make:
            raise Http404
        if form.is_valid():
            try:
                made = groups.make(initiative=initiative, by=request.membership, **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("The group is set up. Who is in it?"))
                return redirect("backbone:group", request.tenant.slug, initiative.slug, made.slug)
    context = {
        "initiative": initiative,
        "groups": with_counts(initiative),
        "form": form if may_make else None,
        "crumbs": _crumbs(request, initiative),
    }
    return render(request, "backbone/group_list.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request, initiative, group: str):
    """One group and who is in it. POST saves the form that was sent."""
    found = WorkingGroup.objects.filter(initiative=initiative, slug=group).select_related("initiative").first()
    if found is None:
        raise Http404
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    may_edit = may_in(request.membership, Can.EDIT_MEETINGS, found.pk)
    form = GroupForm(request.POST if sent == "change" else None, group=found)
    place = PlaceForm(request.POST if sent == "put" else None, initiative=initiative, auto_id="id_place_%s")
    if request.method == "POST":
        require(request.membership, Can.EDIT_MEETINGS, address=request.path)
        if not may_edit:
            raise Http404
        if _act(request, found, sent, form, place):
            messages.success(request, _("Saved."))
            return redirect("backbone:group", request.tenant.slug, initiative.slug, found.slug)
    context = {
        "initiative": initiative,
        "group": found,
        "places": people_of(GroupMember.objects.filter(group=found)),
        "may_edit": may_edit,
        "form": form,
        "place_form": place,
        "crumbs": [*_crumbs(request, initiative), (_("Groups"), _list(request, initiative))],
    }
    is_wrong = any(one.is_bound and one.errors for one in (form, place))
    return render(request, "backbone/group.html", context, status=422 if is_wrong else 200)


def _act(request, found: WorkingGroup, sent: str, form: GroupForm, place: PlaceForm) -> bool:
    """Do what was sent; False when its form has something to say."""
    by = request.membership
    try:
        if sent == "change" and form.is_valid():
            groups.change(group=found, by=by, **form.cleaned_data)
        elif sent == "put" and place.is_valid():
            groups.put(group=found, by=by, **place.cleaned_data)
        elif sent == "take-out":
            rows = GroupMember.objects.filter(group=found).select_related("member", "group")
            groups.take_out(place=sent_row(request, rows), by=by)
        elif sent == "end":
            groups.end(group=found, by=by)
        elif sent == "resume":
            groups.resume(group=found, by=by)
        elif sent not in ("change", "put"):
            raise Http404
        else:
            return False
    except Refused as refused:
        refuse(place if sent == "put" else form, refused)
        return False
    return True


def _list(request, initiative) -> str:
    return reverse("backbone:group-list", args=[request.tenant.slug, initiative.slug])


def _crumbs(request, initiative) -> list[tuple[str, str]]:
    return [(initiative.name, reverse("backbone:home", args=[request.tenant.slug, initiative.slug]))]
