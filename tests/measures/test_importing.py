"""Spreadsheets through the browser's door: preview, errors by row and column, apply, bad rows back, twice the same."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from backbone.models import Change
from measures.importing.uploads import work_on
from measures.models import Figure, StaleMark, Upload
from measures.services import uploads
from tests import factories

LAST_MONTH = (timezone.localdate().replace(day=1) - timezone.timedelta(days=1)).replace(day=1)
P = f"{LAST_MONTH:%Y-%m}"
HEADER = "partner,indicator,period,category,value,numerator,denominator,weight,note\n"


@pytest.fixture
def work(riverside, client):
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "age", "young", "old")
        factories.make_indicator(riverside.initiative, "seats", lock_day=62)
        factories.make_indicator(riverside.initiative, "placed", kind="rate", unit="percent", lock_day=62)
        factories.make_indicator(riverside.initiative, "served", breakdowns=["age"], lock_day=62)
    client.force_login(factories.user_of(riverside.people.ben))
    riverside.client = client
    return riverside


def upload(work, text: str, name="figures.csv") -> Upload:
    """Post a file as its user would, let the worker judge it, and give the upload as it then stands."""
    content = text if isinstance(text, bytes) else (HEADER + text).encode()
    response = work.client.post(work.url("imports/"), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.content
    with work.scope():
        found = Upload.objects.order_by("-pk").first()
        work_on(found.pk)
        found.refresh_from_db()
        return found


def press_apply(work, found: Upload) -> Upload:
    assert work.client.post(work.url(f"imports/{found.pk}/"), {"apply": "1"}).status_code == 302
    with work.scope():
        work_on(found.pk)
        found.refresh_from_db()
        return found


GOOD = f"P1,seats,{P},,0,,,,\nP1,placed,{P},,,15,50,,\nP1,served,{P},,10,,,,\nP1,served,{P},age:young,4,,,,\nP1,served,{P},age:old,6,,,,\n"


def test_a_file_is_shown_first_and_then_applied(work):
    found = upload(work, GOOD)
    assert (found.state, found.outcome["created"], found.outcome["error_count"]) == ("checked", 5, 0)
    page = work.client.get(work.url(f"imports/{found.pk}/")).content.decode()
    assert "Ready to apply: 5 new figures" in page
    with work.scope():
        assert not Figure.objects.exists()
    assert press_apply(work, found).state == "applied"
    with work.scope():
        assert Figure.objects.get(indicator__slug="seats").value == Decimal(0)
        assert Figure.objects.count() == 5
        assert StaleMark.objects.count() == 3
        verbs = list(Change.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs[-1] == "upload.applied"


def test_the_same_file_twice_changes_nothing(work):
    press_apply(work, upload(work, GOOD))
    with work.scope():
        marks, versions = StaleMark.objects.count(), Figure.pgh_event_model.objects.count()
    again = upload(work, GOOD)
    assert (again.outcome["created"], again.outcome["changed"], again.outcome["unchanged"]) == (0, 0, 5)
    page = work.client.get(work.url(f"imports/{again.pk}/")).content.decode()
    assert "No changes" in page
    assert "Apply the change" not in page
    with work.scope():
        assert (StaleMark.objects.count(), Figure.pgh_event_model.objects.count()) == (marks, versions)


def test_a_blank_leaves_alone_what_stands_and_zero_sets_zero(work):
    press_apply(work, upload(work, f"P1,seats,{P},,12,,,,\n"))
    found = press_apply(work, upload(work, f"P1,seats,{P},,,,,,\nP1,placed,{P},,,0,0,,\n"))
    assert found.outcome["blank"] == 1
    with work.scope():
        assert Figure.objects.get(indicator__slug="seats").value == 12
        assert Figure.objects.get(indicator__slug="placed").denominator == 0


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("P9,seats,{p},,1,,,,", "partner.unknown", "partner"),
        ("P2,seats,{p},,1,,,,", "partner.forbidden", "partner"),
        (",seats,{p},,1,,,,", "partner.missing", "partner"),
        ("P1,seat,{p},,1,,,,", "indicator.unknown", "indicator"),
        ("P1,seats,2099-01,,1,,,,", "period.out_of_range", "period"),
        ("P1,seats,2020-01,,1,,,,", "period.out_of_range", "period"),
        ("P1,seats,2025-08,,1,,,,", "period.locked", "period"),
        ("P1,seats,soon,,1,,,,", "period.invalid", "period"),
        ("P1,seats,2026-02-30,,1,,,,", "date.invalid", "period"),
        ("P1,seats,{p},,12 people,,,,", "number.invalid", "value"),
        ("P1,seats,{p},,-1,,,,", "number.negative", "value"),
        ("P1,seats,{p},,3.5,,,,", "number.not_integer", "value"),
        ("P1,seats,{p},,45%,,,,", "number.percent", "value"),
        ("P1,seats,{p},,nan,,,,", "number.not_finite", "value"),
        ("P1,seats,{p},,#N/A,,,,", "cell.excel_error", "value"),
        ("P1,seats,{p},,not_collected,,,,", "figure.reason_missing", "note"),
        ("P1,placed,{p},,0.45,,,,", "figure.bare_rate", "value"),
        ("P1,placed,{p},,,15,10,,", "figure.numerator_above_denominator", "denominator"),
        ("P1,placed,{p},,,15,text,,", "number.invalid", "denominator"),
        ("P1,served,{p},age:midde,1,,,,", "category.unknown", "category"),
        ("P1,served,{p},sex:male,1,,,,", "category.unknown_dimension", "category"),
        ("P1,served,{p},age:young,1,,,,", "breakdown.no_total", None),
    ],
)
def test_a_bad_row_is_named_by_row_and_column(work, row, code, column):
    found = upload(work, "P1,seats,,,,,,,\n".replace(",seats,", f",seats,{P}") + row.format(p=P) + "\n")
    errors = [(e["code"], e["row"]) for e in found.outcome["errors"]]
    assert (code, 3) in errors, found.outcome["errors"]
    if column is not None:
        assert next(e for e in found.outcome["errors"] if e["code"] == code)["column"] == column
    with work.scope():
        assert not Figure.objects.exists()


def test_parts_are_held_against_the_total_that_stands(work):
    press_apply(work, upload(work, f"P1,served,{P},,10,,,,\n"))
    found = upload(work, f"P1,served,{P},age:young,4,,,,\nP1,served,{P},age:old,5,,,,\n")
    assert [e["code"] for e in found.outcome["errors"]] == ["sum.mismatch"]


def test_a_second_row_for_a_cell_is_an_error_only_when_it_differs(work):
    same = upload(work, f"P1,seats,{P},,1,,,,\nP1,seats,{P},,1,,,,\n")
    assert [w["code"] for w in same.outcome["warnings"]] == ["row.duplicate"]
    other = upload(work, f"P1,seats,{P},,1,,,,\nP1,seats,{P},,2,,,,\n")
    assert [(e["code"], e["row"]) for e in other.outcome["errors"]] == [("row.duplicate", 3)]


def test_an_approved_figure_is_a_conflict(work):
    press_apply(work, upload(work, f"P1,seats,{P},,12,,,,\n"))
    with work.scope():
        Figure.objects.update(state="approved")
    assert upload(work, f"P1,seats,{P},,12,,,,\n").outcome["unchanged"] == 1
    found = upload(work, f"P1,seats,{P},,13,,,,\n")
    assert [e["code"] for e in found.outcome["errors"]] == ["row.conflict"]


def test_a_thousandfold_slip_is_a_warning_to_confirm(work):
    with work.scope():
        indicator = work.initiative.indicators.get(slug="seats")
        for back in (2, 3, 4):
            month = (LAST_MONTH - timezone.timedelta(days=28 * (back - 1))).replace(day=1)
            factories.make_figure(indicator, work.partners[0], month, 12)
    found = upload(work, f"P1,seats,{P},,12000,,,,\n")
    assert found.outcome["error_count"] == 0
    assert [w["row"] for w in found.outcome["warnings"]] == [2]


def test_the_bad_rows_come_back_to_be_corrected(work):
    found = upload(work, f"P1,seats,{P},,x,,,,\nP1,placed,{P},,,15,50,,\n")
    response = work.client.get(work.url(f"imports/{found.pk}/bad-rows/"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][-1] == "problem"
    assert [row[:3] for row in rows[1:]] == [["P1", "seats", P]]
    corrected = response.content.replace(b",x,", b",7,")
    assert upload(work, corrected).outcome["created"] == 1


def test_the_template_uploaded_unchanged_changes_nothing(work):
    press_apply(work, upload(work, GOOD))
    for form in ("", "?format=csv"):
        response = work.client.get(work.url("imports/template/") + form)
        found = upload(work, response.content, "template")
        assert found.outcome["error_count"] == 0, found.outcome
        assert found.outcome["changed"] + found.outcome["created"] == 0
        assert found.outcome["unchanged"] == 5


def test_a_file_that_cannot_be_read_is_refused_whole(work):
    found = upload(work, b"%PDF-1.7 not a table")
    assert found.state == "refused"
    assert found.outcome["errors"][0]["code"] == "file.type"
    assert "It could not be read" in work.client.get(work.url(f"imports/{found.pk}/")).content.decode()


def test_somebody_elses_upload_is_not_there(work):
    found = upload(work, GOOD)
    work.client.force_login(factories.user_of(work.people.fay))
    assert work.client.get(work.url(f"imports/{found.pk}/")).status_code == 404


def test_a_file_that_brings_down_workers_is_given_up(work):
    with work.scope():
        found = uploads.receive(
            initiative=work.initiative, by=work.people.ben, filename="../../x.csv", content=b"partner\n"
        )
        assert found.filename == "x.csv"
        assert [uploads.try_again(found.pk) for _ in range(6)] == [True] * 5 + [False]
        found.refresh_from_db()
        assert found.state == "refused"


def test_the_page_takes_no_file_for_an_answer(work):
    response = work.client.post(work.url("imports/"), {})
    assert response.status_code == 422
    assert "Choose a file first" in response.content.decode()


def test_the_list_of_uploads_asks_a_constant_number_of_questions(work, django_assert_max_num_queries):
    for _ in range(3):
        upload(work, GOOD)
    with django_assert_max_num_queries(20):
        work.client.get(work.url("imports/"))


def test_only_who_uploaded_a_file_applies_it(work, client):
    """It is filed in the uploader's name: a steward who applied it could approve what nobody else has handed in."""
    found = upload(work, GOOD)
    client.force_login(factories.user_of(work.people.ana))
    assert "Apply the change" not in client.get(work.url(f"imports/{found.pk}/")).content.decode()
    refused = client.post(work.url(f"imports/{found.pk}/"), {"apply": "1"})
    assert refused.status_code == 422
    assert "in the name of Ben" in refused.content.decode()
    with work.scope():
        work_on(found.pk)
        assert not Figure.objects.exists()


