"""Indicators as the theory of change shows them: what its nodes may stand for, and the figures on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Live, Thing
from backbone.look.coverage import coverage_text
from backbone.models import Initiative, Membership, Tenant
from backbone.roles import Can
from measures.models import Indicator
from measures.selectors.opening import window_for
from measures.selectors.reading import Reading, read


def things_of(initiative: Initiative) -> Iterator[Thing]:
    """Every indicator of an initiative; one query."""
    for row in Indicator.objects.filter(initiative=initiative):
        yield Thing(name_of(row), f"indicator:{row.slug}", row.name, row.code, _("Indicator"))


def name_of(indicator: Indicator) -> str:
    return f"measures.indicator:{indicator.pk}"


def live_figures(initiative: Initiative, names: Collection[str], membership: Membership) -> Iterator[Live]:
    """The figure of the last month that is over, or that has any, of the indicators that are named or hang on what is
    named; none for who may not read roll-ups. As many statements for many as for one."""
    if not membership.can(Can.READ_ROLLUPS):
        return
    wanted: dict[int, list[str]] = {}
    rows = list(Indicator.objects.filter(initiative=initiative).select_related("tenant"))
    for row in rows:
        hangs_on = f"agenda.strategy:{row.strategy_id}" if row.strategy_id else f"agenda.outcome:{row.outcome_id}"
        own = [name for name in (name_of(row), hangs_on) if name in names]
        if own and (row.retired_on is None or name_of(row) in names):
            wanted[row.pk] = own
    chosen = [row for row in rows if row.pk in wanted]
    if not chosen:
        return
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    for reading in read(initiative, chosen, window_for(initiative, {}, tenant)):
        for name in wanted[reading.indicator.pk]:
            yield _live(name, reading, tenant, initiative)


def _live(name: str, reading: Reading, tenant: Tenant, initiative: Initiative) -> Live:
    shown, indicator = reading.shown, reading.indicator
    text = str(replace(shown, small="")) if shown.is_fraction and not shown.words else reading.said
    return Live(
        of=name,
        label=indicator.name,
        code=indicator.code,
        kind=indicator.kind,
        text=text,
        words=f"{reading.window.name}: {coverage_text(reading.chip)}",
        is_partial=shown.so_far,
        series=tuple(reading.spark),
        target=reading.spark_target,
        url=reverse("measures:indicator", args=[tenant.slug, initiative.slug, indicator.slug]),
    )
