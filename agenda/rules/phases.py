"""The five phases of an initiative and what shows that each is met.

Phases and their work follow the field's guides (FSG and the Collective Impact Forum, phases of collective impact;
StriveTogether's gateways), in our words. They are no ladder: going back is normal. A phase says which checks of condition
health are to be expected from it on.
"""

from __future__ import annotations

from typing import NamedTuple

from backbone.problems import gettext_noop


class Item(NamedTuple):
    """One thing that shows a phase; `slug` names it for good."""

    slug: str
    words: str


class Phase(NamedTuple):
    """`expects` are the checks of condition health that make sense from this phase on."""

    slug: str
    name: str
    words: str
    items: tuple[Item, ...]
    expects: tuple[str, ...] = ()


PHASES = (
    Phase(
        "readiness",
        gettext_noop("Getting ready"),
        gettext_noop("Is this the right way to go about this problem, here and now?"),
        (
            Item("champions", gettext_noop("People with influence have said that they will stand up for it")),
            Item("urgency", gettext_noop("The problem is described with figures, and people want it changed")),
            Item("resources", gettext_noop("There is money for at least the first two years")),
            Item("history", gettext_noop("Partners have worked together before, or know why they did not")),
        ),
    ),
    Phase(
        "initiate",
        gettext_noop("Beginning"),
        gettext_noop("Who is in, what is the problem, and what is known about it?"),
        (
            Item("steering", gettext_noop("A steering group across sectors meets")),
            Item("landscape", gettext_noop("It is mapped who does what already")),
            Item("baseline", gettext_noop("The problem’s baseline figures are gathered, by group")),
            Item("voices", gettext_noop("Those whom it is about have been heard, and sit at the table")),
        ),
        ("agenda.seats",),
    ),
    Phase(
        "organize",
        gettext_noop("Organizing"),
        gettext_noop("One agenda, one way to measure, somebody who holds it together."),
        (
            Item("agenda", gettext_noop("A version of the agenda is published and being signed")),
            Item("measures", gettext_noop("Indicators with definitions are agreed for each result")),
            Item("backbone", gettext_noop("A backbone team with named people is in place")),
            Item("groups", gettext_noop("Working groups exist for the strategies")),
        ),
        (
            "agenda.ratified",
            "agenda.results-measured",
            "agenda.steward",
            "comms.meetings",
            "comms.attendance",
            "backbone.vacancies",
        ),
    ),
    Phase(
        "implement",
        gettext_noop("Doing it"),
        gettext_noop("Partners act, measure, and change what they do because of each other."),
        (
            Item("plans", gettext_noop("Every strategy has activities with partners, days and money")),
            Item("filing", gettext_noop("Partners report their figures, and most of them on time")),
            Item("learning", gettext_noop("Figures are discussed, and something was changed because of them")),
            Item("early-wins", gettext_noop("There is a first success that people outside have noticed")),
        ),
        (
            "agenda.cited",
            "measures.coverage",
            "measures.on-time",
            "measures.as-defined",
            "measures.fixed",
            "activities.tagged",
            "activities.gaps-owned",
            "activities.duplications",
            "activities.hand-offs",
            "activities.joint",
            "comms.actions",
            "comms.closure",
            "comms.acknowledged",
            "backbone.functions",
            "backbone.chase",
            "backbone.clock",
        ),
    ),
    Phase(
        "sustain",
        gettext_noop("Keeping it up"),
        gettext_noop("Results move for whole groups of people, and the work outlives its founders."),
        (
            Item(
                "results", gettext_noop("At least one result moves for the population, also for those furthest behind")
            ),
            Item("policy", gettext_noop("Rules or public money have changed in its favour")),
            Item("funding", gettext_noop("Money is there beyond the first funders")),
            Item("succession", gettext_noop("Leaders have changed, and the work went on")),
        ),
        (
            "measures.decisions",
            "agenda.recalled",
            "measures.trusted",
            "activities.changed",
            "comms.heard",
            "backbone.helps",
            "backbone.funding",
        ),
    ),
)

BY_SLUG = {phase.slug: phase for phase in PHASES}
ITEMS = {item.slug: item for phase in PHASES for item in phase.items}


def expected_checks(phase: str) -> frozenset[str]:
    """The checks of condition health that make sense in a phase: its own and those of every one before. None in none."""
    found: set[str] = set()
    for one in PHASES:
        if phase not in BY_SLUG:
            break
        found.update(one.expects)
        if one.slug == phase:
            break
    return frozenset(found)
