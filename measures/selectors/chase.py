"""Who is missing, the largest effect on a figure first, with what one needs to know before calling them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from backbone.look.numbers import compact
from backbone.models import Initiative, Partner
from backbone.tenancy import active_tenant_id
from measures.lines import due_on
from measures.models import Indicator
from measures.selectors.reading import Owed, Reading
from measures.selectors.taking_part import Named, Roster

Read = Reading | Owed  # what tells who is missing of one window

# (initiative, partner ids, period) -> when each was last reminded of it. Set by whoever sends reminders; measures
# lies below it and cannot ask.
Reminded = Callable[[Initiative, Collection[int], date], Mapping[int, datetime]]
_reminded: list[Reminded] = []


def tell_reminders(ask: Reminded) -> None:
    """Let the chase list say when a partner was last reminded; called once, from `AppConfig.ready()`."""
    _reminded[:] = [ask]


def reminded(initiative: Initiative, partner_ids: Collection[int], period: date) -> Mapping[int, datetime]:
    """When each of these partners was last reminded of a period; nothing while nobody sends reminders."""
    return _reminded[0](initiative, partner_ids, period) if _reminded else {}


class LastFiled(NamedTuple):
    """The last period a partner filed before, and how late it was, in days; None where that is not known."""

    period: date
    days_late: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """One partner that has not filed, with the indicator on which it weighs most.

    `usual` of `everybody` is what it usually brings to `heaviest`, in that indicator's volume; None without history.
    `returned` of the figures it filed: they went back to it, and wait for its answer.
    """

    partner: Partner | Named
    indicators: tuple[Indicator, ...]
    heaviest: Read
    usual: Decimal | None
    everybody: Decimal | None
    last: LastFiled | None = None
    reminded_at: datetime | None = None
    returned: int = 0

    @property
    def share(self) -> Decimal | None:
        if self.usual is None or not self.everybody:
            return None
        return self.usual / self.everybody

    @property
    def usual_words(self) -> str:
        """`300 of 1,000`: its usual volume of everybody's."""
        return _("%(usual)s of %(everybody)s") % {
            "usual": compact(self.usual, 0),
            "everybody": compact(self.everybody, 0),
        }


@dataclass(frozen=True, slots=True)
class ChaseList:
    """Everybody who is missing something of one month, and how many owe anything in it."""

    period: date
    missing: tuple[Missing, ...]
    expected: int


def chase_list(
    initiative: Initiative, readings: Sequence[Read], period: date, zone: str, roster: Roster | None = None
) -> ChaseList:
    """Who is missing in these readings, the largest share of a usual volume first; three statements, one less with a
    `roster`.

    Whose figure waits for approval, or was not collected, is not missing.

    What is computed is owed by nobody: who is missing from it is missing from its inputs.

    Readings in another window than that month's (a quarterly indicator's) count in their own.
    """
    readings = [reading for reading in readings if reading.line.rule.is_filed]
    absent, expected = absentees(readings)
    if not absent:
        return ChaseList(period, (), len(expected))
    partners: Mapping[int, Partner | Named] = {} if roster is None else roster.partners
    if not absent.keys() <= partners.keys():  # nobody was asked yet, or somebody joined since
        partners = Partner.objects.in_bulk(absent)
    last, returned = _filed_before(initiative, absent, period, readings, zone)
    asked = reminded(initiative, absent.keys(), period)
    totals = {reading.indicator.pk: _everybody(reading) for reading in readings}
    found = []
    for pk, theirs in absent.items():
        heaviest, usual, everybody = _heaviest(pk, theirs, totals)
        indicators = tuple(reading.indicator for reading in theirs)
        found.append(
            Missing(
                partners[pk], indicators, heaviest, usual, everybody, last.get(pk), asked.get(pk), returned.get(pk, 0)
            )
        )
    found.sort(key=lambda one: (-(one.share if one.share is not None else Decimal(-1)), one.partner.code))
    return ChaseList(period, tuple(found), len(expected))


