"""What a bundle says of measures: dimensions, indicators with baselines and targets, obligations, excuses."""

from __future__ import annotations

from typing import Any

from backbone.bundles.ground import Item, item, read_code
from backbone.bundles.marked import Section, given, once
from backbone.problems import gettext_noop
from measures.lines import stored_components
from measures.models import Indicator, Obligation, ValidationRule
from measures.rules import kinds
from measures.rules.components import Component
from measures.rules.formula import LONGEST
from measures.rules.periods import Grain, text_of

EVERY_PARTNER = "all"

DIMENSION_KEYS = ("slug", "name", "exclusive", "categories")
CATEGORY_KEYS = ("slug", "name", "retired_on", "becomes", "former_names")
SPLIT_KEYS = ("by", "since", "until")
LIMIT_KEYS = ("min", "max", "is_hard")
INDICATOR_KEYS = (
    "slug", "code", "name", "definition", "outcome", "strategy", "kind", "numerator", "denominator", "unit",
    "direction", "frequency", "over_time", "carry_forward", "decimals", "allows_negative", "counts_people", "levels",
    "mean_allowed", "overlap",
    "dimensions", "due_day", "lock_day", "baseline", "targets", "judged_from", "limits", "retired_on", "formula",
    "components", "reweight", "source", "source_url", "versions",
)  # fmt: skip
COMPONENT_KEYS = ("indicator", "weight", "best", "worst", "clip")
OVERLAP_KEYS = ("rate", "source", "on")
RULE_KEYS = ("slug", "left", "operator", "right", "severity", "importance", "missing", "message", "active")
GOAL_KEYS = ("period", "value", "numerator", "denominator")
TARGET_KEYS = (*GOAL_KEYS, "grain", "partner", "category", "band")
VERSION_KEYS = (
    "starts_on", "definition", "numerator", "denominator", "kind", "over_time", "comparable", "bridge", "bridge_source",
)  # fmt: skip
OBLIGATION_KEYS = ("indicator", "partners", "starts_on", "ends_on", "frequency", "first_partial")
EXCUSE_KEYS = ("indicator", "partner", "period", "reason", "by")

# The file's own words for fields of the model.
FILE_KEYS = {
    "is_whole": "decimals",
    "overlap_rate": "overlap",
    "overlap_source": "overlap",
    "overlap_on": "overlap",
    "breakdowns": "dimensions",
    "breakdown_spans": "dimensions",
    "limit_min": "limits",
    "limit_max": "limits",
    "limit_is_hard": "limits",
    "baseline_period": "baseline",
    "baseline_value": "baseline",
    "baseline_numerator": "baseline",
    "baseline_denominator": "baseline",
}


def read_dimensions(root: Section) -> list[Item]:
    """Each with `categories` as `setup.put_dimension` takes them, or without when the file does not list them."""
    items = [item(section, _read_dimension) for section in root.sections("dimensions")]
    once([one.section for one in items], [one.fields["slug"] for one in items], "slug")
    return items


def _read_dimension(section: Section) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"dimension “{slug}”" if slug else "dimension"
    section.only(*DIMENSION_KEYS)
    exclusive = section.flag("exclusive")
    values: dict[str, Any] = {"name": section.text("name"), "exclusive": True if exclusive is None else exclusive}
    if "categories" in section:
        values["categories"] = _read_categories(section)
    return {"slug": slug, **given(section, values)}


def _read_categories(dimension: Section) -> list[dict[str, Any]]:
    found = []
    sections = dimension.sections("categories")
    for section in sections:
        slug = section.slug()
        section.what = f"{dimension.what}, category “{slug}”"
        section.only(*CATEGORY_KEYS)
        values = {
            "retired_on": section.day("retired_on"),
            "becomes": section.slug("becomes", required=False),
            "former_names": _read_former_names(section),
        }
        found.append({"slug": slug, "name": section.text("name") or slug, **given(section, values)})
    once(sections, [one["slug"] for one in found], "slug")
    return found


