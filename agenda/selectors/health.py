"""What the records say about the agenda, check by check. What nobody has recorded is unknown, and never nought."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Seat, Steward
from agenda.selectors.confirming import confirmed_links
from agenda.selectors.document import newest_version
from agenda.selectors.signing import answers_to
from backbone.conditions import Reading
from backbone.models import Initiative, Tenant


def readings(initiative: Initiative, as_of: datetime) -> list[Reading]:
    """Partners that signed, the steward, the seats, the map's links where there is one; of which
    communication knows whether decisions cite the agenda, and the measures whether results are measured."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    voices = reverse("agenda:voices", args=[tenant.slug, initiative.slug])
    return [
        _signed(initiative, as_of, tenant),
        _led(initiative, as_of, voices),
        _seated(initiative, as_of, voices),
        *_confirmed(initiative, as_of, tenant),
    ]


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _signed(initiative: Initiative, as_of: datetime, tenant: Tenant) -> Reading:
    label, version = _("Partners have signed it"), newest_version(initiative)
    if version is None:
        url = reverse("agenda:versions", args=[tenant.slug, initiative.slug])
        return Reading("agenda.ratified", label, None, _("No version is published yet."), as_of, url)
    found = answers_to(version).coverage
    words = _("%(signed)s of %(asked)s partners signed version %(number)s.")
    said = words % {"signed": len(found.signed), "asked": len(found.asked), "number": version.number}
    url = reverse("agenda:version", args=[tenant.slug, initiative.slug, version.number])
    return Reading("agenda.ratified", label, _share(len(found.signed), len(found.asked)), said, as_of, url)


def _led(initiative: Initiative, as_of: datetime, url: str) -> Reading:
    named = {
        one.condition: one.member.name
        for one in Steward.objects.filter(initiative=initiative, until=None).select_related("member")
    }
    label = _("Somebody leads it")
    if not named:
        return Reading("agenda.steward", label, None, _("Nobody is named for any condition yet."), as_of, url)
    if "agenda" not in named:
        return Reading("agenda.steward", label, Decimal(0), _("Others are named, nobody for the agenda."), as_of, url)
    said = _("%(name)s leads the agenda.") % {"name": named["agenda"]}
    return Reading("agenda.steward", label, Decimal(1), said, as_of, url)


def _seated(initiative: Initiative, as_of: datetime, url: str) -> Reading:
    seats = list(Seat.objects.filter(initiative=initiative))
    taken = sum(seat.partner_id is not None or seat.member_id is not None for seat in seats)
    words = _("%(taken)s of %(whole)s seats are taken.") % {"taken": taken, "whole": len(seats)}
    said = words if seats else _("No seat is set up for those whom it is about.")
    return Reading("agenda.seats", _("Those whom it is about have a seat"), _share(taken, len(seats)), said, as_of, url)


def _confirmed(initiative: Initiative, as_of: datetime, tenant: Tenant) -> list[Reading]:
    """Of the theory of change, links that somebody confirmed within a year; nothing while there are none."""
    confirmed, whole = confirmed_links(initiative, tenant.day(as_of))
    if not whole:
        return []
    words = _("%(confirmed)s of %(whole)s links were confirmed within a year.")
    said = words % {"confirmed": confirmed, "whole": whole}
    url = reverse("agenda:map-confirm", args=[tenant.slug, initiative.slug])
    return [
        Reading("agenda.confirmed", _("The theory of change still holds"), _share(confirmed, whole), said, as_of, url)
    ]
