"""The measures' own query parameters, months, instants and cursors, beside those that every resource may have."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from backbone.api.parameters import SENTENCE, choice, flag, read, sentence, whole, word, wrong
from backbone.problems import Refused, gettext_noop
from measures.instants import parse_instant
from measures.rules.periods import parse_month

__all__ = ["SENTENCE", "choice", "cursor", "cursor_at", "flag", "instant", "month", "read", "sentence", "whole", "word"]


def month(name: str, raw: str) -> date:
    found = parse_month(raw) if "\x00" not in raw else None
    if not isinstance(found, date):
        raise wrong(name, raw, gettext_noop("“{name}” is no month: write it as in 2017-03."))
    return found


def instant(name: str, raw: str) -> datetime:
    """An instant that was, in the tenant's time where it has no offset; a day alone means its end."""
    try:
        if "\x00" in raw:
            raise wrong(name, raw, gettext_noop("“{name}” is no instant."))
        return parse_instant(raw, timezone.get_current_timezone(), timezone.now())
    except Refused as refused:
        raise Refused(*(problem.at(field=name) for problem in refused.problems)) from None


def cursor(name: str, raw: str) -> list[Any]:
    """Where the last page ended, as `cursor_at` spelled it."""
    try:
        place = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        _indicator_id, period, _partner_id, category = place
        spelled = date.fromisoformat(period).isoformat()
        if [type(part) for part in place] != [int, str, int, str] or spelled != period or "\x00" in category:
            raise ValueError
    except (ValueError, TypeError, UnicodeError, binascii.Error):
        text = gettext_noop("“{name}” is not the cursor of a page: use the one that the page before gave.")
        raise wrong(name, raw, text) from None
    return place


def cursor_at(indicator_id: int, period: date, partner_id: int, category: str) -> str:
    place = json.dumps([indicator_id, period.isoformat(), partner_id, category])
    return base64.urlsafe_b64encode(place.encode()).decode()
