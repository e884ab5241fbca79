"""What is published, as HTML: each condition's part through its own template, and what of it is kept.

A body never changes, so that what was rendered of it once is kept in the cache, by its hash, in each language; of a page
without a login all of it, but for the link's secret and the nonce, which are put in again for each reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from backbone import conditions
from backbone.caching import release
from backbone.look.numbers import period_name
from backbone.models import Publication, PublishedBody
from backbone.selectors import publications as reads
from backbone.templatetags.bb import chosen_theme

CACHED_SECONDS = 24 * 3600
# What many readers' addresses ask of a page; what somebody made up is worth no room.
CHOICES = {"year": {"calendar"}, "language": set(dict(settings.LANGUAGES)), "theme": {"light", "dark", "auto"}}


def is_usual(asked: QueryDict) -> bool:
    """Whether an address asks for nothing that nobody else asks for."""
    return all(len(said) == 1 and said[0] in CHOICES.get(name, ()) for name, said in asked.lists())


def kept_page(request, body: PublishedBody, of: Sequence[Any], secret: str, make: Callable[[], str]) -> str:
    """The page of a reader without a login, which is the same for all who chose alike, by what else it is made `of`: kept
    without the link's secret and without the nonce."""
    own = [str(request.csp_nonce), *([secret] if secret else [])]
    tenant = request.tenant
    chosen = (sorted(request.GET.items()), chosen_theme(request.COOKIES.get("theme")))
    on = repr((*of, chosen, tenant.name, tenant.accent, tenant.logo, tenant.timezone))

    def without_own() -> str:
        html = make()
        for place, word in enumerate(own):
            html = html.replace(word, f"\0{place}\0")
        return html

    html: str = keep(body, f"page:{hashlib.sha256(on.encode()).hexdigest()}", without_own)
    for place, word in enumerate(own):
        html = html.replace(f"\0{place}\0", word)
    return html


def page_context(body: PublishedBody, year_starts: int) -> dict[str, Any]:
    """What `_publication.html` needs to show a frozen body, its years beginning in that month."""
    found = reads.content(body)
    return shown_body(found, year_starts, parts_html(body, found, year_starts)) | {"sha256": body.sha256}


def shown_body(found: dict[str, Any], year_starts: int, html: SafeString) -> dict[str, Any]:
    """The same for a body whose parts are rendered already: a frozen one's, or a proof's."""
    return heading(found) | {
        "headline": headline_of(found),
        "parts": html,
        "years": [(month, year_name(month), month == year_starts) for month in years_of(found)],
    }


def heading(found: dict[str, Any]) -> dict[str, Any]:
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
    return keep(body, f"{year_starts}", lambda: render_parts(found["parts"], year_starts))


def chart_html(body: PublishedBody, slug: str, year_starts: int) -> SafeString | None:
    """One chart of a body as HTML, by the slug that its condition gives it; None when no condition has it."""
    found = keep(body, f"{year_starts}:{slug}", lambda: render_chart(reads.content(body)["parts"], slug, year_starts))
    return found or None


def keep(body: PublishedBody, what: str, make: Callable[[], str]) -> SafeString:
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


def year_asked(request, body: PublishedBody) -> int:
    """The month in which years begin for this reader: as the address says, else as the tenant's do."""
    usual = years_of(reads.content(body))
    asked = request.GET.get("year", "")
    return 1 if asked == "calendar" else int(asked) if asked in map(str, usual) else usual[0]


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
