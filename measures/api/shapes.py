"""How figures, filings, imports and roll-ups look as JSON: for the description of the API, which tests hold to it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from backbone.api.shapes import ProblemShape, RefusalShape
from measures.models.filings import FigureState
from measures.rules.coverage import State
from measures.rules.kinds import AVAILABLE
from measures.rules.periods import Grain

MONTH = {"type": "string", "pattern": r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", "example": "2026-10"}
INSTANT = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$",
    "example": "2026-11-09T14:00:00Z",
}
TRUTH = {"type": "string", "enum": ["true", "false"]}
SHORT_NAME = {"type": "string", "maxLength": 200}
NUMBER = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "18410"}
# What a body may say for a number: as a number, or as the text of one, so that no float comes in between.
SAID = {"oneOf": [{"type": "number"}, NUMBER], "nullable": True}


def query(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description)


@extend_schema_field(MONTH)
class Month(serializers.CharField):
    """The first month of a period."""


@extend_schema_field(NUMBER)
class Number(serializers.CharField):
    """A number as text, exact to its last digit."""


@extend_schema_field(SAID)
class SaidNumber(serializers.CharField):
    """A number in a body."""


@extend_schema_field(
    {"oneOf": [{"type": "number"}, NUMBER, {"type": "string", "enum": ["not_collected"]}], "nullable": True}
)
class SaidValue(serializers.CharField):
    """A number in a body, or the word that it was not collected."""


class FigureShape(serializers.Serializer):
    partner = serializers.CharField()
    indicator = serializers.CharField()
    period = Month()
    category = serializers.CharField(allow_blank=True, help_text="As in type:1; empty for the total.")
    value = serializers.CharField(allow_null=True, help_text="A number as text, or not_collected.")
    numerator = Number(allow_null=True)
    denominator = Number(allow_null=True)
    weight = Number(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(FigureState.choices)


class FigurePageShape(serializers.Serializer):
    figures = FigureShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after; null on the last one.")


class TargetShape(serializers.Serializer):
    id = serializers.IntegerField()
    indicator = serializers.CharField()
    partner = serializers.CharField(allow_null=True, help_text="Null for everybody's together; a partner's own else.")
    grain = serializers.ChoiceField(
        [(str(grain), str(grain)) for grain in Grain], help_text="How long the span is that begins with the period."
    )
    period = Month()
    category = serializers.CharField(allow_blank=True, help_text="As in age:0-4; empty for the total.")
    value = Number(allow_null=True)
    numerator = Number(allow_null=True, help_text="Of rates.")
    denominator = Number(allow_null=True, help_text="Of rates.")
    band = Number(allow_null=True, help_text="How far a level to be maintained may slip, in percent of it.")


class TargetsShape(serializers.Serializer):
    targets = TargetShape(many=True)


class CommunityFigureShape(serializers.Serializer):
    indicator = serializers.CharField()
    period = Month()
    category = serializers.CharField(allow_blank=True)
    value = Number(allow_null=True, help_text="Null when its source did not publish it, or took it back.")
    unit = serializers.CharField(allow_blank=True)
    published_on = serializers.DateField(help_text="Its vintage: the day on which its source published it.")
    lag_days = serializers.IntegerField(help_text="Days from the end of the period to that day.")
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    source_url = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class CommunityShape(serializers.Serializer):
    figures = CommunityFigureShape(many=True)


class SaidCommunityShape(serializers.Serializer):
    period = Month()
    category = serializers.CharField(required=False, allow_blank=True)
    value = SaidValue()
    published_on = serializers.DateField(required=False, help_text="Today when it is left out.")
    note = serializers.CharField(required=False, allow_blank=True)


class CommunityBodyShape(serializers.Serializer):
    indicator = serializers.CharField()
    figures = SaidCommunityShape(many=True)


class WrittenShape(serializers.Serializer):
    written = serializers.IntegerField(help_text="How many figures said something new.")
    unchanged = serializers.IntegerField()


class FilingShape(serializers.Serializer):
    partner = serializers.CharField()
    period = Month()
    version = serializers.IntegerField(help_text="Raised by every change; 0 while nothing was filed. Also the ETag.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    figures = FigureShape(many=True)


class ReceiptShape(serializers.Serializer):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    erased = serializers.IntegerField()


class FiledShape(FilingShape):
    receipt = ReceiptShape()
    warnings = ProblemShape(many=True, help_text="What is unusual against the partner's own past; it stops nobody.")


class FilingFigureShape(serializers.Serializer):
    indicator = serializers.CharField()
    category = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=200)
    value = SaidValue(required=False)
    numerator = SaidNumber(required=False)
    denominator = SaidNumber(required=False)
    weight = SaidNumber(required=False)
    note = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=2000)
    new_only = serializers.BooleanField(required=False, help_text="People: only those new since the year began.")
    as_defined = serializers.BooleanField(required=False, allow_null=True, help_text="Counted as the definition says.")


class FilingBodyShape(serializers.Serializer):
    figures = FilingFigureShape(many=True, help_text="All of them: what is left out is cleared. At most 10,000.")
    submit = serializers.BooleanField(required=False, help_text="Without it the figures are kept as a draft.")
    words = serializers.DictField(child=serializers.CharField(), required=False, help_text="By indicator.")


class DifferenceShape(serializers.Serializer):
    row = serializers.IntegerField()
    partner = serializers.CharField()
    indicator = serializers.CharField()
    period = Month()
    category = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_null=True, help_text="Null where nothing stands yet.")
    after = serializers.CharField()


class UnmappedShape(serializers.Serializer):
    what = serializers.CharField(help_text="orgUnit, dataElement, categoryOptionCombo, attributeOptionCombo, category.")
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="How many values were left out because of it.")


class IgnoredShape(serializers.Serializer):
    why = serializers.CharField()
    count = serializers.IntegerField()


class VerdictShape(serializers.Serializer):
    row = serializers.IntegerField(help_text="The row of a CSV, the line of XML, the item (from 1) of JSON.")
    partner = serializers.CharField(allow_blank=True)
    element = serializers.CharField(allow_blank=True)
    period = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    verdict = serializers.ChoiceField(["created", "changed", "unchanged", "ignored", "refused"])
    why = serializers.CharField(allow_blank=True)


class VerdictCountsShape(serializers.Serializer):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    ignored = serializers.IntegerField()
    refused = serializers.IntegerField()


class ExchangedShape(serializers.Serializer):
    """What became of each value of another system's file: every one is in exactly one of the verdicts."""

    format = serializers.CharField()
    scheme = serializers.CharField()
    values = serializers.IntegerField()
    verdict_counts = VerdictCountsShape()
    unmapped = UnmappedShape(many=True)
    ignored = IgnoredShape(many=True)
    derived_totals = serializers.IntegerField(help_text="Totals that were added because a file holds parts alone.")
    verdicts = VerdictShape(many=True, help_text="The first 500.")
    verdicts_truncated = serializers.BooleanField()


