"""What of an initiative is stuck, and what else is open: what every condition would put before the next meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backbone import conditions
from backbone.conditions import Proposed
from backbone.models import Initiative

# Who is missing from the figures stands on home already, with more to it.
ON_HOME = ("measures",)


@dataclass(frozen=True, slots=True)
class Open:
    """`late` should have been done by now, the longest first; `others` are open, those with a day first."""

    late: list[Proposed]
    others: list[Proposed]


def open_now(initiative: Initiative, now: datetime) -> Open:
    """As many statements for much as for little."""
    found, today = conditions.proposed(initiative, now, but=ON_HOME), initiative.tenant.day(now)
    found.sort(key=lambda one: (one.due or date.max, one.about))
    late = [one for one in found if one.due is not None and one.due < today]
    return Open(late, [one for one in found if one not in late])
