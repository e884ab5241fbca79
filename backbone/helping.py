"""Help where one is: for each page what one does on it and what comes of it, and the words of the glossary it is about.

Each app tells its own pages once, from `AppConfig.ready()`; the frame shows what is told of the page that is open, one
click away. What a page is stands in its own head already.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backbone.glossary import TERMS, Term


class Help(NamedTuple):
    """What to do on a page and what comes of it; `terms` are the words of the glossary that one meets there."""

    words: str | Promise
    terms: tuple[Term, ...]


Told = tuple[tuple[str, ...], str | Promise, tuple[str, ...]]  # names of addresses, the words, slugs of terms

_pages: dict[str, Help] = {}


def tell(app: str, told: Iterable[Told]) -> None:
    """Teach the help of an app's pages, by the names of their addresses. Raises KeyError for a word nobody explains."""
    for names, words, slugs in told:
        found = Help(words, tuple(TERMS[slug] for slug in slugs))
        _pages.update({f"{app}:{name}": found for name in names})


def help_of(view_name: str) -> Help | None:
    """What is told of the page of that address; None for what is no page of members."""
    return _pages.get(view_name)


def told_pages() -> frozenset[str]:
    """The names of all addresses that have help."""
    return frozenset(_pages)


BACKBONE: tuple[Told, ...] = (
    (
        ("tenant", "initiative-new", "initiative-edit"),
        _(
            "An organization may run several initiatives side by side; partners and people are the same for all, and each"
            " partner takes part in those it has joined. One that is over gets its last day: it cannot be taken away alone,"
            " since the audit log and what is published refer to it."
        ),
        ("initiative", "partner", "collective-impact"),
    ),
    (
        ("member-list", "member-invite", "member", "member-deactivate", "member-forget"),
        _(
            "Invite a person by e-mail with one role or more; a role for a partner counts for that partner alone. Who leaves"
            " is deactivated: their links and keys end at once, and what they did stays in the history."
        ),
        ("partner", "backbone"),
    ),
    (
        ("partner-list", "partner-new", "partner", "agreement-list"),
        _(
            "A partner owes figures from the day it joins to the day it leaves, and what it filed before stays. Where two"
            " become one, name the successor instead of removing anybody."
        ),
        ("partner", "coverage", "like-for-like"),
    ),
    (
        ("settings", "logo-settings", "retention"),
        _(
            "What stands here holds for all initiatives. Thresholds decide when something is hidden or called missing; a"
            " change counts from now on and alters nothing that is published."
        ),
        ("small-cell", "condition-health"),
    ),
    (
        ("account",),
        _(
            "Choose the language and the time zone in which pages and mails come to you. It changes nothing for anybody else."
        ),
        (),
    ),
    (
        ("key-list", "key-new"),
        _(
            "A key lets a program do what one of your roles may do. Make one for each program, so that you can revoke it"
            " alone; a figure that comes in by a key is checked like one that is typed."
        ),
        (),
    ),
    (
        ("webhook-list", "webhook-new", "webhook"),
        _(
            "Name an address of the other system and what it wants to hear of. What could not be delivered is tried again"
            " for a while and stands on the webhook’s page; each message is signed with the secret."
        ),
        (),
    ),
    (
        ("audit-log", "visit-list"),
        _(
            "Narrow it by person, by what happened or by day. It is only ever added to: whoever wants to be sure has the"
            " seals checked on the page."
        ),
        (),
    ),
    (
        ("operator-access",),
        _(
            "Let the people who run the platform look in when you need help; it ends by itself, and what they open is"
            " logged."
        ),
        (),
    ),
    (
        ("export", "erase"),
        _(
            "Take the archive: it is written while it comes down, and holds everything there is. To remove the"
            " organization is another step, with its short name typed and a week to think again."
        ),
        (),
    ),
    (
        ("glossary",),
        _("Look up a word; every page’s help leads to the ones that it uses."),
        (),
    ),
    (
        ("begin",),
        _("Follow the steps in their order, or come back to one later. Nothing has to be ticked by hand."),
        ("collective-impact", "initiative", "backbone"),
    ),
    (
        ("health",),
        _(
            "Open a condition to see its checks, each with the records it rests on and a way there. A check that is not known"
            " is no bad mark: it says what would have to be recorded."
        ),
        ("condition-health", "backbone"),
    ),
    (
        ("stuck",),
        _(
            "Go down the list and open what you can move: an action, a hand-off, a milestone, a decision that is due to be"
            " looked at again. The same things are offered as topics when you plan a meeting."
        ),
        ("chase-list",),
    ),
    (
        ("leadership",),
        _(
            "See whether leading lies with many organizations or with one. Counts are of organizations and roles, never of"
            " single people; ask somebody else to convene next time."
        ),
        ("leadership-spread", "steward"),
    ),
    (
        ("work",),
        _("Write down what no record shows, under its function. What is counted by itself cannot be changed here."),
        ("six-functions", "backbone"),
    ),
    (
        ("signal-list", "signal"),
        _(
            "A signal gives its reasons: what was on time before and is not now. Call the partner, write down what was said,"
            " and snooze the signal with a reason; nobody outside the backbone sees any of it."
        ),
        ("chase-list", "partner"),
    ),
    (
        ("group-list", "group"),
        _(
            "Put people into a group with the organization they speak for. Whoever is in it is invited to its meetings, and"
            " decisions are counted by organization."
        ),
        ("dissent", "steward"),
    ),
    (
        ("published-latest", "published-list", "published", "published-ledger", "published-files", "published-file"),
        _(
            "Read it like a report: each figure with how complete it is, and the numbers behind each chart. Figures that were"
            " corrected later are named above it with the reason; the page itself stays as it was."
        ),
        ("coverage", "restated", "small-cell", "so-far"),
    ),
    (
        ("publication-list", "publication-new", "publication", "publication-proof"),
        _(
            "Choose what goes in, have it checked for what could give people away, look at the proof for each audience, and"
            " publish. A draft can be dropped; what is published cannot be changed, only followed by a newer version."
        ),
        ("small-cell", "restated"),
    ),
    (
        ("link-list", "link-new", "link-passphrase"),
        _(
            "Make a link for somebody without a login: to one version, or always to the latest. Give it an end, and a"
            " passphrase where it must not travel; revoked, it opens nothing from that moment on."
        ),
        (),
    ),
)  # fmt: skip
