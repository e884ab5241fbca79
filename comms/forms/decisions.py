"""Forms of decisions and actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaVersion, Learning, Strategy
from backbone.forms.roster import day_input
from backbone.models import Initiative, Membership, Partner
from backbone.roles import Can
from backbone.selectors.able import people_who
from comms.models import Action, Decision, Meeting, Topic
from comms.selectors.decisions import decisions_of
from measures.models import Indicator


class _OfInitiative(forms.Form):
    """A form whose choices are an initiative's own; each part of it says which by `offer`."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer(initiative)

    def offer(self, initiative: Initiative) -> None:
        """Set what may be chosen."""


class CiteForm(_OfInitiative):
    cite = forms.ModelMultipleChoiceField(
        label=_("Figures it rests on"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Frozen as they stand now, with who is in them."),
    )  # fmt: skip

    def offer(self, initiative: Initiative) -> None:
        super().offer(initiative)
        rows = Indicator.objects.filter(initiative=initiative, retired_on=None)
        self.fields["cite"].queryset = rows.order_by("code", "name", "pk")
        self.fields["cite"].label_from_instance = lambda one: f"{one.code} {one.name}".strip()


class DissentForm(_OfInitiative):
    partner = forms.ModelChoiceField(
        label=_("Who did not agree"), queryset=None, required=False, empty_label=_("nobody")
    )
    words = forms.CharField(label=_("In its words"), max_length=1000, required=False)

    def offer(self, initiative: Initiative) -> None:
        super().offer(initiative)
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)


class DecisionForm(CiteForm, DissentForm):
    """A new decision, in a meeting or without one."""

    text = forms.CharField(label=_("What was decided"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(label=_("Why"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=None, required=False, empty_label=_("none of the list"))
    strategy = forms.ModelChoiceField(
        label=_("Strategy"), queryset=None, required=False, empty_label=_("none in particular"),
        help_text=_("Whoever is expected for it is named when absent."),
    )  # fmt: skip
    agenda_version = forms.ModelChoiceField(
        label=_("Version of the agenda"), queryset=None, required=False, empty_label=_("the newest")
    )
    decided_on = forms.DateField(label=_("Decided on"), required=False, widget=day_input())
    review_on = forms.DateField(label=_("Look again on"), required=False, widget=day_input())
    entry = forms.ModelChoiceField(
        label=_("It takes up"), queryset=None, required=False, empty_label=_("nothing of the ledger")
    )
    field_order = (
        "text", "reason", "cite", "strategy", "partner", "words", "review_on", "topic", "entry", "agenda_version",
        "decided_on",
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, meeting: Meeting | None = None, **kwargs: Any):
        super().__init__(*args, initiative=initiative, **kwargs)
        self.fields["strategy"].queryset = Strategy.objects.filter(outcome__initiative=initiative)
        self.fields["agenda_version"].queryset = AgendaVersion.objects.filter(initiative=initiative).order_by("-number")
        self.fields["entry"].queryset = Learning.objects.filter(initiative=initiative, state=Learning.State.OPEN)
        if meeting is None:
            del self.fields["topic"]
        else:
            self.fields["topic"].queryset = Topic.objects.filter(meeting=meeting)
            del self.fields["decided_on"]

    def said(self) -> dict[str, Any]:
        """What the service wants to know."""
        data = dict(self.cleaned_data)
        partner, words = data.pop("partner"), data.pop("words")
        return data | {"cite": list(data["cite"]), "dissent": [(partner, words)] if partner is not None else []}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("words") and cleaned.get("partner") is None:
            self.add_error("partner", _("Whose words are these?"))
        return cleaned


class ReviewForm(forms.Form):
    review_on = forms.DateField(label=_("Look again on"), required=False, widget=day_input())


class ReplaceForm(forms.Form):
    other = forms.ModelChoiceField(label=_("By which decision"), queryset=None)

    def __init__(self, *args: Any, decision: Decision, membership: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = decisions_of(decision.initiative, membership).filter(state=Decision.State.STANDS)
        self.fields["other"].queryset = rows.exclude(pk=decision.pk)
        self.fields["other"].label_from_instance = lambda one: f"{one}: {one.text[:80]}"


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)


class ActionForm(forms.Form):
    """A new action. Without an organization it is the backbone's own."""

    what = forms.CharField(label=_("What"), max_length=500)
    owner = forms.ModelChoiceField(label=_("Who does it"), queryset=None, empty_label=_("choose one"))
    partner = forms.ModelChoiceField(
        label=_("Organization"), queryset=None, required=False, empty_label=_("the backbone team")
    )
    due_on = forms.DateField(label=_("By"), widget=day_input())
    decision = forms.ModelChoiceField(
        label=_("From which decision"), queryset=None, required=False, empty_label=_("no decision")
    )
    entry = forms.ModelChoiceField(
        label=_("It takes up"), queryset=None, required=False, empty_label=_("nothing of the ledger")
    )

    def __init__(
        self,
        *args: Any,
        initiative: Initiative,
        membership: Membership,
        meeting: Meeting | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_who(Can.DECIDE)
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
        rows = decisions_of(initiative, membership).filter(state=Decision.State.STANDS)
        self.fields["decision"].queryset = rows.filter(meeting=meeting) if meeting is not None else rows
        self.fields["decision"].label_from_instance = lambda one: f"{one}: {one.text[:80]}"
        self.fields["entry"].queryset = Learning.objects.filter(initiative=initiative, state=Learning.State.OPEN)


class ChangeActionForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Who does it"), queryset=None, empty_label=_("choose one"))
    due_on = forms.DateField(label=_("By"), widget=day_input())
    note = forms.CharField(label=_("Why"), max_length=500, required=False)

    def __init__(self, *args: Any, action: Action, **kwargs: Any):
        super().__init__(*args, initial={"owner": action.owner_id, "due_on": action.due_on}, **kwargs)
        self.fields["owner"].queryset = people_who(Can.DECIDE)
