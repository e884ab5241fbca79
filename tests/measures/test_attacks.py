"""What somebody sends on purpose, or by a slip, to the pages of measurement: never an error, and nobody is shown what is
somebody else's."""

from __future__ import annotations

from datetime import date

import pytest

from measures.models import FollowUp, LockRequest
from tests import factories

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def ana(riverside, client):
    client.force_login(factories.user_of(riverside.people.ana))
    return client


@pytest.fixture
def filed(riverside):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative, code="K1", name="Course ends")
        factories.make_figure(indicator, riverside.partners[0], OCTOBER, 700)
    return indicator


@pytest.mark.parametrize("kind", ["", "rate", "1e400", "a\x00", "×" * 30])
def test_an_indicator_with_figures_keeps_its_kind_whatever_is_sent(ana, riverside, filed, kind):
    page = riverside.url("indicators/completions/edit/")
    sent = {"form": "indicator", "name": "Course ends", "frequency": "month", "due_day": 10, "lock_day": 20}
    answer = ana.post(page, sent | {"kind": kind})
    assert answer.status_code in (302, 422)
    with riverside.scope():
        filed.refresh_from_db()
    assert filed.kind == "flow"
    if answer.status_code == 422:
        assert '<input type="hidden" name="kind" value="flow">' in answer.content.decode()


def test_a_mark_with_a_sign_that_no_text_may_hold_is_kept_without_it(ana, riverside, filed):
    sent = ana.post(riverside.url("indicators/completions/P1/2026-10/follow-up/"), {"why": "a\x00b"})
    assert sent.status_code == 302
    with riverside.scope():
        assert FollowUp.objects.get().why == "ab"


def test_a_reason_with_a_sign_that_no_text_may_hold_is_kept_without_it(ana, riverside, filed):
    """For more time, and for a report that is opened again."""
    ana.force_login(factories.user_of(riverside.people.ben))
    sent = ana.post(riverside.url("filings/P1/2026-10/more-time/"), {"reason": "a\x00b", "wanted_until": ""})
    assert sent.status_code == 302
    ana.force_login(factories.user_of(riverside.people.ana))
    said = {"do": "reopen", "reason": "c\x00d", "until": "2999-01-01", "line": ""}
    assert ana.post(riverside.url("filings/P1/2026-10/review/"), said).status_code in (302, 422)
    with riverside.scope():
        assert LockRequest.objects.get().reason == "ab"
