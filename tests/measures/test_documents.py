"""Documents of a publication: each says what the page says, hides what it hides, and stays the same to the byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import jsonschema
import openpyxl
import pytest
import time_machine
from django.core.cache import caches
from django.db import InternalError, transaction
from django.test import Client
from django.utils import timezone, translation

from backbone import charts, tasks
from backbone.documents import book, forms
from backbone.documents.body import Body
from backbone.documents.columns import COLUMNS, DEFINITIONS
from backbone.logs import MaskedFormatter
from backbone.look.numbers import long_date
from backbone.models import Initiative, Publication, PublishedBody, PublishedFile, Tenant, Visit
from backbone.problems import Refused
from backbone.services import documents, publications
from measures.models import Consent, Indicator, Target
from measures.publishing import judging, page
from measures.services import rollups
from tests.documents import html_words, pdf_words, zip_parts
from tests.factories import make_dimension, make_figure, make_indicator, make_link, make_partner, user_of
from tests.schemas import DATA_PACKAGE

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
AGES = ("14-15", "16-19")
AT = "2026-11-28T15:00:00Z"
draws_pdf = pytest.mark.skipif(not book.is_possible(), reason="the libraries for PDF are not on this machine")


@pytest.fixture(autouse=True)
def in_november():
    """In English, whatever language the last request of another test left behind."""
    with time_machine.travel(AT), translation.override("en"):
        yield


@pytest.fixture
def place(riverside):
    """Eight partners with completions by age for two months; P1 to P5 let funders see their rows, and of each one age is small, which takes a large
    one with it; a rate of few is hidden whole. What is hidden so has digits of its own, which stand nowhere by chance."""
    Tenant.objects.filter(pk=riverside.tenant.pk).update(accent="#7a1f5c")
    with riverside.scope():
        initiative = riverside.initiative
        make_dimension(initiative, "age", *AGES)
        partners = [*riverside.partners, *(make_partner(initiative, f"P{i}") for i in range(4, 9))]
        outcome = initiative.outcomes.get()
        indicator = make_indicator(
            initiative, code="K1", name="=Completions", outcome=outcome, breakdowns=["age"], unit="people",
            definition="Who finished.", counts_people=True, baseline_period=date(2026, 6, 1),
        )  # fmt: skip
        rate = make_indicator(initiative, "placed", kind="rate", unit="percent", code="K2")
        rare = make_indicator(initiative, "rare", kind="rate", unit="percent", code="K3", counts_people=True)
        Target.objects.create(indicator=indicator, period=date(2027, 6, 1), value=Decimal(1_250_000))
        for number, partner in enumerate(partners):
            for month, more in ((SEPTEMBER, 0), (OCTOBER, 7)):
                parts = (3 + number % 5, 51_817 + 1013 * number + more)
                make_figure(indicator, partner, month, sum(parts))
                for age, size in zip(AGES, parts, strict=True):
                    make_figure(indicator, partner, month, size, category=f"age:{age}")
                few = Decimal(1 if month == OCTOBER else 500)
                make_figure(rare, partner, month, numerator=few, denominator=Decimal(83_219 + 17 * number + more))
            make_figure(
                rate, partner, OCTOBER, numerator=Decimal(42_331 + number), denominator=Decimal(97_127 + number)
            )
        rollups.rebuild(initiative)
        for partner in partners[:5]:
            Consent.objects.create(
                initiative=initiative, partner=partner, indicator=indicator, audience="funders",
                given_by=riverside.people.ana, given_at=datetime(2025, 8, 1, tzinfo=UTC),
            )  # fmt: skip
        draft = publications.begin(initiative=initiative, grain="month", period=OCTOBER, by=riverside.people.ana)
        words = {"story": "Two partners opened an evening group.", "unknown": "Who stays."}
        choices = {"agenda": [{"slug": "vision"}]} | {
            "measures": [{"slug": one.slug} | words for one in Indicator.objects.order_by("pk")]
        }
        publications.choose(publication=draft, choices=choices, by=riverside.people.ana)
        publications.ask_to_check(publication=draft, by=riverside.people.ana)
        publications.check(draft.pk)
        draft.refresh_from_db()
        assert draft.state == Publication.State.CHECKED, draft.report
        riverside.publication = publications.publish(publication=draft, by=riverside.people.ana)
        riverside.body = PublishedBody.objects.get(publication=draft, audience="funders")
    return riverside


def frozen_of(place) -> Body:
    return Body.of(place.body.body, place.body.sha256)


def made_of(place, form: str, language: str = "en") -> bytes:
    return forms.make(form, frozen_of(place), language, lambda done, total: None)


def html_of(place) -> str:
    return book.book_html(frozen_of(place), lambda done, total: None)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def hidden_values(place) -> set[str]:
    """Every true value that is withheld, as digits; from the report that staff alone may read."""
    with place.scope():
        report = Publication.objects.get(pk=place.publication.pk).report
    found = set()
    for one in report["audiences"]["funders"]["hidden"]:
        for value in one["value"].split("/"):
            found.add(re.sub(r"\D", "", value))
    return {value for value in found if len(value) >= 4}


def fay(place) -> Client:
    client = Client()
    client.force_login(user_of(place.people.fay))
    return client


def address(place, rest: str = "") -> str:
    return place.url(f"published/2026-10-v1/{rest}")


def texts_of(place) -> dict[str, str]:
    """Everything that a funder can read of the publication, in every form, as text."""
    client = fay(place)
    found = {
        "page": client.get(address(place)).content.decode(),
        "json": client.get(address(place, "data.json")).content.decode(),
    }
    found["csv"] = made_of(place, "csv").decode()
    for form in ("xlsx", "package"):
        for name, content in zip_parts(made_of(place, form)).items():
            found[f"{form} {name}"] = content.decode()
    found["book"] = html_words(html_of(place))
    data = frozen_of(place).found["parts"]["measures"]
    for one in data["indicators"]:
        shown = page.result(one, 7)
        if shown.chart is not None:
            found[f"chart {shown.slug}"] = charts.to_json(shown.chart)
            found[f"drawing {shown.slug}"] = charts.svg(shown.chart)
            found[f"alt {shown.slug}"] = shown.chart["description"]
    return found


def holds(text: str, digits: str) -> bool:
    """Whether the number stands in a text, with or without grouping; not as a part of a longer one, as in a hash."""
    grouped = rf"{digits[:-3]}[,.\s\u00a0\u202f]?{digits[-3:]}"
    return re.search(rf"(?<![0-9a-f]){grouped}(?![0-9a-f])", text) is not None


# --- nothing hidden is in any of them ---


def test_no_hidden_value_is_in_any_text_that_a_funder_can_read(place):
    hidden = hidden_values(place)
    assert len(hidden) >= 6
    for name, text in texts_of(place).items():
        assert not [value for value in hidden if holds(text, value)], name


def test_the_same_search_finds_what_is_shown(place):
    """Or it would prove nothing: the published figure is found in each of them."""
    figure = frozen_of(place).found["parts"]["measures"]["indicators"][0]["figure"]["value"]
    texts = texts_of(place)
    for name in (
        "page",
        "json",
        "csv",
        "xlsx xl/worksheets/sheet1.xml",
        "package data.csv",
        "package publication.json",
        "book",
    ):
        assert holds(texts[name], figure), name
    assert holds(texts["chart completions"], figure)


@draws_pdf
def test_no_hidden_value_is_in_the_pdf(place):
    pdf = book.board_book(frozen_of(place), lambda done, total: None, uncompressed_pdf=True)
    words = pdf_words(pdf)
    figure = frozen_of(place).found["parts"]["measures"]["indicators"][0]["figure"]["value"]
    assert holds(words, figure), "the search reads it"
    assert "hidden to protect people" in words.casefold() or "hidden" in words
    assert not [value for value in hidden_values(place) if holds(words, value)]


def test_no_hidden_value_is_in_what_a_link_shows_in_a_cache_or_in_a_log_line(place, settings, caplog):
    """Everything is checked, published again and read through each door; then the cache and the log are searched."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "searched",
            "KEY_FUNCTION": settings.CACHES["default"]["KEY_FUNCTION"],
        }
    }
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="django.request")  # of which only errors are logged otherwise
    with place.scope():
        _link, token = make_link(place.initiative, place.people.ana, audience="funders")
        _embed, framed = make_link(
            place.initiative, place.people.ana, audience="funders", embeds=True, sites=["https://example.org"]
        )
        again = publications.begin(initiative=place.initiative, grain="month", period=OCTOBER, by=place.people.ana)
        publications.ask_to_check(publication=again, by=place.people.ana)
        publications.check(again.pk)
        again.refresh_from_db()
        publications.publish(publication=again, by=place.people.ana)
    doors = [(fay(place), address(place, rest)) for rest in ("", "data.json", "files/csv/", "ledger/")]
    doors += [(Client(), f"/s/{token}/{rest}") for rest in ("", "data.json", "ledger/", "feed.atom", "nothing/")]
    doors += [(Client(), f"/s/{framed}/chart/completions/")]
    read = {path: client.get(path).content.decode() for client, path in doors * 2}
    kept = {key: value.decode("utf-8", "replace") for key, value in caches["default"]._cache.items()}
    log = "\n".join(MaskedFormatter().format(record) for record in caplog.records)

    figure = frozen_of(place).found["parts"]["measures"]["indicators"][0]["figure"]["value"]
    assert holds(read[f"/s/{token}/"], figure), "the search reads what a link shows"
    assert any(holds(text, figure) for text in kept.values()), "and what is kept of it"
    assert "nothing/" in log, "what is not there is logged"
    hidden = hidden_values(place)
    for name, text in {**read, **kept, "log": log}.items():
        assert not [value for value in hidden if holds(text, value)], name
    caches["default"].clear()


