"""Who owes what: a matrix of partners and indicators, the lines behind it, and who is excused."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.models import Participation
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.forms.duties import ExcuseForm, ObligationForm, RhythmForm
from measures.models import Excuse, Indicator, Obligation
from measures.rules.kinds import NOT_FILED
from measures.selectors.setup import obligation_steps, owed_matrix, owed_words
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
    page = page_of(request, parts, PARTNERS_ON_A_PAGE)
    lines = lines.order_by("indicator__position", "indicator_id", "partner__code", "starts_on")
    return {
        "initiative": initiative,
        "indicators": indicators,
        "rows": owed_matrix(initiative, indicators, page.object_list, request.tenant.day()),
        "page_obj": page,
        "has_partners": bool(page.paginator.count),
        "lines": lines[:LINES_SHOWN],
        "more_lines": max(0, lines.count() - LINES_SHOWN),
        "excuses": excuses.order_by("-period", "partner__code")[:LINES_SHOWN],
    }


@member_can(Can.ASSIGN_OBLIGATIONS)
def obligation(request, initiative, obligation: int):
    """One line: until when and how often it is owed, and what became of it."""
    lines = Obligation.objects.filter(indicator__initiative=initiative).select_related("indicator__tenant", "partner")
    found = lines.filter(pk=obligation).first()
    if found is None:
        raise Http404
    form = RhythmForm(request.POST if "frequency" in request.POST else None, obligation=found)
    if request.method == "POST" and (not form.is_bound or _change_frequency(request, found, form)):
        if not form.is_bound:
            _end_or_remove(request, found)
        return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)
    place = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "line": found,
        "words": owed_words(
            found.starts_on, found.ends_on, found.frequency or found.indicator.frequency, found.first_partial
        ),
        "form": form,
        "steps": obligation_steps(found),
        "crumbs": [
            (_("Measures"), reverse("measures:indicator-list", args=place)),
            (_("Who owes what"), reverse("measures:obligation-list", args=place)),
        ],
    }
    return render(request, "measures/obligation.html", context, status=422 if form.is_bound else 200)


def _change_frequency(request, line: Obligation, form: RhythmForm) -> bool:
    """Change how often it is filed; False where the form says why not."""
    if not form.is_valid():
        return False
    try:
        changed = obligations.change_frequency(obligation=line, by=request.membership, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return False
    messages.success(request, _("Nothing was changed.") if changed is None else _("Saved."))
    return True


def _end_or_remove(request, line: Obligation) -> None:
    """Set the last day of one line, or take the line away."""
    try:
        if "remove" in request.POST:
            obligations.remove(obligation=line, by=request.membership)
            messages.success(request, _("It is no longer asked for."))
            return
        ends_on = ObligationForm.base_fields["ends_on"].clean(request.POST.get("ends_on", ""))
        obligations.end(obligation=line, ends_on=ends_on, by=request.membership)
    except Refused as refused:
        messages.error(request, say(refused.problems[0]))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))


@member_can(Can.ASSIGN_OBLIGATIONS)
@require_POST
def excuse_lift(request, initiative, excuse: int):
    found = Excuse.objects.filter(indicator__initiative=initiative, pk=excuse).first()
    if found is None:
        raise Http404
    obligations.lift_excuse(excuse=found, by=request.membership)
    messages.success(request, _("%(name)s is expected again.") % {"name": found.partner.name})
    return redirect("measures:obligation-list", request.tenant.slug, initiative.slug)
