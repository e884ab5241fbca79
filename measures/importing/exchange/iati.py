"""IATI results, 2.01 to 2.03, in: indicators with their direction, baselines and targets; actuals as figures.

A value is one number. What says two things at once (`N=42;P=57`), a percentage without its numerator and denominator, a
period that is no month, quarter or year: each is left out and told at its line, and keeps nothing else out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from backbone.models import Initiative, Membership, Tenant
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular import Row
from backbone.tabular.markup import Node, read_markup
from backbone.wording import say
from measures.importing.exchange.mapping import IATI
from measures.importing.exchange.things import NOT_UNDERSTOOD, Things, attempt, slug_of
from measures.importing.exchange.values import IGNORED, REFUSED, UNCHANGED, Exchanged, Verdict
from measures.importing.office import Office
from measures.importing.preview import judge
from measures.importing.reading import Reader
from measures.models import Dimension, ExternalId, Indicator
from measures.rules.kinds import AVAILABLE
from measures.rules.lines import PERCENT
from measures.rules.periods import FIRST_YEAR, LAST_YEAR, Grain, last_day, text_of
from measures.services import external_ids, obligations, setup, targets
from measures.services.external_ids import Said

VERSIONS = ("2.01", "2.02", "2.03")
MEASURES = {
    "1": "flow", "unit": "flow", "2": "rate", "percentage": "rate", "3": "milestone", "nominal": "milestone",
    "4": "ordinal", "ordinal": "ordinal", "5": "narrative", "qualitative": "narrative",
}  # fmt: skip
OWN_VOCABULARY = "99"
HUNDRED = Decimal(100)

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)
_SEVERAL = re.compile(r"\s*[A-Za-z]+\s*=\s*[^;=]*(?:;\s*[A-Za-z]+\s*=\s*[^;=]*)+;?\s*")

TWO_THINGS = gettext_noop(
    "“{value}” says two things at once. A value is one number: report the number and the percentage as two indicators."
)
NO_NUMBER = gettext_noop("“{value}” is not a number: write digits and a decimal point only.")
BARE_PERCENTAGE = gettext_noop(
    "{value}% has no numerator and denominator, without which percentages cannot be combined over partners."
)
NO_MEASURE = gettext_noop("“{found}” is no measure of IATI: 1 unit, 2 percentage, 3 nominal, 4 ordinal, 5 qualitative.")
NO_KIND = gettext_noop("There is no kind of indicator here for the measure “{found}”.")
LENGTH = gettext_noop("{start} to {end} is no month, quarter or year.")
LENGTHS = gettext_noop("Its periods are of different lengths.")
NO_PARTNER = gettext_noop("The activity, or its reporting organisation, stands for no partner here.")
OTHER_LENGTH = gettext_noop("The period is not as long as {indicator} is filed for.")
NO_TOTAL = gettext_noop("It is a part, and the file has no total beside it.")
NOTHING = gettext_noop("It says nothing.")


@dataclass(slots=True)
class Activity:
    """One activity: whose it is, and its indicators."""

    identifier: str
    reporter: str
    node: Node


@dataclass(slots=True)
class Actual:
    """One value of a period on its way to becoming a figure."""

    line: int
    partner: str
    indicator: Indicator
    period: date
    days: str
    category: str
    said: str
    value: Decimal
    note: str


@dataclass(slots=True)
class Found:
    """What was read of the actuals: those to be judged, and what was said of the others."""

    actuals: list[Actual] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


class Results:
    """One file being brought in; `run()` writes definitions, baselines and targets, and judges the actuals."""

    def __init__(
        self, content: bytes, initiative: Initiative, tenant: Tenant, by: Membership | None, scheme: str = "",
        replace: bool = False,
    ):  # fmt: skip
        root = read_markup(content)
        if root.name != "iati-activities":
            text = gettext_noop("The file begins with <{name}>; an IATI file begins with <iati-activities>.")
            raise Refused(Problem("file.other_format", text, {"name": cut(root.name)}))
        self.activities = [
            Activity(_words(node.first("iati-identifier")), _attribute(node.first("reporting-org"), "ref"), node)
            for node in root.each("iati-activity")
        ]
        self.initiative, self.tenant, self.by = initiative, tenant, by
        self.scheme, self.replace = scheme or IATI, replace
        self.things = Things("iati")
        if root.get("version") not in VERSIONS:
            text = gettext_noop("The file says it is of version “{found}”; it was read as {known}.")
            params = {"found": cut(root.get("version")), "known": VERSIONS[-1]}
            self.things.findings.add(Problem("iati.version", text, params, is_warning=True))
        rows = ExternalId.objects.filter(initiative=initiative, scheme=self.scheme).select_related(
            "indicator", "partner"
        )
        self.known = list(rows)
        self.defined = {row.code: row.indicator for row in self.known if row.kind == ExternalId.Kind.DEFINITION}
        self.partners = {row.code: row.partner.code for row in self.known if row.kind == ExternalId.Kind.PARTNER}
        self.dimensions = {row.code: row.category for row in self.known if row.kind == ExternalId.Kind.DIMENSION}
        self.options = {row.code: row.category for row in self.known if row.kind == ExternalId.Kind.CATEGORY}
        self.by_slug = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
        self.dimension_slugs = set(Dimension.objects.filter(initiative=initiative).values_list("slug", flat=True))
        self.said: list[Said] = []
        self.exchanged = Exchanged("iati", self.scheme)
        self.found = Found()

    def run(self) -> Things:
        for activity in self.activities:
            for result in activity.node.each("result"):
                for node in result.each("indicator"):
                    self._indicator(activity, node)
        external_ids.put_many(initiative=self.initiative, by=self.by, said=self.said)
        self._judge()
        return self.things

    # --- definitions ---

    def _indicator(self, activity: Activity, node: Node) -> None:
        title = _title(node) or gettext_noop("without a title")
        reference = next((one for one in node.each("reference") if one.get("vocabulary") == OWN_VOCABULARY), None)
        code = (reference.get("code") if reference is not None else "") or title
        known = self.defined.get(code[:200]) or self.by_slug.get(code)
        kind, why = self._kind(node, known)
        grain, why_grain = self._grain(node, known)
        if why or why_grain:
            self.things.add("indicator", code, title, "", NOT_UNDERSTOOD, why or why_grain)
            self._leave_out(activity, node, why or why_grain)
            return
        slug = known.slug if known is not None else slug_of(title, self.by_slug, code)
        fields: dict[str, Any] = {"name": title[:200], "direction": _direction(node)}
        definition = _words(node.first("description"))
        if definition:
            fields["definition"] = definition[:5000]
        if known is None:
            fields |= {
                "kind": kind,
                "frequency": str(grain),
                "unit": PERCENT if kind == "rate" else "",
                "is_whole": False,
            }
            if kind == "flow" and self._is_below_zero(node):
                fields |= {"allows_negative": True, "counts_people": False}
        breakdowns = self._breakdowns(node)
        if breakdowns:
            there = [] if known is None else list(known.breakdowns)
            fields["breakdowns"] = [*there, *(one for one in breakdowns if one not in there)]
        fields |= self._baseline(node, kind)

        def put() -> tuple[Indicator, bool]:
            row, changed = setup.put_indicator(initiative=self.initiative, slug=slug, by=self.by, **fields)
            if known is None and row.kind in FILED:
                obligations.put_obligations(indicator=row, partners=None, by=self.by)
            return row, changed

        row = attempt(self.things, "indicator", code, title, slug, put, known is None)
        if row is None:
            self._leave_out(activity, node, self.things.things[-1].why)
            return
        self.by_slug[slug] = self.defined[code[:200]] = row
        self._say(ExternalId.Kind.DEFINITION, code[:200], slug, title)
        for period in node.each("period"):
            self._period(activity, row, period)

    def _kind(self, node: Node, known: Indicator | None) -> tuple[str, str]:
        found = node.get("measure")
        kind = MEASURES.get(found.casefold(), "")
        if known is not None and (kind or not found):
            return known.kind, ""
        if not kind:
            return "", NO_MEASURE.format(found=cut(found))
        return (kind, "") if any(row.slug == kind for row in AVAILABLE) else ("", NO_KIND.format(found=cut(found)))

    def _grain(self, node: Node, known: Indicator | None) -> tuple[Grain | None, str]:
        grains = set()
        for period in node.each("period"):
            days = _days(period)
            grain = None if days is None else _grain_of(*days)
            if grain is None:
                start, end = (
                    _attribute(period.first(f"period-{edge}"), "iso-date") or "?" for edge in ("start", "end")
                )
                return None, LENGTH.format(start=cut(start, 20), end=cut(end, 20))
            grains.add(grain)
        if known is not None:
            return Grain(known.frequency), ""
        if len(grains) > 1:
            return None, LENGTHS
        return (grains.pop() if grains else Grain.YEAR), ""

    def _is_below_zero(self, node: Node) -> bool:
        """Whether a number of an indicator is: the standard says nothing of it beforehand."""
        said = (*node.each("baseline"), *_targets(node), *_values(node))
        return any(number < 0 for one in said if (number := self._number(one)) is not None)

    def _baseline(self, node: Node, kind: str) -> dict[str, Any]:
        baseline = next((one for one in node.each("baseline") if one.first("dimension") is None), None)
        if baseline is None or not baseline.get("value"):
            return {}
        number = self._number(baseline)
        day = _day(baseline.get("iso-date")) or _day(f"{baseline.get('year')}-01-01")
        if number is None or day is None:
            return {}
        found: dict[str, Any] = {"baseline_period": day.replace(day=1)}
        if kind.startswith("rate"):
            return found | {"baseline_numerator": number, "baseline_denominator": HUNDRED}
        return found | {"baseline_value": number}

    def _breakdowns(self, node: Node) -> list[str]:
        """The dimensions of an indicator's values and targets, made where there are none; overlapping, as nothing says
        otherwise."""
        found: dict[str, dict[str, str]] = {}
        together: list[str] = []
        for value in (*_values(node), *_targets(node)):
            pairs = [(one.get("name"), one.get("value")) for one in value.each("dimension")]
            pairs = [(name, option) for name, option in pairs if name and option]
            for name, option in pairs:
                found.setdefault(name, {})[option] = option
            key = "+".join(dict.fromkeys(name for name, _ in pairs))
            if key and key not in together:
                together.append(key)
        for name, options in found.items():
            self._dimension(name, list(options))
        return ["+".join(self.dimensions.get(name, name) for name in key.split("+")) for key in together]

    def _dimension(self, name: str, options: list[str]) -> None:
        slug = self.dimensions.get(name) or (name if name in self.dimension_slugs else "")
        is_new = not slug
        slug = slug or slug_of(name, self.dimension_slugs, "dimension")
        row = None if is_new else Dimension.objects.get(initiative=self.initiative, slug=slug)
        there = dict(row.categories.values_list("slug", "name")) if row is not None else {}
        taken = {"unknown", *there}
        for option in options:
            key = f"{name}={option}"
            if key in self.options:
                continue
            short = option if option in taken else slug_of(option, taken, "category")
            taken.add(short)
            there.setdefault(short, option[:200])
            self.options[key] = f"{slug}:{short}"
            self._say(ExternalId.Kind.CATEGORY, key[:200], f"{slug}:{short}", option)

        def put():
            more = {"name": name[:200], "exclusive": False} if is_new else {}
            return setup.put_dimension(
                initiative=self.initiative,
                slug=slug,
                by=self.by,
                categories=[{"slug": one, "name": words} for one, words in there.items()],
                **more,
            )

        if attempt(self.things, "dimension", name, name, slug, put, is_new) is not None:
            self.dimension_slugs.add(slug)
            self.dimensions[name] = slug
            self._say(ExternalId.Kind.DIMENSION, name[:200], slug, name)

    # --- targets and actuals ---

    def _period(self, activity: Activity, indicator: Indicator, period: Node) -> None:
        days = _days(period)
        assert days is not None
        first, grain = days[0], _grain_of(*days)
        for target in period.each("target"):
            self._target(indicator, first, grain, target)
        for actual in period.each("actual"):
            self._actual(activity, indicator, first, grain, actual)

    def _target(self, indicator: Indicator, first: date, grain: Grain | None, node: Node) -> None:
        category = self._category(node)
        name = f"{indicator.name}, {text_of(first)}{', ' if category else ''}{category}"
        if node.first("location") is not None:
            why = gettext_noop("Targets of places are not kept here.")
            self.things.add("target", "", name, indicator.slug, NOT_UNDERSTOOD, why)
            return
        if not node.get("value"):
            return
        number = self._number(node)
        if number is None:
            self.things.add("target", "", name, indicator.slug, NOT_UNDERSTOOD, _why(node.get("value")))
            return
        goal: dict[str, Any] = {"value": number}
        if indicator.kind.startswith("rate"):
            goal = {"numerator": number, "denominator": HUNDRED}

        def put() -> tuple[bool, bool]:
            changed = targets.put_target(
                indicator=indicator, period=first, grain=str(grain), category=category, by=self.by, **goal
            )
            return True, changed

        attempt(self.things, "target", "", name, indicator.slug, put, False)

    def _actual(self, activity: Activity, indicator: Indicator, first: date, grain: Grain | None, node: Node) -> None:
        self.exchanged.values += 1
        said = node.get("value")
        partner = self._partner(activity)
        category = self._category(node)
        place = (activity.reporter or activity.identifier, indicator.slug, text_of(first), category, said)
        why = ""
        number = self._number(node)
        if not said:
            why = NOTHING
        elif number is None:
            why = _why(said)
        elif indicator.kind.startswith("rate"):
            why = BARE_PERCENTAGE.format(value=cut(said))
        elif grain is not Grain(indicator.frequency):
            why = OTHER_LENGTH.format(indicator=indicator.name)
        elif partner is None:
            why = NO_PARTNER
            self.exchanged.note_unmapped("reporting-org", activity.reporter or activity.identifier)
        if why or number is None:
            self.found.verdicts.append(_verdict(node.line, place, IGNORED, why))
            return
        comment = node.first("comment")
        self.found.actuals.append(
            Actual(
                node.line,
                partner or "",
                indicator,
                first,
                text_of(first),
                category,
                said,
                number,
                _words(comment)[:2000],
            )
        )

    def _category(self, node: Node) -> str:
        """The category of a value or a target, as it is called here, or as the file spells it; empty for the total."""
        said = [(one.get("name"), one.get("value")) for one in node.each("dimension")]
        return "+".join(self.options.get(f"{name}={value}") or f"{name}:{value}" for name, value in said)

    def _partner(self, activity: Activity) -> str | None:
        for code in (activity.identifier, activity.reporter):
            if code in self.partners:
                return self.partners[code]
        return None

    def _leave_out(self, activity: Activity, node: Node, why: str) -> None:
        for period in node.each("period"):
            for actual in period.each("actual"):
                self.exchanged.values += 1
                start = _attribute(period.first("period-start"), "iso-date")
                place = (activity.reporter or activity.identifier, _title(node), start, "", actual.get("value"))
                self.found.verdicts.append(_verdict(actual.line, place, IGNORED, why))

    def _judge(self) -> None:
        """Hold the actuals against the rules and what stands, as any other file's rows."""
        office = Office(self.initiative, self.by, self.tenant)
        office.may_replace = office.may_replace and self.replace
        reader = Reader(office, self.things.findings)
        actuals = self._with_totals()
        by_line = {actual.line: actual for actual in actuals}
        preview = judge(office, list(reader.rows(self._rows(actuals))), self.things.findings, replace=self.replace)
        preview.row_count = self.exchanged.values
        wrong = {p.row: say(p) for p in self.things.findings.problems if p.row is not None and not p.is_warning}
        for line, actual in by_line.items():
            verdict = REFUSED if line in wrong else preview.verdicts.get(line, UNCHANGED)
            place = (actual.partner, actual.indicator.slug, actual.days, actual.category, actual.said)
            self.found.verdicts.append(_verdict(line, place, verdict, wrong.get(line, "")))
        self.exchanged.close(self.found.verdicts)
        preview.exchanged = self.exchanged
        preview.findings = type(preview.findings)()  # the file's own are told once
        self.things.figures = preview

    def _with_totals(self) -> list[Actual]:
        """The actuals without those parts that no total stands beside."""
        found = []
        totals = {(one.partner, one.indicator.pk, one.period) for one in self.found.actuals if not one.category}
        for one in self.found.actuals:
            if one.category and (one.partner, one.indicator.pk, one.period) not in totals:
                place = (one.partner, one.indicator.slug, one.days, one.category, one.said)
                self.found.verdicts.append(_verdict(one.line, place, IGNORED, NO_TOTAL))
                continue
            found.append(one)
        return found

    def _rows(self, actuals: list[Actual]) -> Iterator[Row]:
        for one in actuals:
            cells = (one.partner, one.indicator.slug, one.days, one.category, one.value, "", "", "", one.note)
            yield Row(one.line, cells)

    def _number(self, node: Node) -> Decimal | None:
        said = node.get("value").removesuffix("%").replace(",", "").strip()
        return Decimal(said) if _NUMBER.fullmatch(said) else None

    def _say(self, kind: str, code: str, stands_for: str, name: str) -> None:
        self.said.append(Said(self.scheme, str(kind), code, stands_for, "", name[:250]))


