"""Invitations to meetings by mail, each with an iCalendar message, and each person's calendar of meetings."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Membership, Tenant
from backbone.roles import Can
from backbone.tenancy import active_tenant_id
from comms import rules
from comms.models import Invited, Mail, Meeting, MeetingFeed
from comms.rules import calendars, recurring
from comms.selectors.readers import Reader, readers, readers_of_meetings
from comms.services import ledger
from comms.services.composing import address, mail_to, voice

changes.register_verbs(
    {
        "feed.made": gettext_noop("{by} made a calendar address"),
        "feed.revoked": gettext_noop("{by} made a calendar address worthless"),
    }
)


def send(*, meeting: Meeting, only_told: bool = False) -> int:
    """Mail the invitation as it stands to everybody on the list who was not told of this state yet; how many that are.

    `only_told`: to those alone who were told of an earlier one, because something changed.
    """
    places = list(Invited.objects.filter(meeting=meeting).select_related("member"))
    told = _told(meeting, places)
    wanted = [one for one in places if not only_told or one.member_id in told]
    return len(_mail(meeting, wanted, calendars.REQUEST))


def send_series(*, meetings: Sequence[Meeting]) -> int:
    """Mail one invitation to all of these meetings of a series to whoever was not told yet of several of them, and of a
    single one the invitation to it; how many people that are."""
    series = meetings[0].series
    places: dict[int, list[Invited]] = {}
    for one in (
        Invited.objects.filter(meeting__in=meetings).select_related("member").order_by("meeting__recurs_at", "pk")
    ):
        places.setdefault(one.member_id, []).append(one)
    everybody = [place for own in places.values() for place in own]
    told = {one.pk: _told(one, everybody) for one in meetings}
    new = {
        pk: own
        for pk, own in places.items()
        if series and series.uid and sum(pk not in told[one.meeting_id] for one in own) > 1
    }
    by_pk = {one.pk: one for one in meetings}
    tenant = Tenant.objects.get(pk=active_tenant_id())
    people = readers_of_meetings(tenant, new.keys())
    ledger.plan([_compose_series(tenant, one, [(by_pk[at.meeting_id], at) for at in new[one.pk]]) for one in people])
    found = {one.pk for one in people}
    for meeting in meetings:
        waiting = [one for own in places.values() for one in own if one.meeting_id == meeting.pk]
        found |= set(_mail(meeting, waiting, calendars.REQUEST))
    ledger.send_soon()
    return len(found)


def call_off_series(*, meetings: Sequence[Meeting], reason: str = "") -> int:
    """Tell everybody who was invited to any of these meetings of a series, in one mail, which do not take place; how many
    people that are."""
    tenant = Tenant.objects.get(pk=active_tenant_id())
    places: dict[int, list[tuple[Meeting, Invited]]] = {}
    for meeting in meetings:
        own = list(Invited.objects.filter(meeting=meeting).select_related("member"))
        told = _told(meeting, own)
        for one in own:
            if one.member_id in told:
                places.setdefault(one.member_id, []).append((meeting, one))
    people = readers(tenant, places.keys())
    ledger.plan([_compose_series(tenant, one, places[one.pk], calendars.CANCEL, reason) for one in people])
    ledger.send_soon()
    return len(people)


def call_off(*, meeting: Meeting, reason: str = "", only: Collection[int] | None = None) -> int:
    """Tell everybody who was invited, or `only` some of them, that it does not take place for them."""
    places = list(Invited.objects.filter(meeting=meeting).select_related("member"))
    told = _told(meeting, places)
    wanted = [one for one in places if one.member_id in told and (only is None or one.member_id in only)]
    return len(_mail(meeting, wanted, calendars.CANCEL, reason))


def entry(meeting: Meeting, *, tenant: Tenant, place: Invited | None = None, is_asked: bool = True) -> calendars.Entry:
    """A meeting as a calendar's entry: for an invited person, or without anybody."""
    person = None
    if place is not None and is_asked:
        person = calendars.Person(place.member.name, place.member.email)
    return calendars.Entry(
        uid=meeting.uid,
        sequence=meeting.sequence,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.timezone,
        made_at=timezone.now(),
        organizer=calendars.Person(meeting.by.name, meeting.by.email),
        sent_by=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        attendee=person,
        answer=place.answer if place is not None else "",
        place=meeting.place,
        url=address("comms:meeting", tenant.slug, meeting.initiative.slug, meeting.pk),
        words=meeting.url,
        is_cancelled=meeting.state == Meeting.State.CANCELLED,
    )


def in_series(found: calendars.Entry, meeting: Meeting) -> calendars.Entry:
    """The same entry as a calendar knows it that has the whole series: one time of an event that recurs. Of a meeting
    without a series, and of a series of before, it is the entry itself."""
    series = meeting.series
    if series is None or not series.uid or meeting.recurs_at is None:
        return found
    return replace(found, uid=series.uid, recurs_at=meeting.recurs_at.astimezone(ZoneInfo(series.timezone)))


