"""The common agenda, room by room: the tree, the document, the map, the phases, the learning ledger, the voices."""

from agenda.models.document import AgendaVersion, Section, SectionRemark, SectionText, Signature, Suggestion
from agenda.models.learning import Learning, LearningAbout
from agenda.models.phases import PhaseEvidence, PhaseMove
from agenda.models.systems import Link, LoopName, MapLoops, MapVersion, Node
from agenda.models.tree import Outcome, Strategy
from agenda.models.voices import Seat, Steward, StrategyPartner

__all__ = [
    "AgendaVersion",
    "Learning",
    "LearningAbout",
    "Link",
    "LoopName",
    "MapLoops",
    "MapVersion",
    "Node",
    "Outcome",
    "PhaseEvidence",
    "PhaseMove",
    "Seat",
    "Section",
    "SectionRemark",
    "SectionText",
    "Signature",
    "Steward",
    "Strategy",
    "StrategyPartner",
    "Suggestion",
]
