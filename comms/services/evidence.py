"""Whether a decision still rests on what it cited (N11): looked at on every tick, and when published figures move."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from backbone import changes
from backbone.look.coverage import coverage_text
from backbone.models import Initiative, Tenant
from backbone.tenancy import active_tenant_id
from comms.models import Citation, Decision
from comms.rules.citing import has_flipped, has_moved
from comms.selectors.citing import frozen, live
from comms.services.composing import page
from comms.services.notes import tell
from measures.selectors.reading import Reading

changes.register_verbs(
    {"decision.evidence": gettext_noop("The evidence of {decision} changed: {name} was {before} and is {after}")}
)

_NUMBERS = ("value", "lower", "upper")


@transaction.atomic
def check(initiative: Initiative, slugs: Collection[str] | None = None) -> list[Citation]:
    """Hold what decisions in force cite against the figures as they stand, and mark, once, what is another now by more
    than the tenant's tolerance, or is judged otherwise. What somebody looked at since is held against what they saw.
    Answers with what was marked. `slugs`: of these indicators alone.
    """
    rows = _waiting().filter(decision__initiative=initiative)
    if slugs is not None:
        rows = rows.filter(indicator__slug__in=slugs)
    rows = rows.select_for_update(of=("self",), no_key=True).select_related(
        "decision__by", "indicator__tenant", "indicator__outcome"
    )
    citations = list(rows.order_by("pk"))
    if not citations:
        return []
    tenant = Tenant.objects.get(pk=active_tenant_id())
    kept = [(one.indicator, _known(one)) for one in citations]
    before, now, found = frozen(initiative, kept), live(initiative, kept), []
    with override(tenant.locale):
        for citation, then, reading in zip(citations, before, now, strict=True):
            if reading is not None and _differs(citation, reading, tenant.evidence_tolerance):
                citation.before, citation.after = _words(then.reading), _words(reading)
                citation.changed_at, citation.seen_by = timezone.now(), None
                found.append(citation)
    Citation.objects.bulk_update(found, ["before", "after", "changed_at", "seen_by"])
    for citation in found:
        _tell(initiative, citation)
    return found


def _waiting() -> QuerySet[Citation]:
    """Citations of decisions in force that nobody has to look at already."""
    is_seen = Q(seen_by__isnull=False, seen__isnull=False)
    return Citation.objects.filter(Q(changed_at=None) | is_seen, decision__state=Decision.State.STANDS)


def _known(citation: Citation) -> dict[str, Any]:
    """The figure against which a later one is held: as it was cited, or as it was when somebody looked at it last."""
    return citation.seen or citation.pinned


def _differs(citation: Citation, now: Reading, tolerance: int) -> bool:
    known = _known(citation)
    figure = known["figure"]
    pairs = [(_number(figure[name]), getattr(now.now, name)) for name in _NUMBERS]
    is_moved = any(has_moved(then, today, tolerance) for then, today in pairs)
    return is_moved or has_flipped(known["status"], str(now.status))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _words(reading: Reading) -> str:
    return f"{reading.said} ({coverage_text(reading.chip)})"[:200]


def _tell(initiative: Initiative, citation: Citation) -> None:
    decision, indicator = citation.decision, citation.indicator
    name = indicator.code or indicator.name
    changes.record(
        "decision.evidence", on=decision, by=None, initiative=initiative, decision=str(decision), name=name,
        before=citation.before, after=citation.after,
    )  # fmt: skip
    words = {"decision": str(decision), "name": name}
    key = f"evidence:{citation.pk}"
    if citation.seen is not None and citation.changed_at is not None:  # it was told before, and looked at
        key += f":{citation.changed_at:%Y%m%d%H%M%S}"
    tell(
        member=decision.by, kind="decision", key=key,
        text=lambda: _("The evidence of %(decision)s changed: %(name)s is another now.") % words,
        url=page("comms:decision", initiative, decision.number),
    )  # fmt: skip


def check_all() -> int:
    """Look at every initiative of the open tenant that has something to look at; how many citations were marked."""
    ids = set(_waiting().values_list("decision__initiative_id", flat=True))
    return sum(len(check(one)) for one in Initiative.objects.filter(pk__in=ids).select_related("tenant"))
