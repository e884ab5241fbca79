"""Parts of addresses that are more than words."""

from datetime import date

from django.urls import register_converter


class MonthConverter:
    """`2026-10` in an address is the first of October 2026 in a view; the years are those of any figure."""

    regex = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        year, month = value.split("-")
        return date(int(year), int(month), 1)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{value:%Y-%m}"


register_converter(MonthConverter, "month")
