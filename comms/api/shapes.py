"""How meetings, decisions and actions look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from rest_framework import serializers

from comms.models import Action, Attendance, Decision, Meeting, Topic
from comms.services.sessions import MINUTES_LENGTH

MOVES = [state.value for state in Meeting.State if state != Meeting.State.PLANNED]


class TopicShape(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(Topic.State.choices)
    minutes = serializers.IntegerField(allow_null=True, help_text="Planned for it.")


class AttendanceShape(serializers.Serializer):
    partner = serializers.CharField(help_text="A code.")
    presence = serializers.ChoiceField(Attendance.Presence.choices)
    names = serializers.CharField(allow_blank=True, help_text="Who was there for it, in words.")


class MeetingShape(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="A short name; null where everybody meets.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True, help_text="Of the call.")
    state = serializers.ChoiceField(Meeting.State.choices)
    topics = TopicShape(many=True)
    attendance = AttendanceShape(many=True)


class MeetingsShape(serializers.Serializer):
    meetings = MeetingShape(many=True)


class MinutesShape(serializers.Serializer):
    meeting = serializers.IntegerField(help_text="An id.")
    state = serializers.ChoiceField(Meeting.State.choices, help_text="Of the meeting.")
    number = serializers.IntegerField(help_text="How often they were saved.")
    text = serializers.CharField(allow_blank=True)


class CitationShape(serializers.Serializer):
    indicator = serializers.CharField(help_text="A short name.")
    period = serializers.CharField(help_text="The first month of its span, as in 2026-10.")
    grain = serializers.CharField()
    value = serializers.CharField(allow_null=True, help_text="As it stood then, exact; null for what has no one value.")
    filed = serializers.IntegerField()
    expected = serializers.IntegerField()
    excused = serializers.IntegerField()
    changed_at = serializers.DateTimeField(allow_null=True, help_text="When it was found to be another.")


class DissentShape(serializers.Serializer):
    partner = serializers.CharField()
    words = serializers.CharField(allow_blank=True)


class DecisionShape(serializers.Serializer):
    number = serializers.IntegerField()
    text = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(Decision.State.choices)
    decided_on = serializers.DateField()
    review_on = serializers.DateField(allow_null=True)
    meeting = serializers.IntegerField(allow_null=True)
    agenda_version = serializers.IntegerField(allow_null=True)
    strategy = serializers.CharField(allow_null=True)
    replaced_by = serializers.IntegerField(allow_null=True, help_text="A number.")
    evidence_changed = serializers.BooleanField(help_text="Whether a cited figure moved and nobody has looked since.")
    without = serializers.ListField(child=serializers.CharField(), help_text="Expected, and neither there nor excused.")
    dissent = DissentShape(many=True)
    cites = CitationShape(many=True)


class DecisionsShape(serializers.Serializer):
    decisions = DecisionShape(many=True)


class ActionShape(serializers.Serializer):
    number = serializers.IntegerField()
    what = serializers.CharField()
    partner = serializers.CharField(allow_null=True, help_text="A code; null for the backbone's own.")
    owner = serializers.CharField(help_text="A name.")
    due_on = serializers.DateField()
    state = serializers.ChoiceField(Action.State.choices)
    source = serializers.CharField(  # type: ignore[assignment]  # a field, named like a property of serializers
        allow_blank=True, help_text="What it came from, in words."
    )
    closed_at = serializers.DateTimeField(allow_null=True)


class ActionsShape(serializers.Serializer):
    actions = ActionShape(many=True)


# --- what is sent ---


class TopicBodyShape(serializers.Serializer):
    title = serializers.CharField(max_length=300)
    minutes = serializers.IntegerField(min_value=1, max_value=600, required=False, allow_null=True)


class WhenShape(serializers.Serializer):
    """When and where a meeting is."""

    starts = serializers.CharField(help_text="On the clock of its time zone, as in 2026-11-18T09:00.")
    minutes = serializers.IntegerField(min_value=5, max_value=1440, required=False, allow_null=True)
    timezone = serializers.CharField(
        required=False, allow_null=True, help_text="As in America/Chicago; else the account's."
    )
    place = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)
    url = serializers.URLField(
        max_length=300, required=False, allow_null=True, allow_blank=True, help_text="Of the call."
    )


class MeetingBodyShape(WhenShape):
    title = serializers.CharField(max_length=200)
    group = serializers.CharField(
        required=False, allow_null=True, help_text="A short name; null where everybody meets."
    )
    topics = TopicBodyShape(many=True, required=False, allow_null=True)


class AttendanceBodyShape(serializers.Serializer):
    partner = serializers.CharField(help_text="A code.")
    presence = serializers.ChoiceField(Attendance.Presence.choices)
    names = serializers.CharField(
        max_length=300, required=False, allow_null=True, allow_blank=True, help_text="Left out, they stay."
    )


class MinutesBodyShape(serializers.Serializer):
    text = serializers.CharField(max_length=MINUTES_LENGTH, allow_blank=True, help_text="All of it.")


class MeetingChangeShape(WhenShape):
    """What is left out stays."""

    title = serializers.CharField(max_length=200, required=False)
    starts = serializers.CharField(required=False, help_text="On the clock of its time zone, as in 2026-11-18T09:00.")
    state = serializers.ChoiceField(
        MOVES,
        required=False,
        allow_null=True,
        help_text="Opens it (open), says that it is over while its record is still written (over), closes it, which sends the "
        "record to everybody and puts off to the next what was not discussed (closed), or calls it off (cancelled).",
    )
    attendance = AttendanceBodyShape(
        many=True, required=False, allow_null=True, help_text="Of a meeting that runs; who is left out stays as noted."
    )
    why = serializers.CharField(max_length=300, required=False, allow_null=True, allow_blank=True)


class DissentBodyShape(serializers.Serializer):
    partner = serializers.CharField(help_text="A code.")
    words = serializers.CharField(max_length=1000, required=False, allow_null=True, allow_blank=True)


class DecisionBodyShape(serializers.Serializer):
    text = serializers.CharField(max_length=1000)
    reason = serializers.CharField(max_length=5000, required=False, allow_null=True, allow_blank=True)
    meeting = serializers.IntegerField(required=False, allow_null=True, help_text="An id; it must be in session.")
    topic = serializers.IntegerField(required=False, allow_null=True, help_text="An id of a topic of that meeting.")
    agenda_version = serializers.IntegerField(required=False, allow_null=True, help_text="Else the newest.")
    strategy = serializers.CharField(required=False, allow_null=True, help_text="A short name.")
    decided_on = serializers.DateField(required=False, allow_null=True)
    review_on = serializers.DateField(required=False, allow_null=True)
    cites = serializers.ListField(
        child=serializers.CharField(), required=False, allow_null=True,
        help_text="Indicators, by their short names; frozen as they stand now.",
    )  # fmt: skip
    dissent = DissentBodyShape(many=True, required=False, allow_null=True)
    entry = serializers.IntegerField(required=False, allow_null=True, help_text="An open entry of the ledger.")


class DecisionChangeShape(serializers.Serializer):
    """`stands` says that it was looked at again; with `replaced` goes `replaced_by`, with `withdrawn` goes `why`."""

    state = serializers.ChoiceField(Decision.State.choices, required=False, allow_null=True)
    review_on = serializers.DateField(required=False, allow_null=True)
    replaced_by = serializers.IntegerField(required=False, allow_null=True, help_text="A number.")
    why = serializers.CharField(max_length=300, required=False, allow_null=True, allow_blank=True)
    cites = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True, help_text="Added.")
    dissent = DissentBodyShape(many=True, required=False, allow_null=True)


class ActionBodyShape(serializers.Serializer):
    what = serializers.CharField(max_length=500)
    owner = serializers.CharField(help_text="The e-mail of somebody here who may set actions.")
    partner = serializers.CharField(required=False, allow_null=True, help_text="A code; null for the backbone's own.")
    due_on = serializers.DateField()
    meeting = serializers.IntegerField(required=False, allow_null=True, help_text="The id of one that it comes from.")
    decision = serializers.IntegerField(
        required=False, allow_null=True, help_text="The number of one that it comes from."
    )
    entry = serializers.IntegerField(required=False, allow_null=True, help_text="An open entry of the ledger.")


class ActionChangeShape(serializers.Serializer):
    """What is left out stays."""

    state = serializers.ChoiceField(Action.State.choices, required=False, allow_null=True)
    owner = serializers.CharField(required=False, allow_null=True, help_text="An e-mail.")
    due_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=500, required=False, allow_null=True, allow_blank=True)
