"""The forms on a curve's page: its story, who has a part, what works, who does what by when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.forms.roster import day_input
from backbone.models import Initiative, Membership, Partner
from backbone.roles import Can
from backbone.selectors.able import people_who
from measures.forms.fields import PartnerChoice
from measures.models import CurveAction, CurveIdea


class StoryForm(forms.Form):
    text = forms.CharField(
        label=_("The story behind the curve"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("What pushes it, what holds it back, and what you do not know yet. Earlier versions are kept."),
    )


class PartForm(forms.Form):
    """A partner with a part to play, and which."""

    partner = PartnerChoice(None, label=_("Partner"), empty_label=_("choose one"))
    part = forms.CharField(
        label=_("Its part"), max_length=500, help_text=_("In a few words, as in “knows every employer in town”.")
    )

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, auto_id="id_part_%s", **kwargs)
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)


class IdeaForm(forms.Form):
    """Something that works, and how well that is known."""

    text = forms.CharField(label=_("What works, or might"), max_length=500)
    grade = forms.ChoiceField(label=_("How well that is known"), choices=CurveIdea.Grade.choices)
    source = forms.CharField(
        label=_("From where"), max_length=300, required=False, help_text=_("A study, a place, a person, an address.")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, auto_id="id_idea_%s", **kwargs)


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, member: Membership) -> str:
        return member.name or member.email


class ActionForm(forms.Form):
    """Who does what by when."""

    what = forms.CharField(label=_("What"), max_length=500)
    partner = PartnerChoice(None, label=_("Organization"), required=False)
    owner = PersonChoice(None, label=_("Person"), empty_label=_("choose one"))
    due_on = forms.DateField(label=_("By"), widget=day_input())

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, auto_id="id_action_%s", **kwargs)
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
        self.fields["partner"].empty_label = initiative.tenant.name
        self.fields["owner"].queryset = people_who(Can.READ_CURVES)


class ChangeActionForm(forms.Form):
    """Another owner or another day for an action that is set."""

    owner = PersonChoice(None, label=_("Person"), empty_label=None)
    due_on = forms.DateField(label=_("By"), widget=day_input())

    def __init__(self, *args: Any, action: CurveAction, **kwargs: Any):
        initial = {"owner": action.owner_id, "due_on": action.due_on}
        super().__init__(*args, auto_id="id_change_%s", initial=initial, **kwargs)
        wanted = Q(pk__in=people_who(Can.READ_CURVES).values("pk")) | Q(pk=action.owner_id)
        self.fields["owner"].queryset = Membership.objects.filter(wanted).order_by("name", "pk")


class LookAgainForm(forms.Form):
    look_again_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=day_input(),
        help_text=_("Whoever began the curve finds it on their page from a week before."),
    )
