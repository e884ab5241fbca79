"""Rules over several lines, and figures to come back to: their only writer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, gettext_noop
from backbone.services.fields import checked, refuse_reserved, refuse_taken, set_fields
from measures.lines import lines
from measures.models import FollowUp, Indicator, ValidationRule
from measures.rules import crossing, definitions
from measures.rules.periods import text_of
from measures.selectors.warned import rule_of

changes.register_verbs(
    {
        "rule.added": gettext_noop("{by} added the rule {name}"),
        "rule.changed": gettext_noop("{by} changed the rule {name}"),
        "rule.removed": gettext_noop("{by} took away the rule {name}"),
        "figure.starred": gettext_noop("{by} marked {name} of {partner} for {period} for follow-up: {why}"),
        "figure.cleared": gettext_noop("{by} cleared the follow-up of {name} of {partner} for {period}"),
    }
)


@transaction.atomic
def put_rule(
    *, initiative: Initiative, slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[ValidationRule, bool]:
    """The rule of that short name, made or brought up to `fields`, and whether it changed. Figures are not touched: it
    is asked of what is handed in from now on. Raises `Refused` with everything that is wrong."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    row = ValidationRule.objects.filter(initiative=initiative, slug=slug).first()
    if must_be_new:
        refuse_taken(row, slug)
    if row is None:
        refuse_reserved(slug)
        fields.setdefault("position", ValidationRule.objects.filter(initiative=initiative).count())
        row = ValidationRule(initiative=initiative, slug=slug, **fields)
        definitions.refuse(_wrong(initiative, row))
        checked(row).save(force_insert=True)
        changes.record("rule.added", on=row, by=by, initiative=initiative, name=slug)
        return row, True
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    definitions.refuse(_wrong(initiative, row))
    for name, value in before.items():
        setattr(row, name, value)
    changed = set_fields(row, fields)
    if changed:
        changes.record("rule.changed", on=row, by=by, initiative=initiative, name=slug, fields=changed)
    return row, bool(changed)


@transaction.atomic
def remove_rule(*, rule: ValidationRule, by: Membership) -> None:
    """Take a rule away for good; what was explained because of it stays with the figures."""
    changes.record("rule.removed", on=rule, by=by, initiative=rule.initiative, name=rule.slug)
    rule.delete()


def wrong_with(initiative: Initiative, row: ValidationRule) -> list[Problem]:
    """What is wrong with a rule that is not saved yet."""
    return _wrong(initiative, row)


def _wrong(initiative: Initiative, row: ValidationRule) -> list[Problem]:
    indicators = list(Indicator.objects.filter(initiative=initiative))
    known = lines(initiative, indicators)
    return crossing.check_rule(
        rule_of(row),
        {line.slug: line for line in known.values()},
        {indicator.slug: indicator.frequency for indicator in indicators},
    )


@transaction.atomic
def star(
    *, initiative: Initiative, indicator: Indicator, partner: Partner, period: date, by: Membership, why: str = ""
) -> FollowUp:
    """Mark a figure to come back to; marked again, the words are those said last."""
    row, is_new = FollowUp.objects.get_or_create(
        indicator=indicator, partner=partner, period=period, defaults={"why": why.strip()[:500], "by": by}
    )
    if not is_new and row.why == why.strip()[:500]:
        return row
    if not is_new:
        row.why, row.by = why.strip()[:500], by
        row.save(update_fields=["why", "by"])
    changes.record(
        "figure.starred", on=indicator, by=by, initiative=initiative, partner=partner, name=indicator.name,
        period=text_of(period), why=row.why or "–",
    )  # fmt: skip
    return row


@transaction.atomic
def clear(*, initiative: Initiative, indicator: Indicator, partner: Partner, period: date, by: Membership) -> bool:
    """Take the mark away; answers whether there was one. The record of changes keeps that it was there."""
    count, _ = FollowUp.objects.filter(indicator=indicator, partner=partner, period=period).delete()
    if not count:
        return False
    changes.record(
        "figure.cleared", on=indicator, by=by, initiative=initiative, partner=partner, name=indicator.name,
        period=text_of(period),
    )  # fmt: skip
    return True
