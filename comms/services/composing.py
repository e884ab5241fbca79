"""A mail's words: text and HTML from templates, in the reader's language and on the reader's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from backbone.models import Initiative, Membership, Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader
from comms.selectors.wishes import NOTICES, RELEASES
from comms.services import ledger
from comms.services.pictures import Drawing, carried, logo_of
from comms.services.press import inliner

SALT = "comms.unsubscribe"
# What a link in a mail stops; every mail has a link that only leads to one's choices.
DIGESTS, REMINDERS, CHOICES = "digests", "reminders", "choices"
_STOPS: dict[str, str] = {
    Mail.Kind.DIGEST: DIGESTS,
    Mail.Kind.RELEASE: RELEASES,
    Mail.Kind.REMINDER: REMINDERS,
    Mail.Kind.NOTICE: NOTICES,
}


def absolute(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def address(name: str, *args: Any) -> str:
    return absolute(reverse(name, args=args))


def page(name: str, initiative: Initiative, *args: Any) -> str:
    """The path of a page of an initiative, as it is kept beside what leads to it."""
    return reverse(name, args=[initiative.tenant.slug, initiative.slug, *args])


def token_for(membership: Membership, what: str) -> str:
    """What a link in a mail to somebody is signed with: it stops one sort of mail and opens their choices, and lasts as
    long as the mail is kept."""
    return signing.dumps([membership.tenant_id, membership.pk, what], salt=SALT)


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
    pictures: Sequence[Drawing] = (),
    **columns: Any,
) -> Mail:
    """A mail that is not yet written. Call it in `voice(reader)`, where the subject was made as well."""
    sealed = sealed_for(reader, tenant, kind, reply_to)
    logo = logo_of(tenant)
    whole = {
        "tenant": tenant,
        "accent": tenant.accent,
        "logo": logo,
        "reader": reader.membership,
        "partners": sorted({partner.code for partner in reader.partners.values()}),
        "unsubscribe": sealed.unsubscribe,
        "choose": sealed.choose,
        "subject": subject,
        **context,
    }
    text = render_to_string(f"comms/email/{template}.txt", whole).strip() + "\n"
    html = inliner().inline(render_to_string(f"comms/email/{template}.html", whole))
    return ledger.draft(
        kind=kind, recipient=reader.membership, period_key=period_key, subject=subject, text=text, html=html,
        headers=sealed.headers, images=carried(logo, *pictures), **columns,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is one reader's own in a mail: its headers, and the token and addresses of the way out."""

    headers: dict[str, str]
    token: str
    stops: bool

    @property
    def choose(self) -> str:
        return address("choose-mail", self.token)

    @property
    def unsubscribe(self) -> str:
        return address("unsubscribe", self.token) if self.stops else ""


def sealed_for(reader: Reader, tenant: Tenant, kind: str, reply_to: str = "") -> Sealed:
    headers = {"From": formataddr((rules.one_line(tenant.name), ledger.own_address()))}
    if reply_to:
        headers["Reply-To"] = reply_to
    found = Sealed(headers, token_for(reader.membership, _STOPS.get(kind, CHOICES)), kind in _STOPS)
    if found.stops:
        headers["List-Unsubscribe"] = f"<{found.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


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
