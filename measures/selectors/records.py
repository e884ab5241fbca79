"""Rows that were made here, as PostgreSQL reads them: those that are computed in Python and stored or exported by SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

# The columns of a row, and how PostgreSQL is told of them; what a row leaves out is NULL.
ROW_TYPES = {
    "scope": "bigint",
    "grain": "text",
    "indicator_id": "bigint",
    "category": "text",
    "period": "date",
    "value": "numeric",
    "numerator": "numeric",
    "denominator": "numeric",
    "lower": "numeric",
    "upper": "numeric",
    "parts": "integer",
    "filed": "integer",
    "expected": "integer",
    "excused": "integer",
    "value_period": "date",
    "state": "text",
}

# The rows of the parameter `rows`, as `d`.
RECORDS = f"json_to_recordset(%(rows)s::json) AS d ({', '.join(f'{name} {kind}' for name, kind in ROW_TYPES.items())})"


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows for `RECORDS`; numbers as texts, so that none is rounded."""
    return json.dumps([{name: _plain(value) for name, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
