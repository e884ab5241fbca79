"""Letting the platform's operators look at a tenant: the only writer of their visits.

An operator runs the machines and sees no tenant's words. An admin of the tenant may let one in, asked or unasked, for so
many hours; what the operator then opens is read with an evaluator's eyes, without counts that are too small for others,
never written to, and each page is a line of the tenant's own audit log. The time box ends by itself.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from backbone import changes
from backbone.models import Entrance, Grant, Membership, OperatorAccess, Tenant, User
from backbone.problems import Problem, Refused
from backbone.roles import Can, Role
from backbone.services.fields import checked

changes.register_verbs(
    {
        "operator.asked": gettext_noop("{by} asked to look in for {hours} hours: {reason}"),
        "operator.granted": gettext_noop("{by} let the platform’s operators look in for {hours} hours: {reason}"),
        "operator.declined": gettext_noop("{by} did not let the platform’s operators look in"),
        "operator.ended": gettext_noop("{by} ended the operators’ access"),
        "operator.visited": gettext_noop("{by} opened {address}"),
        "operator.refused": gettext_noop("{by} tried to change something at {address}, and could not"),
    }
)


def is_operator(user) -> bool:
    """Whether a login is one of those who run the platform."""
    return bool(user.is_authenticated and user.is_active and user.is_staff)


@transaction.atomic
def ask(*, user: User, reason: str, hours: int) -> OperatorAccess:
    """Ask this tenant's admins to be let in. One question at a time: asked again it is the one that waits, reworded."""
    _require_operator(user)
    person = _row_of(user)
    row = OperatorAccess.objects.select_for_update(no_key=True).filter(waiting()).filter(member=person).first()
    row = row or OperatorAccess(member=person, asked_at=timezone.now())
    row.reason, row.hours = reason.strip(), hours
    checked(row).save()
    changes.record("operator.asked", on=row, by=person, reason=row.reason, hours=row.hours)
    return row


@transaction.atomic
def let_in(*, by: Membership, reason: str, hours: int) -> OperatorAccess:
    """Let any of the platform's operators look in, unasked: whoever helps comes by themselves."""
    _require_admin(by)
    row = OperatorAccess(reason=reason.strip(), hours=hours, asked_at=timezone.now())
    return _grant(row, by)


@transaction.atomic
def approve(*, access: OperatorAccess, by: Membership) -> OperatorAccess:
    """Let in the one who asked, for the hours they asked for."""
    _require_admin(by)
    return _grant(_waiting_under_lock(access), by)


@transaction.atomic
def decline(*, access: OperatorAccess, by: Membership) -> OperatorAccess:
    _require_admin(by)
    row = _waiting_under_lock(access)
    row.ended_by, row.ended_at = by, timezone.now()
    row.save(update_fields=["ended_by", "ended_at"])
    changes.record("operator.declined", on=row, by=by)
    return row


@transaction.atomic
def end(*, access: OperatorAccess, by: Membership) -> OperatorAccess:
    """End it before its time; at the operator's very next page nothing is there any more."""
    _require_admin(by)
    row = OperatorAccess.objects.select_for_update(no_key=True).get(pk=access.pk)
    if row.granted_at is not None and row.ended_at is None:
        row.ended_by, row.ended_at = by, timezone.now()
        row.save(update_fields=["ended_by", "ended_at"])
        changes.record("operator.ended", on=row, by=by)
    return row


def waiting() -> Q:
    """Those that nobody has answered."""
    return Q(granted_at=None, ended_at=None)


def in_force() -> Q:
    now = timezone.now()
    return Q(granted_at__lte=now, expires_at__gt=now, ended_at=None)


def access_of(user: User) -> OperatorAccess | None:
    """The time box that lets an operator look at the open tenant now, the longest; None when none does."""
    theirs = Q(member=None) | Q(member__in=Membership.objects.filter(user_id=user.pk).values("pk"))
    return OperatorAccess.objects.filter(in_force()).filter(theirs).order_by("-expires_at").first()


def asked_by(user: User) -> OperatorAccess | None:
    """What an operator asked of the open tenant and nobody has answered."""
    rows = OperatorAccess.objects.filter(waiting())
    return rows.filter(member__in=Membership.objects.filter(user_id=user.pk).values("pk")).first()


def acting(user: User) -> Membership | None:
    """An operator as a visitor of the open tenant: reads as an evaluator does, and nothing but reads. None without access."""
    access = access_of(user)
    if access is None:
        return None
    person = _row_of(user)
    person.visits_until = access.expires_at
    person.__dict__["current_grants"] = [Grant(membership=person, role=Role.EVALUATOR)]
    return person


def note(person: Membership, address: str, *, was_read: bool) -> None:
    """One line of the tenant's audit log for each page that an operator asks for."""
    verb = "operator.visited" if was_read else "operator.refused"
    changes.record(verb, on="address", by=person, address=address[:200])


def _row_of(user: User) -> Membership:
    """The operator's own row in this tenant, by which the log names them. It lets nobody in."""
    name = gettext("%(name)s (platform operator)") % {"name": user.get_full_name()[:100]}
    new = {"email": user.email, "name": name, "is_operator": True, "is_active": False}
    new |= {"wants_digest": False, "wants_reminders": False}
    person, _is_new = Membership.objects.get_or_create(user_id=user.pk, defaults=new)
    return person


def _grant(row: OperatorAccess, by: Membership) -> OperatorAccess:
    row.granted_by, row.granted_at = by, timezone.now()
    row.expires_at = row.granted_at + timedelta(hours=row.hours)
    checked(row).save()
    changes.record("operator.granted", on=row, by=by, reason=row.reason, hours=row.hours)
    return row


def _waiting_under_lock(access: OperatorAccess) -> OperatorAccess:
    row = OperatorAccess.objects.select_for_update(no_key=True).filter(waiting(), pk=access.pk).first()
    if row is None:
        raise Refused(Problem("operator.answered", gettext_noop("Somebody has answered this already.")))
    return row


def _require_admin(by: Membership) -> None:
    if not Membership.objects.get(pk=by.pk).can(Can.CHANGE_SETTINGS):
        raise Refused(Problem("operator.forbidden", gettext_noop("Only a backbone admin lets operators look in.")))


def _require_operator(user: User) -> None:
    if not is_operator(user):
        raise Refused(Problem("operator.none", gettext_noop("Only an operator of the platform asks for this.")))


def is_member(user: User, tenant: Tenant) -> bool:
    """Whether an operator is one of the tenant's own people as well, and comes in by their own door."""
    return Entrance.objects.filter(user=user, tenant=tenant).exists()
