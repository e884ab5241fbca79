"""Words out of marked-up text: what directories keep as HTML, read as a person reads it. Pure."""

from __future__ import annotations

import re
from html import unescape

_LOOKS_MARKED = re.compile(r"<[/a-zA-Z!]|&[a-zA-Z#][a-zA-Z0-9]*;")
# A tag that was cut off with the text, as fields of a fixed length leave it.
_CUT_OFF = re.compile(r"<(?:/?(?:br?|p|i|u|a|ul|ol|li|div|span|strong|em|font|table|tr|td)\b[^<>]*)?$", re.IGNORECASE)
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "head", "title", "template"}
# Each sign is looked at a few times at most, whatever stands there: a field of a stranger's file may be all brackets.
_TAG = re.compile(r"""<[!?][^<>]*>|<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_NO_SIGN = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")  # larger than the number of any sign
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")


def words(text: str) -> str:
    """The words of a text, tags and what they hide taken out, references read, blanks and empty lines settled."""
    if _LOOKS_MARKED.search(text):
        text = _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", _untagged(_uncommented(_CUT_OFF.sub("", text))))
        text = unescape(unescape(text))  # directories often mark a text up that is marked up already
    lines = (_BLANKS.sub(" ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def _uncommented(text: str) -> str:
    first, *others = text.split("<!--")
    return first + "".join(one.partition("-->")[2] for one in others)


def _untagged(text: str) -> str:
    pieces, at, silent = [], 0, 0
    for tag in _TAG.finditer(text):
        if not silent:
            pieces.append(text[at : tag.start()])
        at = tag.end()
        name = (tag[2] or "").lower()
        if name in _SILENT:
            silent = max(0, silent - 1) if tag[1] else silent + 1
        elif name in _BREAKS:
            pieces.append("\n")
    if not silent:
        pieces.append(text[at:])
    return "".join(pieces)


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(words(text).split())
