"""The log of who opened what of a publication. Staff may read it; nobody may alter it."""

from __future__ import annotations

from backbone.models import Membership, ShareLink, Visit


def record(
    publication_id: int,
    audience: str,
    what: str,
    *,
    member: Membership | None = None,
    link: ShareLink | None = None,
) -> None:
    """One line: a member, whoever held a link, or with neither anybody at all. One statement."""
    Visit.objects.create(publication_id=publication_id, audience=audience, what=what, member=member, link=link)
