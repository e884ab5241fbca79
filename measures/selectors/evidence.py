"""What the figures say about how well shared measurement works: each check 0 to 1, None while it cannot be known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Outcome
from backbone.conditions import Reading
from backbone.health import CHECKS
from backbone.look.numbers import number, percent
from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.lines import lines
from measures.models import Indicator, Remark
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, add_months
from measures.selectors.attested import same_definitions
from measures.selectors.chase import reminded
from measures.selectors.parts import spans_of, usual_volumes, wholes
from measures.selectors.spans import countings
from measures.selectors.timeliness import Report, due_reports, is_recent
from measures.windows import Window, latest_month

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
    """How much of what partners usually bring is in, for the last three months: the mean of the figures' coverages.

    By usual volume, and by count where a partner has no history. `whole` counts figures that somebody owed.
    """
    tenant = initiative.tenant
    latest = latest_month(tenant.day(as_of))
    monthly = [one for one in indicators if one.frequency == Indicator.Frequency.MONTH]
    known = countings([one.pk for one in monthly])
    windows = [
        Window(Grain.MONTH, add_months(latest, -back), latest, tenant.fiscal_year_starts, tenant.fiscal_year_starts)
        for back in range(PERIODS)
    ]
    spans = [span for window in windows for span in spans_of(known, window).values()]
    if not spans:
        return Share(Decimal(0), Decimal(0))
    known_lines = lines(initiative, monthly)
    found = wholes({span: known_lines[span.counting.indicator_id] for span in spans}, usual_volumes(spans))
    shares = []
    for whole in found.values():
        covered = whole.combined.coverage
        share = covered.share if covered.usual_share is None else covered.usual_share
        if share is not None:
            shares.append(share)
    return Share(sum(shares, Decimal(0)), Decimal(len(shares)))


def on_time(reports: Iterable[Report], as_of: datetime) -> Share:
    """Of the reports that fell due in the last three months, those that came by their day; one that never came did not."""
    lately = [one.is_on_time for one in reports if is_recent(one, as_of, 92) and one.is_on_time is not None]
    return Share(Decimal(lately.count(True)), Decimal(len(lately)))


def chased(initiative: Initiative, reports: Iterable[Report], as_of: datetime) -> Share:
    """Of the reports of the last three months that were late, those whose partner was reminded; two statements a period."""
    late: dict[date, set[int]] = {}
    for one in reports:
        if is_recent(one, as_of, 92) and one.is_on_time is False:
            late.setdefault(one.period, set()).add(one.partner_id)
    asked = sum(len(reminded(initiative, partners, period)) for period, partners in late.items())
    return Share(Decimal(asked), Decimal(sum(len(partners) for partners in late.values())))


def same_way(indicators: list[Indicator], as_of: datetime) -> Share:
    """How much of the figures of the last three months is counted as defined: the mean of their shares by volume."""
    if not indicators:
        return Share(Decimal(0), Decimal(0))
    latest = latest_month(indicators[0].tenant.day(as_of))
    months = [add_months(latest, -back) for back in range(PERIODS)]
    found = same_definitions(indicators, Grain.MONTH, months, None)
    return Share(sum((one.share for one in found.values()), Decimal(0)), Decimal(len(found)))


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
    """The measures' checks as readings; the agenda's check of results with a measure and a target; and, of the backbone,
    whether who is late is asked. Decisions that cite a figure are known to communication."""
    rows = Indicator.objects.filter(initiative=initiative, retired_on=None).select_related("tenant", "initiative")
    indicators = [one for one in rows if KINDS[one.kind].is_filed]
    reports = due_reports(initiative, as_of, indicators)
    covered = coverage_of_last_periods(initiative, indicators, as_of)
    timely = on_time(reports, as_of)
    late = chased(initiative, reports, as_of)
    alike = same_way(indicators, as_of)
    fixed = returned_then_fixed(initiative, add_months(latest_month(initiative.tenant.day(as_of)), -12))
    measured = results_measured(initiative)
    place = [initiative.tenant.slug, initiative.slug]

    def check(slug: str, share: Share, words: str, none: str, page: str) -> Reading:
        places = {"part": number(share.part), "whole": number(share.whole), "percent": percent(share.value)}
        said = words % places if share.whole else none
        return Reading(slug, str(CHECKS[slug]), share.value, said, as_of, reverse(page, args=place))

    return [
        check(
            "measures.coverage",
            covered,
            _("On average %(percent)s of what is usually filed is in, of %(whole)s figures of the last three months."),
            _("Nobody owed a figure in the last three months."),
            "measures:indicator-list",
        ),
        check(
            "measures.on-time",
            timely,
            _("%(part)s of %(whole)s reports that fell due in the last three months came by their day."),
            _("No report fell due in the last three months."),
            "measures:lock-calendar",
        ),
        check(
            "measures.as-defined",
            alike,
            _("On average %(percent)s is counted as defined, of %(whole)s figures whose filers said so."),
            _("No filer has said yet whether figures were counted as defined."),
            "measures:indicator-list",
        ),
        check(
            "measures.fixed",
            fixed,
            _("%(part)s of %(whole)s returned lines came back."),
            _("Nothing was returned in the last year."),
            "measures:restatement-list",
        ),
        check(
            "agenda.results-measured",
            measured,
            _("%(part)s of %(whole)s results have a measure with a target."),
            _("The agenda has no results yet."),
            "measures:results",
        ),
        check(
            "backbone.chase",
            late,
            _("%(part)s of %(whole)s late reports of the last three months were asked for."),
            _("No report was late in the last three months."),
            "measures:chase-list",
        ),
    ]
