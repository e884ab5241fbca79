"""People of a tenant: who belongs to it, and as what. The only writer of memberships, grants and entrances.

Invitations, which lead here, are `services.invitations`. Each function runs in the tenant's scope.
"""

from __future__ import annotations

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import APIKey, Entrance, Grant, Membership, Partner, Tenant, User
from backbone.problems import Problem, Refused
from backbone.roles import Can, Role, covers
from backbone.tenancy import active_tenant_id

EVALUATION_DAYS = 365  # an evaluator's time box, unless another end is given

changes.register_verbs(
    {
        "member.joined": gettext_noop("{by} added {person}"),
        "member.granted": gettext_noop("{by} made {person} {role}"),
        "member.withdrawn": gettext_noop("{by} took the role {role} from {person}"),
        "member.deactivated": gettext_noop("{by} closed the door to {person}"),
        "member.reactivated": gettext_noop("{by} let {person} in again"),
        "member.changed": gettext_noop("{by} changed their own account"),
        "member.reached": gettext_noop("{by} changed how {person} is reached by telephone"),
    },
    {"member.granted": {"role": Role}, "member.withdrawn": {"role": Role}},
)


@transaction.atomic
def add_member(
    *,
    email: str,
    name: str,
    role: str,
    partner: Partner | None = None,
    by: Membership | None = None,
    password: str | None = None,
    ends_on: date | None = None,
    phone: str = "",
) -> Membership:
    """Give the person with this address one role here, with the login and the entrance that it needs. Idempotent.

    For commands and bundles: whoever runs them vouches for the address. `name` and `phone` are taken of a person who is
    new here; `password` is set for a login that is new here and never on one that exists. Whoever was deactivated stays
    so (`reactivate`). `by` None is the platform.
    """
    email = email.strip().lower()
    if by is not None:
        require_may_appoint(by, role, partner)
    user = User.objects.filter(email=email).first() or new_login(email=email, name=name, password=password)
    membership, created = ensure_membership(user=user, email=email, name=name, phone=phone)
    if created:
        changes.record("member.joined", on=membership, by=by, partner=partner, person=membership.name)
    add_grant(membership=membership, role=role, partner=partner, by=by, ends_on=ends_on, renew=ends_on is not None)
    return membership


@transaction.atomic
def grant(
    *,
    membership: Membership,
    role: str,
    partner: Partner | None = None,
    ends_on: date | None = None,
    by: Membership,
) -> Grant:
    """Give a person one more role. Raises `Refused` for a role beyond the giver's, and for one's own person."""
    _lock_people()
    by = _again(by)
    if by.pk == membership.pk:
        raise Refused(
            Problem(
                "member.own_role",
                gettext_noop("Nobody changes their own roles."),
                hint=gettext_noop("Ask another backbone admin."),
                field="role",
            )
        )
    require_may_appoint(by, role, partner)
    _require_active(membership)
    return add_grant(membership=membership, role=role, partner=partner, by=by, ends_on=ends_on)


@transaction.atomic
def withdraw(*, grant: Grant, by: Membership) -> None:
    """Take one role from a person, whose sessions end with it. The last backbone admin's role stays."""
    _lock_people()
    by = _again(by)
    found = Grant.objects.select_for_update().filter(pk=grant.pk).first()
    if found is None:
        return
    membership, partner = found.membership, found.partner
    if by.pk != membership.pk:
        require_may_appoint(by, found.role, partner)
    found.delete()
    _require_an_admin()
    end_sessions(user_id=membership.user_id)
    changes.record("member.withdrawn", on=membership, by=by, partner=partner, person=membership.name, role=found.role)


