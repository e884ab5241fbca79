"""Forms of the matrix: what of it is looked at, a need, an overlap that is wanted, a what-if."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from activities.rules.cells import State, latest_expiry
from activities.selectors.axes import NAMES, Axes
from backbone.forms.roster import day_input
from backbone.models import Membership

AXES = (("strategy", _("Strategies")), ("population", _("Populations")), ("place", _("Places")))
EVERY = {"strategy": _("every strategy"), "population": _("every population"), "place": _("every place")}
ONLY = (
    ("", _("Everything")),
    (State.GAP, _("Gaps")),
    (State.TWICE, _("Twice?")),
    (State.UNKNOWN, _("Unknown")),
)


class LookForm(forms.Form):
    """Rows and columns, the values that axes are cut to, and the day. What makes no sense is as if it were not said."""

    rows = forms.ChoiceField(label=_("Rows"), choices=AXES, required=False)
    columns = forms.ChoiceField(label=_("Columns"), choices=AXES, required=False)
    strategy = forms.ChoiceField(label=_("Strategy"), required=False)
    population = forms.ChoiceField(label=_("Population"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    day = forms.DateField(label=_("On"), required=False, widget=day_input())

    def __init__(self, data: Any, *, axes: Axes, today: date):
        begun = {"rows": "population", "columns": "place", "day": today.isoformat()}
        said = {name: value for name, value in data.items() if value}
        super().__init__({**begun, **said}, auto_id="look_%s", initial={**begun, "day": today})
        self.today = today
        for name in NAMES:
            tags = [(tag.key, f"{'– ' * tag.depth}{tag.label}") for tag in axes.of(name)]
            self.fields[name].choices = [("", EVERY[name]), *tags]
        self.is_valid()

    def said(self, name: str) -> Any:
        """What was said, where it makes sense; else what holds when nothing is said."""
        value = self.cleaned_data.get(name)
        return value or self.get_initial_for_field(self.fields[name], name) or ""

    @property
    def on(self) -> date:
        return self.said("day") or self.today

    @property
    def axes(self) -> tuple[str, str, str]:
        """The axis of the rows, that of the columns, and the third, by which the rows are grouped."""
        rows, columns = self.said("rows"), self.said("columns")
        if rows == columns:
            columns = next(name for name in ("place", "population", "strategy") if name != rows)
        return rows, columns, next(name for name in NAMES if name not in (rows, columns))


class NeedForm(forms.Form):
    """What one cell needs a year, from a source."""

    amount = forms.DecimalField(
        label=_("Needed a year"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)],
        widget=forms.TextInput(attrs={"class": "is-short", "inputmode": "decimal"}),
        help_text=_("0 when nothing is needed here. As long as nobody knows, leave it out: the cell says unknown."),
    )  # fmt: skip
    unit = forms.CharField(
        label=_("Of what"), max_length=40, help_text=_("As the activities count it, such as “places”.")
    )
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Who counted, and when, as in “P6 intake list, August 2026”.")
    )
    source_url = forms.URLField(label=_("Its web page"), max_length=300, required=False, assume_scheme="https")
    as_of = forms.DateField(label=_("As of"), widget=day_input())


class OverlapForm(forms.Form):
    """Why an overlap is wanted, and until when."""

    reason = forms.CharField(label=_("Why it is wanted"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    expires_on = forms.DateField(
        label=_("Until"), widget=day_input(), help_text=_("Twelve months at the most, so that somebody looks again.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, initial={"expires_on": latest_expiry(today)}, **kwargs)


class WhatIfForm(forms.Form):
    """A question to try out, and who finds out by when."""

    text = forms.CharField(label=_("What if?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.ModelChoiceField(label=_("Who finds out"), queryset=None, required=False, empty_label=_("nobody yet"))
    learn_by = forms.DateField(label=_("By when"), required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Membership.objects.filter(is_active=True).order_by("name")


class DaysForm(forms.Form):
    """Two days to be compared."""

    since = forms.DateField(label=_("From"), widget=day_input())
    until = forms.DateField(label=pgettext_lazy("last day", "To"), widget=day_input())
