"""Forms of meetings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backbone.forms.roster import day_input
from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.roles import Can
from backbone.selectors.able import people_who
from backbone.selectors.groups import own_groups
from comms.models import Attendance, Meeting, Topic
from comms.rules import agendas, recurring
from comms.rules.recurring import Often
from comms.selectors.meetings import meetings_of
from measures.models import Indicator

COPIED = 20
DEFAULT_MINUTES = 90

OFTEN = (
    (Often.ONCE.value, _("once")),
    (Often.WEEKLY.value, _("every week")),
    (Often.FORTNIGHTLY.value, _("every second week")),
    (Often.MONTHLY.value, _("every month, on the same weekday of the month")),
    (Often.BIMONTHLY.value, _("every second month, on the same weekday of the month")),
    (Often.QUARTERLY.value, _("every third month, on the same weekday of the month")),
)


class WhenForm(forms.Form):
    """When and where."""

    title = forms.CharField(label=_("Title"), max_length=200)
    day = forms.DateField(label=_("Day"), widget=day_input())
    time = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time", "class": "is-short"}))
    minutes = forms.IntegerField(label=_("How many minutes"), min_value=5, max_value=24 * 60)
    zone = forms.ChoiceField(label=_("Time zone"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    url = forms.URLField(label=_("Address of the call"), max_length=300, required=False, assume_scheme="https")

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any):
        if meeting is not None:
            start = meeting.starts_at.astimezone(ZoneInfo(meeting.timezone))
            kwargs["initial"] = {
                "title": meeting.title, "day": start.date(), "time": start.strftime("%H:%M"), "zone": meeting.timezone,
                "minutes": (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1), "place": meeting.place,
                "url": meeting.url,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(zone, zone) for zone in sorted(available_timezones())]

    def when(self) -> dict[str, Any]:
        """What the service wants to know."""
        data = self.cleaned_data
        starts = datetime.combine(data["day"], data["time"])
        return {"starts": starts, **{name: data[name] for name in ("title", "minutes", "zone", "place", "url")}}


def _offer_groups(field: forms.ModelChoiceField, initiative: Initiative, membership: Membership) -> None:
    """Whose meetings a person may plan: everybody's and each group's, or those of the own groups alone."""
    groups = WorkingGroup.objects.filter(initiative=initiative, ended_on=None)
    own = own_groups(membership, Can.EDIT_MEETINGS)
    if own is not None:
        groups = groups.filter(pk__in=own)
        field.required = True
    field.queryset = groups


class BringInForm(forms.Form):
    """A calendar of elsewhere, and whose meetings are in it. The file comes along once it was looked at."""

    file = forms.FileField(
        label=_("Calendar (.ics, at most 1 MB)"), allow_empty_file=True,
        error_messages={"required": _("Choose a file first: a calendar as .ics.")},
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        help_text=_("As your calendar program exports it. A time that names no zone is by this account’s clock."),
    )  # fmt: skip
    group = forms.ModelChoiceField(
        label=_("Whose"), queryset=None, required=False, empty_label=_("everybody in the initiative")
    )

    def __init__(self, *args: Any, initiative: Initiative, membership: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = "file_content" not in self.data
        _offer_groups(self.fields["group"], initiative, membership)


class MeetingForm(WhenForm):
    """A new meeting: after a template or an earlier one, of a group or of everybody, once or again and again."""

    template = forms.ChoiceField(label=_("After which pattern"), required=False)
    group = forms.ModelChoiceField(
        label=_("Whose"), queryset=None, required=False, empty_label=_("everybody in the initiative")
    )
    often = forms.ChoiceField(label=_("How often"), choices=OFTEN, initial=Often.ONCE.value)
    count = forms.IntegerField(
        label=_("How many meetings"), min_value=1, max_value=recurring.MOST, initial=6, required=False,
        help_text=_("When it comes again. Each is a meeting of its own, and can be moved alone."),
    )  # fmt: skip
    field_order = ("template", "group", "title", "day", "time", "minutes", "zone", "often", "count", "place", "url")

    def __init__(self, *args: Any, initiative: Initiative, membership: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Left empty, it is called like its pattern.")
        self.fields["minutes"].required = False
        _offer_groups(self.fields["group"], initiative, membership)
        self.earlier = {
            f"copy:{one.pk}": one for one in meetings_of(initiative, membership).order_by("-starts_at", "-pk")[:COPIED]
        }
        built_in = [(one.slug, _now(one.name)) for one in agendas.TEMPLATES]
        copies = [(name, f"{one.title}, {one.starts_at:%Y-%m-%d}") for name, one in self.earlier.items()]
        self.fields["template"].choices = [("", _("no pattern")), (_("Patterns"), built_in)]
        if copies:
            self.fields["template"].choices += [(_("As an earlier one"), copies)]

    def clean(self):
        cleaned = super().clean()
        built_in = agendas.BY_SLUG.get(cleaned.get("template", ""))
        copied = self.earlier.get(cleaned.get("template", ""))
        if not cleaned.get("title") and "title" not in self.errors:
            cleaned["title"] = copied.title if copied else _now(built_in.name) if built_in else ""
            if not cleaned["title"]:
                self.add_error("title", _("Give it a title, or choose a pattern."))
        if not cleaned.get("minutes") and "minutes" not in self.errors:
            length = (copied.ends_at - copied.starts_at) // timedelta(minutes=1) if copied else DEFAULT_MINUTES
            cleaned["minutes"] = built_in.minutes if built_in else length
        return cleaned

    def plan(self) -> dict[str, Any]:
        """Everything that planning wants to know, but whom to invite."""
        data = self.cleaned_data
        built_in, copied = agendas.BY_SLUG.get(data["template"]), self.earlier.get(data["template"])
        topics: list[tuple[str, int | None]] = []
        if built_in is not None:
            topics = [(_now(words), minutes) for words, minutes in built_in.topics]
        elif copied is not None:
            topics = [(one.title, one.minutes) for one in copied.topics.filter(about="")]
        often = Often(data["often"])
        found = self.when() | {
            "group": data["group"], "template": data["template"] if built_in else "", "topics": topics,
            "rule": recurring.rule_for(often, data["day"]), "count": data["count"] or 1,
        }  # fmt: skip
        if copied is not None:
            found["place"], found["url"] = found["place"] or copied.place, found["url"] or copied.url
        return found


class TopicForm(forms.Form):
    title = forms.CharField(label=_("Topic"), max_length=300)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=600, required=False)


class InviteForm(forms.Form):
    """People to be invited as well, of those who may read what a meeting is about; each for the first organization that
    they act for here."""

    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=None, required=False, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Whoever is on the list and was not told yet gets the invitation by mail."),
    )  # fmt: skip

    def __init__(self, *args: Any, meeting: Meeting, following: int = 0, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if following:
            text = ngettext(
                "To the %(count)s meeting that follows in the series as well, in one mail",
                "To the %(count)s meetings that follow in the series as well, in one mail",
                following,
            )
            self.fields["series"] = forms.BooleanField(label=text % {"count": following}, required=False, initial=True)
        there = meeting.invited.values("member")
        self.fields["people"].queryset = people_who(Can.READ_MEETINGS).exclude(pk__in=there)

    def pairs(self) -> list[tuple[Membership, Partner | None]]:
        return [(one, own_partner(one)) for one in self.cleaned_data["people"]]


def own_partner(member: Membership) -> Partner | None:
    """The organization for which somebody is here; None for the backbone's own people."""
    return next((grant.partner for grant in member.current_grants if grant.partner_id), None)


