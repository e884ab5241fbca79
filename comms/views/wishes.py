"""What a person wants by mail: a page of their account, and the same behind the signed link in each mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from backbone.access import anonymous_allowed, member_can
from backbone.forms.people import refuse
from backbone.models import Membership, Tenant
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from comms.forms.wishes import AwayForm, WishesForm
from comms.models import Away
from comms.selectors.bounced import is_unreachable
from comms.services import preferences


@member_can(None)
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request):
    """How often, at what hour, which mails at all; and when one is away."""
    form = WishesForm(request.POST or None, membership=request.membership)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("What you get is saved."))
        return redirect("inbox:wishes", request.tenant.slug)
    return _page(request, form, AwayForm(membership=request.membership))


@member_can(None)
@require_POST
def away_new(request):
    """Be away for some days."""
    form = AwayForm(request.POST, membership=request.membership)
    if form.is_valid():
        try:
            preferences.go_away(membership=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("You get no routine mail on those days."))
            return redirect("inbox:wishes", request.tenant.slug)
    return _page(request, WishesForm(None, membership=request.membership), form)


@member_can(None)
@require_POST
def away_end(request, away: int):
    """Be back, or do not go."""
    found = Away.objects.filter(member=request.membership, pk=away).select_related("member").first()
    if found is None:
        raise Http404
    preferences.come_back(away=found)
    messages.success(request, _("You get your mail as before."))
    return redirect("inbox:wishes", request.tenant.slug)


@anonymous_allowed
@require_http_methods(["GET", "HEAD", "POST"])
def choose_by_link(request, token: str):
    """The same choices for whoever holds the link of a mail; names nobody else, and needs no sign-in."""
    said = preferences.read_token(token)
    if said is None:
        raise Http404
    with tenant_scope(said.tenant_id):
        membership = Membership.objects.filter(pk=said.membership_id, is_active=True).first()
        if membership is None or not membership.current_grants:
            raise Http404
        tenant = Tenant.objects.get(pk=said.tenant_id)
        with override(membership.locale or tenant.locale):
            form = WishesForm(request.POST or None, membership=membership)
            is_done = form.is_bound and form.is_valid()
            if is_done:
                form.save()
            context = {"form": form, "is_done": is_done, "name": tenant.name, "email": membership.email}
            return render(
                request, "comms/wishes_by_link.html", context, status=422 if form.is_bound and not is_done else 200
            )


def _page(request, form: WishesForm, away_form: AwayForm):
    today = request.tenant.day()
    context = {
        "form": form,
        "away_form": away_form,
        "absences": Away.objects.filter(member=request.membership, ends_on__gte=today).select_related("deputy"),
        "is_unreachable": is_unreachable(request.membership.email),
    }
    return render(request, "comms/wishes.html", context, status=422 if form.errors or away_form.errors else 200)
