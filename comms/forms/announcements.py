"""Forms of announcements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, WorkingGroup
from backbone.roles import Can
from backbone.selectors.groups import own_groups
from comms.models import Decision
from comms.selectors.decisions import decisions_of


class AnnouncementForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("In words"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    group = forms.ModelChoiceField(
        label=_("To whom"), queryset=None, required=False, empty_label=_("all partners of the initiative")
    )
    decision = forms.ModelChoiceField(
        label=_("It passes on"), queryset=None, required=False, empty_label=_("no decision"),
        help_text=_("Its page then says who has read it."),
    )  # fmt: skip
    needs_answer = forms.BooleanField(label=_("Each organization says that it has read it"), required=False)

    def __init__(self, *args: Any, initiative: Initiative, membership: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        groups = WorkingGroup.objects.filter(initiative=initiative, ended_on=None)
        own = own_groups(membership, Can.EDIT_MEETINGS)
        if own is not None:
            groups = groups.filter(pk__in=own)
            self.fields["group"].required = True
        self.fields["group"].queryset = groups
        rows = decisions_of(initiative, membership).filter(state=Decision.State.STANDS)
        self.fields["decision"].queryset = rows
        self.fields["decision"].label_from_instance = lambda one: f"{one}: {one.text[:80]}"
