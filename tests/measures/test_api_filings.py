"""The API's filing: whole, in three states, once per key, and refused in the form's own words."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from backbone.roles import Role
from backbone.services import keys, members
from measures.models import Figure, StaleMark
from tests import factories

LAST_MONTH = (timezone.localdate().replace(day=1) - timezone.timedelta(days=1)).replace(day=1)
PERIOD = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def work(riverside):
    """Riverside with a count, a rate and a count by age, owed by all and still open."""
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "age", "young", "old")
        riverside.count = factories.make_indicator(riverside.initiative, "seats", lock_day=62)
        riverside.rate = factories.make_indicator(
            riverside.initiative, "placed", kind="rate", unit="percent", lock_day=62
        )
        riverside.split = factories.make_indicator(riverside.initiative, "served", breakdowns=["age"], lock_day=62)
        _, riverside.token = keys.create(
            owner=riverside.people.ben, name="sync", role="partner_filer", partner=riverside.partners[0],
            scopes=("read", "file"),
        )  # fmt: skip
        _, riverside.steward_token = keys.create(
            owner=riverside.people.ana, name="read", role="data_steward", scopes=("read",)
        )
    return riverside


def ask(work, method: str, rest: str, body=None, *, token=None, **headers):
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return Client().generic(
        method,
        work.api(rest),
        data=b"" if body is None else data,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token or work.token}", **headers},
    )


FIGURES = [
    {"indicator": "seats", "value": 0},
    {"indicator": "placed", "numerator": 15, "denominator": 50},
    {"indicator": "served", "value": 300},
    {"indicator": "served", "category": "age:young", "value": 200},
    {"indicator": "served", "category": "age:old", "value": 90},
    {"indicator": "served", "category": "age:unknown", "value": 10},
]


def put(work, figures=FIGURES, *, partner="P1", period=PERIOD, submit=True, **headers):
    return ask(work, "PUT", f"filings/{partner}/{period}/", {"figures": figures, "submit": submit}, **headers)


def codes(response) -> list[str]:
    return [error["code"] for error in response.json()["errors"]]


def test_a_filing_is_submitted_and_zero_survives(work):
    response = put(work)
    assert response.status_code == 200, response.json()
    stored = {(f["indicator"], f["category"]): f for f in response.json()["figures"]}
    assert stored["seats", ""]["value"] == "0"
    assert stored["placed", ""]["numerator"] == "15"
    with work.scope():
        assert set(Figure.objects.values_list("state", flat=True)) == {"submitted"}
        assert StaleMark.objects.count() == 3


def test_null_not_collected_and_zero_are_three_things(work):
    figures = [
        {"indicator": "seats", "value": "not_collected", "note": "the register was lost"},
        {"indicator": "placed", "numerator": 0, "denominator": 0},
        {"indicator": "served", "value": None},
    ]
    assert put(work, figures, submit=False).status_code == 200
    with work.scope():
        seats = Figure.objects.get(indicator=work.count)
        assert (seats.value, seats.is_not_collected, seats.note) == (None, True, "the register was lost")
        assert Figure.objects.get(indicator=work.rate).denominator == 0
        assert not Figure.objects.filter(indicator=work.split).exists()


def test_what_a_put_leaves_out_is_cleared_from_the_draft(work):
    put(work, submit=False)
    put(work, [{"indicator": "seats", "value": 7}], submit=False)
    with work.scope():
        assert list(Figure.objects.values_list("indicator__slug", "value")) == [("seats", 7)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"indicator": "seats", "value": None}, "figure.blank"),
        ({"indicator": "seats", "value": -1}, "number.negative"),
        ({"indicator": "seats", "value": 3.5}, "number.not_integer"),
        ({"indicator": "seats", "value": "12 people"}, "number.invalid"),
        ({"indicator": "seats", "value": True}, "number.invalid"),
        ({"indicator": "seats", "value": {"pk": 1}}, "number.invalid"),
        ({"indicator": "seats", "value": ""}, "number.invalid"),
        ({"indicator": "seats", "value": 2**63}, "number.range"),
        ({"indicator": "seat", "value": 1}, "indicator.unknown"),
        ({"indicator": ["seats"], "value": 1}, "field.type"),
        ({"indicator": "seats", "value": 1, "category": False}, "field.type"),
        ({"indicator": "seats", "value": 1, "note": 0}, "field.type"),
        ({"indicator": "seats", "vlaue": 1}, "field.unknown"),
        ({"indicator": "seats", "value": 1, "tenant": 2}, "field.read_only"),
        ({"indicator": "seats", "category": "age:young", "value": 1}, "category.unknown_dimension"),
        ({"indicator": "placed", "numerator": 15, "denominator": 10}, "figure.numerator_above_denominator"),
        ({"indicator": "served", "value": 301}, "sum.mismatch"),
    ],
)
def test_a_wrong_figure_is_named_and_nothing_is_written(work, change, code):
    figures = [f for f in FIGURES if f["indicator"] != change["indicator"] or f.get("category")] + [change]
    if change["indicator"] == "seats":
        figures = [f for f in FIGURES if f["indicator"] != "seats"] + [change]
    response = put(work, figures)
    assert response.status_code == 400
    assert code in codes(response), response.json()
    with work.scope():
        assert not Figure.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "json.syntax"),
        ("[]", 400, "json.object"),
        ("[" * 100_000, 400, "json.depth"),
        ('{"submit": true, "submit": false}', 400, "json.duplicate_key"),
        ('{"figures": [{"indicator": "seats", "value": NaN}]}', 400, "number.not_finite"),
        ('{"figures": [{"indicator": "seats", "value": 1e999}]}', 400, "number.range"),
        ('{"figures": [{"indicator": "seats", "value": 1, "note": "\\u0000"}]}', 400, "text.nul"),
        ('{"figures": [{"indicator": "seats", "value": 1, "note": "\\ud800"}]}', 400, "text.invalid"),
        ('{"figures": {}}', 400, "json.list"),
        ('{"figure": []}', 400, "field.unknown"),
        (b'{"words": "\xff"}', 400, "json.encoding"),
    ],
)
def test_a_malformed_body_is_refused(work, body, status, code):
    response = ask(work, "PUT", f"filings/P1/{PERIOD}/", body)
    assert (response.status_code, codes(response)) == (status, [code])


def test_other_media_are_refused(work):
    url = work.api(f"filings/P1/{PERIOD}/")
    bearer = {"Authorization": f"Bearer {work.token}"}
    assert Client().put(url, b"x=1", content_type="text/plain", headers=bearer).status_code == 415
    latin = "application/json; charset=latin-1"
    assert Client().put(url, b"{}", content_type=latin, headers=bearer).status_code == 415
    zipped = {**bearer, "Content-Encoding": "gzip"}
    assert Client().put(url, b"{}", content_type="application/json", headers=zipped).status_code == 415
    assert Client().get(url, headers={**bearer, "Accept": "application/xml"}).status_code == 406
    assert Client().delete(url, headers=bearer).status_code == 405


def test_who_may_not_ask(work, hillcrest):
    url = work.api(f"filings/P1/{PERIOD}/")
    assert Client().get(url).status_code == 401
    assert Client().get(url, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    other = work.token[:-4] + ("AAAA" if not work.token.endswith("AAAA") else "BBBB")
    assert Client().get(url, headers={"Authorization": f"Bearer {other}"}).status_code == 401
    assert ask(work, "GET", f"filings/P2/{PERIOD}/").status_code == 404
    assert ask(work, "GET", f"filings/P99/{PERIOD}/").status_code == 404
    assert put(work, token=work.steward_token).status_code in (403, 404)


@pytest.mark.parametrize("whose", ["malformed", "made up", "of next door", "revoked there"])
def test_a_key_that_opens_nothing_does_not_tell_whether_a_tenant_exists(work, hillcrest, whose):
    """To a machine without a key of theirs, the tenant next door and one that never was answer alike."""
    with hillcrest.scope():
        there, revoked = keys.create(owner=hillcrest.people.sam, name="k", role="data_steward")
        keys.revoke(key=there, by=hillcrest.people.sam)
    made_up = f"bb_{hillcrest.tenant.pk}_{'a' * 12}_{'b' * 43}"
    token = {"malformed": "bb_x", "made up": made_up, "of next door": work.token, "revoked there": revoked}[whose]
    answers = [
        Client().get(f"/api/v1/{tenant}/work/rollups/", headers={"Authorization": f"Bearer {token}"})
        for tenant in ("hillcrest", "nowhere")
    ]
    status = 404 if whose == "of next door" else 401  # the holder of a key is a stranger there
    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].content == answers[1].content


def test_a_stale_version_is_refused(work):
    assert put(work, submit=False).headers["ETag"] == '"1"'
    response = put(work, **{"If-Match": '"0"'})
    assert (response.status_code, codes(response)) == (412, ["if_match.stale"])
    assert put(work, **{"If-Match": '"1"'}).status_code == 200


def test_one_key_does_a_thing_once(work):
    first = put(work, **{"Idempotency-Key": "a1"})
    again = put(work, **{"Idempotency-Key": "a1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["receipt"] == first.json()["receipt"]
    other = put(work, FIGURES[:1], **{"Idempotency-Key": "a1"})
    assert (other.status_code, codes(other)) == (422, ["idempotency.other_body"])
    assert codes(put(work, **{"Idempotency-Key": ""})) == ["idempotency.key"]
    assert codes(put(work, **{"Idempotency-Key": "x" * 256})) == ["idempotency.key"]


def test_a_refused_request_may_use_its_key_again(work):
    assert put(work, FIGURES[:1], **{"Idempotency-Key": "b"}).status_code == 400
    assert put(work, **{"Idempotency-Key": "b"}).status_code == 200


def test_figures_are_read_page_by_page(work):
    put(work)
    first = ask(work, "GET", "figures/?page_size=4").json()
    second = ask(work, "GET", f"figures/?page_size=4&cursor={first['next']}").json()
    assert len(first["figures"]) == 4
    assert len(second["figures"]) == 2
    assert second["next"] is None
    assert len(ask(work, "GET", "figures/?indicator=served").json()["figures"]) == 4


def cursors_that_are_none() -> list[str]:
    """Four parts each, as a real one has, but not of its types."""
    places = [1, "2026-01-01", True, ""], [1, "2026-01-01", 1, [""]], [1, "20260101", 1, ""], [1, "2026-W01-1", 1, ""]
    return ["cursor=" + base64.urlsafe_b64encode(json.dumps(place).encode()).decode() for place in places]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense", "cursor=W10=", *cursors_that_are_none(), "page_size=-1", "page_size=1000000000",
        "ordering=password", "since=2026-13", "state=gone", "partner=P2", "indicator=%00",
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused(work, query):
    assert ask(work, "GET", f"figures/?{query}").status_code == 400


def test_a_filer_does_not_see_a_sister_agencys_figures(work):
    with work.scope():
        factories.make_figure(work.count, work.partners[1], date(2026, 1, 1), 5)
    assert ask(work, "GET", "figures/").json()["figures"] == []
    seen = ask(work, "GET", "figures/", token=work.steward_token).json()["figures"]
    assert [f["partner"] for f in seen] == ["P2"]


def test_two_roles_do_not_add_up_to_other_partners_drafts(work):
    """An evaluator reads everybody's figures, and a filer drafts of the own partner: who is both reads those only."""
    assert put(work, FIGURES[:1], submit=False).status_code == 200
    with work.scope():
        eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
        members.grant(membership=eve, role=Role.PARTNER_FILER, partner=work.partners[1], by=work.people.ana)
        factories.make_figure(work.count, work.partners[1], LAST_MONTH, 7, state="draft")
    browser = Client()
    browser.force_login(factories.user_of(eve))
    seen = browser.get(work.api("figures/?state=draft")).json()["figures"]
    assert [(figure["partner"], figure["value"]) for figure in seen] == [("P2", "7")]


def test_a_lead_hands_in_and_does_not_write_figures(work):
    with work.scope():
        lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=work.partners[0])
        _, token = keys.create(owner=lead, name="k", role="partner_lead", partner=work.partners[0], scopes=["file"])
    for is_final in (False, True):
        assert put(work, submit=is_final, token=token).status_code == 403
    with work.scope():
        assert not Figure.objects.exists()