@transaction.atomic
def deactivate(*, membership: Membership, by: Membership) -> None:
    """Close the door: entrance, sessions and API keys end at once, grants wait for a return. Not for the last admin."""
    _lock_people()
    by = _again(by)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if not may_manage(by, membership) and by.pk != membership.pk:
        raise Refused(_not_yours(membership))
    if not membership.is_active:
        return
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    Entrance.objects.filter(user_id=membership.user_id, tenant_id=membership.tenant_id).delete()
    APIKey.objects.filter(owner=membership, revoked_at__isnull=True).update(revoked_at=timezone.now())
    _require_an_admin()
    end_sessions(user_id=membership.user_id)
    changes.record("member.deactivated", on=membership, by=by, person=membership.name)


@transaction.atomic
def reactivate(*, membership: Membership, by: Membership) -> None:
    """Let a deactivated person in again, with the roles that were left. API keys stay dead."""
    _lock_people()
    by = _again(by)
    if not may_manage(by, membership) or by.pk == membership.pk:
        raise Refused(_not_yours(membership))
    open_door(membership=membership, by=by)


@transaction.atomic
def change_own(*, membership: Membership, **wishes) -> Membership:
    """Change one's own name, telephone, time zone, language and wishes for mail; nothing else is taken."""
    allowed = ("name", "phone", "timezone", "locale", "wants_digest", "wants_reminders")
    unknown = sorted(set(wishes) - set(allowed))
    if unknown:
        raise TypeError(f"A person does not change their own {', '.join(unknown)} here.")
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    for field, value in wishes.items():
        setattr(membership, field, value)
    membership.full_clean()
    membership.save(update_fields=list(wishes))
    changes.record("member.changed", on=membership, by=membership)
    return membership


@transaction.atomic
def change_phone(*, membership: Membership, phone: str, by: Membership) -> bool:
    """Write down how a person is reached by telephone, "" where they are not; whether that is another number. Raises
    `Refused` for somebody else's people, ValidationError for what is no number."""
    by = _again(by)
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if not may_manage(by, membership) and by.pk != membership.pk:
        raise Refused(_not_yours(membership))
    _require_active(membership)
    if membership.phone == phone:
        return False
    membership.phone = phone
    membership.full_clean()
    membership.save(update_fields=["phone"])
    changes.record("member.reached", on=membership, by=by, person=membership.name)
    return True


# --- who may do what to whom ---


def may_appoint(by: Membership, role: str, partner: Partner | None = None) -> bool:
    """Whether `by` may hand out or take away a role: never more than theirs, and a lead only for the own partner."""
    partner_id = partner.pk if partner is not None else None
    counted = {
        grant.role
        for grant in by.current_grants
        if grant.role not in Role.of_partners() or (partner_id is not None and grant.partner_id == partner_id)
    }
    return by.can(Can.MANAGE_MEMBERS) and covers(counted, role)


def may_manage(by: Membership, membership: Membership) -> bool:
    """Whether a whole person is `by`'s to let in and out: each of their roles would have to be."""
    if Role.BACKBONE_ADMIN in by.roles:
        return True
    grants = list(membership.grants.select_related("partner"))
    return bool(grants) and all(may_appoint(by, grant.role, grant.partner) for grant in grants)


def require_may_appoint(by: Membership, role: str, partner: Partner | None) -> None:
    """Raises `Refused` when the role is none to give, beyond the giver's, or lacks its partner."""
    if role not in Role.of_people():
        raise Refused(
            Problem("member.role_unknown", gettext_noop("“{value}” is no role that a person can hold."),
                    {"value": str(role)[:80]}, field="role", value=str(role)[:80])
        )  # fmt: skip
    if (role in Role.of_partners()) != (partner is not None):
        text = (
            gettext_noop("The role {role} is held for one partner, and none was named.")
            if partner is None
            else gettext_noop("The role {role} is held for no partner in particular.")
        )
        raise Refused(Problem("member.role_partner", text, {"role": _role_word(role)}, field="partner"))
    if not may_appoint(by, role, partner):
        raise Refused(
            Problem(
                "member.role_beyond",
                gettext_noop("You cannot give the role {role}: it reaches further than your own."),
                {"role": _role_word(role)},
                hint=gettext_noop("Ask a backbone admin to do it."),
                field="role",
            )
        )


