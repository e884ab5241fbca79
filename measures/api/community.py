"""GET and POST …/community/: what sources outside published, with the day of its publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone import tabular
from backbone.api.bodies import only
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from backbone.tabular import NOT_COLLECTED
from measures.api import parameters
from measures.api.bodies import MOST_FIGURES
from measures.api.shapes import MONTH, SHORT_NAME, CommunityBodyShape, CommunityShape, WrittenShape, query
from measures.lines import lines
from measures.models import Indicator
from measures.rules.categories import parse_category
from measures.rules.figures import plain, read_number
from measures.rules.kinds import COMMUNITY
from measures.rules.lines import Line
from measures.rules.periods import Grain, last_day, parse_month, text_of
from measures.selectors.community import current
from measures.services import community
from measures.services.community import Said
from measures.services.figure_rows import NOTE_LENGTH

FIELDS = ("period", "category", "value", "published_on", "note")
PARAMETERS = {"indicator": parameters.word, "since": parameters.month, "until": parameters.month}
DESCRIBED = [
    query("indicator", SHORT_NAME, "Only this community indicator, by its short name."),
    query("since", MONTH, "From this month."),
    query("until", MONTH, "Up to this month."),
]


class CommunityAPI(MemberAPI):
    """Community indicators: figures of the whole population, from a source outside. Never a partner's, never added up.

    A POST writes down what a source published. Nothing is overwritten: the latest `published_on` of a period is the
    current figure. A `value` of “not_collected” says that the source did not publish it, and the note says why.
    """

    can = {"GET": Can.READ_ROLLUPS, "POST": Can.DEFINE_INDICATORS}

    @extend_schema(responses={200: CommunityShape, **refusals(*READING)}, parameters=DESCRIBED)
    def get(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        rows = {row.pk: row for row in Indicator.objects.filter(initiative=self.initiative, kind=COMMUNITY)}
        if asked["indicator"] is not None:
            rows = {row.pk: row for row in rows.values() if row.slug == asked["indicator"]}
            if not rows:
                raise _unknown(asked["indicator"])
        found = [
            {
                "indicator": rows[one.indicator_id].slug,
                "period": text_of(one.period),
                "category": one.category,
                "value": None if one.value is None else str(plain(one.value)),
                "unit": rows[one.indicator_id].unit,
                "published_on": one.published_on.isoformat(),
                "lag_days": (one.published_on - last_day(one.period, Grain(rows[one.indicator_id].frequency))).days,
                "source": rows[one.indicator_id].source,
                "source_url": rows[one.indicator_id].source_url,
                "note": one.note,
            }
            for one in current(rows)
            if (asked["since"] is None or one.period >= asked["since"])
            and (asked["until"] is None or one.period <= asked["until"])
        ]
        return Response({"figures": found})

    @extend_schema(request=CommunityBodyShape, responses={200: WrittenShape, **refusals(*WRITING)}, parameters=[KEY])
    def post(self, request, **named):
        return self.once(request, lambda: self._post(request))

    def _post(self, request) -> Response:
        body = only(request.data, ("indicator", "figures"))
        slug, figures = body.get("indicator"), body.get("figures")
        row = Indicator.objects.filter(initiative=self.initiative, slug=slug).first() if isinstance(slug, str) else None
        if row is None:
            raise _unknown(slug)
        if not isinstance(figures, list) or len(figures) > MOST_FIGURES:
            text = gettext_noop("“figures” is a list of at most {limit} figures.")
            raise Refused(Problem("json.list", text, {"limit": MOST_FIGURES}, field="figures"))
        line = lines(self.initiative, [row])[row.pk]
        said, problems = [], []
        for index, item in enumerate(figures):
            try:
                said.append(_said(line, item))
            except Refused as refused:
                problems += [p.at(field=f"figures[{index}].{p.field}".rstrip(".")) for p in refused.problems]
        if problems:
            raise Refused(*problems)
        written = community.record(indicator=row, figures=said, by=self.membership)
        return Response({"written": written, "unchanged": len(said) - written})


def _unknown(slug: Any) -> Refused:
    text = gettext_noop("There is no community indicator “{value}” here.")
    return Refused(Problem("indicator.unknown", text, {"value": cut(slug)}, field="indicator", value=cut(slug)))


def _said(line: Line, item: Any) -> Said:
    only(item, FIELDS)
    period = parse_month(_text(item, "period"))
    if not isinstance(period, date):
        raise Refused(period.at(field="period"))
    category = parse_category(line, _text(item, "category"))
    if isinstance(category, Problem):
        raise Refused(category.at(field="category"))
    value = _value(line, item)
    note = _text(item, "note")
    if value is None and not note:
        raise Refused(Problem("figure.reason_missing", gettext_noop("Say why it was not collected."), field="note"))
    return Said(period, value, category, _day(item), note)


def _value(line: Line, item: Mapping[str, Any]) -> Any:
    raw = item.get("value")
    if raw is None or isinstance(raw, bool | list | dict) or (isinstance(raw, str) and not raw.strip()):
        text = gettext_noop("“{name}” is a number, or the word not_collected.")
        raise Refused(Problem("number.invalid", text, {"name": "value"}, field="value", value=cut(raw)))
    value, problem = read_number(line, "value", str(raw))
    if problem is not None:
        raise Refused(problem.at(field="value"))
    return None if value is NOT_COLLECTED else value


def _day(item: Mapping[str, Any]) -> date | None:
    raw = _text(item, "published_on")
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        text = gettext_noop("“{value}” is no day: write it as in 2026-11-03.")
        problem = Problem("date.invalid", text, {"value": cut(raw)}, field="published_on", value=cut(raw))
        raise Refused(problem) from None


def _text(item: Mapping[str, Any], name: str) -> str:
    raw = item.get(name)
    if raw is not None and not isinstance(raw, str):
        raise Refused(
            Problem("field.type", gettext_noop("“{name}” is a text."), {"name": name}, field=name, value=cut(raw))
        )
    words, problem = tabular.text(raw, NOTE_LENGTH)
    if problem is not None:
        raise Refused(problem.at(field=name))
    return words
