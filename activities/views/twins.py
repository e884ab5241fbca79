"""Possible double claims: entries that may be one and the same work, and figures of it that may count twice."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Twins
from activities.selectors.rights import may_edit_words
from activities.selectors.twins import Pair, pairs
from activities.services import twins
from activities.views.paths import refuse_outsiders, register_crumb, require_words
from backbone.access import member_can, sent_words
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures.rules.periods import text_of


@member_can(Can.READ_ACTIVITIES)
def twins_list(request, initiative):
    """Pairs that look alike. Who may change every activity says what they are; who defines indicators counts once."""
    refuse_outsiders(request.membership)
    may_judge = request.membership.can(Can.EDIT_ACTIVITIES)
    found = pairs(initiative)
    if request.method == "POST":
        if not may_judge:
            raise PermissionDenied
        require_words(request.membership)
        return _judge(request, initiative, found)
    context = {
        "initiative": initiative,
        "pairs": [(pair, _claims(request, initiative, pair)) for pair in found],
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "may_judge": may_judge and may_edit_words(request.membership),
        "crumbs": [register_crumb(request, initiative), (_("Possible double claims"), "")],
    }
    return render(request, "activities/twins.html", context)


def _claims(request, initiative, pair: Pair) -> list[tuple]:
    """Each figure with the page where it is counted once, for who may do that."""
    may_count = request.membership.can(Can.DEFINE_INDICATORS)
    found = []
    for claim in pair.claims:
        place = [request.tenant.slug, initiative.slug, claim.indicator.slug, text_of(claim.period)]
        ask = f"?partners={','.join(pair.partners)}&about=activities.activity:{pair.one.pk}"
        url = reverse("measures:joint-work", args=place) + ("" if claim.is_once else ask)
        found.append((claim, url if may_count else ""))
    return found


def _judge(request, initiative, found: list[Pair]):
    sent = request.POST.get("pair", "")
    pair = next((one for one in found if f"{one.one.pk}-{one.other.pk}" == sent), None)
    if pair is None:
        raise Http404
    verdict = request.POST.get("verdict", "")
    try:
        if verdict == "again" and pair.verdict is not None:
            twins.ask_again(twins=pair.verdict, by=request.membership)
        elif verdict in Twins.Verdict.values:
            twins.judge(
                one=pair.one,
                other=pair.other,
                verdict=verdict,
                reason=sent_words(request, "reason")[:300],
                by=request.membership,
                partners=", ".join(pair.partners),
            )
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, " ".join(say(problem) for problem in refused.problems))
    else:
        messages.success(request, _("Noted. It can be taken back."))
    return redirect("activities:twins", request.tenant.slug, initiative.slug)
