"""The tenant's settings, and one's own account in this tenant."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can
from backbone.forms.people import AccountForm, refuse
from backbone.forms.settings import KeptForm, LogoForm, SettingsForm
from backbone.look.accent import legible
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.roles import Can
from backbone.services import logos, members, tenants
from backbone.services.retention import outlook
from backbone.views.pictures import show_logo


@member_can(Can.READ_SETTINGS)
def tenant_settings(request):
    """Staff read them, a backbone admin changes them."""
    form, is_saved = _filled_in(request, SettingsForm)
    if is_saved:
        messages.success(request, _("The settings are saved."))
        return redirect("backbone:settings", request.tenant.slug)
    accent = form["accent"].value()
    context = {
        "form": form,
        "may_change": request.membership.can(Can.CHANGE_SETTINGS),
        "accents": [(_("on paper"), legible(accent)), (_("on a dark screen"), legible(accent, is_dark=True))],
    }
    return render(request, "backbone/settings.html", context, status=422 if form.is_bound else 200)


def _filled_in(request, form_class: type[ModelForm]) -> tuple[ModelForm, bool]:
    """A form of the tenant's settings, locked for who only reads them; and whether what was sent is saved."""
    may_change = request.membership.can(Can.CHANGE_SETTINGS)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    tenant = Tenant.objects.get(pk=request.tenant.pk)  # the form writes on it, and the frame shows the other
    form = form_class(request.POST or None, instance=tenant)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if request.method != "POST" or not form.is_valid():
        return form, False
    try:
        tenants.change_settings(tenant=request.tenant, by=request.membership, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return form, False
    return form, True


@member_can(Can.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def logo_settings(request):
    """The picture beside the organization's name. POST sets or removes it."""
    sent = request.POST.get("form") if request.method == "POST" else None
    form = LogoForm(request.POST, request.FILES) if sent == "set" else LogoForm()
    try:
        if sent == "remove":
            logos.remove(tenant=request.tenant, by=request.membership)
            messages.success(request, _("The name stands alone again."))
            return redirect("backbone:logo-settings", request.tenant.slug)
        if sent == "set" and form.is_valid():
            logos.put(tenant=request.tenant, by=request.membership, content=form.cleaned_data["logo"].read())
            messages.success(request, _("The logo is set."))
            return redirect("backbone:logo-settings", request.tenant.slug)
    except Refused as refused:
        refuse(form, refused)
    if sent not in (None, "set", "remove"):
        raise Http404
    context = {"form": form, "crumbs": [(_("Settings"), reverse("backbone:settings", args=[request.tenant.slug]))]}
    return render(request, "backbone/logo.html", context, status=422 if form.is_bound else 200)


@member_can(None)
@require_safe
def logo(request, sha256: str):
    """The picture itself, for the tenant's people; its address changes with it, so browsers may keep it."""
    return show_logo(request.tenant, sha256, "private")


@member_can(Can.READ_SETTINGS)
def retention_settings(request):
    """What is kept for how long, what goes tonight and soon, and what never goes. A backbone admin changes it."""
    form, is_saved = _filled_in(request, KeptForm)
    if is_saved:
        messages.success(request, _("It is kept so long from now on. What is older goes tonight."))
        return redirect("backbone:retention", request.tenant.slug)
    context = {
        "form": form,
        "may_change": request.membership.can(Can.CHANGE_SETTINGS),
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
