"""The fifth condition answers for itself. No evidence of the backbone's own work is recorded yet."""

from backbone.conditions import Condition


class BackboneEvidence(Condition):
    slug = "backbone"
