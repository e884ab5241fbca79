"""What of the register is looked for, as the address says it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Place, Population, ServiceType
from activities.selectors.register import Wanted
from activities.selectors.vocabulary import tree
from agenda.models import Strategy
from backbone.forms.roster import day_input
from backbone.models import Initiative, Partner


class FindForm(forms.Form):
    """Filters. A value that means nothing here is as if it were not given: addresses outlive what they name."""

    q = forms.CharField(
        label=_("Find"), max_length=200, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    strategy = forms.ChoiceField(label=_("Strategy"), required=False)
    kind = forms.ChoiceField(label=_("Kind of service"), required=False)
    population = forms.ChoiceField(label=_("Population"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    partner = forms.ChoiceField(label=_("Partner"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("any")), *Activity.Status.choices])
    on = forms.DateField(label=_("Runs on"), required=False, widget=day_input())

    def __init__(self, *args: Any, initiative: Initiative, strategies: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        anything = [("", _("any"))]
        self.fields["strategy"].choices = anything + strategies
        for name, sort in (("kind", ServiceType), ("population", Population), ("place", Place)):
            self.fields[name].choices = anything + [(leaf.word.slug, leaf.indented) for leaf in tree(sort)]
        partners = Partner.objects.of_initiative(initiative)
        self.fields["partner"].choices = anything + [(one.code, _named(one)) for one in partners]

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value}
        if "\x00" in said.get("q", ""):
            said.pop("q")
        return Wanted(**said)


def strategies_of(initiative: Initiative) -> list[tuple[str, str]]:
    """("outcome/strategy", title) of every strategy, in the order of the agenda."""
    rows = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
    return [
        (f"{row.outcome.slug}/{row.slug}", row.title)
        for row in rows.order_by("outcome__position", "outcome_id", "position", "pk")
    ]


def _named(partner: Partner) -> str:
    return partner.code if partner.name == partner.code else f"{partner.code} {partner.name}"
