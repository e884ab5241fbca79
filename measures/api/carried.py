"""GET and POST …/filed-once/: numbers that partners file once, for several initiatives."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backbone.api.bodies import only
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.models import Partner
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.roles import Can
from measures.api.shapes import FiledOnceBodyShape, FiledOnceShape
from measures.models import FiledOnce, Indicator
from measures.rules.periods import text_of
from measures.selectors.carried import answerable, standing_in
from measures.services import carried

FIELDS = ("partner", "indicator", "source_initiative", "source_indicator", "agreed")


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
        body = only(request.data, FIELDS)
        partner = Partner.objects.filter(code=_text(body, "partner")).first()
        if partner is None or not self.membership.can(Can.CONSENT, partner):
            raise _unknown("partner", body.get("partner"))
        row = Indicator.objects.filter(initiative=self.initiative, slug=_text(body, "indicator")).first()
        if row is None:
            raise _unknown("indicator", body.get("indicator"))
        if not isinstance(body.get("agreed"), bool):
            text = gettext_noop("“agreed” is true or false.")
            raise Refused(Problem("field.type", text, field="agreed", value=cut(body.get("agreed"))))
        if body["agreed"]:
            carried.agree(partner=partner, source=self._source(body, partner, row), indicator=row, by=self.membership)
        else:
            for one in FiledOnce.objects.filter(partner=partner, indicator=row, ended_at=None):
                carried.end(filed_once=one, by=self.membership)
        return Response([_as_dict(one) for one in standing_in(self.initiative, [partner.pk])])

    def _source(self, body, partner: Partner, row: Indicator) -> Indicator:
        initiative, slug = _text(body, "source_initiative"), _text(body, "source_indicator")
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


def _text(body: Any, name: str) -> str:
    raw = body.get(name)
    if not isinstance(raw, str) or "\x00" in raw:
        raise Refused(
            Problem("field.type", gettext_noop("“{name}” is a text."), {"name": name}, field=name, value=cut(raw))
        )
    return raw


def _unknown(field: str, value: Any) -> Refused:
    text = gettext_noop("“{value}” is none that could be meant here.")
    return Refused(Problem(f"{field}.unknown", text, {"value": cut(value)}, field=field, value=cut(value)))
