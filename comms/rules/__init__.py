"""When a mail is due, what names it, and what a mail server's answer means. Pure: no Django, no clock.

Every question takes the instant it is asked about, aware of its zone, and the reader's zone.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MORNING, EVENING = 8, 20  # hours on the reader's clock: outside them it is quiet, unless somebody wants it otherwise
SOON_DAYS, LATE_DAYS, WEEK = 5, 3, 7
STALE_DAYS = 3

# Minutes until a mail is offered again after the first, second, third and fourth time that the server put it off.
BACK_OFF = (1, 5, 15, 60)
# In place of an answer: the line broke before the end of a mail, so that no server can have taken it.
BROKEN_OFF = 499
NO_ANSWER = "no answer"
UNREACHABLE = 5  # minutes until a server that did not answer, or refused the login, is asked again

SUBJECT_LENGTH = 200


class Often(StrEnum):
    """How often a person wants to hear of something."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    OFF = "off"


CADENCES = (Often.DAILY, Often.WEEKLY, Often.MONTHLY)

# What a first bundle of each cadence looks back on, and what any does at the most.
FIRST = {Often.DAILY: timedelta(days=1), Often.WEEKLY: timedelta(days=7), Often.MONTHLY: timedelta(days=31)}
FURTHEST = {Often.DAILY: timedelta(days=7), Often.WEEKLY: timedelta(days=21), Often.MONTHLY: timedelta(days=70)}


class Outcome(StrEnum):
    """What a server's answer to one mail means for it."""

    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


def local(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone))


def is_open(now: datetime, zone: str, hour: int = MORNING) -> bool:
    """Whether a person's routine mails may be planned: from their hour on until 20:00, or until midnight where they
    chose a later one. What a quiet hour held back is caught up when it is over."""
    here = local(now, zone).hour
    return here >= hour and (here < EVENING or hour >= EVENING)


def week_key(day: date) -> str:
    """A day's ISO week: the 1st of January 2027 lies in 2026-W53."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def day_of(key: str) -> date:
    """The first day of what a key names: a day, an ISO week (its Monday) or a month."""
    if "-W" in key:
        year, week = key.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    return date.fromisoformat(key if len(key) > 7 else f"{key}-01")


def bundle_due(often: Often, now: datetime, zone: str, hour: int = MORNING) -> str | None:
    """The day, week or month whose bundle may be planned now: from the reader's hour on the first day of it until it
    would be stale; None outside those."""
    day = local(now, zone).date()
    if often is Often.OFF or not is_open(now, zone, hour):
        return None
    key = {Often.DAILY: day.isoformat(), Often.WEEKLY: week_key(day), Often.MONTHLY: f"{day:%Y-%m}"}[often]
    return None if is_stale(day_of(key), now, zone) else key


def week_starts(now: datetime, zone: str) -> datetime:
    """The instant at which the week that the reader is in began: Monday, midnight, on their clock."""
    here = local(now, zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) - timedelta(days=here.weekday())


def day_starts(now: datetime, zone: str) -> datetime:
    return local(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def may_mail(mailed: Iterable[datetime], now: datetime, zone: str, a_week: int) -> bool:
    """Whether one more routine mail stays within the budget: none yet today, and fewer than so many this week, both on
    the reader's calendar."""
    this_week = [at for at in mailed if week_starts(now, zone) <= at <= now]
    return len(this_week) < a_week and not any(at >= day_starts(now, zone) for at in this_week)


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
    late = (today - due).days  # nothing is added to a day: there is a last one, and people write it down
    if late >= LATE_DAYS:
        return f"late-{(late - LATE_DAYS) // WEEK}"
    if late >= 0:
        return "due"
    return "soon" if late >= -SOON_DAYS else None


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


def said(code: int | None) -> str:
    """A server's answer as it is kept beside a mail: its number, or that there was none."""
    if code is None:
        return ""
    return NO_ANSWER if code == BROKEN_OFF else str(code)


def message_id(tenant_id: int, kind: str, recipient: str, period_key: str, domain: str) -> str:
    """The Message-ID of a mail: the same whenever it is sent, so that mail stores fold a copy."""
    name = "\0".join([str(tenant_id), kind, recipient, period_key])
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}>"


def ended(sentence: str) -> str:
    """A sentence with its full stop; none after one that ends already, also where it ends inside what it quotes."""
    return sentence if sentence.rstrip('”»"’) ').endswith((".", "?", "!", "…")) else f"{sentence}."


def one_line(text: str, length: int = SUBJECT_LENGTH) -> str:
    """A text as one line of a header: no line break of any kind, no control or direction mark, at most `length`."""
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= length:
        return text.strip()
    plain = "".join(
        " " if unicodedata.category(one) in ("Zl", "Zp") or one in "\r\n\t\v\f\x85" else one
        for one in text
        if one in "\r\n\t\v\f\x85" or unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )
    plain = " ".join(plain.split())
    return plain if len(plain) <= length else plain[: length - 1] + "…"
