"""The forms by which operators are let in to look."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

HOURS = [
    (1, _("One hour")),
    (4, _("Four hours")),
    (24, _("One day")),
    (72, _("Three days")),
    (168, _("One week")),
]


class AccessForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("It stands in the audit log of the organization.")
    )
    hours = forms.TypedChoiceField(label=_("For how long"), choices=HOURS, coerce=int, initial=4)
