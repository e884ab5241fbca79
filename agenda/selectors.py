"""The agenda as its page reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agenda.models import Agenda, Outcome, Strategy
from backbone import conditions
from backbone.conditions import Attachment
from backbone.models import Initiative


@dataclass(slots=True)
class StrategyView:
    strategy: Strategy
    attached: list[Attachment] = field(default_factory=list)


@dataclass(slots=True)
class OutcomeView:
    """One result with its strategies; `attached` is what hangs on the result itself, such as indicators."""

    outcome: Outcome
    strategies: list[StrategyView]
    attached: list[Attachment]

    @property
    def is_measured(self) -> bool:
        return bool(self.attached) or any(strategy.attached for strategy in self.strategies)


@dataclass(frozen=True, slots=True)
class AgendaView:
    vision: str
    outcomes: list[OutcomeView]

    @property
    def is_empty(self) -> bool:
        return not self.vision and not self.outcomes


def agenda_of(initiative: Initiative) -> AgendaView:
    """The vision, and each result with its strategies and what hangs on them; three queries and the conditions' own."""
    agenda = Agenda.objects.filter(initiative=initiative).first()
    hanging = conditions.attached(initiative)
    outcomes = [
        OutcomeView(
            outcome,
            [StrategyView(row, hanging.get(f"agenda.strategy:{row.pk}", [])) for row in outcome.strategies.all()],
            hanging.get(f"agenda.outcome:{outcome.pk}", []),
        )
        for outcome in Outcome.objects.filter(initiative=initiative).prefetch_related("strategies")
    ]
    return AgendaView(agenda.vision if agenda is not None else "", outcomes)
