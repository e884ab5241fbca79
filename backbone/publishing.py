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
from backbone.conditions import Edition, Known, Part
from backbone.models import Audience, Publication, PublishedBody, Tenant
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
    known = _known_before(publication)
    asked = [(audience, one) for audience in Audience.values for one in conditions.registered()]
    bodies, audiences = {}, {}
    wider: dict[str, list[Known]] = {}
    for audience in Audience.values:
        parts: dict[str, Part] = {}
        for condition in conditions.registered():
            done = asked.index((audience, condition))
            edition = Edition(
                initiative=publication.initiative,
                grain=publication.grain,
                period=publication.period,
                as_of=publication.as_of,
                audience=audience,
                choices=publication.choices.get(condition.slug, []),
                known=[*known.get((audience, condition.slug), ()), *wider.get(condition.slug, ())],
                tell=lambda part, of, done=done: tell(100 * done + 100 * part // max(of, 1), 100 * len(asked)),
            )
            parts[condition.slug] = part = condition.published(edition)
            wider.setdefault(condition.slug, []).append(Known(part.data, part.kept))
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
            "tenant": {"slug": tenant.slug, "name": tenant.name, "fiscal_year_starts": tenant.fiscal_year_starts},
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
            "published_by": publication.published_by.name,
            "parts": json.loads(parts),
        }
    )
    return body, hashlib.sha256(body.encode()).hexdigest()


def _known_before(publication: Publication) -> dict[tuple[str, str], list[Known]]:
    """By audience and condition: what was published of this initiative before, the wider audiences' bodies included."""
    found: dict[tuple[str, str], list[Known]] = {}
    earlier = PublishedBody.objects.filter(publication__initiative=publication.initiative)
    for body in earlier.select_related("publication").order_by("pk"):
        kept = body.publication.report.get("audiences", {}).get(body.audience, {}).get("kept", {})
        for slug, data in json.loads(body.body)["parts"].items():
            for audience in narrower(body.audience):
                found.setdefault((audience, slug), []).append(Known(data, kept.get(slug, {})))
    return found


def narrower(audience: str) -> Sequence[str]:
    """This audience and those that see less; what they are shown may be read by this one too."""
    return Audience.values[Audience.values.index(audience) :]


def _found(parts: Mapping[str, Part]) -> dict[str, Any]:
    def listed(slug: str, findings: Iterable[Any]) -> list[dict[str, str]]:
        return [{"condition": slug} | asdict(one) for one in findings]

    return {
        "hidden": [one for slug, part in parts.items() for one in listed(slug, part.hidden)],
        "breaches": [one for slug, part in parts.items() for one in listed(slug, part.breaches)],
        "kept": {slug: part.kept for slug, part in parts.items() if part.kept},
    }
