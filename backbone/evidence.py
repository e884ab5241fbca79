"""The fifth condition answers for itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Condition, Reading, Sign
from backbone.health import CHECKS
from backbone.selectors.holding import people_of, voices


class BackboneEvidence(Condition):
    slug = "backbone"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """Whether every partner has its people."""
        yield vacancies(initiative, as_of)

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """How often each partner was heard."""
        return voices(initiative, as_of)


def vacancies(initiative, as_of: datetime) -> Reading:
    """Of the partners, those for which somebody files or leads."""
    people = people_of(initiative, as_of.astimezone(ZoneInfo(initiative.tenant.timezone)).date())
    filled = sum(vacant < 1 for vacant in people.values())
    slug = "backbone.vacancies"
    url = reverse("backbone:partner-list", args=[initiative.tenant.slug])
    if not people:
        return Reading(slug, str(CHECKS[slug]), None, _("No partner takes part yet."), as_of, url)
    said = _("Somebody files or leads for %(filled)s of %(all)s partners.") % {"filled": filled, "all": len(people)}
    return Reading(slug, str(CHECKS[slug]), Decimal(filled) / len(people), said, as_of, url)
