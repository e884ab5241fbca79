"""One table of awkward figures, walked through every door: the same code, the same words, and nothing half-written."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

from backbone.models import Tenant
from measures.models import StaleMark
from measures.rules.periods import add_months
from tests.measures.doors import Answer, Desk, csv_of

CORPUS = Path(__file__).parent.parent / "corpus"
FILE_DOORS, ALL_DOORS = ("csv",), ("csv", "put", "form")  # every door for files: test_corpus
CASES = [
    case
    for case in yaml.safe_load((CORPUS / "figures.yaml").read_text(encoding="utf-8"))
    if {"put", "form"} & set(case.get("doors", ALL_DOORS))
]


@pytest.fixture
def desk(riverside, hillcrest, request):
    case = request.getfixturevalue("case")
    indicators = {case.get("indicator", "seats")} & set(Desk.INDICATORS) or {"seats"}
    tenant = {
        "number_format": Tenant.NumberFormat[case.get("format", "point").upper()],
        "date_order": case.get("date_order", "mdy"),
    }
    desk = Desk(riverside, hillcrest, *indicators, **tenant)
    slug = case.get("indicator", "seats")
    if "before" in case:
        desk.stands(slug, case["before"]["value"], state=case["before"]["state"])
    for back, value in enumerate(case.get("history", []), start=1):
        desk.stands(slug, value, add_months(desk.month, -back))
    return desk


@pytest.mark.parametrize("case", CASES, ids=[f"{case['case']}-{case['name']}" for case in CASES])
def test_an_awkward_figure_is_answered_alike_at_every_door(case, desk):
    said: dict[str, str] = {}
    for door in case.get("doors", ALL_DOORS):
        if door not in WALK:
            continue
        point = transaction.savepoint()
        before = desk.counts()
        answer = WALK[door](desk, case, "stored" in case)
        assert answer.status < 500, door
        assert "Traceback" not in answer.page
        if "code" not in case:
            accepted(desk, case, door, answer)
        elif door == "form":
            refused_in_the_form(desk, answer, said.get("csv"))
        else:
            said[door] = refused(case, door, answer)
            assert desk.counts() == before, door
        transaction.savepoint_rollback(point)
    # Of several problems at once each door has its own order; of one, the words are the same.
    assert len(set(said.values())) < 2 or "parts" in case, said


def accepted(desk: Desk, case: dict[str, Any], door: str, answer: Answer) -> None:
    assert not answer.errors, (door, answer.errors)
    kept = {category: (value, note) for category, value, note in desk.stored(case.get("indicator", "seats"))}
    if "blank" in case:
        assert kept == {}, door
        return
    assert kept[""] == (Decimal(case["stored"]), case.get("note", "")), door
    if "warning" in case and door != "form":
        assert case["warning"] in answer.warnings, door


def refused(case: dict[str, Any], door: str, answer: Answer) -> str:
    """The message that came with the expected code, at the expected place."""
    assert answer.codes == [case["code"]], (door, answer.errors)
    assert answer.status in ((200,) if door == "csv" else (400, 409)), door
    _code, row, column, message = answer.errors[0]
    if door in FILE_DOORS and "column" in case:
        assert (row, column) == (case.get("row", 2), case["column"]), door
    if door == "csv":
        assert answer.says(message)
    return message


def refused_in_the_form(desk: Desk, answer: Answer, message: str | None) -> None:
    """The form keeps what can be read as a draft, submits nothing, and says the words that the file's door says."""
    assert answer.status == 422
    found = re.search(r'(?s)id="errors".*?</ul>', answer.page)
    assert message is None or answer.says(message), (message, found and found[0][-500:])
    with desk.home.scope():
        assert not StaleMark.objects.exists()


# --- how each door says it ---


def filled(desk: Desk, text: Any) -> str:
    return str(text).format(**desk.places) if "{" in str(text) else str(text)


def rows_of(desk: Desk, case: dict[str, Any]) -> list[dict[str, str]]:
    who = {
        "partner": case.get("partner", "P1"),
        "indicator": case.get("indicator", "seats"),
        "period": filled(desk, case.get("period", f"{desk.month:%Y-%m}")),
    }
    rows = [who | {name: filled(desk, text) for name, text in case["cells"].items()}]
    rows += [who | {"category": f"age:{part}", "value": value} for part, value in case.get("parts", {}).items()]
    if "again" in case:
        rows.append(who | case["again"])
    return rows


def file_of(desk: Desk, case: dict[str, Any]) -> bytes:
    return csv_of(rows_of(desk, case))


def walk_csv(desk: Desk, case: dict[str, Any], is_kept: bool) -> Answer:
    return desk.csv(file_of(desk, case), is_applied=is_kept)


def walk_put(desk: Desk, case: dict[str, Any], is_kept: bool) -> Answer:
    rows = rows_of(desk, case)
    figures = [{name: text for name, text in row.items() if name not in ("partner", "period")} for row in rows]
    if "blank" in case:
        for figure in figures:
            figure["value"] = figure["value"] or None
        return desk.put(figures, is_submitted=False)
    figures = [{name: text for name, text in figure.items() if text != ""} for figure in figures]
    return desk.put(figures, partner=rows[0]["partner"], period=rows[0]["period"])


def walk_form(desk: Desk, case: dict[str, Any], is_kept: bool) -> Answer:
    rows = rows_of(desk, case)
    pk = desk.indicators[rows[0]["indicator"]].pk
    fields = {f"{pk}/here": "1", f"{pk}/answer": "number"}
    for row in rows:
        if row.get("value") == "not_collected":
            fields |= {f"{pk}/answer": "nc", f"{pk}/reason": row.get("note", "")}
            continue
        for name in ("value", "numerator", "denominator"):
            if name in row:
                fields[f"{pk}/{row.get('category', '')}/{name}"] = row[name]
    answer = desk.form(fields, period=rows[0]["period"], verb="save" if is_kept or "blank" in case else "submit")
    if is_kept or "blank" in case:
        assert answer.status == 302, re.findall(r'(?s)id="errors".*?</ul>', answer.page)
    return answer


WALK = {"csv": walk_csv, "put": walk_put, "form": walk_form}
