"""Making a publication: asking the five conditions for their parts, audience by audience, and freezing the answers.

What an audience can read already is given to each condition, so that no part helps to compute what another one, or an
earlier version, withheld. The frozen text is canonical JSON: the same plain data are the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import translation

from backbone import conditions
from backbone.conditions import Edition, Known, Part, Told
from backbone.models import Audience, Initiative, Publication, PublishedBody, Restated, Tenant
from backbone.tenancy import active_tenant_id

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a publication would say to each audience, and what the check found."""

    bodies: Mapping[str, str]
    report: Mapping[str, Any]

    @property
    def is_safe(self) -> bool:
        return not any(found["breaches"] for found in self.report["audiences"].values())


def gather(publication: Publication, tell: Callable[[int, int], None]) -> Gathered:
    """Ask every condition, for every audience; `publication.as_of` is the instant. In a worker, in the tenant's scope."""
    with translation.override(Tenant.objects.get(pk=active_tenant_id()).locale):  # what staff read of the check
        return _gathered(publication, tell)


def _gathered(publication: Publication, tell: Callable[[int, int], None]) -> Gathered:
    known = known_to_all(publication.initiative)
    asked = [(audience, one) for audience in Audience.values for one in conditions.registered()]
    bodies, audiences = {}, {}
    wider: dict[str, list[Known]] = {}
    for audience in Audience.values:
        parts: dict[str, Part] = {}
        for condition in conditions.registered():
            done = asked.index((audience, condition))
            here = wider.setdefault(condition.slug, [])
            edition = Edition(
                initiative=publication.initiative,
                grain=publication.grain,
                period=publication.period,
                as_of=publication.as_of,
                audience=audience,
                choices=publication.choices.get(condition.slug, []),
                known=known.get((audience, condition.slug), []),
                wider=[one for more in wider_than(audience) for one in known.get((more, condition.slug), [])] + here,
                within=here[-1] if here else None,
                is_inside=audience != Audience.PUBLIC,
                tell=lambda part, of, done=done: tell(100 * done + 100 * part // max(of, 1), 100 * len(asked)),
            )
            parts[condition.slug] = part = condition.published(edition)
            here.append(Known(part.data, part.kept, publication.as_of))
        bodies[audience] = canonical({slug: part.data for slug, part in parts.items() if part.data})
        audiences[audience] = _found(parts)
    return Gathered(bodies, {"audiences": audiences})


def canonical(data: Mapping[str, Any]) -> str:
    """Plain data as text: keys in order, no spaces, nothing escaped that need not be. Decimals are texts already."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def frozen(publication: Publication, audience: str, parts: str) -> tuple[str, str]:
    """The text of a body and its SHA-256: who published what when, and every condition's part."""
    tenant = Tenant.objects.get(pk=active_tenant_id())
    initiative = publication.initiative
    body = canonical(
        {
            "format": FORMAT,
            "tenant": {
                "slug": tenant.slug,
                "name": tenant.name,
                "fiscal_year_starts": tenant.fiscal_year_starts,
                "timezone": tenant.timezone,
                "accent": tenant.accent,
            },
            "initiative": {
                "slug": initiative.slug,
                "name": initiative.name,
                "attribution": initiative.attribution,
            },
            "grain": publication.grain,
            "period": publication.period.isoformat()[:7],
            "version": publication.version,
            "audience": audience,
            "as_of": publication.as_of.isoformat(),
            "published_at": publication.published_at.isoformat(),
            # Everybody may read the public's; who works for the backbone is for those alone who have been let in.
            "published_by": publication.published_by.name if audience != Audience.PUBLIC else "",
            "parts": json.loads(parts),
        }
    )
    return body, hashlib.sha256(body.encode()).hexdigest()


def known_to_all(initiative: Initiative) -> dict[tuple[str, str], list[Known]]:
    """By audience and condition: what was published of this initiative before, oldest first."""
    found: dict[tuple[str, str], list[Known]] = {}
    told: dict[tuple[int, str, str], list[Told]] = {}
    moved = Restated.objects.filter(publication__initiative=initiative).exclude(after=None)
    for row in moved.order_by("noticed_at", "pk"):
        since = told.setdefault((row.publication_id, row.audience, row.condition), [])
        since.append(Told(row.figure, row.after, row.as_of or row.noticed_at))
    earlier = PublishedBody.objects.filter(publication__initiative=initiative)
    for body in earlier.select_related("publication").order_by("pk"):
        publication = body.publication
        kept = publication.report.get("audiences", {}).get(body.audience, {}).get("kept", {})
        for slug, data in json.loads(body.body)["parts"].items():
            since = told.get((publication.pk, body.audience, slug), [])
            known = Known(data, kept.get(slug, {}), publication.as_of, since)
            found.setdefault((body.audience, slug), []).append(known)
    return found


def wider_than(audience: str) -> Sequence[str]:
    """The audiences that see more than this one."""
    return Audience.values[: Audience.values.index(audience)]


def _found(parts: Mapping[str, Part]) -> dict[str, Any]:
    def listed(slug: str, findings: Iterable[Any]) -> list[dict[str, str]]:
        return [{"condition": slug} | asdict(one) for one in findings]

    return {
        "hidden": [one for slug, part in parts.items() for one in listed(slug, part.hidden)],
        "breaches": [one for slug, part in parts.items() for one in listed(slug, part.breaches)],
        "kept": {slug: part.kept for slug, part in parts.items() if part.kept},
    }