class DefinitionShape(serializers.Serializer):
    what = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    ours = serializers.CharField(allow_blank=True, help_text="What it is called here.")
    verdict = serializers.ChoiceField(["new", "same", "changed", "understood", "not_understood"])
    why = serializers.CharField(allow_blank=True)


class DefinitionCountsShape(serializers.Serializer):
    new = serializers.IntegerField()
    same = serializers.IntegerField()
    changed = serializers.IntegerField()
    understood = serializers.IntegerField()
    not_understood = serializers.IntegerField()


class ImportShape(serializers.Serializer):
    dry_run = serializers.BooleanField()
    applied = serializers.BooleanField()
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    blank = serializers.IntegerField(help_text="Rows without a number: they leave alone what stands.")
    exchange = ExchangedShape(required=False, help_text="For files of values in another system's format.")
    definitions = DefinitionShape(many=True, required=False, help_text="For files of definitions; the first 1,000.")
    definition_counts = DefinitionCountsShape(required=False)
    definitions_truncated = serializers.BooleanField(required=False)
    changes = DifferenceShape(many=True, help_text="The first 200.")
    changes_truncated = serializers.BooleanField()
    # A field, named like a property of serializers.
    errors = ProblemShape(many=True, help_text="The first 100.")  # type: ignore[assignment]
    warnings = ProblemShape(many=True)
    error_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()
    truncated = serializers.BooleanField()


class RefusedImportShape(RefusalShape):
    """A refusal; where the file could be read, with what an import says of it besides."""

    dry_run = serializers.BooleanField(required=False)
    applied = serializers.BooleanField(required=False)
    rows = serializers.IntegerField(required=False)
    created = serializers.IntegerField(required=False)
    changed = serializers.IntegerField(required=False)
    unchanged = serializers.IntegerField(required=False)
    blank = serializers.IntegerField(required=False)
    exchange = ExchangedShape(required=False)
    definitions = DefinitionShape(many=True, required=False)
    definition_counts = DefinitionCountsShape(required=False)
    definitions_truncated = serializers.BooleanField(required=False)
    changes = DifferenceShape(many=True, required=False)
    changes_truncated = serializers.BooleanField(required=False)
    warnings = ProblemShape(many=True, required=False)
    warning_count = serializers.IntegerField(required=False)