def test_a_steward_who_imports_does_not_read_partners_drafts(work):
    with work.scope():
        factories.make_figure(
            work.initiative.indicators.get(slug="seats"), work.partners[0], LAST_MONTH, 4321, state="draft"
        )
    assert b"4321" in work.client.get(work.url("imports/template/?format=csv")).content
    work.client.force_login(factories.user_of(work.people.ana))
    assert b"4321" not in work.client.get(work.url("imports/template/?format=csv")).content
    for value in (5, 4321):
        found = upload(work, f"P1,seats,{P},,{value},,,,\n")
        assert (found.outcome["created"], found.outcome["unchanged"]) == (1, 0)
        assert found.outcome["changes"][0]["before"] is None


def test_a_draft_that_a_file_repeats_is_handed_in(work):
    """Half a line submitted and half of it left a draft would be approved without its parts."""
    with work.scope():
        served = work.initiative.indicators.get(slug="served")
        for category, value in (("", 10), ("age:young", 4), ("age:old", 6), ("age:unknown", 0)):
            factories.make_figure(served, work.partners[0], LAST_MONTH, value, category=category, state="draft")
    rows = f"P1,served,{P},,11,,,,\nP1,served,{P},age:young,5,,,,\nP1,served,{P},age:old,6,,,,\nP1,served,{P},age:unknown,0,,,,\n"
    press_apply(work, upload(work, rows))
    with work.scope():
        assert set(Figure.objects.values_list("category", "state")) == {
            ("", "submitted"), ("age:young", "submitted"), ("age:old", "submitted"), ("age:unknown", "submitted")
        }  # fmt: skip
    assert upload(work, rows).outcome["unchanged"] == 4


