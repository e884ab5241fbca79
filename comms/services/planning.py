"""What is due now, and what of it is still wanted when it is about to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from backbone.models import Tenant
from backbone.tenancy import active_tenant_id
from comms import rules
from comms.models import Mail
from comms.models.mail import GONE, RETURNS, STALE
from comms.selectors.bounced import unreachable_of
from comms.selectors.readers import Reader, readers
from comms.services import digests, ledger, notices, releases, reminders, returns


def _tell_of_returns(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    returns.plan(tenant, people, now)
    notices.tell(tenant, people, now)


def _tell_of_changes(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    notices.plan(tenant, people, now)
    releases.plan(tenant, people, now)


@dataclass(frozen=True, slots=True)
class Round:
    """Whom one round of planning is for, read once for all its steps."""

    tenant: Tenant
    people: Sequence[Reader]


def round_of(now: datetime) -> Round:
    tenant = Tenant.objects.get(pk=active_tenant_id())
    return Round(tenant, readers(tenant, now=now))


class Step(Protocol):
    def __call__(self, now: datetime, who: Round | None = None) -> None: ...


def _step(plan_kind: Callable[[Tenant, Sequence[Reader], datetime], None]) -> Step:
    def step(now: datetime, who: Round | None = None) -> None:
        who = who or round_of(now)
        plan_kind(who.tenant, who.people, now)

    return step


# Each writes everything of its kind that is due now into the ledger, and each belongs into a transaction of its own,
# so that one that fails does not hold up the others. Twice, or two at once, changes nothing.
# Digests come first: what they tell needs no mail of its own that day.
STEPS: tuple[Step, ...] = (_step(_tell_of_returns), _step(digests.plan), _step(reminders.plan), _step(_tell_of_changes))


def still_wanted(mails: Sequence[Mail], now: datetime) -> list[Mail]:
    """Those of a claimed batch that are to be sent; the others are left out, for good.

    Left out are mails to addresses that take none, to whoever is not here any more or has unsubscribed meanwhile,
    reminders of what was filed meanwhile, and news that is old. What somebody asked to have sent again is sent.
    """
    dead = unreachable_of([mail.to_email for mail in mails])
    wanted, returning, asked_for = [], [], []
    for mail in mails:
        if mail.again_by_id is not None:
            wanted.append(mail)
        elif mail.to_email.lower() in dead:
            returning.append(mail)
        else:
            (asked_for if mail.kind in _ASKED_AGAIN else wanted).append(mail)
    ledger.leave_out(returning, RETURNS)
    if not asked_for:
        return wanted
    tenant = Tenant.objects.get(pk=active_tenant_id())
    people = {reader.pk: reader for reader in readers(tenant, {mail.recipient_id for mail in asked_for}, now)}
    gone, stale, open_ones = [], [], []
    for mail in asked_for:
        reader = people.get(mail.recipient_id)
        if reader is None or not _wants(reader, mail):
            gone.append(mail)
        elif rules.is_stale(_day_of(mail), now, reader.zone):
            stale.append(mail)
        else:
            open_ones.append(mail)
    ledger.leave_out(gone, GONE)
    ledger.leave_out(stale, STALE)
    about_reports = [mail for mail in open_ones if mail.kind == Mail.Kind.REMINDER]
    wanted += [mail for mail in open_ones if mail.kind != Mail.Kind.REMINDER]
    if about_reports:
        wanted += reminders.still_owed(tenant, people, about_reports, now)
    return sorted(wanted, key=lambda mail: mail.pk)


_ASKED_AGAIN = (Mail.Kind.DIGEST, Mail.Kind.REMINDER)


def _wants(reader: Reader, mail: Mail) -> bool:
    member = reader.membership
    return member.wants_digest if mail.kind == Mail.Kind.DIGEST else member.wants_reminders


def _day_of(mail: Mail) -> date:
    return rules.day_of(mail.period_key)
