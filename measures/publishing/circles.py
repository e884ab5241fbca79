"""Whose own figures an audience sees, and which sums would tell one partner's to whom it did not consent.

A sum of one or two partners does, and one that one of them dominates. An extreme is always one partner's number: of the
smallest and the largest value it is all that there is to show, so that it is withheld; of people who are never summed
it is the lower end of a range, which stays true when it is rounded down.

Source: product specification, N15; reliability, B17.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from measures.publishing.frozen import month_from
from measures.publishing.gathering import Picture, Voice
from measures.publishing.places import Place, partner_place, together_name
from measures.rules.combining import Combined
from measures.rules.disclosure import primary
from measures.rules.kinds import MAXIMUM, MEDIAN, MINIMUM, UNDUPLICATED
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain, last_month
from measures.windows import Window

EXTREMES = (MINIMUM, MAXIMUM, MEDIAN)


@dataclass(frozen=True, slots=True)
class Circle:
    """Whose rows one audience sees of an indicator: these partners each, and those together, by id."""

    shown: tuple[int, ...]
    together: tuple[int, ...]


def circles(
    pictures: Iterable[Picture], agreed: Mapping[int, set[int]], within: Mapping[str, Collection[str]] | None
) -> dict[str, Circle]:
    """Whose rows are shown, by indicator: those who agreed, the others together, never fewer than three.

    `within` are the codes, by indicator, that those see who see more: nobody else is shown here.
    """
    found = {}
    for picture in pictures:
        willing = agreed.get(picture.reading.indicator.pk, set())
        if within is not None:
            willing = {pk for pk in willing if picture.codes.get(pk) in within.get(picture.slug, ())}
        filed = [pk for pk, one in picture.parts.items() if one.has_something]
        silent = [pk for pk in picture.parts if pk not in filed]
        shown, together = primary.groups((pk, size(picture.line, picture.parts[pk]), pk in willing) for pk in filed)
        if shown:
            shown = tuple(sorted({*shown, *(pk for pk in silent if pk in willing)}))
        if together:
            together = tuple(sorted({*together, *(pk for pk in silent if pk not in willing)}))
        found[picture.slug] = Circle(shown, together)
    return found


def size(line: Line, one: Combined) -> Decimal:
    """How much of a sum a partner makes up."""
    found = one.denominator if line.rule.divides else one.upper if line.kind == UNDUPLICATED else one.value
    return Decimal(0) if found is None else abs(found)


def is_confidential(voices: Mapping[int, Decimal], consented: Collection[int]) -> bool:
    """Whether a sum would tell a partner's own figure to whom it did not consent: one or two make it, or one most."""
    reluctant = {pk for pk in voices if pk not in consented}
    if not reluctant:
        return False
    largest = max(voices, key=lambda pk: (voices[pk], pk))
    return primary.few_partners(len(voices)) or (largest in reluctant and primary.dominated(voices.values()))


def is_confidential_cell(
    line: Line, one: Combined, voices: Mapping[int, Voice], consented: Collection[int], named: Collection[int]
) -> bool:
    """The same of a figure of any kind: where an extreme is all that there is to show, it is one partner's."""
    if line.kind in EXTREMES:
        return tells_one(line, one, voices, named)
    return is_confidential(volumes(voices), consented)


def is_anybodys(picture: Picture, consented: Collection[int], place: Place) -> bool:
    """Whether a sum over some months, of everybody or of some, would tell a partner's own figure."""
    voices = voices_of(picture, place.category, month_from(place.first), month_from(place.last))
    if place.who:
        voices = {pk: voice for pk, voice in voices.items() if picture.codes.get(pk) in place.codes}
    return is_confidential(volumes(voices), consented)


def tells_one(line: Line, one: Combined, voices: Mapping[int, Voice], named: Collection[int]) -> bool:
    """Whether an end of this figure may be the number of a partner that is not among the `named`."""
    unnamed = [voice for pk, voice in voices.items() if pk not in named]
    least = one.value if line.kind == MINIMUM else one.lower
    most = one.value if line.kind == MAXIMUM else one.upper if line.kind == MEDIAN else None
    if line.kind == UNDUPLICATED:
        return least is not None and any(voice.most >= least for voice in unnamed)
    if line.kind not in EXTREMES:
        return False
    return any(
        (least is not None and voice.least <= least) or (most is not None and voice.most >= most) for voice in unnamed
    )


def from_to(window: Window, period: date) -> tuple[date, date]:
    return period, last_month(period, Grain(window.grain))


def voices_of(picture: Picture, category: str, first: date, last: date) -> Mapping[int, Voice]:
    """Who stands behind a cell; in the window a level that was carried there counts too."""
    if category == TOTAL and (first, last) == from_to(picture.window, picture.window.period):
        return {pk: voice_of(picture.line, one) for pk, one in picture.parts.items() if one.has_something}
    voices = picture.behind(category, first, last)
    if picture.line.kind == UNDUPLICATED:  # at the most: where people new in the year are counted, months add up
        return {pk: replace(voice, most=voice.volume) for pk, voice in voices.items()}
    return voices


def voice_of(line: Line, one: Combined) -> Voice:
    """A partner's own figure as a voice in that of several."""
    if line.kind == UNDUPLICATED:
        least = one.lower or Decimal(0)
        return Voice(least if one.upper is None else one.upper, least, least)
    ends = [number for number in (one.value, one.lower, one.upper) if number is not None] or [Decimal(0)]
    return Voice(size(line, one), min(ends), max(ends))


def volumes(voices: Mapping[int, Voice]) -> dict[int, Decimal]:
    """How much of a cell which partner makes up; nothing is no part of it."""
    return {pk: voice.volume for pk, voice in voices.items() if voice.volume}


def together(picture: Picture, partners: Iterable[int]) -> Combined:
    """What several partners come to together."""
    return picture.reading.whole.of(picture.line, list(partners))


def others_place(picture: Picture, circle: Circle) -> Place:
    who = together_name(picture.codes[pk] for pk in circle.together)
    return partner_place(picture.slug, who, TOTAL, picture.window)
