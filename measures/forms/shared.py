"""The form that counts joint work once: who files it, what it is, how much of their figures it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.models import Partner
from measures.forms.fields import PartnerChoices, decimal_field
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL, Line
from measures.wording import category_words


class SharedForm(forms.Form):
    """How much of what these partners filed for one period is one piece of joint work. All numbers left empty: all that
    they filed. `about` names the activity that it is, by its row."""

    partners = PartnerChoices(None, label=_("Who filed it"), widget=forms.CheckboxSelectMultiple)
    title = forms.CharField(label=_("What was done together"), max_length=200)
    about = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: Line, partners: Iterable[Partner], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["partners"].queryset = partners
        self.places: dict[str, tuple[str, str]] = {}
        for component in line.components:
            self._ask(component, TOTAL, component, _named(line, component))
        self.fields[next(iter(self.places))].help_text = _("Left empty: all that they filed, where it is the same.")
        for breakdown in line.breakdowns:
            for key in line.keys(breakdown) if line.is_exclusive(breakdown) else ():
                for component in line.components:
                    words = category_words(line, key)
                    if len(line.components) > 1:
                        words = f"{words}: {_named(line, component)}"
                    self._ask(f"{key}/{component}", key, component, words)

    def _ask(self, name: str, key: str, component: str, label: Any) -> None:
        self.fields[name] = decimal_field(label)
        self.places[name] = (key, component)

    @property
    def amounts(self) -> dict[str, Entry] | None:
        """By category what was typed; None where nothing was."""
        typed: dict[str, dict[str, Any]] = {}
        for name, (key, component) in self.places.items():
            if self.cleaned_data.get(name) is not None:
                typed.setdefault(key, {})[component] = self.cleaned_data[name]
        return {key: Entry(**numbers) for key, numbers in typed.items()} or None


def _named(line: Line, component: str) -> Any:
    if component == "value":
        return _("How much of it is that")
    return line.component_name(component)
