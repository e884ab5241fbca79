"""Forms of working groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.models.tenants import slug_field_rule


class GroupForm(SlugFromName, forms.Form):
    """A group; a new one asks for its short name as well."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.CharField(
        label=_("Short name"), max_length=50, required=False, validators=[slug_field_rule],
        help_text=_("For addresses. Left empty, it is made from the name. It stays."),
    )  # fmt: skip
    purpose = forms.CharField(
        label=_("What it is for"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_steering = forms.BooleanField(label=_("It steers the initiative"), required=False)

    def __init__(self, *args: Any, group: WorkingGroup | None = None, **kwargs: Any):
        if group is not None:
            kwargs["initial"] = {name: getattr(group, name) for name in ("name", "purpose", "is_steering")}
        super().__init__(*args, **kwargs)
        if group is not None:
            del self.fields["slug"]


class PlaceForm(forms.Form):
    """Who is in a group, for whom."""

    member = forms.ModelChoiceField(label=_("Person"), queryset=None, empty_label=_("choose one"))
    partner = forms.ModelChoiceField(
        label=_("For"), queryset=None, required=False, empty_label=_("themself, or the backbone team")
    )
    is_chair = forms.BooleanField(label=_("Chairs it"), required=False)

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Membership.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["partner"].queryset = Partner.objects.of_initiative(initiative)
