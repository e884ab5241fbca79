"""The workbook of one partner and month: asked, filled in, read back, corrected, and refused where it is another one."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.worksheet.worksheet import Worksheet

from backbone.models import Grant
from backbone.roles import Role
from measures.importing.uploads import work_on
from measures.importing.workbooks import layout
from measures.models import Figure, Obligation, Upload
from tests import factories

NOVEMBER_9 = "2026-11-09T15:00:00Z"
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def work(riverside, client):
    with time_machine.travel(NOVEMBER_9, tick=False):
        with riverside.scope():
            factories.make_dimension(riverside.initiative, "age", "young", "old")
            made = {}
            for position, (slug, settings) in enumerate(
                {
                    "seats": {"kind": "stock"},
                    "placed": {"kind": "rate", "unit": "percent", "numerator": "placed", "denominator": "completed"},
                    "served": {"breakdowns": ["age"]},
                    "people": {"kind": "unduplicated"},
                    "hours": {"is_whole": False},
                }.items()
            ):
                made[slug] = factories.make_indicator(
                    riverside.initiative, slug, name=f"The {slug}", lock_day=62, position=position, **settings
                )
            riverside.indicators = made
        client.force_login(factories.user_of(riverside.people.ben))
        riverside.client = client
        yield riverside


def download(work, month: str = "2026-10", partner: str = "P1", query: str = "") -> openpyxl.Workbook:
    response = work.client.get(work.url(f"filings/{partner}/{month}/workbook/{query}"))
    assert response.status_code == 200, response.content
    return openpyxl.load_workbook(io.BytesIO(response.content))


def page_of(book: openpyxl.Workbook) -> Worksheet:
    return book.worksheets[1]


def row_of(page: Worksheet, slug: str, category: str = "", month: str = "2026-10") -> int:
    wanted = f"{month}|{slug}|{category}|"
    return next(cell.row for cell in page["A"] if str(cell.value).startswith(wanted))


def column_of(page: Worksheet, name: str) -> int:
    return next(cell.column for cell in page[1] if cell.value == name)


def put(page: Worksheet, slug: str, name: str, value, category: str = "", month: str = "2026-10") -> None:
    page.cell(row_of(page, slug, category, month), column_of(page, name)).value = value


def upload(work, book: openpyxl.Workbook | bytes, query: str = "") -> Upload:
    content = book
    if not isinstance(book, bytes):
        file = io.BytesIO()
        book.save(file)
        content = file.getvalue()
    response = work.client.post(work.url(f"imports/{query}"), {"file": SimpleUploadedFile("october.xlsx", content)})
    assert response.status_code == 302, response.content
    with work.scope():
        found = Upload.objects.order_by("-pk").first()
        work_on(found.pk)
        found.refresh_from_db()
        return found


def apply(work, found: Upload) -> Upload:
    work.client.post(work.url(f"imports/{found.pk}/"), {"apply": "1"})
    with work.scope():
        work_on(found.pk)
        found.refresh_from_db()
        assert found.state == "applied", found.outcome
        return found


def places(found: Upload) -> list[tuple]:
    return [(e["code"], e["row"], e["column"]) for e in found.outcome["errors"]]


def test_a_filled_workbook_files_the_month(work):
    book = download(work)
    page = page_of(book)
    put(page, "seats", "value", 0)
    put(page, "placed", "numerator", 15)
    put(page, "placed", "denominator", 50)
    put(page, "served", "value", 300)
    for category, value in (("age:young", 90), ("age:old", 204), ("age:unknown", 6)):
        put(page, "served", "value", value, category)
    put(page, "people", "value", 60)
    put(page, "people", "counted", "only people new this year")
    put(page, "hours", "not_collected", "not collected")
    put(page, "hours", "note", "the clock broke")
    found = apply(work, upload(work, book))
    assert (found.outcome["created"], found.outcome["error_count"]) == (8, 0)
    with work.scope():
        kept = {(f.indicator.slug, f.category): f for f in Figure.objects.select_related("indicator")}
        assert kept["seats", ""].value == Decimal(0)
        assert (kept["placed", ""].numerator, kept["placed", ""].denominator) == (15, 50)
        assert kept["served", "age:unknown"].value == 6
        assert kept["people", ""].new_only
        assert (kept["hours", ""].is_not_collected, kept["hours", ""].note) == (True, "the clock broke")
        assert {f.state for f in kept.values()} == {"submitted"}


def test_the_same_workbook_twice_and_the_workbook_of_what_stands_change_nothing(work):
    book = download(work)
    put(page_of(book), "seats", "value", 12)
    put(page_of(book), "people", "value", 60)
    put(page_of(book), "people", "counted", "only people new this year")
    put(page_of(book), "hours", "value", 3.125)
    apply(work, upload(work, book))
    for again in (book, download(work)):
        found = upload(work, again)
        assert [found.outcome[name] for name in ("created", "changed", "unchanged", "error_count")] == [0, 0, 3, 0]
        assert "No changes" in work.client.get(work.url(f"imports/{found.pk}/")).content.decode()


def test_a_blank_leaves_alone_and_nothing_is_deleted(work):
    book = download(work)
    put(page_of(book), "seats", "value", 12)
    apply(work, upload(work, book))
    again = download(work)
    put(page_of(again), "seats", "value", None)
    put(page_of(again), "hours", "value", 1)
    page_of(again).delete_rows(row_of(page_of(again), "seats"))
    found = apply(work, upload(work, again))
    assert (found.outcome["created"], found.outcome["changed"]) == (1, 0)
    with work.scope():
        assert Figure.objects.get(indicator__slug="seats").value == 12


def test_an_error_is_named_by_its_row_and_the_heading_that_the_reader_sees(work):
    book = download(work)
    page = page_of(book)
    put(page, "placed", "numerator", 15)
    put(page, "placed", "denominator", "many")
    put(page, "seats", "value", 12)
    found = upload(work, book)
    row = row_of(page, "placed")
    assert places(found) == [("number.invalid", row, "Denominator")]
    assert (found.outcome["created"], row) == (1, 4)
    shown = work.client.get(work.url(f"imports/{found.pk}/")).content.decode()
    assert "Denominator" in shown
    page.cell(2, column_of(page, "denominator")).value = "Everybody"
    assert places(upload(work, book)) == [("number.invalid", row, "Everybody")]


def test_renamed_moved_and_sorted_labels_do_not_matter(work):
    book = download(work)
    page = page_of(book)
    put(page, "seats", "value", 12)
    book.worksheets[1].title = "Our numbers"
    for name in ("indicator", "part", "value"):
        page.cell(2, column_of(page, name)).value = f"my {name}"
    page.cell(row_of(page, "seats"), column_of(page, "indicator")).value = "Chairs"
    page.move_range(f"A{row_of(page, 'seats')}:Z{row_of(page, 'seats')}", rows=40)
    found = upload(work, book)
    assert (found.outcome["created"], found.outcome["error_count"]) == (1, 0)


def test_the_rows_to_correct_come_back_as_a_workbook_that_can_be_applied(work):
    book = download(work)
    page = page_of(book)
    put(page, "placed", "numerator", 15)
    put(page, "placed", "denominator", 10)
    put(page, "served", "value", "three hundred")
    put(page, "seats", "value", 12)
    found = upload(work, book)
    assert found.outcome["error_count"] == 2
    response = work.client.get(work.url(f"imports/{found.pk}/bad-rows/"))
    assert response["Content-Disposition"].endswith('.xlsx"')
    bad = openpyxl.load_workbook(io.BytesIO(response.content))
    page = page_of(bad)
    assert [str(cell.value).split("|")[1] for cell in page["A"][2:]] == ["placed", "served"]
    assert page.cell(4, column_of(page, "value")).value == "three hundred"
    assert "“completed” is 10, less than “placed”, 15" in page.cell(3, column_of(page, "problem")).value
    put(page, "placed", "denominator", 50)
    put(page, "served", "value", 300)
    assert apply(work, upload(work, bad)).outcome["created"] == 2


def test_what_stands_and_what_came_before_is_beside_each_line(work):
    with work.scope():
        seats, placed = work.indicators["seats"], work.indicators["placed"]
        partner = work.partners[0]
        for month, value in ((date(2025, 10, 1), 9), (date(2026, 7, 1), 10), (date(2026, 9, 1), 11)):
            factories.make_figure(seats, partner, month, value)
        factories.make_figure(placed, partner, date(2026, 9, 1), numerator=15, denominator=50)
        factories.make_figure(seats, partner, OCTOBER, 12, state="submitted")
        factories.make_figure(work.indicators["hours"], partner, OCTOBER, 1, state="approved")
        factories.make_figure(seats, work.partners[1], date(2026, 9, 1), 4711)
    book = download(work)
    page = page_of(book)
    row = row_of(page, "seats")
    before = [page.cell(row, column_of(page, n)).value for n in ("a year before", "before 3", "before 2", "before 1")]
    assert before == [9, 10, None, 11]
    assert page.cell(row, column_of(page, "value")).value == 12
    assert page.cell(row_of(page, "placed"), column_of(page, "before 1")).value == "30.0% (15/50)"
    history = book.worksheets[2]
    assert [cell.value for cell in history[1]] == ["Indicator", "Part", "Oct 2025", "Jul 2026", "Sep 2026", "Oct 2026"]
    assert [cell.value for cell in history[2]] == ["The seats", "Total", 9, 10, 11, 12]
    everything = [str(c.value) for sheet in book for line in sheet.iter_rows() for c in line]
    assert "4711" not in everything


def test_every_kind_is_asked_for_in_its_own_way(work):
    levels = [
        {"slug": "none", "name": "Not begun"},
        {"slug": "some", "name": "Under way"},
        {"slug": "done", "name": "Done"},
    ]
    with work.scope():
        opened = factories.make_indicator(work.initiative, "opened", kind="milestone", lock_day=62)
        factories.make_indicator(work.initiative, "stage", kind="ordinal", levels=levels, lock_day=62)
        factories.make_indicator(work.initiative, "story", kind="narrative", lock_day=62)
        factories.make_indicator(work.initiative, "wait", kind="weighted_average", is_whole=False, lock_day=62)
        factories.make_indicator(work.initiative, "money", kind="money", unit="USD", is_whole=False, lock_day=62)
        factories.make_figure(opened, work.partners[0], date(2026, 9, 1), 0)
    book = download(work)
    page = page_of(book)
    listed = {rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"}
    assert {'"yes,no"', '"none,some,done"'} <= listed
    assert page.cell(row_of(page, "opened"), column_of(page, "before 1")).value == "no"
    put(page, "opened", "value", "yes")
    put(page, "stage", "value", "some")
    put(page, "story", "note", "Two employers joined.")
    put(page, "wait", "value", 4.5)
    put(page, "wait", "weight", 20)
    put(page, "money", "value", 1250.5)
    found = apply(work, upload(work, book))
    assert (found.outcome["created"], found.outcome["error_count"]) == (5, 0)
    again = download(work)
    page = page_of(again)
    for slug, name, value in (("opened", "value", "yes"), ("stage", "value", "some"), ("wait", "weight", 20)):
        assert page.cell(row_of(page, slug), column_of(page, name)).value == value
    found = upload(work, again)
    assert [found.outcome[name] for name in ("created", "changed", "unchanged", "error_count")] == [0, 0, 5, 0]


def test_only_what_is_to_be_typed_is_open_and_lists_offer_the_words(work):
    with work.scope():
        factories.make_figure(work.indicators["hours"], work.partners[0], OCTOBER, 1, state="approved")
    book = download(work)
    page = page_of(book)
    assert all(sheet.protection.sheet for sheet in book)
    assert book.security.lockStructure
    assert (page.row_dimensions[1].hidden, page.column_dimensions["A"].hidden) == (True, True)
    assert book[layout.FACTS_SHEET].sheet_state == "veryHidden"

    def is_open(slug: str, name: str) -> bool:
        return not page.cell(row_of(page, slug), column_of(page, name)).protection.locked

    assert is_open("seats", "value")
    assert is_open("placed", "numerator")
    assert not is_open("placed", "value")
    assert not is_open("seats", "indicator")
    assert not is_open("hours", "value")  # approved
    assert not is_open("seats", "counted")
    assert is_open("people", "counted")
    rules = {rule.type: rule for rule in page.data_validations.dataValidation}
    assert set(rules) == {"whole", "list", "textLength"}
    listed = {rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"}
    assert listed == {'"not collected"', '"everyone served in the period,only people new this year"'}


def test_nothing_in_it_calculates_whatever_names_hold(work):
    with work.scope():
        for slug in ("seats", "hours"):
            work.indicators[slug].name = "=1+1"
            work.indicators[slug].definition = "@SUM(A1)"
            work.indicators[slug].save()
        factories.make_figure(
            work.indicators["seats"], work.partners[0], OCTOBER, 1, note="=cmd|'/C calc'!A0", state="draft"
        )
    book = download(work)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    found = apply(work, upload(work, book))
    assert found.outcome["error_count"] == 0
    with work.scope():
        assert Figure.objects.get().note == "=cmd|'/C calc'!A0"


def test_several_months_are_one_workbook(work):
    book = download(work, "2026-09", query="?until=2026-10")
    page = page_of(book)
    put(page, "seats", "value", 1, month="2026-09")
    put(page, "seats", "value", 2, month="2026-10")
    apply(work, upload(work, book))
    with work.scope():
        assert list(Figure.objects.order_by("period").values_list("period", "value")) == [
            (date(2026, 9, 1), 1),
            (OCTOBER, 2),
        ]


def test_who_files_quarters_is_asked_for_quarters(work):
    with work.scope():
        Obligation.objects.create(indicator=work.indicators["seats"], partner=work.partners[0], frequency="quarter")
        factories.make_figure(work.indicators["seats"], work.partners[0], date(2026, 4, 1), 7)
    book = download(work, "2026-07", query="?until=2026-10")
    page = page_of(book)
    months = [str(cell.value).split("|")[0] for cell in page["A"] if "|seats|" in str(cell.value)]
    assert months == ["2026-07", "2026-10"]
    row = row_of(page, "seats", month="2026-07")
    assert page.cell(row, column_of(page, "before 1")).value == 7


def refused(work, book, query: str = "") -> tuple[str, str]:
    found = upload(work, book, query)
    assert found.state == "refused", found.outcome
    error = found.outcome["errors"][0]
    assert error["message"] in work.client.get(work.url(f"imports/{found.pk}/")).content.decode().replace("&quot;", '"')
    return error["code"], error["message"]


def fact(book: openpyxl.Workbook, name: str, value: str | None) -> None:
    page = book[layout.FACTS_SHEET]
    row = next(cell.row for cell in page["A"] if cell.value == name)
    page.cell(row, 2).value = value


def test_a_workbook_of_another_form_or_initiative_or_a_changed_one_is_refused_with_the_way_out(work):
    book = download(work)
    fact(book, "version", "0")
    assert refused(work, book)[0] == "template.version"
    fact(book, "version", layout.VERSION)
    fact(book, "initiative", "other")
    assert refused(work, book)[0] == "template.elsewhere"
    fact(book, "initiative", "work")
    fact(book, "since", "soon")
    assert refused(work, book)[0] == "template.changed"
    fact(book, "since", "2026-10")
    page = page_of(book)
    page.cell(1, column_of(page, "denominator")).value = None
    page.cell(2, column_of(page, "state")).value = None
    assert refused(work, book) == ("template.changed", "The column “Denominator” is not there any more.")
    page.delete_rows(1)
    assert refused(work, book)[0].startswith(("header.", "template."))


def test_a_workbook_of_another_report_is_refused_where_one_is_meant(work):
    with work.scope():
        Grant.objects.create(membership=work.people.ben, role=Role.PARTNER_FILER, partner=work.partners[1])
    book = download(work)
    put(page_of(book), "seats", "value", 1)
    other = refused(work, book, "?partner=P2&period=2026-10")
    assert other == ("template.other_partner", "This is the workbook of P1, not of P2.")
    assert refused(work, book, "?partner=P1&period=2026-09")[0] == "template.other_period"
    assert upload(work, book, "?partner=P1&period=2026-10").outcome["created"] == 1
    page = work.client.get(work.url("filings/P1/2026-10/")).content.decode()
    assert "imports/?partner=P1&amp;period=2026-10" in page


def test_rows_without_a_key_or_from_another_workbook_are_named(work):
    book = download(work)
    page = page_of(book)
    value = column_of(page, "value")
    row = row_of(page, "seats")
    page.cell(row, value).value = 1
    for key, code in (
        (None, "template.key"),
        ("seats", "template.key"),
        ("2026-10|seats||P2", "template.other_partner"),
        ("2026-09|seats||P1", "template.other_period"),
        ("2026-10|chairs||P1", "indicator.unknown"),
        ("2026-10|seats|age:young|P1", "category.unknown_dimension"),
    ):
        page.cell(row, 1).value = key
        assert [(one, at) for one, at, _ in places(upload(work, book))] == [(code, row)], key
    page.cell(row, 1).value = "2026-10|placed||P1"
    page.cell(row, value).value = None
    page.cell(row, column_of(page, "not_collected")).value = "perhaps"
    assert places(upload(work, book)) == [("template.choice", row, "Not collected")]


def test_the_workbook_of_a_partner_that_one_does_not_file_for_is_refused(work):
    assert work.client.get(work.url("filings/P2/2026-10/workbook/")).status_code == 404
    book = download(work)
    put(page_of(book), "seats", "value", 1)
    for cell in page_of(book)["A"]:
        cell.value = str(cell.value).replace("|P1", "|P2")
    fact(book, "partner", "P2")
    assert places(upload(work, book))[0][0] == "partner.forbidden"


def test_where_nothing_is_open_it_says_so(work):
    response = work.client.get(work.url("filings/P1/2025-08/workbook/"), follow=True)
    assert "Nothing of P1 is open" in response.content.decode()
    response = work.client.get(work.url("filings/P1/2026-10/workbook/?until=2099-10"), follow=True)
    assert "at most 24 months" in response.content.decode()
    assert work.client.get(work.url("filings/P1/2026-10/workbook/?until=soon")).status_code == 404


def test_it_takes_as_many_queries_for_one_line_as_for_many(work, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        download(work)


def test_what_a_colleague_typed_and_did_not_hand_in_is_not_in_the_stewards_workbook(work):
    with work.scope():
        factories.make_figure(work.indicators["seats"], work.partners[0], OCTOBER, 4711, state="draft")
    work.client.force_login(factories.user_of(work.people.ana))
    everything = [str(c.value) for sheet in download(work) for line in sheet.iter_rows() for c in line]
    assert "4711" not in everything
