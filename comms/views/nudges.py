"""A nudge to one partner: a page with room for a few words."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backbone.access import member_can
from backbone.look.numbers import period_name
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import in_full
from comms.forms import NudgeForm
from comms.selectors.readers import readers, who_reports
from comms.selectors.reminded import last_reminded, was_nudged_today
from comms.services import nudges


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def nudge(request, initiative, partner, period: date):
    """GET asks for the words, and so does a POST without any (the button on a list); POST with words sends them."""
    is_sent = "words" in request.POST
    form = NudgeForm(request.POST if is_sent else None, initial={"words": _first_words(request, partner, period)})
    if is_sent and form.is_valid():
        try:
            sent = nudges.send(
                initiative=initiative, partner=partner, period=period, words=form.cleaned_data["words"],
                by=request.membership,
            )  # fmt: skip
        except Refused as refused:
            for problem in refused.problems:
                field = problem.field if problem.field in form.fields else None
                form.add_error(field, in_full(problem))
        else:
            pattern = ngettext("One mail is on its way.", "%(count)s mails are on their way.", len(sent))
            messages.success(request, pattern % {"count": len(sent)})
            return redirect("measures:forest", request.tenant.slug, initiative.slug)
    filers, leads = who_reports(readers(request.tenant), partner.pk)
    context = {
        "initiative": initiative,
        "partner": partner,
        "period": period,
        "form": form,
        "filers": [reader.membership.name for reader in filers],
        "leads": [reader.membership.name for reader in leads],
        "last": last_reminded(initiative, [partner.pk], period).get(partner.pk),
        "is_done_today": was_nudged_today(partner, request.tenant),
    }
    return render(request, "comms/nudge.html", context, status=422 if form.errors else 200)


def _first_words(request, partner, period: date) -> str:
    words = {"period": period_name(period), "by": request.membership.name}
    return _("We still miss your figures for %(period)s. Is there something we can help with?\n\n%(by)s") % words
