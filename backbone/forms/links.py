"""The forms of share links: making one, changing its passphrase, telling it."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.models import Audience, Publication
from backbone.services import links

LATEST = "latest"


class LinkForm(forms.Form):
    """For whom a link is, what it shows, and for how long. `publication` is None for always the latest."""

    name = forms.CharField(
        label=_("For whom"), max_length=100, help_text=_("So that you know later on whose link to revoke.")
    )
    shows = forms.ChoiceField(label=_("It shows"))
    audience = forms.ChoiceField(
        label=_("As cut for"),
        choices=Audience.choices,
        initial=Audience.PUBLIC,
        help_text=_("A partner’s own rows are in it where that partner agreed: to funders, or to everybody."),
    )
    days = forms.IntegerField(
        label=_("Days until it ends"),
        min_value=1,
        max_value=links.MOST_DAYS,
        initial=links.DEFAULT_DAYS,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("If you give one, tell it by another way than the link. It is not kept here in words."),
    )
    embeds = forms.BooleanField(label=_("Other sites may show its charts"), required=False)
    sites = forms.CharField(
        label=_("Which sites"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line, as in https://example.org. Left empty, any site may."),
    )

    def __init__(self, *args, editions: Iterable[tuple[Publication, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self._editions = {str(publication.pk): (publication, name) for publication, name in editions}
        self.fields["shows"].choices = [
            (LATEST, _("always the latest publication")),
            *((pk, name) for pk, (_publication, name) in self._editions.items()),
        ]

    def clean(self):
        said = super().clean()
        if "shows" in said:
            said["publication"] = None if said["shows"] == LATEST else self._editions[said["shows"]][0]
        said["sites"] = said.get("sites", "").split()
        return said


class NewPassphraseForm(forms.Form):
    """The passphrase from now on. Taking it off is said by a tick of its own, so that nobody does it by leaving a field
    empty. `can_remove`: there is one.
    """

    passphrase = forms.CharField(
        label=_("New passphrase"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("At least 8 characters, better several words. Tell it by another way than the link."),
    )
    remove = forms.BooleanField(label=_("Ask for no passphrase any more"), required=False)

    def __init__(self, *args, can_remove: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not can_remove:
            del self.fields["remove"]

    def clean(self):
        said = super().clean()
        if bool(said.get("passphrase")) == bool(said.get("remove")):
            both = _("Give a new passphrase or take it off, not both.")
            neither = _("Give the new passphrase.")
            self.add_error("passphrase", both if said.get("remove") else neither)
        return said


class PassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label=_("Passphrase"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
