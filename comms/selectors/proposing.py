"""What of decisions, actions and earlier meetings is worth the next meeting's time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Proposed
from backbone.look.numbers import long_date
from backbone.models import Initiative, Membership, Tenant
from backbone.roles import Can
from backbone.selectors.groups import own_groups
from comms.models import Decision, Meeting, Topic
from comms.selectors.decisions import changed_evidence, due_for_review, overdue_actions

POSTPONED_SHOWN = 10


def proposed(initiative: Initiative, as_of: datetime) -> Iterator[Proposed]:
    """Changed evidence, decisions due for review, actions that are overdue, topics that were put off; five statements."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    day = tenant.day(as_of)
    place = [tenant.slug, initiative.slug]
    seen = set()
    for citation in changed_evidence(initiative):
        decision, name = citation.decision, citation.indicator.code or citation.indicator.name
        seen.add(decision.pk)
        yield Proposed(
            about=f"comms.decision:{decision.pk}",
            title=_("%(decision)s: its evidence changed (%(name)s)") % {"decision": decision, "name": name},
            url=reverse("comms:decision", args=[*place, decision.number]),
            why=f"{citation.before} → {citation.after}",
            due=decision.review_on,
        )
    for decision in due_for_review(initiative, day):
        if decision.pk in seen:
            continue
        yield Proposed(
            about=f"comms.decision:{decision.pk}",
            title=_("%(decision)s is due for review: %(text)s") % {"decision": decision, "text": decision.text[:200]},
            url=reverse("comms:decision", args=[*place, decision.number]),
            why=_("To be looked at again on %(day)s") % {"day": long_date(decision.review_on)},
            due=decision.review_on,
        )
    for action in overdue_actions(initiative, day):
        yield Proposed(
            about=f"comms.action:{action.pk}",
            title=_("%(action)s is overdue: %(what)s") % {"action": action, "what": action.what[:200]},
            url=reverse("comms:action", args=[*place, action.number]),
            why=_("%(owner)s, by %(day)s") % {"owner": action.owner.name, "day": long_date(action.due_on)},
            due=action.due_on,
        )
    for topic in _postponed(initiative):
        yield Proposed(
            about=topic.about or f"comms.topic:{topic.pk}",
            title=topic.title,
            url=topic.url or reverse("comms:meeting", args=[*place, topic.meeting_id]),
            why=_("Put off at “%(title)s”") % {"title": topic.meeting.title},
        )


def readable(found: Iterable[Proposed], initiative: Initiative, membership: Membership) -> list[Proposed]:
    """Those of what is proposed that a person may read: to a chair nothing of other groups' meetings. Three statements for
    a chair, none for others."""
    found = list(found)
    own = own_groups(membership, Can.READ_DECISIONS)
    if own is None:
        return found
    rows = Decision.objects.filter(initiative=initiative, meeting__group__isnull=False)
    hidden = {f"comms.decision:{pk}" for pk in rows.exclude(meeting__group__in=own).values_list("pk", flat=True)}
    for topic in _postponed(initiative):
        if topic.meeting.group_id is not None and topic.meeting.group_id not in own:
            hidden.add(topic.about or f"comms.topic:{topic.pk}")
    return [one for one in found if one.about not in hidden]


def _postponed(initiative: Initiative) -> list[Topic]:
    """What was put off at the last meetings that are closed and has not been on a list since."""
    rows = Topic.objects.filter(meeting__initiative=initiative, state=Topic.State.POSTPONED)
    rows = (
        rows.filter(meeting__state=Meeting.State.CLOSED).select_related("meeting").order_by("-meeting__starts_at", "pk")
    )
    found = list(rows[:POSTPONED_SHOWN])
    names = {f"comms.topic:{one.pk}" for one in found}
    taken = set(Topic.objects.filter(meeting__initiative=initiative, about__in=names).values_list("about", flat=True))
    return [one for one in found if f"comms.topic:{one.pk}" not in taken]
