"""The form of a rule over several lines."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.slugs import SlugFromName
from backbone.models.tenants import slug_field_rule
from measures.models import ValidationRule


class RuleForm(SlugFromName, forms.Form):
    """A rule: two sides, how they compare, what happens when they do not or when something is missing."""

    slug_from = "message"
    no_slug = _("No short name can be made from these words: write one.")

    message = forms.CharField(
        label=_("In words"),
        max_length=500,
        help_text=_("Whoever meets the rule reads it, as in “Nobody is placed who did not complete.”"),
    )
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("Left empty, it is made from the words. It stays."),
    )
    left = forms.CharField(
        label=_("Left side"),
        max_length=500,
        help_text=_("Indicators by their short names in braces, as in {placed.denominator} or {seats} * 2."),
    )
    operator = forms.ChoiceField(label=_("Has to be"), choices=ValidationRule.Operator.choices)
    right = forms.CharField(label=_("Right side"), max_length=500, help_text=_("The same, or a number."))
    severity = forms.ChoiceField(
        label=_("When it does not hold"), choices=ValidationRule.Severity.choices, initial=ValidationRule.Severity.SOFT
    )
    importance = forms.ChoiceField(
        label=_("Importance"), choices=ValidationRule.Importance.choices, initial=ValidationRule.Importance.MEDIUM
    )
    missing = forms.ChoiceField(
        label=_("When something is missing"),
        choices=ValidationRule.Missing.choices,
        help_text=_("A blank is not a zero: a rule with a blank in it neither holds nor breaks."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args, rule: ValidationRule | None = None, **kwargs):
        if rule is not None:
            kwargs["initial"] = {name: getattr(rule, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if rule is not None:
            del self.fields["slug"]
