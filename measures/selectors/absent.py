"""Who is missing from an initiative's month, in plain values: for a page that shows several initiatives."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from backbone.conditions import Absent
from backbone.look.numbers import short_period
from backbone.models import Initiative, Partner
from measures.rules.periods import Grain, text_of
from measures.selectors.chase import absentees
from measures.selectors.forest import indicators_in_use
from measures.selectors.opening import window_for
from measures.selectors.reading import owed


def absent(initiative: Initiative, as_of: datetime) -> Absent | None:
    """The same partners as on the month's chase list of that day; None where nobody owes anything yet."""
    window = window_for(initiative, {}, initiative.tenant, today=initiative.tenant.day(as_of)).at(Grain.MONTH)
    indicators = indicators_in_use(initiative, window.period)
    missing, expected = absentees(owed(initiative, indicators, window)) if indicators else ({}, set())
    if not expected:
        return None
    codes = Partner.objects.filter(pk__in=missing).order_by("code").values_list("code", flat=True) if missing else ()
    place = [initiative.tenant.slug, initiative.slug]
    url = f"{reverse('measures:chase-list', args=place)}?period={text_of(window.period)}"
    return Absent(tuple(codes), len(expected), short_period(window.period, "month"), url)
