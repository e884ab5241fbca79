"""What is said of one activity: what it is, whom it is for, where, towards what.

The form takes the activity as it is said now and answers it as it would be said then; the register's service decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.forms.finding import strategies_of
from activities.models import Activity, Place, Population, ServiceType
from activities.rules.said import ActivitySaid, PartSaid
from activities.rules.shares import is_even, settle
from activities.selectors.vocabulary import tree
from backbone.forms.roster import day_input
from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative, Partner
from backbone.models.tenants import slug_field_rule
from backbone.wording import say
from measures.models import Indicator

HUNDRED = Decimal(100)
SORTS = ("strategies", "populations", "places")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag on the form: its box and its share, as bound fields, and how deep it stands."""

    box: forms.BoundField
    share: forms.BoundField
    label: str
    depth: int


def plain(number: Decimal | None) -> str | None:
    """A number as a person types it, without an exponent or idle zeros."""
    return None if number is None else f"{number.normalize():f}"


class ActivityForm(forms.Form):
    """What an activity is, whom it is for, where, and towards what. Tags are boxes with a share beside each; shares that
    are left empty are even."""

    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("What it is"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    service_type = forms.ChoiceField(label=_("Kind of service"), required=False)
    status = forms.ChoiceField(label=_("Status"), choices=Activity.Status.choices, initial="planned")
    starts_on = forms.DateField(label=_("First day"), required=False, widget=day_input())
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=day_input(), help_text=_("Leave it empty while it has no end.")
    )
    capacity = forms.DecimalField(
        label=_("Capacity a year"), required=False, min_value=0, max_digits=14, decimal_places=2,
        help_text=_("How much it offers in a year. Empty: nobody said, which is not zero."),
    )  # fmt: skip
    capacity_unit = forms.CharField(
        label=_("Of what"), max_length=40, required=False, help_text=_("Such as “places” or “hours”.")
    )
    url = forms.URLField(label=_("Web page"), max_length=300, required=False, assume_scheme="https")
    indicators = forms.MultipleChoiceField(
        label=_("Indicators that show whether it works"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, initiative: Initiative, said: ActivitySaid | None = None, **kwargs: Any):
        self.said = said or ActivitySaid("", "")
        fields = ("name", "description", "service_type", "status", "starts_on", "ends_on", "capacity", "capacity_unit",
                 "url", "indicators")  # fmt: skip
        begun = {name: getattr(self.said, name) for name in fields}
        begun["capacity"] = plain(begun["capacity"])
        kwargs["initial"] = begun | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        kinds = tree(ServiceType)
        self.fields["service_type"].choices = [("", _("none of these"))] + [
            (leaf.word.slug, leaf.indented)
            for leaf in kinds
            if not leaf.word.is_retired or leaf.word.slug == self.said.service_type
        ]
        rows = Indicator.objects.filter(initiative=initiative)
        self.fields["indicators"].choices = [(one.slug, f"{one.code} {one.name}".strip()) for one in rows]
        self.tags: dict[str, list[tuple[str, str, int]]] = {
            "strategies": [(slug, title, 0) for slug, title in strategies_of(initiative)],
            "populations": self._words(Population, self.said.populations),
            "places": self._words(Place, self.said.places),
        }
        for sort in SORTS:
            self._add_tags(sort, getattr(self.said, sort))

    @staticmethod
    def _words(sort: Any, used: Mapping[str, Decimal]) -> list[tuple[str, str, int]]:
        return [
            (leaf.word.slug, leaf.word.name, leaf.depth)
            for leaf in tree(sort)
            if not leaf.word.is_retired or leaf.word.slug in used
        ]

    def _add_tags(self, sort: str, used: Mapping[str, Decimal]) -> None:
        shows = not is_even(used)
        for slug, label, _depth in self.tags[sort]:
            share = used[slug] * HUNDRED if slug in used and shows else None
            self.fields[f"{sort}:{slug}"] = forms.BooleanField(label=label, required=False, initial=slug in used)
            self.fields[f"{sort}:{slug}:share"] = forms.DecimalField(
                label=_("Share of %(tag)s in percent") % {"tag": label},
                required=False, min_value=0, max_value=100, decimal_places=4,
                initial=None if share is None else plain(share),
                widget=forms.NumberInput(attrs={"step": "any"}),
            )  # fmt: skip

    @property
    def strategy_tags(self) -> list[Tag]:
        return self._tags_of("strategies")

    @property
    def population_tags(self) -> list[Tag]:
        return self._tags_of("populations")

    @property
    def place_tags(self) -> list[Tag]:
        return self._tags_of("places")

    def _tags_of(self, sort: str) -> list[Tag]:
        return [
            Tag(self[f"{sort}:{slug}"], self[f"{sort}:{slug}:share"], label, depth)
            for slug, label, depth in self.tags[sort]
        ]

    def clean(self):
        cleaned = super().clean()
        for sort in SORTS:
            given: dict[str, Decimal | None] = {}
            for slug, _label, _depth in self.tags[sort]:
                share = cleaned.get(f"{sort}:{slug}:share")
                if cleaned.get(f"{sort}:{slug}"):
                    given[slug] = None if share is None else share / HUNDRED
            cleaned[sort], problems = settle(given)
            for problem in problems:
                self.add_error(f"{sort}:{next(iter(given))}", say(problem))
        return cleaned

    @property
    def outcome(self) -> ActivitySaid:
        """The activity as it would be said then."""
        fields = ("name", "description", "service_type", "status", "starts_on", "ends_on", "capacity", "capacity_unit",
                  "url", *SORTS)  # fmt: skip
        said = {name: self.cleaned_data[name] for name in fields}
        return replace(self.said, **said, indicators=tuple(self.cleaned_data["indicators"]))


class NewActivityForm(SlugFromName, ActivityForm):
    """A new one asks who leads and who takes part as well."""

    lead = forms.ChoiceField(label=_("Who leads"), required=False)
    others = forms.MultipleChoiceField(label=_("Who co-delivers"), required=False, widget=forms.CheckboxSelectMultiple)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and files. Left empty, it is made from the name. It stays."),
    )

    def __init__(self, *args: Any, initiative: Initiative, own: set[int] | None, **kwargs: Any):
        super().__init__(*args, initiative=initiative, **kwargs)
        rows = list(Partner.objects.of_initiative(initiative))
        partners = [(one.code, f"{one.code} {one.name}" if one.name != one.code else one.code) for one in rows]
        self.fields["lead"].choices = [("", _("nobody yet")), *partners]
        self.fields["others"].choices = partners
        mine = [one.code for one in rows if own is not None and one.pk in own]
        if mine:
            self.fields["lead"].initial = mine[0]

    @property
    def outcome(self) -> ActivitySaid:
        lead = self.cleaned_data["lead"]
        parts = [PartSaid(lead, "leads")] if lead else []
        parts += [PartSaid(code) for code in self.cleaned_data["others"] if code != lead]
        return replace(super().outcome, slug=self.cleaned_data["slug"], parts=tuple(parts))
