"""The theory of change in files: bringing in, with everything shown before it is done, and taking along."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agenda.exporting import FORMS
from agenda.importing.judging import Plan, judge
from agenda.importing.reading import FILE_BYTES, MOST_FILES, read
from agenda.selectors.map_written import written_out
from agenda.services.map_files import bring_in
from agenda.views.map_paths import map_crumbs, refuse_outsiders
from backbone import conditions
from backbone.access import member_can
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can
from backbone.tabular.carried import pack, unpack
from backbone.wording import hint, say, told_at

SHOWN = 100


@member_can(Can.EDIT_AGENDA)
@require_http_methods(["GET", "HEAD", "POST"])
def map_import(request, initiative):
    """Choose files, see what they would change, apply it. The files come along in the form that applies them, so that
    nothing of a map that nobody wanted stays here."""
    files: list[tuple[str, bytes]] = []
    problems: list[tuple[str, str]] = []
    plan: Plan | None = None
    if request.method == "POST":
        try:
            files = _sent(request)
        except Refused as refused:
            problems = told_at("files", refused)
    if files:
        things = {thing.key for thing in conditions.things(initiative)}
        plan = judge(read(files), written_out(initiative), things, request.tenant.day())
        if "apply" in request.POST and not plan.errors:
            try:
                nodes, links = bring_in(
                    initiative=initiative, nodes=plan.nodes.values(), links=plan.links.values(), by=request.membership
                )
            except Refused as refused:
                problems = told_at("", refused)
            else:
                messages.success(request, _brought(nodes, links))
                return redirect("agenda:map", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "problems": problems,
        "plan": plan,
        "files": [(name, pack(content)) for name, content in files],
        "errors": _told(plan.errors) if plan else [],
        "warnings": _told([one for one in plan.problems if one[1].is_warning]) if plan else [],
        "error_count": len(plan.errors) if plan else 0,
        "labels": {slug: node.label for slug, node in plan.nodes.items()} if plan else {},
        "shown": SHOWN,
        "crumbs": map_crumbs(request, initiative),
    }
    return render(request, "agenda/map_import.html", context, status=422 if problems or (plan and plan.errors) else 200)


@member_can(Can.READ_AGENDA)
@require_safe
def map_export(request, initiative, form: str):
    """The map as a file of nodes, of links, or of both."""
    refuse_outsiders(request.membership)
    if form not in FORMS:
        raise Http404
    write, content_type = FORMS[form]
    name = f"{initiative.slug}-{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(write(written_out(initiative)), content_type=content_type, headers=headers)


def _sent(request) -> list[tuple[str, bytes]]:
    """The files that were chosen, or that were chosen before and come along. Raises Refused: none, or more than two."""
    chosen = [(one.name, one.read(FILE_BYTES + 1)) for one in request.FILES.getlist("files")]
    files = chosen or unpack(zip(request.POST.getlist("name"), request.POST.getlist("content"), strict=False))
    if not files:
        raise Refused(Problem("file.none", gettext_noop("Choose a file first: CSV or JSON.")))
    if len(files) > MOST_FILES:
        sentence = gettext_noop("Choose at most two files: one of nodes and one of links, or one in JSON.")
        raise Refused(Problem("file.too_many", sentence))
    return files


def _told(problems) -> list[dict]:
    return [
        {"file": file, "row": problem.row, "column": problem.column, "value": problem.value, "message": say(problem),
         "hint": hint(problem)}
        for file, problem in problems[:SHOWN]
    ]  # fmt: skip


def _brought(nodes: int, links: int) -> str:
    first = ngettext("%(count)s node", "%(count)s nodes", nodes) % {"count": nodes}
    second = ngettext("%(count)s link", "%(count)s links", links) % {"count": links}
    return _("%(nodes)s and %(links)s are new or different.") % {"nodes": first, "links": second}
