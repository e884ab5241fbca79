"""Publications as they are read: the page, its frozen data, one chart, what moved since. Nothing here can change anything.

Members read them here; holders of a link in `views.shared`, everybody in `views.public`. All three go through the same
`show_…` functions, and differ by their `Door` alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from backbone import conditions
from backbone.access import member_can
from backbone.caching import release
from backbone.htmx import page_or_part, wants_part
from backbone.look.numbers import period_name
from backbone.models import Audience, Membership, Publication, PublishedBody, Restated, ShareLink
from backbone.roles import Can
from backbone.selectors import publications as reads
from backbone.selectors.publications import EditionName
from backbone.services import documents, visits
from backbone.templatetags.bb import chosen_theme
from backbone.views import downloads

CACHED_SECONDS = 24 * 3600
# What many readers' addresses ask of a page; what somebody made up is worth no room.
CHOICES = {"year": {"calendar"}, "language": set(dict(settings.LANGUAGES)), "theme": {"light", "dark", "auto"}}


@dataclass(frozen=True, slots=True)
class Door:
    """Through which door a publication is read: as which audience, by whom, in which frame, and at which addresses.

    An address that is empty is not to be had through this door; a document's is that of all `files` with its form behind
    it. `newer` is the newer version that it leads on to:
    `publication` and `url`.
    """

    audience: str
    page: str
    data: str
    ledger: str = ""
    files: str = ""
    feed: str = ""
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
    page = Paginator(reads.published(initiative), 50).get_page(request.GET.get("page"))
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
    is_kept = door.member is None and not body.has_moved and _is_usual(request.GET)
    html = _kept_page(request, body, door) if is_kept else _page(request, body, door)
    door.note(body, "page")
    return HttpResponse(html)


def _page(request, body: PublishedBody, door: Door) -> str:
    rows = reads.ledger(body.publication, body.audience) if body.has_moved else []
    moved = told(rows, reads.content(body)["parts"])
    context = page_context(body, year_asked(request, body)) | {
        "door": door,
        "files": [
            *downloads.links(door.files, downloads.said_language(request)),
            {"url": door.data, "label": _("Data")},
        ],
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


def _is_usual(asked: QueryDict) -> bool:
    return all(len(said) == 1 and said[0] in CHOICES.get(name, ()) for name, said in asked.lists())


def _kept_page(request, body: PublishedBody, door: Door) -> str:
    """The page of a reader without a login, which is the same for all who chose alike: kept without the link's secret
    and without the nonce, which are put in again for each."""
    own = [str(request.csp_nonce), *([door.secret] if door.secret else [])]
    tenant, newer = request.tenant, door.newer and door.newer["publication"].pk
    where = door.page.replace(door.secret, "") if door.secret else door.page
    chosen = (sorted(request.GET.items()), chosen_theme(request.COOKIES.get("theme")))
    on = repr((where, chosen, newer, tenant.name, tenant.accent, tenant.timezone))

    def make() -> str:
        html = _page(request, body, door)
        for place, word in enumerate(own):
            html = html.replace(word, f"\0{place}\0")
        return html

    html: str = _kept(body, f"page:{hashlib.sha256(on.encode()).hexdigest()}", make)
    for place, word in enumerate(own):
        html = html.replace(f"\0{place}\0", word)
    return html


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
        "title": span_name(publication),
        "rows": told(reads.history(publication, body.audience), reads.content(body)["parts"]),
    }
    return render(request, "backbone/published_ledger.html", context)


def show_chart(request, body: PublishedBody, door: Door, slug: str) -> HttpResponse:
    """One chart alone, with its numbers, for a frame on another site. Raises Http404 when there is none of that name."""
    html = chart_html(body, slug, year_asked(request, body))
    if html is None:
        raise Http404
    door.note(body, "chart")
    found = reads.content(body)
    context = {"door": door, "chart": html} | _heading(found)
    return render(request, "backbone/published_chart.html", context)


def show_files(request, body: PublishedBody, door: Door, wanted: str = "") -> HttpResponse:
    """Every document of a version, with its state; asks again while one is being made. `wanted`: the form that somebody
    came for."""
    context = downloads.context_of(body, door.files, downloads.said_language(request), wanted) | {
        "door": door,
        "publication": body.publication,
        "title": span_name(body.publication),
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
    door.note(body, form)
    return downloads.answer(request, made, body)


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


def page_context(body: PublishedBody, year_starts: int) -> dict[str, Any]:
    """What `_publication.html` needs to show a frozen body, its years beginning in that month."""
    found = reads.content(body)
    return shown_body(found, year_starts, parts_html(body, found, year_starts)) | {"sha256": body.sha256}


def shown_body(found: dict[str, Any], year_starts: int, html: SafeString) -> dict[str, Any]:
    """The same for a body whose parts are rendered already: a frozen one's, or a proof's."""
    return _heading(found) | {
        "headline": headline_of(found),
        "parts": html,
        "years": [(month, year_name(month), month == year_starts) for month in years_of(found)],
    }


def _heading(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": found,
        "span_name": period_name(_month(found["period"]), found["grain"]),
        "as_of": datetime.fromisoformat(found["as_of"]),
        "published_at": datetime.fromisoformat(found["published_at"]) if found.get("published_at") else None,
    }


def headline_of(found: dict[str, Any]) -> str:
    """What heads a publication: what a condition says does, else the initiative's name."""
    said = next((part["headline"] for part in found["parts"].values() if part.get("headline")), "")
    return said or found["initiative"]["name"]


