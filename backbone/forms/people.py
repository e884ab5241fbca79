"""Forms about people: inviting, giving a role, one's own account, a new login, an API key.

A form parses its medium and knows what may be chosen; the rules are the services', whose `Refused` becomes the
form's errors by `refuse`.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership, Partner
from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import keys, members
from backbone.wording import hint, say


def refuse(form: forms.BaseForm, refused: Refused) -> None:
    """Show what a service refused, each problem at its field where the form has it."""
    for problem in refused.problems:
        words = " ".join(part for part in (say(problem), hint(problem)) if part)
        form.add_error(problem.field if problem.field in form.fields else None, words)


def appointable(by: Membership) -> list[tuple[str, str]]:
    """The roles that `by` may hand out, for a partner of theirs where the role is a partner's."""
    partners = Partner.objects.all() if Role.BACKBONE_ADMIN in by.roles else _own_partners(by)
    first = partners.first()
    return [
        (role.value, role.label)
        for role in Role.of_people()
        if members.may_appoint(by, role, first if role in Role.of_partners() else None)
    ]


def _own_partners(by: Membership):
    led = {grant.partner_id for grant in by.current_grants if grant.role == Role.PARTNER_LEAD}
    return Partner.objects.filter(pk__in=led)


class RoleForm(forms.Form):
    """One role, for one partner where it is a partner's, until a day where it ends."""

    role = forms.ChoiceField(label=_("Role"))
    partner = forms.ModelChoiceField(
        None,
        label=_("Partner"),
        required=False,
        empty_label=_("none in particular"),
        help_text=_("For a partner’s role: whose."),
    )
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave it empty for a role without an end."),
    )

    def __init__(self, *args, by: Membership, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("choose one")), *appointable(by)]
        self.fields["partner"].queryset = (
            Partner.objects.all() if Role.BACKBONE_ADMIN in by.roles else _own_partners(by)
        )


class InviteForm(RoleForm):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    field_order = ["email", "name", "role", "partner"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["ends_on"]


class NewLoginForm(forms.Form):
    """A name and a password for an address that has no login yet."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; several words are easy to remember."),
        strip=False,
    )
    again = forms.CharField(
        label=_("The password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self):
        cleaned = super().clean()
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two are not the same. Type it again."))
        elif password:
            try:
                validate_password(password)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class AccountForm(forms.ModelForm):
    """What a person says about themselves in one tenant."""

    class Meta:
        model = Membership
        fields = ["name", "phone", "timezone", "locale"]
        widgets = {"phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})}
        help_texts = {"phone": _("Whoever keeps the roster sees it beside your name. You may leave it empty.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        same = _("As the organization has it")
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"), required=False, choices=[("", same), *((z, z) for z in sorted(available_timezones()))]
        )
        self.fields["locale"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=[("", same), *settings.LANGUAGES]
        )
        self.fields["name"].required = True


class PhoneForm(forms.ModelForm):
    """How somebody of the tenant's is reached by telephone."""

    class Meta:
        model = Membership
        fields = ["phone"]
        widgets = {"phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})}
        help_texts = {"phone": _("Whoever keeps the roster sees it beside the name. Empty: none is known.")}


class KeyForm(forms.Form):
    """A new API key, in one of the owner's own roles."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    grant = forms.ChoiceField(label=_("It acts as"))
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[("read", _("read")), ("file", _("file and change"))],
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
    )
    days = forms.IntegerField(
        label=_("Days until it ends"), min_value=1, max_value=keys.MOST_DAYS, initial=keys.DEFAULT_DAYS
    )

    def __init__(self, *args, owner: Membership, **kwargs):
        super().__init__(*args, **kwargs)
        self._grants = {str(grant.pk): grant for grant in owner.current_grants}
        self.fields["grant"].choices = [(pk, grant_words(grant)) for pk, grant in self._grants.items()]

    @property
    def chosen_grant(self):
        return self._grants[self.cleaned_data["grant"]]


def grant_words(grant) -> str:
    """“Partner filer, P4”."""
    label = str(Role(grant.role).label)
    return f"{label}, {grant.partner.code}" if grant.partner is not None else label
