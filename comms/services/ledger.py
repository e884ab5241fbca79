"""The ledger: planning mails, and the sender's marks in it. Every function works in the scope that is open.

What a mail is (kind, recipient, period) is unique, so planning twice, or two at once, adds it once. A sender claims
rows, says when it hands one over, and writes down what came of it, each in a transaction of its own.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache, partial

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from backbone import changes
from backbone.models import Membership
from backbone.nudging import nudge
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tenancy import active_tenant_id, write_at_once
from comms import rules
from comms.models import Mail
from comms.models.mail import MOVED, UNSENDABLE

changes.register_verbs({"mail.sent_again": gettext_noop("{by} had a mail to {to} sent again")})

DELIVER = "comms.tasks.deliver"
BATCH = 50
# Longer than a worker may live on one task, so that whoever held it is gone.
LEASE = timedelta(seconds=settings.MAIL_LEASE)

Status = Mail.Status


@cache
def _address(sender: str) -> str:
    return parseaddr(sender)[1]


def own_address() -> str:
    """The address that mails come from, without the name before it."""
    return _address(settings.DEFAULT_FROM_EMAIL)


def draft(
    *,
    kind: str,
    recipient: Membership | None,
    period_key: str,
    subject: str,
    text: str,
    html: str = "",
    to: str = "",
    headers: dict[str, str] | None = None,
    calendar: str = "",
    about: Sequence = (),
    images: Sequence = (),
    status: str = Status.PENDING,
    now: datetime | None = None,
) -> Mail:
    """A mail that is not yet written, with its Message-ID."""
    to = to or recipient.email
    domain = own_address().rpartition("@")[2] or "localhost"
    whom = str(recipient.pk) if recipient is not None else to
    return Mail(
        kind=kind,
        recipient=recipient,
        to_email=to,
        period_key=period_key,
        subject=rules.one_line(subject),
        text=text,
        html=html,
        calendar=calendar,
        headers={name: rules.one_line(value, 900) for name, value in (headers or {}).items()},
        about=list(about),
        images=list(images),
        message_id=rules.message_id(active_tenant_id(), kind, whom, period_key, domain),
        status=status,
        created_at=now or timezone.now(),
        next_attempt_at=now or timezone.now(),
    )


def plan(mails: Sequence[Mail]) -> None:
    """Write these mails, in one statement; those that were planned before stay as they are."""
    if mails:
        Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)


def post(*, to: str, subject: str, text: str, html: str = "", headers: dict[str, str] | None = None) -> Mail:
    """Write one mail that somebody asked for just now, and have it sent after the commit."""
    mail = draft(
        kind=Mail.Kind.LETTER, recipient=None, to=to, period_key=uuid.uuid4().hex,
        subject=subject, text=text, html=html, headers=headers,
    )  # fmt: skip
    mail.save()
    send_soon()
    return mail


def send_soon() -> None:
    """Ask a worker to send what waits, once this is committed; the next tick finds it otherwise."""
    transaction.on_commit(partial(nudge, DELIVER, active_tenant_id()))


def begin(kind: str, period_key: str) -> bool:
    """Whether this is the first time that something is planned; whoever plans it at the same time waits, and hears no.

    Undone with the transaction, so that what failed half way is planned again.
    """
    with transaction.get_connection().cursor() as cursor:
        statement = (
            "INSERT INTO comms_run (tenant_id, kind, period_key, made_at) VALUES (%s, %s, %s, now()) "
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute(statement, [active_tenant_id(), kind, period_key])
        return cursor.rowcount == 1


def recover(now: datetime) -> None:
    """What senders that died left behind: before the hand-off it waits again, and does not count as tried; after it nobody
    knows."""
    expired = Mail.objects.filter(status=Status.SENDING, lease_until__lt=now)
    not_tried = {"attempts": Greatest(F("attempts"), 1) - 1}
    expired.filter(handoff_at=None).update(status=Status.PENDING, claim=None, lease_until=None, **not_tried)
    expired.exclude(handoff_at=None).update(status=Status.UNKNOWN, claim=None, lease_until=None)


def waits(now: datetime) -> bool:
    """Whether there is anything to send or to recover, and nobody is at it."""
    open_rows = Mail.objects.filter(status__in=[Status.PENDING, Status.SENDING])
    if open_rows.filter(status=Status.SENDING, lease_until__gte=now).exists():
        return False
    return open_rows.filter(next_attempt_at__lte=now).exists()


def claim(now: datetime, most: int = BATCH) -> list[Mail]:
    """Take up to so many mails that are due, which no other sender has; they are ours until the lease runs out."""
    due = Mail.objects.filter(status=Status.PENDING, next_attempt_at__lte=now)
    mails = list(due.select_for_update(skip_locked=True).order_by("next_attempt_at", "pk")[:most])
    if not mails:
        return []
    token = uuid.uuid4()
    ours = {"status": Status.SENDING, "claim": token, "lease_until": now + LEASE, "handoff_at": None}
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**ours, attempts=F("attempts") + 1)
    for mail in mails:
        mail.claim, mail.attempts, mail.status = token, mail.attempts + 1, Status.SENDING
    return mails


def _claimed(mail: Mail):
    """The row, as long as this sender still holds it."""
    return Mail.objects.filter(pk=mail.pk, status=Status.SENDING, claim=mail.claim)


def hand_off(mail: Mail, now: datetime) -> bool:
    """Say that the mail is about to be handed over, at once, outside any scope; False when the claim has passed to
    somebody else."""
    return _mark(mail, "handoff_at = %s, lease_until = %s", [now, now + LEASE])


def _mark(mail: Mail, columns: str, values: list, *, is_lasting: bool = True) -> bool:
    """Set columns of a row that this sender still holds, at once, outside any scope; False when it holds it no more.

    One that is not lasting does not wait for the disk. Should the database itself die in that half second, the mail is
    unknown, because its hand-off mark did wait.
    """
    statement = (
        f"UPDATE comms_mail SET {columns} WHERE tenant_id = %s AND id = %s AND status = 'sending' AND claim = %s"  # noqa: S608
    )
    values = [*values, mail.tenant_id, mail.pk, mail.claim]
    return write_at_once(mail.tenant_id, statement, values, is_lasting=is_lasting) == 1


def record(mail: Mail, code: int | None, now: datetime) -> None:
    """Write down the server's answer: put off and tried again, refused for good, or none."""
    meaning = rules.outcome(code)
    wait = rules.retry_in(mail.attempts, random.random()) if meaning is rules.Outcome.RETRY else None  # noqa: S311
    fields = {"smtp_code": rules.said(code), "claim": None, "lease_until": None}
    if meaning is rules.Outcome.UNKNOWN:
        fields["status"] = Status.UNKNOWN
    elif wait is not None:
        fields |= {"status": Status.PENDING, "handoff_at": None, "next_attempt_at": now + wait}
    else:
        fields["status"] = Status.FAILED
    _claimed(mail).update(**fields)