def parts_html(body: PublishedBody, found: dict[str, Any], year_starts: int) -> SafeString:
    """The conditions' parts as HTML."""
    return _kept(body, f"{year_starts}", lambda: render_parts(found["parts"], year_starts))


def chart_html(body: PublishedBody, slug: str, year_starts: int) -> SafeString | None:
    """One chart of a body as HTML, by the slug that its condition gives it; None when no condition has it."""
    found = _kept(body, f"{year_starts}:{slug}", lambda: render_chart(reads.content(body)["parts"], slug, year_starts))
    return found or None


def _kept(body: PublishedBody, what: str, make: Callable[[], str]) -> SafeString:
    """A body never changes, so what was rendered of it once is kept, in each language: by its hash, so that not even a
    database that was put back to yesterday's gets another's."""
    key = f"published:{release()}:{body.sha256}:{get_language()}:{what}"
    try:
        kept = cache.get(key)
    except (RedisError, OSError):
        kept = None
    if kept is None:
        kept = str(make())
        if kept:  # an address that somebody made up is worth no room
            with suppress(RedisError, OSError):
                cache.set(key, kept, CACHED_SECONDS)
    return mark_safe(kept)  # noqa: S308  (made by our own templates)


def render_parts(parts: dict[str, Any], year_starts: int) -> SafeString:
    """Each condition's part through its own template."""
    by_slug = {condition.slug: condition for condition in conditions.registered()}
    html = [
        render_to_string(f"{slug}/_published.html", dict(by_slug[slug].shown(parts[slug], year_starts)))
        for slug in conditions.SLUGS
        if slug in parts
    ]
    return mark_safe("\n".join(html))  # noqa: S308  (as above)


def render_chart(parts: dict[str, Any], slug: str, year_starts: int) -> str:
    """A chart through the template of the first condition that has one of that slug; empty when none has."""
    for condition in conditions.registered():
        part = parts.get(condition.slug)
        context = condition.chart(part, slug, year_starts) if part else None
        if context is not None:
            return render_to_string(f"{condition.slug}/_published_chart.html", {**context, "is_alone": True})
    return ""


def years_of(found: dict[str, Any]) -> list[int]:
    """The years a reader can choose: the tenant's as it was then, and the calendar's."""
    return list(dict.fromkeys((found["tenant"]["fiscal_year_starts"], 1)))


def year_name(month: int) -> str:
    return _("Calendar year") if month == 1 else _("Year from %(month)s") % {"month": MONTHS[month]}


def span_name(publication: Publication) -> str:
    return period_name(publication.period, publication.grain)


def frozen_answer(body: PublishedBody, edition: EditionName) -> HttpResponse:
    """The frozen bytes with their hash; a browser shows or keeps them."""
    response = HttpResponse(body.body.encode(), content_type="application/json")
    response.headers["ETag"] = f'"{body.sha256}"'
    response.headers["Content-Disposition"] = f'inline; filename="{edition}.json"'
    return response


def year_asked(request, body: PublishedBody) -> int:
    """The month in which years begin for this reader: as the address says, else as the tenant's do."""
    usual = years_of(reads.content(body))
    asked = request.GET.get("year", "")
    return 1 if asked == "calendar" else int(asked) if asked in map(str, usual) else usual[0]


def named(initiative, edition: EditionName) -> tuple[Publication, Publication | None]:
    """The publication of an address, and the newer one of its span. Raises Http404 when there is none."""
    publication, newer = reads.versions(initiative, edition)
    if publication is None:
        raise Http404
    return publication, newer


def _row(publication: Publication) -> dict[str, Any]:
    return {"publication": publication, "edition": EditionName.of(publication), "name": span_name(publication)}


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
