"""Figures that a source outside published: the only writer of them.

Nothing is ever overwritten. A later vintage of a period becomes the current one, an earlier one stands behind it, and
a second word about the same vintage corrects it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, cut
from measures.lines import lines
from measures.models import CommunityFigure, Indicator
from measures.rules.figures import Entry, check_figure
from measures.rules.kinds import COMMUNITY
from measures.rules.vintages import check_vintage
from measures.selectors.community import Vintage, current, vintages
from measures.services.rollups import mark_stale

changes.register_verbs({"community.recorded": gettext_noop("{by} wrote down {figures} published figures of {name}")})


@dataclass(frozen=True, slots=True)
class Said:
    """One number as somebody writes it down. `published_on` None: as of the current vintage, or of today when it
    differs. `value` None: the source did not publish it, or took it back, and `note` says why."""

    period: date
    value: Decimal | None
    category: str = ""
    published_on: date | None = None
    note: str = ""


@transaction.atomic
def record(*, indicator: Indicator, figures: Sequence[Said], by: Membership | None) -> int:
    """Write down what a source published; answers how many of these said something new. Raises `Refused`."""
    if indicator.kind != COMMUNITY:
        text = gettext_noop("{name} is filed by partners or computed from what they file: it has no published figures.")
        params = {"name": indicator.name}
        raise Refused(Problem("indicator.not_community", text, params, field="indicator", value=cut(indicator.slug)))
    Initiative.objects.select_for_update(no_key=True).get(pk=indicator.initiative_id)
    now = timezone.now()
    day = indicator.tenant.day(now)
    known = Known.of(indicator)
    line = lines(indicator.initiative, [indicator])[indicator.pk]
    rows, problems = [], []
    for said in figures:
        if not known.is_new(said):
            continue
        published_on = said.published_on or day
        if said.value is not None:
            problems += check_figure(line, Entry(value=said.value), said.category)
        problems += check_vintage(published_on, said.period, day)
        rows.append(
            CommunityFigure(
                indicator=indicator,
                period=said.period,
                category=said.category,
                value=said.value,
                published_on=published_on,
                note=said.note,
                by=by,
                at=now,
            )
        )
    if problems:
        raise Refused(*problems)
    if rows:
        CommunityFigure.objects.bulk_create(rows)
        initiative = indicator.initiative
        changes.record(
            "community.recorded", on=indicator, by=by, initiative=initiative, name=indicator.name, figures=len(rows)
        )
        mark_stale([(indicator.pk, period, None) for period in {row.period for row in rows}])
    return len(rows)


@dataclass(frozen=True, slots=True)
class Known:
    """What has been written down of an indicator: the current numbers, and the last word about each vintage."""

    now: dict[tuple[date, str], Vintage]
    last: dict[tuple[date, str, date], Vintage]

    @classmethod
    def of(cls, indicator: Indicator) -> Known:
        last: dict[tuple[date, str, date], Vintage] = {}
        for one in vintages(indicator.pk):  # the last word about a vintage comes first
            last.setdefault((one.period, one.category, one.published_on), one)
        return cls({(one.period, one.category): one for one in current([indicator.pk])}, last)

    def before(self, said: Said) -> Vintage | None:
        """What stood where this is written: the last word about its vintage, or else the current number."""
        if said.published_on is None:
            return self.now.get((said.period, said.category))
        return self.last.get((said.period, said.category, said.published_on))

    def is_new(self, said: Said) -> bool:
        before = self.before(said)
        return before is None or (before.value, before.note) != (said.value, said.note or before.note)
