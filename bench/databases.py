"""A database of the run's own: made at the start, dropped at the end, so that no run sees another's tables and waste."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db import connections

ADDRESSES = ("DATABASE_URL", "APP_DATABASE_URL")


@contextmanager
def fresh() -> Iterator[None]:
    """Point DATABASE_URL and APP_DATABASE_URL at an empty database, for this process and those it starts."""
    before = {name: os.environ[name] for name in ADDRESSES}
    name = f"bench_{os.getpid()}"
    _execute(before["DATABASE_URL"], f'CREATE DATABASE "{name}"')
    os.environ |= {key: urlunsplit(urlsplit(address)._replace(path=f"/{name}")) for key, address in before.items()}
    try:
        yield
    finally:
        connections.close_all()
        os.environ |= before
        _execute(before["DATABASE_URL"], f'DROP DATABASE "{name}"')


def _execute(address: str, statement: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