def test_what_is_hidden_on_the_page_is_hidden_in_every_row(place):
    data = frozen_of(place).found["parts"]["measures"]
    withheld = sum(1 for _place, _line, figure in judging.figures(data) if figure.get("hidden"))
    rows = rows_of(made_of(place, "csv"))
    marked = [row for row in rows if row["hidden"]]
    assert len(marked) == withheld > 0
    for row in marked:
        assert row["words"] == row["hidden"] == "hidden to protect people"
        assert not any(row[name] for name in ("value", "numerator", "denominator", "lower", "upper"))
        assert int(row["expected"]) > 0, "who is in it is said all the same"


# --- rows ---


def test_the_rows_are_every_figure_of_the_publication_once(place):
    data = frozen_of(place).found["parts"]["measures"]
    rows = rows_of(made_of(place, "csv"))
    began = {one["line"]["slug"]: one["trend"][0][0] for one in data["indicators"]}
    there = {
        place._replace(first=max(place.first, began[place.indicator]))
        for place, _line, _figure in judging.figures(data)
    }
    assert len(rows) == len(there), "what began in this year has no more in the one year than in the other"
    names = [column.name for column in COLUMNS]
    assert list(rows[0]) == names
    keys = [tuple(row[name] for name in ("indicator", "whose", "breakdown", "category", "from", "to")) for row in rows]
    assert len(set(keys)) == len(keys)


