"""Help on the pages of mutually reinforcing activities (`backbone.helping`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backbone.helping import Told

ACTIVITIES: tuple[Told, ...] = (
    (
        ("activity-list", "activity"),
        _(
            "Find what is done for whom and where, as a list, a board or a timeline. Whoever has a part in an activity keeps"
            " its page up to date: what was promised, by whom, by when."
        ),
        ("strategy", "hand-off"),
    ),
    (
        ("activity-new", "activity-edit", "activity-parts", "activity-steps", "activity-money", "activity-remove"),
        _(
            "Tag it with a strategy, with people and places: gaps and overlaps are computed from these. Say how many it can"
            " take, and who promised what; leave blank what nobody knows."
        ),
        ("strategy", "gap"),
    ),
    (
        ("twins",),
        _(
            "Look at both entries together. If they are one, link them so that it counts once; if not, say so and the"
            " question is gone."
        ),
        ("duplication",),
    ),
    (
        ("gaps", "gap-changes", "gap-cell"),
        _(
            "A cell sets what is offered against what is needed. Open one to see both, to say that an overlap is on purpose,"
            " or to ask “what if” about it."
        ),
        ("gap", "duplication", "strategy"),
    ),
    (
        ("needs-import",),
        _(
            "Upload who needs what and where, with the source and the day of each number; without a need no cell is a"
            " gap."
        ),
        ("gap",),
    ),
    (
        ("bring-in", "directory"),
        _(
            "Upload a file of yours, say which column is what, and look at the result before it is written. What is"
            " there already is updated, not doubled."
        ),
        (),
    ),
    (
        ("hand-offs",),
        _(
            "Write down what one activity gives another and within how many days. Note when it was asked for and when"
            " it came; what is late stands first."
        ),
        ("hand-off",),
    ),
    (
        ("network",),
        _(
            "Choose an organization to see its ties alone, or read them as a list. A dot on its own is an invitation"
            " to call."
        ),
        ("partner",),
    ),
    (
        ("money",),
        _("Read across for a strategy and down for a place. Only what somebody wrote into an activity is counted."),
        ("strategy",),
    ),
    (
        ("watch",),
        _(
            "Talk with whoever is named before anything else, and put a card aside with a reason when it is no sign"
            " of anything."
        ),
        ("theory-of-change",),
    ),
    (
        ("word-list", "word"),
        _(
            "Keep the list short: what is too fine finds no partner. A word can stand under another; what is tagged"
            " with it counts there too."
        ),
        ("gap",),
    ),
)  # fmt: skip
