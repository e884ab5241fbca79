"""How many routine mails people had, and whether one more is within what they are to get."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from backbone.models import Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader

# What the platform sends by itself. A person's own words (a nudge, a returned line, a letter) are nobody's routine.
ROUTINE = (Mail.Kind.DIGEST, Mail.Kind.REMINDER, Mail.Kind.NOTICE, Mail.Kind.RELEASE)
WEEK = timedelta(days=8)  # a reader's week began at most that long ago, wherever they are


@dataclass(frozen=True, slots=True)
class Budget:
    """When each person was mailed by routine this week, and how many a week are the most."""

    mailed: dict[int, list[datetime]]
    a_week: int

    def allows(self, reader: Reader, now: datetime) -> bool:
        """Whether one more today is within the budget; who wants a daily digest may get one mail on each day."""
        most = 7 if reader.wishes.wants_daily else self.a_week
        return rules.may_mail(self.mailed.get(reader.pk, ()), now, reader.zone, most)


def budget(tenant: Tenant, people: Iterable[Reader], now: datetime) -> Budget:
    """What these people's week holds so far; one statement. What was left out or failed was no mail."""
    rows = Mail.objects.filter(
        kind__in=ROUTINE, recipient__in=[reader.pk for reader in people], created_at__gt=now - WEEK
    ).exclude(status__in=[Mail.Status.SKIPPED, Mail.Status.FAILED])
    mailed: dict[int, list[datetime]] = {}
    for pk, at in rows.values_list("recipient_id", "created_at"):
        mailed.setdefault(pk, []).append(at)
    return Budget(mailed, tenant.mails_a_week)