def test_a_row_says_whose_of_which_span_how_complete_and_as_of_when(place):
    rows = rows_of(made_of(place, "csv"))
    whole = next(
        row
        for row in rows
        if row["whose"] == "All partners" and row["from"] == row["to"] == "2026-10" and not row["category"]
    )
    assert whole["result"] == "Young people finish training"
    assert (whole["indicator"], whole["code"], whole["kind"], whole["unit"]) == ("completions", "K1", "flow", "people")
    assert (whole["filed"], whole["expected"], whole["excused"], whole["state"]) == ("8", "8", "0", "complete")
    assert whole["target"] == "1250000"
    assert whole["as_of"] == f"{place.publication.as_of:%Y-%m-%dT%H:%M:%SZ}"
    assert whole["version"] == "1"
    assert whole["words"] == f"{int(whole['value']):,}"
    year = next(row for row in rows if (row["from"], row["to"]) == ("2026-09", "2026-10"))
    assert year["words"].endswith("so far"), "of a year that began in July nothing is before September"
    rate = next(row for row in rows if row["indicator"] == "placed" and row["from"] == row["to"])
    assert Decimal(rate["value"]) == round(Decimal(rate["numerator"]) / Decimal(rate["denominator"]), 12)


def test_partners_who_agreed_are_rows_and_the_others_are_together(place):
    rows = rows_of(made_of(place, "csv"))
    whose = {row["whose"] for row in rows}
    assert whose == {"All partners", "P1", "P2", "P3", "P4", "P5", "Others (3)"}
    totals = {
        row["whose"]: row["value"]
        for row in rows
        if row["from"] == row["to"] == "2026-10" and not row["category"] and row["code"] == "K1"
    }
    assert sum(int(value) for who, value in totals.items() if who != "All partners") == int(totals["All partners"])


# --- workbook ---


