"""What of communication goes when its time is over: the words of mails, and lines of inboxes that were read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from backbone.conditions import Passing
from backbone.selectors.passing import of_rows
from comms.models import Mail, Note

# What is not sent yet keeps its words, however long it waits.
_OPEN = [Mail.Status.PENDING, Mail.Status.SENDING]


def passing_here() -> Iterable[Passing]:
    yield of_rows(
        "mails",
        _("Words of mails"),
        "mails_kept_days",
        lambda: Mail.objects.exclude(status__in=_OPEN).exclude(Q(subject="") & Q(text="") & Q(html="")),
        "created_at",
        _without_words,
    )
    yield of_rows(
        "notes",
        _("Lines of inboxes that were read"),
        "mails_kept_days",
        lambda: Note.objects.exclude(read_at=None),
        "at",
    )


def _without_words(mails) -> int:
    return mails.update(subject="", text="", html="", calendar="", images=[], headers={})
