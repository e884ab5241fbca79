"""The words of a theory of change: which way a link moves, how late, how sure that is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.rules.arcs import Chain, Lag
from agenda.rules.loops import LONGEST, MOST
from agenda.rules.paths import Ways
from backbone.look.numbers import number


def sign_words(sign: int) -> str:
    """What more of one node does to the other."""
    return _("more makes more") if sign > 0 else _("more makes less")


def lag_words(lag: Lag | None) -> str:
    """“3 to 9 months, likely 6”; where nobody said, that."""
    if lag is None:
        return _("nobody said")
    if lag.least == lag.most:
        return _months(lag.most)
    words = {"least": number(lag.least), "likely": number(lag.likely), "most": _months(lag.most)}
    return _("%(least)s to %(most)s, likely %(likely)s") % words


def short_lag(lag: Lag | None) -> str:
    """“3–6–9 mo”: soonest, likely, latest."""
    if lag is None:
        return ""
    months = str(lag.most) if lag.least == lag.most else "–".join(map(str, lag))
    return _("%(months)s mo") % {"months": months}


def delay_words(chain: Chain, links: int) -> str:
    """How long a chain of so many links takes, and for how many of them nobody said."""
    if chain.unknown == links:
        return _("nobody said how long it takes")
    if not chain.unknown:
        return lag_words(chain.lag)
    open_ended = ngettext(
        "%(least)s at least: for %(count)s link nobody said",
        "%(least)s at least: for %(count)s links nobody said",
        chain.unknown,
    )
    return open_ended % {"least": _months(chain.lag.least), "count": chain.unknown}


def ways_words(ways: Ways) -> str:
    """What all ways between two nodes come to: which way they push, and how late."""
    if not ways.chains:
        return _("No way leads from the one to the other.")
    pushes = {
        1: _("More of the one makes more of the other, on every way."),
        -1: _("More of the one makes less of the other, on every way."),
        0: _("Some ways push one way and some the other: which is stronger, the map does not say."),
    }[ways.sign]
    span = ways.span
    if span is None:
        return pushes
    words = {"least": _months(span.least), "likely": _months(span.likely), "most": _months(span.most)}
    if span.least == span.most:
        takes = _("It takes %(most)s.") % words
        return f"{pushes} {takes}"
    late = _("The first of it is to be seen after %(least)s, most likely after %(likely)s, the last after %(most)s.")
    return f"{pushes} {late % words}"


def loops_words(because: str) -> str:
    """Why there may be more loops than are shown; empty when these are all."""
    found = {
        "number": _("There are more loops than anybody could read: these are the %(most)s shortest."),
        "length": _("Loops of more than %(longest)s links are not looked for."),
        "time": _("The map holds so many loops that the search was ended: these are the shortest."),
    }
    return found[because] % {"most": MOST, "longest": LONGEST} if because else ""


def _months(count: int) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": number(count)}
