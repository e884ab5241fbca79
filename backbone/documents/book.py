"""The board book: a publication as a tagged PDF, with a cover, contents, and a chapter for each result.

WeasyPrint needs system libraries (Pango). Where they are missing, `Missing` says what to install, and the page of the
publication prints as well.
"""

from __future__ import annotations

import logging
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string, select_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backbone.documents.body import Body, instant_text, instant_words
from backbone.look import accent as accents

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")  # as apt names them
STATIC = Path(settings.BASE_DIR) / "static"
EPOCH = "SOURCE_DATE_EPOCH"
PICTURES = tuple(f"data:image/{kind};base64," for kind in ("svg+xml", "png", "jpeg"))

logging.getLogger("weasyprint").setLevel(logging.ERROR)


class Missing(Exception):
    """The libraries that draw PDF are not on this machine."""


def board_book(body: Body, tell: Callable[[int, int], None], **options: Any) -> bytes:
    """The PDF; `options` go to WeasyPrint. Raises Missing."""
    weasyprint = _weasyprint()
    html = book_html(body, lambda done, total: tell(40 * done // max(total, 1), 100))
    page = weasyprint.HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher(weasyprint))
    with _clock(body.published_at):
        laid_out = page.render(pdf_variant="pdf/ua-1", **options)
        tell(80, 100)
        return laid_out.write_pdf(pdf_identifier=body.sha256[:32].encode(), pdf_variant="pdf/ua-1", **options)


def is_possible() -> bool:
    """Whether this machine can draw PDF."""
    try:
        _weasyprint()
    except Missing:
        return False
    return True


def book_html(body: Body, tell: Callable[[int, int], None]) -> str:
    """The book before it is laid out."""
    accent = accents.legible(body.tenant.get("accent"))
    year_starts = body.tenant["fiscal_year_starts"]
    parts, contents = [], []
    everything = list(body.parts())
    for done, (condition, data) in enumerate(everything):
        tell(done, len(everything))
        context = dict(condition.printed(data, year_starts)) | {"accent": body.tenant.get("accent", "")}
        contents += context.get("contents", ())
        template = select_template([f"{condition.slug}/_published_print.html", f"{condition.slug}/_published.html"])
        parts.append(template.render(context))
    tell(1, 1)
    context = {
        "body": body,
        "parts": mark_safe("\n".join(parts)),  # noqa: S308  (made by our own templates)
        "contents": contents,
        "accent": body.tenant.get("accent", ""),
        "as_of": instant_words(body.as_of),
        "created": instant_text(body.published_at),
        "css": _style(body, accent),
        "logo": body.logo and f"data:{body.logo.media_type};base64,{b64encode(body.logo.content).decode()}",
    }
    return render_to_string("backbone/book/book.html", context)


def _style(body: Body, accent: str) -> SafeString:
    head = " · ".join((body.tenant["name"], body.initiative["name"], body.span))
    words = {"version": body.version, "at": instant_words(body.as_of)}
    # Translators: at the foot of a page.
    foot = _("Version %(version)s, figures as of %(at)s") % words
    # Translators: the number of a page and of all pages.
    pages = _("%(page)s of %(pages)s") % {"page": "\0page\0", "pages": "\0pages\0"}
    content = " ".join(
        f"counter({piece})" if piece in ("page", "pages") else _quoted(piece) for piece in pages.split("\0") if piece
    )
    context = {"accent": accent, "head": _quoted(head), "foot": _quoted(foot), "pages": content}
    css = render_to_string("backbone/book/book.css", {name: mark_safe(one) for name, one in context.items()})  # noqa: S308
    return mark_safe(css)  # noqa: S308


def _quoted(text: str) -> str:
    """A text as a string of CSS; nothing in it can end the string, or the style element."""
    return '"' + "".join(one if one.isalnum() else f"\\{ord(one):06x}" for one in text) + '"'


@contextmanager
def _clock(at: datetime) -> Iterator[None]:
    """The instant that is written into the fonts of a document, so that it comes out the same each time."""
    before = os.environ.get(EPOCH)
    os.environ[EPOCH] = str(int(at.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ[EPOCH]
        else:
            os.environ[EPOCH] = before


def _weasyprint() -> Any:
    try:
        import weasyprint  # a large library, and one that needs others of the system
    except OSError as error:
        raise Missing(str(error)) from error
    return weasyprint


def _fetcher(weasyprint: Any) -> Any:
    """Opens our fonts, our own drawings and the logo, and nothing else: no address, no other file."""
    fonts = STATIC.as_uri() + "/vendor/"

    class Fetcher(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith((fonts, *PICTURES)) or ".." in url:
                raise ValueError("A document opens nothing but its own fonts and pictures.")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=("file", "data"))
