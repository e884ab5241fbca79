"""The log of who opened what of a publication. Staff may read it; nobody may alter it."""

from __future__ import annotations

from backbone.models import Membership, Publication, ShareLink, Visit


def record(
    publication: Publication,
    audience: str,
    what: str,
    *,
    member: Membership | None = None,
    link: ShareLink | None = None,
) -> None:
    """One line: a member, whoever held a link, or with neither anybody at all. One statement."""
    Visit.objects.create(publication=publication, audience=audience, what=what, member=member, link=link)
