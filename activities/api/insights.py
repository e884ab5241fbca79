"""GET …/hand-offs/, PUT …/hand-offs/<giver>/<taker>/ and …/<asked_on>/; GET …/network/ and …/money/: what follows from the
register, for other systems."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from activities.api.bodies import delivery_said, hand_off_said
from activities.api.register import RegisterAPI, day, exact, query
from activities.api.shapes import (
    DeliveryBodyShape,
    HandOffBodyShape,
    HandOffShape,
    HandOffsShape,
    MoneyOfShape,
    NetworkShape,
)
from activities.models import Activity, HandOff
from activities.selectors.axes import axes_of
from activities.selectors.handoffs import HandOffView, hand_off, hand_offs
from activities.selectors.money import money_of
from activities.selectors.net import KINDS, Tied, around, net_of, readable
from activities.selectors.rights import may_edit
from activities.services import handoffs
from backbone.api import parameters
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can, Reach
from backbone.selectors.groups import own_groups

ENDS = [
    OpenApiParameter("giver", str, OpenApiParameter.PATH, description="The activity that hands something on."),
    OpenApiParameter("taker", str, OpenApiParameter.PATH, description="The activity that waits for it."),
]


class HandOffsAPI(RegisterAPI):
    """What activities wait for from each other, with the lag that was promised and the one that it takes."""

    can = {"GET": Can.READ_ACTIVITIES}

    @extend_schema(operation_id="hand_offs_list", responses={200: HandOffsShape, **refusals(*READING)})
    def get(self, request, **named):
        parameters.read(request.query_params, {})
        found = hand_offs(self.initiative, self.tenant.day())
        return Response(
            {
                "hand_offs": [_hand_off(view) for view in found.views],
                "longest": [one.slug for one in found.path],
                "rings": [[one.slug for one in ring] for ring in found.rings],
            }
        )


class HandOffAPI(RegisterAPI):
    """One hand-off. A PUT agrees on it, or changes what was agreed; what was asked for through it stays."""

    can = {"GET": Can.READ_ACTIVITIES, "PUT": Can.EDIT_ACTIVITIES}

    @extend_schema(responses={200: HandOffShape, **refusals(*READING)}, parameters=ENDS)
    def get(self, request, giver, taker, **named):
        return Response(_hand_off(_one(self, giver, taker)))

    @extend_schema(
        request=HandOffBodyShape,
        responses={200: HandOffShape, 201: HandOffShape, **refusals(*WRITING)},
        parameters=[*ENDS, KEY],
    )
    def put(self, request, giver, taker, **named):
        return self.once(request, lambda: self._put(request, giver, taker))

    def _put(self, request, giver: str, taker: str) -> Response:
        ends = [_activity(self, slug) for slug in (giver, taker)]
        _require_part(self, *ends)
        is_new = not HandOff.objects.filter(giver=ends[0], taker=ends[1]).exists()
        said = hand_off_said(request.data)
        handoffs.put(initiative=self.initiative, giver=ends[0], taker=ends[1], by=self.membership, **said)
        return Response(_hand_off(_one(self, giver, taker)), status=201 if is_new else 200)


class DeliveryAPI(RegisterAPI):
    """One time that something was asked for through a hand-off, on a day: a PUT asks for it, or says when it came."""

    can = {"PUT": Can.EDIT_ACTIVITIES}

    @extend_schema(
        operation_id="deliveries_update",
        request=DeliveryBodyShape,
        responses={200: HandOffShape, 201: HandOffShape, **refusals(*WRITING)},
        parameters=[
            *ENDS,
            OpenApiParameter(
                "asked_on",
                {"type": "string", "format": "date"},
                OpenApiParameter.PATH,
                description="The day on which it was asked for.",
            ),
            KEY,
        ],
    )
    def put(self, request, giver, taker, asked_on, **named):
        return self.once(request, lambda: self._put(request, giver, taker, asked_on))

    def _put(self, request, giver: str, taker: str, asked: str) -> Response:
        row = _one(self, giver, taker).row
        _require_part(self, row.giver, row.taker)
        asked_on, said = _day(asked), delivery_said(request.data)
        delivery = row.deliveries.filter(asked_on=asked_on).order_by("pk").last()
        is_new = delivery is None
        if delivery is None:
            delivery = handoffs.ask(hand_off=row, asked_on=asked_on, note=said["note"], by=self.membership)
        if said["came_on"] is not None and delivery.came_on != said["came_on"]:
            handoffs.came(delivery=delivery, came_on=said["came_on"], by=self.membership)
        return Response(_hand_off(_one(self, giver, taker)), status=201 if is_new else 200)


class NetworkAPI(RegisterAPI):
    """Organizations and what ties them: joint activities, hand-offs, meetings and actions."""

    can = {"GET": Can.READ_ACTIVITIES}

    @extend_schema(
        responses={200: NetworkShape, **refusals(*READING)},
        parameters=[
            query("kind", {"type": "string", "enum": list(KINDS)}, "Only ties of this kind."),
            query(
                "around", {"type": "string", "maxLength": 200}, "Only this partner, by its code, with those around it."
            ),
        ],
    )
    def get(self, request, **named):
        asked = parameters.read(request.query_params, {"kind": parameters.choice(*KINDS), "around": parameters.word})
        whole = net_of(self.initiative, timezone.now(), [asked["kind"]] if asked["kind"] else [])
        found = around(whole, asked["around"]) if asked["around"] else whole
        if found is None:
            raise parameters.wrong("around", asked["around"], gettext_noop("“{name}” is the code of a partner."))
        members = [
            {
                "partner": one.partner.code,
                "name": one.partner.name,
                "tied": one.place.tied,
                "holds": one.place.holds,
                "kinds": dict(one.kinds),
            }
            for one in found.members
        ]
        own = own_groups(self.membership, Can.READ_MEETINGS)
        return Response({"organizations": members, "ties": [_tie(pair, own) for pair in found.pairs]})


class MoneyAPI(MemberAPI):
    """What pays for which strategy and where, each currency by itself, of the activities that run on a day."""

    can = {"GET": Can.READ_GAPS}

    @extend_schema(
        responses={200: MoneyOfShape, **refusals(*READING)},
        parameters=[query("day", {"type": "string", "format": "date"}, "Left out, today.")],
    )
    def get(self, request, **named):
        if self.membership.reach_of(Can.READ_GAPS) == {Reach.PUBLISHED}:
            raise Http404
        asked = parameters.read(request.query_params, {"day": day})
        found = money_of(self.initiative, axes_of(self.initiative), asked["day"] or self.tenant.day())
        currencies = [
            {
                "currency": one.code,
                "aligned": exact(one.aligned),
                "other": exact(one.other),
                "amounts": [
                    {
                        "strategy": line.strategy.key if line.strategy else None,
                        "place": place.key if place else None,
                        "amount": exact(amount),
                    }
                    for line in one.lines
                    for place, amount in zip(one.places, line.cells, strict=True)
                    if amount is not None
                ],
            }
            for one in found.currencies
        ]
        return Response({"day": found.day, "running": found.running, "named": found.named, "currencies": currencies})


def _one(view: RegisterAPI, giver: str, taker: str) -> HandOffView:
    found = hand_off(view.initiative, giver, taker)
    if found is None:
        raise Http404
    return found


def _activity(view: RegisterAPI, slug: str) -> Activity:
    rows = Activity.objects.filter(initiative=view.initiative, slug=slug).prefetch_related("commitments")
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _require_part(view: RegisterAPI, *ends: Activity) -> None:
    """404 for who has a part in neither end."""
    if not any(may_edit(view.membership, one) for one in ends):
        raise Http404


def _day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        sentence = gettext_noop("“{name}” is a day, written as in 2026-10-31.")
        raise Refused(Problem("date.invalid", sentence, {"name": "asked_on"}, field="asked_on", value=raw)) from None


def _hand_off(view: HandOffView) -> dict[str, Any]:
    return {
        "giver": view.giver.slug,
        "taker": view.taker.slug,
        "what": view.row.what,
        "promised_days": view.row.promised_days,
        "actual_days": view.actual,
        "deliveries": [
            {"asked_on": one.asked_on, "came_on": one.came_on, "note": one.note}
            for one in sorted(view.row.deliveries.all(), key=lambda one: (one.asked_on, one.pk))
        ],
    }


def _tie(pair: Tied, own: Collection[int] | None) -> dict[str, Any]:
    ties = [{"kind": tie.kind, "label": tie.label} for tie in readable(pair.ties, own)]
    return {"partners": [pair.first.code, pair.second.code], "kinds": dict(pair.kinds), "ties": ties}