def entry_alone(meeting: Meeting, *, tenant: Tenant) -> calendars.Entry:
    """A meeting without anybody, named as the invitation to it is: a calendar that has that one does not show it twice."""
    return in_series(entry(meeting, tenant=tenant), meeting)


def entries_for(tenant: Tenant, places: Iterable[Invited]) -> list[calendars.Entry]:
    """A person's meetings, each named as the invitation to it is; of a series each time leads to its own page, and those
    that are off are there, and say so."""
    found, of_series = [], {}
    for one in places:
        series = one.meeting.series
        if series is not None and series.uid and one.meeting.recurs_at is not None:
            of_series.setdefault(series.pk, []).append((one.meeting, one))
        else:
            found.append(entry(one.meeting, tenant=tenant, place=one))
    for own in of_series.values():
        if len(own) == 1:
            ((meeting, place),) = own
            found.append(in_series(entry(meeting, tenant=tenant, place=place), meeting))
        else:
            found += entries_of_series(
                tenant, sorted(own, key=lambda one: one[0].recurs_at or one[0].starts_at), is_each_shown=True
            )
    return found


def entries_of_series(
    tenant: Tenant, places: Sequence[tuple[Meeting, Invited]], *, is_each_shown: bool = False
) -> list[calendars.Entry]:
    """Several meetings of one series for one person, the next first: an event that recurs, and beside it each that is
    another than the first in anything but its day, or simply each."""
    first, place = places[0]
    series, begins = first.series, first.recurs_at
    if series is None or begins is None:
        return [entry(meeting, tenant=tenant, place=one) for meeting, one in places]
    last = max(meeting.recurs_at or begins for meeting, _place in places)
    theirs = {meeting.recurs_at for meeting, _place in places}
    local = begins.astimezone(ZoneInfo(series.timezone)).replace(tzinfo=None)
    times = [recurring.instant(one, series.timezone) for one in recurring.starts(series.rule, local, recurring.MOST)]
    times = [one for one in times if one <= last]
    whole = replace(
        entry(first, tenant=tenant, place=place),
        uid=series.uid, sequence=0, starts_at=begins, ends_at=begins + (first.ends_at - first.starts_at),
        zone=series.timezone, url=address("comms:meeting-list", tenant.slug, first.initiative.slug), is_cancelled=False,
        again=calendars.Again(
            f"{series.rule};COUNT={len(times)}", tuple(one for one in times if one not in theirs), last
        ),
    )  # fmt: skip
    others = [
        in_series(entry(meeting, tenant=tenant, place=one), meeting)
        for meeting, one in places
        if is_each_shown or one.answer != place.answer or _differs(meeting, first, begins)
    ]
    return [whole, *others]


def _differs(meeting: Meeting, first: Meeting, begins: datetime) -> bool:
    """Whether a meeting is another than the first of its series in anything but the day that the rule gives it."""
    if meeting.starts_at != meeting.recurs_at or meeting.ends_at - meeting.starts_at != first.ends_at - first.starts_at:
        return True
    return any(getattr(meeting, name) != getattr(first, name) for name in ("title", "place", "url", "timezone"))


# --- calendar addresses ---


@transaction.atomic
def make_feed(*, member: Membership) -> str:
    """A new calendar address for a person, which nobody can read again; the one before it is worthless from now on."""
    token = f"{active_tenant_id()}-{secrets.token_urlsafe(32)}"
    fields = {"token_hash": _hash(token), "made_at": timezone.now()}
    feed, _made = MeetingFeed.objects.update_or_create(member=member, defaults=fields)
    changes.record("feed.made", on=feed, by=member)
    return token


@transaction.atomic
def revoke_feed(*, member: Membership) -> bool:
    """Make a person's calendar address worthless; answers whether there was one."""
    feed = MeetingFeed.objects.filter(member=member).first()
    if feed is None:
        return False
    changes.record("feed.revoked", on=feed, by=member)
    feed.delete()
    return True


def feed_of(token: str) -> MeetingFeed | None:
    """The feed behind a token, in the open scope of its tenant; None when it opens nothing (any more), as when its person
    may read of meetings no more."""
    found = MeetingFeed.objects.filter(token_hash=_hash(token)).select_related("member").first()
    if (
        found is None
        or not hmac.compare_digest(found.token_hash, _hash(token))
        or not found.member.can(Can.READ_MEETINGS)
    ):
        return None
    return found


# --- the mails ---


def key_of(meeting: Meeting, method: str) -> str:
    """What names a mail about a state of a meeting."""
    return f"meeting:{meeting.pk}:{meeting.sequence}:{method.lower()}"


