"""The outbox: every mail of the tenant with what became of it, as staff read it in the browser."""

from __future__ import annotations

import re
from base64 import b64encode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backbone.access import member_can
from backbone.htmx import page_or_part
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from comms.models import Mail, Unreachable
from comms.selectors.bounced import unreachable
from comms.selectors.outbox import STUCK, counts, shown
from comms.services import bounces, ledger
from comms.services.pictures import contents
from comms.services.wire import picture_kind

ON_A_PAGE = 50
ADDRESSES = 50

# The HTML of a mail is looked at in a frame of its own that may load and run nothing.
HTML_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


STATES = (*Mail.Status.values, STUCK)


@member_can(Can.READ_SETTINGS)
@require_GET
def mail_list(request, initiative):
    """Newest first, of one kind or in one state where the address says so; and the addresses that take no mail."""
    kind, status = request.GET.get("kind", ""), request.GET.get("state", "")
    kind = kind if kind in Mail.Kind.values else ""
    status = status if status in STATES else ""
    page = page_of(request, shown(kind, status, timezone.now()), ON_A_PAGE)
    context = {
        "initiative": initiative,
        "page": page,
        "kind": kind,
        "state": status,
        "kinds": Mail.Kind.choices,
        "states": [*Mail.Status.choices, (STUCK, _("Waiting for long"))],
        "counts": counts(timezone.now()),
        "addresses": unreachable()[:ADDRESSES],
        "is_delivered": bool(settings.DELIVERY),
    }
    return page_or_part(request, "comms/mail_list.html", "comms/_mail_rows.html", context)


@member_can(Can.READ_SETTINGS)
@require_GET
def mail(request, initiative, mail: int):
    """One mail: what became of it, its headers, its words."""
    found = _mail(mail)
    is_readable = _is_readable(request, found)
    context = {
        "initiative": initiative,
        "mail": found,
        "is_readable": is_readable,
        "text": _without_way_out(found.text) if is_readable else "",
        "headers": _headers(found),
        "may_send_again": found.may_go_again,
        "is_delivered": bool(settings.DELIVERY),
    }
    return render(request, "comms/mail.html", context)


@member_can(Can.READ_SETTINGS)
@require_GET
def mail_html(request, initiative, mail: int):
    """The mail as its reader sees it, for the frame on its page."""
    found = _mail(mail)
    if not found.html or not _is_readable(request, found):
        raise Http404
    response = HttpResponse(_with_pictures(found, _without_way_out(found.html)))
    response["Content-Security-Policy"] = HTML_POLICY
    return response


@member_can(Can.READ_SETTINGS)
@require_POST
def mail_again(request, initiative, mail: int):
    """Send a mail once more that failed, whose fate is not known, or that waits; from its page, or from a list."""
    found = _mail(mail)
    try:
        ledger.send_again(mail=found, by=request.membership)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, say(problem))
    else:
        messages.success(request, _("The mail to %(to)s is on its way again.") % {"to": found.to_email})
    if "state" in request.POST:
        return redirect(_list_address(request, initiative))
    return redirect("comms:mail", request.tenant.slug, initiative.slug, found.pk)


@member_can(Can.READ_SETTINGS)
@require_POST
def address_again(request, initiative, address: int):
    """Write again to an address from which mail came back."""
    found = _address(address)
    bounces.try_again(address=found, by=request.membership)
    messages.success(request, _("Mail to %(email)s is sent again from now on.") % {"email": found.email})
    return redirect("comms:mail-list", request.tenant.slug, initiative.slug)


def _mail(pk: int) -> Mail:
    found = Mail.objects.filter(pk=pk).select_related("recipient", "again_by").first()
    if found is None:
        raise Http404
    return found


def _is_readable(request, mail: Mail) -> bool:
    """A letter may hold a secret, an invitation's link: it is read here only where it cannot be read elsewhere."""
    if mail.kind != Mail.Kind.LETTER:
        return True
    return not settings.DELIVERY and request.membership.can(Can.CHANGE_SETTINGS)


def _headers(mail: Mail) -> list[tuple[str, str]]:
    """The headers as they were sent, without the way out, which is the reader's alone."""
    own = [(name, value) for name, value in mail.headers.items() if name != "List-Unsubscribe"]
    return [("Message-ID", mail.message_id), *own]


_WAY_OUT = re.compile(r"https?://[^\s\"'<>]+/u/[^\s\"'<>]+")


def _without_way_out(words: str) -> str:
    """The words with the reader's own links to their choices dead: they work for whoever holds them."""
    return _WAY_OUT.sub("#", words)


def _with_pictures(mail: Mail, html: str) -> str:
    """The HTML with the mail's pictures in it, where it names them as parts of itself."""
    found = contents([sha256 for _cid, sha256 in mail.images])
    for cid, sha256 in mail.images:
        media_type, _name = picture_kind(cid, found[sha256])
        data = b64encode(found[sha256]).decode()
        html = html.replace(f"cid:{cid}", f"data:{media_type};base64,{data}")
    return html


def _address(pk: int) -> Unreachable:
    found = Unreachable.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _list_address(request, initiative) -> str:
    """The list that a form was sent from, in the state that it showed."""
    state = request.POST.get("state", "")
    query = f"?state={state}" if state in STATES else ""
    return reverse("comms:mail-list", args=[request.tenant.slug, initiative.slug]) + query