FILED = frozenset(row.slug for row in AVAILABLE if row.is_filed)


def _verdict(line: int, place: tuple[str, str, str, str, str], verdict: str, why: str) -> Verdict:
    partner, element, period, category, value = map(cut, place)
    return Verdict(line, partner, element, period, category, value, verdict, why)


def _why(said: str) -> str:
    text = TWO_THINGS if _SEVERAL.fullmatch(said) else NO_NUMBER
    return text.format(value=cut(said))


def _values(node: Node) -> Iterator[Node]:
    for period in node.each("period"):
        yield from period.each("actual")


def _targets(node: Node) -> Iterator[Node]:
    for period in node.each("period"):
        yield from period.each("target")


def _days(period: Node) -> tuple[date, date] | None:
    first, last = (_day(_attribute(period.first(f"period-{edge}"), "iso-date")) for edge in ("start", "end"))
    return None if first is None or last is None else (first, last)


def _grain_of(first: date, last: date) -> Grain | None:
    if first.day != 1:
        return None
    return next((grain for grain in Grain if last_day(first, grain) == last), None)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _direction(node: Node) -> str:
    said = node.get("ascending").casefold()
    if said in ("1", "true", ""):
        return Indicator.Direction.UP if said else Indicator.Direction.NONE
    return Indicator.Direction.DOWN


def _title(node: Node) -> str:
    return " ".join(_words(node.first("title")).split())


def _words(node: Node | None) -> str:
    """The first narrative of an element, or its own text."""
    if node is None:
        return ""
    narrative = node.first("narrative")
    return node.said() if narrative is None else narrative.said()


def _attribute(node: Node | None, name: str) -> str:
    return "" if node is None else node.get(name)
