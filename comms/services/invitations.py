"""Invitations to meetings by mail, each with an iCalendar message, and each person's calendar of meetings."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Membership, Tenant
from backbone.tenancy import active_tenant_id
from comms import rules
from comms.models import Invited, Mail, Meeting, MeetingFeed
from comms.rules import calendars
from comms.selectors.readers import Reader, readers
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
    return _mail(meeting, wanted, calendars.REQUEST)


def call_off(*, meeting: Meeting, reason: str = "", only: Collection[int] | None = None) -> int:
    """Tell everybody who was invited, or `only` some of them, that it does not take place for them."""
    places = list(Invited.objects.filter(meeting=meeting).select_related("member"))
    told = _told(meeting, places)
    wanted = [one for one in places if one.member_id in told and (only is None or one.member_id in only)]
    return _mail(meeting, wanted, calendars.CANCEL, reason)


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
    """The feed behind a token, in the open scope of its tenant; None when it opens nothing (any more)."""
    found = MeetingFeed.objects.filter(token_hash=_hash(token)).select_related("member").first()
    if found is None or not hmac.compare_digest(found.token_hash, _hash(token)) or not found.member.current_grants:
        return None
    return found


# --- the mails ---


def key_of(meeting: Meeting, method: str) -> str:
    """What names a mail about a state of a meeting."""
    return f"meeting:{meeting.pk}:{meeting.sequence}:{method.lower()}"


def _told(meeting: Meeting, places: Iterable[Invited]) -> set[int]:
    """Who was mailed an invitation, in whichever state."""
    people = [one.member_id for one in places]
    mails = Mail.objects.filter(kind=Mail.Kind.INVITATION, recipient__in=people)
    mails = mails.filter(period_key__startswith=f"meeting:{meeting.pk}:", period_key__endswith=":request")
    return set(mails.values_list("recipient_id", flat=True))


def _mail(meeting: Meeting, places: list[Invited], method: str, reason: str = "") -> int:
    key = key_of(meeting, method)
    had = Mail.objects.filter(kind=Mail.Kind.INVITATION, period_key=key).values_list("recipient_id", flat=True)
    waiting = {one.member_id: one for one in places if one.member_id not in set(had)}
    if not waiting:
        return 0
    tenant = Tenant.objects.get(pk=active_tenant_id())
    people = readers(tenant, waiting.keys())
    ledger.plan([_compose(tenant, one, meeting, waiting[one.pk], method, key, reason) for one in people])
    ledger.send_soon()
    return len(people)


def _compose(
    tenant: Tenant, reader: Reader, meeting: Meeting, place: Invited, method: str, key: str, reason: str
) -> Mail:
    text = calendars.calendar(method, [entry(meeting, tenant=tenant, place=place)])
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
