"""Which documents there are, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from backbone.documents.body import Body
from backbone.documents.book import board_book
from backbone.documents.package import package
from backbone.documents.workbook import csv, workbook

PDF = "pdf"
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of document: `label` on a button, `title` and `words` beside it, and what it is to a browser."""

    slug: str
    label: Any
    title: Any
    words: Any
    ending: str
    content_type: str
    make: Callable[[Body, Tell], bytes]


FORMS: dict[str, Form] = {
    form.slug: form
    for form in (
        Form(
            PDF,
            gettext_lazy("PDF"),
            gettext_lazy("Board book"),
            gettext_lazy(
                "To print or to send: cover, contents, a chapter for each result with charts, tables and notes."
            ),
            "pdf",
            "application/pdf",
            board_book,
        ),
        Form(
            "xlsx",
            gettext_lazy("Excel"),
            gettext_lazy("Workbook"),
            gettext_lazy("Every figure in rows, with what it is of, notes, and how to cite it."),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda body, tell: workbook(body),
        ),
        Form(
            "csv",
            gettext_lazy("CSV"),
            gettext_lazy("Plain rows"),
            gettext_lazy("The same rows as text, for any program."),
            "csv",
            "text/csv; charset=utf-8",
            lambda body, tell: csv(body),
        ),
        Form(
            "package",
            gettext_lazy("Data package (zip)"),
            gettext_lazy("Open data package"),
            gettext_lazy("A zip with the rows, what each column means, and the published data with their hash."),
            "zip",
            "application/zip",
            lambda body, tell: package(body),
        ),
    )
}


def make(form: str, body: Body, language: str, tell: Tell) -> bytes:
    """A document of a body in a language; its days are those of the tenant."""
    with translation.override(language), timezone.override(body.timezone):
        return FORMS[form].make(body, tell)
