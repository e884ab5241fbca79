"""The outbox: every mail of the tenant with what became of it, as staff read it in the browser."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backbone.access import member_can
from backbone.htmx import page_or_part
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from comms.models import Mail
from comms.selectors.outbox import counts, shown
from comms.services import ledger

ON_A_PAGE = 50

# The HTML of a mail is looked at in a frame of its own that may load and run nothing.
HTML_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@member_can(Can.READ_SETTINGS)
@require_GET
def mail_list(request, initiative):
    """Newest first, of one kind or in one state where the address says so."""
    kind, status = request.GET.get("kind", ""), request.GET.get("state", "")
    kind = kind if kind in Mail.Kind.values else ""
    status = status if status in Mail.Status.values else ""
    page = Paginator(shown(kind, status), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "initiative": initiative,
        "page": page,
        "kind": kind,
        "state": status,
        "kinds": Mail.Kind.choices,
        "states": Mail.Status.choices,
        "counts": counts(),
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
        "text": _without_way_out(found, found.text) if is_readable else "",
        "headers": _headers(found),
        "may_send_again": found.status in (Mail.Status.FAILED, Mail.Status.UNKNOWN),
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
    response = HttpResponse(_without_way_out(found, found.html))
    response["Content-Security-Policy"] = HTML_POLICY
    return response


@member_can(Can.READ_SETTINGS)
@require_POST
def mail_again(request, initiative, mail: int):
    """Send a mail once more that failed, or whose fate is not known."""
    found = _mail(mail)
    try:
        ledger.send_again(mail=found, by=request.membership)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, say(problem))
    else:
        messages.success(request, _("The mail to %(to)s is on its way again.") % {"to": found.to_email})
    return redirect("comms:mail", request.tenant.slug, initiative.slug, found.pk)


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


def _without_way_out(mail: Mail, words: str) -> str:
    """The words with the reader's own unsubscribe link dead: it works for whoever holds it."""
    link = mail.headers.get("List-Unsubscribe", "").strip("<>")
    return words.replace(link, "#") if link else words
