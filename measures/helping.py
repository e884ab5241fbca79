"""Help on the pages of shared measurement (`backbone.helping`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backbone.helping import Told

MEASURES: tuple[Told, ...] = (
    (
        ("filing-current", "filing"),
        _(
            "Type a number, say that there is nothing to report, or that it could not be collected, and why. Everything is"
            " saved as you go; what is red stops you, what is amber asks for a word. Submit once, and the reminders end."
        ),
        ("zero", "coverage", "apples"),
    ),
    (
        ("filing-receipt",),
        _(
            "Keep the page for your records. It says who looks at your report, what share of the whole it is, and"
            " where it was used."
        ),
        ("coverage",),
    ),
    (
        ("our-figures", "figure"),
        _(
            "Open a figure for its history, what was said about it and where it was used. An approved one is changed by a"
            " correction, and keeps counting until the other side agrees."
        ),
        ("coverage", "restated"),
    ),
    (
        ("import-list", "import"),
        _(
            "Download the template, fill it in and upload it. The page says row by row what would change; take the rows that"
            " are wrong as a file, mend them and upload that. A second time changes nothing."
        ),
        ("zero",),
    ),
    (
        ("exchange", "code-list"),
        _(
            "Upload a file of the other system and say which of its codes is which indicator and which partner. Look at what"
            " would be written before you agree to it."
        ),
        ("indicator", "kind"),
    ),
    (
        ("forest",),
        _(
            "Above is the whole: each result with how complete it is. Below is what waits for somebody. Open any number to see"
            " what it is made of, down to the report it comes from."
        ),
        ("forest-trees", "coverage", "so-far", "chase-list"),
    ),
    (
        ("results", "indicator-list", "indicator"),
        _(
            "A figure always comes with its kind and with who is in it. Choose month, quarter or year; what cannot be put"
            " together is said to be so, and not summed all the same."
        ),
        ("kind", "coverage", "so-far", "like-for-like"),
    ),
    (
        ("chase-list", "excuse"),
        _(
            "Start at the top: there a report changes a figure most. Nudge by mail, once a day at the most, or excuse a"
            " partner with a reason; it is then not expected, and coverage says so."
        ),
        ("chase-list", "excused", "coverage"),
    ),
    (
        ("review-list", "filing-review"),
        _(
            "Approve what is right and return the rest, figure by figure, with words that help. Only what you return is open"
            " again. Nobody approves what they submitted themselves."
        ),
        ("coverage",),
    ),
    (
        ("outlier-list", "follow-up-list", "follow-up"),
        _("Ask whoever filed it before you doubt it. Mark a figure to come back to it, and clear the mark when you know."),
        (),
    ),
    (
        ("rule-list", "rule-new", "rule-edit"),
        _(
            "Write a rule with the indicators’ short names in braces. A hard one stops a report, a soft one asks for a reason;"
            " try it on what is filed before you keep it."
        ),
        ("indicator",),
    ),
    (
        ("indicator-new", "indicator-edit", "community", "joint-work"),
        _(
            "Choose first what the numbers do when they are put together, and look at the sample. Then say exactly who or what"
            " is counted: two partners who read it should count the same."
        ),
        ("kind", "apples", "indicator"),
    ),
    (
        ("definition-new", "definition-edit"),
        _(
            "A new definition holds from a month on, and figures before it keep theirs. Say whether both can be compared; if"
            " not, the series breaks there and nothing is computed across it."
        ),
        ("apples", "kind"),
    ),
    (
        ("dimension-list", "dimension-new", "dimension-edit"),
        _(
            "Say whether somebody can be in one category only, or in several: parts add up to the total only in the first"
            " case. What nobody knows is filed as unknown, and never as zero."
        ),
        ("zero", "small-cell"),
    ),
    (
        ("obligation-list", "obligation", "asked"),
        _(
            "Say which partner owes which indicator, from when, until when. Who owes nothing is not missing; ask only for"
            " what somebody uses."
        ),
        ("coverage", "excused"),
    ),
    (
        ("carried-list", "carried"),
        _(
            "A lead agrees once, indicator by indicator, and takes it back the same way. The figure is then reviewed"
            " here like any other."
        ),
        ("indicator",),
    ),
    (
        ("consent-list", "consent"),
        _(
            "Tick row by row, for funders and for the public. It counts from the next publication on; what is out"
            " already stays as it is."
        ),
        ("small-cell",),
    ),
    (
        ("curve-begin", "curve", "curve-print"),
        _(
            "Work down the page together: look at the figure, tell the story behind it, name who has a part, collect what"
            " works, and end with who does what by when and a day to look again."
        ),
        ("turn-the-curve", "coverage"),
    ),
    (
        ("correction-list", "correction", "correction-request", "correction-propose", "correction-answer", "override"),
        _(
            "Say what is wrong and why; the other side agrees or does not. Until then the approved figure keeps counting, and"
            " afterwards the ledger shows both numbers with the reason."
        ),
        ("restated",),
    ),
    (
        ("restatement-list",),
        _("Narrow it by indicator or partner. Open a line for the figure’s whole history."),
        ("restated",),
    ),
    (
        ("lock-calendar", "lock-ask", "lock-request"),
        _(
            "See until when a month is open. A partner asks for more time with a reason; the backbone opens it for that"
            " partner alone, until a day, and it closes again by itself."
        ),
        ("excused",),
    ),
    (
        ("template-list", "template"),
        _(
            "Look at a template from top to bottom before you take it over. It fills an initiative that is still"
            " empty, and every word can be changed."
        ),
        ("result", "strategy", "indicator"),
    ),
)  # fmt: skip