# --- the steps, for this module and for invitations ---


def new_login(*, email: str, name: str, password: str | None = None) -> User:
    """A login whose address somebody vouches for: a command's caller, or the mailed token that was brought back."""
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def ensure_membership(*, user: User, email: str, name: str, phone: str = "") -> tuple[Membership, bool]:
    membership, created = Membership.objects.get_or_create(
        user_id=user.pk,
        defaults={"email": email, "name": name or user.name or email.split("@")[0], "phone": phone},
    )
    if membership.is_active:
        Entrance.objects.get_or_create(user=user, tenant_id=active_tenant_id())
    return membership, created


def add_grant(
    *,
    membership: Membership,
    role: str,
    partner: Partner | None,
    by: Membership | None,
    ends_on: date | None = None,
    renew: bool = True,
) -> Grant:
    """The grant as asked, or the one that is there already, which gets the new end if `renew`."""
    if role == Role.EVALUATOR and ends_on is None:
        ends_on = membership.tenant.day() + timedelta(days=EVALUATION_DAYS)
    found, is_new = Grant.objects.get_or_create(
        membership=membership, role=role, partner=partner, defaults={"ends_on": ends_on}
    )
    if not is_new and renew and found.ends_on != ends_on:
        found.ends_on = ends_on
        found.save(update_fields=["ends_on"])
        is_new = True
    if is_new:
        changes.record("member.granted", on=membership, by=by, partner=partner, person=membership.name, role=role)
    membership.__dict__.pop("current_grants", None)
    return found


def open_door(*, membership: Membership, by: Membership | None) -> None:
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if not membership.is_active:
        membership.is_active, membership.is_operator = True, False  # an operator who joins is one of the people now
        membership.save(update_fields=["is_active", "is_operator"])
        changes.record("member.reactivated", on=membership, by=by, person=membership.name)
    Entrance.objects.get_or_create(user_id=membership.user_id, tenant_id=membership.tenant_id)


def end_sessions(*, user_id: int) -> None:
    """Sign a person out everywhere: whatever signed in before now is refused at its next request."""
    User.objects.filter(pk=user_id).update(sessions_valid_from=timezone.now())
    for session in UserSession.objects.filter(user_id=user_id):
        session.end()


def _lock_people() -> None:
    """One at a time may change who is who, or two admins could deactivate each other at once."""
    Tenant.objects.select_for_update(no_key=True).get(pk=active_tenant_id())


def _again(by: Membership) -> Membership:
    """The acting person as they are now, under the lock: a right may have gone while they waited."""
    return Membership.objects.get(pk=by.pk)


def _require_an_admin() -> None:
    lasting = Grant.objects.filter(role=Role.BACKBONE_ADMIN, membership__is_active=True, ends_on__isnull=True)
    if not lasting.exists():
        raise Refused(
            Problem(
                "member.last_admin",
                gettext_noop("This is the last backbone admin; without one nobody could let people in."),
                hint=gettext_noop("Make somebody else a backbone admin first."),
            )
        )


def _require_active(membership: Membership) -> None:
    if not Membership.objects.filter(pk=membership.pk, is_active=True).exists():
        raise Refused(
            Problem(
                "member.inactive",
                gettext_noop("{person} is deactivated, so no role can be given."),
                {"person": membership.name},
                hint=gettext_noop("Let them in again first."),
            )
        )


def _not_yours(membership: Membership) -> Problem:
    return Problem(
        "member.not_yours",
        gettext_noop("{person} holds roles that are not yours to give or take."),
        {"person": membership.name},
        hint=gettext_noop("Ask a backbone admin."),
    )


def _role_word(role: str) -> str:
    return str(Role(role).label) if role in Role.values else str(role)
