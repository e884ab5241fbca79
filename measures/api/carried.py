"""GET and POST …/filed-once/: numbers that partners file once, for several initiatives."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api.bodies import only
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.api.values import Reader
from backbone.models import Partner
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from measures.api.shapes import FiledOnceBodyShape, FiledOnceShape
from measures.models import FiledOnce, Indicator
from measures.rules.periods import text_of
from measures.selectors.carried import answerable, standing_in
from measures.services import carried

NAMES = ("partner", "indicator", "source_initiative", "source_indicator")
FIELDS = (*NAMES, "agreed")
LONGEST = 200


class FiledOnceAPI(MemberAPI):
    """Which of this initiative's numbers are answered by what a partner files in another one, by the consent of its lead.

    A POST with `agreed` true says that from now on what the partner files for `source_indicator` in `source_initiative` answers
    `indicator` here too; with false, that it does no more.
    """

    can = {"GET": Can.READ_OBLIGATIONS, "POST": Can.CONSENT}

    @extend_schema(responses={200: FiledOnceShape(many=True), **refusals(*READING)})
    def get(self, request, **named):
        rows = standing_in(self.initiative, self.membership.partner_ids(Can.READ_OBLIGATIONS))
        return Response([_as_dict(one) for one in rows])

    @extend_schema(
        request=FiledOnceBodyShape, responses={200: FiledOnceShape(many=True), **refusals(*WRITING)}, parameters=[KEY]
    )
    def post(self, request, **named):
        return self.once(request, lambda: self._post(request))

    def _post(self, request) -> Response:
        said = Reader(only(request.data, FIELDS))
        is_agreed = said.flag("agreed")
        names = {name: said.text(name, LONGEST) for name in NAMES}
        said.done()
        partner = Partner.objects.filter(code=names["partner"]).first()
        if partner is None or not self.membership.can(Can.CONSENT, partner):
            raise _unknown("partner", names["partner"])
        row = Indicator.objects.filter(initiative=self.initiative, slug=names["indicator"]).first()
        if row is None:
            raise _unknown("indicator", names["indicator"])
        if is_agreed:
            source = self._source(names["source_initiative"], names["source_indicator"], partner, row)
            carried.agree(partner=partner, source=source, indicator=row, by=self.membership)
        else:
            for one in FiledOnce.objects.filter(partner=partner, indicator=row, ended_at=None):
                carried.end(filed_once=one, by=self.membership)
        return Response([_as_dict(one) for one in standing_in(self.initiative, [partner.pk])])

    def _source(self, initiative: str, slug: str, partner: Partner, row: Indicator) -> Indicator:
        for one in answerable(self.initiative, partner):
            for source, _is_alike in one.sources if one.indicator.pk == row.pk else ():
                if (source.initiative.slug, source.slug) == (initiative, slug):
                    return source
        raise _unknown("source_indicator", slug)


def _as_dict(one: FiledOnce) -> dict[str, Any]:
    return {
        "partner": one.partner.code,
        "indicator": one.indicator.slug,
        "source_initiative": one.source.initiative.slug,
        "source_indicator": one.source.slug,
        "agreed_at": one.given_at.isoformat(),
        "taken": None if one.taken is None else text_of(one.taken),
        "problem": one.problem,
    }


def _unknown(field: str, value: str) -> Refused:
    text = gettext_noop("“{value}” is none that could be meant here.")
    return Refused(Problem(f"{field}.unknown", text, {"value": cut(value)}, field=field, value=cut(value)))
