"""Publications: begun, chosen, checked by a worker, published; afterwards nothing of them is ever altered."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes, conditions, progress, publishing
from backbone.models import Initiative, Membership, Proof, Publication, PublishedBody, Tenant
from backbone.nudging import nudge
from backbone.problems import Problem, Refused
from backbone.services import documents
from backbone.tenancy import database_time

logger = logging.getLogger(__name__)

CHECK = "backbone.tasks.check_publication"
WORDS_LENGTH = 2_000
STALE = timedelta(minutes=2)  # a check that nobody took up, or whose worker died

changes.register_verbs(
    {
        "publication.begun": gettext_noop("{by} began the publication of {period}"),
        "publication.published": gettext_noop("{by} published {period}, version {version}"),
        "publication.dropped": gettext_noop("{by} dropped the draft of {period}"),
    }
)


@transaction.atomic
def begin(*, initiative: Initiative, grain: str, period: date, by: Membership) -> Publication:
    """The draft for a span: the one there is, or a new one that chooses what the last version of the span chose, else
    what the conditions offer."""
    Initiative.objects.select_for_update().get(pk=initiative.pk)
    here = Publication.objects.filter(initiative=initiative, grain=grain, period=period)
    draft = here.filter(published_at=None).first()
    if draft is not None:
        return draft
    last = here.order_by("-version").first()
    draft = Publication.objects.create(
        initiative=initiative,
        grain=grain,
        period=period,
        created_by=by,
        choices=last.choices if last is not None else _offered(initiative, grain, period),
    )
    changes.record("publication.begun", on=draft, by=by, initiative=initiative, period=f"{period:%Y-%m}")
    return draft


@transaction.atomic
def choose(
    *, publication: Publication, choices: Mapping[str, Sequence[Mapping[str, str]]], by: Membership
) -> Publication:
    """Choose what is published, in which order, with which words beside it: by condition, `{"slug", "story", "unknown"}`.

    What was checked before is not any more. Raises Refused: `publication.published`, `publication.busy`,
    `publication.unknown_choice`, `publication.words_too_long`, `publication.nothing_chosen`.
    """
    publication = _locked_draft(publication)
    kept: dict[str, list[dict[str, str]]] = {}
    for condition in conditions.registered():
        offered = {
            one.slug: one for one in condition.options(publication.initiative, publication.grain, publication.period)
        }
        for choice in choices.get(condition.slug, ()):
            if choice["slug"] not in offered:
                text = gettext_noop("“{value}” is nothing that can be published here.")
                raise Refused(Problem("publication.unknown_choice", text, {"value": choice["slug"][:80]}))
            kept.setdefault(condition.slug, []).append(_words_of(choice, offered[choice["slug"]]))
    if not any(kept.values()):
        text = gettext_noop("Nothing is chosen: tick at least one thing that funders are to see.")
        raise Refused(Problem("publication.nothing_chosen", text))
    if publication.choices != kept:
        publication.choices = kept
        _as_draft(publication)
    return publication


@transaction.atomic
def ask_to_check(*, publication: Publication, by: Membership) -> Publication:
    """Have a worker make the proofs and attack them. Raises Refused: `publication.published`, `publication.busy`."""
    publication = _locked_draft(publication)
    _as_draft(publication, state=Publication.State.WAITING)
    transaction.on_commit(partial(nudge, CHECK, publication.tenant_id, publication.pk))
    return publication


def check(publication_id: int) -> None:
    """A worker's part: make each audience's proof as of now, and attack it. Twice, or two at once, does it once.

    In the tenant's scope; one transaction, so that a worker that dies leaves a draft that waits.
    """
    found = Publication.objects.select_for_update(of=["self"], skip_locked=True).select_related("initiative")
    publication = found.filter(pk=publication_id, state=Publication.State.WAITING).first()
    if publication is None:
        return
    publication.as_of = database_time()
    try:
        with transaction.atomic():
            gathered = publishing.gather(publication, partial(progress.tell, work_name(publication)))
    except Exception:  # whatever it was, whoever waits is told that it failed; the log says why
        logger.exception("Could not check publication %s.", publication_id)
        publication.state = Publication.State.FAILED
        publication.save(update_fields=["state", "as_of"])
        return
    Proof.objects.filter(publication=publication).delete()
    Proof.objects.bulk_create(
        [Proof(publication=publication, audience=audience, body=body) for audience, body in gathered.bodies.items()]
    )
    publication.report = gathered.report
    publication.state = Publication.State.CHECKED if gathered.is_safe else Publication.State.REFUSED
    publication.save(update_fields=["state", "as_of", "report"])


@transaction.atomic
def publish(*, publication: Publication, by: Membership, seen: str | None = None) -> Publication:
    """Freeze the proofs as the next version of their span. `seen` is the instant (ISO) of the check that `by` looked at.

    Raises Refused: `publication.published`, `publication.busy`, `publication.not_checked`, `publication.not_safe`,
    `publication.outdated` when somebody checked anew, something else was published, or what may be shown has changed.
    """
    Initiative.objects.select_for_update().get(pk=publication.initiative_id)
    publication = _locked_draft(publication)
    if publication.state == Publication.State.REFUSED:
        text = gettext_noop("Some hidden figures could still be computed from what is shown, so nothing is published.")
        hint = gettext_noop("Leave out an indicator that is named below, or one of its breakdowns, and check again.")
        raise Refused(Problem("publication.not_safe", text, hint=hint))
    if publication.state != Publication.State.CHECKED:
        text = gettext_noop("This draft is not checked as it stands. Check it, look at it, then publish it.")
        raise Refused(Problem("publication.not_checked", text))
    proofs = list(Proof.objects.filter(publication=publication))
    if seen not in (None, publication.as_of.isoformat()) or _is_outdated(publication, proofs):
        text = gettext_noop("Since this draft was checked something has changed that it rests on. Check it again.")
        hint = gettext_noop("A consent, the smallest count that is shown, another publication, or what is chosen.")
        raise Refused(Problem("publication.outdated", text, hint=hint))
    here = Publication.objects.filter(
        initiative=publication.initiative_id, grain=publication.grain, period=publication.period
    )
    publication.version = (here.aggregate(last=Max("version"))["last"] or 0) + 1
    publication.published_at = database_time()
    publication.published_by = by
    publication.state = Publication.State.PUBLISHED
    bodies = []
    for proof in proofs:
        body, sha256 = publishing.frozen(publication, proof.audience, proof.body)
        bodies.append(PublishedBody(publication=publication, audience=proof.audience, body=body, sha256=sha256))
    publication.save(update_fields=["version", "published_at", "published_by", "state"])
    PublishedBody.objects.bulk_create(bodies)
    Proof.objects.filter(publication=publication).delete()
    documents.ask_for_all(publication, Tenant.objects.get(pk=publication.tenant_id).locale)
    changes.record(
        "publication.published", on=publication, by=by, initiative=publication.initiative,
        period=f"{publication.period:%Y-%m}", version=publication.version,
    )  # fmt: skip
    return publication


def _is_outdated(publication: Publication, proofs: Sequence[Proof]) -> bool:
    others = Publication.objects.filter(initiative=publication.initiative_id, published_at__gte=publication.as_of)
    if others.exists():
        return True
    parts = [json.loads(proof.body) for proof in proofs]
    return any(
        condition.is_outdated(publication.initiative, part[condition.slug], publication.as_of)
        for part in parts
        for condition in conditions.registered()
        if condition.slug in part
    )


@transaction.atomic
def drop(*, publication: Publication, by: Membership) -> None:
    """Drop a draft, with its proofs. Raises Refused: `publication.published`, `publication.busy`."""
    publication = _locked_draft(publication)
    changes.record(
        "publication.dropped", on=publication, by=by, initiative=publication.initiative,
        period=f"{publication.period:%Y-%m}",
    )  # fmt: skip
    publication.delete()


def waiting() -> list[int]:
    """Drafts whose check nobody took up in time; for a sweep, in the tenant's scope."""
    since = timezone.now() - STALE
    stale = Publication.objects.filter(state=Publication.State.WAITING, asked_at__lt=since)
    return list(stale.order_by("pk").values_list("pk", flat=True))


