"""Forms of the backbone's own work: one piece of it, and the days that a report is of."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from backbone.models import Work


class WorkForm(forms.Form):
    function = forms.ChoiceField(label=_("Function"), choices=Work.Function.choices)
    on = forms.DateField(label=_("When"), widget=day_input())
    words = forms.CharField(label=_("What was done"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    url = forms.URLField(
        label=_("Address"), max_length=500, required=False, assume_scheme="https", help_text=_("Where it can be seen.")
    )


class SpanForm(forms.Form):
    """From which day to which; both belong to it."""

    since = forms.DateField(label=_("From"), widget=day_input())
    until = forms.DateField(label=_("Until"), widget=day_input())

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("since") and cleaned.get("until") and cleaned["until"] < cleaned["since"]:
            self.add_error("until", _("It ends before it begins."))
        return cleaned
