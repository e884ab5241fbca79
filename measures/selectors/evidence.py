"""What the figures say about how well shared measurement works: each check 0 to 1, None while it cannot be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Outcome
from backbone.conditions import Reading
from backbone.look.numbers import number
from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.lines import today
from measures.models import Filing, Indicator, Remark
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, add_months, due_on
from measures.selectors.series import series
from measures.windows import latest_month

PERIODS = 3


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; None while there is no whole."""

    part: Decimal
    whole: Decimal

    @property
    def value(self) -> Decimal | None:
        return None if self.whole == 0 else self.part / self.whole


def coverage_of_last_periods(initiative: Initiative, indicators: list[Indicator], as_of: datetime) -> Share:
    """Of the figures expected for the last three months, those that are in; by count, from the stored roll-ups."""
    latest = latest_month(today(initiative.tenant, as_of))
    rows = series(initiative, indicators, Grain.MONTH, add_months(latest, 1 - PERIODS), latest)
    return Share(Decimal(sum(row.filed for row in rows)), Decimal(sum(row.expected for row in rows)))


def on_time(initiative: Initiative, indicators: list[Indicator], as_of: datetime) -> Share:
    """Of the reports of the last three months that somebody submitted here, those that came by their due day."""
    tenant = initiative.tenant
    latest = latest_month(today(tenant, as_of))
    monthly = [one for one in indicators if one.frequency == Indicator.Frequency.MONTH]
    if not monthly:
        return Share(Decimal(0), Decimal(0))
    due_day = max(one.due_day for one in monthly)
    filings = Filing.objects.filter(
        initiative=initiative,
        period__gt=add_months(latest, -PERIODS),
        period__lte=latest,
        submitted_at__isnull=False,
        submitted_by__isnull=False,
    ).values_list("period", "submitted_at")
    zone = ZoneInfo(tenant.timezone)
    days = [(due_on(period, Grain.MONTH, due_day), at.astimezone(zone).date()) for period, at in filings]
    return Share(Decimal(sum(day <= due for due, day in days)), Decimal(len(days)))


def as_defined(initiative: Initiative, as_of: datetime) -> Share:
    """Of the figures of the last three months whose filers said how they counted, those counted as defined."""
    latest = latest_month(today(initiative.tenant, as_of))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE f.as_defined), count(*)
              FROM measures_indicator i
              JOIN measures_figure f ON f.tenant_id = %(tenant)s AND f.indicator_id = i.id AND f.category = ''
                                    AND f.period > %(since)s AND f.period <= %(until)s
             WHERE i.tenant_id = %(tenant)s AND i.initiative_id = %(initiative)s
               AND f.state IN ('submitted', 'approved') AND f.as_defined IS NOT NULL
            """,
            {
                "tenant": active_tenant_id(),
                "initiative": initiative.pk,
                "since": add_months(latest, -PERIODS),
                "until": latest,
            },
        )
        said, of = cursor.fetchone()
    return Share(Decimal(said), Decimal(of))


def returned_then_fixed(initiative: Initiative, since: date) -> Share:
    """Of the lines that were returned since a month, those that are approved or wait for approval again."""
    lines = Remark.objects.filter(
        kind=Remark.Kind.RETURN, indicator__initiative=initiative, period__gte=since
    ).values_list("indicator", "partner", "period")
    returned = set(lines)
    if not returned:
        return Share(Decimal(0), Decimal(0))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM unnest(%(i)s::bigint[], %(p)s::bigint[], %(d)s::date[]) AS r (indicator_id, partner_id, period)
              JOIN measures_figure f ON f.tenant_id = %(tenant)s AND f.indicator_id = r.indicator_id
                                    AND f.period = r.period AND f.partner_id = r.partner_id AND f.category = ''
             WHERE f.state IN ('submitted', 'approved')
            """,
            {
                "tenant": active_tenant_id(),
                "i": [line[0] for line in returned],
                "p": [line[1] for line in returned],
                "d": [line[2] for line in returned],
            },
        )
        fixed = cursor.fetchone()[0]
    return Share(Decimal(fixed), Decimal(len(returned)))


def results_measured(initiative: Initiative) -> Share:
    """Of the outcomes on the agenda, those with an indicator that has a target."""
    outcomes = Outcome.objects.filter(initiative=initiative)
    measured = outcomes.filter(
        pk__in=Indicator.objects.filter(initiative=initiative, targets__isnull=False).values("outcome")
    )
    return Share(Decimal(measured.count()), Decimal(outcomes.count()))


def condition_checks(initiative: Initiative, as_of: datetime) -> list[Reading]:
    """The measures' checks as readings, and the agenda's check of results with a measure and a target."""
    indicators = [
        one for one in Indicator.objects.filter(initiative=initiative, retired_on=None) if KINDS[one.kind].is_filed
    ]
    covered = coverage_of_last_periods(initiative, indicators, as_of)
    timely = on_time(initiative, indicators, as_of)
    defined = as_defined(initiative, as_of)
    fixed = returned_then_fixed(initiative, add_months(latest_month(today(initiative.tenant, as_of)), -12))
    measured = results_measured(initiative)
    tenant = initiative.tenant.slug
    list_url = reverse("measures:indicator-list", args=[tenant, initiative.slug])

    def check(slug: str, label: str, share: Share, words: str, none: str) -> Reading:
        said = words % {"part": number(share.part), "whole": number(share.whole)} if share.whole else none
        return Reading(slug, label, share.value, said, as_of, list_url)

    return [
        check(
            "measures.coverage",
            _("Figures are in"),
            covered,
            _("%(part)s of %(whole)s expected figures of the last three months are in."),
            _("Nobody owed a figure in the last three months."),
        ),
        check(
            "measures.on-time",
            _("Reports come on time"),
            timely,
            _("%(part)s of %(whole)s reports of the last three months came by the due day."),
            _("No report of the last three months was submitted here."),
        ),
        check(
            "measures.as-defined",
            _("Everybody counts the same way"),
            defined,
            _("%(part)s of %(whole)s figures were counted as defined."),
            _("No filer has said yet whether figures were counted as defined."),
        ),
        check(
            "measures.fixed",
            _("Returned figures are put right"),
            fixed,
            _("%(part)s of %(whole)s returned lines came back."),
            _("Nothing was returned in the last year."),
        ),
        Reading(
            "measures.decisions",
            _("Decisions cite figures"),
            None,
            _("Decisions are not recorded here yet."),
            as_of,
        ),
        check(
            "agenda.results-measured",
            _("Results have a measure and a target"),
            measured,
            _("%(part)s of %(whole)s results have a measure with a target."),
            _("The agenda has no results yet."),
        ),
    ]
