"""Webhooks: which systems are told what, and whether it arrived. For backbone admins."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, sent_row
from backbone.forms.people import refuse
from backbone.forms.webhooks import EVENT_WORDS, WebhookForm
from backbone.models import Delivery, Webhook
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.services import webhooks
from backbone.wording import say

ON_A_PAGE = 50


@member_can(Can.CHANGE_SETTINGS)
@require_safe
def webhook_list(request):
    """Those that are told something, and those that were."""
    rows = Webhook.objects.select_related("by").order_by("ended_at", "name")
    words = dict(EVENT_WORDS)
    context = {"webhooks": [(row, [words[event] for event in row.events if event in words]) for row in rows]}
    return render(request, "backbone/webhook_list.html", context)


@member_can(Can.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request):
    """GET asks; POST makes it and shows its secret, this once."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = webhooks.make(by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            return render(request, "backbone/webhook_made.html", {"webhook": made, "secret": secret})
    context = {"form": form, "crumbs": [(_("Webhooks"), reverse("backbone:webhook-list", args=[request.tenant.slug]))]}
    return render(request, "backbone/webhook_new.html", context, status=422 if form.is_bound else 200)


@member_can(Can.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request, webhook: int):
    """One webhook with what was sent. POST ends it, or sends once more what was given up."""
    found = Webhook.objects.filter(pk=webhook).select_related("by").first()
    if found is None:
        raise Http404
    deliveries = Delivery.objects.filter(webhook=found)
    if request.method == "POST":
        try:
            if request.POST.get("form") == "again":
                webhooks.again(delivery=sent_row(request, deliveries), by=request.membership)
                messages.success(request, _("It is on its way again."))
            elif request.POST.get("form") == "end":
                webhooks.end(webhook=found, by=request.membership)
                messages.success(request, _("Nothing is told to it any more."))
            else:
                raise Http404
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, say(problem))
        return redirect("backbone:webhook", request.tenant.slug, found.pk)
    context = {
        "webhook": found,
        "page": page_of(request, deliveries, ON_A_PAGE),
        "crumbs": [(_("Webhooks"), reverse("backbone:webhook-list", args=[request.tenant.slug]))],
    }
    return render(request, "backbone/webhook.html", context)
