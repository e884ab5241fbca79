"""The few words of a nudge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from comms.services.nudges import TEXT_LENGTH


class NudgeForm(forms.Form):
    words = forms.CharField(
        label=_("Your words"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The mail has a link to the report. An answer comes to you."),
        error_messages={"required": _("Write a few words: a nudge is from a person.")},
    )
