"""Meetings: who is invited, what is to be talked about, the pre-read as it was sent, who was there, the minutes."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned, WorkingGroup
from backbone.models.tenants import known_timezone


class Series(TenantOwned):
    """Meetings that come again. `rule` is an iCalendar recurrence (RFC 5545), such as `FREQ=MONTHLY;BYDAY=3WE`, on the clock
    of `timezone`; by `uid` calendars know the series as one event that recurs. Both are empty for one of before."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="series")
    title = models.CharField(_("title"), max_length=200)
    rule = models.CharField(_("how often"), max_length=200)
    uid = models.CharField(max_length=255, blank=True, default="")
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="", validators=[known_timezone])

    def __str__(self):
        return self.title


class Meeting(TenantOwned):
    """One meeting, of a group or of everybody in the initiative. `uid` and `sequence` are what calendars know it by.

    `recurs_at` is when its series has it, wherever it was moved to since: with the series' `uid` that names it in calendars.
    `number` counts the saved states of the minutes, so that two who write at once do not lose each other's words;
    `moves` counts whatever happened in it, so that a page that watches it asks for one number.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("In session")
        OVER = "over", _("Over, not yet reported")
        CLOSED = "closed", pgettext_lazy("meeting", "Closed")
        CANCELLED = "cancelled", _("Cancelled")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="meetings")
    group = TenantForeignKey(WorkingGroup, null=True, blank=True, related_name="meetings", verbose_name=_("group"))
    series = TenantForeignKey(Series, null=True, blank=True, related_name="meetings")
    recurs_at = models.DateTimeField(null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    timezone = models.CharField(_("time zone"), max_length=64, validators=[known_timezone])
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    url = models.URLField(_("address of the call"), max_length=300, blank=True, default="")
    template = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    uid = models.CharField(max_length=255)
    sequence = models.PositiveIntegerField(default=0)
    minutes = models.TextField(_("minutes"), max_length=40_000, blank=True, default="")
    number = models.PositiveIntegerField(default=0)
    moves = models.PositiveIntegerField(default=0)
    by = TenantForeignKey(Membership, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="meeting_uid_once", fields=["tenant", "uid"]),
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends before it begins."),
            ),
        ]
        indexes = [models.Index(name="meeting_by_time", fields=["tenant", "initiative", "starts_at"])]

    def __str__(self):
        return self.title


class Topic(TenantOwned):
    """Something to talk about. `about` names the row that it comes from ("comms.decision:9", "agenda.learning:3"), so
    that it is proposed once; `words` are what was said about it."""

    class State(models.TextChoices):
        OPEN = "open", _("To be discussed")
        DISCUSSED = "discussed", _("Discussed")
        POSTPONED = "postponed", _("Put off to the next meeting")

    meeting = TenantForeignKey(Meeting, models.CASCADE, related_name="topics")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("topic"), max_length=300)
    words = models.TextField(_("what was said"), max_length=10_000, blank=True, default="")
    minutes = models.PositiveSmallIntegerField(_("minutes planned"), null=True, blank=True)
    about = models.CharField(max_length=80, blank=True, default="")
    url = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)

    class Meta(TenantOwned.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(name="topic_once", fields=["tenant", "meeting", "about"], condition=~Q(about=""))
        ]

    def __str__(self):
        return self.title


class Invited(TenantOwned):
    """A person who is invited to a meeting, and what they answered."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer")
        YES = "yes", _("comes")
        MAYBE = "maybe", _("may come")
        NO = "no", _("does not come")

    meeting = TenantForeignKey(Meeting, models.CASCADE, related_name="invited")
    member = TenantForeignKey(Membership, related_name="invitations_to_meetings", verbose_name=_("person"))
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", verbose_name=_("for"))
    answer = models.CharField(_("answer"), max_length=5, choices=Answer.choices, blank=True, default=Answer.NONE)

    class Meta(TenantOwned.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="invited_once", fields=["tenant", "meeting", "member"])]

    def __str__(self):
        return f"{self.member_id} to {self.meeting_id}"


class Attendance(TenantOwned):
    """Whether an organization that was expected was there; `names` says who for it, in words."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("there")
        ABSENT = "absent", _("not there")
        EXCUSED = "excused", _("excused")

    meeting = TenantForeignKey(Meeting, models.CASCADE, related_name="attendance")
    partner = TenantForeignKey(Partner, related_name="attendance", verbose_name=_("organization"))
    presence = models.CharField(_("there?"), max_length=10, choices=Presence.choices)
    names = models.CharField(_("who"), max_length=300, blank=True, default="")

    class Meta(TenantOwned.Meta):
        ordering = ["partner__code"]
        constraints = [models.UniqueConstraint(name="attendance_once", fields=["tenant", "meeting", "partner"])]
        indexes = [models.Index(name="attendance_of_partner", fields=["tenant", "partner", "meeting"])]

    def __str__(self):
        return f"{self.partner_id} {self.presence}"


class PreRead(TenantOwned):
    """What was sent before a meeting, as plain JSON: topics, and figures with their coverage as they stood. Never altered;
    a later one has the next number."""

    meeting = TenantForeignKey(Meeting, models.CASCADE, related_name="pre_reads")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(name="pre_read_once", fields=["tenant", "meeting", "number"])]
        triggers = [pgtrigger.Protect(name="pre_read_stays", operation=pgtrigger.Update)]

    def __str__(self):
        return f"pre-read {self.number}"


class MeetingFeed(TenantOwned):
    """A person's calendar of meetings, at an address that only they know: here lies the token's SHA-256."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="feeds")
    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="feed_once", fields=["tenant", "member"]),
            models.UniqueConstraint(name="feed_token_once", fields=["tenant", "token_hash"]),
        ]

    def __str__(self):
        return f"feed of {self.member_id}"
