"""Talk about things: what a thread may be about, who may read it, and what was said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from activities.models import Activity
from agenda.models import Section
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.roles import Can, Reach
from backbone.selectors.groups import own_groups
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
        return bool(seen_by([self], membership))

    def is_open_to(self, membership: Membership) -> bool:
        """The same, whichever group it is of."""
        if not membership.can(Can.READ_TALK, self.partner) or not membership.can(self.needs, self.partner):
            return False
        return not membership.reach_of(self.needs) <= {Reach.PUBLISHED}


def seen_by(subjects: Iterable[Subject], membership: Membership) -> list[Subject]:
    """Those of these things that somebody may read; one statement at most for each right that reaches own groups only."""
    own: dict[Can, frozenset[int] | None] = {}
    found = []
    for one in subjects:
        if not one.is_open_to(membership):
            continue
        if one.group_id is not None:
            if one.needs not in own:
                own[one.needs] = own_groups(membership, one.needs)
            groups = own[one.needs]
            if groups is not None and one.group_id not in groups:
                continue
        found.append(one)
    return found


def subject_of(initiative: Initiative, about: str, partner: Partner | None = None) -> Subject | None:
    """What a name stands for in an initiative; None for what is not there, or is not talked about.

    "measures.indicator:7", "measures.figure:7-2026-10" with a partner, "activities.activity:12",
    "agenda.section:vision", "comms.decision:9". Two statements at most.
    """
    return next(iter(subjects_of(initiative, [(about, partner)])), None)


def subjects_of(initiative: Initiative, names: Iterable[tuple[str, Partner | None]]) -> list[Subject]:
    """What these names stand for, without those that are not there; four statements at most, however many they are."""
    known = []
    for about, partner in names:
        sort, _, rest = about.partition(":")
        if sort in _SORTS and (sort == "measures.figure") == (partner is not None):
            known.append((about, partner, sort, rest))
    if not known:
        return []
    wanted: dict[Fetch, set[int]] = {}
    for _about, _partner, sort, rest in known:
        wanted.setdefault(_SORTS[sort][0], set()).add(_number(rest.partition("-")[0]))
    rows = {fetch: {row.pk: row for row in fetch(initiative, pks)} for fetch, pks in wanted.items()}
    place = [Tenant.objects.get(pk=active_tenant_id()).slug, initiative.slug]
    found = []
    for about, partner, sort, rest in known:
        fetch, make = _SORTS[sort]
        row = rows[fetch].get(_number(rest.partition("-")[0]))
        made = make(row, place, about, rest, partner) if row is not None or sort == _SECTION else None
        if made is not None:
            found.append(made)
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _indicators(initiative: Initiative, pks: Collection[int]) -> Iterable[Indicator]:
    return Indicator.objects.filter(initiative=initiative, pk__in=pks)


def _activities(initiative: Initiative, pks: Collection[int]) -> Iterable[Activity]:
    return Activity.objects.filter(initiative=initiative, pk__in=pks)


def _decisions(initiative: Initiative, pks: Collection[int]) -> Iterable[Decision]:
    return Decision.objects.filter(initiative=initiative, pk__in=pks).select_related("meeting")


def _nothing(_initiative: Initiative, _pks: Collection[int]) -> Iterable[Section]:
    return ()


def _indicator(row, place, about, rest, partner) -> Subject | None:
    if rest != str(row.pk):
        return None
    label = f"{row.code} {row.name}".strip()
    return Subject(about, label, reverse("measures:indicator", args=[*place, row.slug]), Can.READ_ROLLUPS)


def _figure(row, place, about, rest, partner) -> Subject | None:
    pk, _, month = rest.partition("-")
    period = parse_month(month)
    if pk != str(row.pk) or not isinstance(period, date):
        return None
    label = f"{row.code or row.name}, {partner.code}, {period_name(period, row.frequency)}"
    url = reverse("measures:figure", args=[*place, row.slug, partner.code, period])
    return Subject(about, label, url, Can.READ_PARTNER_FIGURES, partner)


def _activity(row, place, about, rest, partner) -> Subject | None:
    if rest != str(row.pk):
        return None
    return Subject(about, row.name, reverse("activities:activity", args=[*place, row.slug]), Can.READ_ACTIVITIES)


def _section(row, place, about, rest, partner) -> Subject | None:
    if rest not in Section.Topic.values:
        return None
    label = str(Section.Topic(rest).label)
    return Subject(about, label, reverse("agenda:section", args=[*place, rest]), Can.LISTEN_IN)


def _decision(row, place, about, rest, partner) -> Subject | None:
    if rest != str(row.pk):
        return None
    group = row.meeting.group_id if row.meeting is not None else None
    url = reverse("comms:decision", args=[*place, row.number])
    return Subject(about, f"{row}: {row.text}"[:300], url, Can.READ_DECISIONS, group_id=group)


Fetch = Callable[[Initiative, Collection[int]], Iterable[Any]]
_SECTION = "agenda.section"
# How the rows of each sort are fetched, and what one of them is called.
_SORTS: dict[str, tuple[Fetch, Callable[..., Subject | None]]] = {
    "measures.indicator": (_indicators, _indicator),
    "measures.figure": (_indicators, _figure),
    "activities.activity": (_activities, _activity),
    _SECTION: (_nothing, _section),
    "comms.decision": (_decisions, _decision),
}

MINE, NAMED, OURS = "mine", "named", "ours"


@dataclass(frozen=True, slots=True)
class OpenTalk:
    """Talk that is not settled: what it is about, the page it stands on, and whether it names its reader."""

    thread: Thread
    subject: Subject
    url: str
    is_named: bool


def open_talk(initiative: Initiative, membership: Membership, whose: str = "") -> list[OpenTalk]:
    """The talk in an initiative that nobody settled and that a person may read, the newest word first; `whose` narrows it to
    where they spoke, where they are named, or to figures of their partners.

    Seven statements at most, however much there is.
    """
    posts = Post.objects.filter(thread=OuterRef("pk"))
    is_named = Exists(posts.filter(mentions__contains=[membership.pk]))
    rows = Thread.objects.filter(initiative=initiative, resolved_at=None).select_related("partner")
    rows = rows.annotate(is_named=is_named, post_count=Count("posts"))
    partners = membership.partner_ids(Can.READ_PARTNER_FIGURES)
    if partners is not None:
        rows = rows.filter(Q(partner=None) | Q(partner__in=partners))
    if whose == MINE:
        rows = rows.filter(Exists(posts.filter(by=membership)))
    elif whose == NAMED:
        rows = rows.filter(is_named)
    elif whose == OURS:
        rows = rows.filter(partner__in=membership.own_partner_ids)
    rows = list(rows.order_by("-last_at", "-pk"))
    subjects = seen_by(subjects_of(initiative, [(one.about, one.partner) for one in rows]), membership)
    by_name = {(one.about, one.partner.pk if one.partner else None): one for one in subjects}
    found = []
    for row in rows:
        subject = by_name.get((row.about, row.partner_id))
        if subject is not None:
            found.append(OpenTalk(row, subject, _page_of(initiative, subject), row.is_named))
    return found


def last_words(threads: Collection[Thread]) -> dict[int, Post]:
    """The last thing that was said in each of these threads, by thread; one statement."""
    rows = Post.objects.filter(thread__in=threads).select_related("by", "partner")
    return {one.thread_id: one for one in rows.order_by("thread_id", "-at", "-pk").distinct("thread_id")}


def _page_of(initiative: Initiative, subject: Subject) -> str:
    place = [initiative.tenant.slug, initiative.slug, subject.about]
    if subject.partner is None:
        return reverse("comms:talk", args=place)
    return reverse("comms:talk-partner", args=[*place, subject.partner.code])


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
