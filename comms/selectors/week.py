"""What happened and what the figures came to, gathered once for everybody whose digest is due."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from backbone import changes
from backbone.look.coverage import coverage_text
from backbone.look.numbers import period_name, short_date
from backbone.models import Change, Initiative, Participation, Tenant
from comms import news
from comms.selectors.readers import Reader
from measures import wording
from measures.rules.periods import Grain, parse_month
from measures.selectors.forest import indicators_in_use
from measures.selectors.opening import window_for
from measures.selectors.reading import Reading, read

LINES = 5  # sentences under one heading; the rest is counted
FIGURES = 3
READ_AT_MOST = 12  # indicators of an initiative that are looked at for the three


@dataclass(frozen=True, slots=True)
class Section:
    """News under one heading, newest first; `more` further ones are not spelled out."""

    heading: str
    lines: tuple[str, ...]
    more: int = 0


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
class Week:
    """The changes since the earliest digest, which initiatives each partner is part of, and what was read."""

    tenant: Tenant
    changes: Sequence[Change]
    initiatives_of: dict[int, set[int]]
    readings: list[tuple[Initiative, list[Reading]]]

    def told_to(self, reader: Reader, since: datetime) -> list[Change]:
        """The news since then that this person may see and did not make: staff all, partners theirs and common ones."""
        kinds = news.kinds()
        return [
            change
            for change in self.changes
            if change.at > since and change.by_id != reader.pk and self._may_see(reader, change, kinds[change.verb])
        ]

    def _may_see(self, reader: Reader, change: Change, kind: news.Kind) -> bool:
        if reader.is_staff:
            return True
        if change.partner_id is not None:
            return change.partner_id in reader.partners
        return kind.is_for_everybody and self._is_part_of(reader, change.initiative_id)

    def _is_part_of(self, reader: Reader, initiative_id: int | None) -> bool:
        return any(initiative_id in self.initiatives_of.get(pk, ()) for pk in reader.partners)

    def figures_for(self, reader: Reader) -> list[Figures]:
        """Up to three figures of each initiative that the person is part of, its own first; in the open voice."""
        found = []
        for initiative, readings in self.readings:
            if not reader.is_staff and not self._is_part_of(reader, initiative.pk):
                continue
            filed = [one for one in readings if one.now.coverage.filed]
            filed.sort(key=lambda one: not any(part.partner_id in reader.partners for part in _parts(one)))
            if filed:
                lines = tuple(_figure(one, reader) for one in filed[:FIGURES])
                found.append(Figures(initiative, filed[0].window.name, lines))
        return found


def week(tenant: Tenant, since: datetime, until: datetime) -> Week:
    """Everything that any digest of this batch may need: four statements, and eleven for each initiative."""
    told = (
        Change.objects.filter(verb__in=list(news.kinds()), at__gt=since, at__lte=until)
        .select_related("by", "partner", "initiative")
        .order_by("-at", "-pk")
    )
    initiatives_of: dict[int, set[int]] = {}
    for initiative_id, partner_id in Participation.objects.values_list("initiative_id", "partner_id"):
        initiatives_of.setdefault(partner_id, set()).add(initiative_id)
    readings = []
    for initiative in Initiative.objects.order_by("name"):
        window = window_for(initiative, {}, tenant).at(Grain.MONTH)
        indicators = indicators_in_use(initiative, window.period)[:READ_AT_MOST]
        if indicators:
            readings.append((initiative, read(initiative, indicators, window, trend=0)))
    return Week(tenant, list(told), initiatives_of, readings)


def sections(told: Iterable[Change]) -> list[Section]:
    """News as sentences under their headings, in the open voice; the same sentence once."""
    kinds = news.kinds()
    by_heading: dict[str, dict[str, None]] = {}
    for change in told:
        by_heading.setdefault(kinds[change.verb].heading, {})[_sentence(change)] = None
    order = list(dict.fromkeys(kind.heading for kind in kinds.values()))
    found = []
    for heading in sorted(by_heading, key=order.index):
        lines = list(by_heading[heading])
        more = len(lines) - LINES if len(lines) > LINES + 1 else 0
        found.append(Section(_(heading), tuple(lines[: len(lines) - more]), more))
    return found


def _sentence(change: Change) -> str:
    """The change in words, its months and days as one reads them."""
    readable = copy.copy(change)
    readable.facts = {name: _readable(value) for name, value in change.facts.items()}
    return changes.sentence(readable)


def _readable(value):
    if not isinstance(value, str):
        return value
    if len(value) == 7 and isinstance(month := parse_month(value), date):
        return period_name(month)
    if len(value) == 10:
        try:
            return short_date(date.fromisoformat(value))
        except ValueError:
            return value
    return value


def _parts(reading: Reading) -> Collection:
    return [part for part in reading.whole.parts if part.combined.coverage.filed]


def _figure(reading: Reading, reader: Reader) -> FigureLine:
    shown = reading.shown
    own = [
        f"{reader.partners[part.partner_id].code}: {wording.shown(reading.line, part.combined)}"
        for part in _parts(reading)
        if part.partner_id in reader.partners
    ]
    name = f"{reading.indicator.code} {reading.line.name}".strip()
    said = reading.source_words or coverage_text(reading.chip)
    beside = " ".join(part for part in ((_("so far") if shown.so_far else ""), shown.small) if part)
    words = " · ".join(part for part in (beside, said) if part)
    return FigureLine(shown.text, name, words, ", ".join(own), shown.words)
