"""One partner's figures: one with its whole history, and a partner's own as a series."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.look.numbers import SILENCE, period_name
from backbone.models import Participation, Partner
from backbone.roles import Can
from measures import wording
from measures.lines import lines as lines_of
from measures.models import Excuse, FollowUp, Indicator, Remark
from measures.rules.figures import plain
from measures.rules.kinds import NOT_FILED
from measures.rules.periods import check_period, text_of
from measures.selectors.carried import about as filed_once_about
from measures.selectors.corrections import open_in
from measures.selectors.figure import figure_view, sees_cells
from measures.selectors.forest import indicators_in_use
from measures.selectors.history import figure_steps
from measures.selectors.obligations import Duties
from measures.selectors.opening import window_for
from measures.selectors.own import OwnComputed, OwnLine, own_computed, own_lines
from measures.selectors.versions import histories
from measures.views.links import csv_answer, report_url, rows_from, url_if_there
from measures.views.then import as_of_context, as_of_of, shows_as_of


@member_can(Can.READ_PARTNER_FIGURES)
@require_safe
@shows_as_of
def figure(request, initiative, indicator: str, partner, period: date):
    """One figure of one partner: total and categories, its state, what was said, every version of it."""
    membership = request.membership
    may_read = membership.partner_ids(Can.READ_PARTNER_FIGURES)
    row = Indicator.objects.filter(initiative=initiative, slug=indicator).select_related("outcome", "tenant").first()
    takes_part = partner.participations.filter(initiative=initiative).exists()
    if row is None or row.kind in NOT_FILED or not takes_part or (may_read is not None and partner.pk not in may_read):
        raise Http404
    if check_period(period, row.frequency, request.tenant.fiscal_year_starts) is not None:
        raise Http404
    owed = Duties([row], [partner.pk]).at(row, partner.pk, period)
    if owed is not None and owed.start != period:
        raise Http404
    frequency = row.frequency if owed is None else owed.frequency
    row = histories([row])[row.pk].as_at(period)
    line = lines_of(initiative, [row])[row.pk]
    drafts = membership.partner_ids(Can.READ_DRAFTS)
    with_drafts = membership.can(Can.READ_DRAFTS) and (drafts is None or partner.pk in drafts)
    then = as_of_of(request)
    cells = sees_cells(membership, row, partner)
    found = figure_view(row, line, partner, period, with_drafts=with_drafts, with_categories=cells, as_of=then)
    excuse = Excuse.objects.filter(indicator=row, partner=partner, period=period).select_related("by").first()
    if excuse is not None and then is not None and excuse.at > then:
        excuse = None
    state = found.total.state if found.total is not None else "excused" if excuse is not None else "missing"
    may_star = membership.can(Can.REVIEW) and state in ("submitted", "approved")
    stars = FollowUp.objects.filter(indicator=row, partner=partner, period=period).select_related("by")
    star = stars.first() if may_star else None
    place = [request.tenant.slug, initiative.slug]
    window = window_for(initiative, {"period": text_of(period), "grain": frequency}, request.tenant, as_of=then)
    indicator_url = reverse("measures:indicator", args=[*place, row.slug]) + f"?{window.query()}"
    context = {
        "initiative": initiative,
        "indicator": row,
        "line": line,
        "partner": partner,
        "period": period,
        "frequency": frequency,
        "merged": merged_with(initiative, partner, may_read),
        "figure": found,
        "withheld": [] if cells else [line.breakdown_name(breakdown) for breakdown in line.breakdowns],
        "state": state,
        "may_star": may_star,
        "star": star,
        "excuse": excuse,
        "filed_once": filed_once_about(row, partner),
        "may_lift": excuse is not None and then is None and membership.can(Can.ASSIGN_OBLIGATIONS),
        "remarks": [
            remark
            for remark in _said(row, partner, period, is_handed_in=with_drafts or state in ("submitted", "approved"))
            if then is None or remark.at <= then
        ],
        "steps": figure_steps(
            row,
            line,
            period,
            {partner.pk: partner.code},
            partner_ids=[partner.pk],
            with_drafts=with_drafts,
            with_categories=cells,
            until=then,
        ),
        **as_of_context(request, then),
        "report_url": report_url(request, initiative, partner.code, partner.pk, period),
        "is_waiting": state == "submitted" and then is None and membership.can(Can.REVIEW),
        "correction": None if then is not None else open_in(initiative, partner, period).get(row.pk),
        "ways": _ways(request, [*place, row.slug, partner.code, period], partner)
        if state == "approved" and then is None
        else [],
        "unit": wording.unit_words(line),
        "crumbs": [
            (_("Home"), reverse("backbone:home", args=place)),
            (_("Measures"), reverse("measures:indicator-list", args=place)),
            (row.code or row.name, indicator_url),
            (f"{partner.code}, {period_name(period, frequency)}", ""),
        ],
    }
    return render(request, "measures/figure.html", context)


def _ways(request, address: list, partner: Partner) -> list[tuple[str, str]]:
    """How this reader could have an approved figure changed: (words, address)."""
    membership = request.membership
    found = []
    if membership.can(Can.FILE, partner):
        found.append((_("Request a correction"), reverse("measures:correction-request", args=address)))
    if membership.can(Can.REVIEW):
        found.append((_("Propose a correction"), reverse("measures:correction-propose", args=address)))
    if membership.can(Can.OVERRIDE):
        found.append((_("Override it"), reverse("measures:override", args=address)))
    return found


def merged_with(initiative, partner: Partner, may_read: Collection[int] | None) -> list[tuple[Partner, bool]]:
    """The partners of the initiative that this one was merged into, and those merged into it (False), as far as the
    reader may see their figures."""
    around = [(partner.successor, True)] if partner.successor is not None else []
    around += [(one, False) for one in partner.predecessors.order_by("code")]
    here = (
        set(Participation.objects.filter(initiative=initiative).values_list("partner_id", flat=True)) if around else ()
    )
    return [(one, is_later) for one, is_later in around if one.pk in here and (may_read is None or one.pk in may_read)]


def _said(indicator: Indicator, partner: Partner, period: date, *, is_handed_in: bool) -> list[Remark]:
    """What was said about a figure, the first thing first; what its partner has yet to hand in is the partner's own."""
    said = list(Remark.objects.filter(indicator=indicator, partner=partner, period=period).select_related("by"))
    while said and not is_handed_in and said[-1].kind in (Remark.Kind.EXPLANATION, Remark.Kind.ANSWER):
        said.pop()
    return said


