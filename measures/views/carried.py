"""Numbers that a partner files once for several initiatives: its lead says so, staff see where figures come from."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, sent_row
from backbone.models import Partner
from backbone.problems import Refused
from backbone.wording import in_full
from measures.models import FiledOnce
from measures.selectors.carried import answerable, standing_in
from measures.services import carried
from measures.views.consents import READERS, may_answer_for, own_partner


@member_can(READERS)
@require_safe
def carried_list(request, initiative):
    """A lead's own partner; for staff, every number of this initiative that comes from another."""
    if (own := own_partner(request, initiative)) is not None:
        return redirect("measures:carried", request.tenant.slug, initiative.slug, own.code)
    partners = Partner.objects.of_initiative(initiative)
    context = {"initiative": initiative, "rows": standing_in(initiative), "partners": partners}
    return render(request, "measures/carried_list.html", context)


@member_can(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def carried_of(request, initiative, partner):
    """Each indicator that a partner owes here and that something it files elsewhere could answer. POST says that it does,
    or does no more; the partner's lead alone may."""
    may_change = may_answer_for(request, initiative, partner)
    rows = answerable(initiative, partner)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        try:
            _answer(request, initiative, partner, rows)
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, in_full(problem))
        return redirect("measures:carried", request.tenant.slug, initiative.slug, partner.code)
    context = {"initiative": initiative, "partner": partner, "may_change": may_change, "rows": rows}
    return render(request, "measures/carried.html", context)


def _answer(request, initiative, partner, rows) -> None:
    if request.POST.get("form") == "end":
        standing = FiledOnce.objects.filter(initiative=initiative, partner=partner, ended_at=None)
        carried.end(filed_once=sent_row(request, standing), by=request.membership)
        messages.success(request, _("From now on each is filed by itself. What has come stays."))
        return
    row = next((one for one in rows if str(one.indicator.pk) == request.POST.get("indicator")), None)
    source = (
        next((one for one, _alike in row.sources if str(one.pk) == request.POST.get("source")), None) if row else None
    )
    if row is None or source is None:
        raise Http404
    carried.agree(partner=partner, source=source, indicator=row.indicator, by=request.membership)
    messages.success(request, _("From the next report on it is filed once."))
