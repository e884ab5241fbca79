"""What counts as news: each kind with the verb of the change, its heading, and whom it is for.

An app above may add its own: `register(Kind("meeting.closed", DECIDED))`.
"""

from __future__ import annotations

from dataclasses import dataclass

from backbone.problems import gettext_noop

FIGURES = gettext_noop("Figures")
AGENDA = gettext_noop("Common agenda")
DEFINITIONS = gettext_noop("What is measured")
PARTNERS = gettext_noop("Partners")
PUBLISHED = gettext_noop("Published")


@dataclass(frozen=True, slots=True)
class Kind:
    """News of one verb. `is_for_everybody`: read by all partners of the initiative where it is no single partner's."""

    verb: str
    heading: str
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
    Kind("agenda.vision_written", AGENDA),
    Kind("outcome.added", AGENDA),
    Kind("outcome.changed", AGENDA),
    Kind("strategy.added", AGENDA),
    Kind("strategy.changed", AGENDA),
    Kind("indicator.defined", DEFINITIONS),
    Kind("indicator.changed", DEFINITIONS),
    Kind("target.set", DEFINITIONS),
    Kind("target.removed", DEFINITIONS),
    Kind("obligation.assigned", DEFINITIONS),
    Kind("obligation.assigned_to_all", DEFINITIONS),
    Kind("partner.joined", PARTNERS),
    Kind("partner.left", PARTNERS),
)
