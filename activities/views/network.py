"""The map of the network: who is tied with whom, as a drawing and in tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from activities.selectors.net import KINDS, Member, Net, net_of
from activities.views.gap_paths import gap_crumbs, refuse_readers_of_publications
from backbone.access import member_can
from backbone.conditions import Tie
from backbone.roles import Can
from backbone.selectors.groups import own_groups

ON_A_PAGE = 50
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
    """Organizations and their ties, of the kinds that the address asks for."""
    refuse_readers_of_publications(request.membership, Can.READ_ACTIVITIES)
    kinds = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
    found = net_of(initiative, timezone.now(), kinds)
    own = own_groups(request.membership, Can.READ_MEETINGS)
    pairs = Paginator(found.pairs, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "initiative": initiative,
        "net": found,
        "rows": [(one, member_words(one, len(found.members)), _kinds(one.kinds)) for one in found.members],
        "page": pairs,
        "pairs": [(one, _kinds(one.kinds), _readable(one.ties, own)[:TIES_SHOWN]) for one in pairs],
        "kinds": [(kind, WORDS[kind], kind in kinds) for kind in KINDS],
        "drawing": drawing(found),
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "crumbs": gap_crumbs(request, initiative),
    }
    return render(request, "activities/network.html", context)


def _readable(ties: Sequence[Tie], own: Collection[int] | None) -> list[Tie]:
    """Those whose names a person may read, who reads of meetings only these groups' (None: all)."""
    return [one for one in ties if own is None or one.group_id is None or one.group_id in own]


def drawing(found: Net) -> dict[str, Any]:
    """What the browser draws: an organization's id, code, name and number of ties; pairs with how many ties they have."""
    return {
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