class PreReadForm(forms.Form):
    indicators = forms.ModelMultipleChoiceField(
        label=_("Figures"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("They are frozen as they stand now, with who is in them."),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Indicator.objects.filter(initiative=initiative, retired_on=None)
        self.fields["indicators"].queryset = rows.order_by("code", "name", "pk")
        self.fields["indicators"].label_from_instance = lambda one: f"{one.code} {one.name}".strip()


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Why, in a few words"), max_length=300, required=False)

    def __init__(self, *args: Any, following: int = 0, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if following:
            text = ngettext(
                "The %(count)s meeting that follows in the series as well",
                "The %(count)s meetings that follow in the series as well",
                following,
            )
            self.fields["series"] = forms.BooleanField(label=text % {"count": following}, required=False)


class MinutesForm(forms.Form):
    """The minutes, with the number and the words of the text from which the writer set out."""

    minutes = forms.CharField(
        label=_("Minutes"), required=False, max_length=40_000, strip=False, widget=forms.Textarea(attrs={"rows": 12})
    )
    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    began = forms.CharField(required=False, max_length=40_000, strip=False, widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Which of the topics that were not talked about are put off; all, until somebody leaves one out. `shown` are those
    that the page told of, so that none is put off unseen."""

    put_off = forms.MultipleChoiceField(
        label=_("Put off to the next meeting"), required=False, widget=forms.CheckboxSelectMultiple
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, topics: list[Topic], left_out: Collection[int] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.topics = topics
        if topics:
            self.fields["put_off"].choices = [(str(one.pk), one.title) for one in topics]
            self.initial["put_off"] = [str(one.pk) for one in topics if one.pk not in left_out]
        else:
            del self.fields["put_off"]
        self.initial["shown"] = ",".join(str(one.pk) for one in topics)

    def said(self) -> dict[str, set[int]]:
        """What `sessions.close` asks for."""
        shown = {int(one) for one in self.cleaned_data["shown"].split(",") if one.isdecimal()}
        return {"shown": shown, "left_out": shown - {int(one) for one in self.cleaned_data.get("put_off", ())}}


class WordsForm(forms.Form):
    """What was said about a topic, with the words from which the writer set out."""

    words = forms.CharField(
        label=_("What was said"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    began = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)


class WhoForm(forms.Form):
    """Who came for an organization."""

    partner = forms.ModelChoiceField(label=_("Organization"), queryset=None, empty_label=_("choose one"))
    presence = forms.ChoiceField(label=_("There?"), choices=Attendance.Presence.choices)
    names = forms.CharField(label=_("Who"), max_length=300, required=False)

    def __init__(self, *args: Any, partners: list[Partner], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.filter(pk__in=[one.pk for one in partners])


def first_day(today: date) -> dict[str, Any]:
    """What a new meeting begins with: in a week, at nine."""
    return {"day": today + timedelta(days=7), "time": "09:00"}
