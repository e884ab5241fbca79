"""What a person owes to shared measurement: reports to file or review, requests to answer, own actions on a curve."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.conditions import DueItem
from backbone.look.numbers import period_name
from backbone.models import Membership
from backbone.roles import Can
from measures.models import Correction, LockRequest
from measures.selectors.corrections import undecided_of
from measures.selectors.curves import own_actions, to_look_at
from measures.selectors.locks import open_requests
from measures.selectors.waiting import OwedReport, WaitingReport, owed_reports, waiting_reports

ANSWERED_WITHIN = timedelta(days=7)


def due(membership: Membership, as_of: datetime) -> list[DueItem]:
    """What this person has to do now, over all initiatives, soonest first; sixteen queries at most, always.

    A report to file is one item for each partner and period, from the day the period is over until it is handed in or
    closes; a report to review one for each that holds figures somebody else submitted, due on the day it locks.
    """
    tenant = membership.tenant
    day = tenant.day(as_of)
    items = []
    for report in owed_reports(membership.partner_ids(Can.FILE) or (), as_of):
        if report.is_owed:
            items.append(
                DueItem(
                    key=f"filing:{report.initiative.pk}:{report.partner.pk}:{report.period:%Y-%m}",
                    label=_filing_words(report),
                    due=report.due_on,
                    url=_url("filing", tenant, report),
                    partner_id=report.partner.pk,
                    partner=report.partner.code,
                    is_late=report.due_on < day,
                    closes=report.closes_on,
                )
            )
    if membership.can(Can.REVIEW):
        for waiting in waiting_reports(membership.pk):
            if waiting.own < waiting.lines:
                items.append(
                    DueItem(
                        key=f"review:{waiting.initiative.pk}:{waiting.partner.pk}:{waiting.period:%Y-%m}",
                        label=_review_words(waiting),
                        due=waiting.closes_on,
                        url=_url("filing-review", tenant, waiting),
                        partner_id=waiting.partner.pk,
                        partner=waiting.partner.code,
                        is_late=waiting.closes_on < day,
                    )
                )
    items += _of_curves(membership, day)
    items += _asked(membership, day)
    return sorted(items, key=lambda item: (item.due, item.key))


def _asked(membership: Membership, day: date) -> list[DueItem]:
    """Corrections that wait for this person's word, and requests for more time to answer; due a week after they came."""
    tenant, own = membership.tenant, membership.partner_ids(Can.FILE) or set()
    may_review, may_move = membership.can(Can.REVIEW), membership.can(Can.MOVE_LOCKS)
    items = []
    for one in undecided_of(None if may_review else own) if may_review or own else ():
        if one.by_id == membership.pk and one.state == one.State.OPEN:
            continue  # somebody else decides on what one wrote oneself
        if not (may_review if one.waits_for_backbone else one.partner_id in own):
            continue
        words = {
            "name": one.indicator.code or one.indicator.name,
            "partner": one.partner.code,
            "period": period_name(one.period, one.indicator.frequency),
        }
        text = _("Correction of %(name)s, %(partner)s, %(period)s") % words
        items.append(_item("correction", one, text, "measures:correction", tenant, day))
    for asked in open_requests(None) if may_move else ():
        words = {"partner": asked.partner.code, "period": period_name(asked.period)}
        text = _("%(partner)s asks for more time for %(period)s") % words
        items.append(_item("time", asked, text, "measures:lock-request", tenant, day))
    return items


def _item(kind: str, row: Correction | LockRequest, label: str, page: str, tenant, day: date) -> DueItem:
    due_on = tenant.day(row.at) + ANSWERED_WITHIN
    return DueItem(
        key=f"{kind}:{row.pk}:{row.state}",
        label=label,
        due=due_on,
        url=reverse(page, args=[tenant.slug, row.initiative.slug, row.pk]),
        partner_id=row.partner_id,
        partner=row.partner.code,
        is_late=due_on < day,
    )


def _of_curves(membership: Membership, day: date) -> list[DueItem]:
    """Own actions to turn a curve, and curves to be looked at again by whoever began them."""
    if not membership.can(Can.READ_CURVES):
        return []
    tenant = membership.tenant
    items = []
    for action in own_actions(membership.stands_for, day):
        indicator = action.curve.indicator
        words = {"what": action.what, "name": indicator.code or indicator.name}
        items.append(
            DueItem(
                key=f"action:{action.pk}",
                label=_("%(what)s (to turn the curve of %(name)s)") % words,
                due=action.due_on,
                url=reverse("measures:curve", args=[tenant.slug, indicator.initiative.slug, action.curve_id]),
                member_id=action.owner_id,
                is_late=action.due_on < day,
            )
        )
    for curve in to_look_at(membership.stands_for, day):
        if curve.look_again_on is None:
            continue
        indicator = curve.indicator
        items.append(
            DueItem(
                key=f"curve:{curve.pk}",
                label=_("Look again at the curve of %(name)s") % {"name": indicator.code or indicator.name},
                due=curve.look_again_on,
                url=reverse("measures:curve", args=[tenant.slug, indicator.initiative.slug, curve.pk]),
                member_id=curve.by_id,
                is_late=curve.look_again_on < day,
            )
        )
    return items


def _filing_words(report: OwedReport) -> str:
    """“Report for October 2026, P4: 4 figures”, and what came back."""
    words = {"period": period_name(report.period), "partner": report.partner.code}
    if report.returned:
        count = report.returned
        text = ngettext(
            "Report for %(period)s, %(partner)s: %(count)s figure came back",
            "Report for %(period)s, %(partner)s: %(count)s figures came back",
            count,
        )
    else:
        count = report.missing + report.drafts
        text = ngettext(
            "Report for %(period)s, %(partner)s: %(count)s figure",
            "Report for %(period)s, %(partner)s: %(count)s figures",
            count,
        )
    return text % (words | {"count": count})


def _review_words(report: WaitingReport) -> str:
    text = ngettext(
        "Review %(partner)s, %(period)s: %(count)s figure",
        "Review %(partner)s, %(period)s: %(count)s figures",
        report.lines - report.own,
    )
    params = {"partner": report.partner.code, "period": period_name(report.period), "count": report.lines - report.own}
    return text % params


def _url(name: str, tenant, report: OwedReport | WaitingReport) -> str:
    args = [tenant.slug, report.initiative.slug, report.partner.code, report.period]
    return reverse(f"measures:{name}", args=args)
