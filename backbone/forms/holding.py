"""Forms of a partner's signal: a call that was made, a reason to put it off."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input


class CallForm(forms.Form):
    on = forms.DateField(label=_("When"), widget=day_input())
    words = forms.CharField(
        label=_("What was said"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the backbone’s people read it."),
    )


class PutOffForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
