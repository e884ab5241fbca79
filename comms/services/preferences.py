"""What a person wants by mail, said in their account or through a signed link in the mail itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core import signing
from django.db import transaction

from backbone import changes
from backbone.models import Membership
from backbone.problems import Problem, Refused, gettext_noop
from backbone.services.fields import checked
from comms.models import Away, Cadence
from comms.news import TOPICS
from comms.rules import MORNING, Often
from comms.selectors.deputies import deputies_of
from comms.selectors.wishes import NOTICES, RELEASES, wishes_of
from comms.services.composing import CHOICES, DIGESTS, REMINDERS, SALT

changes.register_verbs(
    {
        "member.unsubscribed": gettext_noop("{person} stopped their {what}"),
        "member.chose_mail": gettext_noop("{person} chose what mail they get"),
        "member.away": gettext_noop("{person} is away from {starts_on} to {ends_on}"),
        "member.not_away": gettext_noop("{person} is not away from {starts_on} to {ends_on}"),
    }
)

_FIELDS = {DIGESTS: "wants_digest", REMINDERS: "wants_reminders"}
_WHATS = (*_FIELDS, NOTICES, RELEASES, CHOICES)


@dataclass(frozen=True, slots=True)
class Token:
    tenant_id: int
    membership_id: int
    what: str

    @property
    def stops(self) -> bool:
        """Whether the link stops a sort of mail, rather than only leading to the choices."""
        return self.what != CHOICES


def read_token(token: str) -> Token | None:
    """What a link in a mail says, or None when we did not sign it. Needs no tenant."""
    try:
        tenant_id, membership_id, what = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Token(tenant_id, membership_id, what) if what in _WHATS else None


@transaction.atomic
def unsubscribe(*, membership: Membership, what: str) -> None:
    """Stop one sort of mail to one person; said twice it changes nothing."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if what in _FIELDS:
        if not getattr(membership, _FIELDS[what]):
            return
        setattr(membership, _FIELDS[what], False)
        membership.save(update_fields=[_FIELDS[what]])
    else:
        wishes = wishes_of([membership.pk]).get(membership.pk)
        if wishes is not None and not wishes.wants(what):
            return
        _write(membership, {what: Often.OFF}, wishes.hour if wishes is not None else MORNING)
    changes.record("member.unsubscribed", on=membership, by=membership, person=membership.name, what=what)


@transaction.atomic
def choose(
    *,
    membership: Membership,
    often: Mapping[str, Often],
    hour: int,
    wants_digest: bool,
    wants_reminders: bool,
    wants_notices: bool = True,
    wants_releases: bool = True,
) -> None:
    """Write down how often a person wants to hear of each topic, at what hour, and which other mails they want."""
    unknown = sorted(set(often) - set(TOPICS))
    if unknown:
        raise TypeError(f"No topic of a digest: {', '.join(unknown)}.")
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    membership.wants_digest, membership.wants_reminders = wants_digest, wants_reminders
    membership.save(update_fields=["wants_digest", "wants_reminders"])
    others = {NOTICES: wants_notices, RELEASES: wants_releases}
    rows = dict(often) | {what: Often.WEEKLY if wanted else Often.OFF for what, wanted in others.items()}
    _write(membership, rows, hour)
    changes.record("member.chose_mail", on=membership, by=membership, person=membership.name)


def _write(membership: Membership, often: Mapping[str, Often], hour: int) -> None:
    Cadence.objects.bulk_create(
        [Cadence(member=membership, kind=kind, often=one, hour=hour) for kind, one in often.items()],
        update_conflicts=True, update_fields=["often", "hour"], unique_fields=["tenant", "member", "kind"],
    )  # fmt: skip
    Cadence.objects.filter(member=membership).exclude(hour=hour).update(hour=hour)


@transaction.atomic
def go_away(*, membership: Membership, starts_on: date, ends_on: date, deputy: Membership | None = None) -> Away:
    """Write down days on which a person gets no routine mail, and who is reminded in their place.

    Raises Refused for days that are no span, and `away.deputy` for somebody who cannot stand in: only a colleague of
    the same organization sees what is owed there.
    """
    Membership.objects.select_for_update().get(pk=membership.pk)
    if deputy is not None and deputy.pk not in {one.pk for one in deputies_of(membership)}:
        text = gettext_noop("{name} cannot stand in for you: choose somebody of your own organization.")
        raise Refused(Problem("away.deputy", text, {"name": deputy.name}, field="deputy"))
    away = checked(Away(member=membership, starts_on=starts_on, ends_on=ends_on, deputy=deputy))
    away.save()
    _record("member.away", away)
    return away


@transaction.atomic
def come_back(*, away: Away) -> None:
    """Take an absence back, or end it before its time."""
    _record("member.not_away", away)
    Away.objects.filter(pk=away.pk).delete()


def _record(verb: str, away: Away) -> None:
    days = {"starts_on": away.starts_on.isoformat(), "ends_on": away.ends_on.isoformat()}
    changes.record(verb, on=away.member, by=away.member, person=away.member.name, **days)
