"""GET …/targets/ and …/targets/<id>/: where indicators are to be, by when, together and partner by partner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from measures.api import parameters
from measures.api.shapes import MONTH, SHORT_NAME, TargetShape, TargetsShape, query
from measures.models import Indicator, Target
from measures.rules.figures import plain
from measures.rules.periods import text_of
from measures.selectors.goals import targets_of

PARAMETERS = {
    "indicator": parameters.word,
    "partner": parameters.word,
    "since": parameters.month,
    "until": parameters.month,
}
DESCRIBED = [
    query("indicator", SHORT_NAME, "Only this indicator's, by its short name."),
    query("partner", SHORT_NAME, "Only this partner's own, by its code."),
    query("since", MONTH, "Of spans that begin in this month or later."),
    query("until", MONTH, "Of spans that begin in this month or earlier."),
]


class TargetsAPI(MemberAPI):
    """Where indicators are to be. A partner's own targets are shown to those who may see its figures."""

    can = {"GET": Can.READ_ROLLUPS}

    @extend_schema(
        operation_id="targets_list", responses={200: TargetsShape, **refusals(*READING)}, parameters=DESCRIBED
    )
    def get(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        rows = targets_of(self.initiative, self.membership)
        if asked["indicator"] is not None:
            if not Indicator.objects.filter(initiative=self.initiative, slug=asked["indicator"]).exists():
                raise _unknown(asked["indicator"])
            rows = rows.filter(indicator__slug=asked["indicator"])
        if asked["partner"] is not None:
            rows = rows.filter(partner__code=asked["partner"])
        if asked["since"] is not None:
            rows = rows.filter(period__gte=asked["since"])
        if asked["until"] is not None:
            rows = rows.filter(period__lte=asked["until"])
        return Response({"targets": [shown(row) for row in rows]})


class TargetAPI(MemberAPI):
    """One target."""

    can = {"GET": Can.READ_ROLLUPS}

    @extend_schema(responses={200: TargetShape, **refusals(*READING)})
    def get(self, request, *, target: int, **named):
        row = targets_of(self.initiative, self.membership).filter(pk=target).first()
        if row is None:
            raise Http404
        return Response(shown(row))


def shown(row: Target) -> dict[str, Any]:
    """A target as JSON says it; numbers are text, exact to the last digit."""
    return {
        "id": row.pk,
        "indicator": row.indicator.slug,
        "partner": None if row.partner is None else row.partner.code,
        "grain": row.grain or row.indicator.frequency,
        "period": text_of(row.period),
        "category": row.category,
        "value": _number(row.value),
        "numerator": _number(row.numerator),
        "denominator": _number(row.denominator),
        "band": _number(row.band),
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(plain(value), "f")


def _unknown(slug: str) -> Refused:
    text = gettext_noop("There is no indicator “{value}” that you can see.")
    return Refused(Problem("indicator.unknown", text, {"value": cut(slug)}, field="indicator", value=cut(slug)))
