"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from backbone.conditions import (
    Absent,
    Attachment,
    Condition,
    Definition,
    DueItem,
    Edition,
    Hit,
    Live,
    Moved,
    Option,
    Part,
    Passing,
    Proposed,
    Queue,
    Reading,
    Row,
    Sign,
    Thing,
)
from backbone.models import Tenant
from measures import duties
from measures.models import Indicator
from measures.publishing import moved, page, part, printing, tables
from measures.rules.kinds import NOT_FILED
from measures.selectors import finding
from measures.selectors.absent import absent
from measures.selectors.burden import used_cells
from measures.selectors.consents import consents_changed
from measures.selectors.evidence import condition_checks
from measures.selectors.live import live_figures, things_of
from measures.selectors.pages import pages_of
from measures.selectors.passing import passing_here
from measures.selectors.proposing import proposed
from measures.selectors.queues import queues_of
from measures.selectors.timeliness import due_reports, filing_signs
from measures.services import expectations


class MeasuresEvidence(Condition):
    slug = "measures"

    def passing(self) -> Iterable[Passing]:
        """Uploaded files that nobody applied."""
        return passing_here()

    def queues(self, as_of: datetime) -> Iterable[Queue]:
        """Months whose roll-ups are to be computed, and uploaded files."""
        return queues_of(as_of)

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """Its own checks, and the one of the agenda's that only the measures can answer."""
        return condition_checks(initiative, as_of)

    def cells_used(self, initiative, since: datetime) -> Iterable[tuple[str, str]]:
        """In curves, and in publications with their files."""
        return used_cells(initiative, since)

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """Reports that were not in by their day, lately and before."""
        return filing_signs(due_reports(initiative, as_of))

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """Reports to file and reports to review."""
        return duties.due(membership, as_of)

    def absent(self, initiative, as_of: datetime) -> Absent | None:
        """Partners whose figures of the last month are missing."""
        return absent(initiative, as_of)

    def attached(self, initiative) -> Iterable[Attachment]:
        """Indicators, on the strategy or the outcome of the agenda that they measure."""
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        for indicator in Indicator.objects.filter(initiative=initiative).exclude(outcome=None, strategy=None):
            to = f"agenda.strategy:{indicator.strategy_id}"
            if indicator.strategy_id is None:
                to = f"agenda.outcome:{indicator.outcome_id}"
            url = reverse("measures:indicator", args=[tenant.slug, initiative.slug, indicator.slug])
            yield Attachment(
                to,
                indicator.name,
                code=indicator.code,
                kind=indicator.kind,
                url=url,
                of_partners=indicator.kind not in NOT_FILED,
            )

    def found(self, initiative, words: str, membership) -> Iterable[Hit]:
        """Indicators, by name, code and definition."""
        return finding.found(initiative, words, membership)

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """Partners whose figures of the last month are missing."""
        return proposed(initiative, as_of)

    def things(self, initiative) -> Iterable[Thing]:
        """Indicators, the retired ones too: a map may go on to speak of them."""
        return things_of(initiative)

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """Indicators, reports, curves."""
        return pages_of(initiative, names)

    def live(self, initiative, names: Collection[str], membership) -> Iterable[Live]:
        """The latest figure of each indicator, and of what hangs on a result or a strategy."""
        return live_figures(initiative, names, membership)

    def options(self, initiative, grain: str, period: date) -> Iterable[Option]:
        """The indicators in use in the span."""
        return part.options(initiative, period)

    def published(self, edition: Edition) -> Part:
        """The chosen indicators with their trend, their partners and breakdowns, hidden what has to be."""
        return part.published(edition)

    def is_outdated(self, initiative, data: Mapping[str, Any], since: datetime) -> bool:
        """Whether a partner has changed its mind since, or the organization what it calls small."""
        threshold = Tenant.objects.get(pk=initiative.tenant_id).small_cell_threshold
        return data["threshold"] != threshold or consents_changed(initiative, since)

    def shown(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        return page.shown(data, year_starts)

    def printed(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        return printing.printed(data, year_starts)

    def rows(self, data: Mapping[str, Any]) -> Iterable[Row]:
        return tables.rows(data)

    def definitions(self, data: Mapping[str, Any]) -> Iterable[Definition]:
        return tables.definitions(data)

    def notes(self, data: Mapping[str, Any]) -> Iterable[str]:
        return printing.notes(data)

    def chart(self, data: Mapping[str, Any], slug: str, year_starts: int) -> Mapping[str, Any] | None:
        return page.chart(data, slug)

    def charts(self, data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """The indicators that have a line to draw."""
        return page.charts(data)

    def lines(self, data: Mapping[str, Any]) -> Iterable[str]:
        """Each indicator with its figure and its coverage."""
        return page.lines(data)

    def has_moved(self, kept: Mapping[str, Any], since: datetime) -> bool:
        return moved.has_moved(kept, since)

    def moved(self, edition: Edition, data: Mapping[str, Any]) -> Iterable[Moved]:
        """Shown figures that were corrected, or filled up by a late report."""
        return moved.moved(edition, data)

    def moved_words(self, data: Mapping[str, Any], figure: str, before: Any, after: Any) -> tuple[str, str, str]:
        return moved.moved_words(data, figure, before, after)

    def settings_changed(self, tenant, names: frozenset[str]) -> None:
        """Quarters, years, and what counts at all: every roll-up rests on these two settings."""
        if names & {"fiscal_year_starts", "counting"}:
            expectations.mark_everything()