def test_the_workbook_has_numbers_as_numbers_a_frozen_head_and_no_formula(place):
    found = openpyxl.load_workbook(io.BytesIO(made_of(place, "xlsx")))
    assert found.sheetnames == ["Figures", "Indicators", "Notes"]
    sheet = found["Figures"]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [str(column.label) for column in COLUMNS]
    plain = rows_of(made_of(place, "csv"))
    assert sheet.max_row == len(plain) + 1
    at = {column.name: position for position, column in enumerate(COLUMNS)}
    for cells, row in zip(sheet.iter_rows(min_row=2), plain, strict=True):
        value = cells[at["value"]].value
        assert (value is None) == (row["value"] == "")
        assert value is None or (isinstance(value, int | float) and value == pytest.approx(float(row["value"])))
        assert isinstance(cells[at["filed"]].value, int)
        assert cells[at["name"]].data_type == "s"
        assert cells[at["name"]].value in ("'=Completions", "Placed", "Rare")


def test_its_notes_say_coverage_marks_sources_hash_and_how_to_cite(place):
    notes = openpyxl.load_workbook(io.BytesIO(made_of(place, "xlsx")))["Notes"]
    said = " ".join(str(cell.value) for row in notes.iter_rows() for cell in row if cell.value)
    for words in (
        "Hidden to protect people: a group of 1 to 10",
        "An empty number is no zero",
        place.body.sha256,
        "Version 1",
    ):
        assert words in said
    day = long_date(place.publication.published_at.astimezone(ZoneInfo("America/New_York")).date())
    assert f"Riverside: Riverside Youth to Work, October 2026. Version 1, published {day}." in said


# --- data package ---


def test_the_package_follows_the_specification(place):
    parts = zip_parts(made_of(place, "package"))
    assert list(parts) == ["datapackage.json", "README.md", "data.csv", "indicators.csv", "publication.json"]
    described = json.loads(parts["datapackage.json"])
    jsonschema.Draft202012Validator.check_schema(DATA_PACKAGE)
    jsonschema.Draft202012Validator(DATA_PACKAGE, format_checker=jsonschema.FormatChecker()).validate(described)
    assert described["profile"] == "tabular-data-package"
    for resource in described["resources"]:
        content = parts[resource["path"]]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        rows = rows_of(content)
        assert [field["name"] for field in resource["schema"]["fields"]] == list(rows[0])


