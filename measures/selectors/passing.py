"""What of shared measurement goes when its time is over: what files held that nobody applied. Never a figure."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from backbone.conditions import Passing
from backbone.selectors.passing import of_rows
from measures.models import Upload


def passing_here() -> Iterable[Passing]:
    yield of_rows(
        "uploads",
        _("Uploaded files that nobody applied"),
        "uploads_kept_days",
        lambda: Upload.objects.filter(state=Upload.State.CHECKED),
        "changed_at",
        lambda rows: rows.update(state=Upload.State.DROPPED, content=b""),
    )
