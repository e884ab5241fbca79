"""Curves as their page and the home page show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from backbone.models import Initiative
from measures.models import Curve, CurveAction, CurveIdea, CurvePartner, CurveStory, Indicator

AHEAD = timedelta(days=30)  # an action is due for so long before its day; later ones wait
LOOKS_AHEAD = timedelta(days=7)
UNDONE = (CurveAction.State.OPEN, CurveAction.State.ACTIVE)


@dataclass(frozen=True, slots=True)
class CurveView:
    """Everything on one curve's page. `stories` are its versions, newest first; `others` are earlier curves."""

    curve: Curve
    stories: list[CurveStory]
    partners: list[CurvePartner]
    ideas: list[CurveIdea]
    actions: list[CurveAction]
    others: list[Curve]

    @property
    def story(self) -> CurveStory | None:
        return self.stories[0] if self.stories else None


def curve_of(initiative: Initiative, pk: int) -> Curve | None:
    """A curve of this initiative with its indicator; one statement."""
    found = Curve.objects.filter(pk=pk, indicator__initiative=initiative)
    return found.select_related("indicator__outcome", "indicator__tenant", "by").first()


def view_of(curve: Curve) -> CurveView:
    """Five statements, whatever stands on it."""
    return CurveView(
        curve,
        list(CurveStory.objects.filter(curve=curve).select_related("by")),
        list(CurvePartner.objects.filter(curve=curve).select_related("partner")),
        list(CurveIdea.objects.filter(curve=curve)),
        list(CurveAction.objects.filter(curve=curve).select_related("partner", "owner")),
        list(Curve.objects.filter(indicator=curve.indicator_id).exclude(pk=curve.pk).select_related("by")),
    )


def open_curves(indicators: Collection[Indicator]) -> dict[int, Curve]:
    """By indicator, the curve that is being turned; one statement."""
    found = Curve.objects.filter(indicator__in=[one.pk for one in indicators], closed_at=None)
    return {curve.indicator_id: curve for curve in found}


def own_actions(member_ids: Collection[int], today: date) -> list[CurveAction]:
    """What these people still have to do, of what is due within a month or late; one statement."""
    found = CurveAction.objects.filter(owner__in=member_ids, state__in=UNDONE, due_on__lte=today + AHEAD)
    return list(found.select_related("curve__indicator__initiative", "partner").order_by("due_on", "pk"))


def to_look_at(member_ids: Collection[int], today: date) -> list[Curve]:
    """Open curves that these people began and wanted to look at again by now; one statement."""
    is_due = Q(look_again_on__lte=today + LOOKS_AHEAD)
    found = Curve.objects.filter(is_due, by__in=member_ids, closed_at=None)
    return list(found.select_related("indicator__initiative").order_by("look_again_on", "pk"))
