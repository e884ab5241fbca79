"""Parts of addresses that are more than words."""

from datetime import date

from django.urls import register_converter
from django.urls.converters import StringConverter

from backbone.selectors.publications import EditionName


class MonthConverter:
    """`2026-10` in an address is the first of October 2026 in a view; the years are those of any figure."""

    regex = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        year, month = value.split("-")
        return date(int(year), int(month), 1)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{value:%Y-%m}"


class EditionConverter:
    """`2026-10-v1`, `2026-07-quarter-v2`: one version of the publication of a span."""

    regex = rf"{MonthConverter.regex}(?:-quarter|-year)?-v[1-9][0-9]{{0,5}}"

    def to_python(self, value: str) -> EditionName:
        month, _, version = value.rpartition("-v")
        grain = month[8:] or "month"
        return EditionName(MonthConverter().to_python(month[:7]), grain, int(version))

    def to_url(self, value: EditionName | str) -> str:
        return str(value)


class TokenConverter(StringConverter):
    """What opens a share link: the tenant's number and the secret. What does not look like one has no page at all."""

    regex = r"[0-9]{1,18}-[A-Za-z0-9_-]{43}"


register_converter(MonthConverter, "month")
register_converter(EditionConverter, "edition")
register_converter(TokenConverter, "token")
