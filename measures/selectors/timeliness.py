"""Reports and their days: which were due, which came in time, partner by partner; set-based, one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from backbone.conditions import Sign
from backbone.models import Initiative
from backbone.rules.holding import LAST_REPORTS, REPORTS_BEFORE
from backbone.tenancy import active_tenant_id
from measures.lines import due_on
from measures.models import Indicator
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, add_months, start_of

MONTHS_BACK = 14


class Report(NamedTuple):
    """One partner's report for one period that was due. `is_on_time` None: nobody knows when it came.

    That is so for figures that were brought in from elsewhere.
    """

    partner_id: int
    period: date
    due_on: date
    is_on_time: bool | None


def due_reports(
    initiative: Initiative, as_of: datetime, indicators: Iterable[Indicator] | None = None, months: int = MONTHS_BACK
) -> list[Report]:
    """Every report that fell due in these months, by partner and period, the newest first; one statement, two without
    `indicators`.

    A report is due for a period as soon as the partner owes one figure in it that it is not excused from; its day is the
    last of those figures'. It came when it was first submitted, whatever was returned afterwards. What a partner owes more
    rarely than others do is not counted.
    """
    if indicators is None:
        indicators = Indicator.objects.filter(initiative=initiative).select_related("tenant")
    tenant = initiative.tenant
    day = tenant.day(as_of)
    periods = [
        (one.pk, start, following, due)
        for one in indicators
        if KINDS[one.kind].is_filed
        for start, following, due in _periods(one, day, tenant.fiscal_year_starts, months)
    ]
    if not periods:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH b AS MATERIALIZED (
                SELECT * FROM unnest(%(indicators)s::bigint[], %(periods)s::date[], %(nexts)s::date[], %(dues)s::date[])
                    AS b (indicator_id, period, next_on, due_on)
            ), due AS MATERIALIZED (
                SELECT pa.partner_id, b.period, max(b.due_on) AS due_on,
                       bool_or(EXISTS (SELECT 1 FROM measures_figure f
                                        WHERE f.tenant_id = %(tenant)s AND f.indicator_id = b.indicator_id
                                          AND f.period = b.period AND f.partner_id = pa.partner_id AND f.category = ''
                                          AND f.state <> 'draft')) AS has_figures
                  FROM b
                  JOIN measures_obligation o ON o.tenant_id = %(tenant)s AND o.indicator_id = b.indicator_id
                                            AND o.frequency = ''
                  JOIN backbone_participation pa
                    ON pa.tenant_id = %(tenant)s AND pa.initiative_id = %(initiative)s
                   AND (o.partner_id IS NULL OR o.partner_id = pa.partner_id)
                   AND greatest(pa.joins_on, o.starts_on) < b.next_on
                   AND least(pa.leaves_on, o.ends_on, 'infinity') >= b.period
                  LEFT JOIN measures_excuse e ON e.tenant_id = %(tenant)s AND e.indicator_id = b.indicator_id
                                             AND e.period = b.period AND e.partner_id = pa.partner_id
                 WHERE e.id IS NULL
                 GROUP BY pa.partner_id, b.period
            ), told AS MATERIALIZED (
                SELECT c.partner_id, c.facts ->> 'period' AS period, min(c.at) AS at
                  FROM backbone_change c
                 WHERE c.tenant_id = %(tenant)s AND c.initiative_id = %(initiative)s AND c.verb = 'filing.submitted'
                   AND c.at >= %(since)s AND c.at <= %(as_of)s
                 GROUP BY 1, 2
            )
            SELECT d.partner_id, d.period, d.due_on, least(t.at, g.submitted_at), d.has_figures
              FROM due d
              LEFT JOIN told t ON t.partner_id = d.partner_id AND t.period = to_char(d.period, 'YYYY-MM')
              LEFT JOIN measures_filing g ON g.tenant_id = %(tenant)s AND g.initiative_id = %(initiative)s
                                         AND g.period = d.period AND g.partner_id = d.partner_id
                                         AND g.submitted_by_id IS NOT NULL
             ORDER BY d.partner_id, d.period DESC
            """,
            {
                "tenant": active_tenant_id(),
                "initiative": initiative.pk,
                "indicators": [one[0] for one in periods],
                "periods": [one[1] for one in periods],
                "nexts": [one[2] for one in periods],
                "dues": [one[3] for one in periods],
                "since": min(one[1] for one in periods),
                "as_of": as_of,
            },
        )
        rows = cursor.fetchall()
    zone = ZoneInfo(tenant.timezone)
    return [
        Report(partner, period, due, _is_on_time(due, came, zone, has_figures=has_figures))
        for partner, period, due, came, has_figures in rows
    ]


def _is_on_time(due: date, came: datetime | None, zone: ZoneInfo, *, has_figures: bool) -> bool | None:
    if came is None:
        return None if has_figures else False
    return came.astimezone(zone).date() <= due


def _periods(indicator: Indicator, day: date, year_starts: int, months: int) -> Iterator[tuple[date, date, date]]:
    """(first day, first day of the next, due) of each period of an indicator that fell due lately."""
    frequency = Grain(indicator.frequency)
    start = start_of(frequency, day, year_starts)
    oldest = add_months(day.replace(day=1), -months)
    while start >= oldest:
        due, following = due_on(indicator, start), add_months(start, frequency.months)
        is_retired = indicator.retired_on is not None and indicator.retired_on <= start
        if due < day and not is_retired:
            yield start, following, due
        start = add_months(start, -frequency.months)


def filing_signs(reports: Sequence[Report]) -> Iterator[Sign]:
    """Of each partner, the reports of the last three and of the nine before that were not in by their day."""
    by_partner: dict[int, list[bool]] = {}
    for report in reports:
        if report.is_on_time is not None:
            by_partner.setdefault(report.partner_id, []).append(report.is_on_time)
    for partner_id, on_time in by_partner.items():
        lately, before = on_time[:LAST_REPORTS], on_time[LAST_REPORTS : LAST_REPORTS + REPORTS_BEFORE]
        yield Sign("filings", partner_id, lately.count(False), len(lately), before.count(False), len(before))


def is_recent(report: Report, as_of: datetime, days: int) -> bool:
    return report.due_on >= as_of.date() - timedelta(days=days)
