"""Files of other systems through their three doors, the page, the API and the command: one report, one outcome."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backbone.services import keys
from measures.exporting.formats import EXPORTS
from measures.importing.exchange.formats import FORMATS
from measures.importing.uploads import work_on
from measures.models import ExternalId, Figure, Indicator, Upload
from measures.rules.periods import add_months
from tests import factories
from tests.measures.test_exchange_values import BOMB, ORG, fill, values

VALUES = values(("DE1", "202510", ORG, "7"), ("DE2", "202510", ORG, "8"), ("DE1", "202511", "nobody", "9"))


@pytest.fixture
def place(riverside):
    with riverside.scope():
        factories.make_indicator(riverside.initiative, "seats", lock_day=62)
        ExternalId.objects.create(
            initiative=riverside.initiative, scheme="dhis2", kind="partner", code=ORG, partner=riverside.partners[0]
        )
        ExternalId.objects.create(
            initiative=riverside.initiative, scheme="dhis2", kind="value", code="DE1",
            indicator=Indicator.objects.get(slug="seats"),
        )  # fmt: skip
        riverside.token = keys.create(
            owner=riverside.people.ana, name="k", role="data_steward", scopes=("read", "file")
        )[1]
    riverside.client = Client()
    riverside.client.force_login(factories.user_of(riverside.people.ana))
    return riverside


def upload(place, content, source="dhis2", **more) -> Upload:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    response = place.client.post(
        place.url("exchange/"), {"file": SimpleUploadedFile("their.file", content), "source": source, **more}
    )
    assert response.status_code == 302, response.content.decode()
    with place.scope():
        found = Upload.objects.order_by("-pk")[0]
        work_on(found.pk)
        found.refresh_from_db()
    return found


def post(place, content, query="format=dhis2", kind="application/json", token=""):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Client().post(
        place.api(f"imports/?{query}"), content, content_type=kind,
        headers={"Authorization": f"Bearer {token or place.token}"},
    )  # fmt: skip


def test_the_page_shows_the_report_and_then_applies_it(place):
    found = upload(place, VALUES)
    assert (found.state, found.outcome["created"], found.outcome["error_count"]) == ("checked", 1, 0)
    page = place.client.get(place.url(f"imports/{found.pk}/")).content.decode()
    assert "DE2" in page
    assert "nobody" in page
    assert "code=DE2" in page
    assert "Apply the change" in page
    with place.scope():
        assert not Figure.objects.exists()
    place.client.post(place.url(f"imports/{found.pk}/"), {"apply": "1"})
    with place.scope():
        work_on(found.pk)
        found.refresh_from_db()
        assert (found.state, found.outcome["created"]) == ("applied", 1)
        assert Figure.objects.get().value == 7
    assert place.client.get(place.url("exchange/")).status_code == 200


def test_the_api_says_the_same_and_applies_on_request(place):
    report = post(place, VALUES).json()
    assert (report["dry_run"], report["applied"], report["created"]) == (True, False, 1)
    assert report["exchange"]["verdict_counts"] == {
        "created": 1, "changed": 0, "unchanged": 0, "ignored": 2, "refused": 0
    }  # fmt: skip
    assert [(u["what"], u["code"], u["count"]) for u in report["exchange"]["unmapped"]] == [
        ("dataElement", "DE2", 1), ("orgUnit", "nobody", 1)
    ]  # fmt: skip
    done = post(place, VALUES, "format=dhis2&dry_run=false").json()
    assert (done["applied"], done["created"]) == (True, 1)
    again = post(place, VALUES, "format=dhis2&dry_run=false").json()
    assert (again["created"], again["unchanged"]) == (0, 1)


def test_the_command_says_the_same(place, tmp_path):
    file = tmp_path / "set.json"
    file.write_text(json.dumps(VALUES))
    out, told = io.StringIO(), io.StringIO()
    call_command("import_figures", "riverside/work", str(file), source="dhis2", dry_run=True, stdout=out, stderr=told)
    assert "1 would be created, 0 changed, 0 unchanged." in out.getvalue()
    assert "dataElement “DE2” stands for nothing here: 1 values left out" in told.getvalue()
    call_command("import_figures", "riverside/work", str(file), source="dhis2", stdout=out, stderr=told)
    with place.scope():
        assert Figure.objects.get().value == 7
    back = tmp_path / "back.json"
    call_command("export_figures", "riverside/work", form="dhis2-json", out=back)
    assert [(v["dataElement"], v["orgUnit"], v["value"]) for v in json.loads(back.read_text())["dataValues"]] == [
        ("DE1", ORG, "7")
    ]
    file.write_text(json.dumps(values(("DE1", "202510", ORG, "x"))))
    with pytest.raises(CommandError, match="Nothing was imported: 1 problem"):
        call_command("import_figures", "riverside/work", str(file), source="dhis2", stdout=out, stderr=told)


@pytest.mark.parametrize(
    ("content", "query", "kind", "status"),
    [
        (b"{", "format=dhis2", "application/json", 400), (BOMB, "format=adx", "application/xml", 400),
        (BOMB, "format=dhis2", "application/xml", 400), (b"", "format=dhis2", "application/json", 400),
        (b"x", "format=colour", "application/json", 400), (b"[1]", "format=dhis2-metadata", "application/json", 400),
        (b"\x00", "format=codes", "text/csv", 400), (b"a,b\n1,2\n", "format=codes", "text/csv", 400),
        (b"<a/>", "format=dhis2-metadata", "application/xml", 400), (b"x" * 11_000_000, "format=dhis2", "text/csv", 413),
    ],
)  # fmt: skip
def test_what_nobody_should_send_is_answered_with_a_problem(place, content, query, kind, status):
    response = post(place, content, query, kind)
    assert response.status_code == status, response.content
    assert response.json()["errors"]


@pytest.mark.parametrize("source", list(FORMATS))
@pytest.mark.parametrize("content", [b"{", b"<x>", b"\xff\xfe", b"PK\x03\x04", b"a,b\n", b"null", b'"x"', b"[[]]"])
def test_no_file_brings_the_page_down(place, source, content):
    found = upload(place, content, source)
    assert found.state in ("refused", "checked")
    assert found.outcome["error_count"]
    assert place.client.get(place.url(f"imports/{found.pk}/")).status_code == 200


def test_the_page_asks_for_format_and_file(place):
    response = place.client.post(place.url("exchange/"), {})
    assert (response.status_code, "Choose the format" in response.content.decode()) == (422, True)
    response = place.client.post(place.url("exchange/"), {"source": "adx"})
    assert (response.status_code, "Choose a file first" in response.content.decode()) == (422, True)


def test_a_filer_may_bring_values_of_their_own_and_no_definitions(place):
    with place.scope():
        token = keys.create(
            owner=place.people.ben, name="k", role="partner_filer", partner=place.partners[0], scopes=("read", "file")
        )[1]
    month = f"{add_months(timezone.localdate().replace(day=1), -1):%Y%m}"
    assert post(place, values(("DE1", month, ORG, "7")), token=token).json()["created"] == 1
    refused = post(place, {"dataElements": [{"id": "a", "name": "A"}]}, "format=dhis2-metadata", token=token)
    assert refused.status_code in (400, 403)
    assert refused.json()["errors"][0]["code"] == "format.not_yours"
    theirs = post(place, values(("seats", "202510", "P2", 3)), token=token)
    assert [error["code"] for error in theirs.json()["errors"]] == ["partner.forbidden"]


def test_definitions_are_shown_and_then_brought_in(place):
    content = {"dataElements": [{"id": "a", "name": "Beds"}, {"id": "b", "name": "X", "valueType": "COORDINATE"}]}
    found = upload(place, content, "dhis2-metadata")
    assert found.outcome["definition_counts"]["new"] == 1
    page = place.client.get(place.url(f"imports/{found.pk}/")).content.decode()
    assert "Beds" in page
    assert "not understood" in page
    place.client.post(place.url(f"imports/{found.pk}/"), {"apply": "1"})
    with place.scope():
        work_on(found.pk)
        assert Indicator.objects.get(slug="beds").external_ids.count() == 2


def test_codes_are_a_table_that_goes_out_and_comes_in(place):
    page = place.client.get(place.url("exchange/codes/?scheme=dhis2&code=DE9&kind=value"))
    assert 'value="DE9"' in page.content.decode()
    content = place.client.get(place.url("exchange/codes/file/")).content
    assert upload(place, content, "codes").outcome["definition_counts"] == {
        "new": 0, "same": 2, "changed": 0, "understood": 0, "not_understood": 0
    }  # fmt: skip
    with place.scope():
        ExternalId.objects.all().delete()
    found = upload(place, content, "codes")
    assert found.outcome["definition_counts"]["new"] == 2
    place.client.post(place.url(f"imports/{found.pk}/"), {"apply": "1"})
    with place.scope():
        work_on(found.pk)
        assert ExternalId.objects.count() == 2
        ids = list(ExternalId.objects.values_list("pk", flat=True))
    place.client.post(place.url("exchange/codes/"), {"remove": "1", "id": [ids[0], "x", "9" * 30]})
    with place.scope():
        assert ExternalId.objects.count() == 1


def test_a_code_is_added_by_hand(place):
    said = {
        "scheme": "dhis2",
        "code": "DE2",
        "kind": "value",
        "ours": "seats",
        "category": "",
        "name": "Seats \x00there",
    }
    assert place.client.post(place.url("exchange/codes/"), said).status_code == 302
    with place.scope():
        assert ExternalId.objects.get(code="DE2").name == "Seats there"
    for wrong in ({"ours": "nothing"}, {"kind": "colour"}, {"code": ""}, {"kind": "category", "ours": "age:none"}):
        assert place.client.post(place.url("exchange/codes/"), said | wrong).status_code == 422


@pytest.mark.parametrize("form", list(EXPORTS))
def test_every_format_goes_out_by_page_and_api_alike(place, form):
    with place.scope():
        fill(place)
    page = place.client.get(place.url(f"exchange/out/{form}/"))
    api = Client().get(place.api(f"exports/{form}/"), headers={"Authorization": f"Bearer {place.token}"})
    assert (page.status_code, api.status_code, api["X-Left-Out"]) == (200, 200, "0")
    assert page["Content-Type"] == api["Content-Type"]
    one, other = b"".join(page.streaming_content), b"".join(api.streaming_content)
    assert len(one) == len(other) > 100
    if form not in ("xlsx", "iati"):  # those tell when they were made
        assert one == other
        assert b"\n=HYPERLINK" not in one
        assert b',"=HYPERLINK' not in one


def test_an_unknown_format_is_named(place):
    assert place.client.get(place.url("exchange/out/pdf/")).status_code == 404
    api = Client().get(place.api("exports/pdf/"), headers={"Authorization": f"Bearer {place.token}"})
    assert api.json()["errors"][0]["code"] == "format.unknown"


def test_the_lists_ask_a_constant_number_of_questions(place, django_assert_max_num_queries):
    with place.scope():
        for number in range(30):
            ExternalId.objects.create(
                initiative=place.initiative, scheme="x", kind="partner", code=f"c{number}", partner=place.partners[1]
            )
    for path in ("exchange/", "exchange/codes/", "exchange/codes/file/"):
        with django_assert_max_num_queries(14):
            place.client.get(place.url(path))


def test_whoever_reads_no_roll_ups_gets_no_results(place):
    """A funder sees consenting partners' figures, and of roll-ups only what was published."""
    client = Client()
    client.force_login(factories.user_of(place.people.fay))
    assert client.get(place.url("exchange/out/iati/")).status_code == 404
