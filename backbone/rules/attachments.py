"""What a file is that somebody attaches, by its first bytes and never by its name. Pure."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib

BYTES_AT_MOST = 5 * 1024 * 1024
NAME_AT_MOST = 120

# What reading a ZIP raises that somebody made wrong, on purpose or not; LZMAError among them is an exception like no other.
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, ValueError, OverflowError, NotImplementedError,
    RuntimeError, OSError, struct.error,
)  # fmt: skip
_STARTS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXT = "application/vnd.oasis.opendocument.text"


def kind_of(content: bytes) -> tuple[str, str] | None:
    """(media type, ending) of a PDF, a picture, or a document of Word or LibreOffice; None for anything else."""
    for start, media_type, ending in _STARTS:
        if content.startswith(start):
            return media_type, ending
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return None if any(name.lower().endswith("vbaproject.bin") for name in names) else (_WORD, ".docx")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return (_TEXT, ".odt") if archive.read("mimetype").strip() == _TEXT.encode() else None
    except _FAULTS:
        return None
    return None


def file_name(said: str, ending: str) -> str:
    """A name that any system can keep, with the ending of what the file is."""
    last = re.split(r"[\\/]", said)[-1]
    stem = last.rpartition(".")[0] if "." in last else last
    stem = re.sub(r"[^\w\- ]+", "-", stem, flags=re.ASCII).strip(" -.")[:NAME_AT_MOST]
    return (stem or "agreement") + ending


def size_of(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG or a JPEG, as it says at its beginning; None for anything else, and for what is empty or
    broken. Nothing is unpacked."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 24:
        size = struct.unpack(">II", content[16:24])
        return size if all(size) else None
    return _size_of_jpeg(content) if content.startswith(b"\xff\xd8\xff") else None


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    """From the first frame header (SOF); the segments before it are skipped by the length that they give."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        kind, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if kind == 0xFF:  # one more byte that only fills
            place += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return (width, height) if width and height else None
        if kind in (0xD9, 0xDA) or length < 2:
            return None
        place += 2 + length
    return None


def fitted(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """A size as it fits into a box, never larger than it is, at least one pixel each way."""
    share = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
