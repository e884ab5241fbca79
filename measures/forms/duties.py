"""Who owes what: the forms of an obligation and of an excuse."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from backbone.models import Initiative, Partner
from measures.forms.fields import MonthField, PartnerChoice, PartnerChoices
from measures.models import Indicator, Obligation
from measures.rules import kinds
from measures.rules.periods import Grain

TICKED_AT_MOST = 30  # partners; more are chosen from a list that scrolls


class ObligationForm(forms.Form):
    """Who owes one indicator, from when to when."""

    indicator = forms.ModelChoiceField(None, label=_("Indicator"), empty_label=_("choose one"))
    partners = PartnerChoices(
        None,
        label=_("Partners"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose nobody for every partner, those that join later too."),
    )
    starts_on = forms.DateField(
        label=_("From"), required=False, widget=day_input(), help_text=_("Left empty: from when each joins.")
    )
    ends_on = forms.DateField(
        label=_("Until"), required=False, widget=day_input(), help_text=_("Left empty: until each leaves.")
    )
    frequency = forms.ChoiceField(
        label=_("How often"),
        required=False,
        choices=[("", _("as often as the indicator asks")), *Indicator.Frequency.choices],
        help_text=_("What is filed for a quarter is never split into months, and not expected in them."),
    )
    first_partial = forms.ChoiceField(
        label=_("A first period that began before"), required=False, choices=Obligation.FirstPartial.choices
    )

    def clean_first_partial(self) -> str:
        return self.cleaned_data["first_partial"] or Obligation.FirstPartial.EXPECTED

    def __init__(self, *args, initiative: Initiative, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = Indicator.objects.filter(initiative=initiative).exclude(
            kind__in=kinds.NOT_FILED
        )
        partners = Partner.objects.of_initiative(initiative)
        self.fields["partners"].queryset = partners
        if partners.count() > TICKED_AT_MOST:
            self.fields["partners"].widget = forms.SelectMultiple(attrs={"size": 12})
            self.fields["partners"].widget.choices = self.fields["partners"].choices


class RhythmForm(forms.Form):
    """How often one line is filed, and from which period on."""

    frequency = forms.ChoiceField(label=_("How often"))
    since = MonthField(
        label=_("From the period that begins in"),
        required=False,
        help_text=_("Its first month, as in 2026-10. Left empty: from its first day, as if it had always been so."),
    )

    def __init__(self, *args, obligation: Obligation, **kwargs):
        asked = obligation.indicator.frequency
        super().__init__(*args, initial={"frequency": obligation.frequency or asked}, **kwargs)
        rarer = [choice for choice in Indicator.Frequency.choices if Grain(choice[0]).months >= Grain(asked).months]
        self.fields["frequency"].choices = rarer


class ExcuseForm(forms.Form):
    """Letting one partner off one indicator for one period."""

    indicator = forms.ModelChoiceField(None, label=_("Indicator"), empty_label=_("choose one"))
    partner = PartnerChoice(None, label=_("Partner"))
    period = MonthField(label=_("For the month"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("It stands beside the figure: “7 of 8, 1 excused”.")
    )

    def __init__(self, *args, initiative: Initiative, **kwargs):
        super().__init__(*args, auto_id="id_excuse_%s", **kwargs)
        self.fields["indicator"].queryset = Indicator.objects.filter(initiative=initiative).exclude(
            kind__in=kinds.NOT_FILED
        )
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
