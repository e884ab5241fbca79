"""Forms of the agenda as a document: a section's text, a suggestion, a remark, a version, a partner's answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from agenda.models import Signature
from agenda.models.document import SECTION_LENGTH
from backbone.roles import Can
from backbone.selectors.able import people_who


class TextForm(forms.Form):
    """The text of a section, and the number of the text that it began from."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=SECTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 12, "class": "bb-voice"}),
        help_text=_("Somebody else may write at the same time: what you both change is kept."),
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000_000)


class SuggestionForm(TextForm):
    """Other words, from somebody who does not write the agenda."""

    why = forms.CharField(label=_("Why"), required=False, max_length=500)


class RemarkForm(forms.Form):
    words = forms.CharField(label=_("Your remark"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class DeclineForm(forms.Form):
    reason = forms.CharField(label=_("Why not"), required=False, max_length=500)


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Who looks after it"), queryset=None, required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_who(Can.JOIN_IN)


class VersionForm(forms.Form):
    note = forms.CharField(
        label=_("What is new in it"),
        required=False,
        max_length=500,
        help_text=_("One sentence for whoever is asked to sign."),
    )


class SignForm(forms.Form):
    """A partner's answer to a version, under the name of whoever gives it."""

    stance = forms.ChoiceField(label=_("Your answer"), choices=Signature.Stance.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Your name"), max_length=150, help_text=_("As it is to stand below the agenda."))
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A comment if you like; with a reservation or a refusal, what keeps you from signing."),
    )
