"""GET …/figures/: what was filed, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.models import Partner
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from measures.api import parameters
from measures.api.shapes import INSTANT, MONTH, SHORT_NAME, FigurePageShape, query
from measures.exporting import Wanted, figure_page, seen_by
from measures.models import Indicator
from measures.models.filings import FigureState

FIGURES, MOST_FIGURES = 200, 1000  # on one page
PARAMETERS = {
    "partner": parameters.word,
    "indicator": parameters.word,
    "since": parameters.month,
    "until": parameters.month,
    "state": parameters.choice(*FigureState.values),
    "page_size": parameters.whole(1, MOST_FIGURES),
    "cursor": parameters.cursor,
    "as_of": parameters.instant,
}
DESCRIBED = [
    query("partner", SHORT_NAME, "Only this partner, by its code."),
    query("indicator", SHORT_NAME, "Only this indicator, by its short name."),
    query("since", MONTH, "From this month."),
    query("until", MONTH, "Up to this month."),
    query("state", {"type": "string", "enum": FigureState.values}, "Only figures in this state."),
    query("as_of", INSTANT, "As the figures stood at this instant; a day alone means its end, at the tenant's."),
    query("page_size", {"type": "integer", "minimum": 1, "maximum": MOST_FIGURES, "default": FIGURES}, "How many."),
    query("cursor", {"type": "string"}, "Where the page before ended: its `next`."),
]


class FiguresAPI(MemberAPI):
    """Figures of the partners that the caller may see; drafts only of the caller's own partner, and people by category
    only of partners whose small groups the caller may see."""

    can = {"GET": Can.READ_PARTNER_FIGURES}

    @extend_schema(responses={200: FigurePageShape, **refusals(*READING)}, parameters=DESCRIBED)
    def get(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        page, following = figure_page(
            self.initiative, self._wanted(asked), size=asked["page_size"] or FIGURES, after=asked["cursor"]
        )
        return Response(
            {
                "figures": [shown(row) for row in page],
                "next": parameters.cursor_at(*following) if following is not None else None,
            }
        )

    def _wanted(self, asked) -> Wanted:
        seen = seen_by(self.membership)
        partner_ids, indicator_ids, states = seen.partner_ids, None, seen.states or ()
        if asked["partner"] is not None:
            found = Partner.objects.filter(code=asked["partner"]).first()
            if found is None or (partner_ids is not None and found.pk not in partner_ids):
                raise _unknown("partner", asked["partner"])
            partner_ids = {found.pk}
        if asked["indicator"] is not None:
            indicator = Indicator.objects.filter(initiative=self.initiative, slug=asked["indicator"]).first()
            if indicator is None:
                raise _unknown("indicator", asked["indicator"])
            indicator_ids = [indicator.pk]
        if asked["state"] is not None:
            states = [state for state in states if state == asked["state"]]
        return replace(
            seen,
            partner_ids=partner_ids,
            indicator_ids=indicator_ids,
            since=asked["since"],
            until=asked["until"],
            states=states,
            as_of=asked["as_of"],
        )


def _unknown(name: str, raw: str) -> Refused:
    """The same words for what is not there and for what the caller may not see."""
    text = gettext_noop("There is no {name} “{value}” that you can see.")
    return Refused(Problem(f"{name}.unknown", text, {"name": name, "value": cut(raw)}, field=name, value=cut(raw)))


def shown(row) -> dict:
    """A figure as the API says it: numbers as texts, so that no reader's floats change them."""
    partner, indicator, period, category, value, numerator, denominator, weight, note, state = row
    return {
        "partner": partner,
        "indicator": indicator,
        "period": f"{period:%Y-%m}",
        "category": category,
        "value": value,
        "numerator": _exact(numerator),
        "denominator": _exact(denominator),
        "weight": _exact(weight),
        "note": note,
        "state": state,
    }


def _exact(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
