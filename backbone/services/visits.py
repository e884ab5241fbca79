"""The log of who opened what of a publication. Staff may read it; nobody may alter it."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from backbone.models import Membership, ShareLink
from backbone.tenancy import active_tenant_id

# By hand, for every reader waits for it. Nor does a reader wait for the disk: of the log alone, which is all that a page
# that is read writes, the last half second may be lost when the power fails.
_RECORD = """
    INSERT INTO backbone_visit (tenant_id, publication_id, audience, member_id, link_id, what, at)
    SELECT %s, %s, %s, %s, %s, %s, %s FROM set_config('synchronous_commit', 'off', true)
"""


def record(
    publication_id: int,
    audience: str,
    what: str,
    *,
    member: Membership | None = None,
    link: ShareLink | None = None,
) -> None:
    """One line: a member, whoever held a link, or with neither anybody at all. One statement."""
    who = member.pk if member is not None else None, link.pk if link is not None else None
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [active_tenant_id(), publication_id, audience, *who, what, timezone.now()])
