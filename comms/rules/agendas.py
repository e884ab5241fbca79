"""What meetings of a kind usually go through: the built-in templates. Pure; sentences stay untranslated here."""

from __future__ import annotations

from dataclasses import dataclass

from backbone.problems import gettext_noop


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of meeting: what it is for, how long it takes in minutes, and its topics, each with its minutes."""

    slug: str
    name: str
    purpose: str
    minutes: int
    topics: tuple[tuple[str, int], ...]


TEMPLATES: tuple[Template, ...] = (
    Template(
        "working-group",
        gettext_noop("Working group meeting"),
        gettext_noop("What the figures say, what is stuck, who does what next."),
        90,
        (
            (gettext_noop("What moved since we last met"), 15),
            (gettext_noop("Our figures, and who is missing from them"), 20),
            (gettext_noop("What is in the way, and what we try next"), 35),
            (gettext_noop("Decisions, and who does what by when"), 20),
        ),
    ),
    Template(
        "steering",
        gettext_noop("Steering committee"),
        gettext_noop("The whole: results, decisions that are due, what the groups need."),
        120,
        (
            (gettext_noop("The results, and how complete they are"), 30),
            (gettext_noop("What the working groups bring up"), 30),
            (gettext_noop("Decisions that are due for review"), 30),
            (gettext_noop("What we do not know yet"), 15),
            (gettext_noop("Decisions, and who does what by when"), 15),
        ),
    ),
    Template(
        "data-walk",
        gettext_noop("Data walk: turn the curve"),
        gettext_noop("One result, its curve, the story behind it, what works, what we will do."),
        120,
        (
            (gettext_noop("Walk past the charts: what do you see?"), 20),
            (gettext_noop("The story behind the curve"), 30),
            (gettext_noop("Who has a part to play"), 20),
            (gettext_noop("What works, and what costs nothing"), 30),
            (gettext_noop("What we will do, and when we look again"), 20),
        ),
    ),
)

BY_SLUG = {one.slug: one for one in TEMPLATES}
