"""What a page reads beside what partners file: what is computed from it, and what sources published. See `reading`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backbone.models import Initiative
from measures.models import Indicator
from measures.rules.coverage import PartnerKey
from measures.rules.lines import Line
from measures.selectors.community import Vintage, current
from measures.selectors.computed import computed_whole, input_spans, published_exactly, published_in
from measures.selectors.graph import NOTHING, Graph, graph
from measures.selectors.parts import Whole
from measures.selectors.spans import Counting, Span
from measures.windows import Window


@dataclass(frozen=True, slots=True)
class Outside:
    """The computed and published ones among some indicators. Nothing is asked where there are none."""

    known: Mapping[int, Counting]
    related: Graph
    published: list[Vintage]

    @classmethod
    def of(cls, initiative: Initiative, known: Mapping[int, Counting], as_of: datetime | None = None) -> Outside:
        is_computed = any(counting.is_computed for counting in known.values())
        related = graph([initiative.pk]) if is_computed else NOTHING
        ids = {pk for pk, counting in {**known, **related.countings}.items() if counting.is_published}
        return cls(known, related, current(ids, as_of=as_of) if ids else [])

    def has(self, pk: int) -> bool:
        return pk in self.related.definitions or self.known[pk].is_published

    def inputs(self, indicators: Iterable[Indicator]) -> list[Indicator]:
        """The indicators that these are computed from, as far as they are not among them; one statement."""
        there = {indicator.pk for indicator in indicators}
        needed = {leaf for pk in there for leaf in self.related.leaves.get(pk, ())} - there
        return list(Indicator.objects.filter(pk__in=needed)) if needed else []

    def spans(self, windows: Mapping[int, Window], states: tuple[str, ...] | None) -> list[Span]:
        """The spans of inputs that these windows and those before them need."""
        return [
            span
            for pk, own in windows.items()
            if pk in self.related.definitions
            for window in (own, own.previous)
            for span in input_spans(self.related, pk, window, states=states).values()
        ]

    def whole(
        self,
        pk: int,
        window: Window,
        combined: Mapping[Span, Whole],
        lines: Mapping[int, Line],
        states: tuple[str, ...] | None,
    ) -> Whole:
        """One of them in one window, from what its inputs come to."""
        if self.known[pk].is_published:
            return Whole(published_in(self.known[pk], self.published, window)[0], ())
        spans = input_spans(self.related, pk, window, states=states)
        inputs = {leaf: combined[span] for leaf, span in spans.items()}
        for leaf in self.related.leaves[pk]:
            counting = self.related.countings[leaf]
            if counting.is_published:
                inputs[leaf] = Whole(published_exactly(counting, self.published, window), ())
        return computed_whole(self.related, pk, inputs, lines)

    def vintage(self, pk: int, window: Window) -> Vintage | None:
        return published_in(self.known[pk], self.published, window)[1] if self.known[pk].is_published else None

    def together(
        self, pk: int, line: Line, before: Whole, now: Whole
    ) -> tuple[Callable[[tuple[PartnerKey, ...]], Decimal | None], ...] | None:
        """How a panel's values are found before and now, where they are computed; see `rules.change`."""
        if pk not in self.related.definitions:
            return None
        return tuple(lambda panel, whole=whole: whole.of(line, panel).value for whole in (before, now))
