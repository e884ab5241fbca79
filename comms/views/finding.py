"""Search over everything that a person may see, and what becomes of figures."""

from __future__ import annotations

from itertools import groupby

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone import conditions
from backbone.access import member_can
from backbone.roles import Can
from comms.rules.loop import APPROVED, DECIDED, DISCUSSED, SUBMITTED
from comms.selectors.loop import loop_of
from comms.views.paths import meetings_crumb

SHORTEST = 2  # letters of a word that is searched for
LONGEST = 100


@member_can(None)
@require_safe
def find(request, initiative):
    """What the words of `?q=` find in each condition, of what this person may see; nothing says how much there is else."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    is_asked = len(words) >= SHORTEST
    hits = conditions.found(initiative, words, request.membership) if is_asked else []
    groups = [(name, list(found)) for name, found in groupby(sorted(hits, key=_group), key=_group)]
    context = {"initiative": initiative, "words": words, "is_asked": is_asked, "groups": groups}
    return render(request, "comms/find.html", context)


def _group(hit: conditions.Hit) -> str:
    return hit.group


@member_can(Can.READ_MEETINGS)
@require_safe
def comes_back(request, initiative):
    """Whether something comes back to who files: the rate, the clock with its slowest hop, and each partner.

    Who reads one partner's figures alone sees that partner's row alone.
    """
    found = loop_of(initiative, timezone.now())
    own = request.membership.partner_ids(Can.READ_PARTNER_FIGURES)
    context = {
        "initiative": initiative,
        "loop": found,
        "rows": [one for one in found.rows if own is None or one.partner_id in own],
        "names": hop_names(),
        "slowest": found.slowest,
        "crumbs": [meetings_crumb(request, initiative)],
    }
    return render(request, "comms/comes_back.html", context)


def hop_names() -> dict[str, str]:
    return {
        SUBMITTED: _("from the end of the period to the report"),
        APPROVED: _("from the report to its approval"),
        DISCUSSED: _("from the approval to a meeting that talks about it"),
        DECIDED: _("from there to a decision or an action"),
    }
