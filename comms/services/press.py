"""Many mails from few templates: what readers share is rendered and styled once for a batch, and what is each one's own
is filled in.

A part is one piece of a mail's body, as text and as rows of its table. What is a reader's own stands in a template as a
mark from Unicode's private use, which no text of ours holds (`own` takes them out of what people wrote).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import css_inline
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from backbone.models import Tenant
from comms.services.pictures import logo_of

NAME, CODES, SUBJECT, CONTENT = "\ue000", "\ue001", "\ue003", "\ue004"
TOKEN = "token-of-the-reader"  # noqa: S105  stands in addresses, which would escape the others
OPEN, CLOSE, URL, WORDS = "\ue005", "\ue006", "\ue007", "\ue008"
_MARKS: dict[int, None] = dict.fromkeys(range(0xE000, 0xE009))


@dataclass(frozen=True, slots=True)
class Pressed:
    """A piece of a mail, as text and as HTML with its styles in it."""

    text: str = ""
    html: str = ""


@lru_cache(maxsize=1)
def inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class Press:
    """What a batch of mails of one tenant has rendered so far, by template, language and what it was made of."""

    def __init__(self, tenant: Tenant):
        self._tenant = tenant
        self.logo = logo_of(tenant)
        self._made: dict[tuple, Pressed] = {}
        self._style = render_to_string("_email_style.css", {"accent": tenant.accent})

    def part(self, name: str, key: Hashable, context: Callable[[], Mapping[str, Any]]) -> Pressed:
        """The rows of `comms/email/<name>`, rendered when nobody of the batch had them yet."""
        made = (name, get_language(), key)
        if made not in self._made:
            words = context()
            text = render_to_string(f"comms/email/{name}.txt", words)
            rows = render_to_string(f"comms/email/{name}.html", words)
            self._made[made] = Pressed(text, self._inlined(rows))
        return self._made[made]

    def frame(self, name: str, key: Hashable, context: Callable[[], Mapping[str, Any]]) -> Pressed:
        """The whole of `comms/email/<name>` around its content."""
        made = (name, get_language(), key)
        if made not in self._made:
            words = {
                "tenant": self._tenant,
                "accent": self._tenant.accent,
                "logo": self.logo,
                "content": CONTENT,
                **context(),
            }
            text = render_to_string(f"comms/email/{name}.txt", words).strip() + "\n"
            html = inliner().inline(render_to_string(f"comms/email/{name}.html", words))
            self._made[made] = Pressed(text, html)
        return self._made[made]

    def _inlined(self, rows: str) -> str:
        """Rows of a table with their styles, as a table of their own."""
        table = f'<table role="presentation" width="100%">{rows}</table>'
        return inliner().inline_fragment(table, self._style)


def own(text: str) -> str:
    """A text of somebody's without the marks."""
    return text if text.isascii() else text.translate(_MARKS)


def filled(piece: Pressed, words: Mapping[str, str]) -> Pressed:
    """A piece with each mark as these words, escaped where it is HTML."""
    text, html = piece.text, piece.html
    for mark, said in words.items():
        text, html = text.replace(mark, own(said)), html.replace(mark, escape(own(said)))
    return Pressed(text, html)


def repeated(piece: Pressed, rows: Iterable[tuple[str, str]]) -> Pressed:
    """A piece whose line between OPEN and CLOSE comes once for each of these (words, address)."""
    rows = list(rows)
    return Pressed(_repeated(piece.text, rows, own), _repeated(piece.html, rows, lambda text: escape(own(text))))


def _repeated(whole: str, rows: Iterable[tuple[str, str]], said: Callable[[str], str]) -> str:
    before, _, rest = whole.partition(OPEN)
    line, _, after = rest.partition(CLOSE)
    return before + "".join(line.replace(URL, said(url)).replace(WORDS, said(words)) for words, url in rows) + after


def joined(frame: Pressed, parts: Iterable[Pressed]) -> Pressed:
    """A frame with these parts as its content."""
    parts = list(parts)
    text = "".join(part.text for part in parts)
    html = "".join(part.html for part in parts)
    return Pressed(frame.text.replace(CONTENT, text), frame.html.replace(CONTENT, html))
