"""What a reader of a document finds in it: the words of a PDF, the parts of a zip."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from base64 import b64decode

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_FONT = re.compile(rb"/(\S+) (\d+) 0 R")
_DRAWING = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")


def pdf_words(pdf: bytes) -> str:
    """The text of a PDF of ours, page after page: glyphs by the font's own map to letters. Runs of one text object are
    joined, for a word can be in several."""
    objects = _objects(pdf)
    pdf = b"\n".join(objects.values())
    fonts: dict[bytes, dict[bytes, str]] = {}
    for names in re.findall(rb"/Font <<(.*?)>>", pdf, re.S) + [
        objects[int(number)] for number in re.findall(rb"/Font (\d+) 0 R", pdf)
    ]:
        for name, number in _FONT.findall(names):
            to_unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            if to_unicode:
                fonts[name] = _letters(objects[int(to_unicode[1])])
    found = []
    for body in objects.values():
        stream = _STREAM.search(body)
        if stream and b" Tf" in stream[1]:
            found.append(_drawn(stream[1], fonts))
    return "\n".join(found)


def _objects(pdf: bytes) -> dict[int, bytes]:
    """What the PDF is made of, by number: unpacked, and also those that lie several in one stream."""
    found = {}
    for number, body in re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.S):
        head, begins, packed = body.partition(b"stream\n")
        if begins and b"/FlateDecode" in head:
            plain = zlib.decompressobj().decompress(packed)
            if b"/ObjStm" in head:
                first = int(re.search(rb"/First (\d+)", head)[1])
                told = [int(word) for word in plain[:first].split()]  # each number, and where it begins
                ends = [*told[3::2], len(plain) - first]
                for inner, start, end in zip(told[::2], told[1::2], ends, strict=True):
                    found[inner] = plain[first + start : first + end].strip()
                continue
            body = b"%sstream\n%s\nendstream" % (head, plain)
        found[int(number)] = body
    return found


def _letters(cmap: bytes) -> dict[bytes, str]:
    pairs = re.findall(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>", cmap)
    return {glyph.lower(): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _drawn(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    words, letters = [], {}
    for font, shown, end in re.findall(rb"/(\S+) [-\d.]+ Tf|\[?((?:<[0-9a-fA-F]+>[-\d. ]*)+)\]? ?TJ|\b(ET)\b", content):
        if font:
            letters = fonts.get(font, {})
        elif end:
            words.append("\n")
        else:
            for run in re.findall(rb"<([0-9a-fA-F]+)>", shown):
                glyphs = [run[at : at + 4].lower() for at in range(0, len(run), 4)]
                words += [letters.get(glyph, "\ufffd") for glyph in glyphs]
    return "".join(words)


def html_words(html: str) -> str:
    """A page with the drawings in it as the text that they are."""
    return _DRAWING.sub(lambda found: b64decode(found[1]).decode(), html)


def zip_parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        return {name: given.read(name) for name in given.namelist()}
