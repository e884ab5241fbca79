"""Every awkward file of the corpus, through the upload page, the API's imports and the command: one answer at all three.

One organization and one transaction serve all of them; each file is judged in a savepoint of its own.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from backbone import tenancy
from backbone.models import Tenant
from measures.rules.periods import add_months
from tests import factories
from tests.corpus import make
from tests.measures.doors import Answer, Desk

FILES = make.FOLDER / "files"
ENTRIES = json.loads((make.FOLDER / "expected.json").read_text(encoding="utf-8"))
NOVEMBER_9 = "2026-11-09T15:00:00Z"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAID = re.compile(r"(?:row (\d+)|file)(?:, column (.+?))?: (.*) \[([a-z0-9_.]+)\]")


def test_what_is_kept_is_what_is_made():
    assert (make.FOLDER / "expected.json").read_text(encoding="utf-8") == make.expected_json()
    kept = {path.name: path.read_bytes() for path in FILES.iterdir()}
    made = {name: content for name, (content, entry) in make.made().items() if entry.get("kept", True)}
    assert kept.keys() == made.keys()
    assert [name for name in kept if unpacked(kept[name]) != unpacked(made[name])] == []


def unpacked(content: bytes) -> Any:
    """The members of a zip, since every library packs them in its own way; other bytes as they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(one.filename, one.CRC, one.file_size) for one in archive.infolist()]
    except zipfile.BadZipFile:
        return content


def test_every_case_of_files_and_values_has_a_file():
    assert {entry["case"] for entry in ENTRIES} == set(range(1, 110))


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Desk]:
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOVEMBER_9),
        transaction.atomic(),
    ):
        patch.setattr(tenancy, "savepoints_allowed", True)
        riverside = factories.make_neighbourhood("riverside", "Riverside")
        hillcrest = factories.make_neighbourhood("hillcrest", "Hillcrest")
        desk = Desk(riverside, hillcrest, *Desk.INDICATORS, date_order="mdy")
        desk.folder = tmp_path_factory.mktemp("files")
        yield desk
        transaction.set_rollback(True)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["file"] for entry in ENTRIES])
def test_a_file_gets_the_same_answer_at_every_door(entry, desk):
    content = make.content_of(entry["file"])
    with transaction.atomic():
        set_up(desk, entry)
        said = {}
        for door in ("page", "api", "command"):
            expected = entry | entry.get(door, {})
            if "skip" not in expected:
                with transaction.atomic():
                    said[door] = walk(desk, door, entry, content, expected)
                    transaction.set_rollback(True)
        first = next(iter(said.values()))
        for door, one in said.items():
            assert first is None or door in entry or alike(first, one), said
        transaction.set_rollback(True)


def alike(one: tuple, other: tuple) -> bool:
    """The same code, place and words; the command prints the hint behind them."""
    return one[:3] == other[:3] and other[3].startswith(one[3])


def set_up(desk: Desk, entry: dict[str, Any]) -> None:
    """What the case needs to stand there, and how its organization writes numbers and dates."""
    Tenant.objects.filter(pk=desk.home.tenant.pk).update(
        number_format=Tenant.NumberFormat[entry.get("format", "point").upper()],
        date_order=entry.get("date_order", "mdy"),
    )
    slug = entry.get("indicator", "seats")
    if "before" in entry:
        desk.stands(slug, entry["before"]["value"], state=entry["before"]["state"])
    for back, value in enumerate(entry.get("history", []), start=1):
        desk.stands(slug, value, add_months(desk.month, -back))


def walk(desk: Desk, door: str, entry: dict[str, Any], content: bytes, expected: dict[str, Any]) -> tuple | None:
    """What one door says of a file, held against what is expected; the first problem, to be the same everywhere."""
    before = desk.counts()
    answer = DOORS[door](desk, entry, content)
    assert answer.status < 500
    assert "Traceback" not in answer.page
    code = expected.get("code")
    if code is None:
        accepted(desk, door, answer, expected)
        return None
    assert answer.errors, (door, answer)
    assert desk.counts() == before
    found, row, column, message = answer.errors[0]
    assert found == code, (door, answer.errors[:3])
    assert row == expected.get("row", row)
    assert (column or "") == (expected.get("column", column) or "")
    assert expected.get("message", "") in message
    if door == "page":
        assert answer.says(message)
    if door == "api":
        assert answer.status == expected["http"]
    return found, row, column, message


def accepted(desk: Desk, door: str, answer: Answer, expected: dict[str, Any]) -> None:
    if expected["http"] >= 400:
        assert answer.status == expected["http"]
        return
    assert not answer.errors, (door, answer.errors[:3])
    assert answer.status == 200
    if "warning" in expected:
        assert expected["warning"] in answer.warnings, (door, answer.warnings)
    if door == "command" and ("stored" in expected or "blank" in expected):
        kept = {category: (value, note) for category, value, note in desk.stored(expected.get("indicator", "seats"))}
        if "blank" in expected:
            assert kept == {}
        else:
            assert kept[""] == (Decimal(expected["stored"]), expected.get("note", ""))


def at_the_page(desk: Desk, entry: dict[str, Any], content: bytes) -> Answer:
    return desk.csv(content, name=entry["file"])


def at_the_api(desk: Desk, entry: dict[str, Any], content: bytes) -> Answer:
    kind = XLSX if entry["file"].endswith(".xlsx") else "text/csv"
    response = Client().post(
        desk.home.api("imports/"),
        content,
        content_type=kind,
        CONTENT_TYPE=kind,
        headers={"Authorization": f"Bearer {desk.token_for(partner_of(entry))}"},
    )
    body = response.json()
    errors = [
        (one["code"], one.get("row"), one.get("column"), one["message"])
        for one in body.get("errors", [])
        if not one.get("is_warning")
    ]
    return Answer(
        response.status_code, errors, [one["code"] for one in body.get("warnings", [])], response.content.decode()
    )


def partner_of(entry: dict[str, Any]) -> str:
    """A key is one partner's: whose the file is."""
    return "Peña" if entry.get("first", {}).get("partner") == "Peña" else entry.get("partner", "P1")


def at_the_command(desk: Desk, entry: dict[str, Any], content: bytes) -> Answer:
    path = desk.folder / entry["file"]
    path.write_bytes(content)
    told, done = io.StringIO(), io.StringIO()
    status = 200
    try:
        call_command(
            "import_figures", "riverside/work", str(path), by="ben@riverside.example", stdout=done, stderr=told
        )
    except CommandError:
        status = 400
    finally:
        path.unlink()
    lines = [SAID.fullmatch(line) for line in told.getvalue().splitlines() if line.endswith("]")]
    problems = [(m[4], m[1] and int(m[1]), m[2], m[3]) for m in lines if m]
    if status == 200:
        return Answer(status, [], [code for code, *_ in problems])
    return Answer(status, problems)


DOORS = {"page": at_the_page, "api": at_the_api, "command": at_the_command}