def absentees(readings: Iterable[Read]) -> tuple[dict[int, list[Read]], set[int]]:
    """What each partner is missing of what partners file, by partner id, and who owes anything; no statement."""
    absent: dict[int, list[Read]] = {}
    expected: set[int] = set()
    for reading in readings:
        for part in reading.whole.parts:
            if part.combined.coverage.expected:
                expected.add(part.partner_id)
            if part.combined.coverage.missing_count and part.partner_id not in reading.answered:
                absent.setdefault(part.partner_id, []).append(reading)
    return absent, expected


def _everybody(reading: Read) -> Decimal | None:
    """What all who are expected usually bring, as far as it is known."""
    owing = (part.partner_id for part in reading.whole.parts if part.combined.coverage.expected)
    known = [reading.weights[pk] for pk in owing if pk in reading.weights]
    return sum(known, Decimal(0)) or None


def _heaviest(
    pk: int, readings: Iterable[Read], totals: Mapping[int, Decimal | None]
) -> tuple[Read, Decimal | None, Decimal | None]:
    """The indicator to which a partner usually brings the largest share, with its volume and everybody's."""

    def share(reading: Read) -> Decimal:
        usual, everybody = reading.weights.get(pk), totals[reading.indicator.pk]
        return Decimal(-1) if usual is None or everybody is None else usual / everybody

    reading = max(readings, key=share)
    return reading, reading.weights.get(pk), totals[reading.indicator.pk]


def _filed_before(
    initiative: Initiative, absent: Mapping[int, Sequence[Read]], before: date, readings: Sequence[Read], zone: str
) -> tuple[dict[int, LastFiled], dict[int, int]]:
    """The last earlier month of which each partner has a figure that is more than a draft, and when it came; and how many
    of those that it is missing went back to it. By partner id, one statement.

    Nobody knows when what was entered from elsewhere came.
    """
    ids = [reading.indicator.pk for reading in readings]
    owed = [(pk, reading.indicator.pk, reading.window.period) for pk, theirs in absent.items() for reading in theirs]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH back AS (
                SELECT x.partner_id, count(DISTINCT x.indicator_id) AS figures
                  FROM unnest(%(owing)s::bigint[], %(owed)s::bigint[], %(periods)s::date[]) AS o (partner, indicator, period)
                  JOIN measures_figure x ON x.tenant_id = %(tenant)s AND x.indicator_id = o.indicator
                                        AND x.period = o.period AND x.partner_id = o.partner AND x.state = 'returned'
                 GROUP BY x.partner_id
            )
            SELECT p.id, f.period, g.submitted_at, COALESCE(b.figures, 0)
              FROM unnest(%(partners)s::bigint[]) AS p (id)
              LEFT JOIN back b ON b.partner_id = p.id
              LEFT JOIN LATERAL (SELECT f.period FROM measures_figure f
                                  WHERE f.tenant_id = %(tenant)s AND f.partner_id = p.id AND f.period < %(before)s
                                    AND f.state <> 'draft' AND f.indicator_id = ANY(%(indicators)s)
                                  ORDER BY f.period DESC LIMIT 1) f ON true
              LEFT JOIN measures_filing g ON g.tenant_id = %(tenant)s AND g.initiative_id = %(initiative)s
                                         AND g.period = f.period AND g.partner_id = p.id
                                         AND g.submitted_by_id IS NOT NULL
            """,
            {
                "tenant": active_tenant_id(),
                "partners": list(absent),
                "owing": [pk for pk, _indicator, _period in owed],
                "owed": [indicator for _pk, indicator, _period in owed],
                "periods": [of for _pk, _indicator, of in owed],
                "before": before,
                "indicators": ids,
                "initiative": initiative.pk,
            },
        )
        rows = cursor.fetchall()
    monthly = [r.indicator for r in readings if r.indicator.frequency == Indicator.Frequency.MONTH]
    found, returned = {}, {}
    for partner, period, submitted_at, figures in rows:
        returned[partner] = figures
        if period is None:
            continue
        days_late = None
        if submitted_at is not None and monthly:
            due = max(due_on(one, period) for one in monthly)
            days_late = (submitted_at.astimezone(ZoneInfo(zone)).date() - due).days
        found[partner] = LastFiled(period, days_late)
    return found, returned
