"""Published data sets that tests read where they lie: their licences let them be used, not all of them be passed on.

The folder is BACKBONE_REAL_DATA, else `shared/data` beside the checkout. Where a set is not there its tests are
skipped, and say so.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve()
_BESIDE = [place for place in (_HERE.parents[2] / "shared/data", _HERE.parents[3] / "shared/data") if place.is_dir()]
PLACE = Path(os.environ.get("BACKBONE_REAL_DATA") or (_BESIDE or [_HERE.parents[2] / "shared/data"])[0])


def folder_of(name: str) -> Path:
    """The folder of a data set; skips the test when it is not on this machine."""
    folder = PLACE / name
    if not folder.is_dir():
        pytest.skip(f"The data set {name} is not here: set BACKBONE_REAL_DATA to the folder that holds it.")
    return folder


def rows_of(name: str, file: str) -> Iterator[dict[str, str]]:
    """One CSV file of a data set, row by row."""
    with (folder_of(name) / file).open(encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def real_file(name: str) -> Path:
    """One file by its path below the folder: "dhis2_payloads/aggregate/metadata.json"; skips the test as above."""
    path = folder_of(name.partition("/")[0]) / name.partition("/")[2]
    if not path.exists():
        pytest.skip(f"The file {name} is not here: set BACKBONE_REAL_DATA to the folder that holds it.")
    return path
