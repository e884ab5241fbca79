"""How activities look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from activities.models import Activity, Commitment
from activities.models.handoffs import LONGEST
from activities.selectors.net import KINDS

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


class DeliveryShape(serializers.Serializer):
    asked_on = serializers.DateField()
    came_on = serializers.DateField(allow_null=True, help_text="Null while it is waited for.")
    note = serializers.CharField(allow_blank=True)


class HandOffShape(serializers.Serializer):
    giver = serializers.CharField(help_text="The short name of the activity that hands something on.")
    taker = serializers.CharField(help_text="That of the activity that waits for it.")
    what = serializers.CharField()
    promised_days = serializers.IntegerField(allow_null=True)
    actual_days = serializers.IntegerField(
        allow_null=True, help_text="The median of what came; null before anything did."
    )
    deliveries = DeliveryShape(many=True)


class HandOffsShape(serializers.Serializer):
    hand_offs = HandOffShape(many=True)
    longest = serializers.ListField(
        child=serializers.CharField(), help_text="The chain that takes longest: activities in their order."
    )
    rings = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Activities that wait for each other."
    )


class HandOffBodyShape(serializers.Serializer):
    what = serializers.CharField(max_length=200)
    promised_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST)


class DeliveryBodyShape(serializers.Serializer):
    came_on = serializers.DateField(required=False, allow_null=True, help_text="Left out while it is waited for.")
    note = serializers.CharField(required=False, help_text="Taken when it is asked for.")


class OrganizationShape(serializers.Serializer):
    partner = serializers.CharField(help_text="Its code.")
    name = serializers.CharField()
    tied = serializers.IntegerField(help_text="With how many others it is tied, in the whole network.")
    holds = serializers.IntegerField(help_text="How many others would have no way to the rest without it.")
    kinds = serializers.DictField(child=serializers.IntegerField(), help_text="Its ties by kind.")


class TieShape(serializers.Serializer):
    kind = serializers.ChoiceField(KINDS)
    label = serializers.CharField()  # type: ignore[assignment]  # a field, named like a property


class TiedShape(serializers.Serializer):
    partners = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)
    kinds = serializers.DictField(child=serializers.IntegerField())
    ties = TieShape(many=True)


class NetworkShape(serializers.Serializer):
    organizations = OrganizationShape(many=True, help_text="Those tied with most others first.")
    ties = TiedShape(many=True)


class AmountShape(serializers.Serializer):
    strategy = serializers.CharField(allow_null=True, help_text="As in result/strategy; null: none is served.")
    place = serializers.CharField(allow_null=True, help_text="Null: nobody said where.")
    amount = Number()


class CurrencyShape(serializers.Serializer):
    currency = serializers.CharField()
    aligned = Number(help_text="What serves a strategy.")
    other = Number(help_text="What serves none.")
    amounts = AmountShape(many=True)


class MoneyOfShape(serializers.Serializer):
    day = serializers.DateField()
    running = serializers.IntegerField(help_text="Activities that run on the day.")
    named = serializers.IntegerField(help_text="Of them those that say what pays for them.")
    currencies = CurrencyShape(many=True, help_text="Never added up with each other.")


class WordShape(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    below = serializers.CharField(allow_null=True, help_text="The short name of what it stands below or lies in.")
    is_retired = serializers.BooleanField(help_text="Offered no more; it stays where it is used.")


class WordsShape(serializers.Serializer):
    kinds = WordShape(many=True)
    populations = WordShape(many=True)
    places = WordShape(many=True)
