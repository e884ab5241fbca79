"""Figures looked at from outside: which are outliers in a period, what a rule would have caught, what is starred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from backbone.models import Initiative, Partner, Tenant
from backbone.tenancy import active_tenant_id
from measures.lines import lines, thresholds_of
from measures.models import FollowUp, Indicator, Remark
from measures.rules.crossing import CrossRule, Verdict, judge
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL, Line
from measures.rules.outliers import LOOKED_BACK, Score, score
from measures.selectors.versions import COUNTED_SINCE

LOOKED_BACK_MONTHS = 36  # how far a rule is tried on what was filed


@dataclass(frozen=True, slots=True)
class OddFigure:
    """One figure that is an outlier by either score, with what its partner said about it."""

    indicator: Indicator
    line: Line
    partner: Partner
    period: date
    entry: Entry
    score: Score
    state: str
    words: str
    is_starred: bool


def odd_figures(initiative: Initiative, tenant: Tenant, period: date) -> list[OddFigure]:
    """The outliers among what was handed in for periods that begin with this month, the largest first; six statements,
    whatever their number."""
    indicators = {row.pk: row for row in Indicator.objects.filter(initiative=initiative)}
    known = lines(initiative, indicators.values())
    thresholds = thresholds_of(tenant)
    found = []
    for (indicator_id, partner_id), (entry, state, past) in _with_past(list(indicators), period).items():
        line = known[indicator_id]
        one = score(line, entry, past, thresholds)
        if one is not None and one.is_outlier:
            found.append((indicator_id, partner_id, entry, state, one))
    partners = Partner.objects.in_bulk({partner_id for _, partner_id, *_ in found})
    words = _explanations(period, {(indicator_id, partner_id) for indicator_id, partner_id, *_ in found})
    starred = set(
        FollowUp.objects.filter(indicator__initiative=initiative, period=period).values_list(
            "indicator_id", "partner_id"
        )
    )
    found.sort(key=lambda row: (-row[4].size, partners[row[1]].code, row[0]))
    return [
        OddFigure(
            indicators[indicator_id], known[indicator_id], partners[partner_id], period, entry, one, state,
            words.get((indicator_id, partner_id), ""), (indicator_id, partner_id) in starred,
        )
        for indicator_id, partner_id, entry, state, one in found
    ]  # fmt: skip


def _with_past(indicator_ids: Collection[int], period: date) -> dict[tuple[int, int], tuple[Entry, str, list[Entry]]]:
    """Each total handed in for this period with its partner's earlier ones, oldest first; one statement."""
    found: dict[tuple[int, int], tuple[Entry, str, list[Entry]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT now.indicator_id, now.partner_id, now.value, now.numerator, now.denominator, now.is_not_collected,
                   now.state, past.value, past.numerator, past.denominator, past.is_not_collected
              FROM measures_figure now
             CROSS JOIN LATERAL {COUNTED_SINCE.format(indicator="now.indicator_id", period="now.period")}
                     AS counted (since)
              LEFT JOIN LATERAL (
                   SELECT f.* FROM measures_figure f
                    WHERE f.tenant_id = %(tenant)s AND f.indicator_id = now.indicator_id
                      AND f.partner_id = now.partner_id AND f.period < now.period AND f.category = ''
                      AND f.state IN ('submitted', 'approved')
                      AND (counted.since IS NULL OR f.period >= counted.since)
                    ORDER BY f.period DESC LIMIT %(count)s) past ON true
             WHERE now.tenant_id = %(tenant)s AND now.indicator_id = ANY(%(indicators)s) AND now.period = %(period)s
               AND now.category = '' AND now.state IN ('submitted', 'approved')
             ORDER BY now.indicator_id, now.partner_id, past.period
            """,  # noqa: S608  a fragment of our own
            {
                "tenant": active_tenant_id(),
                "indicators": list(indicator_ids),
                "period": period,
                "count": LOOKED_BACK,
            },
        )
        for indicator_id, partner_id, *numbers, is_not_collected, state, pv, pn, pd, was_not_collected in cursor:
            entry = Entry(*numbers, is_not_collected=is_not_collected)
            _now, _state, past = found.setdefault((indicator_id, partner_id), (entry, state, []))
            if was_not_collected is not None:
                past.append(Entry(pv, pn, pd, is_not_collected=was_not_collected))
    return found


def _explanations(period: date, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """What the partners said last about these lines; one query."""
    remarks = Remark.objects.filter(
        period=period,
        indicator__in={indicator_id for indicator_id, _ in wanted},
        partner__in={partner_id for _, partner_id in wanted},
        kind__in=[Remark.Kind.EXPLANATION, Remark.Kind.ANSWER],
    )
    return {(row.indicator_id, row.partner_id): row.words for row in remarks}


# --- a rule, tried ---


@dataclass(frozen=True, slots=True)
class Caught:
    """One report in which the rule does not hold, or cannot be told."""

    partner: Partner
    period: date
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule says of the reports handed in since a month: of `filings` that have a part in it, those it would have
    caught, newest first, and those in which it could not be checked."""

    since: date
    filings: int
    caught: tuple[Caught, ...]
    unchecked: tuple[Caught, ...]


def try_rule(initiative: Initiative, rule: CrossRule, since: date) -> Trial:
    """The rule over everything that was handed in since then; four statements. Raises Refused for a side that cannot be
    read."""
    slugs = rule.slugs
    indicators = list(Indicator.objects.filter(initiative=initiative, slug__in=slugs))
    known = {line.slug: line for line in lines(initiative, indicators).values()}
    categories = {term.category for term in rule.terms} | {TOTAL}
    desks = _desks({indicator.pk: indicator.slug for indicator in indicators}, categories, since)
    partners = Partner.objects.in_bulk({partner_id for partner_id, _ in desks})
    caught, unchecked = [], []
    for (partner_id, period), cells in sorted(desks.items(), key=lambda item: (item[0][1], item[0][0]), reverse=True):
        verdict = judge(rule, known, cells)
        if verdict is None:
            continue
        if verdict.is_broken:
            caught.append(Caught(partners[partner_id], period, verdict))
        elif verdict.is_unchecked:
            unchecked.append(Caught(partners[partner_id], period, verdict))
    return Trial(since, len(desks), tuple(caught), tuple(unchecked))


def _desks(
    slugs: Mapping[int, str], categories: Collection[str], since: date
) -> dict[tuple[int, date], dict[str, dict[str, Entry]]]:
    """By partner and period what was handed in of these indicators, by short name and category; one statement."""
    found: dict[tuple[int, date], dict[str, dict[str, Entry]]] = defaultdict(lambda: defaultdict(dict))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.partner_id, f.period, f.indicator_id, f.category, f.value, f.numerator, f.denominator,
                   f.is_not_collected
              FROM measures_figure f
             WHERE f.tenant_id = %s AND f.indicator_id = ANY(%s) AND f.period >= %s AND f.category = ANY(%s)
               AND f.state IN ('submitted', 'approved')
            """,
            [active_tenant_id(), list(slugs), since, list(categories)],
        )
        for partner_id, period, indicator_id, category, *numbers, is_not_collected in cursor:
            entry = Entry(*numbers, is_not_collected=is_not_collected)
            found[partner_id, period][slugs[indicator_id]][category] = entry
    return found
