"""GET …/gaps/: the matrix of strategy, population and place."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from activities.rules.cells import Because, State
from activities.selectors.axes import NAMES, axes_of, chosen
from activities.selectors.matrix import Question, matrix
from activities.selectors.tables import every
from backbone.api import parameters
from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.problems import gettext_noop
from backbone.roles import Can, Reach
from measures.api.shapes import Number


class CellShape(serializers.Serializer):
    strategy = serializers.CharField(help_text="As in result/strategy.")
    population = serializers.CharField()
    place = serializers.CharField()
    state = serializers.ChoiceField([(one.value, one.value) for one in State])
    because = serializers.ChoiceField([(one.value, one.value) for one in Because], allow_null=True)
    need = Number(allow_null=True, help_text="A year; null while nobody knows.")
    need_is_own = serializers.BooleanField(help_text="False: the sum of the places within it.")
    supply = Number(help_text="A year, in the unit of the need.")
    supply_is_at_least = serializers.BooleanField()
    unit = serializers.CharField(allow_blank=True)
    activities = serializers.IntegerField()


class GapsShape(serializers.Serializer):
    day = serializers.DateField()
    running = serializers.IntegerField(help_text="Activities that run on the day.")
    untagged = serializers.IntegerField(help_text="Of them those without a strategy, a population or a place.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Cells by state, unknown ones included.")
    cells = CellShape(many=True, help_text="Those of which somebody said something; every other one is unknown.")


def _day(name: str, raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise parameters.wrong(name, raw, gettext_noop("“{name}” is a day, as in 2026-11-15.")) from None


PARAMETERS = {
    "day": _day,
    "state": parameters.choice(*(one.value for one in State)),
    **dict.fromkeys(NAMES, parameters.word),
}


class GapsAPI(MemberAPI):
    """What is offered of what is needed, and the state of each cell, on a day."""

    can = {"GET": Can.READ_GAPS}

    @extend_schema(
        responses={200: GapsShape, **refusals(*READING)},
        parameters=[
            OpenApiParameter("day", {"type": "string", "format": "date"}, description="Left out, today."),
            OpenApiParameter(
                "state",
                {"type": "string", "enum": [one.value for one in State]},
                description="Only cells in this state.",
            ),
            *(OpenApiParameter(name, str, description="Cut to one of its values.") for name in NAMES),
        ],
    )
    def get(self, request, **named):
        if self.membership.reach_of(Can.READ_GAPS) == {Reach.PUBLISHED}:
            raise Http404
        asked = parameters.read(request.query_params, PARAMETERS)
        axes = chosen(axes_of(self.initiative), {name: asked[name] or "" for name in NAMES})
        only = (State(asked["state"]),) if asked["state"] else ()
        found = matrix(self.initiative, Question(asked["day"] or self.tenant.day(), axes, only=only))
        cells = [
            {
                **dict(zip(NAMES, (tag.key for tag in tags), strict=True)),
                "state": cell.state.value,
                "because": cell.because.value if cell.because else None,
                "need": None if cell.inputs.need is None else f"{cell.inputs.need:f}",
                "need_is_own": cell.is_own,
                "supply": f"{cell.inputs.supply:f}",
                "supply_is_at_least": cell.inputs.is_at_least,
                "unit": cell.unit,
                "activities": cell.inputs.activities,
            }
            for tags, cell in every(found)
        ]
        return Response(
            {
                "day": found.question.day,
                "running": found.coverage.running,
                "untagged": found.coverage.untagged,
                "counts": {state.value: count for state, count in found.counts.items()},
                "cells": cells,
            }
        )
