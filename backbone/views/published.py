"""Publications as they are read: the page, its frozen data, one chart, what moved since. Nothing here can change anything.

Members read them here; holders of a link in `views.shared`, everybody in `views.public`. All three go through the same
`show_…` functions, and differ by their `Door` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from backbone import conditions
from backbone.access import member_can
from backbone.htmx import page_or_part, wants_part
from backbone.models import Audience, Membership, Publication, PublishedBody, Restated, ShareLink
from backbone.paging import page_of
from backbone.roles import Can
from backbone.selectors import publications as reads
from backbone.selectors.publications import EditionName
from backbone.services import documents, visits
from backbone.views import downloads, rendered


@dataclass(frozen=True, slots=True)
class Door:
    """Through which door a publication is read: as which audience, by whom, in which frame, and at which addresses.

    An address that is empty is not to be had through this door; a document's is that of all `files` with its form behind
    it. `newer` is the newer version that it leads on to: `publication` and `url`.
    """

    audience: str
    page: str
    data: str
    ledger: str = ""
    files: str = ""
    feed: str = ""
    logo: str = ""  # the picture beside the tenant's name, where it has one
    newer: Mapping[str, Any] | None = None
    frame: str = "base.html"
    member: Membership | None = None
    link: ShareLink | None = None
    is_indexed: bool = False  # whether search engines may keep it
    secret: str = ""  # what in its addresses nobody may keep

    @property
    def shows_reasons(self) -> bool:
        """Why a figure moved, and who moved it, is in words that were not written for everybody."""
        return self.audience == Audience.FUNDERS

    def note(self, body: PublishedBody, what: str) -> None:
        """Write down that somebody came through."""
        visits.record(body.publication_id, self.audience, what, member=self.member, link=self.link)


@member_can(Can.READ_RESULTS)
@require_safe
def latest(request, initiative):
    """The latest publication; before there is one, what will stand here."""
    found = reads.latest(initiative)
    if found is None:
        context = {"initiative": initiative, "may_publish": reads.reads_drafts(request.membership)}
        return render(request, "backbone/published_none.html", context)
    return redirect("backbone:published", request.tenant.slug, initiative.slug, EditionName.of(found))


@member_can(Can.READ_RESULTS)
@require_safe
def edition_list(request, initiative):
    """Every publication with its versions, the latest first."""
    page = page_of(request, reads.published(initiative), 50)
    context = {"initiative": initiative, "page": page, "rows": [_row(one) for one in page]}
    return render(request, "backbone/published_list.html", context)


@member_can(Can.READ_RESULTS)
@require_safe
def edition(request, initiative, edition):
    """One version of a publication, as it was published; a banner above says what moved since."""
    publication, newer = named(initiative, edition)
    door = _door(request, initiative, edition, newer)
    return show_page(request, reads.body_of(publication, door.audience), door)


@member_can(Can.READ_RESULTS)
@require_safe
def data(request, initiative, edition):
    """The frozen JSON, to the byte."""
    publication, _newer = named(initiative, edition)
    door = _door(request, initiative, edition)
    return show_data(reads.body_of(publication, door.audience), door)


@member_can(Can.READ_RESULTS)
@require_safe
def ledger(request, initiative, edition):
    """What of a publication is another figure by now: old, new, why, who, when."""
    publication, _newer = named(initiative, edition)
    door = _door(request, initiative, edition)
    return show_ledger(request, reads.body_of(publication, door.audience), door)


@member_can(Can.READ_RESULTS)
@require_safe
def file_list(request, initiative, edition):
    """Every document of a version, with its state."""
    publication, _newer = named(initiative, edition)
    door = _door(request, initiative, edition)
    return show_files(request, reads.body_of(publication, door.audience), door)


@member_can(Can.READ_RESULTS)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request, initiative, edition, form: str):
    """GET: the document when it is made, else the page; POST: have it made."""
    publication, _newer = named(initiative, edition)
    door = _door(request, initiative, edition)
    return show_file(request, reads.body_of(publication, door.audience), door, form)


def _door(request, initiative, edition: EditionName, newer: Publication | None = None) -> Door:
    place = (request.tenant.slug, initiative.slug)

    def at(name: str, which: EditionName = edition) -> str:
        return reverse(f"backbone:{name}", args=[*place, which])

    return Door(
        audience=reads.audience_of(request.membership),
        page=at("published"),
        data=at("published-data"),
        ledger=at("published-ledger"),
        files=at("published-files"),
        newer=newer and {"publication": newer, "url": at("published", EditionName.of(newer))},
        member=request.membership,
    )


def show_page(request, body: PublishedBody, door: Door) -> HttpResponse:
    """A version as it was published, below what moved since and whether there is a newer one."""
    if door.member is None and not body.has_moved and rendered.is_usual(request.GET):
        where = door.page.replace(door.secret, "") if door.secret else door.page
        newer = door.newer and door.newer["publication"].pk
        make = partial(_page, request, body, door)
        html = rendered.kept_page(request, body, (where, newer), door.secret, make)
    else:
        html = _page(request, body, door)
    door.note(body, "page")
    return HttpResponse(html)


def _page(request, body: PublishedBody, door: Door) -> str:
    rows = reads.ledger(body.publication, body.audience) if body.has_moved else []
    moved = told(rows, reads.content(body)["parts"])
    context = rendered.page_context(body, rendered.year_asked(request, body)) | {
        "door": door,
        "files": [
            *downloads.links(door.files, downloads.said_language(request)),
            {"url": door.data, "label": "JSON"},
        ],
        "files_url": door.files and door.files + downloads.said_language(request),
        "moved": moved,
        "seen_at": _seen_before(moved, body, door),
    }
    return render_to_string("backbone/published.html", context, request)


def _seen_before(moved: list[MovedRow], body: PublishedBody, door: Door) -> datetime | None:
    """When this member read it last, where something moved after that."""
    if not moved or door.member is None:
        return None
    seen_at = reads.last_visit(body.publication, door.member)
    return seen_at if seen_at is not None and any(one.noticed_at > seen_at for one in moved) else None


def show_data(body: PublishedBody, door: Door) -> HttpResponse:
    """The frozen bytes with their hash; a browser shows or keeps them."""
    door.note(body, "data")
    return frozen_answer(body, EditionName.of(body.publication))


def show_ledger(request, body: PublishedBody, door: Door) -> HttpResponse:
    """Every change of a published figure since, newest first."""
    publication = body.publication
    context = {
        "door": door,
        "publication": publication,
        "title": rendered.span_name(publication),
        "rows": told(reads.history(publication, body.audience), reads.content(body)["parts"]),
    }
    return render(request, "backbone/published_ledger.html", context)


def show_chart(request, body: PublishedBody, door: Door, slug: str) -> HttpResponse:
    """One chart alone, with its numbers, for a frame on another site. Raises Http404 when there is none of that name."""
    html = rendered.chart_html(body, slug, rendered.year_asked(request, body))
    if html is None:
        raise Http404
    door.note(body, "chart")
    found = reads.content(body)
    context = {"door": door, "chart": html} | rendered.heading(found)
    return render(request, "backbone/published_chart.html", context)


def show_files(request, body: PublishedBody, door: Door, wanted: str = "") -> HttpResponse:
    """Every document of a version, with its state; asks again while one is being made. `wanted`: the form that somebody
    came for."""
    context = downloads.context_of(body, door.files, downloads.said_language(request), wanted) | {
        "door": door,
        "publication": body.publication,
        "title": rendered.span_name(body.publication),
        "sha256": body.sha256,
    }
    return page_or_part(request, "backbone/published_files.html", "backbone/_published_files.html", context)


def show_file(request, body: PublishedBody, door: Door, form: str) -> HttpResponse:
    """A document to the byte when it is made, else the page with its button: a GET makes nothing. A POST has it made.

    Raises Http404 for a form that there is not.
    """
    if form not in downloads.FORMS:
        raise Http404
    if request.method == "POST":
        documents.ask(body=body, form=form, language=downloads.language())
        if wants_part(request):
            return show_files(request, body, door)
        return redirect(door.files + downloads.said_language(request))
    made = downloads.made(body, form)
    if made is None:
        return show_files(request, body, door, wanted=form)
    response = downloads.answer(request, made, body)
    if request.method == "GET" and response.status_code == 200:
        door.note(body, form)  # who only asked whether there is one, or has it already, took nothing
    return response


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A line of the ledger, in the reader's language."""

    what: str
    before: str
    after: str
    reason: str
    by: str
    at: datetime
    noticed_at: datetime


