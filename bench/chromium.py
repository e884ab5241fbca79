"""The Chromium that the benchmarks drive: BACKBONE_CHROMIUM, else the system's, as `bin/test` looks for it."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    return os.environ.get("BACKBONE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
