"""Validation rules of DHIS2: read, and said back in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backbone.models import Initiative, Membership
from backbone.problems import Problem, gettext_noop
from backbone.wording import say
from measures.importing.exchange.things import NOT_UNDERSTOOD, UNDERSTOOD, Things
from measures.models import ExternalId
from measures.rules.expressions import Expression, parse

OPERATORS = {
    "equal_to": "=",
    "not_equal_to": "≠",
    "greater_than": ">",
    "greater_than_or_equal_to": "≥",
    "less_than": "<",
    "less_than_or_equal_to": "≤",
}
STRATEGIES = ("NEVER_SKIP", "SKIP_IF_ANY_VALUE_MISSING", "SKIP_IF_ALL_VALUES_MISSING")
NOT_STORED = gettext_noop("Understood, and not stored: {rule}")


def read_rules(
    items: Sequence[Mapping[str, Any]], things: Things, initiative: Initiative, by: Membership | None, scheme: str
) -> None:
    """Say of each rule whether it is understood: its sides, its operator, what a missing value means."""
    rows = ExternalId.objects.filter(initiative=initiative, scheme=scheme, kind=ExternalId.Kind.VALUE)
    known = dict(rows.select_related("indicator").values_list("code", "indicator__slug"))
    for item in items:
        found = _read(item, known)
        code, name = str(item.get("id", "")), str(item.get("name", ""))
        if isinstance(found, Problem):
            things.add("validationRule", code, name, "", NOT_UNDERSTOOD, say(found))
        else:
            things.add("validationRule", code, name, "", UNDERSTOOD, NOT_STORED.format(rule=found))


def _read(item: Mapping[str, Any], known: Mapping[str, str]) -> str | Problem:
    sides = []
    for name in ("leftSide", "rightSide"):
        side = item.get(name)
        if not isinstance(side, Mapping):
            return Problem("rule.side", gettext_noop("The rule has no {side}."), {"side": name})
        expression = parse(str(side.get("expression", "")))
        if isinstance(expression, Problem):
            return expression
        absent = [term for term in expression.terms if term.partition(".")[0] not in known]
        if absent:
            text = gettext_noop("These data elements stand for nothing here: {elements}.")
            return Problem("rule.elements", text, {"elements": ", ".join(absent)})
        strategy = side.get("missingValueStrategy", STRATEGIES[0])
        if strategy not in STRATEGIES:
            text = gettext_noop("“{found}” does not say what a missing value means.")
            return Problem("rule.strategy", text, {"found": str(strategy)[:40]})
        sides.append((expression, strategy))
    operator = OPERATORS.get(str(item.get("operator")))
    if operator is None:
        text = gettext_noop("“{found}” is no comparison that is understood.")
        return Problem("rule.operator", text, {"found": str(item.get("operator"))[:40]})
    (left, first), (right, second) = sides
    missing = first if first == second else f"{first} / {second}"
    return f"{_words(left, known)} {operator} {_words(right, known)} ({missing})"


def _words(expression: Expression, known: Mapping[str, str]) -> str:
    text = expression.text
    for term in expression.terms:
        text = text.replace(f"#{{{term}}}", known.get(term.partition(".")[0], term))
    return " ".join(text.split())