def record_sent(mail: Mail, now: datetime, code: str = "250") -> None:
    """It left, or is kept here where no mail server is set; at once, outside any scope. A letter that left may hold a secret, such as an
    invitation's token: its words are not kept."""
    columns = "status = 'sent', smtp_code = %s, sent_at = %s, claim = NULL, lease_until = NULL"
    if mail.kind == Mail.Kind.LETTER and settings.DELIVERY:
        columns += ", text = '', html = ''"
    _mark(mail, columns, [code, now], is_lasting=False)


def record_unsendable(mail: Mail) -> None:
    """This one cannot be put into the form of a mail; the others can."""
    _claimed(mail).update(status=Status.FAILED, smtp_code=UNSENDABLE, claim=None, lease_until=None)


def leave_out(mails: Iterable[Mail], code: str) -> None:
    """Not to be sent after all."""
    for mail in mails:
        _claimed(mail).update(status=Status.SKIPPED, smtp_code=code, claim=None, lease_until=None)


def withdraw(using: str) -> int:
    """The tenant was brought in from another database: what waits, or was just being sent there, is that one's to send, and
    two would send it twice. It counts as told. How many that are; a person may still have one sent from here."""
    waiting = Mail.objects.using(using).filter(status__in=[Status.PENDING, Status.SENDING])
    return waiting.update(status=Status.SKIPPED, smtp_code=MOVED, claim=None, lease_until=None, handoff_at=None)


def give_back(mails: Sequence[Mail]) -> None:
    """Not tried at all: the time was up. It does not count as an attempt."""
    for mail in mails:
        _claimed(mail).update(status=Status.PENDING, claim=None, lease_until=None, attempts=F("attempts") - 1)


def pause(mails: Sequence[Mail], code: int | None, now: datetime) -> None:
    """The server cannot be reached, or refuses the login: everything waits a while, and nothing counts as tried."""
    give_back(mails)
    wait = timedelta(minutes=rules.UNREACHABLE)
    waiting = Mail.objects.filter(status=Status.PENDING, next_attempt_at__lte=now)
    waiting.update(next_attempt_at=now + wait, smtp_code=rules.said(code) or rules.NO_ANSWER)


@transaction.atomic
def send_again(*, mail: Mail, by: Membership) -> Mail:
    """Have a mail sent once more that failed or whose fate is not known, whatever its age; or now rather than later.

    Raises Refused `mail.not_again` for any other.
    """
    row = Mail.objects.select_for_update().get(pk=mail.pk)
    if not row.may_go_again:
        text = gettext_noop("This mail is not one that failed: it would come twice.")
        raise Refused(Problem("mail.not_again", text))
    row.status, row.again_by, row.attempts, row.handoff_at = Status.PENDING, by, 0, None
    row.next_attempt_at, row.smtp_code = timezone.now(), ""
    row.save(update_fields=["status", "again_by", "attempts", "handoff_at", "next_attempt_at", "smtp_code"])
    changes.record("mail.sent_again", on=row, by=by, to=row.to_email)
    send_soon()
    return row
