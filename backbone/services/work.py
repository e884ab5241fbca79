"""The only writer of what the backbone did, as far as it is written down by hand."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Work
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "work.written": gettext_noop("{by} wrote down what the backbone did: {words}"),
        "work.taken_back": gettext_noop("{by} took back what the backbone did: {words}"),
    }
)


@transaction.atomic
def write(*, initiative: Initiative, function: str, on: date, words: str, by: Membership, url: str = "") -> Work:
    """Write down one piece of work. Raises `Refused` for a day to come, and without words."""
    today = initiative.tenant.day()
    if on > today:
        raise Refused(Problem("work.ahead", gettext_noop("That day has not come yet."), field="on"))
    row = Work(initiative=initiative, function=function, on=on, words=words.strip(), url=url, by=by, at=timezone.now())
    checked(row).save(force_insert=True)
    changes.record("work.written", on=row, by=by, initiative=initiative, words=row.words[:200])
    return row


@transaction.atomic
def take_back(*, work: Work, by: Membership) -> None:
    """Take one piece back; it no longer counts, and stays in the history."""
    row = Work.objects.select_for_update(of=("self",), no_key=True).select_related("initiative").get(pk=work.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = timezone.now(), by
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        changes.record("work.taken_back", on=row, by=by, initiative=row.initiative, words=row.words[:200])
