"""Instants as they are written in an address, a command or a file, for everything that can be shown as it stood."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backbone.problems import Problem, Refused, cut, gettext_noop

DAY_LENGTH = len("2026-11-20")
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")  # “+” in an address is a blank; only after a time of day


def parse_instant(text: str, zone: tzinfo, now: datetime | None = None) -> datetime:
    """An instant. Without an offset it is the reader's own time, and a day alone means its end.

    Raises Refused: `as_of.invalid`; and `as_of.future` for what is after `now`, where that is given (the end of the
    running day is cut to it).
    """
    written = text.strip()
    try:
        is_day = len(written) == DAY_LENGTH
        if not is_day and "T" in written:
            written = _LOST_PLUS.sub("+", written)
        instant = datetime.fromisoformat(written)
        if is_day:
            instant = datetime.combine(instant.date() + timedelta(days=1), time.min) - timedelta(microseconds=1)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        sentence = gettext_noop("“{value}” is no instant. Write it as 2026-11-20 or 2026-11-20T17:00.")
        raise Refused(
            Problem("as_of.invalid", sentence, {"value": cut(text)}, field="as_of", value=cut(text))
        ) from None
    if now is not None and instant > now:
        if is_day and instant - now < timedelta(days=1):
            return now
        sentence = gettext_noop("“{value}” is still to come: nothing stands as of then.")
        raise Refused(Problem("as_of.future", sentence, {"value": cut(text)}, field="as_of", value=cut(text)))
    return instant


def instant_words(instant: datetime) -> str:
    """An instant on the reader's clock, always with its year: `9 Nov 2026, 14:00`, or `the end of 9 Nov 2026`."""
    here = timezone.localtime(instant)
    day = formats.date_format(here, pgettext("date format", "j M Y"))
    if here.time() == time.max:
        return _("the end of %(day)s") % {"day": day}
    clock = formats.date_format(here, "H:i:s" if here.second or here.microsecond else "H:i")
    return _("%(day)s, %(time)s") % {"day": day, "time": clock}


def instant_text(instant: datetime) -> str:
    """An instant for an address, exact and without a sign that addresses change."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
