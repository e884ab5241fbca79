"""One mail for each line that a reviewer returned, with the reviewer's words and the way to that line alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from backbone.look.numbers import period_name
from backbone.models import Change, Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader, who_reports
from comms.services import ledger
from comms.services.composing import address, mail_to, voice
from measures.models import Figure, Indicator
from measures.models.filings import FigureState
from measures.rules.periods import parse_month

VERB = "filing.returned"
CAUGHT_UP = timedelta(days=7)


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan a mail to the partner's filers (its lead where nobody files) for each return that is still open."""
    returned = list(
        Change.objects.filter(verb=VERB, at__gte=now - CAUGHT_UP)
        .select_related("by", "partner", "initiative")
        .order_by("pk")
    )
    keys = {change.pk: f"change:{change.pk}" for change in returned}
    known = Mail.objects.filter(kind=Mail.Kind.RETURNED, period_key__in=keys.values())
    told = set(known.values_list("period_key", flat=True)) if keys else set()
    new = [change for change in returned if keys[change.pk] not in told]
    if not new:
        return
    slugs = {slug for change in new for slug in change.facts["indicators"]}
    indicators = {
        (one.initiative_id, one.slug): one
        for one in Indicator.objects.filter(slug__in=slugs, initiative__in={change.initiative_id for change in new})
    }
    partners = {change.partner_id for change in new}
    open_lines = set(
        Figure.objects.filter(state=FigureState.RETURNED, partner__in=partners, indicator__slug__in=slugs).values_list(
            "indicator_id", "partner_id", "period"
        )
    )
    mails = []
    for change in new:
        period = parse_month(change.facts["period"])
        for slug in change.facts["indicators"]:
            indicator = indicators.get((change.initiative_id, slug))
            if indicator is None or (indicator.pk, change.partner_id, period) not in open_lines:
                continue
            filers, leads = who_reports(people, change.partner_id)
            for reader in filers or leads:
                mails.append(_compose(tenant, reader, change, indicator, period, keys[change.pk], now))
    ledger.plan(mails)


def _compose(tenant: Tenant, reader: Reader, change: Change, indicator: Indicator, period, key: str, now) -> Mail:
    with voice(reader):
        name = indicator.code or indicator.name
        words = rules.one_line(change.facts["words"], 120)
        link = address("measures:filing", tenant.slug, change.initiative.slug, change.partner.code, period)
        return mail_to(
            reader, tenant, kind=Mail.Kind.RETURNED, template="returned", period_key=key,
            subject=_("%(name)s returned: %(words)s") % {"name": name, "words": words},
            context={
                "change": change, "by": change.by, "indicator": indicator, "partner": change.partner,
                "initiative": change.initiative, "words": change.facts["words"], "period": period_name(period),
                "url": f"{link}#line-{indicator.pk}",
            },
            reply_to=change.by.email if change.by else "", now=now,
        )  # fmt: skip
