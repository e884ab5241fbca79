"""Help on the pages of the common agenda (`backbone.helping`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backbone.helping import Told

AGENDA: tuple[Told, ...] = (
    (
        ("agenda", "tree"),
        _(
            "Read the agenda from the vision down: results, the strategies towards each, and what is measured and done for"
            " them. Each line opens; a measure without a strategy is marked."
        ),
        ("result", "strategy", "indicator"),
    ),
    (
        ("document", "section"),
        _(
            "Anybody may suggest other words for a section, with a reason; whoever looks after it takes them or says why not."
            " Nobody’s words are lost: earlier texts stay readable."
        ),
        ("steward", "dissent"),
    ),
    (
        ("versions", "version", "sign"),
        _(
            "A version is published for partners to answer: a lead signs it, signs with a reservation, or does not, with a"
            " reason. Who has not answered is named."
        ),
        ("ratify", "partner"),
    ),
    (
        ("vision", "outcome-new", "outcome", "outcome-move"),
        _(
            "Say what is to be true for people, and by which ways it is to come about. What you change shows at once in the"
            " agenda that is being written; partners sign the next version of it."
        ),
        ("result", "strategy"),
    ),
    (
        ("learning", "learning-entry"),
        _(
            "Write one thing in a sentence. What nobody knows gets somebody who finds out by a day; an answer, an action or a"
            " decision can come of any of them."
        ),
        (),
    ),
    (
        ("voices",),
        _(
            "Name who leads in each condition, who is expected where a strategy is decided on, and which seat is"
            " empty still."
        ),
        ("steward", "dissent"),
    ),
    (
        ("phases",),
        _(
            "Say what shows that something is done, item by item, and move the phase when you agree that it fits"
            " better."
        ),
        ("phase",),
    ),
    (
        (
            "map", "map-node-new", "map-node", "map-link-new", "map-link", "map-loop", "map-confirm", "map-version-list",
            "map-version", "map-import",
        ),
        _(
            "Follow an arrow from what is done to what should come of it: its sign, how many months it takes, and how sure we"
            " are. Say once a year that a link still holds; keep a version before you change much."
        ),
        ("theory-of-change", "loop"),
    ),
)  # fmt: skip
