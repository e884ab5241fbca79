"""The form of a webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.services.webhooks import PUBLISHED, RESTATED, SUBMITTED

EVENT_WORDS = [
    (SUBMITTED, _("A partner submitted a report")),
    (RESTATED, _("A published figure was restated")),
    (PUBLISHED, _("Something was published")),
]


class WebhookForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("It begins with https:// and lies outside every private network."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"),
        choices=EVENT_WORDS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )
