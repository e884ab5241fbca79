"""What people want to hear of, how often and when, and when they are away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from comms.models import Away, Cadence
from comms.news import TOPICS
from comms.rules import CADENCES, MORNING, Often

NOTICES, RELEASES = "notices", "releases"  # mails of their own that a person may stop, beside the topics of a digest


@dataclass(frozen=True, slots=True)
class Wishes:
    """One person's rhythm of each topic, and their hour; what they said nothing of is weekly, at 8."""

    often: Mapping[str, Often] = field(default_factory=dict)
    hour: int = MORNING

    def of(self, topic: str) -> Often:
        return self.often.get(topic, Often.WEEKLY)

    def topics(self, often: Iterable[Often]) -> frozenset[str]:
        """The topics that come in one of these rhythms."""
        wanted = set(often)
        return frozenset(topic for topic in TOPICS if self.of(topic) in wanted)

    @property
    def cadences(self) -> list[Often]:
        """The rhythms in which anything comes, the quickest first."""
        wanted = {self.of(topic) for topic in TOPICS}
        return [often for often in CADENCES if often in wanted]

    @property
    def wants_daily(self) -> bool:
        return Often.DAILY in self.cadences

    def wants(self, mail: str) -> bool:
        """Whether mails of a kind of their own (NOTICES, RELEASES) are wanted."""
        return self.often.get(mail) is not Often.OFF


NO_WISHES = Wishes()


def wishes_of(only: Collection[int] | None = None) -> dict[int, Wishes]:
    """The wishes of those who said any, by membership; one statement."""
    rows = Cadence.objects.order_by("pk")
    if only is not None:
        rows = rows.filter(member__in=only)
    often: dict[int, dict[str, Often]] = {}
    hours: dict[int, int] = {}
    for row in rows:
        often.setdefault(row.member_id, {})[row.kind] = Often(row.often)
        hours[row.member_id] = row.hour
    return {pk: Wishes(found, hours[pk]) for pk, found in often.items()}


def absences_around(now: datetime) -> dict[int, list[Away]]:
    """Who is away today, wherever today is, by membership; one statement."""
    day = now.date()
    around = Away.objects.filter(starts_on__lte=day + timedelta(days=1), ends_on__gte=day - timedelta(days=1))
    found: dict[int, list[Away]] = {}
    for one in around:
        found.setdefault(one.member_id, []).append(one)
    return found


def in_force(absences: Iterable[Away], today: date) -> Away | None:
    return next((one for one in absences if one.starts_on <= today <= one.ends_on), None)
