"""What this condition answers when the backbone asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import (
    Act,
    Attachment,
    Condition,
    DueItem,
    Edition,
    Hit,
    Option,
    Part,
    Passing,
    Proposed,
    Queue,
    Reading,
    Sign,
    Tie,
    Used,
)
from backbone.models import Tenant
from comms import demo, duties, publishing
from comms.models import Action
from comms.selectors import finding, health, leading, proposing
from comms.selectors.loop import cells_used_in, used_of
from comms.selectors.pages import pages_of
from comms.selectors.passing import passing_here
from comms.selectors.pulses import withheld_of
from comms.selectors.queues import queues_of
from comms.selectors.sealed import letters_withheld
from comms.selectors.signs import signs_of
from comms.services import evidence, ledger
from comms.services.forgetting import forget_mails


class CommsEvidence(Condition):
    slug = "comms"

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """Meetings missed, and actions that are late."""
        return signs_of(initiative, as_of)

    def passing(self) -> Iterable[Passing]:
        """The words of mails, and lines of inboxes that were read."""
        return passing_here()

    def queues(self, as_of: datetime) -> Iterable[Queue]:
        """Mails to be sent; those that failed, and those of which nobody knows whether they went out."""
        return queues_of(as_of)

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """What the records and the pulses say, of other conditions too where only communication knows."""
        return health.readings(initiative, as_of)

    def acts(self, initiative, since: datetime, until: datetime) -> Iterable[Act]:
        """Meetings convened, actions closed."""
        return leading.acts_in(initiative, since, until)

    def ties(self, initiative, as_of: datetime) -> Iterable[Tie]:
        """Who met whom, and who does what another proposed."""
        return leading.ties_in(initiative, as_of)

    def options(self, initiative, grain: str, period: date) -> Iterable[Option]:
        """Decisions in force that were made in the span."""
        return publishing.options(initiative, grain, period)

    def published(self, edition: Edition) -> Part:
        """The chosen decisions: what was decided and why; no figure, and nobody's name."""
        return publishing.published(edition)

    def printed(self, data: Mapping[str, Any], year_starts: int) -> Mapping[str, Any]:
        return {**data, "contents": [("decisions", _("What was decided"), 1)] if data["decisions"] else []}

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """Actions, decisions to look at again, meetings to close, announcements to read."""
        return duties.due(membership, as_of)

    def proposed(self, initiative, as_of: datetime) -> Iterable[Proposed]:
        """Decisions due for review or whose evidence changed, overdue actions, what was put off."""
        return proposing.proposed(initiative, as_of)

    def found(self, initiative, words: str, membership) -> Iterable[Hit]:
        """Meetings, decisions and actions."""
        return finding.found(initiative, words, membership)

    def cells_used(self, initiative, since: datetime) -> Iterable[tuple[str, str]]:
        """In pre-reads, decisions and replies."""
        return cells_used_in(initiative, since)

    def used(self, initiative, partner) -> Iterable[Used]:
        """In meetings and decisions, and in what others said about them."""
        return used_of(initiative, partner)

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """Meetings, decisions, actions, announcements."""
        return pages_of(initiative, names)

    def attached(self, initiative) -> Iterable[Attachment]:
        """Actions, on the curve that they came from."""
        tenant = Tenant.objects.get(pk=initiative.tenant_id)
        rows = Action.objects.filter(initiative=initiative, source__startswith="measures.curve:")
        for action in rows.select_related("owner"):
            url = reverse("comms:action", args=[tenant.slug, initiative.slug, action.number])
            yield Attachment(action.source, action.what, code=str(action), words=action.owner.name, url=url)

    def demonstrate(self, initiative, open_month: date) -> None:
        """Two groups, three meetings of the steering committee with what they decided, and one that is to come."""
        demo.fill(initiative, open_month)

    def withheld(self, now: datetime) -> Mapping[str, Collection[int]]:
        """Answers to pulses that are told to nobody, or not yet; letters with a secret in them."""
        return withheld_of(now) | letters_withheld()

    def arrived(self, using: str, now: datetime) -> int:
        """Mails that wait."""
        return ledger.withdraw(using)

    def forget(self, membership, email: str) -> None:
        """Mails to them lose their words and the address; that they were sent stays."""
        forget_mails(membership, email)

    def evidence_changed(self, initiative, figures: Sequence[str]) -> None:
        """Mark the decisions that rest on what moved."""
        evidence.check(initiative)
