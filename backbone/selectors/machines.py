"""Whether the machines answer: the database, the cache and broker, the clock with its worker."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db import DatabaseError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

HEARTBEAT = "platform:beat"


def state_of_machines() -> dict[str, str]:
    """What answers and what does not, in a few words each."""
    return {"database": _database(), "redis": _redis(), "beat": _beat()}


def _database() -> str:
    try:
        applied = MigrationRecorder(connections["default"]).applied_migrations()
    except DatabaseError:
        return "does not answer"
    return "ok" if ("backbone", "0001_initial") in applied else "not migrated"


def _redis() -> str:
    try:
        cache.get(HEARTBEAT)
    except Exception as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


def _beat() -> str:
    try:
        seen = cache.get(HEARTBEAT)
    except Exception:
        return "unknown"
    if seen is None:
        return "not seen yet"
    return f"{(timezone.now() - datetime.fromisoformat(seen)).total_seconds():.0f} seconds ago"
