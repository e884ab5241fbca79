"""Invitations: one role, offered to one address, taken up once by whoever brings the mailed token back.

The token is in the mail and nowhere else; here lies its SHA-256. Looking at an invitation never uses it up (mail
scanners open links); accepting needs a signed-in person whose verified address it names, or makes their login.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Invitation, Membership, Partner, Tenant, User
from backbone.problems import Problem, Refused
from backbone.roles import Role
from backbone.services import members
from backbone.tenancy import active_tenant_id

DAYS = 7

changes.register_verbs(
    {
        "invitation.sent": gettext_noop("{by} invited {person}"),
        "invitation.resent": gettext_noop("{by} invited {person} again"),
        "invitation.revoked": gettext_noop("{by} took the invitation of {person} back"),
        "invitation.accepted": gettext_noop("{by} accepted the invitation"),
    }
)


@transaction.atomic
def invite(*, email: str, name: str = "", role: str, partner: Partner | None = None, by: Membership) -> Invitation:
    """Offer a role to an address, by mail. Raises `Refused` for a role beyond the inviter's and for one already held.

    An open invitation of the same role is replaced: its link stops working. Nothing here tells whether the address
    has a login anywhere.
    """
    email = email.strip().lower()
    validate_email(email)
    by = Membership.objects.select_for_update().get(pk=by.pk)
    members.require_may_appoint(by, role, partner)
    _require_not_held(email, role, partner, by)
    for older in Invitation.objects.select_for_update().filter(_offer(email, role, partner), accepted_at=None):
        _close(older)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        partner=partner,
        token_hash=_hash(token),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=DAYS),
    )
    changes.record("invitation.sent", on=invitation, by=by, partner=partner, person=invitation.name or email)
    _mail(invitation, token)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, by: Membership) -> Invitation:
    """A new token and seven new days; the old link stops working. Also for one that expired or was taken back."""
    invitation = _locked(invitation, by)
    _require_not_held(invitation.email, invitation.role, invitation.partner, by)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.expires_at = timezone.now() + timedelta(days=DAYS)
    invitation.revoked_at = None
    invitation.invited_by = by  # whose right the role is now measured by
    invitation.save(update_fields=["token_hash", "expires_at", "revoked_at", "invited_by"])
    changes.record(
        "invitation.resent",
        on=invitation,
        by=by,
        partner=invitation.partner,
        person=invitation.name or invitation.email,
    )
    _mail(invitation, token)
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation, by: Membership) -> Invitation:
    """The link stops working at once."""
    invitation = _locked(invitation, by)
    _close(invitation)
    changes.record(
        "invitation.revoked",
        on=invitation,
        by=by,
        partner=invitation.partner,
        person=invitation.name or invitation.email,
    )
    return invitation


def find(token: str) -> Invitation | None:
    """The invitation of a token in this tenant, whatever became of it; None when the token is nobody's."""
    return Invitation.objects.select_related("partner", "invited_by").filter(token_hash=_hash(token)).first()


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the person has proved that the invited address is theirs."""
    return EmailAddress.objects.filter(user_id=user.pk, email=invitation.email, verified=True).exists()


def has_login(invitation: Invitation) -> bool:
    """Whether the invited address already has a login; asked only by whoever holds the token, so by its owner."""
    return (
        User.objects.filter(email=invitation.email).exists()
        or EmailAddress.objects.filter(email=invitation.email, verified=True).exists()
    )


@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """Join: membership, entrance and the one role, once. Raises `Refused` and changes nothing when anything is amiss:
    the token is not open, the person's verified address is another, or the inviter could no longer give the role."""
    invitation = _open_under_lock(token)
    if not is_for(invitation, user):
        raise Refused(
            Problem(
                "invitation.other_address",
                gettext_noop("This invitation is for {email}, and you are signed in with another address."),
                {"email": invitation.email},
                hint=gettext_noop("Sign out, then open the link again."),
            )
        )
    return _join(invitation, user)