def test_a_steward_changes_approved_figures_by_file_and_says_why(work):
    with work.scope():
        factories.make_figure(work.initiative.indicators.get(slug="seats"), work.partners[0], LAST_MONTH, 12)
    work.client.force_login(factories.user_of(work.people.ana))
    content = (HEADER + f"P1,seats,{P},,13,,,,\n").encode()

    def send(**more):
        return work.client.post(work.url("imports/"), {"file": SimpleUploadedFile("f.csv", content), **more})

    assert upload(work, f"P1,seats,{P},,13,,,,\n").outcome["errors"][0]["code"] == "row.conflict"
    refused = send(replace="1")
    assert refused.status_code == 422
    assert "Say why approved figures change" in refused.content.decode()
    assert send(replace="1", because="Counted twice").status_code == 302
    with work.scope():
        found = Upload.objects.order_by("-pk").first()
        work_on(found.pk)
        found.refresh_from_db()
    assert (found.state, found.outcome["changed"], found.outcome["error_count"]) == ("checked", 1, 0)
    assert press_apply(work, found).state == "applied"
    with work.scope():
        figure = Figure.objects.get()
        assert (figure.value, figure.state, figure.changed_because) == (13, "approved", "Counted twice")


def test_a_filer_cannot_ask_to_change_approved_figures(work):
    with work.scope():
        factories.make_figure(work.initiative.indicators.get(slug="seats"), work.partners[0], LAST_MONTH, 12)
    content = SimpleUploadedFile("f.csv", (HEADER + f"P1,seats,{P},,13,,,,\n").encode())
    work.client.post(work.url("imports/"), {"file": content, "replace": "1", "because": "I say so"})
    with work.scope():
        found = Upload.objects.get()
        work_on(found.pk)
        found.refresh_from_db()
    assert [error["code"] for error in found.outcome["errors"]] == ["row.conflict"]