@member_can(Can.READ_PARTNER_FIGURES)
@require_safe
def our_figures(request, initiative):
    """A partner's own figures, to its own people: thirteen periods of each indicator with its share of the whole, and
    what is computed from them."""
    own = request.membership.partner_ids(Can.READ_PARTNER_FIGURES)
    partners = Partner.objects.of_initiative(initiative).filter(pk__in=own or ())
    partners = list(partners)
    chosen = request.GET.get("partner")
    partner = next((one for one in partners if one.code == chosen), None) if chosen else next(iter(partners), None)
    if partner is None:
        raise Http404
    window = window_for(initiative, request.GET, request.tenant)
    with_drafts = request.membership.can(Can.READ_DRAFTS, partner)
    in_use = indicators_in_use(initiative, window.period)
    filed = [one for one in in_use if one.kind not in NOT_FILED]
    found = own_lines(initiative, filed, partner, window, with_drafts=with_drafts)
    computed = own_computed(initiative, in_use, partner, window)
    if request.GET.get("format") == "csv":
        return _csv(partner, found, computed)
    place = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "partner": partner,
        "partners": partners if len(partners) > 1 else [],
        "window": window,
        "previous": rows_from(window.previous),
        "next": rows_from(window.next),
        "lines": [
            {
                "own": one,
                "own_words": SILENCE if one.own is None else wording.volume(plain(one.own)),
                "everybody_words": SILENCE if one.everybody is None else wording.volume(plain(one.everybody)),
                "waits": any(each.period == window.period and each.state == "submitted" for each in one.figures),
                "figures": [
                    (
                        each,
                        period_name(each.period, each.frequency),
                        reverse(
                            "measures:figure", args=[*place, one.reading.indicator.slug, partner.code, each.period]
                        ),
                    )
                    for each in one.figures
                ],
            }
            for one in found
        ],
        "computed": computed,
        "filing_url": url_if_there("measures:filing-current", *place),
    }
    return render(request, "measures/our_figures.html", context)


def _csv(partner: Partner, found: Sequence[OwnLine], computed: Sequence[OwnComputed]) -> HttpResponse:
    """Every period of every indicator, one row each."""
    columns = [_("Indicator"), _("Name"), _("Period"), _("Figure"), _("State"), _("Approved by")]
    rows = [
        [
            one.reading.indicator.code or one.reading.indicator.slug,
            one.reading.indicator.name,
            text_of(each.period),
            each.words or None,
            each.state,
            each.approved_by or None,
        ]
        for one in found
        for each in one.figures
    ]
    rows += [
        [
            one.reading.indicator.code or one.reading.indicator.slug,
            one.reading.indicator.name,
            text_of(point.period),
            point.words or None,
            _("computed"),
            None,
        ]
        for one in computed
        for point in one.points
    ]
    return csv_answer(f"{partner.code}-figures", columns, rows)
