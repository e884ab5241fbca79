"""The agenda as its page reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import AgendaVersion, Node, Outcome, Section, Strategy
from backbone import conditions
from backbone.conditions import Attachment, Thing
from backbone.models import Initiative

LINES = 3  # of the vision, below its first sentence


@dataclass(slots=True)
class StrategyView:
    strategy: Strategy
    attached: list[Attachment] = field(default_factory=list)

    @property
    def is_measured(self) -> bool:
        return any(not one.is_work for one in self.attached)


@dataclass(slots=True)
class OutcomeView:
    """One result or outcome with its strategies, what hangs on it, such as indicators, and the outcomes on the way."""

    outcome: Outcome
    strategies: list[StrategyView]
    attached: list[Attachment]
    outcomes: list[OutcomeView] = field(default_factory=list)

    @property
    def is_result(self) -> bool:
        return self.outcome.level == Outcome.Level.RESULT

    @property
    def measures(self) -> list[Attachment]:
        """What measures it itself. What partners file only contributes to a result for the population."""
        return [one for one in self.attached if not (self.is_result and one.of_partners)]

    @property
    def contributions(self) -> list[Attachment]:
        return [one for one in self.attached if self.is_result and one.of_partners]

    @property
    def is_measured(self) -> bool:
        return bool(self.attached) or any(strategy.is_measured for strategy in self.strategies)


@dataclass(frozen=True, slots=True)
class AgendaView:
    """The vision and the tree below it, results first; `all` has every row of it once."""

    vision: str
    outcomes: list[OutcomeView]
    all: list[OutcomeView]

    @property
    def is_empty(self) -> bool:
        return not self.vision and not self.outcomes

    @property
    def gaps(self) -> list[str]:
        """What is missing in the tree, in sentences: ways without a measure, results without a way, measures without one."""
        found = []
        for view in self.all:
            found += [
                _("No measure shows whether “%(strategy)s” is done.") % {"strategy": one.strategy.title}
                for one in view.strategies
                if not one.is_measured
            ]
            if not view.strategies and not view.outcomes:
                found.append(_("No strategy leads to “%(outcome)s”.") % {"outcome": view.outcome.title})
            if view.strategies:
                found += [
                    _("“%(measure)s” hangs on “%(outcome)s”, on none of its strategies.")
                    % {"measure": one.label, "outcome": view.outcome.title}
                    for one in view.contributions
                ]
        return found


def agenda_of(initiative: Initiative) -> AgendaView:
    """The vision, and each result with its strategies and what hangs on them; three queries and the conditions' own."""
    hanging = conditions.attached(initiative)
    views = {
        outcome.pk: OutcomeView(
            outcome,
            [StrategyView(row, hanging.get(f"agenda.strategy:{row.pk}", [])) for row in outcome.strategies.all()],
            hanging.get(f"agenda.outcome:{outcome.pk}", []),
        )
        for outcome in Outcome.objects.filter(initiative=initiative).prefetch_related("strategies")
    }
    for view in views.values():
        if view.outcome.under_id:
            views[view.outcome.under_id].outcomes.append(view)
    top = [view for view in views.values() if not view.outcome.under_id]
    return AgendaView(vision_of(initiative), top, list(views.values()))


def things_of(initiative: Initiative) -> list[Thing]:
    """What of the tree a node of the theory of change may stand for; two queries."""
    found = []
    for outcome in Outcome.objects.filter(initiative=initiative).prefetch_related("strategies"):
        level = str(outcome.get_level_display())
        found.append(Thing(f"agenda.outcome:{outcome.pk}", f"outcome:{outcome.slug}", outcome.title, group=level))
        for one in outcome.strategies.all():
            key = f"strategy:{outcome.slug}/{one.slug}"
            found.append(Thing(f"agenda.strategy:{one.pk}", key, one.title, group=_("Strategy")))
    return found


def pages_of(initiative: Initiative, names: Collection[str]) -> dict[str, str]:
    """Where results, strategies, nodes of the map, sections and versions stand, of these rows; a query for each sort that
    is among them."""
    here = [initiative.tenant.slug, initiative.slug]
    tree = reverse("agenda:agenda", args=here)
    found = {}
    outcomes = Outcome.objects.filter(initiative=initiative, pk__in=conditions.numbers_of(names, "agenda.outcome"))
    found |= {f"agenda.outcome:{pk}": tree for pk in outcomes.values_list("pk", flat=True)}
    strategies = Strategy.objects.filter(
        outcome__initiative=initiative, pk__in=conditions.numbers_of(names, "agenda.strategy")
    )
    found |= {f"agenda.strategy:{pk}": tree for pk in strategies.values_list("pk", flat=True)}
    nodes = Node.objects.filter(initiative=initiative, pk__in=conditions.numbers_of(names, "agenda.node"))
    drawn = reverse("agenda:map", args=here)
    found |= {f"agenda.node:{pk}": f"{drawn}?focus={slug}" for pk, slug in nodes.values_list("pk", "slug")}
    sections = Section.objects.filter(initiative=initiative, pk__in=conditions.numbers_of(names, "agenda.section"))
    for pk, topic in sections.values_list("pk", "topic"):
        found[f"agenda.section:{pk}"] = reverse("agenda:section", args=[*here, topic])
    written = conditions.numbers_of(names, "agenda.agendaversion")
    versions = AgendaVersion.objects.filter(initiative=initiative, pk__in=written)
    for pk, number in versions.values_list("pk", "number"):
        found[f"agenda.agendaversion:{pk}"] = reverse("agenda:version", args=[*here, number])
    return found


def vision_of(initiative: Initiative) -> str:
    """The vision as it is being written."""
    return (
        Section.objects.filter(initiative=initiative, topic=Section.Topic.VISION).values_list("text", flat=True).first()
        or ""
    )


def vision_lines(initiative: Initiative) -> tuple[str, list[str]]:
    """The agenda as a title and up to three lines: the vision's first sentence and the next ones, else strategies."""
    text = vision_of(initiative)
    sentences = [part.strip() for line in text.splitlines() for part in _sentences(line) if part.strip()]
    title = sentences[0].rstrip(".") if sentences else ""
    lines = sentences[1 : LINES + 1]
    if not lines:
        strategies = Strategy.objects.filter(outcome__initiative=initiative)
        lines = list(strategies.order_by("outcome__position", "position", "pk").values_list("title", flat=True)[:LINES])
    return title, lines


def _sentences(line: str) -> list[str]:
    found, start = [], 0
    for i, sign in enumerate(line):
        if sign in ".!?" and (i + 1 == len(line) or line[i + 1] == " "):
            found.append(line[start : i + 1])
            start = i + 1
    found.append(line[start:])
    return found
