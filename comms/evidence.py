"""What this condition answers when the backbone asks.

Nothing yet: mails going out say that nobody was forgotten, not that anybody talks with anybody.
"""

from backbone.conditions import Condition


class CommsEvidence(Condition):
    slug = "comms"
