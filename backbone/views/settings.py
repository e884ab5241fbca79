"""The tenant's settings, and one's own account in this tenant."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backbone.access import member_can
from backbone.forms.people import AccountForm, refuse
from backbone.forms.settings import KeptForm, SettingsForm
from backbone.look.accent import legible
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.roles import Can
from backbone.services import members, tenants
from backbone.services.retention import outlook


@member_can(Can.READ_SETTINGS)
def tenant_settings(request):
    """Staff read them, a backbone admin changes them."""
    may_change = request.membership.can(Can.CHANGE_SETTINGS)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    tenant = Tenant.objects.get(pk=request.tenant.pk)  # the form writes on it, and the frame shows the other
    form = SettingsForm(request.POST or None, instance=tenant)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            tenants.change_settings(tenant=request.tenant, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("backbone:settings", request.tenant.slug)
    accent = form["accent"].value()
    context = {
        "form": form,
        "may_change": may_change,
        "accents": [(_("on paper"), legible(accent)), (_("on a dark screen"), legible(accent, is_dark=True))],
    }
    return render(request, "backbone/settings.html", context, status=422 if form.is_bound else 200)


@member_can(Can.READ_SETTINGS)
def retention_settings(request):
    """What is kept for how long, what goes tonight and soon, and what never goes. A backbone admin changes it."""
    may_change = request.membership.can(Can.CHANGE_SETTINGS)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    tenant = Tenant.objects.get(pk=request.tenant.pk)  # as above
    form = KeptForm(request.POST or None, instance=tenant)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            tenants.change_settings(tenant=request.tenant, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("It is kept so long from now on. What is older goes tonight."))
            return redirect("backbone:retention", request.tenant.slug)
    context = {
        "form": form,
        "may_change": may_change,
        "outlook": outlook(request.tenant, timezone.now()),
        "crumbs": [(_("Settings"), reverse("backbone:settings", args=[request.tenant.slug]))],
    }
    return render(request, "backbone/retention.html", context, status=422 if form.is_bound else 200)


@member_can(None)
def account(request):
    """One's own name, clock, language and mail in this tenant; the login itself is django-allauth's."""
    form = AccountForm(request.POST or None, instance=request.membership)
    if request.method == "POST" and form.is_valid():
        members.change_own(membership=request.membership, **form.cleaned_data)
        messages.success(request, _("Your account is saved."))
        return redirect("backbone:account", request.tenant.slug)
    return render(request, "backbone/account.html", {"form": form}, status=422 if form.is_bound else 200)
