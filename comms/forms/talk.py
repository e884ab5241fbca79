"""What somebody says about a thing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership


class PostForm(forms.Form):
    text = forms.CharField(label=_("What do you say?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    mentions = forms.ModelMultipleChoiceField(
        label=_("Tell"), queryset=None, required=False, widget=forms.SelectMultiple(attrs={"size": 4}),
        help_text=_("They find it in their inbox. Listed is who may see this."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: list[Membership], **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Membership.objects.filter(pk__in=[one.pk for one in people])
        self.fields["mentions"].queryset = rows.order_by("name", "pk")