@transaction.atomic
def accept_with_new_login(*, token: str, name: str, password: str) -> tuple[User, Membership]:
    """Join with a login that is made here. The token came to the address by mail, so it verifies the address.

    Raises `Refused` like `accept`, and when the address has a login already: then signing in is the only way.
    """
    invitation = _open_under_lock(token)
    if has_login(invitation):
        raise Refused(
            Problem(
                "invitation.has_login",
                gettext_noop("{email} has a login already."),
                {"email": invitation.email},
                hint=gettext_noop("Sign in, then open the link again."),
            )
        )
    user = members.new_login(email=invitation.email, name=name, password=password)
    return user, _join(invitation, user)


def _join(invitation: Invitation, user: User) -> Membership:
    inviter = invitation.invited_by
    if not inviter.is_active or not members.may_appoint(inviter, invitation.role, invitation.partner):
        raise Refused(_closed())
    membership, _created = members.ensure_membership(user=user, email=invitation.email, name=invitation.name)
    if not membership.is_active:
        if Role.BACKBONE_ADMIN not in inviter.roles:
            raise Refused(_closed())
        members.open_door(membership=membership, by=inviter)
        membership = Membership.objects.get(pk=membership.pk)
    members.add_grant(membership=membership, role=invitation.role, partner=invitation.partner, by=inviter)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    changes.record("invitation.accepted", on=invitation, by=membership, partner=invitation.partner)
    return membership


def _open_under_lock(token: str) -> Invitation:
    found = Invitation.objects.select_for_update().filter(token_hash=_hash(token)).first()
    if found is None or not found.is_open:
        raise Refused(_closed())
    return found


def _locked(invitation: Invitation, by: Membership) -> Invitation:
    """The invitation under its lock, for somebody who may give its role, and as long as nobody took it up."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    by = Membership.objects.get(pk=by.pk)
    members.require_may_appoint(by, invitation.role, invitation.partner)
    if invitation.accepted_at is not None:
        raise Refused(
            Problem(
                "invitation.accepted",
                gettext_noop("{email} has accepted this invitation already."),
                {"email": invitation.email},
            )
        )
    return invitation


def _require_not_held(email: str, role: str, partner: Partner | None, by: Membership) -> None:
    member = Membership.objects.filter(email=email).first()
    if member is None:
        return
    if not member.is_active and Role.BACKBONE_ADMIN not in by.roles:
        raise Refused(
            Problem(
                "invitation.deactivated",
                gettext_noop("{email} was deactivated here."),
                {"email": email},
                hint=gettext_noop("Ask a backbone admin to let them in again."),
                field="email",
            )
        )
    if member.is_active and any(
        grant.role == role and grant.partner_id == (partner.pk if partner else None) for grant in member.current_grants
    ):
        raise Refused(
            Problem(
                "invitation.held",
                gettext_noop("{email} holds this role already."),
                {"email": email},
                field="email",
            )
        )


def _offer(email: str, role: str, partner: Partner | None) -> Q:
    return Q(email=email, role=role, partner=partner, revoked_at=None)


def _close(invitation: Invitation) -> None:
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])


def _closed() -> Problem:
    return Problem(
        "invitation.closed",
        gettext_noop("This invitation is not open any more."),
        hint=gettext_noop("Ask whoever invited you for a new one."),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mail(invitation: Invitation, token: str) -> None:
    """Hand the mail over, in this transaction: an invitation that could not be mailed was not made."""
    tenant = Tenant.objects.get(pk=active_tenant_id())
    address = settings.SITE_URL.rstrip("/") + reverse("backbone:invitation", args=[tenant.slug, token])
    context = {
        "tenant": tenant, "accent": tenant.accent, "invitation": invitation, "address": address, "days": DAYS,
    }  # fmt: skip
    with translation.override(tenant.locale):
        subject = render_to_string("backbone/email/invitation.subject.txt", context)
        mail = EmailMultiAlternatives(
            " ".join(subject.split()), render_to_string("backbone/email/invitation.txt", context), to=[invitation.email]
        )
        mail.attach_alternative(render_to_string("backbone/email/invitation.html", context), "text/html")
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        raise Refused(
            Problem(
                "invitation.not_mailed",
                gettext_noop("The invitation to {email} could not be mailed, so it was not made."),
                {"email": invitation.email},
                hint=gettext_noop("Try again in a few minutes."),
            )
        ) from error
