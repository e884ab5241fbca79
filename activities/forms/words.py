"""Forms of the vocabularies: a word, and where it stands in its tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.models import Place, ServiceType
from activities.models.words import Word
from activities.rules.trees import below
from activities.selectors.vocabulary import PARENTS, tree
from backbone.forms.slugs import SlugFromName
from backbone.models.tenants import slug_field_rule


class WordForm(forms.Form):
    """What a word is called and what it stands below. `parent` is answered under the name that the model has for it."""

    name = forms.CharField(label=_("Name"), max_length=120)
    parent = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, sort: type[Word], word: Word | None = None, **kwargs: Any):
        self.sort, self.word = sort, word
        if word is not None:
            parent = getattr(word, {ServiceType: "under", Place: "within"}.get(sort, ""), None)
            kwargs["initial"] = {"name": word.name, "parent": parent.slug if parent else ""}
        super().__init__(*args, **kwargs)
        if sort not in PARENTS:
            del self.fields["parent"]
            return
        leaves = tree(sort)
        inside: set[int] = set()
        if word is not None:
            inside = below({leaf.word.pk: getattr(leaf.word, PARENTS[sort]) for leaf in leaves}, word.pk)
        self.fields["parent"].label = _("Lies in") if sort is Place else _("Under")
        self.words = {leaf.word.slug: leaf.word for leaf in leaves if leaf.word.pk not in inside}
        self.fields["parent"].choices = [("", _("nothing: it stands at the top"))] + [
            (leaf.word.slug, leaf.indented) for leaf in leaves if leaf.word.pk not in inside
        ]

    @property
    def fields_said(self) -> dict[str, Any]:
        """What the service of the words is told."""
        said: dict[str, Any] = {"name": self.cleaned_data["name"]}
        if "parent" in self.fields:
            parent = self.words.get(self.cleaned_data["parent"])
            said["within" if self.sort is Place else "under"] = parent
        return said


class NewWordForm(SlugFromName, WordForm):
    """A new one has a short name as well."""

    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and files. Left empty, it is made from the name. It stays."),
    )
