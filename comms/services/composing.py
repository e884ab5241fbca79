"""A mail's words: text and HTML from templates, in the reader's language and on the reader's clock."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Any

import css_inline
from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from backbone.models import Initiative, Membership, Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader
from comms.services import ledger

SALT = "comms.unsubscribe"
DIGESTS, REMINDERS = "digests", "reminders"
_UNSUBSCRIBES = {Mail.Kind.DIGEST: DIGESTS, Mail.Kind.RELEASE: DIGESTS, Mail.Kind.REMINDER: REMINDERS}


def absolute(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def address(name: str, *args: Any) -> str:
    return absolute(reverse(name, args=args))


def page(name: str, initiative: Initiative, *args: Any) -> str:
    """The path of a page of an initiative, as it is kept beside what leads to it."""
    return reverse(name, args=[initiative.tenant.slug, initiative.slug, *args])


def unsubscribe_address(membership: Membership, what: str) -> str:
    """The signed link that stops one sort of mail to one person; it lasts as long as the mail is kept."""
    token = signing.dumps([membership.tenant_id, membership.pk, what], salt=SALT)
    return address("unsubscribe", token)


def mail_to(
    reader: Reader,
    tenant: Tenant,
    *,
    kind: str,
    template: str,
    period_key: str,
    subject: str,
    context: Mapping[str, Any],
    reply_to: str = "",
    **columns: Any,
) -> Mail:
    """A mail that is not yet written. Call it in `voice(reader)`, where the subject was made as well."""
    headers = {"From": formataddr((rules.one_line(tenant.name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))}
    if reply_to:
        headers["Reply-To"] = reply_to
    unsubscribe = ""
    if kind in _UNSUBSCRIBES:
        unsubscribe = unsubscribe_address(reader.membership, _UNSUBSCRIBES[kind])
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    whole = {
        "tenant": tenant,
        "accent": tenant.accent,
        "reader": reader.membership,
        "partners": sorted({partner.code for partner in reader.partners.values()}),
        "unsubscribe": unsubscribe,
        "account": address("backbone:account", tenant.slug),
        "subject": subject,
        **context,
    }
    text = render_to_string(f"comms/email/{template}.txt", whole).strip() + "\n"
    html = _inliner().inline(render_to_string(f"comms/email/{template}.html", whole))
    return ledger.draft(
        kind=kind, recipient=reader.membership, period_key=period_key, subject=subject, text=text, html=html,
        headers=headers, **columns,
    )  # fmt: skip


class voice:  # noqa: N801  reads as what it is: with voice(reader)
    """The reader's language and clock, for as long as a mail is put into words."""

    def __init__(self, reader: Reader):
        self._both = (translation.override(reader.locale), timezone.override(reader.zone))

    def __enter__(self) -> None:
        for one in self._both:
            one.__enter__()

    def __exit__(self, *raised: Any) -> None:
        for one in reversed(self._both):
            one.__exit__(*raised)


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
