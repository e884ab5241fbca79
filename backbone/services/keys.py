"""API keys: a machine's login for one tenant, in one role that its owner holds.

A key reads `bb_<tenant id>_<prefix>_<secret>`: the tenant's number lets the API tell another tenant's key (404) from
a bad one (401) before it opens anything. It is shown once; here lies its SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import APIKey, Grant, Membership, Partner, Tenant
from backbone.problems import Problem, Refused
from backbone.roles import Role
from backbone.tenancy import active_tenant_id, tenant_scope

SCOPES = ("read", "file")
DEFAULT_DAYS, MOST_DAYS = 90, 365
_READING = ("GET", "HEAD", "OPTIONS")
_TOKEN = re.compile(r"bb_(?P<tenant>[0-9]{1,18})_(?P<prefix>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})\Z")
_SEEN_EVERY = timedelta(minutes=1)

changes.register_verbs(
    {
        "key.created": gettext_noop("{by} made the API key {key}"),
        "key.revoked": gettext_noop("{by} revoked the API key {key}"),
    }
)


class BadKey(Exception):
    """The key opens nothing: malformed, unknown, revoked, expired, or its owner lost the role. The API answers 401."""


@transaction.atomic
def create(
    *,
    owner: Membership,
    name: str,
    role: str,
    partner: Partner | None = None,
    scopes: Collection[str] = ("read",),
    days: int = DEFAULT_DAYS,
) -> tuple[APIKey, str]:
    """A new key and its token, which nobody can read again. Raises `Refused` for a role that the owner does not hold,
    for an unknown scope, and for a life over a year."""
    owner = Membership.objects.select_for_update().get(pk=owner.pk)
    problems = []
    if _grant_behind(owner, role, partner.pk if partner is not None else None) is None:
        problems.append(
            Problem(
                "key.role_beyond",
                gettext_noop("A key acts in a role that you hold yourself; {role} is none of yours."),
                {"role": str(Role(role).label) if role in Role.values else str(role)[:80]},
                field="role",
            )
        )
    if not 1 <= days <= MOST_DAYS:
        problems.append(
            Problem(
                "key.days",
                gettext_noop("A key lives from 1 to {most} days, not {days}."),
                {"most": MOST_DAYS, "days": days},
                field="days",
            )
        )
    if not scopes or not set(scopes) <= set(SCOPES):
        problems.append(
            Problem("key.scopes", gettext_noop("Choose what the key may do: read, file, or both."), field="scopes")
        )
    if problems:
        raise Refused(*problems)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = APIKey.objects.create(
        name=name.strip(),
        owner=owner,
        role=role,
        partner=partner,
        scopes=[scope for scope in SCOPES if scope in scopes],
        prefix=prefix,
        secret_hash=_hash(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    changes.record("key.created", on=key, by=owner, partner=partner, key=key.name)
    return key, f"bb_{active_tenant_id()}_{prefix}_{secret}"


@transaction.atomic
def revoke(*, key: APIKey, by: Membership) -> None:
    """The key opens nothing from now on. For its owner, and for backbone admins."""
    key = APIKey.objects.select_for_update().get(pk=key.pk)
    if key.owner_id != by.pk and Role.BACKBONE_ADMIN not in by.roles:
        raise Refused(Problem("key.not_yours", gettext_noop("This key is somebody else’s.")))
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        changes.record("key.revoked", on=key, by=by, partner=key.partner, key=key.name)


def authenticate(token: str, tenant: Tenant | None) -> APIKey:
    """The open key of a token, in the open scope of `tenant`; notes that it was used. Raises `BadKey`.

    Every way to be bad reads the same and takes the same comparison, so that an answer says nothing about a prefix,
    nor about whether the tenant that the address names exists (None: it does not). What is no token at all is told so.
    """
    match = _TOKEN.match(token)
    if match is None:
        raise BadKey("This is no API key. A key begins with bb_ and is shown once, when it is made.")
    key = _open_key(match) if tenant is not None and int(match["tenant"]) == tenant.pk else None
    if key is None:
        raise BadKey("The API key is unknown, revoked or expired. Make a new one on the keys page.")
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > _SEEN_EVERY:
        APIKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def opens_elsewhere(token: str, tenant: Tenant | None) -> bool:
    """Whether this is the open key of another tenant than the one that the address names (None: it names none).

    Outside every scope: the key is looked up in that of its own tenant. Its holder is a stranger here, whether there
    is a here or not; whoever has no key at all learns only that it is no key.
    """
    match = _TOKEN.match(token)
    if match is None or (tenant is not None and int(match["tenant"]) == tenant.pk):
        return False
    with tenant_scope(int(match["tenant"])):
        return _open_key(match) is not None


def _open_key(match: re.Match[str]) -> APIKey | None:
    """The key behind a token, in the open scope of its tenant; None when it opens nothing (any more)."""
    key = APIKey.objects.select_related("owner", "partner").filter(prefix=match["prefix"]).first()
    expected = key.secret_hash if key is not None else _hash("")
    is_right = hmac.compare_digest(expected, _hash(match["secret"]))
    if key is None or not is_right or not key.is_open or _grant_behind(key.owner, key.role, key.partner_id) is None:
        return None
    return key


def acting_membership(key: APIKey) -> Membership:
    """The owner as this key lets a machine be them: the one role of the key, and no other that the owner holds."""
    acting = Membership.objects.get(pk=key.owner_id)
    held = _grant_behind(acting, key.role, key.partner_id)
    acting.__dict__["current_grants"] = [] if held is None else [held]
    return acting


def require_scope(key: APIKey, method: str) -> None:
    """Raises `PermissionDenied` when the key is not made for reading, or not for writing."""
    needed = "read" if method in _READING else "file"
    if needed not in key.scopes:
        raise PermissionDenied(f"This key has no scope “{needed}”.")


def _grant_behind(owner: Membership, role: str, partner_id: int | None) -> Grant | None:
    """The owner's own grant in force that the key stands on; when it goes, the key is dead."""
    return next((g for g in owner.current_grants if g.role == role and g.partner_id == partner_id), None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
