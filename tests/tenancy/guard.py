"""A statement on a tenant's table names the tenant, in the statement itself: row security is the wall, not the filter.

`Guard` wraps `execute` of the application's connection during every test. It reads the SQL, not the plan: each place
where a tenant's table stands must have a `tenant_id` of its own compared with something.
"""

from __future__ import annotations

import re
from functools import lru_cache

_STRINGS = re.compile(r"'(?:[^']|'')*'")
_PLACE = re.compile(
    r"""(?P<verb>\bFROM\b|\bJOIN\b|\bUPDATE\b|\bINTO\b|\bUSING\b|,)\s+(?:ONLY\s+|LATERAL\s+)?
        (?P<table>"[a-z_0-9]+"|[a-z_][a-z_0-9]*)(?![\w".])(?:\s+(?:AS\s+)?(?P<alias>"\w+"|[A-Za-z_]\w*))?""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_ALIAS = {
    "ON", "WHERE", "SET", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "JOIN", "GROUP", "ORDER", "LIMIT", "FOR", "USING",
    "VALUES", "SELECT", "DEFAULT", "RETURNING", "UNION", "HAVING", "AS", "NATURAL", "WINDOW", "OFFSET", "OVERRIDING",
}  # fmt: skip
_DEFINES = re.compile(
    r"^\s*(CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|COMMENT|ANALYZE|VACUUM|REINDEX|LOCK|SET|SHOW)\b", re.I
)


class TenantForgotten(AssertionError):
    """A statement touched a tenant's table without naming the tenant."""


class Guard:
    """An execute wrapper that fails the test whose statement forgets the tenant."""

    def __init__(self, tables: frozenset[str]):
        self.tables = tables

    def __call__(self, execute, sql, params, many, context):
        text = sql if isinstance(sql, str) else str(sql)
        forgotten = nameless(text, self.tables)
        if forgotten:
            raise TenantForgotten(f"No tenant is named for {', '.join(forgotten)} in: {text[:1500]}")
        return execute(sql, params, many, context)


@lru_cache(maxsize=5000)
def nameless(sql: str, tables: frozenset[str]) -> tuple[str, ...]:
    """The places of tenants' tables in a statement that no predicate on `tenant_id` belongs to."""
    if not any(table in sql for table in tables) or _DEFINES.match(sql):
        return ()
    text = _STRINGS.sub("''", sql)
    places = [(match["verb"].upper(), _bare(match["table"]), match["alias"]) for match in _PLACE.finditer(text)]
    places = [place for place in places if place[1] in tables]
    forgotten, unnamed = [], []
    for verb, table, alias in places:
        alias = None if alias is None or _bare(alias).upper() in _NO_ALIAS else _bare(alias)
        if verb == "INTO":
            if not re.search(rf'INTO\s+"?{table}"?[^()]*\([^)]*\btenant_id\b', text, re.I):
                forgotten.append(table)
        elif not _is_compared(text, alias or table):
            (forgotten if alias else unnamed).append(table)
    # A table without an alias may be named by a bare column where it stands alone in its FROM.
    bare = len(re.findall(r'(?<![\w."])"?tenant_id"?\s*(?:=|IN\b)', text, re.I))
    return tuple(forgotten + unnamed[bare:])


def _is_compared(text: str, alias: str) -> bool:
    column = rf'(?<![\w"])"?{re.escape(alias)}"?\."?tenant_id"?(?!\w)'
    return bool(re.search(rf"{column}\s*(=|IN\b)|=\s*\(?\s*{column}|USING\s*\([^)]*\btenant_id\b", text, re.I))


def _bare(name: str) -> str:
    return name.strip('"')
