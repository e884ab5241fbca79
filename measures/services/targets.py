"""Where indicators are to be: the only writer of targets. Safe to repeat: told the same twice, it changes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Participation, Partner
from backbone.problems import Problem
from backbone.services.fields import checked, plain, set_fields
from measures.lines import dimensions_of, line_of
from measures.models import Indicator, Target
from measures.rules import definitions
from measures.rules.categories import parse_category
from measures.rules.definitions import Goal
from measures.rules.lines import TOTAL
from measures.rules.periods import Grain, check_period, text_of

changes.register_verbs(
    {
        "target.set": gettext_noop("{by} set a target for {name} by {period}"),
        "target.removed": gettext_noop("{by} took back the target for {name} by {period}"),
        "target.set_for_partner": gettext_noop("{by} set a target of {partner} for {name} by {period}"),
        "target.removed_for_partner": gettext_noop("{by} took back the target of {partner} for {name} by {period}"),
    }
)


@transaction.atomic
def put_target(
    *,
    indicator: Indicator,
    period: date,
    by: Membership | None,
    value: Decimal | None = None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
    grain: str = "",
    partner: Partner | None = None,
    band: Decimal | None = None,
    category: str = TOTAL,
) -> bool:
    """Say where the indicator is to be in a span, of everybody together or of one partner; answers whether that changed
    anything. Raises `Refused`.

    `grain` is how long the span is that begins with `period`; empty, one period of the indicator. `category` is a part
    of it by any of its spellings.
    """
    initiative = indicator.initiative
    _lock(initiative)
    grain = "" if grain == indicator.frequency else grain
    line = line_of(indicator, dimensions_of(initiative))
    problems = definitions.check_goal(line, Goal(value, numerator, denominator))
    problems += _span_problems(indicator, grain, period)
    if partner is not None and not Participation.objects.filter(initiative=initiative, partner=partner).exists():
        text = gettext_noop("{partner} takes no part in this initiative.")
        problems.append(Problem("target.partner", text, {"partner": partner.code}, field="partner", value=partner.code))
    key = parse_category(line, category)
    if isinstance(key, Problem):
        problems.append(key)
    definitions.refuse(problems)
    goal = {"value": value, "numerator": numerator, "denominator": denominator, "band": band}
    where = {"indicator": indicator, "partner": partner, "grain": grain, "period": period, "category": str(key)}
    row = Target.objects.filter(**where).first()
    if row is None:
        row = checked(Target(**where, **goal))
        row.save(force_insert=True)
    elif not set_fields(row, goal):
        return False
    facts = {name: plain(number) for name, number in goal.items() if number is not None}
    _tell("target.set", row, by, **facts)
    return True


@transaction.atomic
def remove_target(
    *,
    indicator: Indicator,
    period: date,
    by: Membership | None,
    grain: str = "",
    partner: Partner | None = None,
    category: str = TOTAL,
) -> bool:
    """Take a target back; answers whether there was one."""
    _lock(indicator.initiative)
    rows = Target.objects.filter(indicator=indicator, partner=partner, grain=grain, period=period, category=category)
    row = rows.first()
    if row is None:
        return False
    row.delete()
    _tell("target.removed", row, by)
    return True


def _span_problems(indicator: Indicator, grain: str, period: date) -> list[Problem]:
    """What is wrong with the span: shorter than the indicator is filed, or not one of the tenant's quarters or years."""
    frequency = Grain(indicator.frequency)
    if not grain:
        return []
    if Grain(grain).months < frequency.months:
        text = gettext_noop("{name} is filed for a {frequency}, so it has no target for a {grain}.")
        params = {"name": indicator.name, "frequency": frequency.word, "grain": Grain(grain).word}
        return [Problem("target.too_short", text, params, field="grain", value=grain)]
    found = check_period(period, Grain(grain), indicator.tenant.fiscal_year_starts)
    return [] if found is None else [found]


def _tell(verb: str, row: Target, by: Membership | None, **facts) -> None:
    indicator = row.indicator
    if row.partner is not None:
        verb = f"{verb}_for_partner"
    if row.grain:
        facts["grain"] = row.grain
    if row.category:
        facts["category"] = row.category
    changes.record(
        verb, on=indicator, by=by, initiative=indicator.initiative, name=indicator.name, period=text_of(row.period),
        **facts,
    )  # fmt: skip


def _lock(initiative: Initiative) -> None:
    """One at a time may change what an initiative measures."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
