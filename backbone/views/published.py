"""Publications as they are read: the page, its frozen data, what moved since. Nothing here can change anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from backbone import conditions
from backbone.access import member_can
from backbone.look.numbers import period_name
from backbone.models import Publication, PublishedBody, Restated
from backbone.roles import Can
from backbone.selectors import publications as reads
from backbone.selectors.publications import EditionName
from backbone.services import visits

CACHED_SECONDS = 24 * 3600
TEMPLATES = 1  # part of the key of what is kept: raise it when a template of a part says something else


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
    publication, newer = reads.versions(initiative, edition)
    if publication is None:
        raise Http404
    audience = reads.audience_of(request.membership)
    body = reads.body_of(publication, audience)
    moved = told(reads.ledger(publication, audience), reads.content(body)["parts"])
    seen_at = reads.last_visit(publication, request.membership) if moved else None
    visits.record(publication, audience, "page", member=request.membership)
    context = page_context(body, _year_asked(request, body)) | {
        "initiative": initiative,
        "publication": publication,
        "edition": edition,
        "newer": None if newer is None else _row(newer),
        "moved": moved,
        "seen_at": seen_at if seen_at is not None and any(one.noticed_at > seen_at for one in moved) else None,
        "may_publish": reads.reads_drafts(request.membership),
    }
    return render(request, "backbone/published.html", context)


@member_can(Can.READ_RESULTS)
@require_safe
def data(request, initiative, edition):
    """The frozen JSON, to the byte."""
    publication = _found(initiative, edition)
    audience = reads.audience_of(request.membership)
    visits.record(publication, audience, "data", member=request.membership)
    return frozen_answer(reads.body_of(publication, audience), edition)


@member_can(Can.READ_RESULTS)
@require_safe
def ledger(request, initiative, edition):
    """What of a publication is another figure by now: old, new, why, who, when."""
    publication = _found(initiative, edition)
    audience = reads.audience_of(request.membership)
    parts = reads.content(reads.body_of(publication, audience))["parts"]
    context = {
        "initiative": initiative,
        "publication": publication,
        "edition": edition,
        "title": span_name(publication),
        "rows": told(reads.history(publication, audience), parts),
    }
    return render(request, "backbone/published_ledger.html", context)


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
    return shown_body(found, year_starts, parts_html(body, found, year_starts))


def shown_body(found: dict[str, Any], year_starts: int, html: SafeString) -> dict[str, Any]:
    """The same for a body whose parts are rendered already: a frozen one's, or a proof's."""
    headline = next((part["headline"] for part in found["parts"].values() if part.get("headline")), "")
    return {
        "body": found,
        "span_name": period_name(_month(found["period"]), found["grain"]),
        "headline": headline or found["initiative"]["name"],
        "as_of": datetime.fromisoformat(found["as_of"]),
        "published_at": datetime.fromisoformat(found["published_at"]) if found.get("published_at") else None,
        "parts": html,
        "years": [(month, year_name(month), month == year_starts) for month in years_of(found)],
    }


def parts_html(body: PublishedBody, found: dict[str, Any], year_starts: int) -> SafeString:
    """The conditions' parts as HTML. A body never changes, so what was rendered once is kept."""
    key = f"published:{TEMPLATES}:{body.pk}:{get_language()}:{year_starts}"
    try:
        kept = cache.get(key)
    except (RedisError, OSError):
        kept = None
    if kept is None:
        kept = render_parts(found["parts"], year_starts)
        with suppress(RedisError, OSError):
            cache.set(key, str(kept), CACHED_SECONDS)
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


def _year_asked(request, body: PublishedBody) -> int:
    usual = years_of(reads.content(body))
    asked = request.GET.get("year", "")
    return 1 if asked == "calendar" else int(asked) if asked in map(str, usual) else usual[0]


def _found(initiative, edition: EditionName) -> Publication:
    publication, _newer = reads.versions(initiative, edition)
    if publication is None:
        raise Http404
    return publication


def _row(publication: Publication) -> dict[str, Any]:
    return {"publication": publication, "edition": EditionName.of(publication), "name": span_name(publication)}


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
