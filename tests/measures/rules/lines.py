"""Indicators as the rules see them, the smallest that a test needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from measures.rules.figures import Entry
from measures.rules.lines import Dimension, Line

AGE = Dimension("age", "Age", True, {"0-4": "0 to 4", "5-17": "5 to 17"})
SEX = Dimension("sex", "Sex", True, {"female": "Female", "male": "Male"})
SERVICE = Dimension("service", "Service", False, {"meals": "Meals", "shelter": "Shelter"})
DIMENSIONS = {dimension.slug: dimension for dimension in (AGE, SEX, SERVICE)}


def make_line(kind: str = "flow", **changes) -> Line:
    settings = {
        "slug": "k1",
        "name": "K1",
        "kind": kind,
        "unit": "percent" if kind.startswith("rate") else "people",
        "numerator_name": "placed",
        "denominator_name": "completions",
        "over_time": "person_time" if kind == "rate_stock" else "",
        "dimensions": DIMENSIONS,
    }
    return Line(**{**settings, **changes})


def value(number, **changes) -> Entry:
    return Entry(value=None if number is None else Decimal(number), **changes)


def rate(numerator, denominator) -> Entry:
    return Entry(
        numerator=None if numerator is None else Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
    )


def not_collected(reason: str = "System down") -> Entry:
    return Entry(is_not_collected=True, reason=reason)


def month(text: str) -> date:
    year, number = text.split("-")
    return date(int(year), int(number), 1)


JUL, AUG, SEP, OCT, NOV, DEC = (date(2026, number, 1) for number in range(7, 13))
Q1 = (JUL, AUG, SEP)
