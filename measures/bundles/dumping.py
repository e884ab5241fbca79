"""Writing an initiative's set-up as a bundle, so that loading it elsewhere makes the same, and again the same file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from django.db.models import F

from agenda.bundles import agenda_of
from backbone.bundles import further, ground
from backbone.models import Initiative, Tenant
from measures.bundles.loading import VERSION
from measures.bundles.reading import EVERY_PARTNER
from measures.lines import components_of
from measures.models import Category, Dimension, Excuse, Indicator, Obligation, Target, ValidationRule
from measures.rules.components import Component
from measures.rules.kinds import KINDS
from measures.rules.periods import text_of
from measures.selectors.versions import FIELDS, History, histories

LINE_WIDTH = 118


class Row(dict):
    """A group of keys that stands on one line of the file."""


def dump(tenant: Tenant, initiative: Initiative) -> str:
    """The initiative as a bundle in YAML; in the tenant's scope. People are in it, their logins are not."""
    bundle: dict[str, Any] = {
        "backbone": VERSION,
        "tenant": ground.tenant_of(tenant),
        "initiative": ground.initiative_of(initiative),
        "agenda": agenda_of(initiative),
        "partners": _rows(ground.partners_of(initiative)),
        "dimensions": _dimensions_of(initiative),
        "indicators": _indicators_of(initiative),
    }
    for outcome in bundle["agenda"]["outcomes"]:
        outcome |= {"strategies": _rows(outcome["strategies"])} if "strategies" in outcome else {}
    if "map" in bundle["agenda"]:
        bundle["agenda"]["map"] = {key: _rows(lines) for key, lines in bundle["agenda"]["map"].items()}
    obligations = _obligations_of(initiative)
    if obligations is not None:
        bundle["obligations"] = obligations
    if excuses := _excuses_of(initiative):
        bundle["excuses"] = excuses
    if rules := _rules_of(initiative):
        bundle["rules"] = rules
    for key, part in further.registered().items():
        if said := part.written(initiative):
            bundle[key] = {name: _lines(lines) for name, lines in said.items()}
    bundle["members"] = _rows(ground.members_of())
    return yaml.dump(bundle, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)


def _rows(lines: Iterable[dict[str, Any]]) -> list[Row]:
    return [Row(line) for line in lines]


