"""What the tests of the launcher share: launchers in processes of their own, and questions to their servers."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from backbone.embedded import roles
from backbone.embedded.ports_and_logs import port_is_taken

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BACKBONE_STATE_DIR")
LAUNCH = """
import json, sys
from pathlib import Path
from backbone.embedded import services
with services(Path(sys.argv[1]), durable=json.loads(sys.argv[2])) as environment:
    print(json.dumps({name: environment[name] for name in sys.argv[3:]}), flush=True)
    sys.stdin.readline()
"""


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without the addresses of the test run's own servers."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | more


class Launcher:
    """A process that holds the services of a state folder until told to leave."""

    def __init__(self, state: Path, durable: bool = False, **environment: str):
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, state, json.dumps(durable), *OURS],
            cwd=PROJECT,
            env=clean_environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.error = "" if line else self.process.communicate()[1]
        self.environment = json.loads(line) if line else {}
        self.owner = self.environment.get("DATABASE_URL", "")
        self.app = self.environment.get("APP_DATABASE_URL", "")

    def whole_environment(self) -> dict[str, str]:
        """What a command needs to use these servers."""
        return clean_environment(**self.environment)

    def connect(self):
        """A session of the owner's."""
        return contextlib.closing(roles.connect(self.owner))

    def leave(self) -> int:
        self.process.communicate("\n", timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def ask(url: str, question: str):
    """The rows that answer, or None for a statement without an answer."""
    with contextlib.closing(roles.connect(url, timeout=3)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall() if cursor.description else None


def is_up(url: str) -> bool:
    """Does somebody listen at this address?"""
    return port_is_taken(urlsplit(url).port)