def _read_former_names(category: Section) -> list[dict[str, str]]:
    found = []
    for section in category.sections("former_names"):
        section.what = category.what
        section.only("name", "until")
        until = section.day("until", required=True)
        found.append({"name": section.text("name", required=True), "until": "" if until is None else until.isoformat()})
    return found


def read_indicators(root: Section) -> list[tuple[Item, list[Item]]]:
    """Each with its targets. `outcome` and `strategy` are short names still; `breakdowns` is as it is stored."""
    found = []
    for section in root.sections("indicators"):
        one = item(section, _read_indicator)
        targets = [item(inner, lambda inner, one=one: _read_target(inner, one.section.what))
                   for inner in section.sections("targets")]  # fmt: skip
        once([target.section for target in targets], [_target_key(target) for target in targets], "period")
        found.append((one, targets))
    once([one.section for one, _ in found], [one.fields["slug"] for one, _ in found], "slug")
    return found


def _read_indicator(section: Section) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"indicator “{slug}”" if slug else "indicator"
    section.only(*INDICATOR_KEYS)
    decimals = section.flag("decimals")
    carry = section.whole("carry_forward", 0, 12)
    values: dict[str, Any] = {
        "code": section.text("code", 10),
        "name": section.text("name"),
        "definition": section.text("definition", 5000, lines=True),
        "outcome": section.slug("outcome", required=False),
        "strategy": section.slug("strategy", required=False),
        "kind": section.raw("kind") or "",
        "numerator": section.text("numerator"),
        "denominator": section.text("denominator"),
        "unit": section.text("unit", 40),
        "direction": section.choice("direction", Indicator.Direction.values) or Indicator.Direction.UP.value,
        "frequency": section.choice("frequency", Indicator.Frequency.values) or Indicator.Frequency.MONTH.value,
        "over_time": section.choice("over_time", kinds.OVER_TIME),
        "carry_forward": carry or 0,
        "due_day": section.whole("due_day", 1, 31) or 10,
        "lock_day": section.whole("lock_day", 1, 62) or 20,
        "judged_from": section.month("judged_from"),
        "retired_on": section.day("retired_on"),
        "formula": section.text("formula", LONGEST),
        "reweight": bool(section.flag("reweight")),
        "source": section.text("source", 300),
        "source_url": section.text("source_url", 500),
    }
    fields = given(section, values)
    if "decimals" in section:
        fields["is_whole"] = not decimals
    if "allows_negative" in section:
        fields["allows_negative"] = bool(section.flag("allows_negative"))
    if "counts_people" in section:
        fields["counts_people"] = section.flag("counts_people") is not False
    if "levels" in section:
        fields["levels"] = _read_levels(section)
    if "mean_allowed" in section:
        fields["mean_allowed"] = bool(section.flag("mean_allowed"))
    if "overlap" in section:
        fields |= _read_overlap(section)
    if "dimensions" in section:
        fields["breakdowns"], fields["breakdown_spans"] = _read_breakdowns(section)
    if "limits" in section:
        fields |= _read_limits(section.section("limits"), section.what)
    if "components" in section:
        fields["components"] = stored_components(_read_components(section))
    if "baseline" in section:
        inner = section.section("baseline")
        goal = _read_goal(inner, section.what, "baseline") if inner is not None else dict.fromkeys(GOAL_KEYS)
        fields |= {f"baseline_{key}": goal[key] for key in GOAL_KEYS}
    return {"slug": slug, **fields}


def _read_components(section: Section) -> list[Component]:
    found = []
    for inner in section.sections("components"):
        slug = inner.slug("indicator")
        inner.what = f"{section.what}, component “{slug}”"
        inner.only(*COMPONENT_KEYS)
        weight, best, worst = (inner.number(key, required=key == "weight") for key in ("weight", "best", "worst"))
        clip = inner.flag("clip")
        if slug and weight is not None:
            found.append(Component(slug, weight, best, worst, clip is not False))
    return found


