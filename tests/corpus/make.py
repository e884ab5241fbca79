"""The corpus of awkward files, made: `python -m tests.corpus.make` writes the small ones and `expected.json`.

Nothing in it depends on the day or the machine, so a test holds what is kept against what is made. Large files are made
when they are needed (`content_of`). The values of cases 32 to 79 are those of `figures.yaml`, one file each.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.corpus import books, plain
from tests.corpus.plain import NAMES, File

FOLDER = Path(__file__).parent
KEPT_BYTES = 20_000
# Last month, in the many spellings of `figures.yaml`, on 9 November 2026.
PLACES = {
    "month": "10", "year": "2026", "next": "2026-12", "serial": "46296", "words": "October 2026", "short": "2026-10",
    "m": "2026M10", "stamp": "2026-11-01T03:30:00Z", "long": "x" * 10_000,
}  # fmt: skip
ABOUT = ("indicator", "format", "date_order", "before", "history", "stored", "blank", "note", "warning", "code")


@cache
def made() -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Every file by its name: its content and its entry in `expected.json`."""
    found = {}
    for case, name, content, expected in (*plain.files(), *_values(), *books.files()):
        file = f"{case:03}-{name}"
        assert file not in found, file
        kept = {"kept": False} if len(content) > KEPT_BYTES else {}
        http = {"http": expected.get("http", 400 if "code" in expected else 200)}
        found[file] = content, {"case": case, "file": file} | kept | http | expected
    return dict(sorted(found.items()))


def content_of(file: str) -> bytes:
    return made()[file][0]


def _values() -> Iterator[File]:
    for case in yaml.safe_load((FOLDER / "figures.yaml").read_text(encoding="utf-8")):
        if "csv" not in case.get("doors", ("csv",)):
            continue
        expected = {name: case[name] for name in ABOUT if name in case}
        if "code" in case:
            expected["row"] = case.get("row", 2)
            expected |= {"column": case["column"]} if "column" in case else {}
        if "partner" in case:
            expected["partner"] = case["partner"]
        yield case["case"], f"{case['name']}.csv", _table(case), expected


def _table(case: dict[str, Any]) -> bytes:
    who = {
        "partner": case.get("partner", "P1"),
        "indicator": case.get("indicator", "seats"),
        "period": _filled(case.get("period", "2026-10")),
    }
    rows = [who | {name: _filled(text) for name, text in case["cells"].items()}]
    rows += [who | {"category": f"age:{part}", "value": value} for part, value in case.get("parts", {}).items()]
    rows += [who | case["again"]] if "again" in case else []
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _filled(text: Any) -> str:
    return str(text).format(**PLACES) if "{" in str(text) else str(text)


def expected_json() -> str:
    return json.dumps([entry for _, entry in made().values()], ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    for old in (FOLDER / "files").iterdir():
        old.unlink()
    for name, (content, entry) in made().items():
        if entry.get("kept", True):
            (FOLDER / "files" / name).write_bytes(content)
    (FOLDER / "expected.json").write_text(expected_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
