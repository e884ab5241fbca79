"""Forms of the set-up: an indicator, whose fields depend on its kind; a dimension.

A form parses what was typed; what makes a definition right is asked of the rules by the services.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.models import Outcome, Strategy
from backbone.forms.roster import day_input
from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative
from backbone.models.tenants import slug_field_rule
from measures.forms.composing import ComponentsField, formula_help
from measures.forms.fields import MonthField, NumberField, decimal_field, named_lines
from measures.models import Dimension, Indicator
from measures.rules import kinds
from measures.rules.derived import NO_INPUTS
from measures.rules.formula import LONGEST
from measures.rules.lines import PERCENT, Level, Line

CROSSED_AT_MOST = 4  # dimensions; with more, cross-tabulations are set up by a bundle


class IndicatorForm(SlugFromName, forms.Form):
    """An indicator. Only what its kind needs is asked: `kind` comes from the data, else from the indicator."""

    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and spreadsheets. Left empty, it is made from the name. It stays."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"class": "is-short"}),
        help_text=_("A label such as K1."),
    )
    definition = forms.CharField(
        label=_("How we count it"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Filers read it beside the field. Who is counted, when, and what is left out?"),
    )
    outcome = forms.ModelChoiceField(None, label=_("Result it measures"), required=False, empty_label=_("none yet"))
    strategy = forms.ModelChoiceField(None, label=_("Strategy"), required=False, empty_label=_("none in particular"))
    kind = forms.CharField(label=_("How it adds up"), required=False, max_length=20)
    numerator = forms.CharField(
        label=_("What stands on top"), max_length=200, required=False, help_text=_("As in “in work”.")
    )
    denominator = forms.CharField(
        label=_("Out of what"), max_length=200, required=False, help_text=_("As in “everyone due”.")
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, widget=forms.TextInput(attrs={"class": "is-short"})
    )
    formula = forms.CharField(
        label=_("Formula"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "bb-formula"}),
    )
    components = ComponentsField(label=_("Components"), required=False)
    reweight = forms.BooleanField(
        label=_("When a component is missing, rescale the weights of the others"),
        required=False,
        help_text=_(
            "Without it, the index has no value while a component has none. With it, it says which is missing."
        ),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, required=False, help_text=_("Who publishes it, as it is to be cited.")
    )
    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")
    over_time = forms.ChoiceField(
        label=_("Over time"),
        choices=[("", _("choose one")), *Indicator.OverTime.choices],
        error_messages={"required": _("Choose how it combines over time.")},
    )
    carry_forward = forms.IntegerField(
        label=_("Months a level is carried forward"),
        required=False,
        min_value=0,
        max_value=12,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
        help_text=_("0: a missing month is missing. 1: the month before stands in for it, and says so."),
    )
    levels = forms.CharField(
        label=_("Levels, the lowest first"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
        help_text=_(
            "One on each line, at least two. To choose the short name, write it first: “steady = Steady practice”. "
            "Once there are figures, new ones come after them."
        ),
    )
    mean_allowed = forms.BooleanField(
        label=_("The levels may be averaged"),
        required=False,
        help_text=_(
            "Only where a step means the same everywhere on the scale. Else partners are counted at each level."
        ),
    )
    overlap_rate = NumberField(
        label=_("Overlap between partners"),
        widget=forms.TextInput(attrs={"class": "is-short", "inputmode": "decimal"}),
        max_digits=7,
        decimal_places=6,
        required=False,
        help_text=_(
            "A share, if somebody found it out: 0.2 says that a fifth of all counts is the same people again. An "
            "estimate then stands beside the bounds, and is called one."
        ),
    )
    overlap_source = forms.CharField(label=_("From where the overlap is known"), max_length=500, required=False)
    overlap_on = forms.DateField(label=_("When it was found out"), required=False, widget=day_input())
    decimals = forms.BooleanField(label=_("Figures need not be whole numbers"), required=False)
    allows_negative = forms.BooleanField(
        label=_("Figures may be below zero"),
        required=False,
        help_text=_(
            "As of a balance, or a change. While somebody is missing, such a figure is never called at least so much."
        ),
    )
    counts_people = forms.BooleanField(
        label=_("Its numbers are people"),
        required=False,
        initial=True,
        help_text=_("Small groups are hidden before anything is published. Untick it for seats, meals or hours."),
    )
    direction = forms.ChoiceField(label=_("What is better"), choices=Indicator.Direction.choices)
    frequency = forms.ChoiceField(label=_("How often it is filed"), choices=Indicator.Frequency.choices)
    due_day = forms.IntegerField(
        label=_("Due on day"),
        min_value=1,
        max_value=31,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
        help_text=_("Of the month after the period."),
    )
    lock_day = forms.IntegerField(
        label=_("Locks after day"),
        min_value=1,
        max_value=62,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
        help_text=_("The last day to file. Above 31 counts on into the month after: 51 is its 20th."),
    )
    breakdowns = forms.MultipleChoiceField(label=_("Split by"), required=False, widget=forms.CheckboxSelectMultiple)
    baseline_period = MonthField(label=_("Baseline month"), required=False)
    baseline_value = decimal_field(_("Baseline"))
    baseline_numerator = decimal_field(_("Baseline, on top"))
    baseline_denominator = decimal_field(_("Baseline, out of"))
    judged_from = MonthField(
        label=_("Can have moved from"),
        required=False,
        help_text=_("The first month in which what is done can show here, as in 2027-06. Before it, it is not judged."),
    )

    def __init__(self, data=None, *, initiative: Initiative, indicator: Indicator | None = None, initial=None):
        first = {"due_day": 10, "lock_day": 20, "carry_forward": 0, "direction": "up", "frequency": "month"}
        first |= {"counts_people": True}
        if indicator is not None:
            names = [name for name in self.base_fields if hasattr(indicator, name)]
            first |= {name: getattr(indicator, name) for name in names} | {"decimals": not indicator.is_whole}
            first |= {"outcome": indicator.outcome_id, "strategy": indicator.strategy_id}
            first["levels"] = "\n".join(f"{level['slug']} = {level['name']}" for level in indicator.levels)
        super().__init__(data, initial=first | (initial or {}))
        self.indicator = indicator
        self.fields["outcome"].queryset = Outcome.objects.filter(initiative=initiative)
        strategies = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
        self.fields["strategy"].queryset = strategies
        self.fields["breakdowns"].choices = _breakdown_choices(initiative, indicator)
        if not self.fields["breakdowns"].choices:
            del self.fields["breakdowns"]
        if indicator is not None:
            del self.fields["slug"]
        others = Indicator.objects.filter(initiative=initiative)
        self.others = {row.slug: row for row in others if indicator is None or row.pk != indicator.pk}
        self.chosen = kinds.KINDS.get((data or {}).get("kind") or self.initial.get("kind") or "")
        self._ask_what_the_kind_needs()

    def _ask_what_the_kind_needs(self) -> None:
        kind = self.chosen
        is_known = kind is not None and kind.is_available
        dropped = []
        aims = kind.aims if is_known else ()
        if not is_known or not kind.is_ratio:
            dropped += ["numerator", "denominator"]
        if "numerator" not in aims:
            dropped += ["baseline_numerator", "baseline_denominator"]
        if "value" not in aims:
            dropped += ["baseline_value"]
        if not is_known or not kind.takes_levels:
            dropped += ["levels", "mean_allowed"]
        if not is_known or not kind.takes_overlap:
            dropped += ["overlap_rate", "overlap_source", "overlap_on"]
        if is_known and (kind.is_words or kind.slug == kinds.MILESTONE):
            dropped += ["unit"]
        if not is_known or not kind.takes_over_time:
            dropped += ["over_time"]
        if not is_known or not kind.takes_carry_forward:
            dropped += ["carry_forward"]
        is_open = is_known and (kind.is_count or kind.is_measure or kind.is_words or kind.slug == kinds.MONEY)
        if not is_known or is_open or not kind.is_filed:
            dropped += ["decimals"]
        if not is_known or not kind.takes_negative:
            dropped += ["allows_negative"]
        if not is_known or kind.slug != kinds.FORMULA:
            dropped += ["formula"]
        if not is_known or kind.slug != kinds.INDEX:
            dropped += ["components", "reweight"]
        if not is_known or not kind.is_published:
            dropped += ["source", "source_url"]
        if is_known and not kind.is_filed:
            dropped += ["due_day", "lock_day"]
        if not aims:
            dropped += ["baseline_period", "judged_from"]
        if is_known and kind.is_words and "breakdowns" in self.fields:
            dropped += ["breakdowns"]
        for name in dropped:
            self.fields.pop(name, None)
        if is_known and kind.is_ratio:
            if self.indicator is None and not self.initial.get("unit"):
                self.initial["unit"] = PERCENT
            self.fields["unit"].help_text = _("“percent” or “per_1000” say how it is shown.")
        elif is_known and kind.slug == kinds.MONEY:
            self.fields["unit"].label = _("Currency")
            self.fields["unit"].help_text = _(
                "Its code of three letters, as in USD, EUR or MXN. It stays once there are figures."
            )
            if self.initial.get("unit") == PERCENT:
                self.initial["unit"] = ""
        elif is_known and kind.is_weighted:
            self.fields["unit"].help_text = _(
                "As in days, points. “percent” is taken here, for each is filed with its weight."
            )
        elif "unit" in self.fields:
            self.fields["unit"].help_text = (
                _("As in people, seats, visits. A percentage is a rate.")
                if not is_known or kind.is_filed
                else _("As in points, or percent for numbers that are percentages already.")
            )
            if is_known and kind.is_filed and self.initial.get("unit") == PERCENT:
                self.initial["unit"] = ""  # it came with a rate that was chosen before, and no other kind takes it
        if "over_time" in self.fields:
            self.fields["over_time"].required = True
        if "formula" in self.fields:
            self.fields["formula"].help_text = formula_help(self.slugs)
        if "components" in self.fields:
            self.fields["components"].slugs = self.slugs

    @property
    def slugs(self) -> list[str]:
        """The short names of the other indicators, from which this one may be computed."""
        return [slug for slug, row in self.others.items() if row.kind not in NO_INPUTS]

    BOXES = ("decimals", "allows_negative", "counts_people", "mean_allowed", "reweight")

    # The parts of the page: about it, what the kind asks, when it is filed.
    ABOUT = ("name", "slug", "code", "definition", "outcome", "strategy")
    OF_KIND = (
        "formula", "components", "reweight", "source", "source_url",
        "numerator", "denominator", "unit", "over_time", "carry_forward", "levels", "mean_allowed", "decimals",
        "allows_negative", "counts_people",
        "overlap_rate", "overlap_source", "overlap_on",
    )  # fmt: skip
    RHYTHM = ("direction", "frequency", "due_day", "lock_day", "breakdowns")
    BASELINE = ("baseline_period", "baseline_value", "baseline_numerator", "baseline_denominator", "judged_from")

    def part(self, names: Iterable[str]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def kind_errors(self):
        """What is wrong with the kind, whose cards the page draws itself."""
        return self["kind"].errors

    @property
    def about(self):
        return self.part(self.ABOUT)

    @property
    def of_kind(self):
        return self.part(self.OF_KIND)

    @property
    def rhythm(self):
        return self.part(self.RHYTHM)

    @property
    def baseline(self):
        return self.part(self.BASELINE)

    def clean_levels(self) -> list[dict[str, str]]:
        return [{"slug": slug, "name": name} for slug, name in named_lines(self.cleaned_data["levels"])]

    @property
    def settings(self) -> dict[str, Any]:
        """What to give to `setup.put_indicator`, of a form that is valid; what the kind does not need is emptied."""
        found = dict(self.cleaned_data)
        found["is_whole"] = not found.pop("decimals", False)
        empty = {
            "numerator": "", "denominator": "", "over_time": "", "carry_forward": 0, "breakdowns": [], "unit": "",
            "formula": "", "components": [], "reweight": False, "source": "", "source_url": "",
            "levels": [], "mean_allowed": False, "overlap_source": "", "allows_negative": False,
        }  # fmt: skip
        for name, nothing in empty.items():
            if found.get(name) in (None, ""):
                found[name] = nothing
        for name in (*self.BASELINE, "overlap_rate", "overlap_on"):
            found.setdefault(name, None)
        return found

    def sample_line(self) -> Line:
        """The indicator as far as it was typed, for the preview: only what decides how it adds up."""
        text = {name: (self[name].value() or "") for name in ("unit", "over_time") if name in self.fields}
        carry = str(self["carry_forward"].value() or "0") if "carry_forward" in self.fields else "0"
        return Line(
            slug="sample",
            name=self["name"].value() or gettext("this indicator"),
            kind=self.chosen.slug if self.chosen is not None else "",
            unit=str(text.get("unit", "")),
            over_time=str(text.get("over_time", "")),
            carry_forward=int(carry) if carry.isdigit() and int(carry) <= 12 else 0,
            formula=str(self["formula"].value() or "") if "formula" in self.fields else "",
            composed_of=self.fields["components"].understood(self["components"].value())
            if "components" in self.fields
            else (),
            reweight=bool(self["reweight"].value()) if "reweight" in self.fields else False,
            levels=self._sample_levels(),
            mean_allowed=bool(self["mean_allowed"].value()) if "mean_allowed" in self.fields else False,
            allows_negative=bool(self["allows_negative"].value()) if "allows_negative" in self.fields else False,
        )

    def _sample_levels(self) -> tuple[Level, ...]:
        """The first levels that were typed, or three of our own to show what they do."""
        if "levels" not in self.fields:
            return ()
        try:
            typed = named_lines(str(self["levels"].value() or ""))
        except forms.ValidationError:
            typed = []
        ours = (("low", gettext("Starting")), ("middle", gettext("Growing")), ("high", gettext("Steady")))
        return tuple(Level(slug, name) for slug, name in (typed if len(typed) > 1 else ours))


def _breakdown_choices(initiative: Initiative, indicator: Indicator | None) -> list[tuple[str, str]]:
    """Each dimension, each two of them crossed, and whatever the indicator is split by already."""
    names = dict(Dimension.objects.filter(initiative=initiative).values_list("slug", "name"))
    choices = [*names]
    if len(names) <= CROSSED_AT_MOST:
        choices += ["+".join(pair) for pair in combinations(names, 2)]
    known = {frozenset(choice.split("+")): choice for choice in choices}
    for breakdown in indicator.breakdowns if indicator is not None else ():
        known[frozenset(breakdown.split("+"))] = breakdown
    return [
        (breakdown, " × ".join(names.get(slug, slug) for slug in breakdown.split("+"))) for breakdown in known.values()
    ]


class DimensionForm(SlugFromName, forms.Form):
    """A way to split, with a category on each line: a name, or a short name and a name."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As in Age, or Department type."))
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For spreadsheets, as in “age:16-19”. Left empty, it is made from the name. It stays."),
    )
    exclusive = forms.BooleanField(
        label=_("Each person or thing is in one category only"),
        required=False,
        initial=True,
        help_text=_("Then the parts add up to the total. Leave it empty when they overlap, such as kinds of need."),
    )
    categories = forms.CharField(
        label=_("Categories"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=10_000,
        help_text=_(
            "One on each line, in their order. To choose the short name, write it first: “16-19 = 16–19 years”. "
            "“Unknown” belongs to every dimension by itself."
        ),
    )

    def __init__(self, *args, dimension: Dimension | None = None, **kwargs):
        if dimension is not None:
            lines = [f"{one.slug} = {one.name}" for one in dimension.categories.all()]
            kwargs["initial"] = {
                "name": dimension.name, "exclusive": dimension.exclusive, "categories": "\n".join(lines),
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        if dimension is not None:
            del self.fields["slug"]

    def clean_categories(self) -> list[dict[str, str]]:
        return [{"slug": slug, "name": name} for slug, name in named_lines(self.cleaned_data["categories"])]
