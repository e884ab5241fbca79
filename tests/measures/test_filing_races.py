"""Two people at once, on real connections: nobody's figure is lost, nothing is decided twice, nothing deadlocks."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connections

from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures.models import Correction, Figure, Filing, Restatement
from measures.rules.figures import Entry
from measures.rules.written import fingerprint
from measures.services import corrections, filings
from measures.services.filings import FigureRow
from tests import factories

OCTOBER = date(2026, 10, 1)
PATIENCE = 20  # seconds that a test waits for a thread; none of them comes near it

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=True):
        yield


@pytest.fixture
def place():
    neighbourhood = factories.make_neighbourhood("riverside", "Riverside")
    with neighbourhood.scope():
        neighbourhood.indicator = factories.make_indicator(neighbourhood.initiative)
    return neighbourhood


def at_once(place, *works) -> list[str]:
    """Start these together, each on a connection of its own; what each came to: "done", or the code of its refusal."""
    gate = threading.Barrier(len(works))
    outcomes: list[str] = [""] * len(works)

    def run(number, work):
        try:
            gate.wait(PATIENCE)
            with tenant_scope(place.tenant):
                work()
            outcomes[number] = "done"
        except Refused as refused:
            outcomes[number] = refused.problems[0].code
        except Exception as error:
            outcomes[number] = repr(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def save(place, value, version, indicator=None):
    indicator = indicator or place.indicator
    where = {"initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER}
    cells = {indicator.pk: {"": Entry(value=Decimal(value))}}
    return lambda: filings.save_draft(**where, cells=cells, by=place.people.ben, version=version)


def test_two_first_saves_of_one_report_make_one_filing_and_lose_nothing(place):
    outcomes = at_once(place, save(place, 300, 0), save(place, 310, 0))
    assert sorted(outcomes) == ["done", "filing.stale"]
    with place.scope():
        assert Filing.objects.get().version == 1
        winner = 300 if outcomes[0] == "done" else 310
        assert Figure.objects.get().value == winner


def test_two_saves_of_the_same_value_are_no_conflict(place):
    assert at_once(place, save(place, 300, 0), save(place, 300, 0)) == ["done", "done"]
    with place.scope():
        assert Filing.objects.get().version == 1


def test_two_lines_saved_at_once_are_both_kept(place):
    with place.scope():
        other = factories.make_indicator(place.initiative, "seats")
    assert at_once(place, save(place, 300, 0), save(place, 12, 0, other)) == ["done", "done"]
    with place.scope():
        assert set(Figure.objects.values_list("value", flat=True)) == {300, 12}


def test_approving_and_taking_back_at_once_end_in_one_of_the_two(place):
    with place.scope():
        factories.make_figure(
            place.indicator, place.partners[0], OCTOBER, 300, state="submitted", submitted_by=place.people.ben
        )
    where = {
        "initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER,
        "indicators": [place.indicator.pk],
    }  # fmt: skip
    outcomes = at_once(
        place,
        lambda: filings.approve(**where, by=place.people.ana),
        lambda: filings.take_back(**where, by=place.people.ben),
    )
    with place.scope():
        state = Figure.objects.get().state
    assert (outcomes, state) in (
        (["done", "filing.not_open"], "approved"),
        (["review.not_waiting", "done"], "draft"),
    )


def test_two_imports_in_opposite_order_both_end(place):
    with place.scope():
        partners = [factories.make_partner(place.initiative, f"N{number}") for number in range(30)]
        rows = [FigureRow(partner.pk, place.indicator.pk, OCTOBER, "", Entry(value=Decimal(7))) for partner in partners]

    def load(given):
        return lambda: filings.file_many(initiative=place.initiative, rows=given, by=place.people.ana, submit=True)

    assert at_once(place, load(rows), load(rows[::-1])) == ["done", "done"]
    with place.scope():
        assert Figure.objects.count() == 30
        assert set(Filing.objects.values_list("version", flat=True)) == {1}


def test_approving_a_correction_while_the_figure_is_overridden_does_one_and_names_both_values_for_the_other(place):
    with place.scope():
        factories.make_figure(place.indicator, place.partners[0], OCTOBER, 300, submitted_by=place.people.ben)
        what = {
            "initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER,
            "indicator": place.indicator,
        }  # fmt: skip
        asked = corrections.request(**what, cells={"": Entry(value=Decimal(280))}, reason="twice", by=place.people.ben)
        seen = fingerprint({"": Entry(value=Decimal(300))})
    outcomes = at_once(
        place,
        lambda: corrections.approve(correction=asked, by=place.people.ana, seen=seen),
        lambda: corrections.override(
            **what, cells={"": Entry(value=Decimal(290))}, reason="audit", by=place.people.ana, seen=seen
        ),
    )
    assert sorted(outcomes) == ["correction.stale", "done"]
    with place.scope():
        approved = outcomes[0] == "done"
        assert Figure.objects.get().value == (280 if approved else 290)
        assert Restatement.objects.get().correction_id == (asked.pk if approved else None)
        assert Correction.objects.get().state == ("approved" if approved else "open")


def test_two_who_approve_one_correction_at_once_change_the_figure_once(place):
    with place.scope():
        factories.make_figure(place.indicator, place.partners[0], OCTOBER, 300, submitted_by=place.people.ben)
        asked = corrections.request(
            initiative=place.initiative, partner=place.partners[0], period=OCTOBER, indicator=place.indicator,
            cells={"": Entry(value=Decimal(280))}, reason="twice", by=place.people.ben,
        )  # fmt: skip
    agree = lambda: corrections.approve(correction=asked, by=place.people.ana)  # noqa: E731
    assert sorted(at_once(place, agree, agree)) == ["correction.not_open", "done"]
    with place.scope():
        assert Restatement.objects.count() == 1
