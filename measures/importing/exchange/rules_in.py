"""Validation rules of DHIS2 into ours: their sides over short names, their comparison, what a missing value means.

DHIS2 shows what its rules find and stops nobody, so they ask for a word here and do not block; staff make one hard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backbone.models import Initiative, Membership
from backbone.problems import Problem, gettext_noop
from backbone.wording import say
from measures.importing.exchange.things import NOT_UNDERSTOOD, Things, attempt, slug_of
from measures.models import ExternalId, ValidationRule
from measures.rules.expressions import Expression, parse, spelled
from measures.services import checks

OPERATORS = {
    "equal_to": ValidationRule.Operator.EQUAL,
    "greater_than": ValidationRule.Operator.MORE,
    "greater_than_or_equal_to": ValidationRule.Operator.AT_LEAST,
    "less_than": ValidationRule.Operator.LESS,
    "less_than_or_equal_to": ValidationRule.Operator.AT_MOST,
}
MISSING = {
    "NEVER_SKIP": ValidationRule.Missing.NEVER_SKIP,
    "SKIP_IF_ANY_VALUE_MISSING": ValidationRule.Missing.SKIP_IF_ANY,
    "SKIP_IF_ALL_VALUES_MISSING": ValidationRule.Missing.SKIP_IF_ALL,
}
IMPORTANCE = {"HIGH", "MEDIUM", "LOW"}


def read_rules(
    items: Sequence[Mapping[str, Any]], things: Things, initiative: Initiative, by: Membership | None, scheme: str
) -> None:
    """Make a rule of each that is understood; say of each other why not."""
    rows = ExternalId.objects.filter(initiative=initiative, scheme=scheme, kind=ExternalId.Kind.DEFINITION)
    known = dict(rows.values_list("code", "indicator__slug"))
    there = set(ValidationRule.objects.filter(initiative=initiative).values_list("slug", flat=True))
    taken: set[str] = set()
    for item in items:
        code, name = str(item.get("id", "")), " ".join(str(item.get("name") or item.get("id", "")).split())
        fields = _read(item, name, known)
        if isinstance(fields, Problem):
            things.add("validationRule", code, name, "", NOT_UNDERSTOOD, say(fields))
            continue
        slug = slug_of(name, taken, code)  # the same names make the same short names, so that a second time is the same
        taken.add(slug)

        def put(slug: str = slug, fields: dict[str, Any] = fields) -> tuple[ValidationRule, bool]:
            return checks.put_rule(initiative=initiative, slug=slug, by=by, **fields)

        attempt(things, "validationRule", code, name, slug, put, slug not in there)


def _read(item: Mapping[str, Any], name: str, known: Mapping[str, str]) -> dict[str, Any] | Problem:
    sides: list[str] = []
    strategies: list[str] = []
    for side_name in ("leftSide", "rightSide"):
        side = item.get(side_name)
        if not isinstance(side, Mapping):
            return Problem("rule.side", gettext_noop("The rule has no {side}."), {"side": side_name})
        expression = parse(str(side.get("expression", "")))
        if isinstance(expression, Problem):
            return expression
        absent = [term for term in expression.terms if term not in known]
        if absent:
            text = gettext_noop("These data elements stand for nothing here: {elements}.")
            return Problem("rule.elements", text, {"elements": ", ".join(absent)})
        strategy = str(side.get("missingValueStrategy", "NEVER_SKIP"))
        if strategy not in MISSING:
            text = gettext_noop("“{found}” does not say what a missing value means.")
            return Problem("rule.strategy", text, {"found": strategy[:40]})
        sides.append(_side(expression, known))
        if expression.terms:  # of a plain number nothing can be missing
            strategies.append(strategy)
    operator = OPERATORS.get(str(item.get("operator")))
    if operator is None:
        text = gettext_noop("“{found}” is no comparison that is understood.")
        return Problem("rule.operator", text, {"found": str(item.get("operator"))[:40]})
    importance = str(item.get("importance", "MEDIUM"))
    # One word for both sides: the one that speaks up more often.
    strategy = min(strategies or ["NEVER_SKIP"], key=list(MISSING).index)
    return {
        "left": sides[0],
        "operator": operator,
        "right": sides[1],
        "missing": MISSING[strategy],
        "severity": ValidationRule.Severity.SOFT,
        "importance": (importance if importance in IMPORTANCE else "MEDIUM").lower(),
        "message": " ".join(str(item.get("instruction") or name).split())[:500] or name,
    }


def _side(expression: Expression, known: Mapping[str, str]) -> str:
    return expression.constant or spelled(expression, {term: known[term] for term in expression.terms})