class SoFarShape(serializers.Serializer):
    """Who is in for those months of a span that are over."""

    through = Month(help_text="The last month that is over.")
    filed = serializers.IntegerField()
    expected = serializers.IntegerField()


class BrokenDownShape(serializers.Serializer):
    breakdown = serializers.CharField(help_text="A dimension, or several joined by +.")
    known = Number(allow_null=True, help_text="So much is in a category other than unknown; null of people.")
    total = Number(allow_null=True)
    share = Number(allow_null=True)
    partners = serializers.IntegerField(help_text="So many split all their figures so.")
    expected = serializers.IntegerField()


class OtherwiseShape(serializers.Serializer):
    partner = serializers.CharField()
    note = serializers.CharField(allow_blank=True, help_text="How it counts instead.")


class AsDefinedShape(serializers.Serializer):
    """How much of a figure is counted as it is defined. Who may not know who counts otherwise is told how many only."""

    share = Number(allow_null=True, help_text="Of the value; of what is divided, of its denominator.")
    said = serializers.IntegerField(allow_null=True, help_text="So many have said how they count.")
    partners = serializers.IntegerField(allow_null=True, help_text="Of so many that filed.")
    differently = serializers.IntegerField(help_text="So many count it otherwise.")
    others = OtherwiseShape(many=True, allow_null=True)


class EstimateShape(serializers.Serializer):
    value = Number(help_text="About so many different people.")
    overlap = Number(help_text="The share of all counts that is the same people again.")
    # A field, named like a property of serializers.
    source = serializers.CharField(help_text="From where the overlap is known.")  # type: ignore[assignment]
    on = serializers.DateField(help_text="From when.")


class RollupShape(serializers.Serializer):
    indicator = serializers.CharField()
    kind = serializers.ChoiceField([(kind.slug, kind.name) for kind in AVAILABLE])
    unit = serializers.CharField(allow_blank=True)
    grain = serializers.ChoiceField([(str(grain), str(grain)) for grain in Grain])
    period = Month()
    partner = serializers.CharField(allow_null=True, help_text="Null for the whole initiative.")
    category = serializers.CharField(allow_blank=True)
    value = Number(allow_null=True)
    numerator = Number(allow_null=True)
    denominator = Number(allow_null=True)
    lower = Number(allow_null=True, help_text="Of people, who are never summed: at least so many.")
    upper = Number(allow_null=True, help_text="Of people: at most so many.")
    estimate = EstimateShape(allow_null=True, help_text="Of people, where an overlap is recorded; the bounds stay.")
    filed = serializers.IntegerField()
    expected = serializers.IntegerField()
    state = serializers.ChoiceField([(str(state), str(state)) for state in State])
    as_of = serializers.CharField(allow_null=True)
    suppressed = serializers.BooleanField()
    so_far = SoFarShape(allow_null=True, help_text="Of a quarter or year that is not over; otherwise null.")
    missing = serializers.ListField(child=serializers.CharField(), required=False, help_text="Who has not filed.")
    broken_down = BrokenDownShape(many=True, required=False, help_text="How much is broken down, where it is asked.")
    as_defined = AsDefinedShape(
        allow_null=True, required=False, help_text="Where it is asked; null while nobody has said how it counts."
    )


class RollupsShape(serializers.Serializer):
    rollups = RollupShape(many=True)


class FiledOnceShape(serializers.Serializer):
    partner = serializers.CharField()
    indicator = serializers.CharField(help_text="The one here that is answered.")
    source_initiative = serializers.CharField()
    source_indicator = serializers.CharField(help_text="The indicator of that initiative for which the partner files.")
    agreed_at = serializers.DateTimeField()
    taken = Month(allow_null=True, help_text="The last period that came.")
    problem = serializers.CharField(allow_blank=True, help_text="Why the last one did not come; empty when it did.")


class FiledOnceBodyShape(serializers.Serializer):
    partner = serializers.CharField()
    indicator = serializers.CharField()
    source_initiative = serializers.CharField(required=False)
    source_indicator = serializers.CharField(required=False)
    agreed = serializers.BooleanField()
