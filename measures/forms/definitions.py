"""A new definition of an indicator from a period on."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from measures.forms.setup import MonthField
from measures.models import DefinitionVersion, Indicator
from measures.rules.kinds import AVAILABLE, KINDS
from measures.selectors.versions import FIELDS, History

COMPARABLE = [
    ("", _("No: it is counted differently, and nothing is compared or added up across the change")),
    ("1", _("Yes: the same things are counted, only better described")),
]


class DefinitionForm(forms.Form):
    """Only what partners fill in alike can be chosen as a kind: anything else is a new indicator."""

    starts_on = MonthField(label=_("From the month"), help_text=_("The first month that is counted this way."))
    definition = forms.CharField(
        label=_("How we count it"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Filers read it beside the field, in every period from this month on."),
    )  # fmt: skip
    numerator = forms.CharField(label=_("What stands on top"), max_length=200, required=False)
    denominator = forms.CharField(label=_("Out of what"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("How it adds up"))
    over_time = forms.ChoiceField(label=_("How it combines over time"), required=False)
    is_comparable = forms.ChoiceField(
        label=_("Can figures from before be compared with it?"), choices=COMPARABLE, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    bridge = forms.DecimalField(
        label=_("Bridge factor"), required=False, max_digits=12, decimal_places=6,
        widget=forms.TextInput(attrs={"class": "is-short", "inputmode": "decimal"}),
        help_text=_("What an earlier figure is multiplied with to be compared with a later one, as in 0.95. Nothing that "
                    "is stored changes. Leave it empty if nobody knows."),
    )  # fmt: skip
    bridge_source = forms.CharField(
        label=_("Where the factor is from"), max_length=500, required=False,
        help_text=_("As in “both ways counted side by side in June 2026”."),
    )  # fmt: skip

    def __init__(self, *args, history: History, version: DefinitionVersion | None = None, **kwargs):
        before: Indicator | DefinitionVersion
        if version is None:
            before = history.rows[-1] if history.rows else history.indicator
            initial = {name: getattr(before, name) for name in FIELDS} | {"is_comparable": ""}
        else:
            before = history.as_at(version.starts_on - timedelta(days=1))
            initial = {name: getattr(version, name) for name in (*FIELDS, "bridge", "bridge_source")}
            initial["is_comparable"] = "1" if version.is_comparable else ""
        super().__init__(*args, initial=initial, **kwargs)
        if version is not None:
            del self.fields["starts_on"]
        asks = KINDS[before.kind].asks
        alike = [kind for kind in AVAILABLE if kind.asks == asks]
        self.fields["kind"].choices = [(kind.slug, gettext(kind.name)) for kind in alike]
        if not any(kind.takes_over_time for kind in alike):
            del self.fields["over_time"]
        else:
            self.fields["over_time"].choices = [("", "–"), *Indicator.OverTime.choices]
        if not KINDS[before.kind].is_ratio:
            del self.fields["numerator"], self.fields["denominator"]

    def clean(self):
        cleaned = super().clean()
        cleaned["is_comparable"] = bool(cleaned.get("is_comparable"))
        kind = KINDS.get(cleaned.get("kind", ""))
        if "over_time" in self.fields and kind is not None and not kind.takes_over_time:
            cleaned["over_time"] = ""
        return cleaned
