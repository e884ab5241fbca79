"""Which phase an initiative is in, and what shows each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from agenda.models import PhaseEvidence, PhaseMove
from agenda.rules.phases import PHASES, Phase, expected_checks
from backbone.models import Initiative


@dataclass(frozen=True, slots=True)
class ItemView:
    slug: str
    words: str
    evidence: list[PhaseEvidence]


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its items; `met` of them have something that shows them."""

    phase: Phase
    name: str
    words: str
    items: list[ItemView]
    is_current: bool

    @property
    def met(self) -> int:
        return sum(bool(item.evidence) for item in self.items)


def moves_of(initiative: Initiative) -> list[PhaseMove]:
    """Every time that somebody said which phase this is, the newest first."""
    return list(PhaseMove.objects.filter(initiative=initiative).select_related("by").order_by("-at", "-pk"))


def phases_of(initiative: Initiative, current: str) -> list[PhaseView]:
    """The five phases with what shows each; one query."""
    shown: dict[str, list[PhaseEvidence]] = {}
    rows = PhaseEvidence.objects.filter(initiative=initiative, withdrawn_at=None).select_related("by")
    for row in rows.order_by("at", "pk"):
        shown.setdefault(row.item, []).append(row)
    return [
        PhaseView(
            phase,
            _(phase.name),
            _(phase.words),
            [ItemView(item.slug, _(item.words), shown.get(item.slug, [])) for item in phase.items],
            phase.slug == current,
        )
        for phase in PHASES
    ]


def expected_now(initiative: Initiative) -> frozenset[str]:
    """The checks of condition health to be expected in the phase that the initiative is in; none before any is said."""
    last = (
        PhaseMove.objects.filter(initiative=initiative).order_by("-at", "-pk").values_list("phase", flat=True).first()
    )
    return expected_checks(last or "")
