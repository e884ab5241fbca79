"""What of the figures is worth a meeting's time: who is missing from the last month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Proposed
from backbone.look.numbers import period_name
from backbone.models import Initiative, Tenant
from measures.models import Indicator
from measures.rules.periods import text_of
from measures.selectors.chase import chase_list
from measures.selectors.forest import indicators_in_use
from measures.selectors.opening import window_for
from measures.selectors.reading import owed


def _name(indicator: Indicator) -> str:
    return f"{indicator.code} {indicator.name}".strip()


def proposed(initiative: Initiative, as_of: datetime) -> Iterator[Proposed]:
    """Each partner whose figures of the month are missing, the largest effect first; as many statements for many as
    for one."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    today = tenant.day(as_of)
    window = window_for(initiative, {}, tenant, today=today)
    indicators = indicators_in_use(initiative, today.replace(day=1))
    if not indicators:
        return
    found = chase_list(initiative, owed(initiative, indicators, window), window.period, tenant.timezone)
    for one in found.missing:
        words = {"partner": one.partner.code, "period": period_name(window.period)}
        yield Proposed(
            about=f"measures.missing:{one.partner.pk}:{text_of(window.period)}",
            title=_("%(partner)s’s figures of %(period)s are missing") % words,
            url=reverse("measures:forest", args=[tenant.slug, initiative.slug]),
            why=""
            if one.usual is None
            else _("%(name)s: usually %(usual)s") % {"name": _name(one.heaviest.indicator), "usual": one.usual_words},
        )
