"""The theory of change: the map with its tables, and where its nodes are put."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from agenda.drawing import drawing, shown_of
from agenda.forms.systems import LookForm, WaysForm
from agenda.models import MapVersion
from agenda.selectors.confirming import may_confirm
from agenda.selectors.map_shown import Shown, look
from agenda.selectors.systems import MapView, map_of
from agenda.services import systems
from agenda.views.map_paths import only_versions
from agenda.views.paths import agenda_crumb
from agenda.wording import loops_words, ways_words
from backbone.access import member_can
from backbone.htmx import page_or_part
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say

ON_A_PAGE = 50
LISTS = ("links", "nodes", "loops")


@member_can(Can.READ_AGENDA)
@require_safe
def systems_map(request, initiative):
    """The map, and in tables the same: all of it, or what the address asks for."""
    if only_versions(request.membership):
        newest = MapVersion.objects.filter(initiative=initiative).order_by("-number").first()
        if newest is not None:
            return redirect("agenda:map-version", request.tenant.slug, initiative.slug, newest.number)
        context = {"initiative": initiative, "crumbs": [agenda_crumb(request, initiative)]}
        return page_or_part(request, "agenda/map_none.html", "agenda/map_none.html", context)
    found = map_of(initiative, request.membership, request.tenant.day())
    nodes = [view.node for view in found.nodes.values()]
    form = LookForm(request.GET, nodes=nodes)
    asked = {name: request.GET.get(name, "") for name in ("loop", "start", "end")}
    shown = look(found, form.question(**asked))
    listed = request.GET.get("list", "")
    listed = listed if listed in LISTS else "links"
    rows = {"links": shown.links, "nodes": shown.nodes, "loops": found.loops}[listed]
    here = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "map": found,
        "shown": shown,
        "shown_json": shown_of(shown, len(found.nodes)),
        "drawing": drawing(found, reverse("agenda:map-link", args=[*here, 0])),
        "look_form": form,
        "ways_form": WaysForm(request.GET if shown.ways else None, nodes=nodes),
        "ways_words": ways_words(shown.ways) if shown.ways else "",
        "ways_rows": [
            (chain, [found.nodes[pk].node.label for pk in chain.nodes])
            for chain in (shown.ways.chains if shown.ways else ())
        ],
        "loops_words": loops_words(found.because),
        "list": listed,
        "lists": _lists(request, found, shown, listed),
        "page": page_of(request, rows, ON_A_PAGE),
        "said": _said(found, shown),
        "may_edit": request.membership.can(Can.EDIT_AGENDA),
        "may_confirm": may_confirm(request.membership, initiative),
        "crumbs": [agenda_crumb(request, initiative)],
    }
    return page_or_part(request, "agenda/map.html", "agenda/_map_part.html", context)


@member_can(Can.EDIT_AGENDA)
@require_POST
def map_places(request, initiative):
    """Put nodes where somebody left them: `node`, `x` and `y`, as often as there are nodes; or `anew` for the layout."""
    if "anew" in request.POST:
        systems.arrange_anew(initiative=initiative, by=request.membership)
        messages.success(request, _("The map is laid out anew."))
        return redirect("agenda:map", request.tenant.slug, initiative.slug)
    said = zip(*(request.POST.getlist(name) for name in ("node", "x", "y")), strict=False)
    try:
        to = {slug: (float(x), float(y)) for slug, x, y in said}
        systems.move(initiative=initiative, to=to)
    except ValueError:
        return HttpResponse(_("A place is two numbers."), status=400, content_type="text/plain; charset=utf-8")
    except Refused as refused:
        return HttpResponse(say(refused.problems[0]), status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _lists(request, found: MapView, shown: Shown, listed: str) -> list[dict]:
    """The three tables to choose from, with how much is in each."""
    named = {"links": pgettext("of the map", "Links"), "nodes": _("Nodes"), "loops": _("Loops")}
    counts = {"links": len(shown.links), "nodes": len(shown.nodes), "loops": len(found.loops)}
    params = request.GET.copy()
    params.pop("page", None)
    choices = []
    for name in LISTS:
        params["list"] = name
        choices.append(
            {"label": named[name], "count": counts[name], "query": params.urlencode(), "is_current": name == listed}
        )
    return choices


def _said(found: MapView, shown: Shown) -> str:
    """How much of the map is looked at, for who does not see the drawing change."""
    if not found.nodes:
        return ""
    words = ngettext("%(count)s node of %(all)s", "%(count)s nodes of %(all)s", len(shown.nodes))
    links = ngettext("%(count)s link of %(all)s", "%(count)s links of %(all)s", len(shown.links))
    parts = [
        words % {"count": len(shown.nodes), "all": len(found.nodes)},
        links % {"count": len(shown.links), "all": len(found.links)},
    ]
    return _("%(first)s and %(second)s are shown.") % {"first": parts[0], "second": parts[1]}
