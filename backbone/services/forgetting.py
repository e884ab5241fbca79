"""Forgetting a person and keeping what they filed: their name, addresses and number go, the rows that refer to them stay.

What was written once and for all keeps the name that was written then: the audit log, which is sealed, signatures, and mails
that others got.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from backbone import changes, conditions
from backbone.models import Entrance, Invitation, KeptAnswer, Membership, User
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.services import members

changes.register_verbs({"member.forgotten": gettext_noop("{by} had a person forgotten, who is now “{person}”")})


@transaction.atomic
def forget(*, membership: Membership, by: Membership) -> Membership:
    """Take a deactivated person's name and addresses away. A login that opens no other door goes with them.

    Raises `Refused` without the right, for oneself, and for somebody who can still come in.
    """
    by = Membership.objects.get(pk=by.pk)
    row = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if not by.can(Can.CHANGE_SETTINGS) or row.pk == by.pk:
        raise Refused(Problem("member.forget_forbidden", gettext_noop("Another backbone admin has to do that.")))
    if row.is_active:
        raise Refused(Problem("member.still_in", gettext_noop("Close the door first: deactivate this person.")))
    old, gone = row.email, f"forgotten-{row.pk}@forgotten.invalid"
    Invitation.objects.filter(email__iexact=old).update(email=gone, name="")
    row.name, row.email = gettext("Former member %(number)s") % {"number": row.pk}, gone
    row.phone = row.timezone = row.locale = ""
    row.wants_digest = row.wants_reminders = False
    row.save(update_fields=["name", "email", "phone", "timezone", "locale", "wants_digest", "wants_reminders"])
    # Answers that are kept for repeated calls of the API may name who sees to something by their address.
    KeptAnswer.objects.filter(body__icontains=old).delete()
    conditions.forget(row, old)
    if not Entrance.objects.filter(user_id=row.user_id).exists():
        _forget_login(row.user_id)
    changes.record("member.forgotten", on=row, by=by, person=row.name)
    return row


def _forget_login(user_id: int) -> None:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    members.end_sessions(user_id=user_id)
    Authenticator.objects.filter(user_id=user_id).delete()
    EmailAddress.objects.filter(user_id=user_id).delete()
    user.email, user.name, user.is_active = f"forgotten-login-{user_id}@forgotten.invalid", "", False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "password"])
