"""Writing down what a source published: one number, its period, and the day of its publication."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from measures.forms.fields import MonthField, decimal_field
from measures.rules.lines import TOTAL, Line


class CommunityForm(forms.Form):
    period = MonthField(label=_("Period"), help_text=_("Its first month, as in 2026-06, whatever its length."))
    category = forms.ChoiceField(label=_("Of whom"), required=False)
    value = decimal_field(_("Figure"))
    is_withdrawn = forms.BooleanField(label=_("The source did not publish it, or took it back"), required=False)
    published_on = forms.DateField(
        label=_("Published on"), widget=day_input(), help_text=_("A later one of the same period takes its place.")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_("As in “table B, revised”. Needed when there is no figure."),
    )

    def __init__(self, *args, line: Line, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("published_on", today)
        keys = [key for breakdown in line.breakdowns for key in line.keys(breakdown)]
        self.fields["category"].choices = [(TOTAL, _("Everybody")), *((key, line.category_name(key)) for key in keys)]
        if not keys:
            del self.fields["category"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("is_withdrawn"):
            if cleaned.get("value") is not None:
                self.add_error("value", _("It is marked as not published, and has a number. Take one of them away."))
            elif not cleaned.get("note"):
                self.add_error("note", _("Say why there is no figure."))
        elif cleaned.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Write the figure. Zero is a number."))
        return cleaned
