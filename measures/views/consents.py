"""Who may see a partner's own figures: its lead says so, for each indicator and audience."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.models import Audience, Participation, Partner
from backbone.roles import Can
from measures.selectors.consents import answered, asked_of
from measures.services.consents import consent

READERS = (Can.CONSENT, Can.PUBLISH, Can.RELEASE)


def own_partner(request, initiative) -> Partner | None:
    """The partner here that a lead answers for; None for staff, who read of every partner. Raises Http404 for a lead of
    none."""
    if _is_staff(request):
        return None
    own = Partner.objects.filter(pk__in=request.membership.partner_ids(Can.CONSENT) or ())
    found = own.of_initiative(initiative).first()
    if found is None:
        raise Http404
    return found


def may_answer_for(request, initiative, partner) -> bool:
    """Whether somebody who reads of this partner may also answer for it. Raises Http404 for whoever may not read it."""
    may_answer = request.membership.can(Can.CONSENT, partner)
    if not may_answer and not _is_staff(request):
        raise Http404
    if not Participation.objects.filter(initiative=initiative, partner=partner).exists():
        raise Http404
    return may_answer


def _is_staff(request) -> bool:
    return request.membership.can(Can.PUBLISH) or request.membership.can(Can.RELEASE)


@member_can(READERS)
@require_safe
def consent_list(request, initiative):
    """A lead's own partner; for staff, how far every partner has agreed."""
    if (own := own_partner(request, initiative)) is not None:
        return redirect("measures:consent", request.tenant.slug, initiative.slug, own.code)
    context = {"initiative": initiative, "rows": _by_audience(initiative), "audiences": Audience.choices}
    return render(request, "measures/consent_list.html", context)


def _by_audience(initiative) -> list:
    """(partner, for each audience its label and to how many indicators the partner agreed)."""
    return [(one.partner, list(zip(Audience.labels, one.counts, strict=True))) for one in answered(initiative)]


@member_can(READERS)
def consent_form(request, initiative, partner):
    """Each indicator with a tick for each audience. Staff read it; the partner's lead alone may change it."""
    may_change = may_answer_for(request, initiative, partner)
    asked = asked_of(initiative, partner)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        said = {
            (one.indicator.pk, audience)
            for one in asked
            for audience in Audience.values
            if request.POST.get(f"{one.indicator.slug}-{audience}")
        }
        given, ended = consent(
            initiative=initiative, partner=partner, said=said, asked=[one.indicator.pk for one in asked],
            by=request.membership,
        )  # fmt: skip
        if given or ended:
            messages.success(request, _("Saved. It counts from the next publication on."))
        return redirect("measures:consent", request.tenant.slug, initiative.slug, partner.code)
    context = {
        "initiative": initiative,
        "partner": partner,
        "may_change": may_change,
        "audiences": Audience.choices,
        "rows": [
            (one.indicator, [(value, label, value in one.audiences) for value, label in Audience.choices])
            for one in asked
        ],
    }
    return render(request, "measures/consent_form.html", context)
