"""Meetings out of a calendar that somebody keeps elsewhere: shown first, then planned."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can
from backbone.tabular.carried import pack, unpack
from backbone.wording import hint, say
from comms.forms.meetings import BringInForm
from comms.rules import bringing
from comms.selectors.bringing import Bringing, held_against
from comms.services import bringing as services
from comms.views.paths import meetings_crumb

SHOWN = 100


@member_can(Can.EDIT_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request, initiative):
    """Choose a calendar, see what of it would be a meeting here, and plan that."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = BringInForm(*sent, initiative=initiative, membership=request.membership)
    plan, content = None, b""
    if form.is_bound and form.is_valid():
        try:
            content = _sent(request, form)
            found = bringing.read(content, now=timezone.now(), zone=request.tenant.timezone)
            group = form.cleaned_data["group"]
            if "apply" in request.POST:
                done = services.bring_in(initiative=initiative, found=found, by=request.membership, group=group)
                messages.success(request, _planned(done))
                return redirect("comms:meeting-list", request.tenant.slug, initiative.slug)
            plan = held_against(found, initiative, request.membership, group)
            if plan.problem is not None:
                raise Refused(plan.problem)
        except Refused as refused:
            plan = None
            refuse(form, refused)
    context = {
        "initiative": initiative,
        "form": form,
        "plan": plan,
        "content": pack(content) if plan is not None else "",
        "group": form.cleaned_data["group"] if plan is not None else None,
        "crumbs": [meetings_crumb(request, initiative)],
        **_shown(plan),
    }
    return render(request, "comms/meeting_bring_in.html", context, status=422 if form.is_bound and form.errors else 200)


def _sent(request, form: BringInForm) -> bytes:
    """The file that was chosen, or the one that was looked at before and comes along. Raises Refused."""
    chosen = form.cleaned_data["file"]
    if chosen is not None:
        if chosen.size > bringing.MOST_KILOBYTES * 1024:
            raise Refused(bringing.too_large(chosen.size))
        return chosen.read()
    ((_name, content),) = unpack([("", request.POST["file_content"])])
    return content


def _shown(plan: Bringing | None) -> dict:
    """What the page lists of it: what is over is only counted."""
    if plan is None:
        return {}
    left = [one for one in plan.left if one.problem.code != bringing.OVER]
    return {
        "left": [(one.what, f"{say(one.problem)} {hint(one.problem)}".strip()) for one in left[:SHOWN]],
        "left_more": max(len(left) - SHOWN, 0),
        "over": len(plan.left) - len(left),
    }


def _planned(done: Bringing) -> str:
    if not done.count:
        return _("No changes: every meeting of this calendar stands here already.")
    text = ngettext(
        "%(count)s meeting is planned. Nobody is told until you send the invitations.",
        "%(count)s meetings are planned. Nobody is told until you send the invitations.",
        done.count,
    )
    return text % {"count": done.count}
