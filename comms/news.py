"""What counts as news: each kind with the verb of the change, its topic, and whom it is for.

A topic is what a person chooses a rhythm for, and a heading of the digest; two of them hold no changes: what the person
owes, and what stands in their inbox.
"""

from __future__ import annotations

from dataclasses import dataclass

from backbone.problems import gettext_noop

DUE, INBOX = "due", "inbox"
FIGURES, MEASURED, AGENDA, ACTIVITIES = "figures", "measured", "agenda", "activities"
MEETINGS, PARTNERS, PUBLISHED = "meetings", "partners", "published"

TOPICS = {
    DUE: gettext_noop("What waits for you"),
    INBOX: gettext_noop("What is addressed to you"),
    MEETINGS: gettext_noop("Meetings and decisions"),
    FIGURES: gettext_noop("Figures"),
    PUBLISHED: gettext_noop("Published"),
    ACTIVITIES: gettext_noop("Activities"),
    AGENDA: gettext_noop("Common agenda"),
    MEASURED: gettext_noop("What is measured"),
    PARTNERS: gettext_noop("Partners and groups"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """News of one verb. `is_for_everybody`: read by all partners of the initiative where it is no single partner's."""

    verb: str
    topic: str
    is_for_everybody: bool = True


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    _kinds.update({kind.verb: kind for kind in kinds})


def kinds() -> dict[str, Kind]:
    """By verb, in the order in which a digest tells them."""
    return dict(_kinds)


register(
    Kind("filing.submitted", FIGURES),
    Kind("filing.approved", FIGURES),
    Kind("filing.returned", FIGURES),
    Kind("filing.overridden", FIGURES),
    Kind("filing.taken_back", FIGURES),
    Kind("correction.requested", FIGURES),
    Kind("correction.proposed", FIGURES),
    Kind("correction.approved", FIGURES),
    Kind("correction.accepted", FIGURES),
    Kind("correction.declined", FIGURES),
    Kind("period.reopened", FIGURES),
    Kind("period.extended", FIGURES),
    Kind("line.reopened", FIGURES),
    Kind("line.extended", FIGURES),
    Kind("time.asked", FIGURES),
    Kind("time.declined", FIGURES),
    Kind("excuse.given", FIGURES),
    Kind("upload.applied", FIGURES, is_for_everybody=False),
    Kind("publication.published", PUBLISHED),
    Kind("agenda.published", AGENDA),
    Kind("agenda.signed", AGENDA),
    Kind("agenda.reserved", AGENDA),
    Kind("agenda.refused", AGENDA),
    Kind("agenda.vision_written", AGENDA),
    Kind("agenda.section_written", AGENDA),
    Kind("agenda.suggested", AGENDA),
    Kind("agenda.remarked", AGENDA),
    Kind("outcome.added", AGENDA),
    Kind("outcome.changed", AGENDA),
    Kind("strategy.added", AGENDA),
    Kind("strategy.changed", AGENDA),
    Kind("learning.what_if", AGENDA),
    Kind("learning.unknown", AGENDA),
    Kind("learning.known", AGENDA),
    Kind("learning.answered", AGENDA),
    Kind("learning.taken_up", AGENDA),
    Kind("map.kept", AGENDA),
    Kind("decision.made", MEETINGS),
    Kind("decision.replaced", MEETINGS),
    Kind("decision.withdrawn", MEETINGS),
    Kind("decision.reviewed", MEETINGS),
    Kind("meeting.closed", MEETINGS),
    Kind("pulse.opened", MEETINGS),
    Kind("activity.added", ACTIVITIES),
    Kind("activity.changed", ACTIVITIES),
    Kind("activity.removed", ACTIVITIES),
    Kind("indicator.defined", MEASURED),
    Kind("indicator.changed", MEASURED),
    Kind("definition.begun", MEASURED),
    Kind("target.set", MEASURED),
    Kind("target.removed", MEASURED),
    Kind("obligation.assigned", MEASURED),
    Kind("obligation.assigned_to_all", MEASURED),
    Kind("curve.opened", FIGURES),
    Kind("curve.closed", FIGURES),
    Kind("group.made", PARTNERS),
    Kind("group.ended", PARTNERS),
    Kind("partner.joined", PARTNERS),
    Kind("partner.left", PARTNERS),
)
