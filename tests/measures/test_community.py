"""What sources outside publish: written down by staff, never owed, never added up; the latest vintage counts."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backbone.models import Change
from backbone.problems import Refused
from backbone.services import keys
from measures.importing.preview import apply, check_file
from measures.models import CommunityFigure, Rollup
from measures.rules.periods import Grain
from measures.rules.vintages import note_of, split_note
from measures.selectors.rollup_table import Wanted, copy_rollups
from measures.selectors.series import series
from measures.services import community, rollups
from measures.services.community import Said
from tests import factories

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)


@pytest.fixture
def jobless(in_riverside):
    in_riverside.jobless = factories.make_indicator(
        in_riverside.initiative, "jobless", owed=False, kind="community", unit="percent", source="Statistics office"
    )
    return in_riverside


def say(place, period, value, day, note="", category=""):
    said = Said(period, None if value is None else Decimal(value), category, day, note)
    return community.record(indicator=place.jobless, figures=[said], by=place.people.ana)


def drain(place):
    return rollups.recompute(place.tenant.pk)


def rows(place, grain=Grain.MONTH, since=JUNE, until=JULY, **more):
    return [
        (row.period.month, row.value, row.state)
        for row in series(place.initiative, [place.jobless], grain, since, until, **more)
    ]


def table(place, **wanted):
    out = io.StringIO()
    copy_rollups(place.initiative, out, Wanted(**wanted))
    out.seek(0)
    return list(csv.DictReader(out))


@pytest.mark.parametrize(
    ("note", "day", "words"),
    [
        ("2026-11-03", date(2026, 11, 3), ""),
        ("2026-11-03; revised", date(2026, 11, 3), "revised"),
        (" 2026-11-03 table B", date(2026, 11, 3), "table B"),
        ("published on 2026-11-03: new base", date(2026, 11, 3), "new base"),
        ("Vintage 2026-11-03", date(2026, 11, 3), ""),
        ("2026-13-03", None, "2026-13-03"),
        ("2026-11-031", None, "2026-11-031"),
        ("revised", None, "revised"),
        ("", None, ""),
    ],
)
def test_a_note_begins_with_the_day_of_publication(note, day, words):
    assert split_note(note) == (day, words)
    if day is not None:
        assert split_note(note_of(day, words)) == (day, words)


def test_it_stands_at_the_grain_at_which_it_was_published_and_at_no_other(jobless):
    assert say(jobless, JUNE, "4.7", date(2026, 7, 14)) == 1
    drain(jobless)
    assert rows(jobless) == [(6, Decimal("4.7"), "complete")]
    assert rows(jobless, Grain.QUARTER, date(2026, 4, 1)) == [(4, None, "not_combinable")]
    assert rows(jobless, Grain.YEAR, date(2025, 7, 1)) == [(7, None, "not_combinable")]
    assert rows(jobless, Grain.YEAR, date(2025, 1, 1), year_starts=1) == [(1, None, "not_combinable")]
    assert rollups.differences(jobless.initiative) == []


def test_a_later_vintage_is_the_current_one_and_the_earlier_ones_stand_behind_it(jobless):
    say(jobless, JUNE, "4.7", date(2026, 7, 14))
    say(jobless, JUNE, "4.9", date(2026, 9, 14), "revised")
    say(jobless, JUNE, "4.6", date(2026, 7, 10), "flash")
    drain(jobless)
    assert rows(jobless) == [(6, Decimal("4.9"), "complete")]
    assert CommunityFigure.objects.count() == 3
    say(jobless, JUNE, None, date(2026, 9, 20), "withdrawn")
    drain(jobless)
    assert rows(jobless) == [(6, None, "none")]
    assert rollups.differences(jobless.initiative) == []


def test_as_of_an_instant_it_is_what_was_known_then(jobless):
    say(jobless, JUNE, "4.7", date(2026, 7, 14))
    CommunityFigure.objects.update(at=timezone.now() - timedelta(days=10))
    say(jobless, JUNE, "4.9", date(2026, 9, 14))
    drain(jobless)

    def june(as_of):
        found = table(jobless, grains=[Grain.MONTH], as_of=as_of)
        return [(row["value"], row["state"]) for row in found if row["period"] == "2026-06"]

    assert june(None) == june(timezone.now()) == [("4.9", "complete")]
    assert june(timezone.now() - timedelta(days=5)) == [("4.7", "complete")]
    assert june(timezone.now() - timedelta(days=15)) == []


def test_the_same_again_says_nothing_new(jobless):
    assert say(jobless, JUNE, "4.7", date(2026, 7, 14), "table B") == 1
    assert say(jobless, JUNE, "4.70", date(2026, 7, 14), "table B") == 0
    assert say(jobless, JUNE, "4.7", None) == 0
    assert say(jobless, JUNE, "4.8", date(2026, 7, 14)) == 1
    assert Change.objects.filter(verb="community.recorded").count() == 2


@pytest.mark.parametrize("day", [date(2026, 5, 31), timezone.now().date() + timedelta(days=3)])
def test_the_day_of_publication_lies_after_the_period_began_and_has_come(jobless, day):
    with pytest.raises(Refused) as caught:
        say(jobless, JUNE, "4.7", day)
    assert [problem.code for problem in caught.value.problems] == ["vintage.day"]


def test_it_goes_into_a_formula_and_is_no_partners(jobless):
    placed = factories.make_indicator(jobless.initiative, "placed")
    each = factories.make_indicator(
        jobless.initiative, "each", owed=False, kind="formula", formula="{placed} / {jobless}"
    )
    for partner in jobless.partners:
        factories.make_figure(placed, partner, JUNE, 10)
        rollups.mark_stale([(placed.pk, JUNE, partner.pk)])
    say(jobless, JUNE, "5", date(2026, 7, 14))
    drain(jobless)

    def one(grain, period, scope=0):
        (row,) = series(jobless.initiative, [each], grain, period, period, scope)
        return row.value, row.state, row.filed, row.expected

    assert one(Grain.MONTH, JUNE) == (6, "complete", 3, 3)
    assert one(Grain.MONTH, JUNE, jobless.partners[0].pk) == (None, "not_combinable", 1, 1)
    assert one(Grain.QUARTER, date(2026, 4, 1))[:2] == (None, "not_combinable")
    say(jobless, JUNE, "6", date(2026, 8, 14))
    drain(jobless)
    assert one(Grain.MONTH, JUNE)[0] == 5
    assert rollups.differences(jobless.initiative) == []
    before = list(Rollup.objects.order_by("pk").values())
    rollups.rebuild(jobless.initiative)
    assert list(Rollup.objects.order_by("pk").values()) == before


def judged(place, text, by=None):
    return check_file(
        text.encode(), "f.csv", initiative=place.initiative, tenant=place.tenant, by=by or place.people.ana
    )


HEAD = "partner,indicator,period,category,value,numerator,denominator,weight,note\n"


def test_a_file_writes_it_down_without_a_partner_and_twice_changes_nothing(jobless):
    factories.make_indicator(jobless.initiative, "placed")
    text = f"{HEAD},jobless,2026-06,,4.7,,,,2026-07-14; table B\n,jobless,2026-07,,,,,,\nP1,placed,2026-06,,3,,,,\n"
    preview = judged(jobless, text)
    assert (preview.created, preview.blank, preview.has_errors) == (2, 1, False)
    assert apply(preview, by=jobless.people.ana).created == 2
    again = judged(jobless, text)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    figure = CommunityFigure.objects.get()
    assert (figure.value, figure.published_on, figure.note) == (Decimal("4.7"), date(2026, 7, 14), "table B")
    changed = judged(jobless, f"{HEAD},jobless,2026-06,,4.9,,,,\n")
    assert [(one.partner, one.before, one.after) for one in changed.differences] == [("", "4.7", "4.9")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("P1,jobless,2026-06,,4.7,,,,", "indicator.community", "indicator"),
        (",jobless,2026-06,,,4,7,,", "figure.mixed", "numerator"),
        (",jobless,2026-06,age:young,4.7,,,,", "category.unknown_dimension", "category"),
        (",jobless,June,,4.7,,,,", "period.unreadable", "period"),
        (",jobless,2026-06,,many,,,,", "number.invalid", "value"),
        (",jobless,2026-06,,4.7,,,,2026-01-01", "vintage.day", "note"),
        (",jobless,2026-06,,not_collected,,,,", "figure.reason_missing", "note"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_column(jobless, row, code, column):
    problems = judged(jobless, f"{HEAD}{row}\n").findings.problems
    assert [(problem.row, problem.column) for problem in problems] == [(2, column)]
    assert problems[0].code == code or problems[0].code.split(".")[0] == code.split(".")[0]


def test_a_partners_filer_may_not_write_it_down(jobless):
    problems = judged(jobless, f"{HEAD},jobless,2026-06,,4.7,,,,\n", by=jobless.people.ben).findings.problems
    assert [problem.code for problem in problems] == ["indicator.forbidden"]


@pytest.mark.django_db
def test_commands_take_it_in_and_give_it_out_again(riverside, tmp_path):
    with riverside.scope():
        factories.make_indicator(riverside.initiative, "jobless", owed=False, kind="community")
    text = (
        f"{HEAD},jobless,2026-06,,4.7,,,,2026-07-14; table B\n,jobless,2026-07,,not_collected,,,,2026-08-14; strike\n"
    )
    file = tmp_path / "jobless.csv"
    file.write_text(text)
    out = io.StringIO()
    call_command("import_figures", "riverside/work", str(file), stdout=out)
    assert "2 figures were created" in out.getvalue()
    exported = tmp_path / "out.csv"
    call_command("export_figures", "riverside/work", out=exported)
    assert exported.read_text("utf-8-sig").replace("\r\n", "\n") == text
    file.write_text(f"{HEAD}P1,jobless,2026-06,,4.7,,,,\n")
    with pytest.raises(CommandError):
        call_command("import_figures", "riverside/work", str(file), stderr=io.StringIO())


# --- the API ---


@pytest.fixture
def staff(riverside):
    with riverside.scope():
        factories.make_indicator(
            riverside.initiative, "jobless", owed=False, kind="community", unit="percent", source="Statistics office"
        )
        factories.make_indicator(riverside.initiative, "placed")
        _, token = keys.create(owner=riverside.people.ana, name="sheet", role="data_steward", scopes=("read", "file"))
    return {"Authorization": f"Bearer {token}"}


def post(place, headers, body):
    return Client().post(place.api("community/"), json.dumps(body), content_type="application/json", headers=headers)


def test_the_api_writes_it_down_and_gives_it_with_source_vintage_and_lag(riverside, staff):
    figures = [
        {"period": "2026-06", "value": "4.7", "published_on": "2026-07-14"},
        {"period": "2026-06", "value": 4.9, "published_on": "2026-09-14", "note": "revised"},
        {"period": "2026-07", "value": "not_collected", "published_on": "2026-08-14", "note": "strike"},
    ]
    answer = post(riverside, staff, {"indicator": "jobless", "figures": figures})
    assert (answer.status_code, answer.json()) == (200, {"written": 3, "unchanged": 0})
    again = post(riverside, staff, {"indicator": "jobless", "figures": figures})
    assert again.json() == {"written": 0, "unchanged": 3}
    found = Client().get(riverside.api("community/"), headers=staff).json()["figures"]
    assert [(one["period"], one["value"], one["published_on"], one["lag_days"]) for one in found] == [
        ("2026-06", "4.9", "2026-09-14", 76),
        ("2026-07", None, "2026-08-14", 14),
    ]
    assert found[0]["source"] == "Statistics office"
    later = Client().get(riverside.api("community/?indicator=jobless&since=2026-07"), headers=staff).json()["figures"]
    assert [one["period"] for one in later] == ["2026-07"]


@pytest.mark.parametrize(
    ("figure", "code", "field"),
    [
        ({"period": "June", "value": 1}, "period", "figures[0].period"),
        ({"period": "2026-06"}, "number.invalid", "figures[0].value"),
        ({"period": "2026-06", "value": True}, "number.invalid", "figures[0].value"),
        ({"period": "2026-06", "value": "many"}, "number", "figures[0].value"),
        ({"period": "2026-06", "value": "not_collected"}, "figure.reason_missing", "figures[0].note"),
        ({"period": "2026-06", "value": 1, "published_on": "soon"}, "date.invalid", "figures[0].published_on"),
        ({"period": "2026-06", "value": 1, "published_on": "2020-01-01"}, "vintage.day", "published_on"),
        ({"period": "2026-06", "value": 1, "category": "age:young"}, "category", "figures[0].category"),
        ({"period": "2026-06", "value": 1, "partner": "P1"}, "field.unknown", "figures[0].partner"),
        ({"period": "2026-06", "value": "1e15"}, "number", "value"),
        (7, "", ""),
    ],
)
def test_the_api_names_what_is_wrong_with_a_figure(riverside, staff, figure, code, field):
    answer = post(riverside, staff, {"indicator": "jobless", "figures": [figure]})
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["code"].startswith(code)
    assert field in error["field"]
    assert Client().get(riverside.api("community/"), headers=staff).json()["figures"] == []


def test_the_api_refuses_what_partners_file_and_who_may_not(riverside, staff):
    answer = post(riverside, staff, {"indicator": "placed", "figures": []})
    assert [error["code"] for error in answer.json()["errors"]] == ["indicator.not_community"]
    assert post(riverside, staff, {"indicator": "nobody", "figures": []}).status_code == 400
    assert post(riverside, staff, {"indicator": "jobless", "figures": {}}).status_code == 400
    assert Client().get(riverside.api("community/?indicator=placed"), headers=staff).status_code == 400
    with riverside.scope():
        _, token = keys.create(
            owner=riverside.people.ben, name="ben", role="partner_filer", partner=riverside.partners[0],
            scopes=("read", "file"),
        )  # fmt: skip
    assert post(riverside, {"Authorization": f"Bearer {token}"}, {}).status_code == 403
