"""Signing in: how django-allauth behaves here, and how long a session lives.

Nobody signs up by themselves; an invitation lets them in. A session ends twelve hours after signing in, after three
hours without a visit, and whenever `services.members.end_sessions` says so.
"""

from __future__ import annotations

import time
from ipaddress import ip_address, ip_network

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.signals import email_changed
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.utils.http import url_has_allowed_host_and_scheme

from backbone.models import Entrance, Membership
from backbone.tenancy import tenant_scope

LONGEST = 12 * 60 * 60
IDLE = 3 * 60 * 60
_NOTED_EVERY = 60  # seconds: a visit is written down at most once a minute


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return is_path_here(url)


def is_path_here(target: str | None) -> bool:
    """Whether a `next` is a path of this very host: it begins with one slash, and no browser reads a host into it."""
    return bool(target) and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)


def address_of(request) -> str:
    """Where a request comes from, for counting guesses; of IPv6 the network, since one person has all of it."""
    said = get_adapter(request).get_client_ip(request)
    try:
        address = ip_address(said)
    except ValueError:
        return said
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


class SessionLimits:
    """Sign a session out that is too old, idle too long, or older than its person's last sign-out everywhere."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "signed_in_at" in request.session or "_auth_user_id" in request.session:
            if not self._is_good(request):
                logout(request)
            elif time.time() - request.session["seen_at"] > _NOTED_EVERY:
                request.session["seen_at"] = time.time()
        return self.get_response(request)

    @staticmethod
    def _is_good(request) -> bool:
        now, session = time.time(), request.session
        signed_in_at, seen_at = session.get("signed_in_at"), session.get("seen_at")
        if signed_in_at is None or seen_at is None or not request.user.is_authenticated:
            return False
        not_before = request.user.sessions_valid_from
        if not_before is not None and signed_in_at < not_before.timestamp():
            return False
        return now - signed_in_at < LONGEST and now - seen_at < IDLE


@receiver(user_logged_in)
def note_the_start(sender, request, user, **kwargs) -> None:
    """Both clocks begin at signing in, whichever way: password, code, passkey or invitation."""
    request.session["signed_in_at"] = request.session["seen_at"] = time.time()


@receiver(email_changed)
def write_to_the_new_address(sender, request, user, to_email_address, **kwargs) -> None:
    """A confirmed main address is where every tenant writes to from now on."""

    def tell_each_tenant() -> None:
        for tenant_id in Entrance.objects.filter(user=user).values_list("tenant_id", flat=True):
            with tenant_scope(tenant_id):
                Membership.objects.filter(user_id=user.pk).update(email=to_email_address.email)

    transaction.on_commit(tell_each_tenant)
