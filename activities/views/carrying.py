"""What the pages that bring something in have in common: the files that come, and problems as they list them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.importing.reading import MOST_FILES
from backbone.problems import Refused
from backbone.tabular.carried import MOST_BYTES, too_large, unpack
from backbone.wording import hint, say, told_at

SHOWN = 100


def sent_files(request) -> list[tuple[str, bytes]]:
    """The files that were chosen, or that were chosen before and come along. Raises Refused when they are too large."""
    chosen = request.FILES.getlist("files")
    if chosen:
        if sum(one.size for one in chosen) > MOST_BYTES:
            raise Refused(too_large())
        return [(one.name[:200], one.read()) for one in chosen[: MOST_FILES * 4]]
    return unpack(zip(request.POST.getlist("file_name"), request.POST.getlist("file_content"), strict=False))


def told(problems: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Problems by file, as a page lists them."""
    return [
        {"file": file, "row": problem.row, "column": problem.column, "value": problem.value, "message": say(problem),
         "hint": hint(problem)}
        for file, problem in problems[:SHOWN]
    ]  # fmt: skip


def apply(request, bring_in: Callable[[], tuple[int, int]]) -> list[tuple[str, str]]:
    """Bring in what was shown and say how much is new and different; answers what is in the way, nothing when it is done."""
    try:
        counts = bring_in()
    except Refused as refused:
        return told_at("", refused)
    messages.success(request, brought(*counts))
    return []


def brought(new: int, changed: int) -> str:
    if not new and not changed:
        return _("No changes: everything in these files stands here already.")
    first = ngettext("%(count)s activity is new", "%(count)s activities are new", new) % {"count": new}
    second = ngettext("%(count)s is different", "%(count)s are different", changed) % {"count": changed}
    return _("%(new)s, %(changed)s.") % {"new": first, "changed": second}


def attached(content: bytes, name: str, content_type: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)
