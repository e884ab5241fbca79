"""That everything was exported is written down: it counts as use, and who did it is in the audit log."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership
from measures.selectors.burden import EXPORTED

changes.register_verbs({EXPORTED: gettext_noop("{by} exported the figures of all partners")})


def everything(*, initiative: Initiative, by: Membership) -> None:
    """Somebody who may read every partner's figures took them all away."""
    changes.record(EXPORTED, on="measures.figure", by=by, initiative=initiative)