def _read_levels(indicator: Section) -> list[dict[str, str]]:
    """The levels of a scale, lowest first, as they are stored; one without a name is called by its short name."""
    found = []
    sections = indicator.sections("levels")
    for section in sections:
        slug = section.slug()
        section.what = f"{indicator.what}, level “{slug}”"
        section.only("slug", "name")
        found.append({"slug": slug, "name": section.text("name") or slug})
    once(sections, [level["slug"] for level in found], "slug")
    return found


def _read_overlap(indicator: Section) -> dict[str, Any]:
    """How much partners overlap, from where and from when that is known; all empty to forget it."""
    section = indicator.section("overlap")
    if section is None:
        return {"overlap_rate": None, "overlap_source": "", "overlap_on": None}
    section.what = f"{indicator.what}, overlap"
    section.only(*OVERLAP_KEYS)
    return {
        "overlap_rate": section.number("rate"),
        "overlap_source": section.text("source", 500) or "",
        "overlap_on": section.day("on"),
    }


def _read_breakdowns(section: Section) -> tuple[list[str], dict[str, dict[str, str]]]:
    """`type`, or `sex+age` for a cross-tabulation, each set of dimensions once; and from and until when, where an entry
    is a group: `{by: age, since: 2026-10}`."""
    found: list[str] = []
    spans: dict[str, dict[str, str]] = {}
    for text, line, inner in section.words_or_sections("dimensions"):
        if inner is not None:
            inner.what = section.what
            inner.only(*SPLIT_KEYS)
            text = inner.raw("by", required=True) or ""
            months = {key: inner.month(key) for key in ("since", "until")}
            span = {key: text_of(month) for key, month in months.items() if month is not None}
            if not text:
                continue
        parts = [part.strip() for part in text.split("+")]
        breakdown = "+".join(parts)
        if any(set(parts) == set(other.split("+")) for other in found):
            sentence = gettext_noop("“{value}” stands here twice.")
            section.note("bundle.twice", sentence, key="dimensions", line=line, value=breakdown[:80])
        elif len(set(parts)) != len(parts) or not all(parts):
            sentence = gettext_noop("“{value}” is no breakdown: name dimensions, joined by +, each once.")
            section.note("bundle.breakdown", sentence, key="dimensions", line=line, value=breakdown[:80])
        else:
            found.append(breakdown)
            if inner is not None and span:
                spans[breakdown] = span
    return found, spans


def _read_limits(inner: Section | None, of_what: str) -> dict[str, Any]:
    if inner is None:
        return {"limit_min": None, "limit_max": None, "limit_is_hard": False}
    inner.what = f"{of_what}, limits"
    inner.only(*LIMIT_KEYS)
    return {
        "limit_min": inner.number("min"),
        "limit_max": inner.number("max"),
        "limit_is_hard": bool(inner.flag("is_hard")),
    }


def _read_target(section: Section, of_what: str) -> dict[str, Any]:
    """`partner` is a code still, None for everybody's; `grain` is empty for one period of the indicator, `category` for
    the total."""
    fields = _read_goal(section, of_what, "target", TARGET_KEYS)
    return fields | {
        "grain": section.choice("grain", [str(grain) for grain in Grain]) or "",
        "partner": read_code(section, "partner") if "partner" in section else None,
        "category": section.text("category", 200) or "",
        "band": section.number("band"),
    }


def _target_key(target: Item) -> str:
    """What may stand once: a span, for everybody or for one partner; as the file would say it."""
    fields = target.fields
    if not fields["period"]:
        return ""
    return " ".join(filter(None, [text_of(fields["period"]), fields["grain"], fields["partner"], fields["category"]]))


