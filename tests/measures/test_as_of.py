"""As it stood: every page and file of an instant says what an independent replay of the history says."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backbone.problems import Refused
from measures.instants import instant_text, parse_instant
from measures.lines import lines
from measures.models import FigureEvent, Restatement
from measures.rules.figures import Entry
from measures.selectors.figure import figure_view
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from measures.services import corrections, filings, rollups
from tests import factories
from tests.measures.test_reading_pages import rows, text

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
START = datetime(2020, 11, 2, 15, 0, tzinfo=UTC)  # before anything that a test's own transaction writes
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def twenty_eighth_of_november():
    with time_machine.travel("2026-11-28T15:00:00Z", tick=False):
        yield


# --- what is an instant ---


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-09", "2026-11-10T04:59:59.999999"),
        ("2026-11-09T14:00", "2026-11-09T19:00"),
        ("2026-11-09 14:00", "2026-11-09T19:00"),
        ("2026-11-09T14:00Z", "2026-11-09T14:00"),
        ("2026-11-09T14:00:00.5+01:00", "2026-11-09T13:00:00.500000"),
        ("2026-11-09T14:00 01:00", "2026-11-09T13:00"),  # as an address loses the plus
    ],
)
def test_an_instant_is_read_on_the_reader_s_clock(written, meant):
    found = parse_instant(written, ZoneInfo("America/New_York"))
    assert found == datetime.fromisoformat(meant).replace(tzinfo=UTC)
    assert parse_instant(instant_text(found), ZoneInfo("Asia/Tokyo")) == found


@pytest.mark.parametrize(
    "written", ["soon", "2026-13-01", "2026-11-09T25:00", "9 Nov", "0001-01-01T00:00+14:00", "\x00"]
)
def test_what_is_no_instant_is_refused_by_name(written):
    with pytest.raises(Refused) as caught:
        parse_instant(written, ZoneInfo("America/New_York"))
    assert caught.value.problems[0].code == "as_of.invalid"


def test_the_future_is_refused_and_today_ends_now():
    now = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
    with pytest.raises(Refused) as caught:
        parse_instant("2026-11-29T10:00", ZoneInfo("America/New_York"), now)
    assert caught.value.problems[0].code == "as_of.future"
    assert parse_instant("2026-11-28", ZoneInfo("America/New_York"), now) == now


# --- seeded revisions, and a replay of them ---


@pytest.fixture
def place(riverside):
    """Two months of two indicators with parts: filed, changed, returned, approved, corrected, taken away.

    In one transaction everything has one time, and the web's role cannot change the history: it is told once more, long
    ago, with an hour for each version.
    """
    with riverside.scope():
        initiative, people, partners = riverside.initiative, riverside.people, riverside.partners
        factories.make_dimension(initiative, "age", "a", "b")
        riverside.k1 = k1 = factories.make_indicator(initiative, code="K1", breakdowns=["age"], lock_day=59)
        riverside.k2 = k2 = factories.make_indicator(
            initiative, "placed", code="K2", kind="rate", numerator="n", denominator="d", lock_day=59
        )

        def cells(total, part):
            return {
                k1.pk: {
                    "": Entry(value=Decimal(total)),
                    "age:a": Entry(value=Decimal(part)),
                    "age:b": Entry(value=Decimal(total - part)),
                },
                k2.pk: {"": Entry(numerator=Decimal(part), denominator=Decimal(total))},
            }

        def where(number, period, **more):
            return {"initiative": initiative, "partner": partners[number], "period": period, "by": people.ben, **more}

        both = [k1.pk, k2.pk]
        for number, period, total in ((0, OCTOBER, 300), (1, OCTOBER, 200), (0, SEPTEMBER, 250), (2, SEPTEMBER, 90)):
            what = where(number, period, version=None)
            filings.save_draft(**what, cells=cells(total + 7, 20))
            filings.submit(**what, cells=cells(total, 50), words={})
        for number, period in ((0, OCTOBER), (0, SEPTEMBER), (2, SEPTEMBER)):
            filings.approve(**where(number, period) | {"by": people.ana}, indicators=both)
        filings.return_line(**where(1, OCTOBER) | {"by": people.ana}, indicator=k1.pk, words="Sure?")
        filings.save_draft(**where(1, OCTOBER, version=None), cells={k1.pk: cells(210, 60)[k1.pk]})
        filings.submit(**where(1, OCTOBER, version=None), cells={}, words={})
        filings.approve(**where(1, OCTOBER) | {"by": people.ana}, indicators=both)
        corrected = where(0, OCTOBER, indicator=k1, reason="20 were counted twice")
        asked = corrections.request(**corrected, cells=cells(280, 40)[k1.pk])
        corrections.approve(correction=asked, by=people.ana)
        corrections.override(
            **corrected | {"by": people.ana}, cells={"": Entry(is_not_collected=True, reason="The list is lost")}
        )
        columns = ", ".join(
            field.column
            for field in FigureEvent._meta.concrete_fields
            if field.name not in ("pgh_id", "pgh_created_at")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO measures_figureevent ({columns}, pgh_created_at) "
                f"SELECT {columns}, %s + row_number() OVER (ORDER BY pgh_id) * interval '1 hour' "
                "FROM measures_figureevent WHERE tenant_id = %s ORDER BY pgh_id",
                [START, riverside.tenant.pk],
            )
        for row in Restatement.objects.order_by("pk"):
            Restatement.objects.filter(pk=row.pk).update(at=_version(row).pgh_created_at)
        rollups.rebuild(initiative)
    return riverside


def history():
    """The history as it is told over the hours, in order."""
    return FigureEvent.objects.filter(pgh_created_at__lt=START + 5000 * HOUR).order_by("pgh_created_at")


def _version(row: Restatement) -> FigureEvent:
    """The version that a line of the ledger tells of."""
    found = history().filter(
        indicator=row.indicator_id, partner=row.partner_id, period=row.period, category=row.category
    )
    if not row.after:
        return found.get(pgh_label="delete")
    if "value" in row.after:
        return found.filter(value=row.after["value"], state="approved").last()
    return found.filter(is_not_collected=True).first()


@pytest.fixture
def inside(place):
    with place.scope():
        yield place


def replayed(instant: datetime) -> dict[tuple, FigureEvent]:
    """What stands after the events up to an instant, one after the other: plain Python, and no SQL of ours."""
    standing: dict[tuple, FigureEvent] = {}
    for event in FigureEvent.objects.order_by("pgh_created_at", "pgh_id"):
        if event.pgh_created_at > instant:
            break
        key = (event.indicator_id, event.period, event.partner_id, event.category)
        if event.pgh_label == "delete":
            standing.pop(key, None)
        else:
            standing[key] = event
    return standing


def instants() -> list[datetime]:
    last = history().last().pgh_created_at
    count = int((last - START) / HOUR) + 2
    return [START + HOUR * number - HOUR / 2 for number in range(count + 1)]


def test_figures_parts_and_states_are_those_of_a_replay(inside):
    known = lines(inside.initiative)
    checked = 0
    for instant in instants():
        standing = replayed(instant)
        for indicator in (inside.k1, inside.k2):
            for partner in inside.partners:
                view = figure_view(indicator, known[indicator.pk], partner, OCTOBER, with_drafts=True, as_of=instant)
                wanted = standing.get((indicator.pk, OCTOBER, partner.pk, ""))
                assert (view.total is None) == (wanted is None), instant
                parts = {cell.name: cell.state for _name, cells in view.groups for cell in cells}
                told = {
                    key[3][-1]: event.state
                    for key, event in standing.items()
                    if key[:3] == (indicator.pk, OCTOBER, partner.pk) and key[3]
                }
                assert parts == told, instant
                if wanted is not None:
                    assert view.total.state == wanted.state, instant
                    checked += 1
    assert checked > 60


def test_combined_figures_and_coverage_are_those_of_a_replay(inside):
    indicators = [inside.k1, inside.k2]
    seen = set()
    for instant in instants():
        standing = replayed(instant)
        for period in (OCTOBER, SEPTEMBER):
            window = window_for(inside.initiative, {"period": f"{period:%Y-%m}"}, inside.tenant, as_of=instant)
            flow, rate = read(inside.initiative, indicators, window, codes={})
            counted = [
                event
                for key, event in standing.items()
                if key[1] == period and key[3] == "" and event.state == "approved" and not event.is_not_collected
            ]
            amounts = [event.value for event in counted if event.indicator_id == inside.k1.pk]
            pairs = [(e.numerator, e.denominator) for e in counted if e.indicator_id == inside.k2.pk]
            assert flow.now.value == (sum(amounts) if amounts else None), instant
            assert (flow.now.coverage.filed, flow.now.coverage.expected) == (len(amounts), 3), instant
            assert rate.now.numerator == (sum(n for n, _ in pairs) if pairs else None), instant
            assert rate.now.coverage.filed == len(pairs), instant
            waiting = {
                key[2]
                for key, event in standing.items()
                if key[:2] == (inside.k1.pk, period) and key[3] == "" and event.state == "submitted"
            }
            assert flow.submitted == waiting, instant
            assert flow.trend[-1].value == flow.now.value, instant
            seen.add(flow.now.value)
    assert len(seen) > 4


def test_as_of_the_last_event_is_now(inside):
    now = [
        (one.said, one.meaning, one.trend, one.weights)
        for one in read(inside.initiative, [inside.k1, inside.k2], window_for(inside.initiative, {}, inside.tenant))
    ]
    last = instants()[-1]
    window = window_for(inside.initiative, {}, inside.tenant, as_of=last)
    then = [(o.said, o.meaning, o.trend, o.weights) for o in read(inside.initiative, [inside.k1, inside.k2], window)]
    assert then == now


def test_the_ledger_holds_exactly_the_approved_values_that_changed(inside):
    """Every version that is approved after one that was, with other numbers, is a line; and nothing else is."""
    told = {}
    before: dict[tuple, FigureEvent] = {}
    for event in history():
        key = (event.indicator_id, event.period, event.partner_id, event.category)
        old = before.get(key)
        numbers = ("value", "numerator", "denominator", "is_not_collected")
        is_gone = event.pgh_label == "delete"
        is_changed = is_gone or any(getattr(old, name) != getattr(event, name) for name in numbers if old)
        if old is not None and old.state == "approved" == event.state and is_changed:
            told.setdefault(key, []).append((old.value, None if is_gone else event.value))
        before[key] = event
    found = {}
    for row in Restatement.objects.order_by("pk"):
        key = (row.indicator_id, row.period, row.partner_id, row.category)
        pair = tuple(None if one.get("value") is None else Decimal(one["value"]) for one in (row.before, row.after))
        found.setdefault(key, []).append(pair)
    assert found == told
    assert sum(map(len, found.values())) == 6


# --- pages and files ---


def browser(place, who: str) -> Client:
    client = Client()
    with place.scope():
        client.force_login(factories.user_of(getattr(place.people, who)))
    return client


def when(place, **wanted) -> datetime:
    """Half an hour after the last version that is like this."""
    with place.scope():
        return history().filter(**wanted).last().pgh_created_at + HOUR / 2


def test_a_figure_s_page_says_as_of_when_it_is_and_leads_back_to_now(place):
    ana = browser(place, "ana")
    url = place.url("indicators/completions/P1/2026-10/")
    then = when(place, indicator=place.k1, partner=place.partners[0], period=OCTOBER, category="", value=300)
    page = ana.get(url, {"as_of": instant_text(then)})
    said = text(page)
    here = then.astimezone(ZoneInfo("America/New_York"))
    assert f"As it stood on {here.day} {here:%b} 2020, {here:%H:%M}" in said
    assert "Back to now" in said
    assert re.search(r"Approved Adds up .{0,40}300", said)
    assert "280" not in said
    assert "Request a correction" not in said
    now = text(ana.get(url))
    assert "not collected" in now
    assert "Override by Ana" in now
    links = set(re.findall(r'href="\?as_of=([^"]+)"', ana.get(url).content.decode()))
    # The others are by the database's clock, and may be still to come for this one.
    told = {link for link in links if link < instant_text(START + 5000 * HOUR)}
    assert len(told) > 4
    for link in told:
        assert ana.get(url, {"as_of": link}).status_code == 200


def test_an_indicator_s_page_and_files_are_of_that_instant(place):
    ana = browser(place, "ana")
    then = when(place, indicator=place.k1, partner=place.partners[0], period=OCTOBER, category="", value=280)
    where = {"period": "2026-10", "as_of": instant_text(then)}
    said = text(ana.get(place.url("indicators/completions/"), where))
    assert "490 so far" in said  # 280 and 210
    assert "As it stood on" in said
    table = rows(ana.get(place.url("indicators/completions/"), where | {"format": "csv", "table": "partners"}))
    assert [row[2] for row in table[1:]] == ["280", "210", "not filed", "490"]
    listed = rows(ana.get(place.url("indicators/"), where | {"format": "csv"}))
    assert listed[1][3] == "490 so far"
    assert "as-of" in ana.get(place.url("indicators/"), where | {"format": "csv"})["Content-Disposition"]
    page = ana.get(place.url("indicators/completions/"), where).content.decode()
    assert f"indicators/completions/P1/2026-10/?as_of={instant_text(then)}" in page


def test_exports_by_page_api_and_command_agree_with_the_replay(place, tmp_path):
    ana = browser(place, "ana")
    with place.scope():
        asked = instants()[::7]
    for then in asked:
        with place.scope():
            standing = {
                (event.partner.code, event.indicator.slug, f"{event.period:%Y-%m}", event.category): event
                for event in replayed(then).values()
                if event.state in ("submitted", "approved")
            }
            wanted = {key: event.state for key, event in standing.items()}
        answer = ana.get(place.api("figures/"), {"as_of": instant_text(then), "page_size": 1000}).json()
        got = {(f["partner"], f["indicator"], f["period"], f["category"]): f["state"] for f in answer["figures"]}
        assert got == wanted, then
        response = ana.get(place.url("imports/figures/"), {"as_of": instant_text(then), "format": "csv"})
        content = b"".join(response.streaming_content).decode("utf-8-sig")
        table = list(csv.DictReader(io.StringIO(content)))
        assert {(r["partner"], r["indicator"], r["period"], r["category"]) for r in table} == wanted.keys()
        out = tmp_path / "f.csv"
        call_command(
            "export_figures", "riverside/work", as_of=instant_text(then), out=out, state=["submitted", "approved"]
        )
        with out.open(encoding="utf-8") as file:
            again = {(r["partner"], r["indicator"], r["period"], r["category"]) for r in csv.DictReader(file)}
        assert again == wanted.keys()
        combined = ana.get(
            place.api("rollups/"), {"as_of": instant_text(then), "grain": "month", "indicator": "completions"}
        ).json()["rollups"]
        october = next((row for row in combined if row["period"] == "2026-10"), None)
        counted = [
            event.value
            for key, event in standing.items()
            if key[1:] == ("completions", "2026-10", "") and event.state == "approved" and event.value is not None
        ]
        assert (october or {"value": None})["value"] == (f"{sum(counted):.0f}" if counted else None), then


def test_a_page_at_a_time_as_of_an_instant_leaves_nothing_out(place):
    ana = browser(place, "ana")
    with place.scope():
        then = instants()[-8]
    whole = ana.get(place.api("figures/"), {"as_of": instant_text(then), "page_size": 1000}).json()["figures"]
    found, cursor = [], ""
    while True:
        where = {"as_of": instant_text(then), "page_size": 3} | ({"cursor": cursor} if cursor else {})
        answer = ana.get(place.api("figures/"), where).json()
        found += answer["figures"]
        cursor = answer["next"]
        if cursor is None:
            break
    assert found == whole


@pytest.mark.parametrize(
    "rest", ["indicators/", "indicators/completions/", "indicators/completions/P1/2026-10/", "imports/figures/"]
)
def test_a_wrong_instant_is_told_clearly(place, rest):
    ana = browser(place, "ana")
    answer = ana.get(place.url(rest), {"as_of": "soon"})
    assert answer.status_code == 400
    assert "“soon” is no instant. Write it as 2026-11-20 or 2026-11-20T17:00." in text(answer)
    answer = ana.get(place.url(rest), {"as_of": "2030-01-01"})
    assert "“2030-01-01” is still to come" in text(answer)


def test_the_api_and_the_command_refuse_a_wrong_instant_by_name(place):
    ana = browser(place, "ana")
    for rest in ("figures/", "rollups/"):
        answer = ana.get(place.api(rest), {"as_of": "soon"})
        assert answer.status_code == 400
        assert "no instant" in answer.content.decode()
    with pytest.raises(CommandError, match="no instant"):
        call_command("export_figures", "riverside/work", as_of="soon")


# --- restated, seen live ---


def test_a_changed_figure_shows_as_restated_with_old_new_reason_and_day(place):
    said = text(browser(place, "ana").get(place.url("indicators/completions/?period=2026-10")))
    assert "Restated 2 approved figures of it changed" in said
    assert "490 so far → became 210 so far" in said
    assert "P1: 300 → became 280" in said
    assert "20 were counted twice" in said
    other = text(browser(place, "ana").get(place.url("indicators/placed/?period=2026-10")))
    assert "Restated" not in other


def test_the_list_of_changes_has_filters_and_a_file(place):
    ana = browser(place, "ana")
    url = place.url("changes/")
    said = text(ana.get(url))
    assert "P1, K1 October 2026 300 → became 280" in said
    assert "Override Ana" in said
    assert len(rows(ana.get(url, {"format": "csv"}))) == 7
    assert len(rows(ana.get(url, {"format": "csv", "kind": "override"}))) == 4
    assert len(rows(ana.get(url, {"format": "csv", "kind": "agreed", "indicator": "completions"}))) == 4
    assert "Nothing fits" in text(ana.get(url, {"indicator": "placed"}))
    assert "Nothing fits" in text(ana.get(url, {"period": "soon"}))
    first = rows(ana.get(url, {"format": "csv", "kind": "agreed"}))
    assert first[0][1:5] == ["Partner", "Name", "Indicator", "Period"]
    assert first[-1][7:13] == ["300", "280", "20 were counted twice", "Ana", "Ben", "no"]


def test_a_partner_lists_its_own_changes_and_no_others(place):
    ben = browser(place, "ben")
    assert "P1, K1" in text(ben.get(place.url("changes/")))
    with place.scope():
        Restatement.objects.update(partner=place.partners[1])
    assert "P1, K1" not in text(ben.get(place.url("changes/")))


def test_pages_as_of_an_instant_ask_a_bounded_number_of_times(place):
    ana = browser(place, "ana")
    with place.scope():
        then = instant_text(instants()[-3])

    def count(rest: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.get(place.url(rest), {"as_of": then, "period": "2026-10"}).status_code == 200
        return len(queries)

    pages = ("indicators/completions/", "indicators/completions/P1/2026-10/", "changes/")
    for rest in pages:
        count(rest)
    one = {rest: count(rest) for rest in pages}
    with place.scope():
        for number in range(8):
            partner = factories.make_partner(place.initiative, f"N{number}")
            factories.make_figure(place.k1, partner, OCTOBER, number)
            Restatement.objects.create(
                initiative=place.initiative, indicator=place.k1, partner=partner, period=OCTOBER,
                before={"value": "1"}, after={"value": "2"}, by=place.people.ana, at=START + number * HOUR,
            )  # fmt: skip
    assert {rest: count(rest) for rest in pages} == one