def work_name(publication: Publication) -> str:
    """What `backbone.progress` knows a check by."""
    return f"publication:{publication.pk}"


def _offered(initiative: Initiative, grain: str, period: date) -> dict[str, Any]:
    return {
        condition.slug: [{"slug": one.slug, "story": one.story, "unknown": ""} for one in offered]
        for condition in conditions.registered()
        if (offered := list(condition.options(initiative, grain, period)))
    }


def _words_of(choice: Mapping[str, str], option: conditions.Option) -> dict[str, str]:
    kept = {"slug": choice["slug"]}
    for name in ("story", "unknown"):
        words = choice.get(name, "").strip() if option.takes_words else ""
        if len(words) > WORDS_LENGTH:
            text = gettext_noop("The words beside {label} are {length} characters long: keep them to {limit}.")
            params = {"label": option.label, "length": len(words), "limit": WORDS_LENGTH}
            raise Refused(Problem("publication.words_too_long", text, params, field=f"{name}-{option.slug}"))
        kept[name] = words
    return kept


def _locked_draft(publication: Publication) -> Publication:
    publication = Publication.objects.select_for_update(of=["self"]).select_related("initiative").get(pk=publication.pk)
    if publication.is_published:
        text = gettext_noop(
            "Version {version} is published and stays as it is. Begin a new version to change something."
        )
        raise Refused(Problem("publication.published", text, {"version": publication.version}))
    if publication.is_busy and (publication.asked_at is None or publication.asked_at > timezone.now() - STALE):
        text = gettext_noop("This draft is being checked; wait until that is done.")
        raise Refused(Problem("publication.busy", text))
    return publication


def _as_draft(publication: Publication, state: str = Publication.State.DRAFT) -> None:
    publication.state, publication.report, publication.as_of = state, {}, None
    publication.asked_at = timezone.now() if state == Publication.State.WAITING else None
    publication.save(update_fields=["choices", "state", "report", "as_of", "asked_at"])
    Proof.objects.filter(publication=publication).delete()
