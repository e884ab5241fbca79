"""Fields that the forms of the set-up share: a month, a number, a partner, and a list with a line for each thing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from backbone import tabular
from backbone.look.numbers import own_format
from backbone.models import Partner
from backbone.models.tenants import slug_field_rule
from backbone.problems import Problem
from backbone.wording import say
from measures.rules.figures import plain
from measures.rules.periods import parse_month, text_of


class MonthField(forms.CharField):
    """A month typed as 2027-06, given as its first day."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "is-short", "inputmode": "numeric"}))
        kwargs.setdefault("help_text", _("Year and month, as in 2027-06."))
        super().__init__(max_length=10, **kwargs)

    def prepare_value(self, value):
        return text_of(value) if isinstance(value, date) else value

    def clean(self, value) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = parse_month(text)
        if isinstance(found, Problem):
            raise forms.ValidationError(say(found))
        return found


class NumberField(forms.DecimalField):
    """A number as the reader's language writes it, that comes back so and without the zeros it is stored with."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def prepare_value(self, value):
        own = own_format()
        return tabular.typed_text(plain(value), own, [own]) if isinstance(value, Decimal) else value

    def to_python(self, value):
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        found, problem = tabular.number(value, own_format())
        if problem is not None:
            raise forms.ValidationError(say(problem))
        if found is None or found is tabular.NOT_COLLECTED:  # words for "no figure" are none here
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def decimal_field(label) -> NumberField:
    widget = forms.TextInput(attrs={"class": "is-short", "inputmode": "decimal"})
    return NumberField(label=label, widget=widget, max_digits=24, decimal_places=6, required=False)


class PartnerChoice(forms.ModelChoiceField):
    def label_from_instance(self, partner: Partner) -> str:
        return partner.code if partner.code == partner.name else f"{partner.code} {partner.name}"


class PartnerChoices(PartnerChoice, forms.ModelMultipleChoiceField):
    pass


def named_lines(text: str) -> list[tuple[str, str]]:
    """(short name, name) of each line that is not empty: `16-19 = 16–19 years`, or a name of which one is made.
    Raises ValidationError with the number of the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        first, equals, rest = line.partition("=")
        name = (rest if equals else first).strip()
        slug = first.strip() if equals else slugify(name).replace("_", "-").strip("-")
        if not line.strip():
            continue
        try:
            slug_field_rule(slug)
        except forms.ValidationError:
            words = _("Line %(number)s: “%(line)s” gives no short name; write one first, as in “1 = Major”.")
            raise forms.ValidationError(words, params={"number": number, "line": line.strip()[:80]}) from None
        if len(slug) > 50 or not 0 < len(name) <= 200:
            words = _("Line %(number)s is too long or has no name: at most 50 and 200 letters.")
            raise forms.ValidationError(words, params={"number": number})
        found.append((slug, name))
    return found
