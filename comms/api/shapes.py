"""How meetings, decisions and actions look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from rest_framework import serializers

from comms.models import Action, Attendance, Decision, Meeting, Topic


class TopicShape(serializers.Serializer):
    title = serializers.CharField()
    state = serializers.ChoiceField(Topic.State.choices)
    minutes = serializers.IntegerField(allow_null=True, help_text="Planned for it.")


class AttendanceShape(serializers.Serializer):
    partner = serializers.CharField(help_text="A code.")
    presence = serializers.ChoiceField(Attendance.Presence.choices)


class MeetingShape(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="A short name; null where everybody meets.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(Meeting.State.choices)
    topics = TopicShape(many=True)
    attendance = AttendanceShape(many=True)


class MeetingsShape(serializers.Serializer):
    meetings = MeetingShape(many=True)


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
