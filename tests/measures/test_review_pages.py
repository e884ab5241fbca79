"""Reviewing through the door: the list of what waits, one report, its buttons, and who may press them."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backbone.roles import Role
from measures.models import Figure, Remark, Reopening
from tests import factories
from tests.measures.test_filing_form import words

OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def eleventh_of_november():
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False):
        yield


@pytest.fixture
def ana(client, riverside):
    client.force_login(factories.user_of(riverside.people.ana))
    return client


@pytest.fixture
def report(riverside):
    """Two submitted lines and a draft of P1 for October."""
    with riverside.scope():
        p1, ben = riverside.partners[0], riverside.people.ben
        lines = {}
        for code, value, state in (("K1", 300, "submitted"), ("K2", 0, "submitted"), ("K3", 777, "draft")):
            lines[code] = factories.make_indicator(riverside.initiative, code.lower(), code=code)
            submitted_by = ben if state == "submitted" else None
            factories.make_figure(lines[code], p1, OCTOBER, value, state=state, submitted_by=submitted_by)
        Remark.objects.create(
            indicator=lines["K2"], partner=p1, period=OCTOBER, kind="explanation", words="Intake closed", by=ben
        )
    return lines


def url(place, partner="P1", period="2026-10") -> str:
    return place.url(f"filings/{partner}/{period}/review/")


def press(client, place, do, **more):
    page = client.get(url(place)).content.decode()
    seen = dict(re.findall(r'name="(\d+/seen)" value="([^"]+)"', page))
    return client.post(url(place), seen | {"do": do} | more)


def states(place) -> dict[str, str]:
    with place.scope():
        return dict(Figure.objects.values_list("indicator__code", "state"))


def test_the_list_groups_by_partner_and_period_and_leads_to_the_report(riverside, ana, report):
    page = ana.get(riverside.url("review/"))
    assert "2 submitted figures wait for review." in words(page)
    assert "P1 Partner P1 October 2026 2" in words(page)
    assert url(riverside) in page.content.decode()


def test_the_list_can_be_narrowed_down(riverside, ana, report):
    with riverside.scope():
        factories.make_figure(report["K1"], riverside.partners[1], OCTOBER, 5, state="submitted")
    page = ana.get(riverside.url("review/") + "?partner=P2")
    assert url(riverside, "P2") in page.content.decode()
    assert url(riverside, "P1") not in page.content.decode()
    assert "Nothing waits here" in words(ana.get(riverside.url("review/") + "?partner=P3"))


def test_an_empty_list_says_what_will_be_there(riverside, ana):
    assert "Nothing waits for review" in words(ana.get(riverside.url("review/")))


def test_the_report_shows_value_words_and_warning_but_never_a_draft(riverside, ana, report):
    with riverside.scope():
        for month in (7, 8, 9):
            factories.make_figure(report["K2"], riverside.partners[0], date(2026, month, 1), 12)
    page = words(ana.get(url(riverside)))
    assert "2 figures wait for you." in page
    assert "Ben explained" in page
    assert "Intake closed" in page
    assert "0, and usually about 12. Is it really zero?" in page
    assert "With the partner." in page
    assert "777" not in ana.get(url(riverside)).content.decode()


def test_approving_one_line_leaves_the_other(riverside, ana, report):
    pk = report["K1"].pk
    response = press(ana, riverside, f"approve:{pk}")
    assert (response.status_code, response["Location"]) == (302, f"{url(riverside)}#line-{pk}")
    assert states(riverside) == {"K1": "approved", "K2": "submitted", "K3": "draft"}
    assert "K1 is approved." in words(ana.get(url(riverside)))


def test_all_that_waits_is_approved_by_one_button(riverside, ana, report):
    press(ana, riverside, "approve-all")
    assert states(riverside) == {"K1": "approved", "K2": "approved", "K3": "draft"}


def test_a_return_without_words_is_refused_and_with_words_goes_back(riverside, ana, report):
    pk = report["K2"].pk
    response = press(ana, riverside, f"return:{pk}")
    assert response.status_code == 422
    assert "Say what the partner should look at" in words(response)
    press(ana, riverside, f"return:{pk}", **{f"{pk}/words": "Is 0 right?"})
    assert states(riverside)["K2"] == "returned"
    with riverside.scope():
        assert Remark.objects.filter(kind="return").values_list("words", flat=True).get() == "Is 0 right?"


def test_nobody_approves_what_they_submitted_not_even_all_at_once(riverside, ana, report):
    with riverside.scope():
        Figure.objects.filter(indicator=report["K1"]).update(submitted_by=riverside.people.ana)
    page = ana.get(url(riverside))
    assert "You submitted this yourself: somebody else must approve it." in words(page)
    assert f'value="approve:{report["K1"].pk}"' not in page.content.decode()
    response = press(ana, riverside, f"approve:{report['K1'].pk}")
    assert response.status_code == 422
    assert "You submitted K1 yourself: somebody else must approve it." in words(response)
    press(ana, riverside, "approve-all")
    assert states(riverside) == {"K1": "submitted", "K2": "approved", "K3": "draft"}


def test_a_line_that_changed_meanwhile_is_named_and_nothing_is_approved(riverside, ana, report):
    seen = {f"{line.pk}/seen": "2026-11-11T14:59:00+00:00" for line in report.values()}
    response = ana.post(url(riverside), seen | {"do": "approve-all"})
    assert response.status_code == 422
    assert "K1 changed while you looked at it." in words(response)
    assert states(riverside)["K1"] == "submitted"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-13-45T00:00:00+00:00", "2026-11-11T15:00:00"])
def test_a_page_that_does_not_say_what_was_seen_approves_nothing(riverside, ana, report, seen):
    pk = report["K1"].pk
    assert ana.post(url(riverside), {"do": f"approve:{pk}", f"{pk}/seen": seen}).status_code == 422
    assert states(riverside)["K1"] == "submitted"


@pytest.mark.parametrize("do", ["", "approve", "approve:999999", "return:x", "nonsense:1"])
def test_a_button_that_is_none_decides_nothing(riverside, ana, report, do):
    assert press(ana, riverside, do).status_code == 422
    assert states(riverside) == {"K1": "submitted", "K2": "submitted", "K3": "draft"}


def test_a_steward_reopens_one_partner_and_period(riverside, ana, report):
    september = url(riverside, period="2026-09")
    assert "Reopen it for P1" in words(ana.get(september))
    assert "Reopen it for P1" not in words(ana.get(url(riverside)))
    response = ana.post(september, {"do": "reopen", "until": "2026-11-20", "reason": ""})
    assert response.status_code == 422
    assert "Say why it is reopened" in words(response)
    assert ana.post(september, {"do": "reopen", "until": "soon", "reason": "x"}).status_code == 422
    ana.post(september, {"do": "reopen", "until": "2026-11-20", "reason": "Their server was down"})
    with riverside.scope():
        assert Reopening.objects.values_list("partner__code", "until").get() == ("P1", date(2026, 11, 20))
    page = words(ana.get(september))
    assert "September 2026 is open for P1 until 20 Nov." in page
    assert "until 20 Nov: Their server was down" in page


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("ben", 404), ("fay", 404), ("lead", 404), ("convener", 404), ("sam", 404)]
)
def test_who_reviews(riverside, hillcrest, client, report, who, status):
    with riverside.scope():
        people = {
            "lead": factories.make_member(
                "l@riverside.example", "Lia", Role.PARTNER_LEAD, partner=riverside.partners[0]
            ),
            "convener": factories.make_member("c@riverside.example", "Cy", Role.CONVENER),
        }
    person = people.get(who) or getattr(riverside.people, who, None) or hillcrest.people.sam
    client.force_login(factories.user_of(person))
    assert client.get(url(riverside)).status_code == status
    assert client.get(riverside.url("review/")).status_code == status
    if status == 404:
        assert client.post(url(riverside), {"do": "approve-all"}).status_code == 404
        assert states(riverside)["K1"] == "submitted"


def test_the_list_asks_as_often_for_many_reports_as_for_one(riverside, ana, report):
    counts = []
    for partners in (0, 12):
        with riverside.scope():
            for number in range(partners):
                partner = factories.make_partner(riverside.initiative, f"N{number}")
                factories.make_figure(report["K1"], partner, OCTOBER, 5, state="submitted")
        with CaptureQueriesContext(connection) as captured:
            assert ana.get(riverside.url("review/")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20
