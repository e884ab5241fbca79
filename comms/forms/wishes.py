"""What a person wants by mail, and when they are away."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backbone.models import Membership
from backbone.roles import Can
from comms.models import Cadence
from comms.news import TOPICS
from comms.rules import Often
from comms.selectors.deputies import deputies_of
from comms.selectors.wishes import NOTICES, RELEASES, Wishes, wishes_of
from comms.services import preferences


class WishesForm(forms.Form):
    """How often a person wants to hear of each topic, and which mails they want beside the digest.

    Whoever works for a partner or the backbone has a digest; whoever only reads is told of publications.
    """

    def __init__(self, *args, membership: Membership, **kwargs):
        super().__init__(*args, **kwargs)
        self._membership = membership
        self._wishes = wishes_of([membership.pk]).get(membership.pk, Wishes())
        is_inside = membership.can(Can.READ_SETTINGS) or any(g.partner_id for g in membership.current_grants)
        if not is_inside:
            self._add_switch("wants_releases", _("A mail when something is published"), self._wishes.wants(RELEASES))
            return
        self._add_switch("wants_digest", _("A digest, when there is something new"), membership.wants_digest)
        choices = [(str(often), label) for often, label in Cadence.Often.choices]
        for topic, heading in TOPICS.items():
            self.fields[topic] = forms.ChoiceField(
                label=gettext(heading), choices=choices, initial=str(self._wishes.of(topic))
            )
        hours = [(hour, f"{hour}:00") for hour in range(24)]
        self.fields["hour"] = forms.TypedChoiceField(
            label=_("At"), choices=hours, coerce=int, initial=self._wishes.hour,
            help_text=_("On your own clock. Weekly is on Monday, monthly on the 1st; daily may be a mail each day."),
        )  # fmt: skip
        self._add_switch("wants_reminders", _("Reminders of reports, until they are in"), membership.wants_reminders)
        self._add_switch(
            "wants_notices", _("A mail at once when approved figures of yours are changed"), self._wishes.wants(NOTICES)
        )

    def _add_switch(self, name: str, label: str, is_on: bool) -> None:
        self.fields[name] = forms.BooleanField(label=label, required=False, initial=is_on)

    @property
    def topics(self) -> list[forms.BoundField]:
        return [self[topic] for topic in TOPICS if topic in self.fields]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("wants_") and name != "wants_digest"]

    def save(self) -> None:
        said, before = self.cleaned_data, self._membership
        preferences.choose(
            membership=before,
            often={topic: Often(said[topic]) for topic in TOPICS if topic in said},
            hour=said.get("hour", self._wishes.hour),
            wants_digest=said.get("wants_digest", before.wants_digest),
            wants_reminders=said.get("wants_reminders", before.wants_reminders),
            wants_notices=said.get("wants_notices", self._wishes.wants(NOTICES)),
            wants_releases=said.get("wants_releases", self._wishes.wants(RELEASES)),
        )


class AwayForm(forms.Form):
    """Days without routine mail, and who is reminded instead."""

    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    deputy = forms.ModelChoiceField(
        None, label=_("In your place"), required=False, empty_label=_("Nobody"),
        help_text=_("They get the reminders of your organization’s reports meanwhile."),
    )  # fmt: skip

    def __init__(self, *args, membership: Membership, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = deputies_of(membership)