def _lines(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of keys, each on one line unless it holds groups itself; those inside are on one line each."""
    found = []
    for line in lines:
        inside = {key: _rows(value) for key, value in line.items() if value and _is_groups(value)}
        found.append(line | inside if inside or len(line) > 4 else Row(line))
    return found


def _is_groups(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], dict)


def _dimensions_of(initiative: Initiative) -> list[dict[str, Any]]:
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "exclusive": row.exclusive,
            "categories": [_category(one) for one in row.categories.all()],
        }
        for row in Dimension.objects.filter(initiative=initiative).prefetch_related("categories")
    ]


def _category(row: Category) -> Row:
    found: dict[str, Any] = {"slug": row.slug, "name": row.name}
    if row.retired_on is not None:
        found["retired_on"] = row.retired_on
    if row.becomes:
        found["becomes"] = row.becomes
    if row.former_names:
        found["former_names"] = [
            Row(name=one["name"], until=date.fromisoformat(one["until"])) for one in row.former_names
        ]
    return Row(found)


def _breakdowns(row: Indicator) -> list[Any]:
    return [
        Row(by=slugs, **row.breakdown_spans[slugs]) if slugs in row.breakdown_spans else slugs
        for slugs in row.breakdowns
    ]


def _indicators_of(initiative: Initiative) -> list[dict[str, Any]]:
    rows = Indicator.objects.filter(initiative=initiative).select_related("outcome", "strategy")
    targets: dict[int, list[Target]] = {}
    rows_of_targets = Target.objects.filter(indicator__initiative=initiative).select_related("partner")
    for target in rows_of_targets.order_by("period", "grain", F("partner__code").asc(nulls_first=True), "category"):
        targets.setdefault(target.indicator_id, []).append(target)
    past = histories(rows)
    return [_indicator(row, targets.get(row.pk, [])) | _versions(past[row.pk]) for row in rows]


def _versions(history: History) -> dict[str, list[Row]]:
    """What each later definition says otherwise than the one before it."""
    before: Any = history.indicator
    found = []
    for row in history.rows:
        line: dict[str, Any] = {"starts_on": text_of(row.starts_on), "definition": row.definition}
        for name in FIELDS[1:]:
            if getattr(row, name) != getattr(before, name):
                line[name] = getattr(row, name)
        line["comparable"] = row.is_comparable
        if row.bridge is not None:
            line |= {"bridge": row.bridge, "bridge_source": row.bridge_source}
        found.append(Row(line))
        before = row
    return {"versions": found} if found else {}


def _indicator(row: Indicator, targets: list[Target]) -> dict[str, Any]:
    """The keys of the format in its order; what is empty or the default of a rarer key is left out."""
    found: dict[str, Any] = {
        "slug": row.slug,
        "code": row.code,
        "name": row.name,
        "definition": row.definition,
        "outcome": row.outcome.slug if row.outcome is not None else "",
        "strategy": row.strategy.slug if row.strategy is not None else "",
        "kind": row.kind,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "unit": row.unit,
        "formula": row.formula,
        "source": row.source,
        "source_url": row.source_url,
    }
    found = {key: value for key, value in found.items() if value != ""}
    found |= {"direction": row.direction, "frequency": row.frequency}
    if row.components:
        found["components"] = [_component(one) for one in components_of(row.components)]
    if row.reweight:
        found["reweight"] = True
    if row.over_time:
        found["over_time"] = row.over_time
    if row.carry_forward:
        found["carry_forward"] = row.carry_forward
    if not row.is_whole:
        found["decimals"] = True
    if row.allows_negative:
        found["allows_negative"] = True
    if not row.counts_people:
        found["counts_people"] = False
    if row.levels:
        found["levels"] = _rows({"slug": level["slug"], "name": level["name"]} for level in row.levels)
    if row.mean_allowed:
        found["mean_allowed"] = True
    if row.overlap_rate is not None:
        found["overlap"] = Row(rate=row.overlap_rate, source=row.overlap_source, on=row.overlap_on)
    if row.breakdowns:
        found["dimensions"] = _breakdowns(row)
    found |= {"due_day": row.due_day, "lock_day": row.lock_day}
    if row.baseline_period is not None:
        numbers = {key: getattr(row, f"baseline_{key}") for key in ("value", "numerator", "denominator")}
        found["baseline"] = _goal(row.baseline_period, **numbers)
    if targets:
        found["targets"] = [_target(one) for one in targets]
    if row.judged_from is not None:
        found["judged_from"] = text_of(row.judged_from)
    limits = {"min": row.limit_min, "max": row.limit_max}
    if any(number is not None for number in limits.values()):
        limits = {key: number for key, number in limits.items() if number is not None}
        found["limits"] = Row(limits | ({"is_hard": True} if row.limit_is_hard else {}))
    if row.retired_on is not None:
        found["retired_on"] = row.retired_on
    return found


def _target(row: Target) -> Row:
    found = _goal(row.period, row.value, row.numerator, row.denominator)
    if row.grain:
        found["grain"] = row.grain
    if row.partner is not None:
        found["partner"] = row.partner.code
    if row.category:
        found["category"] = row.category
    if row.band is not None:
        found["band"] = row.band
    return found


def _component(one: Component) -> Row:
    keys = {"indicator": one.indicator, "weight": one.weight, "best": one.best, "worst": one.worst}
    keys |= {} if one.clip else {"clip": False}
    return Row({key: value for key, value in keys.items() if value is not None})


def _goal(period, value, numerator, denominator) -> Row:
    numbers = {"value": value, "numerator": numerator, "denominator": denominator}
    return Row({"period": text_of(period)} | {key: number for key, number in numbers.items() if number is not None})


def _obligations_of(initiative: Initiative) -> list[Row] | None:
    """Lines of partners that owe an indicator for the same days; None when every partner simply owes everything."""
    rows = (
        Obligation.objects.filter(indicator__initiative=initiative)
        .select_related("partner", "indicator")
        .order_by("indicator__position", "indicator_id", "starts_on", "ends_on", "frequency", "partner__code")
    )
    lines: dict[tuple, list[str]] = {}
    for row in rows:
        first = "" if row.first_partial == Obligation.FirstPartial.EXPECTED else row.first_partial
        key = (row.indicator.slug, row.partner_id is None, row.starts_on, row.ends_on, row.frequency, first)
        lines.setdefault(key, []).append(row.partner.code if row.partner is not None else EVERY_PARTNER)
    plain = {
        (slug, True, None, None, "", "")
        for slug, kind in Indicator.objects.filter(initiative=initiative).values_list("slug", "kind")
        if KINDS[kind].is_filed
    }
    if set(lines) == plain:
        return None
    return [
        Row(
            indicator=slug,
            partners=EVERY_PARTNER if is_all else codes,
            starts_on=starts_on,
            ends_on=ends_on,
            **{key: value for key, value in (("frequency", frequency), ("first_partial", first)) if value},
        )
        for (slug, is_all, starts_on, ends_on, frequency, first), codes in lines.items()
    ]


def _excuses_of(initiative: Initiative) -> list[Row]:
    rows = Excuse.objects.filter(indicator__initiative=initiative).select_related("indicator", "partner", "by")
    return [
        Row(
            indicator=row.indicator.slug,
            partner=row.partner.code,
            period=text_of(row.period),
            reason=row.reason,
            by=row.by.email,
        )
        for row in rows.order_by("indicator__position", "indicator_id", "period", "partner__code")
    ]


def _rules_of(initiative: Initiative) -> list[Row]:
    found = []
    for row in ValidationRule.objects.filter(initiative=initiative):
        names = ("slug", "left", "operator", "right", "severity", "importance", "missing", "message")
        rule = {name: str(getattr(row, name)) for name in names}
        usual = {"importance": "medium", "missing": "never_skip"}
        rule = {name: value for name, value in rule.items() if usual.get(name) != value}
        found.append(Row(rule | ({} if row.is_active else {"active": False})))
    return found


class _Dumper(yaml.SafeDumper):
    """Rows on one line, short lists too, long texts as blocks, numbers without trailing zeros; no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False):
        return super().increase_indent(flow, False)


def _row(dumper: _Dumper, row: Row) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


def _list(dumper: _Dumper, values: list) -> yaml.Node:
    is_short = all(isinstance(value, str) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_short)


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _number(dumper: _Dumper, number: Decimal) -> yaml.Node:
    text = f"{number.normalize():f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Row, _row)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
