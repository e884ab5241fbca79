"""When a mail is due, what names it, and what a mail server's answer means. Pure: no Django, no clock.

Every question takes the instant it is asked about, aware of its zone, and the reader's zone.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MORNING, EVENING = 8, 20  # hours on the reader's clock: planned from 08:00, and no longer after 20:00
SOON_DAYS, LATE_DAYS, WEEK = 5, 3, 7
STALE_DAYS = 3

# Minutes until a mail is offered again after the first, second, third and fourth time that the server put it off.
BACK_OFF = (1, 5, 15, 60)
UNREACHABLE = 5  # minutes until a server that did not answer, or refused the login, is asked again

SUBJECT_LENGTH = 200


class Outcome(StrEnum):
    """What a server's answer to one mail means for it."""

    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


def local(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone))


def is_waking(now: datetime, zone: str) -> bool:
    """Whether a day's mails may be planned: from 08:00 to 20:00 where the reader is; a missed morning is caught up."""
    return MORNING <= local(now, zone).hour < EVENING


def week_key(day: date) -> str:
    """A day's ISO week: the 1st of January 2027 lies in 2026-W53."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def monday_of(key: str) -> date:
    """The Monday of a week key."""
    year, week = key.split("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def digest_due(now: datetime, zone: str) -> str | None:
    """The week whose digest may be planned now: from Monday 08:00 on the reader's clock until it would be stale."""
    here = local(now, zone)
    key = week_key(here.date())
    return key if is_waking(now, zone) and not is_stale(monday_of(key), now, zone) else None


def is_stale(day: date, now: datetime, zone: str) -> bool:
    """Whether what was to be sent on a day is too old to be news: three days after that day's morning."""
    return local(now, zone).replace(tzinfo=None) >= datetime.combine(day, time(MORNING)) + timedelta(days=STALE_DAYS)


def stage(due: date, closes: date | None, today: date) -> str | None:
    """Which reminder of a thing is in force: "soon", "due", "late-0", "late-1"…, or None before and after.

    Soon is from five days before, due from the day itself, late from three days after, and then once a week until the
    day after which nobody can file any more. Whoever missed the first day of a stage is reminded on a later one.
    """
    if closes is not None and today > closes:
        return None
    if today >= due + timedelta(days=LATE_DAYS):
        return f"late-{((today - due).days - LATE_DAYS) // WEEK}"
    if today >= due:
        return "due"
    if today >= due - timedelta(days=SOON_DAYS):
        return "soon"
    return None


def is_late(stage: str) -> bool:
    return stage.startswith("late")


def retry_in(attempts: int, chance: float) -> timedelta | None:
    """How long a mail waits after its so-maniest attempt was put off; None when it is given up.

    `chance` between 0 and 1 spreads them by a fifth, so that a thousand do not come back in the same second.
    """
    if attempts > len(BACK_OFF):
        return None
    return timedelta(minutes=BACK_OFF[attempts - 1]) * (0.9 + 0.2 * chance)


def outcome(code: int | None) -> Outcome:
    """What an SMTP reply to one mail means; None, or a number that is no refusal, leaves unknown
    whether it arrived."""
    if code is None or not 400 <= code < 600:
        return Outcome.UNKNOWN
    return Outcome.RETRY if code < 500 else Outcome.FAILED


def message_id(tenant_id: int, kind: str, recipient: str, period_key: str, domain: str) -> str:
    """The Message-ID of a mail: the same whenever it is sent, so that mail stores fold a copy."""
    name = "\0".join([str(tenant_id), kind, recipient, period_key])
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}>"


def one_line(text: str, length: int = SUBJECT_LENGTH) -> str:
    """A text as one line of a header: no line break of any kind, no control or direction mark, at most `length`."""
    plain = "".join(
        " " if unicodedata.category(one) in ("Zl", "Zp") or one in "\r\n\t\v\f\x85" else one
        for one in text
        if one in "\r\n\t\v\f\x85" or unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )
    plain = " ".join(plain.split())
    return plain if len(plain) <= length else plain[: length - 1] + "…"
