"""DHIS2 metadata: data elements, indicators, categories, validation rules, into what is measured here.

A data element is an indicator that partners file. An indicator whose two expressions are sums is a rate whose halves
come from those elements; one over 1 is the element itself, or the sum of several; one that subtracts or multiplies is
a formula over them. What is annualized or mixes lengths is told as not understood, never approximated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, gettext_noop
from backbone.wording import say
from measures.importing.exchange.dhis2 import load_json
from measures.importing.exchange.mapping import DHIS2
from measures.importing.exchange.rules_in import read_rules
from measures.importing.exchange.things import NOT_UNDERSTOOD, SAME, Things, attempt, slug_of
from measures.models import Dimension, ExternalId, Indicator
from measures.rules.expressions import Expression, parse, spelled
from measures.rules.kinds import AVAILABLE
from measures.rules.periods import Grain
from measures.services import external_ids, obligations, setup
from measures.services.external_ids import Said

DEFAULT = "default"
DEFAULT_IDS = frozenset(("bjDvmb4bfuf", "GLevLNI9wkl", "HllvX50cXC0", "xYerKDKCefk"))
KINDS = {
    "SUM": "flow",
    "AVERAGE_SUM_ORG_UNIT": "average_stock",
    "LAST": "stock",
    "LAST_IN_PERIOD": "stock",
    "LAST_LAST_ORG_UNIT": "stock",
    "MIN": "minimum",
    "MIN_SUM_ORG_UNIT": "minimum",
    "MAX": "maximum",
    "MAX_SUM_ORG_UNIT": "maximum",
    "NONE": "median",
}
VALUE_KINDS = {"BOOLEAN": "milestone", "TRUE_ONLY": "milestone", "TEXT": "narrative", "LONG_TEXT": "narrative"}
BELOW_ZERO = "INTEGER_NEGATIVE"  # the one type that says so: INTEGER and NUMBER are everybody's, and say nothing
LENGTHS = {"Monthly": Grain.MONTH, "Quarterly": Grain.QUARTER, "Yearly": Grain.YEAR}
LENGTHS |= {f"Financial{month}": Grain.YEAR for month in ("April", "July", "Sep", "Oct", "Nov")}
UNITS = {100: "percent", 1000: "per_1000"}
LEVELS = ("stock", "average_stock")
UNDERSTOOD_PARTS = (
    "dataElements", "indicators", "indicatorTypes", "categories", "categoryOptions", "categoryCombos",
    "categoryOptionCombos", "dataSets", "validationRules",
)  # fmt: skip
RATIO = gettext_noop("A ratio here: nothing says that its numerator is a part of its denominator.")
PASSED_OVER = gettext_noop("{count} of them in the file; they are nothing that is kept here.")


class Metadata:
    """One file being brought in; `run()` writes what it can and says what became of each object."""

    def __init__(self, content: bytes, initiative: Initiative, by: Membership | None, scheme: str = ""):
        root = load_json(content)
        if not isinstance(root, Mapping) or not any(isinstance(root.get(part), list) for part in UNDERSTOOD_PARTS):
            text = gettext_noop("This is no DHIS2 metadata: none of its lists is there ({parts}).")
            raise Refused(Problem("metadata.empty", text, {"parts": ", ".join(UNDERSTOOD_PARTS)}))
        self.root, self.initiative, self.by, self.scheme = root, initiative, by, scheme or DHIS2
        self.things = Things("dhis2-metadata")
        rows = ExternalId.objects.filter(initiative=initiative, scheme=self.scheme).select_related("indicator")
        known = list(rows)
        self.defined = {row.code: row.indicator for row in known if row.kind == ExternalId.Kind.DEFINITION}
        self.dimensions = {row.code: row.category for row in known if row.kind == ExternalId.Kind.DIMENSION}
        self.options = {row.code: row.category for row in known if row.kind == ExternalId.Kind.CATEGORY}
        self.slugs = set(Indicator.objects.filter(initiative=initiative).values_list("slug", flat=True))
        self.dimension_slugs = set(Dimension.objects.filter(initiative=initiative).values_list("slug", flat=True))
        self.combos: dict[str, list[str] | None] = {}
        self.lengths = self._read_lengths()
        self.said: list[Said] = []

    def run(self) -> Things:
        self._categories()
        self._category_combos()
        for item in self._each("dataElements"):
            self._data_element(item)
        types = {_id(item): item for item in self._each("indicatorTypes")}
        for item in self._each("indicators"):
            self._indicator(item, types)
        external_ids.put_many(initiative=self.initiative, by=self.by, said=self.said)
        read_rules(list(self._each("validationRules")), self.things, self.initiative, self.by, self.scheme)
        for part, found in self.root.items():
            if isinstance(found, list) and found and part not in UNDERSTOOD_PARTS:
                self.things.add(part, "", "", "", NOT_UNDERSTOOD, PASSED_OVER.format(count=len(found)))
        return self.things

    def _each(self, part: str) -> Iterator[Mapping[str, Any]]:
        found = self.root.get(part)
        for item in found if isinstance(found, list) else ():
            if isinstance(item, Mapping) and _id(item):
                yield item
            else:
                self.things.add(part, "", "", "", NOT_UNDERSTOOD, gettext_noop("It has no id."))

    # --- categories ---

    def _categories(self) -> None:
        options = {_id(item): item for item in self._each("categoryOptions")}
        for item in self._each("categories"):
            if _is_default(item):
                continue
            code, name = _id(item), _name(item)
            slug = self.dimensions.get(code) or slug_of(name, self.dimension_slugs, code)
            is_new = slug not in self.dimension_slugs
            categories: list[dict[str, str]] = []
            taken: set[str] = {"unknown"}
            for reference in _list(item, "categoryOptions"):
                option = options.get(_id(reference), reference)
                old = self.options.get(_id(option), "").partition(":")[2]
                short = old or slug_of(_name(option), taken, _id(option))
                taken.add(short)
                categories.append({"slug": short, "name": _name(option)})
                self._say(ExternalId.Kind.CATEGORY, _id(option), f"{slug}:{short}", name=_name(option))
                self.options[_id(option)] = f"{slug}:{short}"

            def put(slug=slug, name=name, categories=tuple(categories)):
                return setup.put_dimension(
                    initiative=self.initiative, slug=slug, by=self.by, categories=categories, name=name
                )

            if attempt(self.things, "category", code, name, slug, put, is_new) is not None:
                self.dimension_slugs.add(slug)
                self.dimensions[code] = slug
                self._say(ExternalId.Kind.DIMENSION, code, slug, name=name)

    def _category_combos(self) -> None:
        for item in self._each("categoryCombos"):
            categories = [_id(one) for one in _list(item, "categories")]
            if _is_default(item) or set(categories) <= DEFAULT_IDS:
                self.combos[_id(item)] = []
                continue
            slugs = [self.dimensions.get(category) for category in categories]
            if None in slugs:
                self.combos[_id(item)] = None
                why = gettext_noop("One of its categories is not in the file, or was not understood.")
                self.things.add("categoryCombo", _id(item), _name(item), "", NOT_UNDERSTOOD, why)
            else:
                self.combos[_id(item)] = slugs  # type: ignore[assignment]
                self.things.add("categoryCombo", _id(item), _name(item), "+".join(slugs), SAME)  # type: ignore[arg-type]
        for item in self._each("categoryOptionCombos"):
            pairs = [self.options.get(_id(one)) for one in _list(item, "categoryOptions")]
            order = self.combos.get(_id(item.get("categoryCombo"))) or []
            if _is_default(item) or _id(item) in DEFAULT_IDS:
                continue
            if not pairs or None in pairs:
                why = gettext_noop("One of its options is not in the file.")
                self.things.add("categoryOptionCombo", _id(item), _name(item), "", NOT_UNDERSTOOD, why)
                continue
            ordered = sorted(
                pairs, key=lambda pair: order.index(pair.partition(":")[0]) if pair.partition(":")[0] in order else 99
            )  # type: ignore[union-attr]
            key = "+".join(ordered)  # type: ignore[arg-type]
            verdict = SAME if self.options.get(_id(item)) == key else "new"
            self.things.add("categoryOptionCombo", _id(item), _name(item), key, verdict)
            self.options[_id(item)] = key
            self._say(ExternalId.Kind.CATEGORY, _id(item), key, name=_name(item))

    # --- data elements and indicators ---

    def _read_lengths(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for item in _list(self.root, "dataSets"):
            for element in _list(item, "dataSetElements") or _list(item, "dataElements"):
                found[_id(element.get("dataElement", element))].add(str(item.get("periodType", "")))
        return found

    def _data_element(self, item: Mapping[str, Any]) -> None:
        code, name = _id(item), _name(item)
        kind, why = _kind_of(item)
        combo = _id(item.get("categoryCombo"))
        breakdown = [] if combo in ("", *DEFAULT_IDS) else self.combos.get(combo)
        frequency, why_length = self._frequency(code)
        if breakdown is None:
            why = why or gettext_noop("Its category combination is not in the file, or was not understood.")
        why = why or why_length
        if why:
            self.things.add("dataElement", code, name, "", NOT_UNDERSTOOD, why)
            return
        value_type = str(item.get("valueType", ""))
        below = {"allows_negative": True, "counts_people": False} if value_type == BELOW_ZERO else {}
        indicator = self._put(
            "dataElement", item, kind=kind, frequency=frequency, is_whole="INTEGER" in value_type,
            breakdowns=["+".join(breakdown)] if breakdown else [], unit="", **below,
        )  # fmt: skip
        if indicator is not None:
            self._say(ExternalId.Kind.VALUE, code, indicator.slug, name=name)

    def _indicator(self, item: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]) -> None:
        code, name = _id(item), _name(item)
        found = self._rate(item, types)
        if isinstance(found, dict):
            self._put("indicator", item, is_whole=False, breakdowns=[], **found)
            return
        if isinstance(found, str):
            self.things.add("indicator", code, name, "", NOT_UNDERSTOOD, found)
            return
        top, bottom, fields = found
        if bottom is None and len(top.terms) == 1:
            element = self.defined.get(top.terms[0])
            if element is None:
                why = gettext_noop("The data element that it shows was not understood, or is not in the file.")
                self.things.add("indicator", code, name, "", NOT_UNDERSTOOD, why)
                return
            why = gettext_noop("It is that data element, over 1.")
            self.things.add("indicator", code, name, element.slug, SAME, why)
            self._say(ExternalId.Kind.DEFINITION, code, element.slug, name=name)
            return
        indicator = self._put("indicator", item, is_whole=False, breakdowns=[], **fields)
        if indicator is None:
            return
        if item.get("indicatorType") and not fields["unit"] and bottom is not None:
            self.things.tell(code, RATIO)
        for kind, expression in (("numerator" if bottom else "value", top), ("denominator", bottom)):
            for term in expression.terms if expression is not None else ():
                self._say(kind, term, indicator.slug, name="")

    def _rate(
        self, item: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]
    ) -> tuple[Expression, Expression | None, dict[str, Any]] | dict[str, Any] | str:
        """(numerator, denominator or None over 1, the fields of the indicator); the fields alone of what is computed
        by a formula; or why it is not understood."""
        sides = [parse(str(item.get(side, ""))) for side in ("numerator", "denominator")]
        for side in sides:
            if isinstance(side, Problem):
                return say(side)
        top, bottom = sides
        assert isinstance(top, Expression)
        assert isinstance(bottom, Expression)
        if item.get("annualized") is True:
            return gettext_noop(
                "It is annualized: scaled from its period to a year, which is no figure of that period."
            )
        if not top.is_sum or not (bottom.is_sum or bottom.constant == "1"):
            return self._formula(top, bottom, types.get(_id(item.get("indicatorType")), {}).get("factor", 1))
        elements = {term.partition(".")[0] for side in (top, bottom) for term in side.terms}
        known = {element: self.defined.get(element) for element in sorted(elements)}
        absent = [element for element, indicator in known.items() if indicator is None]
        if absent:
            text = gettext_noop("These data elements were not understood, or are not in the file: {elements}.")
            return text.format(elements=", ".join(absent))
        lengths = {indicator.frequency for indicator in known.values() if indicator is not None}
        if len(lengths) > 1:
            return gettext_noop("Its data elements are filed for periods of different lengths.")
        kinds = {term: known[term.partition(".")[0]].kind for term in (*top.terms, *bottom.terms)}  # type: ignore[union-attr]
        fields: dict[str, Any] = {"frequency": lengths.pop(), "unit": ""}
        if not bottom.is_sum:
            if len({kinds[term] for term in top.terms}) > 1:
                return gettext_noop("It adds data elements that combine in different ways.")
            return top, None, fields | {"kind": kinds[top.terms[0]]}
        if any(kinds[term] not in ("flow", *LEVELS) for term in kinds):
            return gettext_noop("It divides data elements that do not add up.")
        factor = types.get(_id(item.get("indicatorType")), {}).get("factor", 1)
        unit = UNITS.get(int(factor) if str(factor).isdigit() else 1, "")
        # A percentage is a part of a whole here, which only the expressions can prove; otherwise it is a plain ratio.
        fields["unit"] = unit if unit != "percent" or set(top.terms) <= set(bottom.terms) else ""
        level = next((kinds[term] for term in bottom.terms if kinds[term] in LEVELS), None)
        fields["kind"] = "rate" if level is None else "rate_stock"
        if level is not None:
            fields["over_time"] = "last" if level == "stock" else "period_rate"
        fields["numerator"] = str(item.get("numeratorDescription") or "")[:200]
        fields["denominator"] = str(item.get("denominatorDescription") or "")[:200]
        return top, bottom, fields

    def _formula(self, top: Expression, bottom: Expression, factor: Any) -> dict[str, Any] | str:
        """What is more than sums is computed from the combined data elements, as DHIS2 does."""
        terms = (*top.terms, *bottom.terms)
        if not terms:
            return gettext_noop("It holds no data element.")
        if any("." in term for term in terms):
            return gettext_noop("It computes with single categories of a data element.")
        absent = [term for term in terms if term not in self.defined]
        if absent:
            text = gettext_noop("These data elements were not understood, or are not in the file: {elements}.")
            return text.format(elements=", ".join(dict.fromkeys(absent)))
        sides = [spelled(side, {term: self.defined[term].slug for term in side.terms}) for side in (top, bottom)]
        text = sides[0] if bottom.constant == "1" else f"({sides[0]}) / ({sides[1]})"
        return {"kind": "formula", "unit": "", "formula": text if str(factor) == "1" else f"({text}) * {factor}"}

    def _frequency(self, code: str) -> tuple[str, str]:
        lengths = {LENGTHS.get(word) for word in self.lengths.get(code, {"Monthly"})}
        if None in lengths:
            return "", gettext_noop("It is collected by the week, the day or half a year.")
        if len(lengths) > 1:
            return "", gettext_noop("It is in data sets of different lengths.")
        return str(lengths.pop()), ""

    def _put(self, what: str, item: Mapping[str, Any], **fields: Any) -> Indicator | None:
        code, name = _id(item), _name(item)
        known = self.defined.get(code)
        slug = known.slug if known is not None else slug_of(_name(item), self.slugs, code)
        definition = str(item.get("description") or "")[:5000]
        if known is not None and not definition:
            definition = known.definition
        fields |= {"name": name[:200], "definition": definition}

        def put() -> tuple[Indicator, bool]:
            row, changed = setup.put_indicator(initiative=self.initiative, slug=slug, by=self.by, **fields)
            if known is None and row.kind != "formula":
                obligations.put_obligations(indicator=row, partners=None, by=self.by)
            return row, changed

        row = attempt(self.things, what, code, name, slug, put, known is None)
        if row is not None:
            self.slugs.add(slug)
            self.defined[code] = row
            self._say(ExternalId.Kind.DEFINITION, code, slug, name=name)
        return row

    def _say(self, kind: str, code: str, stands_for: str, *, name: str) -> None:
        self.said.append(Said(self.scheme, str(kind), code, stands_for, "", name[:250]))


def _kind_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """(kind, ""), or ("", why not)."""
    value_type = str(item.get("valueType", "NUMBER"))
    if str(item.get("domainType", "AGGREGATE")) != "AGGREGATE":
        return "", gettext_noop("It is of single persons or events, which are not kept here.")
    if value_type in VALUE_KINDS:
        kind = VALUE_KINDS[value_type]
    elif value_type.startswith("INTEGER") or value_type in ("NUMBER", "PERCENTAGE", "UNIT_INTERVAL"):
        kind = KINDS.get(str(item.get("aggregationType", "SUM")), "")
    else:
        kind = ""
    if any(row.slug == kind for row in AVAILABLE):
        return kind, ""
    text = gettext_noop("There is no kind of indicator for {type} that combines as {aggregation}.")
    return "", text.format(type=value_type, aggregation=item.get("aggregationType"))


def _list(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = item.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _id(item: Any) -> str:
    found = item.get("id") if isinstance(item, Mapping) else None
    return found if isinstance(found, str) and len(found) <= 200 else ""


def _name(item: Mapping[str, Any]) -> str:
    return " ".join(str(item.get("name") or item.get("shortName") or _id(item)).split())


def _is_default(item: Mapping[str, Any]) -> bool:
    return _name(item) == DEFAULT or _id(item) in DEFAULT_IDS