def test_every_cell_of_the_package_is_of_the_type_that_it_declares(place):
    parts = zip_parts(made_of(place, "package"))
    described = json.loads(parts["datapackage.json"])
    shapes = {
        "number": r"-?\d+(\.\d+)?", "integer": r"-?\d+", "yearmonth": r"\d{4}-(0[1-9]|1[0-2])", "string": r"[\s\S]*",
        "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    }  # fmt: skip
    for resource in described["resources"]:
        for row in rows_of(parts[resource["path"]]):
            for field in resource["schema"]["fields"]:
                value = row[field["name"]]
                if value in resource["schema"]["missingValues"]:
                    assert not field.get("constraints", {}).get("required"), field["name"]
                else:
                    assert re.fullmatch(shapes[field["type"]], value), (field["name"], value)


def test_figures_of_the_package_lead_to_what_they_are_of(place):
    parts = zip_parts(made_of(place, "package"))
    indicators = rows_of(parts["indicators.csv"])
    assert [column.name for column in DEFINITIONS] == list(indicators[0])
    slugs = [row["indicator"] for row in indicators]
    assert len(set(slugs)) == len(slugs)
    assert {row["indicator"] for row in rows_of(parts["data.csv"])} == set(slugs)
    first = indicators[0]
    assert (first["definition"], first["target"], first["target_by"]) == ("Who finished.", "1250000", "2027-06")


def test_the_package_holds_the_frozen_bytes_and_their_hash(place):
    parts = zip_parts(made_of(place, "package"))
    assert parts["publication.json"] == place.body.body.encode()
    assert (
        json.loads(parts["datapackage.json"])["hash"]
        == f"sha256:{hashlib.sha256(parts['publication.json']).hexdigest()}"
    )
    assert place.body.sha256 in parts["README.md"].decode()


# --- the board book ---


def test_the_book_has_a_chapter_for_each_result_and_leads_there(place):
    html = html_of(place)
    anchors = re.findall(r'href="#([^"]+)"', html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(anchors) <= set(ids)
    assert {"where", "result-1", "indicator-completions", "indicator-placed", "behind", "notes"} <= set(anchors)
    for words in (
        "Young people finish training",
        "Two partners opened an evening group.",
        "Who stays.",
        "=Completions by partner",
        "8 of 8 partners have filed",
    ):
        assert words in html


def test_every_picture_of_the_book_says_what_it_shows(place):
    pictures = re.findall(r"<img [^>]*>", html_of(place))
    assert len(pictures) == 2, "of what is hidden in every month there is none"
    for picture in pictures:
        assert re.search(r'alt="[^"]{20,}"', picture)
        drawn = b64decode(re.search(r"base64,([^\"]+)", picture)[1]).decode()
        assert "#7a" in drawn or "stroke" in drawn
    assert "<svg" not in html_of(place), "a drawing without words would be read out as a figure"


@draws_pdf
def test_the_pdf_is_tagged_named_and_says_its_language(place):
    with_words = book.board_book(frozen_of(place), lambda done, total: None, uncompressed_pdf=True)
    for mark in (
        b"/MarkInfo",
        b"/StructTreeRoot",
        b"/Lang (en)",
        b"/DisplayDocTitle true",
        b"pdfuaid",
        b"/Figure",
        b"/Table",
        b"/H2",
        b"/Outlines",
    ):
        assert mark in with_words, mark
    assert with_words.count(b"/S /Figure") == with_words.count(b"/Alt ")
    assert b"Riverside Youth to Work, October 2026" in with_words
    words = pdf_words(with_words)
    count = len(re.findall(rb"/Type /Page\b(?!s)", with_words))
    assert f"2 of {count}" in words
    assert f"{count} of {count}" in words
    assert "Riverside · Riverside Youth to Work · October 2026" in words


@draws_pdf
def test_the_pdf_is_the_same_to_the_byte_whenever_it_is_made(place):
    first = made_of(place, "pdf")
    with time_machine.travel("2027-03-01T09:00:00Z"):
        assert made_of(place, "pdf") == first
    assert first.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("form", ["csv", "xlsx", "package"])
def test_files_are_the_same_to_the_byte_whenever_they_are_made(place, form):
    first = made_of(place, form)
    with time_machine.travel("2027-03-01T09:00:00Z"):
        assert made_of(place, form) == first


def test_a_document_opens_no_address_and_no_file(place, monkeypatch):
    if not book.is_possible():
        pytest.skip("the libraries for PDF are not on this machine")
    fetcher = book._fetcher(book._weasyprint())
    for url in (
        "http://127.0.0.1/",
        "file:///etc/passwd",
        f"{book.STATIC.as_uri()}/vendor/../../manage.py",
        "data:text/html,x",
    ):
        with pytest.raises(ValueError, match="opens nothing"):
            fetcher.fetch(url)


def test_documents_are_of_the_frozen_data_and_of_nothing_live(place, django_assert_num_queries):
    """Live rows are another world by now: not one statement is made."""
    with place.scope(), django_assert_num_queries(0):
        for form in ("csv", "xlsx", "package"):
            made_of(place, form)
        html_of(place)


def test_documents_are_in_the_readers_language(place):
    rows = rows_of(made_of(place, "csv", "es"))
    assert any(row["words"].endswith("hasta ahora") for row in rows)
    assert list(rows[0]) == list(rows_of(made_of(place, "csv"))[0]), "whatever the language, the same names of columns"
    assert [row["value"] for row in rows] == [row["value"] for row in rows_of(made_of(place, "csv"))]
    spanish = forms.make("package", frozen_of(place), "es", lambda done, total: None)
    assert json.loads(zip_parts(spanish)["datapackage.json"])["language"] == "es"


# --- asked for, made once, kept ---


def files_of(place, **found):
    return PublishedFile.objects.filter(body=place.body, **found)


def test_publishing_asks_for_every_document_of_both_audiences(place):
    with place.scope():
        asked = PublishedFile.objects.filter(body__publication=place.publication)
        assert sorted(asked.values_list("body__audience", "form")) == sorted(
            (audience, form) for audience in ("funders", "public") for form in forms.FORMS
        )
        assert not any(one.is_made for one in asked)


def test_a_worker_makes_it_once_and_it_is_never_altered(place):
    with place.scope():
        file = documents.ask(body=place.body, form="csv", language="es")
        assert documents.ask(body=place.body, form="csv", language="es").pk == file.pk
        documents.make(file.pk)
        file.refresh_from_db()
        first = bytes(file.content)
        assert file.sha256 == hashlib.sha256(first).hexdigest()
        documents.make(file.pk)
        assert documents.ask(body=place.body, form="csv", language="es").made_at == file.made_at
        with pytest.raises(InternalError), transaction.atomic():
            PublishedFile.objects.filter(pk=file.pk).update(content=b"other")
        with pytest.raises(InternalError), transaction.atomic():
            file.delete()


def test_one_that_fails_says_so_and_can_be_asked_for_again(place, monkeypatch):
    with place.scope():
        file = files_of(place, form="csv").get()
        broken = forms.Form(
            **{name: getattr(forms.FORMS["csv"], name) for name in forms.Form.__slots__}
            | {"make": lambda *_given: 1 / 0}
        )
        with monkeypatch.context() as patched:
            patched.setitem(forms.FORMS, "csv", broken)
            documents.make(file.pk)
        file.refresh_from_db()
        assert (file.problem, file.is_made) == ("failed", False)
    shown = fay(place).get(address(place, "files/csv/"))
    assert "It could not be made." in shown.content.decode()
    with place.scope():
        again = documents.ask(body=place.body, form="csv", language="en")
        assert again.problem == ""
        documents.make(again.pk)
        again.refresh_from_db()
        assert again.is_made


def test_without_the_libraries_the_page_says_what_to_install_and_offers_to_print(place, monkeypatch):
    def missing():
        raise book.Missing("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(book, "_weasyprint", missing)
    with place.scope():
        file = files_of(place, form="pdf").get()
        documents.make(file.pk)
        file.refresh_from_db()
        assert file.problem == documents.LIBRARIES
    shown = fay(place).get(address(place, "files/")).content.decode()
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in shown
    assert "print the page of the publication" in shown


@pytest.mark.parametrize(
    ("form", "language", "code"), [("exe", "en", "document.unknown_form"), ("csv", "tlh", "document.unknown_language")]
)
def test_nothing_else_is_made(place, form, language, code):
    with place.scope(), pytest.raises(Refused) as refused:
        documents.ask(body=place.body, form=form, language=language)
    assert refused.value.problems[0].code == code


def test_one_that_nobody_took_up_in_time_can_be_asked_for_again(place, django_capture_on_commit_callbacks):
    with place.scope():
        file = files_of(place, form="csv").get()
    assert "Make it" not in fay(place).get(address(place, "files/")).content.decode()
    with place.scope():
        PublishedFile.objects.filter(pk=file.pk).update(asked_at=timezone.now() - timedelta(minutes=3))
    assert "Make it" in fay(place).get(address(place, "files/csv/")).content.decode()
    with django_capture_on_commit_callbacks() as nudges, place.scope():
        again = documents.ask(body=place.body, form="csv", language="en")
        assert again.pk == file.pk
        assert not documents.is_lost(again)
    assert len(nudges) == 1


@pytest.mark.sees_all_tenants
def test_the_sweep_takes_up_what_was_lost_and_one_failure_does_not_stop_the_next(place, monkeypatch):
    with place.scope():
        PublishedFile.objects.exclude(form="csv").update(asked_at=timezone.now())
        PublishedFile.objects.filter(form="csv").update(asked_at=timezone.now() - timedelta(hours=1))
        assert len(documents.waiting()) == 2
    assert tasks.sweep_documents() == 2
    assert tasks.sweep_documents() == 0
    with place.scope():
        assert all(one.is_made for one in PublishedFile.objects.filter(form="csv"))


# --- the pages ---


def test_a_get_of_what_is_not_made_shows_the_page_and_makes_nothing(place):
    with place.scope():
        files_of(place).delete()
    shown = fay(place).get(address(place, "files/pdf/"))
    assert shown.status_code == 200
    assert "Make it" in shown.content.decode()
    with place.scope():
        assert not files_of(place).exists()
        assert not Visit.objects.filter(what="pdf").exists()


def test_a_post_asks_and_leads_back_to_the_list(place, django_capture_on_commit_callbacks):
    with place.scope():
        files_of(place).delete()
    client = fay(place)
    answer = client.post(address(place, "files/csv/"))
    assert (answer.status_code, answer.url) == (302, address(place, "files/"))
    shown = client.get(address(place, "files/")).content.decode()
    assert "It is being made" in shown
    assert 'hx-trigger="every 2s"' in shown
    part_of = client.get(address(place, "files/"), HTTP_HX_REQUEST="true").content.decode()
    assert part_of.lstrip().startswith('<div id="files"')
    with place.scope():
        file = files_of(place, form="csv").get()
        documents.make(file.pk)
    shown = client.get(address(place, "files/"), HTTP_HX_REQUEST="true").content.decode()
    assert 'Download<span class="visually-hidden"> Plain rows' in shown
    assert "hx-trigger" not in shown


def test_what_is_made_is_served_to_the_byte_and_each_taking_leaves_a_line(place):
    with place.scope():
        file = files_of(place, form="csv").get()
        documents.make(file.pk)
        file.refresh_from_db()
    client = fay(place)
    first, second = client.get(address(place, "files/csv/")), client.get(address(place, "files/csv/"))
    assert first.content == second.content == bytes(file.content)
    assert first["ETag"] == f'"{file.sha256}"'
    assert first["Content-Type"] == "text/csv; charset=utf-8"
    assert first["Content-Disposition"] == 'attachment; filename="riverside-work-2026-10-v1.csv"'
    kept = client.get(address(place, "files/csv/"), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (kept.status_code, kept.content) == (304, b"")
    assert client.head(address(place, "files/csv/")).status_code == 200
    with place.scope():
        taken = Visit.objects.filter(what="csv", member=place.people.fay, audience="funders")
        assert taken.count() == 2, "who has it already, or only asks whether it is there, took nothing"


def test_the_page_of_a_publication_links_its_documents(place):
    shown = fay(place).get(address(place)).content.decode()
    for form in forms.FORMS.values():
        assert f'href="{address(place, f"files/{form.slug}/")}"' in shown


def test_there_is_no_other_form_and_no_other_version(place):
    client = fay(place)
    assert client.get(address(place, "files/exe/")).status_code == 404
    assert client.get(place.url("published/2026-10-v2/files/")).status_code == 404


def test_a_stranger_finds_none_of_it(place, hillcrest):
    client = Client()
    client.force_login(user_of(hillcrest.people.sam))
    for rest in ("files/", "files/csv/"):
        assert client.get(address(place, rest)).status_code == 404
    assert client.post(address(place, "files/csv/")).status_code == 404


@pytest.fixture
def doors(place):
    """The same publication through a link and for everybody; the CSV for the public is made, in English."""
    with place.scope():
        Initiative.objects.update(is_public=True)
        _link, token = make_link(place.initiative, place.people.ana)
        place.public_body = PublishedBody.objects.get(publication=place.publication, audience="public")
        place.file = PublishedFile.objects.get(body=place.public_body, form="csv")
        documents.make(place.file.pk)
        place.file.refresh_from_db()
    place.doors = {
        "link": f"/s/{token}/",
        "everybody": f"/p/{place.tenant.slug}/{place.initiative.slug}/",
        "everybody, one version": f"/p/{place.tenant.slug}/{place.initiative.slug}/2026-10-v1/",
    }
    return place


@pytest.mark.parametrize("door", ["link", "everybody", "everybody, one version"])
def test_through_every_door_the_public_takes_its_own_documents(doors, door):
    client, home = Client(), doors.doors[door]
    shown = client.get(home).content.decode()
    assert f'href="{home}files/csv/"' in shown
    taken = client.get(f"{home}files/csv/")
    assert taken.content == bytes(doors.file.content)
    assert taken["ETag"] == f'"{doors.file.sha256}"'
    assert {row["whose"] for row in rows_of(taken.content)} == {"All partners"}, "partners agreed to funders alone"
    with doors.scope():
        visit = Visit.objects.get(what="csv")
        assert (visit.audience, visit.member) == ("public", None)


@pytest.mark.parametrize("door", ["link", "everybody", "everybody, one version"])
def test_whoever_has_no_login_can_have_one_made_in_another_language(doors, door):
    client, home = Client(enforce_csrf_checks=True), doors.doors[door]
    assert client.post(f"{home}files/csv/?language=es").status_code == 403
    shown = client.get(f"{home}files/csv/?language=es").content.decode()
    assert f'action="{home}files/csv/?language=es"' in shown
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)[1]
    asked = client.post(f"{home}files/csv/?language=es", {"csrfmiddlewaretoken": token})
    assert (asked.status_code, asked.url) == (302, f"{home}files/?language=es")
    with doors.scope():
        assert PublishedFile.objects.get(body=doors.public_body, form="csv", language="es").made_at is None
        assert PublishedFile.objects.filter(form="csv", language="es").count() == 1
