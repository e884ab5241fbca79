"""Forms of who leads what and whose voice is expected, and of the phase."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from agenda.rules.phases import PHASES
from backbone.forms.roster import day_input
from backbone.models import Initiative, Membership, Partner


def _people():
    return Membership.objects.filter(is_active=True).order_by("name")


class StewardForm(forms.Form):
    member = forms.ModelChoiceField(label=_("Who leads it"), queryset=None, required=False, empty_label=_("nobody yet"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = _people()


class SeatForm(forms.Form):
    """A seat for those whom it is about, and who sits there."""

    voice = forms.CharField(
        label=_("Whose voice"), max_length=120, help_text=_("As in “young people in care”, “parents in the east”.")
    )
    is_lived = forms.BooleanField(label=_("Speaks from own experience"), required=False, initial=True)
    partner = forms.ModelChoiceField(label=_("Organization"), queryset=None, required=False, empty_label=_("none"))
    member = forms.ModelChoiceField(label=_("Person"), queryset=None, required=False, empty_label=_("nobody yet"))

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
        self.fields["member"].queryset = _people()


class ExpectedForm(forms.Form):
    """The partners that are expected for a strategy."""

    partners = forms.ModelMultipleChoiceField(
        label=_("Who is expected"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["partners"].queryset = Partner.objects.of_initiative(initiative)


class MoveForm(forms.Form):
    """Which phase this is, since when, and why."""

    phase = forms.ChoiceField(label=_("The phase"), widget=forms.RadioSelect)
    on = forms.DateField(label=_("Since"), required=False, widget=day_input(), help_text=_("Left empty: today."))
    because = forms.CharField(label=_("Why"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [(phase.slug, _now(phase.name)) for phase in PHASES]


class ShowForm(forms.Form):
    """What shows an item of a phase."""

    item = forms.CharField(widget=forms.HiddenInput, max_length=40)
    words = forms.CharField(label=_("What shows it"), max_length=500)
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")
