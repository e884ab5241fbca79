"""What one line asks, by its kind: numbers that are typed, a yes or no, a level that is chosen, words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from backbone.look.numbers import signed
from measures.forms.typed import TypedLine
from measures.rules.figures import plain
from measures.rules.kinds import MILESTONE, TO_DATE, UNDUPLICATED
from measures.rules.lines import PER_1000, PERCENT
from measures.rules.past import increments, is_achieved


class AskedLine(TypedLine):
    """What the templates ask of the kind of a line."""

    @property
    def takes_nil(self) -> bool:
        return self.line.rule.takes_nil

    @property
    def is_words(self) -> bool:
        """Whether the answer is a text, written in a box of its own."""
        return self.line.rule.is_words

    @property
    def is_yes_no(self) -> bool:
        return self.line.kind == MILESTONE

    @property
    def asks_why(self) -> bool:
        """Whether a no would take back what was reached, so that the reason has a field."""
        return self.is_yes_no and bool(self.said or is_achieved([entry for _period, entry in self.earlier_answers]))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen where nothing is typed: yes or no, the levels of a scale."""
        if self.is_yes_no:
            return [("1", _("Yes")), ("0", _("No"))]
        return [(str(rank), level.name) for rank, level in enumerate(self.line.levels, start=1)]

    @property
    def answer_words(self) -> tuple[str, str]:
        """What stands on the first of the three answers, and small below it."""
        if self.is_words:
            return _("In words"), _("As much as it needs")
        if self.is_yes_no:
            return _("Yes or no"), _("What is reached stays reached")
        if self.line.rule.takes_levels:
            return _("A level"), _("The one that stands now")
        return _("A number"), _("0 is a number")

    def component_label(self, component: str) -> str:
        if self.line.rule.is_ratio:
            named = self.line.component_name(component)
            fallback = _("Numerator") if component == "numerator" else _("Denominator")
            return fallback if named == component else named[:1].upper() + named[1:]
        if component == "weight":
            return _("Weight: how many it is of")
        if self.line.rule.takes_levels:
            return _("Level")
        if self.line.rule.is_weighted and self.line.unit == PERCENT:
            return _("Percent")
        if self.line.unit and self.line.unit not in (PERCENT, PER_1000):
            return self.line.unit[:1].upper() + self.line.unit[1:]
        if self.line.kind == UNDUPLICATED:
            return _("People")
        if self.line.rule.is_weighted:
            return _("Average")
        return _("Total") if self.breakdowns else _("Number")

    def grown(self) -> dict[date, str]:
        """What came in between totals filed to date, by period: `+12`."""
        if self.line.kind != TO_DATE:
            return {}
        starts = self.indicator.tenant.fiscal_year_starts
        return {
            when: signed(plain(entry.value))
            for when, entry in increments(self.earlier_answers, starts)
            if entry.value is not None
        }
