"""What is measured: the only writer of dimensions and indicators.

Where they are to be is `services.targets`, who owes them `services.obligations`. Each function is safe to repeat: told
the same twice, it changes nothing, and then writes no history and marks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from agenda.models import Strategy
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, cut
from backbone.services.fields import checked, refuse_reserved, refuse_taken, set_fields
from measures.lines import dimension_of, dimensions_of, line_of
from measures.models import Category, CommunityFigure, Dimension, Figure, Indicator, Target
from measures.rules import definitions, kinds
from measures.rules.definitions import Goal
from measures.rules.kinds import MONEY
from measures.rules.splits import check_retired, check_spans
from measures.services import composing
from measures.services.expectations import mark_indicators, months_of

changes.register_verbs(
    {
        "dimension.added": gettext_noop("{by} added the breakdown {name}"),
        "dimension.changed": gettext_noop("{by} changed the breakdown {name}"),
        "indicator.defined": gettext_noop("{by} defined {name}"),
        "indicator.changed": gettext_noop("{by} changed the definition of {name}"),
    }
)


# What of an indicator its roll-ups depend on.
_ADDS_UP_BY = {
    "kind", "frequency", "over_time", "carry_forward", "levels", "mean_allowed", "retired_on", "formula", "components",
    "reweight",
}  # fmt: skip


@transaction.atomic
def put_dimension(
    *,
    initiative: Initiative,
    slug: str,
    by: Membership | None,
    categories: Sequence[Mapping[str, Any]] | None = None,
    must_be_new: bool = False,
    **fields: Any,
) -> tuple[Dimension, bool]:
    """The dimension of that short name, made or brought up to `fields` (name, exclusive, position) and categories.

    `categories` in their order: each `slug`, `name`, and if told `retired_on`, `becomes`, `former_names`; one that is
    not named stays, after the others, and so does what is not told of one. A name that changes is remembered with the
    last day of it. No figure is touched. Answers the row and whether anything changed. Raises `Refused`.
    """
    _lock(initiative)
    if categories is not None:
        definitions.refuse(definitions.check_categories(one["slug"] for one in categories))
    row = Dimension.objects.filter(initiative=initiative, slug=slug).first()
    if must_be_new:
        refuse_taken(row, slug)
    is_new = row is None
    if row is None:
        refuse_reserved(slug)
        fields.setdefault("position", Dimension.objects.filter(initiative=initiative).count())
        row = Dimension(initiative=initiative, slug=slug, **fields)
        checked(row).save(force_insert=True)
        changed: dict[str, Any] = {}
    else:
        if fields.get("exclusive") and not row.exclusive and _is_used(row):
            sentence = gettext_noop(
                "{name} has figures in categories that overlap, so it cannot be made exclusive. Add a new dimension."
            )
            raise Refused(Problem("dimension.settled", sentence, {"name": row.name}, field="exclusive"))
        changed = dict(set_fields(row, fields))
    changed |= _put_categories(row, categories or ())
    if is_new or changed:
        verb = "dimension.added" if is_new else "dimension.changed"
        changes.record(verb, on=row, by=by, initiative=initiative, name=row.name, fields=changed)
    return row, is_new or bool(changed)


def _put_categories(dimension: Dimension, categories: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    there = {category.slug: category for category in Category.objects.filter(dimension=dimension)}
    all_of_them = dict(there)
    changed: dict[str, Any] = {}
    order = [None, ", ".join(one["slug"] for one in categories)]
    for position, told in enumerate(categories):
        fields = {**told, "position": position}
        slug = fields.pop("slug")
        category = there.pop(slug, None)
        if category is None:
            category = checked(Category(dimension=dimension, slug=slug, **fields))
            category.save(force_insert=True)
            all_of_them[slug] = category
            changed[f"category {slug}"] = [None, category.name]
            continue
        if fields.get("name", category.name) != category.name:
            last = dimension.initiative.tenant.day().isoformat()
            fields.setdefault("former_names", [*category.former_names, {"name": category.name, "until": last}])
        done = set_fields(category, fields)
        if "name" in done:
            changed[f"category {slug}"] = done["name"]
        elif done and set(done) <= {"position"}:
            changed["order"] = order
        for name in ("retired_on", "becomes"):
            if name in done:
                changed[f"category {slug}, {name}"] = done[name]
        if "former_names" in done and "name" not in done:
            changed[f"category {slug}, former_names"] = done["former_names"]
    if categories:
        for position, category in enumerate(there.values(), start=len(categories)):
            if category.position != position:
                set_fields(category, {"position": position})
                changed["order"] = order
    definitions.refuse(check_retired(dimension_of(dimension, all_of_them.values())))
    return changed


@transaction.atomic
def retire_category(
    *, dimension: Dimension, slug: str, retired_on: date | None, becomes: str = "", by: Membership | None
) -> bool:
    """Offer a category no longer, for periods that begin on that day or later; or again, with None. Its figures stay,
    and are shown under the one that it `becomes` when a reader asks. Answers whether anything changed. Raises `Refused`.
    """
    names = dict(Category.objects.filter(dimension=dimension).order_by("position", "id").values_list("slug", "name"))
    if slug not in names:
        sentence = gettext_noop("{name} has no category {slug}.")
        raise Refused(Problem("category.unknown", sentence, {"name": dimension.name, "slug": cut(slug)}))
    told = {"retired_on": retired_on, "becomes": becomes if retired_on is not None else ""}
    categories = [{"slug": one, "name": name, **(told if one == slug else {})} for one, name in names.items()]
    _row, is_changed = put_dimension(initiative=dimension.initiative, slug=dimension.slug, by=by, categories=categories)
    return is_changed


@transaction.atomic
def put_indicator(
    *, initiative: Initiative, slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Indicator, bool]:
    """The indicator of that short name, defined or brought up to `fields`, and whether it changed.

    `fields` are the model's own; what is left out stays as it is. A strategy brings its outcome along. Once figures
    exist, kind and frequency stay. A new formula or index that does not say how often has the frequency of its rarest
    input. Raises `Refused` with everything that is wrong.
    """
    _lock(initiative)
    row = Indicator.objects.filter(initiative=initiative, slug=slug).first()
    if must_be_new:
        refuse_taken(row, slug)
    is_new = row is None
    if row is None:
        refuse_reserved(slug)
        fields.setdefault("position", Indicator.objects.filter(initiative=initiative).count())
        row = Indicator(initiative=initiative, slug=slug)
    if "unit" in fields:
        fields["unit"] = definitions.unit_of(fields["unit"])
    _place_on_agenda(initiative, fields)
    if is_new and "frequency" not in fields:
        fields |= composing.frequency_of_inputs(initiative, row, fields)
    if "breakdowns" in fields:  # of a breakdown that goes, nothing remains to begin or to end
        spans = fields.get("breakdown_spans", row.breakdown_spans)
        fields["breakdown_spans"] = {slugs: span for slugs, span in spans.items() if slugs in fields["breakdowns"]}
    before = {name: getattr(row, name) for name in fields}
    _check(initiative, row, fields, is_new=is_new)
    if is_new:
        for name, value in fields.items():
            setattr(row, name, value)
        checked(row).save(force_insert=True)
        changes.record("indicator.defined", on=row, by=by, initiative=initiative, name=row.name, kind=row.kind)
        if kinds.KINDS[row.kind].is_computed:
            mark_indicators([row.pk], months_of(initiative))
        return row, True
    for name, value in before.items():
        setattr(row, name, value)
    changed = set_fields(row, fields)
    if changed:
        changes.record("indicator.changed", on=row, by=by, initiative=initiative, name=row.name, fields=changed)
        if _ADDS_UP_BY & set(changed):
            mark_indicators([row.pk], months_of(initiative))
    return row, bool(changed)


def _check(initiative: Initiative, row: Indicator, fields: dict[str, Any], *, is_new: bool) -> None:
    """Everything the rules have to say of the indicator as it would be; leaves the new values on `row`."""
    settled = {name: (getattr(row, name), fields[name]) for name in ("kind", "frequency") if name in fields}
    if row.kind == MONEY and "unit" in fields:
        settled["unit"] = (row.unit, fields["unit"])
    if "levels" in fields:
        known, named = ([level["slug"] for level in levels] for levels in (row.levels, fields["levels"]))
        if named[: len(known)] != known:
            settled["levels"] = (", ".join(known), ", ".join(named))
    was_negative = row.allows_negative
    for name, value in fields.items():
        setattr(row, name, value)
    dimensions = dimensions_of(initiative)
    problems = _unknown_dimensions(row, dimensions)
    definitions.refuse(problems)
    line = line_of(row, dimensions)
    problems = definitions.check_definition(
        line, due_day=row.due_day, lock_day=row.lock_day, counts_people=row.counts_people
    )
    problems += check_spans(line)
    problems += definitions.check_overlap(line, row.overlap_rate, row.overlap_source, row.overlap_on)
    problems = problems or composing.problems(initiative, row, line)
    has_changed = any(before != after for before, after in settled.values())
    if not is_new and has_changed and _has_figures(row):
        problems += definitions.check_settled(row.name, settled)
    if was_negative and not line.allows_negative and _is_below_zero(row):
        problems.append(definitions.below_zero_stays(row.name))
    baseline = Goal(row.baseline_value, row.baseline_numerator, row.baseline_denominator)
    if not problems and (row.baseline_period is not None or not baseline.is_blank):
        problems += [_of_baseline(problem) for problem in definitions.check_goal(line, baseline)]
        if row.baseline_period is None:
            sentence = gettext_noop("Say from which month the baseline of {name} is.")
            problems.append(Problem("baseline.no_period", sentence, {"name": row.name}, field="baseline_period"))
    definitions.refuse(problems)


def _unknown_dimensions(row: Indicator, dimensions: dict[str, Any]) -> list[Problem]:
    sentence = gettext_noop("{name} cannot be split by {wrong}. The dimensions are: {choices}.")
    choices = cut(", ".join(dimensions), 200) or "–"
    return [
        Problem("line.breakdown", sentence, {"name": row.name, "wrong": cut(breakdown), "choices": choices},
                field="breakdowns", value=cut(breakdown))
        for breakdown in row.breakdowns
        if not breakdown or any(slug not in dimensions for slug in breakdown.split("+"))
    ]  # fmt: skip


def _of_baseline(problem: Problem) -> Problem:
    return problem.at(field=f"baseline_{problem.field}")


def _place_on_agenda(initiative: Initiative, fields: dict[str, Any]) -> None:
    """An indicator hangs on an outcome, or on a strategy of it; a strategy alone says its outcome too."""
    strategy: Strategy | None = fields.get("strategy")
    if strategy is None:
        return
    if fields.get("outcome") is None:
        fields["outcome"] = strategy.outcome
    if strategy.outcome_id != fields["outcome"].pk:
        sentence = gettext_noop("The strategy “{strategy}” is not one towards “{outcome}”.")
        params = {"strategy": strategy.title, "outcome": fields["outcome"].title}
        raise Refused(Problem("indicator.strategy", sentence, params, field="strategy", value=strategy.slug))


def _has_figures(row: Indicator) -> bool:
    return Figure.objects.filter(indicator=row).exists() or CommunityFigure.objects.filter(indicator=row).exists()


def _is_below_zero(row: Indicator) -> bool:
    """Whether a figure or a target of it is below zero."""
    below = {"indicator": row, "value__lt": 0}
    return Figure.objects.filter(**below).exists() or Target.objects.filter(**below).exists()


def _is_used(dimension: Dimension) -> bool:
    """Whether any figure stands in a category of it."""
    figures = Figure.objects.filter(indicator__initiative=dimension.initiative)
    return figures.filter(category__contains=f"{dimension.slug}:").exists()


def _lock(initiative: Initiative) -> None:
    """One at a time may change what an initiative measures."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
