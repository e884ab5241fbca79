"""New definitions of an indicator from a period on: their only writer.

To correct the wording is not a new definition: it changes the version that it is about, and nothing else.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Month, Problem, Refused
from backbone.services.fields import checked, set_fields
from measures.lines import dimensions_of, line_of
from measures.models import DefinitionVersion, Figure, Indicator
from measures.rules import definitions
from measures.rules.periods import Grain, text_of
from measures.rules.versions import Version, check_version
from measures.selectors.versions import FIELDS, History, histories
from measures.services.expectations import mark_indicators, months_of

changes.register_verbs(
    {
        "definition.begun": gettext_noop("{by} defined {name} anew from {period}"),
        "definition.changed": gettext_noop("{by} changed the definition of {name} that holds from {period}"),
        "definition.worded": gettext_noop("{by} corrected the wording of {name} from {period}"),
        "definition.removed": gettext_noop("{by} took back the definition of {name} from {period}"),
    }
)

WORDING = frozenset({"definition", "numerator", "denominator", "bridge_source"})


@transaction.atomic
def put_version(
    *,
    indicator: Indicator,
    starts_on: date,
    by: Membership | None,
    is_comparable: bool = False,
    bridge: Decimal | None = None,
    bridge_source: str = "",
    **words: str | None,
) -> tuple[DefinitionVersion, bool]:
    """The definition that holds from this month on, made or brought up to what is said; and whether that is new.

    `words` are any of definition, numerator, denominator, kind and over_time; what is left out stays as it was before.
    Raises `Refused` with everything that is wrong: a kind changes only for figures still to come, and only to one that
    partners fill in alike.
    """
    initiative = _lock(indicator)
    indicator = Indicator.objects.select_related("tenant").get(pk=indicator.pk)
    history = histories([indicator])[indicator.pk]
    row = next((one for one in history.rows if one.starts_on == starts_on), None)
    before = history.as_at(starts_on - timedelta(days=1))
    fields: dict[str, Any] = {name: getattr(before, name) for name in FIELDS}
    fields |= {name: value for name, value in words.items() if value is not None}
    fields |= {"is_comparable": is_comparable, "bridge": bridge, "bridge_source": bridge_source.strip()}
    _check(initiative, history, starts_on, before, fields)
    if row is None:
        row = checked(DefinitionVersion(indicator=indicator, starts_on=starts_on, **fields))
        was_kind, was_comparable, verb = before.kind, True, "definition.begun"
        row.save(force_insert=True)
        changed: dict[str, Any] = fields
    else:
        was_kind, was_comparable = row.kind, row.is_comparable
        changed = set_fields(row, fields)
        if not changed:
            return row, False
        verb = "definition.worded" if set(changed) <= WORDING else "definition.changed"
    if was_kind != row.kind:
        _refuse_figures(history, starts_on, was_kind, row.kind)
    _tell(verb, indicator, starts_on, by, {name: str(value) for name, value in changed.items()})
    if not (was_comparable and row.is_comparable):
        mark_indicators([indicator.pk], months_of(initiative))
    return row, True


@transaction.atomic
def remove_version(*, version: DefinitionVersion, by: Membership | None) -> None:
    """Take a definition back: its periods are counted as before it. Raises `Refused` where figures stand that would
    then be of another kind.
    """
    indicator = version.indicator
    initiative = _lock(indicator)
    history = histories([indicator])[indicator.pk]
    before = history.as_at(version.starts_on - timedelta(days=1))
    if before.kind != version.kind:
        _refuse_figures(history, version.starts_on, version.kind, before.kind)
    starts_on, was_comparable = version.starts_on, version.is_comparable
    version.delete()
    _tell("definition.removed", indicator, starts_on, by, {})
    if not was_comparable:
        mark_indicators([indicator.pk], months_of(initiative))


def _check(
    initiative: Initiative, history: History, starts_on: date, before: Indicator, fields: dict[str, Any]
) -> None:
    indicator = history.indicator
    bridge = {name: fields[name] for name in ("is_comparable", "bridge", "bridge_source")}
    wanted = Version(starts_on, fields["kind"], **bridge)
    after = history.as_at(starts_on - timedelta(days=1))
    after = Indicator(**{name: getattr(after, name) for name in _COPIED})
    for name in FIELDS:
        setattr(after, name, fields[name])
    line = line_of(after, dimensions_of(initiative))
    found = definitions.check_definition(line, due_day=indicator.due_day, lock_day=indicator.lock_day)
    definitions.refuse(found)
    year = indicator.tenant.fiscal_year_starts
    problems = check_version(indicator.name, wanted, Version(date.min, before.kind), Grain(indicator.frequency), year)
    if not str(fields["definition"]).strip():
        sentence = gettext_noop("Say how {name} is counted from {month} on.")
        params = {"name": indicator.name, "month": Month(starts_on)}
        problems.append(Problem("version.no_definition", sentence, params, field="definition"))
    later = next((one for one in history.rows if one.starts_on > starts_on), None)
    if later is not None and later.is_comparable and later.kind != fields["kind"]:
        sentence = gettext_noop("{name} is defined anew and comparably in {month}: change the kind there first.")
        params = {"name": indicator.name, "month": Month(later.starts_on)}
        problems.append(Problem("version.later", sentence, params, field="kind"))
    definitions.refuse(problems)


def _refuse_figures(history: History, starts_on: date, was: str, is_now: str) -> None:
    """A figure that stands keeps its kind: another kind begins after the last one."""
    until = next((one.starts_on for one in history.rows if one.starts_on > starts_on), date.max)
    figures = Figure.objects.filter(indicator=history.indicator, period__gte=starts_on, period__lt=until)
    last = figures.order_by("-period").values_list("period", flat=True).first()
    if last is None:
        return
    sentence = gettext_noop(
        "{name} has figures for {month} that were filed as {was}; as {is_now} they would add up to something else. Let the "
        "new kind begin after them."
    )
    params = {"name": history.indicator.name, "month": Month(last), "was": was, "is_now": is_now}
    raise Refused(Problem("version.figures_stand", sentence, params, field="starts_on", value=text_of(last)))


_COPIED = (
    "slug", "name", "unit", "is_whole", "allows_negative", "carry_forward", "breakdowns", "frequency", "due_day", "lock_day",
)  # fmt: skip


def _tell(verb: str, indicator: Indicator, starts_on: date, by: Membership | None, fields: dict[str, str]) -> None:
    changes.record(
        verb, on=indicator, by=by, initiative=indicator.initiative, name=indicator.name, period=text_of(starts_on),
        fields=fields,
    )  # fmt: skip


def _lock(indicator: Indicator) -> Initiative:
    """One at a time may change what an initiative measures."""
    return Initiative.objects.select_for_update(no_key=True).get(pk=indicator.initiative_id)
