"""The ledger of what is published and no longer so: live figures are held against publications, and never the other way.

A publication is never altered. Beside it stands, for each figure that moved, what it was, what it is, why, by whom and
when; a figure that comes back to what was published gets a line that says so.
"""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from backbone import conditions, publishing
from backbone.conditions import Edition
from backbone.models import Comparison, Publication, PublishedBody, Restated, ShareLink
from backbone.services import webhooks
from backbone.tenancy import database_time

COMPARE = "backbone.tasks.compare_publications"

# A roll-up carries the time at which its transaction began, and may be committed so much later than a comparison.
SLOWEST = timedelta(minutes=5)


def compare_all() -> int:
    """Hold the latest version of each span, and every one that somebody has a link to, against live figures where
    something behind it changed since it was last done; returns how many lines were written. In the tenant's scope; one
    statement for each that did not change.
    """
    done = dict(Comparison.objects.values_list("publication_id", "compared_at"))
    linked = set(ShareLink.objects.alive().exclude(publication=None).values_list("publication_id", flat=True))
    seen: set[tuple] = set()
    written = 0
    for publication in Publication.objects.exclude(published_at=None).order_by("-version").select_related("initiative"):
        span = (publication.initiative_id, publication.grain, publication.period)
        if span in seen and publication.pk not in linked:
            continue
        seen.add(span)
        since = done.get(publication.pk, publication.as_of)
        if _has_moved(publication, since - SLOWEST):
            written += compare(publication)
    return written


@transaction.atomic
def compare(publication: Publication) -> int:
    """Hold one publication against live figures, audience by audience; returns how many lines were written.

    Twice, or two at once, writes each line once.
    """
    now = database_time()
    Comparison.objects.get_or_create(publication=publication, defaults={"compared_at": publication.as_of})
    Comparison.objects.select_for_update().get(publication=publication)
    known = publishing.known_to_all(publication.initiative)
    rows = [
        row
        for body in PublishedBody.objects.filter(publication=publication)
        for row in _moved(publication, body, known, now)
    ]
    Comparison.objects.filter(publication=publication).update(compared_at=now)
    if rows:
        edition = {"initiative": publication.initiative.slug, "period": f"{publication.period:%Y-%m}"}
        webhooks.queue(
            [
                webhooks.Event(
                    webhooks.RESTATED,
                    f"figure:{publication.pk}:{figure}",
                    {**edition, "version": str(publication.version), "figure": figure},
                )
                for figure in dict.fromkeys(row.figure for row in rows)
            ]
        )
    for slug in {row.condition for row in rows}:
        figures = sorted({row.figure for row in rows if row.condition == slug})
        for condition in conditions.registered():
            condition.evidence_changed(publication.initiative, figures)
    # Last of all, so that it is visible at once: whoever opened the page meanwhile was not told, and read it before.
    noticed_at = timezone.now()
    for row in rows:
        row.noticed_at = noticed_at
    Restated.objects.bulk_create(rows)
    return len(rows)


def _has_moved(publication: Publication, since) -> bool:
    kept = [found.get("kept", {}) for found in publication.report.get("audiences", {}).values()]
    return any(
        condition.has_moved(one[condition.slug], since)
        for one in kept
        for condition in conditions.registered()
        if condition.slug in one
    )


def _moved(publication: Publication, body: PublishedBody, known, now) -> list[Restated]:
    last: dict[tuple[str, str], Restated] = {}
    for row in Restated.objects.filter(publication=publication, audience=body.audience).order_by("noticed_at", "pk"):
        last[row.condition, row.figure] = row
    found: list[Restated] = []
    parts = json.loads(body.body)["parts"]
    for condition in conditions.registered():
        if condition.slug not in parts:
            continue
        edition = Edition(
            initiative=publication.initiative,
            grain=publication.grain,
            period=publication.period,
            as_of=now,
            audience=body.audience,
            choices=publication.choices.get(condition.slug, []),
            known=known.get((body.audience, condition.slug), []),
            wider=[
                one for more in publishing.wider_than(body.audience) for one in known.get((more, condition.slug), [])
            ],
            since=publication.as_of and publication.as_of - SLOWEST,
        )
        there = {one.figure: one for one in condition.moved(edition, parts[condition.slug])}
        for figure, one in there.items():
            before = last.get((condition.slug, figure))
            if before is None or before.after != one.after:
                found.append(
                    Restated(
                        publication=publication, audience=body.audience, condition=condition.slug, figure=figure,
                        before=one.before, after=one.after, reason=one.reason[:500], by_id=one.by_id, at=one.at,
                        as_of=now,
                    )
                )  # fmt: skip
        for (slug, figure), row in last.items():
            if slug == condition.slug and figure not in there and row.after != row.before:
                found.append(
                    Restated(
                        publication=publication, audience=body.audience, condition=slug, figure=figure,
                        before=row.before, after=row.before, at=now, as_of=now,
                    )
                )  # fmt: skip
    return found
