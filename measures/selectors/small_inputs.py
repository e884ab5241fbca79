"""Where what is computed would give away a small group: in the spans in which one of its inputs is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from backbone.models import Initiative
from measures.rules.kinds import COMMUNITY
from measures.rules.periods import Grain
from measures.rules.small import counts_of, is_small
from measures.selectors.graph import graph
from measures.selectors.series import series
from measures.selectors.spans import countings


def small_inputs(
    initiative: Initiative,
    inputs: Mapping[int, Collection[int]],
    grain: Grain,
    since: date,
    until: date,
    threshold: int,
    year_starts: int | None = None,
) -> set[tuple[int, date]]:
    """(computed indicator, period) of the spans in which an input is small; `inputs` by computed indicator."""
    leaves = {leaf for some in inputs.values() for leaf in some}
    leaves = {pk for pk, counting in countings(leaves).items() if counting.kind != COMMUNITY} if leaves else set()
    found = set()
    for row in series(initiative, leaves, grain, since, until, year_starts=year_starts, fill=False) if leaves else ():
        counts = counts_of(row.value, row.numerator, row.denominator) if row.lower is None else (row.lower,)
        if is_small(counts, threshold):
            found |= {(pk, row.period) for pk, some in inputs.items() if row.indicator_id in some}
    return found


def inputs_of(initiative: Initiative, indicator_id: int) -> Mapping[int, Collection[int]]:
    """A computed indicator with what it is computed from in the end, for `small_inputs`."""
    return {indicator_id: graph([initiative.pk]).leaves.get(indicator_id, ())}
