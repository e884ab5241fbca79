"""What partners say of how they count, and how much of a figure is counted as defined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from django.db.models import OuterRef, Subquery

from backbone.models import Partner
from measures.lines import dimensions_of, line_of
from measures.models import Attestation, DefinitionVersion, Indicator
from measures.rules.attested import Word, same_definition
from measures.rules.combining import Combined
from measures.rules.periods import Grain, last_month
from measures.selectors.opening import Codes
from measures.selectors.parts import wholes
from measures.selectors.reading import Reading
from measures.selectors.spans import Span, countings, span_of
from measures.selectors.versions import History, histories

Said = Mapping[int, Word]  # by partner id


@dataclass(frozen=True, slots=True)
class SameDefinition:
    """`share` of a figure is counted as defined; `said` of its `partners` have said how they count, `count` otherwise.

    `words` are what they said, by code. Who may not know them is told no more than their `count`: the share of a single
    one would be its figure.
    """

    share: Decimal
    limit: int
    said: int
    partners: int
    count: int
    is_named: bool
    words: Mapping[str, Word] = field(default_factory=dict)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Who counts otherwise, by code and with their note."""
        return sorted((code, word.note) for code, word in self.words.items() if not word.as_defined)

    @property
    def is_below(self) -> bool:
        return self.share * 100 < self.limit

    @property
    def floored(self) -> Decimal:
        """The share in whole percent, rounded down: what is below the limit never looks as if it were not."""
        return self.share.quantize(Decimal("0.01"), ROUND_FLOOR)


def same_definition_of(reading: Reading, codes: Codes | None) -> SameDefinition | None:
    """How much of this figure is counted as its definition says; one statement.

    None while nobody has said how it counts, where there is no volume to share, and as of an earlier day, of which
    nobody knows any more what was said then. `codes` None is a reader who may not know who they are.
    """
    window, indicator = reading.window, reading.indicator
    if window.as_of is not None:
        return None
    said = _words_said([indicator.pk])
    return _share(reading.now, _on(said, reading.history, last_month(window.period, window.grain)), indicator, codes)


def same_definitions(
    indicators: Iterable[Indicator],
    grain: Grain,
    months: Collection[date],
    codes: Codes | None,
    *,
    year_starts: int | None = None,
) -> dict[tuple[int, date], SameDefinition]:
    """The same of many figures of the whole, by indicator id and the first month of the span. Eight statements, and two
    for each further stretch between breaks of a definition; one while nobody has said anything. `indicators` have their
    tenant loaded and are of one initiative.
    """
    said = _words_said([one.pk for one in indicators])
    asked = {one.pk: one for one in indicators if any(pk == one.pk for pk, _version in said)}
    if not asked:
        return {}
    past, known = histories(asked.values()), countings(asked)
    eras: dict[date, list[Span]] = {}
    for counting in known.values():
        for month in months:
            span = span_of(counting, grain, month, year_starts=year_starts)
            if span is not None and span.period == month and span.counting.way:
                eras.setdefault(span.counting.since, []).append(span)
    dimensions = dimensions_of(next(iter(asked.values())).initiative)
    found = {}
    for spans in eras.values():
        ends = {span.counting.indicator_id: span.ends_on for span in spans}
        lines = {pk: line_of(past[pk].as_at(end), dimensions) for pk, end in ends.items()}
        for span, whole in wholes({span: lines[span.counting.indicator_id] for span in spans}).items():
            pk = span.counting.indicator_id
            there = _on(said, past[pk], last_month(span.period, grain))
            one = _share(whole.combined, there, asked[pk], codes)
            if one is not None:
                found[pk, span.period] = one
    return found


def _words_said(indicator_ids: Sequence[int]) -> dict[tuple[int, date | None], dict[int, Word]]:
    """What was said of each version of these indicators, by its first month; None is the first version."""
    found: dict[tuple[int, date | None], dict[int, Word]] = {}
    for row in Attestation.objects.filter(indicator__in=indicator_ids, as_defined__isnull=False):
        word = Word(bool(row.as_defined), row.note)
        found.setdefault((row.indicator_id, row.version_on), {})[row.partner_id] = word
    return found


def _on(said: Mapping[tuple[int, date | None], Said], history: History, month: date) -> Said:
    """What was said of the version that holds in this month."""
    version = history.at(month)
    return said.get((history.indicator.pk, None if version is None else version.starts_on), {})


def _share(whole: Combined, said: Said, indicator: Indicator, codes: Codes | None) -> SameDefinition | None:
    filed = {key for key, part in whole.parts if part.has_something}
    words = {int(key): said[int(key)] for key in filed if key in said}
    deviating = {key for key, word in words.items() if not word.as_defined}
    share = same_definition(whole, deviating)
    if share is None or not words:
        return None
    named = {} if codes is None else {codes.get(key, ""): word for key, word in words.items()}
    limit = indicator.tenant.same_definition
    return SameDefinition(share, limit, len(words), len(filed), len(deviating), codes is not None, named)


def words_of(partner: Partner, indicator_ids: Collection[int], period: date) -> dict[int, Attestation]:
    """A partner's word on the version that holds in this period, by indicator id; one statement."""
    versions = DefinitionVersion.objects.filter(indicator=OuterRef("indicator"), starts_on__lte=period)
    in_force = Subquery(versions.order_by("-starts_on").values("starts_on")[:1])
    rows = Attestation.objects.filter(partner=partner, indicator__in=list(indicator_ids)).annotate(in_force=in_force)
    return {row.indicator_id: row for row in rows if row.version_on == row.in_force}
