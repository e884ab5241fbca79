"""Forms of hand-offs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from activities.models import Activity
from activities.models.handoffs import LONGEST
from backbone.forms.roster import day_input
from backbone.models import Initiative


class HandOffForm(forms.Form):
    """Which activity waits for which, for what, and how soon that was promised."""

    giver = forms.ModelChoiceField(label=_("From"), queryset=None, empty_label=_("choose an activity"))
    taker = forms.ModelChoiceField(
        label=pgettext_lazy("from one to another", "To"), queryset=None, empty_label=_("choose an activity")
    )
    what = forms.CharField(label=_("What is handed on"), max_length=200)
    promised_days = forms.IntegerField(
        label=_("Promised within days"), min_value=0, max_value=LONGEST, required=False,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Activity.objects.filter(initiative=initiative).exclude(status=Activity.Status.CANCELLED)
        for name in ("giver", "taker"):
            self.fields[name].queryset = rows.order_by("name", "pk")


class DayForm(forms.Form):
    """The day on which something was asked for, or came."""

    day = forms.DateField(label=_("On"), widget=day_input())
