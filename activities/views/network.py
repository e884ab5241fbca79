"""The map of the network: who is tied with whom, as a drawing and in tables."""

from __future__ import annotations

from typing import Any

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from activities.selectors.net import KINDS, Member, Net, around, net_of, readable
from activities.views.gap_paths import gap_crumbs, refuse_readers_of_publications
from backbone.access import member_can
from backbone.paging import page_of
from backbone.roles import Can
from backbone.selectors.groups import own_groups

ON_A_PAGE = 50
LISTS = ("who", "ties")
TIES_SHOWN = 5
WORDS = {
    "activity": gettext_lazy("joint activities"),
    "hand_off": gettext_lazy("hand-offs"),
    "meeting": gettext_lazy("meetings"),
    "action": gettext_lazy("actions"),
}


@member_can(Can.READ_ACTIVITIES)
@require_safe
def network(request, initiative):
    """Organizations and their ties, of the kinds that the address asks for; all of them, or one with those around it."""
    refuse_readers_of_publications(request.membership, Can.READ_ACTIVITIES)
    kinds = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
    own = own_groups(request.membership, Can.READ_MEETINGS)
    whole = net_of(initiative, timezone.now(), kinds)
    code = request.GET.get("around", "")
    shown = around(whole, code) if code else None
    found, listed = shown or whole, request.GET.get("list", "") if request.GET.get("list") in LISTS else LISTS[0]
    page = page_of(request, {"who": found.members, "ties": found.pairs}[listed], ON_A_PAGE)
    context = {
        "initiative": initiative,
        "net": whole,
        "shown": found,
        "middle": shown.members[0].partner if shown else None,
        "organizations": sorted((one.partner for one in whole.members), key=lambda partner: partner.code),
        "list": listed,
        "lists": _lists(request, found, listed),
        "page": page,
        "rows": [(one, member_words(one, len(whole.members)), _kinds(one.kinds)) for one in page]
        if listed == "who"
        else [],
        "pairs": [(one, _kinds(one.kinds), readable(one.ties, own)[:TIES_SHOWN]) for one in page]
        if listed == "ties"
        else [],
        "kinds": [(kind, WORDS[kind], kind in kinds) for kind in KINDS],
        "drawing": drawing(found, shown is not None),
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "crumbs": gap_crumbs(request, initiative),
    }
    return render(request, "activities/network.html", context)


def _lists(request, found: Net, listed: str) -> list[dict[str, Any]]:
    """The two tables to choose from, with how much is in each."""
    params, choices = request.GET.copy(), []
    params.pop("page", None)
    for name, label, count in (
        ("who", _("Organizations"), len(found.members)),
        ("ties", _("Ties"), len(found.pairs)),
    ):
        params["list"] = name
        choices.append({"label": label, "count": count, "query": params.urlencode(), "is_current": name == listed})
    return choices


def drawing(found: Net, is_around: bool = False) -> dict[str, Any]:
    """What the browser draws: an organization's id, code, name and number of ties; pairs with how many ties they have;
    and whether the first of them stands in the middle."""
    return {
        "around": is_around,
        "nodes": [[one.partner.pk, one.partner.code, one.partner.name, one.place.tied] for one in found.members],
        "edges": [[one.first.pk, one.second.pk, len(one.ties)] for one in found.pairs],
    }


def member_words(one: Member, count: int) -> str:
    """What an organization's place means, in a sentence."""
    if not one.place.tied:
        return _("Tied with nobody yet.")
    words = {"tied": one.place.tied, "others": count - 1, "count": one.place.holds}
    said = _("Tied with %(tied)s of %(others)s others.") % words
    if not one.place.holds:
        return said
    holds = ngettext(
        "Without it %(count)s other would have no way to the rest.",
        "Without it %(count)s others would have no way to the rest.",
        one.place.holds,
    )
    return f"{said} {holds % words}"


def _kinds(counts) -> str:
    return ", ".join(f"{WORDS[kind]}: {counts[kind]}" for kind in KINDS if counts[kind])
