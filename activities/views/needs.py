"""Needs in files: taken along, and brought in with everything shown before it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from activities.columns import NEEDS
from activities.exporting.gaps import need_rows
from activities.importing.needs import FILE_BYTES, plan
from activities.services import needs
from activities.views.gap_paths import gap_crumbs, refuse_readers_of_publications
from activities.views.gaps import as_file
from backbone.access import member_can
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can
from backbone.tabular.carried import pack, unpack
from backbone.wording import hint, say

SHOWN = 100


@member_can(Can.EDIT_GAPS)
@require_http_methods(["GET", "HEAD", "POST"])
def needs_import(request, initiative):
    """Choose a file, see what it would set, apply it. The file comes along in the form that applies it."""
    content, found, complaint = b"", None, ""
    if request.method == "POST":
        try:
            content = _sent(request)
        except Refused as refused:
            complaint = " ".join(say(problem) for problem in refused.problems)
    if content:
        found = plan(initiative, request.tenant, content)
        if "apply" in request.POST and not found.problems:
            try:
                count = needs.bring_in(initiative=initiative, rows=found.rows, by=request.membership)
            except Refused as refused:
                complaint = " ".join(say(problem) for problem in refused.problems)
            else:
                words = ngettext("%(count)s need is new or different.", "%(count)s needs are new or different.", count)
                messages.success(request, words % {"count": count})
                return redirect("activities:gaps", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "complaint": complaint,
        "plan": found,
        "content": pack(content) if content else "",
        "rows": found.rows[:SHOWN] if found else [],
        "problems": [(one, say(one), hint(one)) for one in found.problems[:SHOWN]] if found else [],
        "columns": ", ".join(NEEDS.names),
        "crumbs": gap_crumbs(request, initiative, "needs"),
    }
    is_wrong = bool(complaint or (found and found.problems))
    return render(request, "activities/needs_import.html", context, status=422 if is_wrong else 200)


@member_can(Can.READ_GAPS)
@require_safe
def needs_file(request, initiative, form: str):
    """Every need with its source, as an import reads it."""
    refuse_readers_of_publications(request.membership)
    if form not in ("csv", "xlsx"):
        raise Http404
    return as_file(need_rows(initiative), NEEDS.names, f"{initiative.slug}-needs", form)


def _sent(request) -> bytes:
    """The file that was chosen, or that was chosen before and comes along. Raises Refused where there is none."""
    if chosen := request.FILES.get("file"):
        return chosen.read(FILE_BYTES + 1)
    if not (packed := request.POST.get("content")):
        raise Refused(Problem("file.none", gettext_noop("Choose a file first: CSV.")))
    ((_name, content),) = unpack([("", packed)])
    return content
