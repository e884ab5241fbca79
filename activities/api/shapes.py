"""How activities look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from activities.models import Activity, Commitment

NUMBER = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "120"}


@extend_schema_field(NUMBER)
class Number(serializers.CharField):
    """A number as text, exact to its last digit."""


@extend_schema_field({"oneOf": [{"type": "number"}, NUMBER], "nullable": True})
class SaidNumber(serializers.CharField):
    """A number in a body, or the text of one."""


class TagShape(serializers.Serializer):
    tag = serializers.CharField(help_text="A short name; of a strategy with its outcome's, as in trained/classes.")
    share = Number(help_text="How much of the activity goes to it; the shares of a list sum to 1.")


class PartShape(serializers.Serializer):
    partner = serializers.CharField(help_text="A partner's code.")
    part = serializers.ChoiceField(Commitment.Part.choices)
    promise = serializers.CharField(allow_blank=True)
    owner = serializers.CharField(allow_null=True, help_text="Who sees to it, by e-mail, for those who may change it.")
    due_on = serializers.DateField(allow_null=True)
    done_on = serializers.DateField(allow_null=True)


class StepShape(serializers.Serializer):
    title = serializers.CharField()
    due_on = serializers.DateField()
    partner = serializers.CharField(allow_null=True)
    owner = serializers.CharField(allow_null=True, help_text="Who sees to it, by e-mail, for those who may change it.")
    done_on = serializers.DateField(allow_null=True)


class MoneyShape(serializers.Serializer):
    funder = serializers.CharField()
    amount = Number()
    currency = serializers.CharField(help_text="Three letters, as in USD.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class ActivityShape(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_null=True, help_text="The short name of its kind of service.")
    status = serializers.ChoiceField(Activity.Status.choices)
    standing = serializers.ChoiceField(Activity.Status.choices, help_text="The status held against its dates, today.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    capacity = Number(allow_null=True, help_text="What it offers a year; null: nobody said, which is not zero.")
    unit = serializers.CharField(allow_blank=True, help_text="What the capacity is counted in.")
    url = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a field, named like a property
    source_key = serializers.CharField(allow_blank=True)
    strategies = TagShape(many=True)
    populations = TagShape(many=True)
    places = TagShape(many=True)
    indicators = serializers.ListField(child=serializers.CharField())
    partners = PartShape(many=True)
    milestones = StepShape(many=True)
    money = MoneyShape(many=True)


class ActivityPageShape(serializers.Serializer):
    count = serializers.IntegerField(help_text="How many are found, on all pages.")
    next_page = serializers.IntegerField(allow_null=True)
    activities = ActivityShape(many=True)


class TagBodyShape(serializers.Serializer):
    tag = serializers.CharField()
    share = SaidNumber(required=False, help_text="Left out, what the others leave is shared out evenly.")


class PartBodyShape(serializers.Serializer):
    partner = serializers.CharField()
    part = serializers.ChoiceField(Commitment.Part.choices, required=False, default="delivers")
    promise = serializers.CharField(required=False)
    owner = serializers.CharField(required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    done_on = serializers.DateField(required=False, allow_null=True)


class StepBodyShape(serializers.Serializer):
    title = serializers.CharField()
    due_on = serializers.DateField()
    partner = serializers.CharField(required=False, allow_null=True)
    owner = serializers.CharField(required=False, allow_null=True)
    done_on = serializers.DateField(required=False, allow_null=True)


class MoneyBodyShape(serializers.Serializer):
    funder = serializers.CharField()
    amount = SaidNumber()
    currency = serializers.CharField()
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class ActivityBodyShape(serializers.Serializer):
    """An activity said whole: what is left out is empty, never kept."""

    name = serializers.CharField()
    description = serializers.CharField(required=False)
    kind = serializers.CharField(required=False, allow_null=True)
    status = serializers.ChoiceField(Activity.Status.choices, required=False, default="planned")
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    capacity = SaidNumber(required=False)
    unit = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]  # a field, named like a property
    source_key = serializers.CharField(required=False)
    strategies = TagBodyShape(many=True, required=False)
    populations = TagBodyShape(many=True, required=False)
    places = TagBodyShape(many=True, required=False)
    indicators = serializers.ListField(child=serializers.CharField(), required=False)
    partners = PartBodyShape(many=True, required=False)
    milestones = StepBodyShape(many=True, required=False)
    money = MoneyBodyShape(many=True, required=False)


class WordShape(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    below = serializers.CharField(allow_null=True, help_text="The short name of what it stands below or lies in.")
    is_retired = serializers.BooleanField(help_text="Offered no more; it stays where it is used.")


class WordsShape(serializers.Serializer):
    kinds = WordShape(many=True)
    populations = WordShape(many=True)
    places = WordShape(many=True)
