"""Versions of a definition: from which period on something is counted otherwise, and what that forbids. Pure.

A version takes effect at the first month of a period, and a figure binds to the version of its own period, by the
period's first month. A version that is not comparable with the one before is a break: nothing is added up or compared
across it. A comparable one goes on with the same series. Source: product specification, 3.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backbone.problems import Month, Problem, gettext_noop
from measures.rules.combining import Combined
from measures.rules.coverage import State
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, check_period, text_of


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a definition. The first of an indicator begins at `date.min`.

    `bridge` is what a figure from before a break is multiplied with to be held against one from after it.
    """

    starts_on: date
    kind: str
    is_comparable: bool = False
    bridge: Decimal | None = None
    bridge_source: str = ""


def version_at(versions: Sequence[Version], period: date) -> Version:
    """The version that a figure of this period binds to. `versions` are in order, the first from the beginning."""
    return next(one for one in reversed(versions) if one.starts_on <= period)


def breaks(versions: Sequence[Version]) -> list[Version]:
    """The versions with which a new series begins."""
    return [one for one in versions[1:] if not one.is_comparable]


def break_between(versions: Sequence[Version], first: date, last: date) -> Version | None:
    """The last break after the period that begins with `first`, up to `last`: what forbids to put the two together."""
    return next((one for one in reversed(breaks(versions)) if first < one.starts_on <= last), None)


def since(versions: Sequence[Version], period: date) -> date:
    """From when on figures are counted as in this period: the last break before it. No level is carried over it."""
    return max((one.starts_on for one in breaks(versions) if one.starts_on <= period), default=date.min)


def broken(found: Combined) -> Combined:
    """What is left of a value that was put together across a break: its coverage and its parts, and no number. Where
    there is nothing to put together, that is what is said.
    """
    state = State.NOT_COMBINABLE if found.has_something else found.state
    return Combined(found.kind, state, found.coverage, parts=tuple((key, broken(part)) for key, part in found.parts))


def check_version(name: str, version: Version, before: Version, frequency: Grain, year_starts: int) -> list[Problem]:
    """What is wrong with a new version after `before`. `Problem.field` names the setting."""
    found = []
    params = {"name": name, "month": Month(version.starts_on)}
    problem = check_period(version.starts_on, frequency, year_starts)
    if problem is not None:
        text = gettext_noop("A definition of {name} begins with a {frequency}: choose {start}, not {period}.")
        found.append(Problem("version.not_a_start", text, dict(problem.params) | params, field="starts_on",
                             value=text_of(version.starts_on)))  # fmt: skip
    if version.kind != before.kind:
        if KINDS[version.kind].asks != KINDS[before.kind].asks:
            text = gettext_noop(
                "{name} is filed as {before}, so it cannot become {after}: partners would fill in something else. Define a "
                "new indicator of the kind {after}, and let this one end."
            )
            words = {"before": before.kind, "after": version.kind}
            found.append(Problem("version.kind", text, params | words, field="kind", value=version.kind))
        elif version.is_comparable:
            text = gettext_noop(
                "A change of kind is never comparable: {name} adds up to something else from {month} on. Say that it is not."
            )
            found.append(Problem("version.kind_is_a_break", text, params, field="comparable"))
    if version.bridge is not None and version.is_comparable:
        text = gettext_noop("{name} stays comparable in {month}, so there is nothing to bridge. Leave the factor out.")
        found.append(Problem("version.nothing_to_bridge", text, params, field="bridge", value=str(version.bridge)))
    elif version.bridge is not None and version.bridge <= 0:
        text = gettext_noop("A bridge factor is above zero, as in 0.95, and {bridge} is not.")
        found.append(Problem("version.bridge", text, params | {"bridge": version.bridge}, field="bridge",
                             value=str(version.bridge)))  # fmt: skip
    elif version.bridge is not None and not version.bridge_source.strip():
        text = gettext_noop("Say where the bridge factor {bridge} is from: whoever reads a bridged change is told.")
        found.append(Problem("version.no_source", text, params | {"bridge": version.bridge}, field="bridge_source"))
    return found
