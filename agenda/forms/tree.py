"""Forms of the agenda: the vision, a result, a strategy."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from agenda.models import Outcome
from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative
from backbone.models.tenants import slug_field_rule

VISION_LENGTH = 5000


class VisionForm(forms.Form):
    vision = forms.CharField(
        label=_("What will be true when you have succeeded?"),
        max_length=VISION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "bb-voice"}),
        help_text=_("One sentence, in words a parent would use. You can change it at any time."),
    )


class TitleForm(forms.Form):
    """The title of a result or a strategy that is there already."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"class": "bb-voice"}))


class OutcomeForm(TitleForm):
    """A result for the population, or an outcome on the way to one."""

    level = forms.ChoiceField(
        label=_("What it is"),
        choices=Outcome.Level.choices,
        initial=Outcome.Level.RESULT,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("A result is of everybody; partners contribute to it and are never summed into it."),
    )
    under = forms.ModelChoiceField(
        label=_("Leads to the result"), queryset=None, required=False, empty_label=_("None in particular")
    )
    population = forms.CharField(label=_("Who"), max_length=200, required=False)
    place = forms.CharField(label=_("Where"), max_length=200, required=False)

    def __init__(self, *args, initiative: Initiative, without: Outcome | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        results = Outcome.objects.filter(initiative=initiative, level=Outcome.Level.RESULT)
        self.fields["under"].queryset = results.exclude(pk=without.pk) if without else results

    def clean_level(self):
        return self.cleaned_data["level"] or Outcome.Level.RESULT

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("level") == Outcome.Level.RESULT and cleaned.get("under"):
            self.add_error("under", _("A result for the population stands at the top, under nothing else."))
        return cleaned


class NewSlugForm(SlugFromName, forms.Form):
    """A new one asks for a short name as well, and makes it from the title when it is left empty."""

    slug_from = "title"
    no_slug = _("No short name can be made from this title: write one.")

    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and files, as in “in-work”. Left empty, it is made from the title. It stays."),
    )


class NewTitleForm(NewSlugForm, TitleForm):
    """A new strategy."""

    field_order = ("title", "slug")


class NewOutcomeForm(NewSlugForm, OutcomeForm):
    """A new result or outcome."""

    field_order = ("title", "level", "under", "population", "place", "slug")
