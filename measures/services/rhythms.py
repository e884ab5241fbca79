"""How often partners file, and that a figure which stands keeps the period that it was filed for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_noop

from backbone.models import Partner
from backbone.problems import Month, Problem, Refused
from measures.models import Figure, Indicator, Obligation
from measures.rules.owed import Duty, changed_lengths
from measures.rules.periods import Grain, add_months, start_of
from measures.selectors.obligations import Duties


class Rhythms:
    """How long the periods are that partners file, before a change of what they owe, and after it."""

    def __init__(self, indicator: Indicator, partners: Collection[Partner] | None):
        self.indicator = Indicator.objects.select_related("tenant").get(pk=indicator.pk)
        self.partner_ids = None if partners is None else [partner.pk for partner in partners]
        self.before, self.was_plain = self._duties(), self._is_plain()

    def check(self, field: str = "starts_on") -> None:
        """Raise `Refused` when a figure that stands would now hold for a longer or shorter period. `field` is where a
        door asks from when on."""
        if self.was_plain and self._is_plain():
            return
        figures = Figure.objects.filter(indicator=self.indicator)
        if self.partner_ids is not None:
            figures = figures.filter(partner__in=self.partner_ids)
        filed: dict[int, set[date]] = {}
        for partner_id, period in figures.values_list("partner_id", "period").distinct():
            filed.setdefault(partner_id, set()).add(period)
        after = self._duties()
        for partner_id in sorted(filed):
            was, now = (duties.of(self.indicator, partner_id) for duties in (self.before, after))
            if changed := changed_lengths(was, now, sorted(filed[partner_id])):
                raise Refused(_other_length(now, *changed[-1], count=len(changed)).at(field=field))

    def _duties(self) -> Duties:
        return Duties([self.indicator], self.partner_ids)

    def _is_plain(self) -> bool:
        """Whether nobody files more rarely than the indicator asks, as almost everywhere."""
        return not Obligation.objects.filter(indicator=self.indicator).exclude(frequency="").exists()


def _other_length(duty: Duty, period: date, was: Grain, is_now: Grain, *, count: int) -> Problem:
    sentence = gettext_noop(
        "{partner} has figures of {name} that hold for a {was} each ({count} of them, the last for {period}); with this they "
        "would hold for a {is_now}. Let the change begin on {day}, after them."
    )
    longer = max(was, is_now, key=lambda one: one.months)
    day = add_months(start_of(longer, period, duty.year_starts), longer.months)
    params = {
        "partner": duty.partner, "name": duty.indicator, "was": was.word, "is_now": is_now.word, "count": count,
        "period": Month(period), "day": str(day),
    }  # fmt: skip
    return Problem("obligation.figures_stand", sentence, params, field="starts_on", value=str(day))
