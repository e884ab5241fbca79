"""Who owes what: a matrix of partners and indicators, the lines behind it, and who is excused."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.models import Participation
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.forms.duties import ExcuseForm, ObligationForm
from measures.models import Excuse, Indicator, Obligation
from measures.rules.kinds import NOT_FILED
from measures.selectors.setup import owed_matrix
from measures.services import obligations

PARTNERS_ON_A_PAGE = 40
LINES_SHOWN = 100


@member_can(Can.READ_OBLIGATIONS)
def obligation_list(request, initiative):
    """Who owes what. Staff change it here; a partner's people see their own row."""
    may_assign = request.membership.can(Can.ASSIGN_OBLIGATIONS)
    if request.method == "POST" and not may_assign:
        raise PermissionDenied
    sent = request.POST.get("form", "")
    asked = Indicator.objects.filter(initiative=initiative, slug=request.GET.get("indicator", "")).first()
    assign = ObligationForm(
        request.POST if sent == "assign" else None, initiative=initiative, initial={"indicator": asked}
    )
    excuse = ExcuseForm(request.POST if sent == "excuse" else None, initiative=initiative)
    if sent == "assign" and assign.is_valid():
        fields = assign.cleaned_data
        partners = list(fields.pop("partners")) or None
        try:
            count = obligations.put_obligations(partners=partners, by=request.membership, **fields)
        except Refused as refused:
            refuse(assign, refused)
        else:
            done = ngettext("%(count)s line was written.", "%(count)s lines were written.", count) % {"count": count}
            messages.success(request, done if count else _("Nothing was changed."))
            return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)
    if sent == "excuse" and excuse.is_valid():
        try:
            made, _is_new = obligations.give_excuse(by=request.membership, **excuse.cleaned_data)
        except Refused as refused:
            refuse(excuse, refused)
        else:
            messages.success(request, _("%(name)s is excused.") % {"name": made.partner.name})
            return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)
    context = _context(request, initiative) | {
        "may_assign": may_assign,
        "assign_form": assign if may_assign else None,
        "excuse_form": excuse if may_assign else None,
    }
    status = 422 if assign.is_bound or excuse.is_bound else 200
    return render(request, "measures/obligation_list.html", context, status=status)


def _context(request, initiative) -> dict:
    own = request.membership.partner_ids(Can.READ_OBLIGATIONS)
    indicators = list(Indicator.objects.filter(initiative=initiative).exclude(kind__in=NOT_FILED))
    parts = Participation.objects.filter(initiative=initiative).select_related("partner").order_by("partner__code")
    excuses = Excuse.objects.filter(indicator__initiative=initiative).select_related("indicator", "partner", "by")
    lines = Obligation.objects.filter(indicator__initiative=initiative).select_related("indicator", "partner")
    if own is not None:
        parts, excuses = parts.filter(partner_id__in=own), excuses.filter(partner_id__in=own)
        lines = lines.none()
    page = Paginator(parts, PARTNERS_ON_A_PAGE).get_page(request.GET.get("page"))
    lines = lines.order_by("indicator__position", "indicator_id", "partner__code", "starts_on")
    return {
        "initiative": initiative,
        "indicators": indicators,
        "rows": owed_matrix(initiative, indicators, page.object_list, timezone.localdate()),
        "page_obj": page,
        "has_partners": bool(page.paginator.count),
        "lines": lines[:LINES_SHOWN],
        "more_lines": max(0, lines.count() - LINES_SHOWN),
        "excuses": excuses.order_by("-period", "partner__code")[:LINES_SHOWN],
    }


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_POST
def obligation(request, initiative, obligation: int):
    """Set the last day of one line, or take the line away."""
    found = Obligation.objects.filter(indicator__initiative=initiative, pk=obligation).first()
    if found is None:
        raise Http404
    if "remove" in request.POST:
        obligations.remove(obligation=found, by=request.membership)
        messages.success(request, _("It is no longer asked for."))
    else:
        field = ObligationForm.base_fields["ends_on"]
        try:
            ends_on = field.clean(request.POST.get("ends_on", ""))
            obligations.end(obligation=found, ends_on=ends_on, by=request.membership)
        except Refused as refused:
            messages.error(request, say(refused.problems[0]))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Saved."))
    return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_POST
def excuse_lift(request, initiative, excuse: int):
    found = Excuse.objects.filter(indicator__initiative=initiative, pk=excuse).first()
    if found is None:
        raise Http404
    obligations.lift_excuse(excuse=found, by=request.membership)
    messages.success(request, _("%(name)s is expected again.") % {"name": found.partner.name})
    return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)