def _read_goal(section: Section, of_what: str, word: str, keys: tuple[str, ...] = GOAL_KEYS) -> dict[str, Any]:
    section.what = f"{of_what}, {word}"
    section.only(*keys)
    return {
        "period": section.month("period", required=True),
        "value": section.number("value"),
        "numerator": section.number("numerator"),
        "denominator": section.number("denominator"),
    }


def read_versions(indicator: Item) -> list[Item]:
    """The definitions that hold from a later period on, in their order; what one leaves out is as before it."""
    of_what = indicator.section.what
    found = [
        item(section, lambda section: _read_version(section, of_what))
        for section in indicator.section.sections("versions")
    ]
    once([one.section for one in found], [str(one.fields["starts_on"] or "") for one in found], "starts_on")
    return sorted(found, key=lambda one: str(one.fields["starts_on"]))


def _read_version(section: Section, of_what: str) -> dict[str, Any]:
    section.what = f"{of_what}, version"
    section.only(*VERSION_KEYS)
    words = {
        "definition": section.text("definition", 5000, lines=True),
        "numerator": section.text("numerator"),
        "denominator": section.text("denominator"),
        "kind": section.raw("kind") or "",
        "over_time": section.choice("over_time", kinds.OVER_TIME),
    }
    return {
        "starts_on": section.month("starts_on", required=True),
        "is_comparable": bool(section.flag("comparable")),
        "bridge": section.number("bridge"),
        "bridge_source": section.text("bridge_source", 500),
        **given(section, words),
    }


def read_obligations(root: Section) -> list[Item] | None:
    """None when the file leaves them out. `partners` is a list of (code, line), or None for every partner."""
    if "obligations" not in root:
        return None
    return [item(section, _read_obligation) for section in root.sections("obligations")]


def _read_obligation(section: Section) -> dict[str, Any]:
    slug = section.slug("indicator")
    section.what = f"obligation for “{slug}”" if slug else "obligation"
    section.only(*OBLIGATION_KEYS)
    words = section.words("partners")
    is_all = not words or [word for word, _ in words] == [EVERY_PARTNER]
    return {
        "indicator": slug,
        "partners": None if is_all else words,
        "starts_on": section.day("starts_on"),
        "ends_on": section.day("ends_on"),
        "frequency": section.choice("frequency", Indicator.Frequency.values) or "",
        "first_partial": section.choice("first_partial", Obligation.FirstPartial.values)
        or Obligation.FirstPartial.EXPECTED.value,
    }


def read_excuses(root: Section) -> list[Item]:
    return [item(section, _read_excuse) for section in root.sections("excuses")]


def _read_excuse(section: Section) -> dict[str, Any]:
    section.what = "excuse"
    section.only(*EXCUSE_KEYS)
    return {
        "indicator": section.slug("indicator"),
        "partner": read_code(section, "partner"),
        "period": section.month("period", required=True),
        "reason": section.text("reason", 500, required=True),
        "by": (section.raw("by") or "").strip().lower(),
    }


def read_rules(root: Section) -> list[Item]:
    items = [item(section, _read_rule) for section in root.sections("rules")]
    once([one.section for one in items], [one.fields["slug"] for one in items], "slug")
    return items


def _read_rule(section: Section) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"rule “{slug}”" if slug else "rule"
    section.only(*RULE_KEYS)
    active = section.flag("active")
    values = {
        "left": section.raw("left") or "",
        "operator": section.choice("operator", ValidationRule.Operator.values) or "<=",
        "right": section.raw("right") or "",
        "severity": section.choice("severity", ValidationRule.Severity.values) or "soft",
        "importance": section.choice("importance", ValidationRule.Importance.values) or "medium",
        "missing": section.choice("missing", ValidationRule.Missing.values) or "never_skip",
        "message": section.text("message", 500),
    }
    fields = {"slug": slug, **given(section, values)}
    return fields | ({} if active is None else {"is_active": active})
