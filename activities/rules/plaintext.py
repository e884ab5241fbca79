"""Words out of marked-up text: what directories keep as HTML, read as a person reads it. Pure."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_LOOKS_MARKED = re.compile(r"<[/a-zA-Z!]|&[a-zA-Z#][a-zA-Z0-9]*;")
# A tag that was cut off with the text, as fields of a fixed length leave it.
_CUT_OFF = re.compile(r"<(?:/?(?:br?|p|i|u|a|ul|ol|li|div|span|strong|em|font|table|tr|td)\b[^<>]*)?$", re.IGNORECASE)
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "head", "title", "template"}
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag):
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(data)


def words(text: str) -> str:
    """The words of a text, tags and what they hide taken out, references read, blanks and empty lines settled."""
    if _LOOKS_MARKED.search(text):
        text = _CUT_OFF.sub("", text)
        reader = _Words()
        reader.feed(text)
        reader.close()
        text = unescape("".join(reader.pieces))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(words(text).split())