def told(rows: list[Restated], parts: dict[str, Any]) -> list[MovedRow]:
    """Ledger rows in words, as the condition that knows the figure says them."""
    by_slug = {condition.slug: condition for condition in conditions.registered()}
    found = []
    for row in rows:
        words = by_slug[row.condition].moved_words(parts.get(row.condition, {}), row.figure, row.before, row.after)
        by = row.by.name if row.by is not None else ""
        found.append(MovedRow(*words, row.reason, by, row.at, row.noticed_at))
    return found


def frozen_answer(body: PublishedBody, edition: EditionName) -> HttpResponse:
    """The frozen bytes with their hash; a browser shows or keeps them."""
    response = HttpResponse(body.body.encode(), content_type="application/json")
    response.headers["ETag"] = f'"{body.sha256}"'
    response.headers["Content-Disposition"] = f'inline; filename="{edition}.json"'
    return response


def named(initiative, edition: EditionName) -> tuple[Publication, Publication | None]:
    """The publication of an address, and the newer one of its span. Raises Http404 when there is none."""
    publication, newer = reads.versions(initiative, edition)
    if publication is None:
        raise Http404
    return publication, newer


def _row(publication: Publication) -> dict[str, Any]:
    return {"publication": publication, "edition": EditionName.of(publication), "name": rendered.span_name(publication)}
