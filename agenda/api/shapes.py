"""How the agenda, its theory of change and its learning ledger look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agenda.models import Learning, Link, Node, Outcome, Section, Signature

MONTHS = {"type": "integer", "minimum": 0, "maximum": 600}


@extend_schema_field({"type": "array", "items": MONTHS, "minItems": 3, "maxItems": 3, "nullable": True})
class Months(serializers.ListField):
    """Three numbers of months: the least, the likely, the most."""


class NodeShape(serializers.Serializer):
    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, named like a property of serializers
    sort = serializers.ChoiceField(Node.Sort.choices)
    words = serializers.CharField(allow_blank=True)
    stands_for = serializers.CharField(allow_blank=True, help_text="As in indicator:completions; empty for nothing.")
    x = serializers.FloatField(allow_null=True, help_text="Null where nobody has put it anywhere yet.")
    y = serializers.FloatField(allow_null=True)


class LinkShape(serializers.Serializer):
    source = serializers.CharField(help_text="The short name of the node that acts.")  # type: ignore[assignment]
    target = serializers.CharField()
    sign = serializers.ChoiceField(Link.Sign.choices, help_text="1: more makes more; -1: more makes less.")
    lag = Months(allow_null=True, help_text="Months at the least, most likely, at the most; null while nobody said.")
    evidence = serializers.ChoiceField(Link.Evidence.choices)
    words = serializers.CharField(allow_blank=True)
    reference = serializers.CharField(allow_blank=True)
    confirmed_on = serializers.DateField(allow_null=True, help_text="When somebody last said that it still holds.")
    confirmed_by = serializers.CharField(allow_blank=True, help_text="A name.")
    is_confirmed = serializers.BooleanField(help_text="Whether that was within a year.")


class LoopShape(serializers.Serializer):
    kind = serializers.ChoiceField([("reinforcing", "reinforcing"), ("balancing", "balancing")])
    name = serializers.CharField(allow_blank=True)
    nodes = serializers.ListField(child=serializers.CharField(), help_text="Short names, each acting on the next.")
    lag = Months(help_text="Months until it comes round, as far as they are known.")
    links_without_lag = serializers.IntegerField(help_text="While there are some, it takes at least that long.")


class LoopsShape(serializers.Serializer):
    state = serializers.ChoiceField(
        [("current", "current"), ("outdated", "outdated"), ("kept", "kept")],
        help_text="Outdated while a worker still looks for those of the latest change; of a kept version only those "
        "that have a name are told.",
    )
    is_all = serializers.BooleanField(help_text="False where there may be more: these are the shortest.")
    found = LoopShape(many=True)


class MapShape(serializers.Serializer):
    version = serializers.IntegerField(
        allow_null=True, help_text="Of a kept version its number; null for the map as it is now."
    )
    nodes = NodeShape(many=True)
    links = LinkShape(many=True)
    loops = LoopsShape()


class Codes(serializers.ListField):
    """Partners’ codes."""

    child = serializers.CharField()


class AgendaVersionShape(serializers.Serializer):
    number = serializers.IntegerField()
    at = serializers.DateTimeField(help_text="When it was published.")
    note = serializers.CharField(allow_blank=True, help_text="What is new in it.")
    sha256 = serializers.CharField(help_text="Of the frozen text.")


class SectionShape(serializers.Serializer):
    topic = serializers.ChoiceField(Section.Topic.choices)
    text = serializers.CharField()


class StrategyShape(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()


class BranchShape(serializers.Serializer):
    slug = serializers.CharField()
    level = serializers.ChoiceField(Outcome.Level.choices)
    title = serializers.CharField()
    population = serializers.CharField(required=False)
    place = serializers.CharField(required=False)
    strategies = StrategyShape(many=True)
    outcomes = serializers.ListField(child=serializers.DictField(), help_text="Outcomes on the way, of the same shape.")


class AnswerShape(serializers.Serializer):
    partner = serializers.CharField()
    stance = serializers.ChoiceField(Signature.Stance.choices)
    name = serializers.CharField(help_text="Who signed for it.")
    words = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class SignedShape(serializers.Serializer):
    version = serializers.IntegerField()
    asked = Codes()
    signed = Codes()
    reserved = Codes()
    refused = Codes()
    missing = Codes()
    answers = AnswerShape(many=True)


class AgendaShape(serializers.Serializer):
    version = AgendaVersionShape(allow_null=True, help_text="Null for the agenda as it is written now.")
    sections = SectionShape(many=True)
    results = BranchShape(many=True)
    signed = SignedShape(
        allow_null=True,
        help_text="Answers to that version, else to the newest; null for who reads only what is published.",
    )


class LearningShape(serializers.Serializer):
    id = serializers.IntegerField()
    sort = serializers.ChoiceField(Learning.Sort.choices)
    text = serializers.CharField()
    state = serializers.ChoiceField(Learning.State.choices)
    by = serializers.CharField()
    partner = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    owner = serializers.CharField(allow_null=True, help_text="Who finds out.")
    learn_by = serializers.DateField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    taken_up = serializers.CharField(allow_blank=True, help_text="The decision or action that came of it.")
    about = serializers.ListField(child=serializers.CharField())


class LearningsShape(serializers.Serializer):
    entries = LearningShape(many=True)
