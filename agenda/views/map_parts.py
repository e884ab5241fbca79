"""Nodes, links and loops of the theory of change, one by one: adding, changing, taking out, confirming, naming."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from agenda.forms.systems import LinkForm, LoopForm, NewNodeForm, NodeForm
from agenda.models import Link, Node
from agenda.rules.links import is_confirmed, lag_of
from agenda.selectors.confirming import may_confirm, unconfirmed_links
from agenda.selectors.systems import LinkView, map_of
from agenda.services import map_loops, systems
from agenda.views.map_paths import map_crumbs, node_or_404, refuse_outsiders
from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say

EITHER = require_http_methods(["GET", "HEAD", "POST"])


@member_can(Can.EDIT_AGENDA)
@EITHER
def node_new(request, initiative):
    form = NewNodeForm(request.POST or None, initiative=initiative)
    if request.method == "POST" and form.is_valid():
        try:
            made, _changed = systems.put_node(
                initiative=initiative, by=request.membership, must_be_new=True, **form.cleaned_data
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("“%(label)s” is on the map. What acts on it?") % {"label": made.label})
            return _to_map(request, initiative, focus=made.slug)
    return _page(request, initiative, "agenda/map_node_form.html", form)


@member_can(Can.EDIT_AGENDA)
@EITHER
def node(request, initiative, node: str):
    """One node: its words, what it stands for, and taking it out with its links."""
    found = node_or_404(initiative, node)
    if request.method == "POST" and request.POST.get("do") == "remove":
        try:
            systems.remove_node(node=found, by=request.membership)
        except Refused as refused:
            messages.warning(request, say(refused.problems[0]))
        else:
            messages.success(request, _("“%(label)s” is taken out, with its links.") % {"label": found.label})
        return _to_map(request, initiative)
    form = NodeForm(request.POST or None, initiative=initiative, node=found)
    if request.method == "POST" and form.is_valid():
        try:
            systems.put_node(initiative=initiative, slug=found.slug, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return _to_map(request, initiative, focus=found.slug)
    links = Link.objects.filter(initiative=initiative)
    count = links.filter(source=found).count() + links.filter(target=found).count()
    return _page(request, initiative, "agenda/map_node_form.html", form, node=found, links=count)


@member_can(Can.EDIT_AGENDA)
@EITHER
def link_new(request, initiative):
    """A new link; the address may name where it begins or ends."""
    asked = {name: request.GET[name] for name in ("source", "target") if name in request.GET}
    form = LinkForm(request.POST or None, initiative=initiative, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            made, _changed = systems.put_link(by=request.membership, must_be_new=True, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            words = {"source": made.source.label, "target": made.target.label}
            messages.success(request, _("“%(source)s” acts on “%(target)s” now.") % words)
            return _to_map(request, initiative, focus=made.source.slug)
    has_two = Node.objects.filter(initiative=initiative).count() > 1
    return _page(request, initiative, "agenda/map_link_form.html", form, has_two=has_two)


@member_can(Can.READ_AGENDA)
@EITHER
def link(request, initiative, link: int):
    """One link with its evidence: readers read it, a steward of the agenda confirms it, who edits changes it."""
    refuse_outsiders(request.membership)
    rows = Link.objects.filter(initiative=initiative, pk=link)
    found = rows.select_related("source", "target", "confirmed_by", "initiative").first()
    if found is None:
        raise Http404
    may_edit = request.membership.can(Can.EDIT_AGENDA)
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "confirm":
        _must_confirm(request, initiative)
        systems.confirm(links=[found], by=request.membership, on=request.tenant.day())
        messages.success(request, _("You have confirmed it."))
        return redirect("agenda:map-link", request.tenant.slug, initiative.slug, found.pk)
    if request.method == "POST":
        require(request.membership, Can.EDIT_AGENDA, address=request.path)
    if do == "remove":
        try:
            systems.remove_link(link=found, by=request.membership)
        except Refused as refused:
            messages.warning(request, say(refused.problems[0]))
        else:
            messages.success(request, _("The link is taken out."))
        return _to_map(request, initiative)
    form = LinkForm(request.POST or None, initiative=initiative, link=found) if may_edit else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            systems.put_link(source=found.source, target=found.target, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return _to_map(request, initiative, focus=found.source.slug)
    view = LinkView(found, found.source, found.target, is_confirmed(found.confirmed_on, request.tenant.day()))
    more = {"view": view, "may_edit": may_edit, "may_confirm": may_confirm(request.membership, initiative)}
    return _page(request, initiative, "agenda/map_link.html", form, **more)


@member_can(Can.READ_AGENDA)
@EITHER
def confirm(request, initiative):
    """The links that nobody confirmed within a year, to be confirmed one by one or together."""
    refuse_outsiders(request.membership)
    today = request.tenant.day()
    waiting = unconfirmed_links(initiative, today)
    if request.method == "POST":
        _must_confirm(request, initiative)
        chosen = set(request.POST.getlist("link"))
        count = systems.confirm(
            links=[one for one in waiting if str(one.pk) in chosen], by=request.membership, on=today
        )
        if count:
            said = ngettext("You have confirmed %(count)s link.", "You have confirmed %(count)s links.", count)
            messages.success(request, said % {"count": count})
        else:
            messages.warning(request, _("Choose the links that still hold."))
        return redirect("agenda:map-confirm", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "rows": [(one, lag_of(one.least, one.likely, one.most)) for one in waiting],
        "may_confirm": may_confirm(request.membership, initiative),
        "crumbs": map_crumbs(request, initiative),
    }
    return render(request, "agenda/map_confirm.html", context)


@member_can(Can.EDIT_AGENDA)
@EITHER
def loop(request, initiative, loop: str):
    """One loop, to be given a name."""
    found = map_of(initiative, request.membership, request.tenant.day())
    view = next((one for one in found.loops if one.key == loop), None)
    if view is None:
        raise Http404
    form = LoopForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        try:
            map_loops.name_loop(
                initiative=initiative, nodes=view.chain.nodes, by=request.membership, **form.cleaned_data
            )
        except Refused as refused:
            messages.warning(request, say(refused.problems[0]))
        else:
            messages.success(request, _("Saved."))
        return _to_map(request, initiative, loop=view.key, list="loops")
    return _page(request, initiative, "agenda/map_loop.html", form, view=view)


def _must_confirm(request, initiative) -> None:
    if not may_confirm(request.membership, initiative):
        raise PermissionDenied


def _to_map(request, initiative, **query: str):
    return redirect(reverse("agenda:map", args=[request.tenant.slug, initiative.slug], query=query or None))


def _page(request, initiative, page: str, form, **more):
    context = {"initiative": initiative, "form": form, "crumbs": map_crumbs(request, initiative), **more}
    return render(request, page, context, status=422 if form is not None and form.is_bound else 200)
