"""What somebody sends on purpose, or by a slip, to the pages of measurement: never an error, and nobody is shown what is
somebody else's."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from backbone.roles import Role
from measures.models import Category, FollowUp, LockRequest
from measures.rules.figures import Entry
from measures.services import corrections, rollups
from tests import factories

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)
HIDDEN = "hidden to protect people"


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


# --- small groups on the page of an indicator ---

JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)


def in_cells(place, indicator, month, **cells) -> None:
    """What the first partner filed of an indicator by category; a name has an underscore where the key has a plus."""
    numbers = {tuple(name.split("_")): number for name, number in cells.items()}
    for names, number in numbers.items():
        dimensions = ["age"] if len(names) == 1 and names[0] in ("young", "old", "grown") else ["sex"]
        dimensions = ["age", "sex"] if len(names) == 2 else dimensions
        key = "+".join(f"{slug}:{name}" for slug, name in zip(dimensions, names, strict=True))
        factories.make_figure(indicator, place.partners[0], month, number, category=key)


def table_of(client, place, query: str, breakdown: str) -> dict[str, str]:
    """A breakdown of the page as its file has it: what stands in each category."""
    page = client.get(place.url(f"indicators/seats/?{query}&format=csv&table={breakdown}"))
    assert page.status_code == 200
    return {row[0]: row[1] for row in csv.reader(io.StringIO(page.content.decode("utf-8-sig")))}


@pytest.fixture
def split(riverside, client):
    """Seats by age, of July to September; Ben may see what is small at his own organization alone."""
    with time_machine.travel("2026-11-11T15:00:00Z", tick=False), riverside.scope():
        factories.make_dimension(riverside.initiative, "age", "young", "old", "grown")
        factories.make_dimension(riverside.initiative, "sex", "f", "m")
        riverside.seats = factories.make_indicator(riverside.initiative, "seats", breakdowns=["age"])
        client.force_login(factories.user_of(riverside.people.ben))
        yield riverside


def test_a_quarter_less_its_months_does_not_tell_what_a_month_withholds(split, client):
    for month, young in ((JULY, 40), (AUGUST, 50), (SEPTEMBER, 3)):
        factories.make_figure(split.seats, split.partners[0], month, young + 100)
        in_cells(split, split.seats, month, young=young, old=30, grown=70)
    rollups.rebuild(split.initiative)
    assert table_of(client, split, "period=2026-09", "age")["young"] == HIDDEN
    assert table_of(client, split, "period=2026-08", "age")["young"] == "50"
    for query in ("grain=quarter&period=2026-07", "grain=quarter&period=2026-08&year=2", "grain=year&period=2026-07"):
        assert table_of(client, split, query, "age")["young"] == HIDDEN, query
    client.force_login(factories.user_of(split.people.ana))
    assert table_of(client, split, "grain=quarter&period=2026-07", "age")["young"] == "93"


def test_rows_and_columns_do_not_tell_what_a_table_of_both_withholds(split, client):
    split.seats.breakdowns = ["age", "sex", "age+sex"]
    split.seats.save()
    factories.make_figure(split.seats, split.partners[0], SEPTEMBER, 165)
    cells = {"young_f": 3, "young_m": 60, "old_f": 12, "old_m": 90}
    in_cells(split, split.seats, SEPTEMBER, young=63, old=102, f=15, m=150, **cells)
    rollups.rebuild(split.initiative)
    assert table_of(client, split, "period=2026-09", "age")["young"] == "63"
    crossed = table_of(client, split, "period=2026-09", "age%2Bsex")
    shown = [said for name, said in crossed.items() if said in ("3", "60", "12", "90")]
    assert len(crossed) > 4
    assert shown == [], "the young less the young men are the young women"


def test_a_category_and_what_it_became_do_not_tell_what_is_withheld_of_it(split, client):
    young = Category.objects.get(slug="young")
    young.retired_on, young.becomes = SEPTEMBER, "old"
    young.save()
    factories.make_figure(split.seats, split.partners[0], AUGUST, 103)
    in_cells(split, split.seats, AUGUST, young=3, old=80, grown=20)
    rollups.rebuild(split.initiative)
    apart = table_of(client, split, "period=2026-08", "age")
    merged = table_of(client, split, "period=2026-08&merged=1", "age")
    assert "80" in apart.values()
    assert "83" not in merged.values()


def test_no_door_to_a_partner_s_figure_tells_its_small_groups_to_who_may_not_see_them(split, client):
    """A convener reads what each partner filed, and neither its pages nor its files nor the API split people."""
    factories.make_figure(split.seats, split.partners[0], SEPTEMBER, 10000)
    in_cells(split, split.seats, SEPTEMBER, young=1235, old=8765)
    cells = {
        "": Entry(value=Decimal(10100)),
        "age:young": Entry(value=Decimal(1335)),
        "age:old": Entry(value=Decimal(8765)),
    }
    asked = corrections.request(
        initiative=split.initiative, partner=split.partners[0], period=SEPTEMBER, indicator=split.seats, cells=cells,
        reason="a hundred more", by=split.people.ben,
    )  # fmt: skip
    corrections.approve(correction=asked, by=split.people.ana, words="")
    cho = factories.make_member("cho@riverside.example", "Cho", Role.CONVENER)
    doors = [
        split.url("imports/figures/?format=csv"), split.url("indicators/seats/P1/2026-09/"), split.url("exchange/out/dhis2-csv/"),
        split.api("figures/"), split.api("filings/P1/2026-09/"), split.api("exports/csv/"), split.url("changes/"),
        split.url(f"corrections/{asked.pk}/"),
    ]  # fmt: skip
    for door in doors:
        for member, is_told in ((split.people.ana, True), (cho, False)):
            client.force_login(factories.user_of(member))
            answer = client.get(door)
            assert answer.status_code == 200, door
            said = b"".join(answer) if answer.streaming else answer.content
            assert bool(re.search(rb"\b1,?[23]35\b", said)) == is_told, (door, member.name)
            assert is_told or re.search(rb"\b10,?[01]00\b", said), door
    assert client.get(split.api("figures/?as_of=2026-11-10")).status_code == 200
    page = client.get(split.url("indicators/seats/P1/2026-09/")).content.decode()
    assert "By age</h2>" in page
    assert HIDDEN in page
