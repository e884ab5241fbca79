"""Which column of a directory is what, and what becomes of what is not known here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.rules.unknown import MAKE, NONE, OUT
from agenda.models import Outcome
from backbone.forms.roster import day_input
from backbone.models import Initiative

SINGLE = {
    "organization": _("Organization"),
    "name": _("Name of the service"),
    "key": _("Its id in the directory"),
    "description": _("What it is"),
    "url": _("Web page"),
    "kind": _("Kind of service"),
    "strategy": _("Strategies that it serves"),
    "status": _("Status"),
    "starts_on": _("First day"),
    "ends_on": _("Last day"),
    "level": _("What a row is"),
}


class MappingForm(forms.Form):
    """The columns as choices; the guess is what is chosen at first. `may_make`: partners may be made;
    `may_add_strategies`: strategies may be."""

    source = forms.CharField(
        label=_("What the directory is called"), max_length=80,
        help_text=_("The next version of it, under the same name, changes what this one brought."),
    )  # fmt: skip
    populations = forms.MultipleChoiceField(label=_("For whom"), required=False)
    places = forms.MultipleChoiceField(label=_("Where"), required=False)
    skip = forms.CharField(
        label=_("Rows of organizations say"), max_length=80, required=False,
        help_text=_("In the column of what a row is: such rows are no services and stay out."),
    )  # fmt: skip
    separator = forms.ChoiceField(
        label=_("Lists in cells are parted by"),
        choices=[(";", _("semicolons")), (",", _("commas")), ("|", _("vertical lines")), ("", _("nothing: no lists"))],
        required=False,
    )
    order = forms.ChoiceField(
        label=_("01/02/2026 is"), choices=[("month", _("the 2nd of January")), ("day", _("the 1st of February"))]
    )
    since = forms.DateField(label=_("First day of what is active and says none"), widget=day_input())
    unknown = forms.ChoiceField(label=_("Organizations that are no partners here"), widget=forms.RadioSelect)
    words = forms.ChoiceField(
        label=_("Kinds, populations and places that are not known here"),
        choices=[(MAKE, _("are added to the words")), (OUT, _("are left out"))],
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(label=_("Strategies that are not known here"), required=False)

    field_order = (
        "source", "organization", "name", "key", "description", "url", "kind", "strategy", "populations", "places",
        "status", "starts_on", "ends_on", "since", "order", "separator", "level", "skip", "unknown", "words", "outcome",
    )  # fmt: skip

    def __init__(
        self, *args: Any, headings: list[str], guess: Any, initiative: Initiative, may_make: bool,
        may_add_strategies: bool, **kwargs: Any,
    ):  # fmt: skip
        kwargs["initial"] = asdict(guess)
        super().__init__(*args, **kwargs)
        columns = [(heading, heading) for heading in headings]
        for name, label in SINGLE.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=[("", _("none of them")), *columns], required=name == "name"
            )
        for name in ("populations", "places"):
            self.fields[name].choices = columns
            self.fields[name].widget.attrs["size"] = 5
        unknown = [(NONE, _("their services come in without a partner")), (OUT, _("their services stay out"))]
        if may_make:
            unknown.insert(0, (MAKE, _("become partners")))
        self.fields["unknown"].choices = unknown
        outcomes = Outcome.objects.filter(initiative=initiative) if may_add_strategies else []
        self.fields["outcome"].choices = [("", _("are left out"))] + [
            (one.slug, _("become strategies of “%(outcome)s”") % {"outcome": one.title}) for one in outcomes
        ]
        self.order_fields(self.field_order)
        if not may_make and self.initial.get("unknown") == MAKE:
            self.initial["unknown"] = NONE

    @property
    def chosen(self) -> dict[str, Any]:
        """What a mapping is made of."""
        said = dict(self.cleaned_data)
        said["populations"], said["places"] = tuple(said["populations"]), tuple(said["places"])
        return said
