"""Bringing a whole directory into the register: partners, words, strategies and activities, all or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Place, Population, ServiceType
from activities.rules.said import ActivitySaid
from activities.services import register, words
from agenda.models import Outcome
from agenda.services import tree
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.services import partners

SORTS: dict[str, type[ServiceType] | type[Population] | type[Place]] = {
    "kinds": ServiceType,
    "populations": Population,
    "places": Place,
}

changes.register_verbs({"directory.brought_in": gettext_noop("{by} brought in the directory “{source}”")})


@transaction.atomic
def bring_in(
    *,
    initiative: Initiative,
    source: str,
    new_partners: Collection[Mapping[str, str]],
    new_words: Mapping[str, Iterable[Mapping[str, str]]],
    outcome: Outcome | None,
    new_strategies: Iterable[Mapping[str, str]],
    activities: Iterable[ActivitySaid],
    by: Membership,
) -> tuple[int, int]:
    """Make the partners ({code, name}), the words by sort ({slug, name, parent}) and the strategies of an outcome
    ({slug, name}) that are not there, then the activities; answers how many of these are new and how many different.
    Raises `Refused`, and then nothing was written."""
    if new_partners:
        partners.put_many(initiative=initiative, rows=new_partners, by=by)
    for sort, rows in new_words.items():
        words.put_many(sort=SORTS[sort], rows=rows, by=by)
    if outcome is not None:
        for one in new_strategies:
            tree.put_strategy(outcome=outcome, slug=one["slug"], title=one["name"], by=by)
    counts = register.bring_in(initiative=initiative, activities=activities, by=by)
    if any(counts):
        changes.record("directory.brought_in", on=initiative, by=by, initiative=initiative, source=source)
    return counts
