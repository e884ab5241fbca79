"""State words and kinds of numbers: slug to shape and word, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Word:
    """A shape and a word; `tone` (good, warn, bad, quiet, accent or "") only repeats what they say."""

    icon: str
    text: str | Promise
    tone: str = ""
    hint: str | Promise = ""


STATES: dict[str, Word] = {
    "not_due": Word("dot", _("Not due"), "quiet"),
    "due": Word("ring", pgettext_lazy("state", "Due")),
    "draft": Word("ring-minus", _("Draft")),
    "submitted": Word("ring-half", _("Submitted"), "accent"),
    "returned": Word("back", _("Returned"), "warn"),
    "approved": Word("ring-check", _("Approved"), "good"),
    "missing": Word("ring-dashed", _("Missing"), "quiet"),
    "not_expected": Word("dot", _("Not expected"), "quiet"),
    "excused": Word("ring-struck", _("Excused"), "quiet"),
    "not_collected": Word("ring-cross", _("Not collected")),
    "locked": Word("lock", _("Locked"), "quiet"),
    # a report, while it is filled in
    "ready": Word("ring-check", _("Ready"), "good"),
    "to_fix": Word("stop", _("To fix"), "bad"),
    "to_answer": Word("stop", _("To answer"), "bad"),
    "look": Word("warning", _("Worth a look"), "warn"),
    "saved": Word("check", _("Saved"), "good"),
    # a figure against its path
    "on_path": Word("up-path", _("On path"), "good"),
    "behind": Word("down-path", _("Behind path"), "bad"),
    "too_early": Word("clock", _("Too early"), "quiet"),
    "no_target": Word("dash", _("No target"), "quiet"),
    # evidence
    "challenged": Word("question", _("Theory challenged"), "warn"),
    "changed": Word("warning", _("Evidence changed"), "warn"),
    "not_enough": Word("ring-dashed", _("Not enough evidence"), "quiet"),
    # work
    "open": Word("ring", _("Open")),
    "planned": Word("ring", _("Planned")),
    "proposed": Word("ring-dashed", _("Proposed"), "quiet"),
    "active": Word("ring-half", _("Under way"), "accent"),
    "done": Word("ring-check", _("Done"), "good"),
    "late": Word("warning", _("Late"), "warn"),
    "overdue": Word("warning", _("Overdue"), "warn"),
    "cancelled": Word("ring-struck", _("Cancelled"), "quiet"),
    "paused": Word("ring-minus", _("Paused"), "quiet"),
    "closed": Word("lock", _("Closed"), "quiet"),
    "published": Word("ring-check", _("Published"), "good"),
    "withdrawn": Word("ring-struck", _("Withdrawn"), "quiet"),
    "here": Word("arrow", _("You are here"), "accent"),
    # a partner's answer to the agenda
    "signed": Word("ring-check", _("Signed"), "good"),
    "reserved": Word("ring-half", _("Signed with a reservation"), "warn"),
    "not_signed": Word("ring-cross", _("Not signed"), "warn"),
    # a link of the theory of change that nobody confirmed within a year
    "to_confirm": Word("clock", _("To be confirmed"), "warn"),
    # what became of something from one version to the next
    "added": Word("plus", _("Added"), "good"),
    "taken_out": Word("ring-struck", _("Taken out"), "warn"),
    "altered": Word("edit", _("Changed")),
    "confirmed": Word("ring-check", _("Confirmed"), "good"),
    # mail and other work in the background
    "pending": Word("ring", _("Waiting")),
    "sending": Word("ring-half", _("Being sent"), "accent"),
    "sent": Word("ring-check", _("Sent"), "good"),
    "failed": Word("stop", _("Failed"), "bad"),
    "unknown": Word("question", _("Unknown"), "warn"),
    "skipped": Word("ring-struck", _("Skipped"), "quiet"),
}

KINDS: dict[str, Word] = {
    "flow": Word("sum", _("Adds up"), hint=_("Adds up over partners and over months")),
    "to_date": Word("steps", _("Running total"), hint=_("Each report holds the total so far; the last one counts")),
    "unduplicated": Word("overlap", _("People, never summed"), hint=_("The same person can be at several partners")),
    "rate": Word("divide", _("Rate"), hint=_("Numerators and denominators are added, then divided")),
    "rate_stock": Word(
        "rate-stock",
        _("Rate, same people each month"),
        hint=_("Over partners sums are divided; over time the indicator says how"),
    ),
    "weighted_average": Word("balance", _("Weighted average"), hint=_("Each value counts by its weight")),
    "stock": Word("flag", _("At month end"), hint=_("Adds up over partners; over time the last month counts")),
    "average_stock": Word("average", _("Average level"), hint=_("Adds up over partners; over time it is averaged")),
    "minimum": Word("low", _("Lowest"), hint=_("The lowest of what was filed")),
    "maximum": Word("high", _("Highest"), hint=_("The highest of what was filed")),
    "median": Word("middle", _("Median, never combined"), hint=_("The middle of several middles is not their middle")),
    "milestone": Word("diamond", _("Reached or not"), hint=_("Counts the partners that have reached it")),
    "ordinal": Word("steps", _("Steps on a scale"), hint=_("Shown as how many stand on each step, never averaged")),
    "index": Word("index", _("Index"), hint=_("Built again from its parts after they are combined")),
    "formula": Word("formula", _("Worked out"), hint=_("Worked out from other measures after they are combined")),
    "money": Word("money", _("Money, adds up"), hint=_("Adds up within one currency")),
    "community": Word(
        "people", _("For the whole community"), hint=_("One number for everyone; partners do not add up")
    ),
    "narrative": Word("words", _("In words"), hint=_("Told, not counted")),
}


def state_word(slug: str) -> Word:
    """The word for a state. ValueError when no page has a shape for it."""
    return _find(STATES, slug, "state")


def kind_word(slug: str) -> Word:
    """The word for a kind of number. ValueError when there is no such kind."""
    return _find(KINDS, slug, "kind of number")


def _find(words: dict[str, Word], slug: str, what: str) -> Word:
    try:
        return words[str(slug)]
    except KeyError:
        raise ValueError(f"There is no {what} “{slug}”. There are: {', '.join(words)}.") from None
