"""What this condition answers when the backbone asks: nothing is recorded about activities yet."""

from backbone.conditions import Condition


class ActivitiesEvidence(Condition):
    slug = "activities"
