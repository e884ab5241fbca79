"""The form of a target: where an indicator is to be, in what span, and whose target it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Partner
from measures.forms.fields import MonthField, NumberField, PartnerChoice, decimal_field
from measures.models import Indicator, Target
from measures.rules import kinds
from measures.rules.lines import TOTAL, UNKNOWN, Line, breakdown_of, pairs_of
from measures.rules.periods import Grain
from measures.rules.plans import ADDING, OF_ONE_SPAN
from measures.wording import category_words


class TargetForm(forms.Form):
    """Where the indicator is to be by a month, in the shape of its kind."""

    grain = forms.ChoiceField(
        label=_("For how long"),
        required=False,
        help_text=_("A year’s target is divided over its months: “so far” is then set against the part that is due."),
    )
    period = MonthField(label=_("By the month"), help_text=_("Of a quarter or a year its first month, as in 2026-07."))
    value = decimal_field(_("Target"))
    numerator = decimal_field(_("Target, on top"))
    denominator = decimal_field(_("Target, out of"))
    partner = PartnerChoice(
        None, label=_("Whose"), required=False, empty_label=_("everybody’s together"),
        help_text=_("Partners with targets of their own are set against those while others are missing."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Of which part"), required=False)
    band = NumberField(
        label=_("May slip by, in percent"),
        widget=forms.TextInput(attrs={"class": "is-short", "inputmode": "decimal"}),
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=100,
        required=False,
    )

    def __init__(self, *args: Any, initiative: Initiative, indicator: Indicator, line: Line, **kwargs: Any):
        super().__init__(*args, auto_id="id_target_%s", **kwargs)
        for name in {"value", "numerator", "denominator"} - set(kinds.KINDS[indicator.kind].aims):
            del self.fields[name]
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
        parts = [key for breakdown in line.breakdowns for key in line.keys(breakdown) if not _is_unknown(key)]
        if parts:
            named = [(key, f"{line.breakdown_name(breakdown_of(key))}: {category_words(line, key)}") for key in parts]
            self.fields["category"].choices = [(TOTAL, _("all together")), *named]
        else:
            del self.fields["category"]
        longer = [
            (value, label)
            for value, label in Target.Grain.choices
            if Grain(value).months > Grain(indicator.frequency).months
        ]
        if longer and indicator.kind in ADDING | OF_ONE_SPAN:
            self.fields["grain"].choices = [("", indicator.get_frequency_display()), *longer]
        else:
            del self.fields["grain"]
            self.fields["period"].help_text = MonthField().help_text
        if indicator.direction == Indicator.Direction.MAINTAIN:
            percent = indicator.tenant.maintain_band
            self.fields["band"].help_text = _("Left empty: %(percent)s, as in the settings.") % {"percent": percent}
        else:
            del self.fields["band"]


def _is_unknown(key: str) -> bool:
    """Nobody aims at a rest."""
    return any(category == UNKNOWN for _dimension, category in pairs_of(key))
