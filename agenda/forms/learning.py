"""Forms of the learning ledger."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agenda.models import Learning
from agenda.selectors.learning import subjects
from backbone.forms.roster import day_input
from backbone.models import Initiative
from backbone.roles import Can
from backbone.selectors.able import people_who


class PromiseForm(forms.Form):
    """Who finds out, by when."""

    owner = forms.ModelChoiceField(label=_("Who finds out"), queryset=None, required=False, empty_label=_("nobody yet"))
    learn_by = forms.DateField(label=_("By when"), required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_who(Can.JOIN_IN)


class EntryForm(PromiseForm):
    """A new entry: what it is, its words, and what it is about."""

    sort = forms.ChoiceField(label=_("What it is"), choices=Learning.Sort.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("In words"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    about = forms.MultipleChoiceField(
        label=_("What it is about"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    field_order = ("sort", "text", "about", "owner", "learn_by")

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.things = {thing.of: thing for thing in subjects(initiative)}
        groups = defaultdict(list)
        for thing in self.things.values():
            groups[thing.group].append((thing.of, f"{thing.code} {thing.label}".strip()))
        self.fields["about"].choices = list(groups.items())

    def clean_about(self):
        return [self.things[name] for name in self.cleaned_data["about"]]


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("The answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class TakeUpForm(forms.Form):
    becomes = forms.ChoiceField(label=_("It led to"), choices=Learning.Becomes.choices, widget=forms.RadioSelect)
    what = forms.CharField(label=_("Which, in words"), max_length=500)


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Why it is let go"), max_length=500)
