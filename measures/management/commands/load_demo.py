"""`manage.py load_demo`: the demonstration's two tenants and their logins. See demo/README.md."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from measures import demo


class Command(BaseCommand):
    requires_system_checks = []  # done by whoever starts the platform; without them a second run is quick
    help = "Load the demonstration; does nothing when it is there already."

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        if demo.load(self._say):
            self._say(f"Loaded in {time.monotonic() - start:.0f} seconds.")
        else:
            self._say("The demonstration is there already.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
