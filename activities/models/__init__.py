"""The tables of this condition: words for tagging, the register, hand-offs, and what is needed against what is offered."""

from activities.models.findings import Finding
from activities.models.handoffs import Delivery, HandOff
from activities.models.needs import Coordination, Need
from activities.models.register import (
    Activity,
    ActivityIndicator,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Funding,
    Milestone,
)
from activities.models.twins import Twins
from activities.models.words import Place, Population, ServiceType

__all__ = [
    "Activity",
    "ActivityIndicator",
    "ActivityPlace",
    "ActivityPopulation",
    "ActivityStrategy",
    "Commitment",
    "Coordination",
    "Delivery",
    "Finding",
    "Funding",
    "HandOff",
    "Milestone",
    "Need",
    "Place",
    "Population",
    "ServiceType",
    "Twins",
]
