"""Help on the pages of continuous communication (`backbone.helping`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backbone.helping import Told

COMMS: tuple[Told, ...] = (
    (
        ("meeting-list", "meeting-new", "meeting", "meeting-edit", "feed"),
        _(
            "Plan a meeting from its pattern, take over what is proposed, and send the pre-read: its figures stand still from"
            " then on. Invitations go to everybody’s calendar."
        ),
        ("coverage",),
    ),
    (
        ("meeting-bring-in",),
        _(
            "Export the calendar that the meetings are in as an .ics file, choose it here, and see what would be planned."
            " What is over, lasts whole days or is cancelled stays out. The same file again adds only what is new in it."
        ),
        (),
    ),
    (
        ("session", "session-close", "pre-read"),
        _(
            "Note who is here, go from topic to topic, and write down decisions and actions where they are made. Closing it"
            " sends one record to everybody, also to those who were away; what was not discussed is put off, once you have seen"
            " what it is."
        ),
        ("dissent",),
    ),
    (
        ("decision-list", "decision-new", "decision"),
        _(
            "A decision says on which figures it rests, who did not agree, who was not there, and when it is looked at again."
            " When one of its figures becomes another, it is marked."
        ),
        ("dissent", "restated"),
    ),
    (
        ("action-list", "action-new", "action"),
        _(
            "One person and one organization own an action, with a day. Move it yourself when it goes on; whoever"
            " proposed it is told."
        ),
        (),
    ),
    (
        ("announcement-list", "announcement"),
        _(
            "Write to some groups or to everybody, and ask for an answer where you need to know that it was read. Who"
            " has not answered is listed."
        ),
        (),
    ),
    (
        ("pulse-list", "pulse"),
        _(
            "Ask little, and say afterwards what came of it. Fewer than five answers are not shown, so that nobody"
            " can be recognized."
        ),
        ("pulse", "small-cell"),
    ),
    (
        ("find",),
        _(
            "Type a word or two. You find what you may read: partners, indicators, activities, meetings, decisions"
            " and actions."
        ),
        (),
    ),
    (
        ("comes-back",),
        _(
            "See how long it takes from a report to a decision and which step is the slowest; and whose figures were"
            " not used at all."
        ),
        ("coverage",),
    ),
    (
        ("talk-list",),
        _(
            "See what is not settled yet about anything that you may see, the newest word first; choose to see only where"
            " you spoke, or where somebody named you. Open it to answer, or to say that it is settled."
        ),
        (),
    ),
    (
        ("talk", "talk-partner"),
        _(
            "Ask or answer where the thing itself is. Only those who may see it see what is said about it; close the"
            " talk when it is settled."
        ),
        (),
    ),
    (
        ("mail-list", "mail"),
        _(
            "Look up whether a mail went out and what it said. One whose fate is not known is never sent again by"
            " itself: you decide."
        ),
        (),
    ),
    (
        ("nudge",),
        _("Write as you would to somebody you know. A partner gets one reminder a day at the most."),
        ("chase-list",),
    ),
)  # fmt: skip

INBOX: tuple[Told, ...] = (
    (
        ("inbox",),
        _(
            "First what you owe, in all initiatives, soonest first: open it and do it, and it is gone. Below it what you"
            " were told: open a line, or tick it off. What you read here does not come again by mail."
        ),
        (),
    ),
    (
        ("wishes", "away-new"),
        _(
            "Choose for each kind of news whether it comes at once, in a digest or not at all; say when you are away,"
            " and no routine mail comes on those days."
        ),
        (),
    ),
)  # fmt: skip
