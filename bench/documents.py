"""The documents of a publication, each made once by a worker: a board book of ten pages and more, a workbook, rows, a package."""

from __future__ import annotations

import re
import time
from datetime import timedelta

from django.utils import timezone

from backbone.documents import book, forms
from backbone.documents.body import Body
from backbone.models import PublishedBody
from backbone.services import publications
from bench import then, worlds
from bench.measuring import Report
from measures.models import Indicator
from measures.rules.periods import add_months
from measures.services import rollups

PARTNERS, INDICATORS, MONTHS, CATEGORIES = 9, 6, 24, 4
AT_MOST = 6.0  # seconds of one core for a board book of ten pages
PAGE = re.compile(rb"/Type /Page\b(?!s)")


def documents(report: Report, quick: bool) -> None:
    """Each form of one body, in a worker that has made one before, and the first of a worker as well."""
    indicators = 2 if quick else INDICATORS
    world = worlds.make(
        "bench-books-made", partners=PARTNERS, indicators=indicators, months=MONTHS, categories=CATEGORIES
    )
    body = _published(world)
    report.title(f"Documents of a publication: {indicators} indicators, {PARTNERS} partners, {MONTHS} months")
    if not book.is_possible():
        report.fact("board book", "the libraries for PDF are not on this machine", is_met=False)
    for slug, form in forms.FORMS.items():
        if slug == "pdf" and not book.is_possible():
            continue
        first, content = _taken(slug, body)
        again, same = min((_taken(slug, body) for _turn in range(1 if quick else 3)), key=lambda taken: taken[0])
        report.fact(f"{form.title}: of one core, the first of a worker", f"{first:8.2f} s")
        limit = f", at most {AT_MOST:g}" if slug == "pdf" else ""
        report.fact(f"{form.title}: of one core", f"{again:8.2f} s{limit}", is_met=slug != "pdf" or again <= AT_MOST)
        report.fact(f"{form.title}: bytes", f"{len(content):8,}", is_met=content == same)
    if book.is_possible():
        pages = len(PAGE.findall(book.board_book(body, lambda done, total: None, uncompressed_pdf=True)))
        report.fact("Board book: pages", f"{pages:8,}", is_met=quick or pages >= 10)


def _taken(form: str, body: Body) -> tuple[float, bytes]:
    started = time.process_time()  # of this process alone, whatever else the machine does
    content = forms.make(form, body, "en", lambda done, total: None)
    return time.process_time() - started, content


def _published(world: worlds.World) -> Body:
    """The frozen body of the last month that has figures."""
    last = add_months(worlds.FIRST_MONTH, MONTHS - 1)
    with world.scope():
        Indicator.objects.update(definition="Who finished a course in the month, and was there for most of it.")
        rollups.rebuild(world.initiative)
    then.write_history(world, timezone.now() - timedelta(days=1))
    with world.scope():
        draft = publications.begin(initiative=world.initiative, grain="month", period=last, by=world.steward)
        words = {"story": "Two partners opened an evening group. " * 4, "unknown": "Who of them stays. " * 3}
        for choice in draft.choices["measures"]:
            choice |= words
        publications.choose(publication=draft, choices=draft.choices, by=world.steward)
        publications.ask_to_check(publication=draft, by=world.steward)
        publications.check(draft.pk)
        draft.refresh_from_db()
        made = publications.publish(publication=draft, by=world.steward)
        found = PublishedBody.objects.get(publication=made, audience="funders")
        return Body.of(found.body, found.sha256)
