"""The option --as-of of the commands that export."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError

from backbone.problems import Refused
from measures.instants import parse_instant

HELP = "as the figures stood then: 2026-11-20T17:00+00:00, or a whole day"


def instant_of(text: str, zone: str) -> datetime:
    """An instant; without an offset it is the tenant's own time, and a day alone means its end."""
    try:
        return parse_instant(text, ZoneInfo(zone))
    except Refused as refused:
        raise CommandError(refused.problems[0].message) from None
