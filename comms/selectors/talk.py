"""Talk about things: what a thread may be about, who may read it, and what was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse

from activities.models import Activity
from agenda.models import Section
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.roles import Can, Reach
from backbone.selectors.groups import may_in
from backbone.tenancy import active_tenant_id
from comms.models import Decision, Post, Thread
from comms.rules.loop import Use
from comms.selectors.readers import readers
from measures.models import Indicator
from measures.rules.periods import parse_month


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is talked about: `about` names the row, `needs` is the right that reading it takes.

    `group_id` is the group whose thing it is, for chairs; `topic` is the section's own name.
    """

    about: str
    label: str
    url: str
    needs: Can
    partner: Partner | None = None
    group_id: int | None = None

    def is_seen_by(self, membership: Membership) -> bool:
        """Whether somebody may read the thing, and so what is said about it."""
        if not membership.can(Can.READ_TALK, self.partner) or not membership.can(self.needs, self.partner):
            return False
        if membership.reach_of(self.needs) <= {Reach.PUBLISHED}:
            return False
        return may_in(membership, self.needs, self.group_id) if self.group_id is not None else True


def subject_of(initiative: Initiative, about: str, partner: Partner | None = None) -> Subject | None:
    """What a name stands for in an initiative; None for what is not there, or is not talked about.

    "measures.indicator:7", "measures.figure:7-2026-10" with a partner, "activities.activity:12",
    "agenda.section:vision", "comms.decision:9". Two statements at most.
    """
    sort, _, rest = about.partition(":")
    make = _SORTS.get(sort)
    if make is None or (sort == "measures.figure") != (partner is not None):
        return None
    place = [Tenant.objects.get(pk=active_tenant_id()).slug, initiative.slug]
    return make(initiative, place, about, rest, partner)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _indicator(initiative, place, about, rest, partner) -> Subject | None:
    row = Indicator.objects.filter(initiative=initiative, pk=_number(rest)).first()
    if row is None:
        return None
    label = f"{row.code} {row.name}".strip()
    return Subject(about, label, reverse("measures:indicator", args=[*place, row.slug]), Can.READ_ROLLUPS)


def _figure(initiative, place, about, rest, partner) -> Subject | None:
    pk, _, month = rest.partition("-")
    row, period = Indicator.objects.filter(initiative=initiative, pk=_number(pk)).first(), parse_month(month)
    if row is None or not isinstance(period, date):
        return None
    label = f"{row.code or row.name}, {partner.code}, {period_name(period, row.frequency)}"
    url = reverse("measures:figure", args=[*place, row.slug, partner.code, period])
    return Subject(about, label, url, Can.READ_PARTNER_FIGURES, partner)


def _activity(initiative, place, about, rest, partner) -> Subject | None:
    row = Activity.objects.filter(initiative=initiative, pk=_number(rest)).first()
    if row is None:
        return None
    return Subject(about, row.name, reverse("activities:activity", args=[*place, row.slug]), Can.READ_ACTIVITIES)


def _section(initiative, place, about, rest, partner) -> Subject | None:
    if rest not in Section.Topic.values:
        return None
    label = str(Section.Topic(rest).label)
    return Subject(about, label, reverse("agenda:section", args=[*place, rest]), Can.LISTEN_IN)


def _decision(initiative, place, about, rest, partner) -> Subject | None:
    row = Decision.objects.filter(initiative=initiative, pk=_number(rest)).select_related("meeting").first()
    if row is None:
        return None
    group = row.meeting.group_id if row.meeting is not None else None
    url = reverse("comms:decision", args=[*place, row.number])
    return Subject(about, f"{row}: {row.text}"[:300], url, Can.READ_DECISIONS, group_id=group)


_SORTS = {
    "measures.indicator": _indicator,
    "measures.figure": _figure,
    "activities.activity": _activity,
    "agenda.section": _section,
    "comms.decision": _decision,
}


def thread_about(initiative: Initiative, subject: Subject) -> Thread | None:
    """What was said about something, with who said it; two statements."""
    rows = Thread.objects.filter(initiative=initiative, about=subject.about, partner=subject.partner)
    posts = Post.objects.select_related("by", "partner")
    return rows.select_related("resolved_by").prefetch_related(Prefetch("posts", posts)).first()


def who_may_read(subject: Subject) -> list[Membership]:
    """Everybody who may read along, by name: whom a post may name. Three statements."""
    tenant = Tenant.objects.get(pk=active_tenant_id())
    found = [one.membership for one in readers(tenant) if subject.is_seen_by(one.membership)]
    return sorted(found, key=lambda one: (one.name, one.pk))


def replies(initiative: Initiative) -> Iterator[Use]:
    """What others said to a partner about a figure of theirs: something that came back to it. One statement."""
    rows = Post.objects.filter(thread__initiative=initiative, thread__about__startswith="measures.figure:")
    for post in rows.select_related("thread"):
        thread = post.thread
        pk, _, month = thread.about.partition(":")[2].partition("-")
        period = parse_month(month)
        if post.partner_id == thread.partner_id or not isinstance(period, date):
            continue
        yield Use(
            _number(pk), frozenset([period]), post.at, frozenset([thread.partner_id]), thread.label, thread.url,
            is_talk=True,
        )  # fmt: skip
