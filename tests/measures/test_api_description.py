"""The description of the API is true: real answers of each operation have the shape that it states."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator

from backbone.services import keys
from measures.models import Attestation, Figure
from measures.services import rollups
from tests.measures.doors import Desk, csv_of

PATH = "/api/v1/{tenant}/{initiative}/"
FILING = "filings/{partner}/{period}/"


@pytest.fixture(scope="module")
def description():
    found = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(found, default=str))


@pytest.fixture
def desk(riverside, hillcrest):
    desk = Desk(riverside, hillcrest, "seats", "placed")
    desk.put([{"indicator": "seats", "value": 7}, {"indicator": "placed", "numerator": 1, "denominator": 3}])
    with riverside.scope():
        rollups.rebuild(riverside.initiative)
        _, desk.staff = keys.create(owner=riverside.people.ana, name="staff", role="data_steward", scopes=("read",))
    return desk


def strict(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: null where `nullable`, and no property that is not described."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(value) for name, value in schema.items() if name not in ("nullable", "readOnly", "example")}
    if "properties" in found and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found


def check(description, method: str, path: str, response) -> None:
    operation = description["paths"][PATH + path][method]
    stated = operation["responses"].get(str(response.status_code))
    assert stated is not None, f"{method} {path} answers {response.status_code}, which is not described"
    schema = {**stated["content"]["application/json"]["schema"], "components": description["components"]}
    jsonschema.Draft202012Validator(strict(schema)).validate(response.json())


def test_answers_have_the_shape_that_is_described(desk, description):
    mine, staff = ({"Authorization": f"Bearer {token}"} for token in (desk.tokens["P1"], desk.staff))
    month = f"{desk.month:%Y-%m}"

    def get(path: str, rest: str, headers=mine, **more):
        response = Client().get(desk.home.api(rest), headers=headers | more)
        check(description, "get", path, response)
        return response

    for rest in ("figures/", "figures/?page_size=1", "figures/?since=soon", "figures/?colour=red"):
        get("figures/", rest)
    for rest in (
        "rollups/?grain=month",
        "rollups/?grain=month&missing=true",
        "rollups/?by=partner",
        "rollups/?grain=week",
    ):
        get("rollups/", rest, staff)
    assert get("rollups/", "rollups/?grain=month&missing=true", staff).json()["rollups"][0]["missing"]
    with desk.home.scope():
        Figure.objects.update(state="approved")
        rollups.rebuild(desk.home.initiative)
        Attestation.objects.create(
            indicator=desk.indicators["seats"], partner=desk.partners["P1"], as_defined=False, note="Chairs",
            by=desk.home.people.ben, at="2026-01-01T00:00Z",
        )  # fmt: skip
    rows = get("rollups/", "rollups/?grain=month&as_defined=true", staff).json()["rollups"]
    assert any(row["as_defined"] for row in rows)
    get("rollups/", "rollups/?grain=month&as_defined=true")
    get(FILING, f"filings/P1/{month}/")
    get(FILING, f"filings/P2/{month}/")
    get(FILING, f"filings/P1/{month}/", {})
    get(FILING, f"filings/P1/{month}/", Accept="application/xml")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"figures": [{"indicator": "seats", "value": 7}, {"indicator": "placed", "numerator": 1, "denominator": 3}]}, {}, 200),
        ({"figures": [{"indicator": "seats", "value": "x"}]}, {}, 400),
        ({"figures": [{"indicator": "seats", "value": 8}], "submit": False}, {}, 409),
        ({"figures": []}, {"If-Match": '"0"'}, 412),
        ({"figures": [{}] * 10_001}, {}, 413),
        ({"figures": []}, {"Content-Encoding": "gzip"}, 415),
        ({"figures": []}, {"Authorization": ""}, 401),
    ],
)  # fmt: skip
def test_every_answer_to_a_filing_is_described(desk, description, body, headers, status):
    response = Client().put(
        desk.home.api(f"filings/P1/{desk.month:%Y-%m}/"),
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {desk.tokens['P1']}"} | headers,
    )
    assert response.status_code == status, response.content
    check(description, "put", FILING, response)


def test_every_answer_to_a_file_is_described(desk, description):
    good = {"partner": "P1", "indicator": "seats", "period": f"{desk.month:%Y-%m}", "value": "8"}
    for content, status in (
        (csv_of([good]), 200),
        (csv_of([good | {"value": "x"}, good | {"partner": "P2"}]), 400),
        (b"%PDF-1.7", 400),
        (b"x" * (10 * 1024 * 1024 + 1), 413),
    ):
        response = Client().post(
            desk.home.api("imports/"),
            content,
            content_type="text/csv",
            headers={"Authorization": f"Bearer {desk.tokens['P1']}"},
        )
        assert response.status_code == status
        check(description, "post", "imports/", response)


def test_every_answer_to_another_system_s_file_is_described(desk, description):
    with desk.home.scope():
        _, token = keys.create(owner=desk.home.people.ana, name="all", role="data_steward", scopes=("read", "file"))
    item = {"dataElement": "seats", "period": f"{desk.month:%Y%m}", "orgUnit": "P1", "value": "8"}
    strange = item | {"dataElement": "other"}
    elements = {"dataElements": [{"id": "a", "name": "Beds"}, {"id": "b", "name": "X", "valueType": "COORDINATE"}]}
    iati = b'<iati-activities version="2.03"/>'
    for form, content, status in (
        ("dhis2", {"dataValues": [item, strange, item]}, 200),
        ("dhis2", {"dataValues": [item | {"value": "x"}]}, 400),
        ("dhis2", {"dataValues": 3}, 400),
        ("dhis2-metadata", elements, 200),
        ("iati", iati, 200),
        ("adx", iati, 400),
    ):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        response = Client().post(
            desk.home.api(f"imports/?format={form}"), content, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert response.status_code == status, response.content
        check(description, "post", "imports/", response)


def test_the_description_is_made_without_a_warning(capsys):
    reset_generator_stats()
    SchemaGenerator().get_schema(request=None, public=True)
    GENERATOR_STATS.emit_summary()
    assert "warning" not in capsys.readouterr().err.lower()
    assert not GENERATOR_STATS


def test_every_operation_says_who_may_ask_and_what_it_refuses(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert {"apiKey": []} in operation["security"], (method, path)
            assert {"200", "201"} & set(operation["responses"]), (method, path)
            assert {"400", "401", "403", "404", "406"} <= set(operation["responses"]), (method, path)
            for parameter in operation["parameters"]:
                assert parameter["in"] == "path" or parameter.get("description"), (path, parameter["name"])


def test_the_description_and_its_page_are_served(client, db):
    assert client.get(reverse("api:schema")).status_code == 200
    assert client.get(reverse("api:docs")).status_code == 200


def test_the_page_carries_no_script_that_the_policy_would_stop(client, db):
    page = client.get(reverse("api:docs"))
    tags = re.findall(r"<script([^>]*)>", page.content.decode())
    assert tags
    assert [tag for tag in tags if "src=" not in tag] == []
    starts = client.get(reverse("api:docs"), {"script": ""})
    assert starts["Content-Type"].startswith("application/javascript")
    assert reverse("api:schema") in starts.content.decode()
