"""What hangs on one activity, in rows: parts of partners, milestones, money. Some rows are spare, for new ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from activities.models import Commitment
from activities.rules.said import ActivitySaid, MoneySaid, PartSaid, StepSaid
from backbone.forms.roster import day_input
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Refused
from backbone.wording import say

SPARE, MOST = 3, 400


@dataclass(frozen=True, slots=True)
class Choices:
    """Partners and people that rows may name, looked up once for all rows; people go by their id, so that no address
    stands in a page."""

    partners: list[tuple[str, str]]
    people: list[tuple[str, str]]
    emails: dict[str, str]

    def owner(self, email: str) -> str:
        """The id of whoever has an address."""
        return next((pk for pk, one in self.emails.items() if one == email.lower()), "")


def choices_of(initiative: Initiative) -> Choices:
    """Two queries."""
    rows = Partner.objects.of_initiative(initiative)
    people = list(Membership.objects.filter(is_active=True).order_by("name", "email"))
    return Choices(
        [(one.code, one.code if one.name == one.code else f"{one.code} {one.name}") for one in rows],
        [(str(one.pk), one.name or one.email) for one in people],
        {str(one.pk): one.email.lower() for one in people},
    )


class RowForm(forms.Form):
    def __init__(self, *args: Any, choices: Choices, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "partner" in self.fields:
            self.fields["partner"].choices = [("", _("choose one")), *choices.partners]
        if "owner" in self.fields:
            self.fields["owner"].choices = [("", _("nobody in particular")), *choices.people]


class PartForm(RowForm):
    partner = forms.ChoiceField(label=_("Partner"))
    part = forms.ChoiceField(label=_("Part"), choices=Commitment.Part.choices, initial="delivers")
    promise = forms.CharField(label=_("What it promises"), max_length=300, required=False)
    owner = forms.ChoiceField(label=_("Who sees to it"), required=False)
    due_on = forms.DateField(label=_("By when"), required=False, widget=day_input())


class StepForm(RowForm):
    title = forms.CharField(label=_("Milestone"), max_length=200)
    due_on = forms.DateField(label=_("By when"), widget=day_input())
    partner = forms.ChoiceField(label=_("Partner"), required=False)
    owner = forms.ChoiceField(label=_("Who sees to it"), required=False)


class MoneyForm(RowForm):
    funder = forms.CharField(label=_("Funder"), max_length=200)
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=16, decimal_places=2)
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3, initial="USD")
    starts_on = forms.DateField(label=_("From"), required=False, widget=day_input())
    ends_on = forms.DateField(label=_("Until"), required=False, widget=day_input())

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()


class Rows(BaseFormSet):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take it out")


_FORMS = {"parts": PartForm, "steps": StepForm, "money": MoneyForm}


def rows_of(sort: str, data: Any, said: ActivitySaid, choices: Choices) -> BaseFormSet:
    """The rows of one sort ("parts", "steps", "money") as a formset, in the order in which they are said."""
    made = formset_factory(_FORMS[sort], formset=Rows, extra=SPARE, can_delete=True, max_num=MOST, absolute_max=MOST)
    initial = [asdict(one) for one in getattr(said, sort)]
    for row in initial:
        if row.get("owner"):
            row["owner"] = choices.owner(row["owner"])
    return made(data, initial=initial, prefix=sort, form_kwargs={"choices": choices})


def said_by(sort: str, formset: BaseFormSet, said: ActivitySaid, choices: Choices) -> ActivitySaid:
    """The activity with the rows of a formset that is valid. What is done stays done, by the place of its row: one that
    is renamed is still the one that stood there."""
    before = dict(enumerate(getattr(said, sort)))
    found = []
    for n, form in enumerate(formset.forms):
        row = dict(form.cleaned_data)
        if row.pop("DELETE", False) or not row:
            continue
        if row.get("owner"):
            row["owner"] = choices.emails[row["owner"]]
        if sort != "money":
            row["done_on"] = before[n].done_on if n in before else None
        found.append({"parts": PartSaid, "steps": StepSaid, "money": MoneySaid}[sort](**row))
    return replace(said, **{sort: tuple(found)})  # type: ignore[arg-type]


def refuse_rows(formset: BaseFormSet, refused: Refused) -> None:
    """Show what the register refused on top of the rows."""
    formset.non_form_errors().extend(map(say, refused.problems))


def problems_of(formset: BaseFormSet) -> list[tuple[str, str]]:
    """What is wrong with the rows, each with the place of its control, for the summary on top."""
    if not formset.is_bound:
        return []
    found = [("", str(error)) for error in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        found += [(bound.id_for_label, f"{number}. {bound.label}: {error}") for bound in form for error in bound.errors]
    return found


def is_wrong(formsets: Iterable[BaseFormSet]) -> bool:
    return any(one.is_bound and (one.total_error_count() or one.non_form_errors()) for one in formsets)
