"""What the figures came to, read once for a batch of digests and put into words once for each language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backbone.look.coverage import coverage_text
from backbone.models import Initiative, Tenant
from comms.selectors.happened import Happened
from comms.selectors.readers import Reader
from measures import wording
from measures.rules.periods import Grain
from measures.selectors.forest import indicators_in_use
from measures.selectors.opening import window_for
from measures.selectors.reading import Reading, read

FIGURES = 3
READ_AT_MOST = 12  # indicators of an initiative that are looked at for the three


@dataclass(frozen=True, slots=True)
class FigureLine:
    """What one indicator came to, with its coverage and the reader's own part of it."""

    value: str
    name: str
    words: str
    own: str
    is_phrase: bool


@dataclass(frozen=True, slots=True)
class Figures:
    initiative: Initiative
    month: str
    lines: tuple[FigureLine, ...]


@dataclass(slots=True)
class CameTo:
    """The readings of every initiative, of its last month."""

    readings: Sequence[tuple[Initiative, Sequence[Reading]]]
    _worded: dict[tuple, FigureLine] = field(default_factory=dict)

    def for_reader(self, reader: Reader, happened: Happened) -> list[Figures]:
        """Up to three figures of each initiative that the person is part of, its own first; in the open voice."""
        found = []
        for initiative, readings in self.readings:
            if not reader.is_staff and not happened.is_part_of(reader, initiative.pk):
                continue
            filed = [one for one in readings if one.now.coverage.filed]
            filed.sort(key=lambda one: not any(part.partner_id in reader.partners for part in _parts(one)))
            if filed:
                lines = tuple(self._line(one, reader) for one in filed[:FIGURES])
                found.append(Figures(initiative, filed[0].window.name, lines))
        return found

    def _line(self, reading: Reading, reader: Reader) -> FigureLine:
        theirs = tuple(part.partner_id for part in _parts(reading) if part.partner_id in reader.partners)
        key = (get_language(), id(reading), theirs)
        if key not in self._worded:
            self._worded[key] = _figure(reading, reader)
        return self._worded[key]


def came_to(tenant: Tenant) -> CameTo:
    """One statement, and eleven for each initiative."""
    readings = []
    for initiative in Initiative.objects.order_by("name"):
        window = window_for(initiative, {}, tenant).at(Grain.MONTH)
        indicators = indicators_in_use(initiative, window.period)[:READ_AT_MOST]
        if indicators:
            readings.append((initiative, read(initiative, indicators, window, trend=0)))
    return CameTo(readings)


def _parts(reading: Reading) -> Collection:
    return [part for part in reading.whole.parts if part.combined.coverage.filed]


def _figure(reading: Reading, reader: Reader) -> FigureLine:
    own = [
        f"{reader.partners[part.partner_id].code}: {wording.shown(reading.line, part.combined)}"
        for part in _parts(reading)
        if part.partner_id in reader.partners
    ]
    return figure_line(reading, ", ".join(own))


def figure_line(reading: Reading, own: str = "") -> FigureLine:
    """A figure in words with its coverage, as mails say it; `own` is what of it is the reader's own part."""
    shown = reading.shown
    name = f"{reading.indicator.code} {reading.line.name}".strip()
    said = reading.source_words or coverage_text(reading.chip)
    beside = " ".join(part for part in ((_("so far") if shown.so_far else ""), shown.small) if part)
    words = " · ".join(part for part in (beside, said) if part)
    return FigureLine(shown.text, name, words, own, shown.words)
