"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from agenda import duties, publishing
from agenda.selectors import finding, health
from agenda.selectors.learning import acts_of, open_questions
from agenda.selectors.phases import expected_now
from agenda.selectors.tree import pages_of, things_of
from agenda.services.map_loops import waiting
from backbone.conditions import Act, Condition, DueItem, Edition, Hit, Option, Part, Proposed, Queue, Reading, Thing
from backbone.look.numbers import long_date
from backbone.models import Tenant


class AgendaEvidence(Condition):
    slug = "agenda"

    def things(self, initiative) -> Iterable[Thing]:
        """Results, outcomes and strategies."""
        return things_of(initiative)

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """Results, strategies, nodes of the map, sections, versions."""
        return pages_of(initiative, names)

    def found(self, initiative, words: str, membership) -> Iterable[Hit]:
        """Results, strategies, sections and entries of the ledger."""
        return finding.found(initiative, words, membership)

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """What-ifs, and unknowns that were to be found out by now."""
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        day = tenant.day(as_of)
        for entry in open_questions(initiative, day):
            is_late = entry.learn_by is not None and entry.learn_by < day
            late = _("Was to be found out by %(day)s") % {"day": long_date(entry.learn_by)} if is_late else ""
            yield Proposed(
                about=f"agenda.learning:{entry.pk}",
                title=entry.text[:300],
                url=reverse("agenda:learning-entry", args=[tenant.slug, initiative.slug, entry.pk]),
                why=" · ".join(filter(None, (entry.get_sort_display(), late))),
                due=entry.learn_by,
            )

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """Versions to sign, links to confirm, unknowns to find out."""
        return duties.due(membership, as_of)

    def acts(self, initiative, since: datetime, until: datetime) -> Iterable[Act]:
        """Who had an idea, shared what is known, answered what nobody knew."""
        return acts_of(initiative, since, until)

    def options(self, initiative, grain: str, period: date) -> Iterable[Option]:
        """The vision, the results agreed on, and how many have signed."""
        return publishing.options(initiative)

    def published(self, edition: Edition) -> Part:
        """What staff chose of these."""
        return publishing.published(edition)

    def printed(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        return publishing.printed(data)

    def expected(self, initiative) -> Collection[str]:
        """What makes sense in the phase the initiative is in."""
        return expected_now(initiative)

    def queues(self, as_of: datetime) -> Iterable[Queue]:
        """Maps whose loops nobody has looked for since a change."""
        yield Queue("agenda.loops", len(waiting()))

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """What makes an agenda common."""
        return health.readings(initiative, as_of)