def _told(meeting: Meeting, places: Iterable[Invited]) -> set[int]:
    """Who was mailed an invitation, in whichever state, to it alone or to its series."""
    people = [one.member_id for one in places]
    mails = Mail.objects.filter(kind=Mail.Kind.INVITATION, recipient__in=people, period_key__endswith=":request")
    alone = mails.filter(period_key__startswith=f"meeting:{meeting.pk}:")
    told = set(alone.values_list("recipient_id", flat=True))
    for pk, about in _of_series(meeting, mails).values_list("recipient_id", "about"):
        if any(one.partition(":")[0] == str(meeting.pk) for one in about):
            told.add(pk)
    return told


def _of_series(meeting: Meeting, mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """Those of these mails that told of several meetings of its series at once."""
    return mails.filter(period_key__startswith=f"series:{meeting.series_id or 0}:")


def _state_of(meeting: Meeting) -> str:
    """A meeting as it stands, in a mail's `about`."""
    return f"{meeting.pk}:{meeting.sequence}"


def _mail(meeting: Meeting, places: list[Invited], method: str, reason: str = "") -> list[int]:
    """Mail those who were not told of this state yet; who that is."""
    key = key_of(meeting, method)
    mails = Mail.objects.filter(kind=Mail.Kind.INVITATION)
    had = set(mails.filter(period_key=key).values_list("recipient_id", flat=True))
    if method == calendars.REQUEST:
        of_series = _of_series(meeting, mails).filter(about__contains=[_state_of(meeting)])
        had |= set(of_series.values_list("recipient_id", flat=True))
    waiting = {one.member_id: one for one in places if one.member_id not in had}
    if not waiting:
        return []
    tenant = Tenant.objects.get(pk=active_tenant_id())
    called = readers if method == calendars.CANCEL else readers_of_meetings
    people = called(tenant, waiting.keys())
    ledger.plan([_compose(tenant, one, meeting, waiting[one.pk], method, key, reason) for one in people])
    ledger.send_soon()
    return [one.pk for one in people]


def _compose_series(
    tenant: Tenant,
    reader: Reader,
    places: Sequence[tuple[Meeting, Invited]],
    method: str = calendars.REQUEST,
    reason: str = "",
) -> Mail:
    """One mail of several meetings of a series, the next first."""
    first = places[0][0]
    if method == calendars.CANCEL:
        found = [in_series(entry(meeting, tenant=tenant, place=one), meeting) for meeting, one in places]
    else:
        found = entries_of_series(tenant, places)
    with voice(reader):
        pattern = _("Cancelled: %(title)s") if method == calendars.CANCEL else _("Invitation: %(title)s")
        where = [tenant.slug, first.initiative.slug]
        return mail_to(
            reader, tenant, kind=Mail.Kind.INVITATION, template="invitation_series",
            period_key=f"series:{first.series_id}:{first.pk}:{first.sequence}:{method.lower()}",
            subject=rules.one_line(pattern % {"title": first.title}, 120),
            context={
                "initiative": first.initiative, "meeting": first, "by": first.by, "reason": reason,
                "is_cancelled": method == calendars.CANCEL,
                "zone": first.timezone if len({one.timezone for one, _place in places}) == 1 else "",
                "meetings": [(one, address("comms:meeting", *where, one.pk)) for one, _place in places],
                "url": address("comms:meeting", *where, first.pk),
            },
            reply_to=first.by.email, calendar=calendars.calendar(method, found),
            about=[_state_of(one) for one, _place in places],
        )  # fmt: skip


def _compose(
    tenant: Tenant, reader: Reader, meeting: Meeting, place: Invited, method: str, key: str, reason: str
) -> Mail:
    text = calendars.calendar(method, [in_series(entry(meeting, tenant=tenant, place=place), meeting)])
    with voice(reader):
        if method == calendars.CANCEL:
            subject = _("Cancelled: %(title)s") % {"title": meeting.title}
        elif meeting.sequence:
            subject = _("Changed: %(title)s") % {"title": meeting.title}
        else:
            subject = _("Invitation: %(title)s") % {"title": meeting.title}
        return mail_to(
            reader, tenant, kind=Mail.Kind.INVITATION, template="invitation", period_key=key,
            subject=rules.one_line(subject, 120),
            context={
                "initiative": meeting.initiative, "meeting": meeting, "is_cancelled": method == calendars.CANCEL,
                "is_changed": bool(meeting.sequence), "reason": reason, "by": meeting.by,
                "topics": list(meeting.topics.all()),
                "url": address("comms:meeting", tenant.slug, meeting.initiative.slug, meeting.pk),
            },
            reply_to=meeting.by.email, calendar=text,
        )  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
