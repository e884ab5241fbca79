"""How the theory of change looks as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agenda.models import Link, Node

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
