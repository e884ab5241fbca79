"""API keys: one's own, and everybody's for a backbone admin."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backbone.access import member_can
from backbone.forms.people import KeyForm, refuse
from backbone.models import APIKey
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import keys


@member_can(None)
def key_list(request):
    found = APIKey.objects.select_related("owner", "partner").order_by("-created_at")
    if Role.BACKBONE_ADMIN not in request.membership.roles:
        found = found.filter(owner=request.membership)
    context = {
        "keys": found,
        "role_labels": dict(Role.choices),
        "sees_all": Role.BACKBONE_ADMIN in request.membership.roles,
    }
    return render(request, "backbone/key_list.html", context)


@member_can(None)
def key_new(request):
    """GET asks, POST makes the key and shows it, this once."""
    form = KeyForm(request.POST or None, owner=request.membership)
    if request.method == "POST" and form.is_valid():
        grant, wishes = form.chosen_grant, form.cleaned_data
        try:
            key, token = keys.create(
                owner=request.membership,
                name=wishes["name"],
                role=grant.role,
                partner=grant.partner,
                scopes=wishes["scopes"],
                days=wishes["days"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            return render(request, "backbone/key_made.html", {"key": key, "token": token})
    context = {"form": form, "crumbs": [(_("API keys"), reverse("backbone:key-list", args=[request.tenant.slug]))]}
    return render(request, "backbone/key_new.html", context, status=422 if form.is_bound else 200)


@member_can(None)
@require_POST
def key_revoke(request, key: int):
    found = APIKey.objects.filter(pk=key).first()
    is_admin = Role.BACKBONE_ADMIN in request.membership.roles
    if found is None or (found.owner_id != request.membership.pk and not is_admin):
        raise Http404
    try:
        keys.revoke(key=found, by=request.membership)
    except Refused as refused:
        raise PermissionDenied from refused
    messages.success(request, _("The key “%(key)s” opens nothing any more.") % {"key": found.name})
    return redirect("backbone:key-list", request.tenant.slug)
