"""The field's words as they are used here, for whoever meets one for the first time."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Term(NamedTuple):
    """A word with its meaning; `slug` is its anchor for good."""

    slug: str
    name: str | Promise
    words: str | Promise


GROUPS: tuple[tuple[str | Promise, tuple[Term, ...]], ...] = (
    (
        _("Working together"),
        (
            Term(
                "collective-impact",
                _("Collective impact"),
                _(
                    "Many organizations of different sectors work on one problem in a structured way, with five conditions: a"
                    " common agenda, shared measurement, activities that reinforce each other, continuous communication, and"
                    " a backbone."
                ),
            ),
            Term(
                "initiative",
                _("Initiative"),
                _("One such effort, with its own agenda, partners, measures, activities and meetings."),
            ),
            Term(
                "partner", _("Partner"), _("An organization that takes part in an initiative, from one day to another.")
            ),
            Term(
                "backbone",
                _("Backbone"),
                _(
                    "Whoever sees to it that the other four conditions are met: convenes, handles data, keeps communication"
                    " flowing, and watches the forest and the trees. A function, which people of any partner may share."
                ),
            ),
            Term(
                "steward",
                _("Steward"),
                _("The person who leads in one of the five conditions, from whichever organization."),
            ),
            Term(
                "phase",
                _("Phase"),
                _("How far an initiative is, from getting ready to keeping it up. Going back is normal."),
            ),
        ),
    ),
    (
        _("Agenda"),
        (
            Term("result", _("Result"), _("What is to be true for a whole population, in the initiative’s own words.")),
            Term("strategy", _("Strategy"), _("A way to bring a result about.")),
            Term(
                "ratify",
                _("Signing a version"),
                _("A partner says, by a named person, that it stands behind one version of the agenda."),
            ),
            Term(
                "theory-of-change",
                _("Theory of change"),
                _("Which thing acts on which other, in which direction, after how many months, and how that is known."),
            ),
            Term(
                "loop",
                _("Loop"),
                _("Things that act on each other in a circle: one that reinforces itself, or one that balances."),
            ),
        ),
    ),
    (
        _("Measures"),
        (
            Term("indicator", _("Indicator"), _("One thing that is counted the same way by everybody who owes it.")),
            Term(
                "kind",
                _("Kind"),
                _("What an indicator’s numbers do when they are put together: add up, divide, or never be summed."),
            ),
            Term(
                "coverage",
                _("Coverage"),
                _("How many partners have filed of how many were expected. No figure goes anywhere without it."),
            ),
            Term("so-far", _("So far"), _("Somebody is missing; only when everybody is in is it a total.")),
            Term(
                "zero",
                _("Zero, missing, not collected"),
                _(
                    "Three different things: a number that is zero, an answer that has not come, and one that cannot come."
                ),
            ),
            Term("excused", _("Excused"), _("A partner need not file a figure for a month; it is not missing then.")),
            Term(
                "like-for-like",
                _("Same partners"),
                _("A change over time that counts only partners that filed both times."),
            ),
            Term(
                "apples",
                _("As defined"),
                _("A partner counts exactly as the definition says; who counts otherwise says how."),
            ),
            Term(
                "turn-the-curve",
                _("Turning the curve"),
                _(
                    "Looking at a figure’s trend together: what is behind it, who has a part, what works, who does what."
                ),
            ),
            Term(
                "restated",
                _("Restated"),
                _(
                    "A published figure that is another now. The publication stays; the ledger says what changed and why."
                ),
            ),
            Term(
                "small-cell",
                _("Hidden to protect people"),
                _("A count so small that somebody could be recognized, and what it could be computed from."),
            ),
        ),
    ),
    (
        _("Activities and meetings"),
        (
            Term("gap", _("Gap"), _("A need with no activity, or far too little, for a population in a place.")),
            Term(
                "duplication",
                _("Possible duplication"),
                _("Two partners do the same for the same people, more than is needed; it may be on purpose."),
            ),
            Term("hand-off", _("Hand-off"), _("One activity waits for something from another, by a promised day.")),
            Term(
                "dissent",
                _("Dissent"),
                _("An organization did not agree with a decision, and why; it stands beside it."),
            ),
            Term("pulse", _("Pulse"), _("One or two questions to everybody, answered without a name.")),
        ),
    ),
    (
        _("Holding it together"),
        (
            Term(
                "condition-health",
                _("Health of a condition"),
                _(
                    "What records show of it, check by check, 0 to 1. There is no overall grade, and unknown is not zero."
                ),
            ),
            Term(
                "chase-list",
                _("Chase list"),
                _("Who has not filed yet, the largest effect on a figure first."),
            ),
            Term(
                "six-functions",
                _("Six functions"),
                _(
                    "What a backbone does: guide vision and strategy, support aligned activities, establish shared"
                    " measurement, build public will, advance policy, mobilize funding."
                ),
            ),
            Term(
                "leadership-spread",
                _("Spread of leadership"),
                _("Whether one organization leads in everything, or many do. Never person by person."),
            ),
            Term("forest-trees", _("Forest and trees"), _("The whole and its parts: results above, what waits below.")),
        ),
    ),
)

TERMS: dict[str, Term] = {term.slug: term for _name, terms in GROUPS for term in terms}
