"""Is a formula or an index well defined among the indicators of its initiative, and those that use an indicator still?"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from backbone.models import Initiative
from backbone.problems import Problem, Refused, cut, gettext_noop
from measures.lines import components_of, dimensions_of, line_of
from measures.models import Indicator, Obligation
from measures.rules import kinds
from measures.rules.derived import Known, check_derived, coarsest, definition_of
from measures.rules.lines import Line
from measures.rules.periods import Grain


def known_of(initiative: Initiative) -> dict[str, Known]:
    """What definitions need to know of every indicator of an initiative, by slug; one query."""
    return {row.slug: about(row) for row in Indicator.objects.filter(initiative=initiative)}


def frequency_of_inputs(initiative: Initiative, row: Indicator, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The frequency of a new formula or index that does not say one: that of its rarest input; else nothing."""
    kind = fields.get("kind", row.kind)
    if kind not in kinds.KINDS or not kinds.KINDS[kind].is_computed:
        return {}
    line = Line(row.slug, row.name, kind, formula=fields.get("formula", ""),
                composed_of=components_of(fields.get("components", [])))  # fmt: skip
    try:
        return {"frequency": str(coarsest(definition_of(line).inputs, known_of(initiative)))}
    except Refused:
        return {}


def problems(initiative: Initiative, row: Indicator, line: Line) -> list[Problem]:
    """What is wrong with how an indicator is computed, or with what is computed from it once it is as `row` says."""
    known = known_of(initiative) | {row.slug: about(row)}
    found = check_derived(line, Grain(row.frequency), known)
    if not found and not line.rule.is_filed:
        found += _owed(row)
    if found:
        return found
    return _for_users(initiative, row, known)


def _for_users(initiative: Initiative, row: Indicator, known: Mapping[str, Known]) -> list[Problem]:
    """A change that what is computed from it would not survive: each of those is named."""
    users = [slug for slug, other in known.items() if row.slug in other.inputs and slug != row.slug]
    if not users:
        return []
    dimensions = dimensions_of(initiative)
    found = []
    for user in Indicator.objects.filter(initiative=initiative, slug__in=users):
        for problem in check_derived(line_of(user, dimensions), Grain(user.frequency), known):
            text = gettext_noop("{user} is computed from {name}, and could not be any more: {reason}")
            params = {"name": row.name, "user": user.name, "reason": problem.message}
            field = "frequency" if problem.code == "formula.frequency" else "kind"
            found.append(Problem("indicator.used", text, params, field=field, value=cut(getattr(row, field))))
    return found


def _owed(row: Indicator) -> list[Problem]:
    """An indicator that partners owe cannot become one that nobody files."""
    if row.pk is None or not Obligation.objects.filter(indicator=row).exists():
        return []
    text = gettext_noop("{name} is asked of partners. Take that back first: nobody files the kind {kind}.")
    return [Problem("indicator.owed", text, {"name": row.name, "kind": row.kind}, field="kind", value=row.kind)]


def about(row: Indicator) -> Known:
    """What another definition needs to know of it; of a formula that cannot be read, that it has no inputs."""
    inputs: tuple[str, ...] = ()
    if row.kind in (kinds.FORMULA, kinds.INDEX):
        line = Line(row.slug, row.name, row.kind, formula=row.formula, composed_of=components_of(row.components))
        with contextlib.suppress(Refused):
            inputs = definition_of(line).inputs
    return Known(row.name, row.kind, Grain(row.frequency), inputs)
