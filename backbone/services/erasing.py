"""Taking a whole tenant away: what is left is what other tenants have, to the byte.

An admin asks for it, and until its day may take it back; a sample goes at once. A worker then removes every row in one
transaction, as the owner, who alone may remove what is otherwise kept for good, and who is under row-level security like
everybody. Logins that open no other door go with it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

import pgtrigger
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Entrance, Membership, Tenant, User
from backbone.nudging import nudge
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.services.moving import tenant_models
from backbone.tenancy import tenant_scope

logger = logging.getLogger(__name__)

ERASE = "backbone.tasks.erase"
DAYS_TO_THINK = 7
OWNER = "owner"

changes.register_verbs(
    {
        "tenant.erasing": gettext_noop("{by} asked for the whole organization to be removed on {until}"),
        "tenant.kept": gettext_noop("{by} kept the organization after all"),
    }
)


@transaction.atomic
def ask(*, tenant: Tenant, by: Membership, slug: str) -> Tenant:
    """Have the tenant removed: a sample now, any other in a week. `slug` is its short name, typed; a sample needs none.

    Raises `Refused` without the right, and for another name.
    """
    row = _locked(tenant, by)
    if not row.is_sample and slug.strip() != row.slug:
        sentence = gettext_noop("Type “{slug}”, the short name of this organization.")
        raise Refused(Problem("tenant.other_name", sentence, {"slug": row.slug}, field="slug", value=slug[:80]))
    now = timezone.now()
    row.erase_at = now if row.is_sample else now + timedelta(days=DAYS_TO_THINK)
    row.save(update_fields=["erase_at"])
    changes.record("tenant.erasing", on=row, by=by, until=row.day(row.erase_at).isoformat())
    if row.is_sample:
        transaction.on_commit(partial(nudge, ERASE, row.pk))
    return row


@transaction.atomic
def keep(*, tenant: Tenant, by: Membership) -> Tenant:
    """Keep it after all."""
    row = _locked(tenant, by)
    if row.erase_at is not None:
        row.erase_at = None
        row.save(update_fields=["erase_at"])
        changes.record("tenant.kept", on=row, by=by)
    return row


def is_possible() -> bool:
    """Whether this process knows the owner's connection. In production workers do not: `remove_tenants` is run by hand or
    by a clock, as migrations are."""
    return settings.DATABASES[OWNER]["USER"] != settings.DATABASES["default"]["USER"]


def due() -> list[int]:
    """Those whose day has come, for a sweep."""
    rows = Tenant.objects.filter(erase_at__lte=timezone.now()).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def erase(tenant_id: int) -> int:
    """Remove a tenant whose day has come, in one transaction; returns how many rows went, none when it was kept after all.
    Outside any scope. Run twice, the second finds nothing."""
    removed = 0
    with tenant_scope(tenant_id, using=OWNER), pgtrigger.ignore(databases=[OWNER]):
        row = Tenant.objects.using(OWNER).select_for_update().filter(pk=tenant_id).first()
        if row is None or row.erase_at is None or row.erase_at > timezone.now():
            return 0
        people = list(Membership.objects.using(OWNER).values_list("user_id", flat=True))
        with connections[OWNER].cursor() as cursor:
            for model in reversed(tenant_models()):
                cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE tenant_id = %s', [tenant_id])  # noqa: S608  names of ours
                removed += cursor.rowcount
        Entrance.objects.using(OWNER).filter(tenant_id=tenant_id).delete()
        _forget_logins(people)
        Tenant.objects.using(OWNER).filter(pk=tenant_id)._raw_delete(OWNER)
    if row.is_sample:
        _stay_away(row.slug)
    _clear_cache(tenant_id)
    logger.info("Tenant %s was removed, %s rows.", tenant_id, removed)
    return removed


def _forget_logins(people: list[int]) -> None:
    """Logins that open no door any more; those who run the platform keep theirs."""
    users = User.objects.using(OWNER).filter(pk__in=people, is_staff=False)
    gone = list(users.exclude(pk__in=Entrance.objects.using(OWNER).values("user")).values_list("pk", flat=True))
    EmailAddress.objects.using(OWNER).filter(user__in=gone).delete()
    User.objects.using(OWNER).filter(pk__in=gone).delete()


def _stay_away(slug: str) -> None:
    """A sample that was removed is not loaded again when the platform starts."""
    place = settings.STATE_DIR / "removed"
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / slug).touch()
    except OSError as error:
        logger.warning("Could not note that %s was removed: %s", slug, type(error).__name__)


def stays_away(slug: str) -> bool:
    """Whether somebody removed the sample of that short name from this machine."""
    return (settings.STATE_DIR / "removed" / slug).exists()


def _clear_cache(tenant_id: int) -> None:
    """What the cache still holds of it goes too, and not only by and by."""
    try:
        client = cache._cache.get_client(None, write=True)
        prefix = settings.CACHES["default"].get("KEY_PREFIX", "")
        for key in client.scan_iter(f"{prefix}:*:t:{tenant_id}:*", count=1000):
            client.delete(key)
    except Exception as error:  # whatever the cache's client raises: every key ends by itself
        logger.warning("Could not clear the cache of tenant %s: %s", tenant_id, type(error).__name__)


def _locked(tenant: Tenant, by: Membership) -> Tenant:
    if not Membership.objects.get(pk=by.pk).can(Can.EXPORT_TENANT):
        raise Refused(Problem("tenant.erase_forbidden", gettext_noop("Only a backbone admin has it removed.")))
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
