"""Who led in communication, and who has to do with whom: for the spread of leadership and the map of the network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from backbone.conditions import Act, Tie
from backbone.look.numbers import short_date
from backbone.models import Grant, Initiative, Tenant
from comms.models import Action, Attendance, Decision, Invited, Meeting

LATELY = timedelta(days=365)
MOST_AT_ONE = 40  # organizations of one meeting that are tied to each other; at a larger one nobody met everybody


def acts_in(initiative: Initiative, since: datetime, until: datetime) -> Iterator[Act]:
    """Meetings that somebody convened, actions that somebody finished, decisions that somebody wrote down; four
    statements."""
    meetings = Meeting.objects.filter(initiative=initiative, opened_at__gt=since, opened_at__lte=until)
    own = Invited.objects.filter(meeting__in=meetings, member=F("meeting__by"))
    partners = dict(own.values_list("meeting_id", "partner_id"))
    for meeting in meetings:
        yield Act("comms", "convened", partners.get(meeting.pk), meeting.by_id, meeting.opened_at)
    done = Action.objects.filter(initiative=initiative, state=Action.State.DONE, closed_at__gt=since)
    for action in done.filter(closed_at__lte=until):
        yield Act("comms", "closed", action.partner_id, action.owner_id, action.closed_at)
    own_partner = Grant.objects.filter(membership=OuterRef("by"), partner__isnull=False).values("partner")[:1]
    decided = Decision.objects.filter(initiative=initiative, at__gt=since, at__lte=until)
    for by_id, at, partner_id in decided.annotate(of=Subquery(own_partner)).values_list("by_id", "at", "of"):
        yield Act("comms", "decided", partner_id, by_id, at)


def ties_in(initiative: Initiative, as_of: datetime) -> Iterator[Tie]:
    """Organizations that met in the last year, and those that do what another proposed; each pair once for a meeting or an
    action. Four statements."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    place = [tenant.slug, initiative.slug]
    there: dict[int, set[int]] = {}
    rows = Attendance.objects.filter(
        meeting__initiative=initiative, presence=Attendance.Presence.PRESENT, meeting__starts_at__gt=as_of - LATELY
    )
    named = {}
    for meeting, title, at, group, partner in rows.values_list(
        "meeting", "meeting__title", "meeting__starts_at", "meeting__group", "partner"
    ):
        there.setdefault(meeting, set()).add(partner)
        named[meeting] = f"{title}, {short_date(tenant.day(at))}", group  # a committee meets often
    for meeting, partners in there.items():
        if len(partners) <= MOST_AT_ONE:
            title, group = named[meeting]
            url = reverse("comms:meeting", args=[*place, meeting])
            for one, other in combinations(sorted(partners), 2):
                yield Tie(one, other, "meeting", title, url, group)
    actions = Action.objects.filter(initiative=initiative, partner__isnull=False, made_at__gt=as_of - LATELY)
    for action in actions.select_related("proposer").prefetch_related("proposer__grants"):
        url = reverse("comms:action", args=[*place, action.number])
        for other in sorted(_of_proposer(action) - {action.partner_id}):
            yield Tie(action.partner_id, other, "action", action.what, url)


def _of_proposer(action: Action) -> set[int]:
    if action.proposer is None:
        return set()
    return {grant.partner_id for grant in action.proposer.grants.all() if grant.partner_id is not None}
