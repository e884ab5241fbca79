"""Forms of the roster: an initiative, a partner, and from when to when it takes part."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative, Participation, Partner
from backbone.models.tenants import slug_field_rule


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "is-short"}, format="%Y-%m-%d")


class InitiativeForm(SlugFromName, forms.Form):
    """A new initiative asks for its short name as well; later on it stays."""

    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and files, as in “youth-to-work”. Left empty, it is made from the name. It stays."),
    )
    starts_on = forms.DateField(label=_("Starts on"), widget=day_input())
    ends_on = forms.DateField(label=_("Ends on"), required=False, widget=day_input())
    attribution = forms.CharField(
        label=_("Source and licence of the figures"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown below the initiative’s pages, word for word."),
    )
    is_public = forms.BooleanField(
        label=_("Its publications have a page for everybody"),
        required=False,
        help_text=_("As they are cut for the public: found by search engines, with a feed, without a login."),
    )

    def __init__(self, *args, initiative: Initiative | None = None, **kwargs):
        if initiative is not None:
            fields = ("name", "starts_on", "ends_on", "attribution", "is_public")
            kwargs["initial"] = {field: getattr(initiative, field) for field in fields}
        super().__init__(*args, **kwargs)
        if initiative is not None:
            del self.fields["slug"]


def how_large() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("How large it is"),
        required=False,
        choices=[("", _("nobody has said")), ("small", _("small: ten people or fewer")), ("larger", _("larger"))],
        coerce=lambda said: said == "small",
        empty_value=None,
        help_text=_("Says whether small organizations lead as well; it is shown of nobody by name."),
    )


class PartnerForm(forms.Form):
    """A new partner of one initiative."""

    initiative = forms.ModelChoiceField(None, label=_("Initiative"), empty_label=None)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "is-short"}),
        help_text=_("What its people and its spreadsheets call it, as in P4. It stays."),
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    sector = forms.CharField(label=_("Sector"), max_length=80, required=False)
    is_small = how_large()
    joins_on = forms.DateField(
        label=_("Joins on"), widget=day_input(), help_text=_("It owes figures from the month of this day.")
    )
    leaves_on = forms.DateField(
        label=_("Leaves on"), required=False, widget=day_input(), help_text=_("Its last day. Its past keeps counting.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        initiatives = Initiative.objects.order_by("name")
        self.fields["initiative"].queryset = initiatives
        if len(initiatives) == 1:
            self.fields["initiative"].initial = initiatives[0]
            self.fields["initiative"].widget = forms.HiddenInput()
        sectors = Partner.objects.exclude(sector="").values_list("sector", flat=True).distinct().order_by("sector")
        self.sectors = list(sectors)


class PartnerNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    sector = forms.CharField(label=_("Sector"), max_length=80, required=False)
    is_small = how_large()

    def __init__(self, *args, partner: Partner, **kwargs):
        size = {True: "small", False: "larger", None: ""}[partner.is_small]
        kwargs["initial"] = {"name": partner.name, "sector": partner.sector, "is_small": size}
        super().__init__(*args, **kwargs)


class MergeForm(forms.Form):
    """Into which partner one was merged. It has to be meant: two series are compared as one from then on."""

    successor = forms.ModelChoiceField(None, label=_("Merged into"), required=False, empty_label=_("nobody"))
    is_meant = forms.BooleanField(
        label=_("Its past stays its own, and comparisons over time take the two as one."),
        error_messages={"required": _("Tick that this is meant.")},
    )

    def __init__(self, *args, partner: Partner, **kwargs):
        kwargs["initial"] = {"successor": partner.successor_id}
        super().__init__(*args, auto_id="id_merge_%s", **kwargs)
        self.fields["successor"].queryset = Partner.objects.exclude(pk=partner.pk).order_by("code")
        self.fields["successor"].label_from_instance = lambda one: f"{one.code} · {one.name}"


class ParticipationForm(forms.Form):
    """From when to when a partner takes part in one initiative."""

    joins_on = forms.DateField(
        label=_("Joins on"), widget=day_input(), help_text=_("It owes figures from the month of this day.")
    )
    leaves_on = forms.DateField(
        label=_("Leaves on"),
        required=False,
        widget=day_input(),
        help_text=_("Its last day. Later months are not expected of it, and its past keeps counting."),
    )

    def __init__(self, *args, participation: Participation, **kwargs):
        kwargs["initial"] = {"joins_on": participation.joins_on, "leaves_on": participation.leaves_on}
        kwargs["prefix"] = f"in-{participation.initiative.slug}"
        kwargs["auto_id"] = f"id_{participation.initiative.slug}_%s"
        super().__init__(*args, **kwargs)


class AgreementForm(forms.Form):
    """What was agreed with a partner, and the signed file."""

    title = forms.CharField(label=_("What was agreed"), max_length=200, help_text=_("As in “Memorandum 2026”."))
    starts_on = forms.DateField(label=_("From"), widget=day_input())
    ends_on = forms.DateField(label=_("Until"), required=False, widget=day_input())
    file = forms.FileField(
        label=_("The signed file"),
        required=False,
        help_text=_("A PDF, a picture, or a document of Word or LibreOffice, up to 5 MB."),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", _("It ends before it starts."))
        return cleaned
