"""The API's requests that are no requests: each refused with its status and a problem, never a 500, nothing written."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from backbone.models import APIKey
from measures.models import Figure
from tests.measures.doors import Desk

MANY = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
LONG_BODY = str(11 * 1024 * 1024 + 1)


@pytest.fixture
def desk(riverside, hillcrest):
    desk = Desk(riverside, hillcrest, "seats")
    desk.url = riverside.api(f"filings/P1/{desk.month:%Y-%m}/")
    desk.bearer = {"Authorization": f"Bearer {desk.tokens['P1']}"}
    yield desk
    with riverside.scope():
        assert not Figure.objects.exists()


def said(response) -> tuple[int, str]:
    """The status and the first code; every refusal of the API is a problem in JSON."""
    assert response.headers["Content-Type"].startswith("application/json"), response.content[:300]
    body = response.json()
    assert body["status"] == response.status_code
    assert body["error_count"] == len(body["errors"]) > 0
    assert all(one["message"] for one in body["errors"])
    return response.status_code, body["errors"][0]["code"]


def put(desk, body, **more):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = desk.bearer | more.pop("headers", {})
    return Client().put(desk.url, content, **{"content_type": "application/json", "headers": headers, **more})


ONE = {"figures": [{"indicator": "seats", "value": 1}]}


@pytest.mark.parametrize(
    ("case", "body", "expected"),
    [
        (110, b'{"figures": [', (400, "json.syntax")),
        (111, b"[]", (400, "json.object")),
        (111, b"7", (400, "json.object")),
        (112, b"[" * 10_000 + b"]" * 10_000, (400, "json.depth")),
        (112, b'{"figures":' * 10_000 + b"1" + b"}" * 10_000, (400, "json.depth")),
        (113, b'{"submit": true, "submit": false}', (400, "json.duplicate_key")),
        (114, b'{"figures": [{"indicator": "seats", "value": 1e999}]}', (400, "number.range")),
        (114, b'{"figures": [{"indicator": "seats", "value": NaN}]}', (400, "number.not_finite")),
        (114, b'{"figures": [{"indicator": "seats", "value": -Infinity}]}', (400, "number.not_finite")),
        (115, b'{"figures": [{"indicator": "seats", "value": 9223372036854775808}]}', (400, "number.range")),
        (115, b'{"figures": [{"indicator": "seats", "value": ' + b"9" * 5000 + b"}]}", (400, "number.range")),
        (116, b'{"figures": [{"indicator": {"pk": 1}, "value": 1}]}', (400, "field.type")),
        (116, b'{"figures": [{"indicator": ["seats"], "value": 1}]}', (400, "field.type")),
        (116, b'{"figures": [{"indicator": true, "value": 1}]}', (400, "field.type")),
        (117, b'{"figures": [{"indicator": "seats", "vaule": 1}]}', (400, "field.unknown")),
        (117, b'{"figure": []}', (400, "field.unknown")),
        (118, b'{"tenant": 1, "figures": []}', (400, "field.read_only")),
        (118, b'{"figures": [{"indicator": "seats", "state": "approved"}]}', (400, "field.read_only")),
        (125, b'{"figures": [{"indicator": "seats", "value": 1, "note": "\\u0000"}]}', (400, "text.nul")),
        (125, b'{"figures": [{"indicator": "se\\u0000ats", "value": 1}]}', (400, "text.nul")),
        (131, b'{"figures": [' + b",".join([b"{}"] * 10_001) + b"]}", (413, "body.too_many_items")),
        (117, b'{"figures": [], "words": {"seats": 7}}', (400, "field.type")),
        (117, b'{"figures": [], "words": ["seats"]}', (400, "json.object")),
        (117, b'{"figures": [], "submit": "yes"}', (400, "field.type")),
        (117, b"{}", (400, "field.missing")),
        (117, b"", (400, "field.missing")),
        (117, b'{"submit": true}', (400, "field.missing")),
        (120, b'{"figures": "\xe9"}', (400, "json.encoding")),
    ],
)
def test_a_body_that_is_no_filing(desk, case, body, expected):
    assert said(put(desk, body)) == expected


def test_one_bad_item_is_named_by_its_place_and_keeps_all_out(desk):
    figures = [{"indicator": "seats", "value": 1}, {"indicator": "seats", "category": "", "value": "x"}]
    response = put(desk, {"figures": figures})
    assert [one["field"] for one in response.json()["errors"]] == ["figures[1].value"]


@pytest.mark.parametrize(
    ("case", "how", "expected"),
    [
        (119, {"content_type": "text/plain"}, (415, "body.type")),
        (119, {"content_type": "application/x-www-form-urlencoded"}, (415, "body.type")),
        (120, {"content_type": "application/json; charset=latin1"}, (415, "body.type")),
        (120, {"content_type": "application/json; charset=klingon"}, (415, "body.type")),
        (132, {"headers": {"Content-Encoding": "gzip"}}, (415, "body.type")),
        (135, {"headers": {"Accept": "application/xml"}}, (406, "accept.unavailable")),
        (129, {"headers": {"Idempotency-Key": ""}}, (400, "idempotency.key")),
        (129, {"headers": {"Idempotency-Key": "k" * 256}}, (400, "idempotency.key")),
        (130, {"headers": {"If-Match": '"7"'}}, (412, "if_match.stale")),
        (130, {"headers": {"If-Match": "*" * 5000}}, (412, "if_match.stale")),
        (134, {"headers": {"Host": "evil.example"}}, (400, "request.malformed")),
        (121, {"CONTENT_LENGTH": LONG_BODY}, (413, "body.too_large")),
    ],
)
def test_a_request_around_a_good_body_that_is_wrong(desk, case, how, expected):
    assert said(put(desk, ONE, **how)) == expected


def test_a_packed_body_is_not_unpacked(desk):
    bomb = gzip.compress(b" " * 50_000_000)
    assert said(put(desk, bomb, headers={"Content-Encoding": "gzip"})) == (415, "body.type")
    response = Client().post(
        desk.home.api("imports/"), bomb, content_type="text/csv", headers=desk.bearer | {"Content-Encoding": "gzip"}
    )
    assert said(response) == (415, "body.type")


def test_a_method_is_what_the_request_line_says(desk):
    response = Client().get(desk.url, headers=desk.bearer | {"X-HTTP-Method-Override": "DELETE"})
    assert response.status_code == 200
    for method in ("delete", "patch", "post"):
        assert said(getattr(Client(), method)(desk.url, headers=desk.bearer)) == (405, "method.not_allowed")


def multipart(desk, body: bytes, content_type: str, rest: str = "imports/"):
    named = {"CONTENT_TYPE": content_type}  # which the client leaves out when there is no body
    return Client().generic("POST", desk.home.api(rest), body, content_type=content_type, headers=desk.bearer, **named)


def part(name: str, content: str = "x", filename: str = "") -> str:
    named = f'; filename="{filename}"' if filename else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{content}\r\n'


@pytest.mark.parametrize(
    ("case", "body", "content_type", "expected"),
    [
        (123, b"x", "multipart/form-data", (400, "json.syntax")),
        (123, b"x", "multipart/form-data; boundary=", (400, "json.syntax")),
        (124, "".join(part(f"f{n}") for n in range(1001)), "multipart/form-data; boundary=b", (400, "field.unknown")),
        (124, "".join(part(f"f{n}") for n in range(MANY + 3)), "multipart/form-data; boundary=b", (400, "request.malformed")),
        (124, "".join(part(f"f{n}", "x", "a") for n in range(101)), "multipart/form-data; boundary=b",
         (400, "request.malformed")),
        (117, part("dry_run", "false"), "multipart/form-data; boundary=b", (400, "field.unknown")),
        (117, part("content", "a"), "multipart/form-data; boundary=b", (400, "field.unknown")),
        (117, "", "multipart/form-data; boundary=b", (400, "file.missing")),
        (1, "", "text/csv", (400, "file.empty")),
        (120, "x", "text/csv; charset=latin1", (415, "body.type")),
        (119, "{}", "image/png", (415, "body.type")),
        (29, "{}", "application/json", (400, "file.type")),  # a body is a file, and figures are no JSON of ours
    ],
)  # fmt: skip
def test_a_form_that_is_none(desk, case, body, content_type, expected):
    content = body if isinstance(body, bytes) else (body + ("--b--\r\n" if body.startswith("--b") else "")).encode()
    response = multipart(desk, content, content_type)
    assert said(response) == (expected[0], expected[1] if case != 123 else response.json()["errors"][0]["code"])


def test_a_file_over_the_limit_is_refused_in_a_form_and_as_the_body(desk):
    large = b"x" * (10 * 1024 * 1024 + 1)
    assert said(multipart(desk, large, "text/csv"))[0] == 413
    form = part("file", "@", "figures.csv").encode().replace(b"@", large) + b"--b--\r\n"
    assert said(multipart(desk, form, "multipart/form-data; boundary=b")) == (413, "file.too_large")


@pytest.mark.parametrize(
    ("case", "query", "code"),
    [
        (126, "cursor=nonsense", "filter.invalid"),
        (126, "cursor=WzEsMiwzLDRd", "filter.invalid"),
        (126, "cursor=" + "A" * 5000, "filter.invalid"),
        (126, "page=-1", "filter.unknown"),
        (126, "page_size=0", "filter.invalid"),
        (126, "page_size=-1", "filter.invalid"),
        (126, "page_size=1e9", "filter.invalid"),
        (126, "page_size=1000000000", "filter.invalid"),
        (126, "page_size=٣", "filter.invalid"),
        (127, "colour=red", "filter.unknown"),
        (127, "ordering=password", "filter.unknown"),
        (127, "since=2026-02-30", "filter.invalid"),
        (127, "since=0000-01", "filter.invalid"),
        (127, "state=gone", "filter.invalid"),
        (127, "partner=P2", "partner.unknown"),
        (127, "partner=" + "x" * 5000, "filter.invalid"),
        (127, "indicator=seat", "indicator.unknown"),
        (125, "indicator=%00", "request.malformed"),
        (125, "indi%00cator=1", "request.malformed"),
        (127, "indicator=%ED%A0%80", "indicator.unknown"),
        (127, "state=draft&state=gone", "filter.invalid"),
    ],
)
def test_a_parameter_that_is_none(desk, case, query, code):
    assert said(Client().get(desk.home.api(f"figures/?{query}"), headers=desk.bearer)) == (400, code)


@pytest.mark.parametrize("rest", ["filings/P%001/2026-10/", "filings/P1/2026-13/", "filings/P1/0000-01/", "nothing/", "%00/",
                                  "filings/P1/2026-10", "filings/%ED%A0%80/2026-10/"])  # fmt: skip
def test_an_address_that_leads_nowhere(desk, rest):
    response = Client().get(desk.home.api(rest), headers=desk.bearer)
    assert response.status_code in (400, 404, 301)
    if response.status_code != 301:
        said(response)


def test_keys_that_open_nothing(desk, hillcrest):
    def ask(token: str, url: str = desk.url):
        return Client().get(url, headers={"Authorization": token})

    good = desk.tokens["P1"]
    assert ask(f"Bearer {good}").status_code == 200
    assert said(Client().get(desk.url)) == (401, "auth.missing")
    for bad in (
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        f"Bearer {good}x",
        f"Bearer {good[:-1]}",
        "Bearer bb_1_0_0",
        f"bearer\t{good}",
    ):
        assert said(ask(bad)) == (401, "auth.failed"), bad
    with desk.home.scope():
        APIKey.objects.filter(name="P1").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert said(ask(f"Bearer {good}")) == (401, "auth.failed")
    other, nowhere = (
        hillcrest.api(f"filings/P1/{desk.month:%Y-%m}/").replace("hillcrest", slug) for slug in ("hillcrest", "nobody")
    )
    theirs = f"Bearer {desk.tokens['P4']}"
    assert said(ask(theirs, other)) == said(ask(theirs, nowhere))  # says nothing of who exists
    assert ask(theirs, other).status_code == 404
    wrong = theirs[:-1] + ("A" if theirs[-1] != "A" else "B")
    assert said(ask(wrong, other)) == said(ask(wrong, nowhere)) == (401, "auth.failed")
    assert said(ask(f"Bearer {good}", other)) == (401, "auth.failed")  # it has expired at home
    assert "WWW-Authenticate" in ask("Bearer x").headers


def test_pages_refuse_what_they_cannot_read(desk):
    """The browser's door: the same limits, in words on a page."""
    upload = desk.home.url("imports/")
    fields = {f"f{n}": "1" for n in range(MANY + 3)}  # of a form with files Django lets two more pass than of another
    assert desk.client.post(upload, fields).status_code == 400
    plain = "&".join(f"f{n}=1" for n in range(MANY + 1))
    form = "application/x-www-form-urlencoded"
    filing = desk.home.url(f"filings/P1/{desk.month:%Y-%m}/")
    assert desk.client.post(filing, plain, content_type=form).status_code == 400
    assert desk.client.post(upload, CONTENT_LENGTH=LONG_BODY).status_code == 413
    assert desk.client.generic("POST", upload, b"x", content_type="multipart/form-data").status_code in (400, 422)
    assert desk.client.get(upload + "?x=%00").status_code == 400
    assert desk.client.get(upload, headers={"Host": "evil.example"}).status_code == 400
    assert desk.client.post(upload, {"file": "no file at all"}).status_code == 422


@pytest.mark.parametrize("sent", ["9" * 5_000, "9" * 19, "٣", "²", "-1", "1.0"])
def test_what_names_no_row_is_no_row(desk, sent):
    """A number with more digits than Python reads is refused as one that nobody has."""
    filing = desk.home.url(f"filings/P1/{desk.month:%Y-%m}/")
    nothing = desk.client.post(filing, {"do": "line:0"}).status_code
    assert nothing in (404, 422)
    assert desk.client.post(filing, {"do": f"line:{sent}"}).status_code == nothing
    review = desk.client.post(filing + "review/", {"do": "approve:0"}).status_code
    assert review in (403, 404, 422)
    assert desk.client.post(filing + "review/", {"do": f"approve:{sent}"}).status_code == review
