"""GET …/rollups/: combined figures, each with its kind, its coverage, and who is missing where the caller may know."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.models import Partner
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can, Reach
from measures.api import parameters
from measures.api.shapes import INSTANT, MONTH, SHORT_NAME, TRUTH, RollupsShape, query
from measures.lines import lines, overlap_of
from measures.models import Indicator
from measures.rules.figures import plain
from measures.rules.overlap import estimated
from measures.rules.periods import Grain, last_month
from measures.selectors.attested import SameDefinition, same_definitions
from measures.selectors.broken_down import BrokenDown, broken_down
from measures.selectors.expected import expectations
from measures.selectors.opening import codes_for
from measures.selectors.rollup_table import Wanted, copy_rollups
from measures.windows import latest_month

PARAMETERS = {
    "grain": parameters.choice(*(str(grain) for grain in Grain)),
    "indicator": parameters.word,
    "since": parameters.month,
    "until": parameters.month,
    "by": parameters.choice("initiative", "partner"),
    "categories": parameters.flag,
    "year_starts": parameters.whole(1, 12),
    "missing": parameters.flag,
    "as_of": parameters.instant,
    "merged": parameters.flag,
    "broken_down": parameters.flag,
    "as_defined": parameters.flag,
}
WHOLE_NUMBERS = ("filed", "expected")

DESCRIBED = [
    query("grain", {"type": "string", "enum": [str(grain) for grain in Grain]}, "Only months, quarters or years."),
    query("indicator", SHORT_NAME, "Only this indicator, by its short name."),
    query("since", MONTH, "Periods that begin in this month or later."),
    query("until", MONTH, "Periods that begin in this month or earlier."),
    query("by", {"type": "string", "enum": ["initiative", "partner"]}, "Of the whole, or of each partner."),
    query("categories", TRUTH, "The categories too."),
    query("year_starts", {"type": "integer", "minimum": 1, "maximum": 12}, "The month in which the year begins."),
    query("as_of", INSTANT, "From the figures as they stood at this instant; who owes them is as it is today."),
    query("missing", TRUTH, "Name who has not filed; needs a grain."),
    query("merged", TRUTH, "Retired categories under what they became."),
    query("broken_down", TRUTH, "How much of each total is broken down other than unknown; needs a grain."),
    query("as_defined", TRUTH, "How much of each total is counted as it is defined; needs a grain."),
]


class RollupsAPI(MemberAPI):
    """Figures combined over partners and months. A number never comes without its coverage and state.

    A quarter or year that is not over is `partial`, since `filed` counts partners whose every month of it is in;
    `so_far` says who is in for the months that are over. `missing=true` names the partners that have not filed, for
    callers who may see partners' figures; it needs a grain.
    """

    can = {"GET": Can.READ_ROLLUPS}

    @extend_schema(responses={200: RollupsShape, **refusals(*READING)}, parameters=DESCRIBED)
    def get(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        indicators = self._indicators(asked["indicator"])
        by_partner = asked["by"] == "partner"
        self._require_reach(by_partner, bool(asked["categories"]), bool(asked["broken_down"]))
        wanted = Wanted(
            grains=(Grain(asked["grain"]),) if asked["grain"] else tuple(Grain),
            indicator_ids=[indicator.pk for indicator in indicators.values()],
            by_partner=by_partner,
            categories=bool(asked["categories"]),
            year_starts=asked["year_starts"],
            as_of=asked["as_of"],
            merged=bool(asked["merged"]),
        )
        table = io.StringIO()
        copy_rollups(self.initiative, table, wanted)
        table.seek(0)
        rows = [_shown(row, indicators) for row in csv.DictReader(table) if _is_within(row, asked)]
        if by_partner:
            rows = self._of_own_partners(rows)
        latest = latest_month(self.tenant.day())
        if asked["missing"]:
            self._name_missing(rows, indicators, asked, latest)
        self._say_so_far(rows, indicators, asked, latest)
        if asked["broken_down"]:
            self._say_broken_down(rows, indicators, asked)
        if asked["as_defined"]:
            self._say_as_defined(rows, indicators, asked)
        return Response({"rollups": rows})

    def _indicators(self, slug: str | None) -> dict[str, Indicator]:
        rows = Indicator.objects.filter(initiative=self.initiative).select_related("initiative", "tenant")
        found = {row.slug: row for row in rows}
        if slug is None:
            return found
        if slug not in found:
            text = gettext_noop("There is no indicator “{value}” that you can see.")
            raise Refused(Problem("indicator.unknown", text, {"value": cut(slug)}, field="indicator", value=cut(slug)))
        return {slug: found[slug]}

    def _require_reach(self, by_partner: bool, categories: bool, broken_down: bool) -> None:
        """Partners' own roll-ups and small cells need their own rights, over everybody."""
        if by_partner and not self.membership.can(Can.READ_PARTNER_FIGURES):
            raise _hidden("by")
        if categories and Reach.ALL not in self.membership.reach_of(Can.READ_SMALL_CELLS):
            raise _hidden("categories")
        if broken_down and Reach.ALL not in self.membership.reach_of(Can.READ_SMALL_CELLS):
            raise _hidden("broken_down")  # what is known of a total says how many are unknown

    def _of_own_partners(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen = self.membership.partner_ids(Can.READ_PARTNER_FIGURES)
        if seen is None:
            return rows
        codes = set(Partner.objects.filter(pk__in=seen).values_list("code", flat=True))
        return [row for row in rows if row["partner"] in codes]

    def _say_so_far(self, rows, indicators: dict[str, Indicator], asked, latest: date) -> None:
        """Of a quarter or year that is not over: who is in for the months that are. Not due is not missing. Said of now
        only, not of an instant in the past.
        """
        slugs = {indicator.pk: slug for slug, indicator in indicators.items()}
        running = {
            (row["grain"], row["period"])
            for row in rows
            if last_month(date.fromisoformat(f"{row['period']}-01"), Grain(row["grain"])) > latest
            and row["grain"] != Grain.MONTH
            and asked["as_of"] is None
        }
        counted: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
        for grain, period in running:
            month = date.fromisoformat(f"{period}-01")
            for one in expectations(slugs, month, Grain(grain), year_starts=asked["year_starts"], latest=latest):
                if not one.is_excused:
                    counted[grain, period, slugs[one.indicator_id]].append(one.is_filed)
        for row in rows:
            found = counted.get((row["grain"], row["period"], row["indicator"]))
            row["so_far"] = None
            if found and row["partner"] is None and not row["category"]:
                row["so_far"] = {"through": _text(latest), "filed": sum(found), "expected": len(found)}

    def _name_missing(self, rows, indicators: dict[str, Indicator], asked, latest: date) -> None:
        if self.membership.partner_ids(Can.READ_PARTNER_FIGURES) is not None:
            raise _hidden("missing")
        _refuse_unless_whole(asked, "missing")
        _refuse_unless_now(asked, "missing")
        codes = dict(Partner.objects.values_list("pk", "code"))
        slugs = {indicator.pk: slug for slug, indicator in indicators.items()}
        for period in {row["period"] for row in rows}:
            absent: dict[str, list[str]] = defaultdict(list)
            month = date.fromisoformat(f"{period}-01")
            grain, year = Grain(asked["grain"]), asked["year_starts"]
            for one in expectations(slugs, month, grain, year_starts=year, latest=latest):
                if one.is_missing:
                    absent[slugs[one.indicator_id]].append(codes[one.partner_id])
            for row in rows:
                if row["period"] == period:
                    row["missing"] = sorted(absent[row["indicator"]])

    def _say_broken_down(self, rows, indicators: dict[str, Indicator], asked) -> None:
        _refuse_unless_whole(asked, "broken_down")
        months = [date.fromisoformat(f"{row['period']}-01") for row in rows]
        if not months:
            return
        by_id = lines(self.initiative, indicators.values())
        slugs = {line.slug: pk for pk, line in by_id.items()}
        found = broken_down(
            self.initiative, by_id, asked["grain"], min(months), max(months),
            year_starts=asked["year_starts"], as_of=asked["as_of"],
        )  # fmt: skip
        for row, month in zip(rows, months, strict=True):
            if row["category"] == "":
                row["broken_down"] = [_split(one) for one in found.get((slugs[row["indicator"]], month), ())]

    def _say_as_defined(self, rows, indicators: dict[str, Indicator], asked) -> None:
        """As the pages have it: who may not know who counts otherwise is told how many, where it is too much."""
        _refuse_unless_whole(asked, "as_defined")
        _refuse_unless_now(asked, "as_defined")
        codes = codes_for(self.initiative, self.membership)
        months = {row["period"]: date.fromisoformat(f"{row['period']}-01") for row in rows}
        found = same_definitions(
            indicators.values(), Grain(asked["grain"]), months.values(), codes, year_starts=asked["year_starts"]
        )
        for row in rows:
            if row["category"] == "":
                row["as_defined"] = _as_defined(found.get((indicators[row["indicator"]].pk, months[row["period"]])))


def _refuse_unless_whole(asked: dict[str, Any], name: str) -> None:
    if asked["grain"] is None or asked["by"] == "partner":
        text = gettext_noop("“{name}” needs a grain, and is said of the whole initiative.")
        raise Refused(Problem("filter.invalid", text, {"name": name}, field=name))


def _refuse_unless_now(asked: dict[str, Any], name: str) -> None:
    if asked["as_of"] is not None:
        text = gettext_noop("“{name}” is said of now: leave out “as_of”.")
        raise Refused(Problem("filter.invalid", text, {"name": name}, field=name))


def _as_defined(one: SameDefinition | None) -> dict[str, Any] | None:
    if one is None or not (one.is_named or one.is_below):
        return None
    if not one.is_named:
        return {"share": None, "said": None, "partners": None, "differently": one.count, "others": None}
    return {
        "share": f"{plain(one.share):f}",
        "said": one.said,
        "partners": one.partners,
        "differently": one.count,
        "others": [{"partner": code, "note": note} for code, note in one.others],
    }


def _split(one: BrokenDown) -> dict[str, Any]:
    numbers = {"known": one.known, "total": one.total, "share": one.share}
    said = {name: None if number is None else format(plain(number), "f") for name, number in numbers.items()}
    return {"breakdown": one.breakdown, **said, "partners": one.partners, "expected": one.expected}


def _hidden(name: str) -> Refused:
    text = gettext_noop("“{name}” asks for what your role does not see.")
    return Refused(Problem("filter.forbidden", text, {"name": name}, field=name))


def _is_within(row: dict[str, str], asked: dict[str, Any]) -> bool:
    return (asked["since"] is None or row["period"] >= _text(asked["since"])) and (
        asked["until"] is None or row["period"] <= _text(asked["until"])
    )


def _text(month: date) -> str:
    return f"{month:%Y-%m}"


def _shown(row: dict[str, str], indicators: dict[str, Indicator]) -> dict[str, Any]:
    """The row as an export has it, with the kind; an empty cell is null, and coverage is whole numbers."""
    shown: dict[str, Any] = {name: value or None for name, value in row.items()}
    shown |= {name: int(row[name]) for name in WHOLE_NUMBERS}
    shown["category"] = row["category"]
    indicator = indicators[row["indicator"]]
    about = {"kind": indicator.kind, "unit": indicator.unit, "estimate": _estimate(row, indicator)}
    return shown | about | {"suppressed": False}


def _estimate(row: dict[str, str], indicator: Indicator) -> dict[str, str] | None:
    """About how many different people, where an overlap between partners is recorded; it stands beside the bounds.

    Of the whole, for one period of the indicator: the overlap that is recorded is not one between months.
    """
    overlap = overlap_of(indicator)
    is_one_period = row["grain"] == indicator.frequency and not row["partner"]
    if overlap is None or not is_one_period or row["value"] or not (row["lower"] and row["upper"]):
        return None
    about = estimated(overlap, Decimal(row["lower"]), Decimal(row["upper"]))
    return {
        "value": f"{plain(about):f}",
        "overlap": f"{plain(overlap.rate):f}",
        "source": overlap.source,
        "on": overlap.on.isoformat(),
    }
