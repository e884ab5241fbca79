"""Publications as their readers find them: the latest, one by its address, what moved since, who opened it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from backbone.by_hand import objects_of
from backbone.models import Audience, Initiative, Membership, Publication, PublishedBody, Restated, ShareLink, Visit
from backbone.roles import Can
from backbone.tenancy import active_tenant_id


@dataclass(frozen=True, slots=True)
class EditionName:
    """Which publication an address names: a span and a version, as in `2026-10-v1` or `2026-07-quarter-v2`."""

    period: date
    grain: str
    version: int

    @classmethod
    def of(cls, publication: Publication) -> EditionName:
        return cls(publication.period, publication.grain, publication.version or 0)

    def __str__(self) -> str:
        grain = "" if self.grain == "month" else f"-{self.grain}"
        return f"{self.period:%Y-%m}{grain}-v{self.version}"


def audience_of(membership: Membership) -> str:
    """Which audience's body a member reads: everybody inside reads what funders read."""
    return Audience.FUNDERS


def reads_drafts(membership: Membership) -> bool:
    return membership.can(Can.PUBLISH) or membership.can(Can.RELEASE)


def published(initiative: Initiative) -> QuerySet[Publication]:
    """The publications that are out, the latest span first, of one span the latest version first."""
    found = Publication.objects.filter(initiative=initiative).exclude(published_at=None).defer("report", "choices")
    return found.select_related("published_by", "initiative").order_by("-period", "-published_at", "-version")


def latest(initiative: Initiative) -> Publication | None:
    """What was published last; a new version of an older span does not take its place. One statement."""
    return published(initiative).first()


def versions(initiative: Initiative, name: EditionName) -> tuple[Publication | None, Publication | None]:
    """The version that an address names, and the latest of its span where that is a newer one; one statement."""
    found = list(published(initiative).filter(period=name.period, grain=name.grain))
    here = next((one for one in found if one.version == name.version), None)
    return here, found[0] if here is not None and found[0] != here else None


# By hand: each reader asks, and Django takes longer to compose it than PostgreSQL to answer.
_BODY = """
    SELECT b.*, EXISTS (SELECT 1 FROM backbone_restated r
                         WHERE r.tenant_id = %(tenant)s AND r.publication_id = b.publication_id
                           AND r.audience = b.audience) AS has_moved
      FROM backbone_publishedbody b
     WHERE b.tenant_id = %(tenant)s AND b.audience = %(audience)s AND b.publication_id = """
_LATEST = """(SELECT p.id FROM backbone_publication p
       WHERE p.tenant_id = %(tenant)s AND p.initiative_id = %(initiative)s AND p.published_at IS NOT NULL
       ORDER BY p.period DESC, p.published_at DESC, p.version DESC LIMIT 1)"""


def body_of(publication: Publication, audience: str) -> PublishedBody:
    """What a publication says to an audience; `has_moved` tells whether anything was ever restated of it."""
    asked = {"tenant": active_tenant_id(), "audience": audience, "publication": publication.pk}
    (found,) = objects_of(PublishedBody, _BODY + "%(publication)s", asked)
    found.publication = publication
    return found


def shown_by(link: ShareLink) -> PublishedBody | None:
    """What a link shows now, as `body_of` gives it: its one publication, or the latest; one statement."""
    asked = {"tenant": active_tenant_id(), "audience": link.audience}
    asked |= {"initiative": link.initiative_id, "publication": link.publication_id}
    which = _LATEST if link.publication_id is None else "%(publication)s"
    return next(iter(objects_of(PublishedBody, _BODY + which, asked)), None)


def content(body: PublishedBody) -> dict[str, Any]:
    """The frozen data of a body."""
    return body.content


def moved_at(publication: Publication, audience: str) -> datetime | None:
    """When a published figure was last found to be another."""
    return Restated.objects.filter(publication=publication, audience=audience).aggregate(at=Max("noticed_at"))["at"]


def ledger(publication: Publication, audience: str) -> list[Restated]:
    """What of a publication is another figure by now, each as it was last found: the latest first, and of those the
    whole initiative's before its parts; one statement."""
    rows = Restated.objects.filter(publication=publication, audience=audience).select_related("by")
    found: dict[tuple[str, str], Restated] = {}
    for row in rows.order_by("noticed_at", "pk"):
        found[row.condition, row.figure] = row
    standing = sorted((row for row in found.values() if row.before != row.after), key=lambda row: row.pk)
    return sorted(standing, key=lambda row: row.noticed_at, reverse=True)


def history(publication: Publication, audience: str) -> list[Restated]:
    """Every change of a published figure, newest first."""
    rows = Restated.objects.filter(publication=publication, audience=audience).select_related("by")
    return list(rows.order_by("-noticed_at", "pk"))


def last_visit(publication: Publication, membership: Membership) -> datetime | None:
    """When this person last opened it."""
    visits = Visit.objects.filter(publication=publication, member=membership, what="page")
    return visits.aggregate(at=Max("at"))["at"]


def visits(initiative: Initiative) -> QuerySet[Visit]:
    """Who opened what of an initiative's publications, newest first."""
    found = Visit.objects.filter(publication__initiative=initiative)
    return found.select_related("publication", "member", "link").order_by("-at", "-pk")


def visit_counts(initiative: Initiative) -> Mapping[int, int]:
    """How often each publication's page was opened, by its id; one statement."""
    rows = Visit.objects.filter(publication__initiative=initiative, what="page")
    return dict(rows.order_by().values("publication_id").annotate(n=Count("pk")).values_list("publication_id", "n"))
