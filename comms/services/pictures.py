"""Drawings that mails carry inside them: made once for a batch and language, kept once for all the mails that show them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from backbone import charts, conditions
from backbone.models import Change, Publication, Tenant
from backbone.rules.attachments import fitted, size_of
from backbone.selectors.publications import audience_of, body_of, content
from backbone.services import logos
from comms.models import Picture
from comms.selectors.readers import Reader

PUBLISHED = "publication.published"
DRAWN = 480  # as wide as it is drawn: its words can then still be read on a phone, and those beside its lines find room
LOGO_BYTES, LOGO_BOX = 40 * 1024, (200, 44)  # what each mail can well carry, and the place it has there
WIDTH = 536  # what the 600 pixels of a mail leave between their margins


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture in a mail: what it is called there, which one it is, and what it shows, in words."""

    cid: str
    sha256: str
    alt: str
    title: str
    subtitle: str
    width: int = WIDTH
    height: int = 0


class Drawings:
    """The charts of a batch's publications, each drawn when the first mail wants it."""

    def __init__(self, tenant: Tenant, told: Iterable[Change] = ()):
        self._tenant = tenant
        self._wanted = [change.subject_id for change in told if change.verb == PUBLISHED]
        self._publications: dict[int, Publication] | None = None
        self._drawn: dict[tuple, Drawing | None] = {}

    def of(self, told: Iterable[Change], reader: Reader) -> list[Drawing]:
        """The chart of the latest publication among these changes, as this person's audience reads it."""
        latest = next((change.subject_id for change in told if change.verb == PUBLISHED), None)
        publication = self._found().get(latest) if latest is not None else None
        drawing = None if publication is None else self.of_publication(publication, audience_of(reader.membership))
        return [] if drawing is None else [drawing]

    def of_publication(self, publication: Publication, audience: str) -> Drawing | None:
        """The first chart of what a publication says to an audience; None when there is none to draw."""
        key = (publication.pk, audience, get_language())
        if key not in self._drawn:
            parts = content(body_of(publication, audience))["parts"]
            self._drawn[key] = draw(parts, self._tenant)
        return self._drawn[key]

    def _found(self) -> dict[int, Publication]:
        if self._publications is None:
            wanted = Publication.objects.filter(pk__in=self._wanted).exclude(published_at=None)
            self._publications = wanted.defer("report", "choices").in_bulk()
        return self._publications


def draw(parts: dict, tenant: Tenant) -> Drawing | None:
    """The first chart of a publication's parts, drawn and kept."""
    for condition in conditions.registered():
        for slug, _name in condition.charts(parts[condition.slug]) if condition.slug in parts else ():
            shown = condition.chart(parts[condition.slug], slug, tenant.fiscal_year_starts)
            if shown is not None and shown.get("spec"):
                return drawing(shown["spec"], accent=tenant.accent)
    return None


def drawing(spec: charts.Spec, *, accent: str = "") -> Drawing:
    """A specification as a picture that mails can carry."""
    sha256 = keep(charts.png(spec, accent=accent, width=DRAWN, scale=2 * WIDTH / DRAWN))
    about = spec["usermeta"]["backbone"]
    return Drawing(f"{sha256[:24]}@chart", sha256, spec["description"], about["title"], about["subtitle"])


def logo_of(tenant: Tenant) -> Drawing | None:
    """The tenant's logo as each of its mails carries it: mail programs load no picture from elsewhere. None where there is
    none, or where it is too large to go along with every mail. Looked up once for a batch, which has one `tenant` in hand;
    without a logo it costs nothing."""
    if not tenant.logo:
        return None
    known = vars(tenant).setdefault("_logo_in_mails", {})
    if tenant.logo not in known:
        known[tenant.logo] = _logo(tenant)
    return known[tenant.logo]


def _logo(tenant: Tenant) -> Drawing | None:
    row = logos.standing(tenant)
    content = bytes(row.content) if row is not None else b""
    size = size_of(content)
    if size is None or len(content) > LOGO_BYTES:
        return None
    sha256 = keep(content)
    width, height = fitted(size, LOGO_BOX)
    return Drawing(f"{sha256[:24]}@logo", sha256, "", "", "", width, height)


def carried(*drawings: Drawing | None) -> list[list[str]]:
    """What a mail notes of the pictures that go along with it: of each its Content-ID and what it is known by."""
    return [[one.cid, one.sha256] for one in drawings if one is not None]


def keep(content: bytes) -> str:
    """Keep a picture, once; returns what it is known by."""
    sha256 = hashlib.sha256(content).hexdigest()
    Picture.objects.bulk_create([Picture(sha256=sha256, content=content)], ignore_conflicts=True)
    return sha256


def contents(names: Sequence[str]) -> dict[str, bytes]:
    """These pictures, by what they are known by; one statement, none when nothing is asked for."""
    if not names:
        return {}
    rows = Picture.objects.filter(sha256__in=names).values_list("sha256", "content")
    return {sha256: bytes(content) for sha256, content in rows}
