"""Forms of pulses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from comms.models import PulseQuestion
from comms.rules.pulses import SCALE
from comms.services.pulses import RECALL, STATEMENTS

DAYS = timedelta(days=14)


class PulseForm(forms.Form):
    asked = forms.MultipleChoiceField(label=_("What is asked"), widget=forms.CheckboxSelectMultiple)
    opens_on = forms.DateField(label=_("Opens on"), widget=day_input())
    closes_on = forms.DateField(label=_("Closes on"), widget=day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, initial={"opens_on": today, "closes_on": today + DAYS}, **kwargs)
        sentences = [(slug, _now(words)) for slug, words in STATEMENTS.items()]
        self.fields["asked"].choices = [(RECALL, _now("Which of these is our goal?")), *sentences]


class AnswersForm(forms.Form):
    """One choice for each question of a pulse."""

    def __init__(self, *args: Any, questions: list[PulseQuestion], **kwargs: Any):
        super().__init__(*args, **kwargs)
        words = {1: _("1, not at all"), 5: _("5, fully")}
        for one in questions:
            choices = (
                [(value, words.get(value, value)) for value in SCALE]
                if one.sort == PulseQuestion.Sort.SCALE
                else list(enumerate(one.choices))
            )
            self.fields[f"q{one.pk}"] = forms.TypedChoiceField(
                label=one.text, choices=choices, coerce=int, widget=forms.RadioSelect
            )

    def answers(self) -> dict[int, int]:
        return {int(name[1:]): value for name, value in self.cleaned_data.items()}
