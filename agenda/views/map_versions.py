"""Kept versions of the theory of change: keeping one, looking at one, and what changed between two."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agenda.forms.systems import KeepForm
from agenda.models import Link, MapVersion, Node
from agenda.rules.maps import LinkSaid, MapSaid, changes, from_json
from agenda.selectors.map_written import written_out
from agenda.services.map_versions import keep
from agenda.views.map_paths import only_versions, versions_crumbs
from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can

NOW = "now"


@member_can(Can.READ_AGENDA)
@require_http_methods(["GET", "HEAD", "POST"])
def version_list(request, initiative):
    """Every kept version, the newest first; keeping the map as it stands."""
    may_edit = request.membership.can(Can.EDIT_AGENDA)
    form = KeepForm(request.POST or None) if may_edit else None
    if request.method == "POST":
        require(request.membership, Can.EDIT_AGENDA, address=request.path)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = keep(initiative=initiative, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Version %(number)s is kept.") % {"number": made.number})
            return redirect("agenda:map-version", request.tenant.slug, initiative.slug, made.number)
    context = {
        "initiative": initiative,
        "versions": MapVersion.objects.filter(initiative=initiative)
        .select_related("by")
        .defer("body")
        .order_by("-number"),
        "form": form,
        "sees_now": not only_versions(request.membership),
        "crumbs": versions_crumbs(request, initiative)[:-1],
    }
    is_wrong = form is not None and form.is_bound
    return render(request, "agenda/map_version_list.html", context, status=422 if is_wrong else 200)


@member_can(Can.READ_AGENDA)
@require_safe
def version(request, initiative, number: int):
    """One version as it was kept, and how another, or the map as it is now, differs from it (`?against=`)."""
    listed = MapVersion.objects.filter(initiative=initiative).select_related("by").defer("body")
    rows = {row.number: row for row in listed.order_by("-number")}
    kept = rows.get(number)
    if kept is None:
        raise Http404
    sees_now = not only_versions(request.membership)
    asked = request.GET.get("against", "")[:10]
    other: MapSaid | None = None
    if asked == NOW and sees_now:
        other = written_out(initiative)
    elif asked.isdecimal() and int(asked) in rows and int(asked) != number:
        other = from_json(rows[int(asked)].body)
    said = from_json(kept.body)
    labels = _labels(said)
    context = {
        "initiative": initiative,
        "version": kept,
        "said": said,
        "sorts": dict(Node.Sort.choices),
        "evidence": dict(Link.Evidence.choices),
        "links": [(link, *_ends(labels, link)) for link in said.links],
        "loops": [(name, [labels[slug] for slug in slugs]) for slugs, name in said.loops],
        "others": [row for row in rows.values() if row.number != number],
        "against": asked if other is not None else "",
        "is_now": asked == NOW,
        "difference": _difference(said, other, is_later=asked == NOW or (asked.isdecimal() and int(asked) > number))
        if other is not None
        else None,
        "sees_now": sees_now,
        "crumbs": versions_crumbs(request, initiative),
    }
    return render(request, "agenda/map_version.html", context)


def _difference(said: MapSaid, other: MapSaid, *, is_later: bool) -> dict:
    """What changed from the earlier of the two to the later, with labels for slugs."""
    before, after = (said, other) if is_later else (other, said)
    found = changes(before, after)
    old, new = _labels(before), _labels(after)
    names = {"label": _("name"), "sort": _("what it is"), "words": _("words"), "stands_for": _("what it stands for")}
    links = {"sign": _("sign"), "lag": _("lag"), "evidence": _("evidence"), "words": _("why"), "reference": _("source")}
    return {
        "found": found,
        "changed_nodes": [(one, [names[name] for name in one.fields]) for one in found.changed_nodes],
        "changed_links": [(_ends(new, one.after), [links[name] for name in one.fields]) for one in found.changed_links],
        "new_links": [_ends(new, link) for link in found.new_links],
        "lost_links": [_ends(old, link) for link in found.lost_links],
        "confirmed": [_ends(new, link) for link in found.confirmed],
    }


def _labels(said: MapSaid) -> dict[str, str]:
    return {node.slug: node.label for node in said.nodes}


def _ends(labels: Mapping[str, str], link: LinkSaid) -> tuple[str, str]:
    return labels[link.source], labels[link.target]
