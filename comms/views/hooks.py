"""Where the mail provider reports bounces and complaints. Whoever is not that provider finds nothing here."""

from __future__ import annotations

import logging
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import EventType, RejectReason, tracking
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from backbone.access import anonymous_allowed, sent_id
from comms.models import Unreachable
from comms.services import bounces

logger = logging.getLogger(__name__)

_COMES_BACK = {RejectReason.BOUNCED, RejectReason.INVALID, RejectReason.BLOCKED}


# The provider has no cookie of ours: what proves it is the secret, and its own signature where it has one.
@csrf_exempt
@anonymous_allowed
@require_http_methods(["HEAD", "POST"])
def mail_hook(request, provider: str):
    """One or many reports of the provider that this platform sends by; 404 for any other, and without the secret."""
    if provider != settings.EMAIL_PROVIDER or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    try:
        view = resolve(f"/{provider}/tracking/", urlconf="anymail.urls")
    except Resolver404:
        raise Http404 from None
    try:
        view.func(request, *view.args, **view.kwargs)
    except AnymailWebhookValidationFailure:
        logger.warning("Somebody who is not the mail provider reported to us.")
        raise Http404 from None
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.warning("A report of the mail provider could not be read.")
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@receiver(tracking, dispatch_uid="comms.bounces")
def told(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    """One report, in the words of anymail; one that is neither a bounce nor a complaint says nothing to us."""
    why = _why(event)
    if why is None or not event.recipient:
        return
    about = event.metadata or {}
    tenant_id, mail_id = sent_id(str(about.get("tenant"))), sent_id(str(about.get("mail")))
    report = bounces.Report(
        email=str(event.recipient)[:254], why=why, words=str(event.mta_response or event.description or ""),
        message_id=str(event.message_id or ""), tenant_id=tenant_id, mail_id=mail_id,
    )  # fmt: skip
    bounces.take(report)


def _why(event: Any) -> str | None:
    if event.event_type == EventType.COMPLAINED:
        return Unreachable.Why.COMPLAINED
    is_refusal = event.event_type in (EventType.BOUNCED, EventType.REJECTED)
    return Unreachable.Why.BOUNCED if is_refusal and event.reject_reason in _COMES_BACK else None
