"""How answers look, for the description of the API: a refusal, and which of them an operation may give."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"\S"},
    OpenApiParameter.HEADER,
    description="The same request with the same key is done once and answered alike; with another body it is refused.",
)


class ProblemShape(serializers.Serializer):
    """One thing wrong: a code for machines, a sentence for people, and where it is."""

    code = serializers.CharField(help_text="Stable, as in number.negative.")
    row = serializers.IntegerField(allow_null=True, help_text="In a file; row 1 is the header.")
    column = serializers.CharField(allow_null=True, help_text="In a file.")
    field = serializers.CharField(allow_null=True, help_text="In a body or a query, as in figures[3].value.")
    value = serializers.CharField(allow_null=True, help_text="What was found, cut to 80 characters.")
    message = serializers.CharField()
    hint = serializers.CharField(allow_null=True, help_text="The way out.")
    is_warning = serializers.BooleanField()


class RefusalShape(serializers.Serializer):
    """Every refusal: the first hundred problems, and how many there are."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    errors = ProblemShape(many=True)  # type: ignore[assignment]  # a field, named like a property of serializers
    error_count = serializers.IntegerField()
    truncated = serializers.BooleanField()


_WHY = {
    400: "Something in the request is wrong; each problem says where and what to do.",
    401: "No API key, or one that opens nothing.",
    403: "You may read this, and not change it.",
    404: "There is nothing here that you may know of.",
    406: "The answer is JSON and nothing else.",
    409: "It stands otherwise by now: closed, approved, submitted, saved by somebody else, or still being answered.",
    411: "The body came in chunks, without its length.",
    412: "It is at another version than the one in If-Match.",
    413: "The body, or the number of things in it, is over the limit.",
    415: "The body is of another type, or packed.",
    422: "The Idempotency-Key was used with another body.",
    503: "The database is away; Retry-After says how long to wait.",
}
READING = (400, 401, 403, 404, 406, 503)
WRITING = (*READING, 409, 411, 413, 415, 422)


def refusals(*statuses: int) -> dict[int, OpenApiResponse]:
    """These refusals, all in one shape."""
    return {status: OpenApiResponse(RefusalShape, _WHY[status]) for status in sorted(statuses)}
