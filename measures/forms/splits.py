"""Forms of what is expected of an indicator over time: retiring a category, when it is split, its limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from measures.forms.fields import MonthField, NumberField
from measures.models import Dimension, Indicator
from measures.rules import kinds
from measures.rules.periods import text_of


class RetireForm(forms.Form):
    """Offering a category no longer, from a day on; left empty, it is offered again."""

    category = forms.ChoiceField(label=_("Category"))
    retired_on = forms.DateField(
        label=_("Retired on"),
        required=False,
        widget=day_input(),
        help_text=_("Periods that begin on that day or later do not offer it. Left empty, it is offered again."),
    )
    becomes = forms.ChoiceField(
        label=_("It becomes"),
        required=False,
        help_text=_("Its old figures stay; readers may see them under this category."),
    )

    def __init__(self, *args, dimension: Dimension, **kwargs):
        super().__init__(*args, auto_id="id_retire_%s", **kwargs)
        choices = [(one.slug, one.name) for one in dimension.categories.all()]
        self.fields["category"].choices = choices
        self.fields["becomes"].choices = [("", _("no other")), *choices]
        if not dimension.exclusive:
            del self.fields["becomes"]


class SpanForm(forms.Form):
    """The first and the last month of one breakdown of an indicator; left empty, there is none."""

    breakdown = forms.ChoiceField(label=_("Split by"))
    since = MonthField(label=_("From the month"), required=False)
    until = MonthField(label=_("Until the month"), required=False)

    def __init__(self, *args, indicator: Indicator, names: dict[str, str], **kwargs):
        super().__init__(*args, auto_id="id_span_%s", **kwargs)
        self.indicator = indicator
        self.fields["breakdown"].choices = [
            (slugs, " × ".join(names.get(slug, slug) for slug in slugs.split("+"))) for slugs in indicator.breakdowns
        ]

    @property
    def spans(self) -> dict[str, Any]:
        """What to give to `setup.put_indicator` as `breakdown_spans`, of a form that is valid."""
        months = {key: self.cleaned_data[key] for key in ("since", "until")}
        said = {key: text_of(month) for key, month in months.items() if month is not None}
        others = {slugs: span for slugs, span in self.indicator.breakdown_spans.items()
                  if slugs != self.cleaned_data["breakdown"]}  # fmt: skip
        return others | ({self.cleaned_data["breakdown"]: said} if said else {})


class LimitsForm(forms.Form):
    """What staff expect of an indicator at least and at most; of a rate as its plain ratio."""

    limit_min = NumberField(label=_("At least"), required=False, max_digits=24, decimal_places=6)
    limit_max = NumberField(label=_("At most"), required=False, max_digits=24, decimal_places=6)
    limit_is_hard = forms.BooleanField(
        label=_("Nothing beyond is accepted"),
        required=False,
        help_text=_("Left empty, what lies beyond asks for a word."),
    )

    def __init__(self, *args, indicator: Indicator, **kwargs):
        initial = {name: getattr(indicator, name) for name in self.base_fields}
        super().__init__(*args, auto_id="id_limits_%s", initial=initial, **kwargs)
        if kinds.KINDS[indicator.kind].is_ratio:
            for name in ("limit_min", "limit_max"):
                self.fields[name].help_text = _("A rate is given as its plain ratio: 0.9 is 90%.")
