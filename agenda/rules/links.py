"""What a link of the theory of change may say: two different ends, three lags in order or none, and for how long it holds."""

from __future__ import annotations

from datetime import date

from agenda.rules.arcs import Lag
from backbone.problems import Problem, gettext_noop

LONGEST_LAG = 600  # months: fifty years
LAGS = ("least", "likely", "most")


def check_ends(source: object, target: object) -> list[Problem]:
    """A link leads from one node to another."""
    if source != target:
        return []
    sentence = gettext_noop("A link leads from one node to another, not back to itself.")
    hint = gettext_noop("What comes back to itself goes through something else: name that as a node.")
    return [Problem("link.to_itself", sentence, hint=hint, field="target")]


def check_lag(least: int | None, likely: int | None, most: int | None) -> list[Problem]:
    """All three lags, in order, or none at all."""
    lags = (least, likely, most)
    if lags == (None, None, None):
        return []
    if least is None or likely is None or most is None:
        sentence = gettext_noop("Give all three lags, the least, the likely and the most months; or none of them.")
        return [Problem("lag.incomplete", sentence, field=LAGS[lags.index(None)])]
    for name, months in zip(LAGS, (least, likely, most), strict=True):
        if not 0 <= months <= LONGEST_LAG:
            sentence = gettext_noop("A lag is from 0 to {longest} months, not {months}.")
            return [
                Problem(
                    "lag.range", sentence, {"longest": LONGEST_LAG, "months": months}, field=name, value=str(months)
                )
            ]
    if least <= likely <= most:
        return []
    field, months = ("likely", likely) if likely < least else ("most", most)
    sentence = gettext_noop("The lags stand in order, from the least to the most: {least}, {likely}, {most} do not.")
    params = {"least": least, "likely": likely, "most": most}
    return [Problem("lag.order", sentence, params, field=field, value=str(months))]


def lag_of(least: int | None, likely: int | None, most: int | None) -> Lag | None:
    """The lag that these three checked numbers say."""
    return None if least is None or likely is None or most is None else Lag(least, likely, most)


def to_confirm_from(added_on: date, confirmed_on: date | None) -> date:
    """The day from which somebody should say anew that a link still holds: a year after anybody last did, or after it
    was added."""
    since = confirmed_on or added_on
    day = 28 if (since.month, since.day) == (2, 29) else since.day
    return since.replace(year=since.year + 1, day=day)


def is_confirmed(confirmed_on: date | None, today: date) -> bool:
    """Whether somebody said within a year that a link still holds."""
    return confirmed_on is not None and today < to_confirm_from(confirmed_on, confirmed_on)
