"""The agenda's only writers: the tree, the document and who signed it, the theory of change."""

from __future__ import annotations

from backbone.models import Initiative


def lock(initiative: Initiative) -> None:
    """One at a time may change an initiative's agenda, or two could take the same place in its order."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
