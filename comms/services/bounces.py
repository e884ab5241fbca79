"""What a mail provider reports of addresses: mail that comes back, and complaints. Nothing more is sent there until
somebody of the staff says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from backbone import changes
from backbone.models import Entrance, Membership, Tenant
from backbone.problems import gettext_noop
from backbone.tenancy import tenant_scope
from comms.models import Mail, Unreachable

changes.register_verbs(
    {
        "address.bounced": gettext_noop("Mail to {email} came back: {words}"),
        "address.complained": gettext_noop("Somebody at {email} called a mail spam"),
        "address.tried_again": gettext_noop("{by} had mail sent to {email} again"),
    }
)

REMEMBERED = timedelta(days=30)  # how old a mail may be that a report is about
WORDS_LENGTH = 300
_VERBS = {Unreachable.Why.BOUNCED: "address.bounced", Unreachable.Why.COMPLAINED: "address.complained"}


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a provider. `tenant_id` and `mail_id` are what we gave along with the mail, where it gives them back;
    `message_id` is the mail's own name, or the provider's for it."""

    email: str
    why: str
    words: str = ""
    message_id: str = ""
    tenant_id: int | None = None
    mail_id: int | None = None
    at: datetime | None = None


def take(report: Report) -> int:
    """Mark the address in each tenant that wrote there; returns in how many. Outside any scope.

    A report about a mail that nobody here sent marks nothing.
    """
    marked = 0
    for tenant_id in _tenants(report):
        with tenant_scope(tenant_id):
            mail = _mail(report)
            if mail is not None:
                mark(email=report.email, why=report.why, words=report.words, mail=mail)
                marked += 1
    return marked


@transaction.atomic
def mark(*, email: str, why: str, words: str = "", mail: Mail | None = None) -> None:
    """Write down that an address takes no mail; what was known already stays as it is."""
    email, words = email.lower(), " ".join(words.split())[:WORDS_LENGTH]
    row = Unreachable(email=email, why=why, words=words, mail=mail, at=timezone.now())
    if Unreachable.objects.filter(email=email).exists():
        return
    Unreachable.objects.bulk_create([row], ignore_conflicts=True)
    changes.record(_VERBS[Unreachable.Why(why)], on="address", by=None, email=email, words=words)


@transaction.atomic
def try_again(*, address: Unreachable, by: Membership) -> None:
    """Write there again from now on. What was left out meanwhile is not made up for; the next digest tells it."""
    Unreachable.objects.filter(pk=address.pk).delete()
    changes.record("address.tried_again", on="address", by=by, email=address.email)


def _tenants(report: Report) -> Iterable[int]:
    """Whose mail it can be: that of the tenant that the mail said, else of those where the address has a login."""
    if report.tenant_id is not None:
        return Tenant.objects.filter(pk=report.tenant_id).values_list("pk", flat=True)
    entrances = Entrance.objects.filter(user__email=report.email.lower())
    return list(entrances.order_by("tenant").values_list("tenant_id", flat=True))


def _mail(report: Report) -> Mail | None:
    """The mail that a report is about, of the active tenant."""
    mails = Mail.objects.filter(to_email__iexact=report.email, created_at__gte=timezone.now() - REMEMBERED)
    if report.mail_id is not None:
        return mails.filter(pk=report.mail_id).first()
    name = report.message_id.strip("<>")
    own = mails.filter(message_id=f"<{name}>").first() if name else None
    return own or mails.filter(sent_at__isnull=False).order_by("-sent_at").first()
