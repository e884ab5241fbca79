"""How large a picture is that somebody sends, by the few bytes that say so: nothing is unpacked to find out. Pure."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# The segments of a JPEG that begin a frame: all of 0xC0 to 0xCF but those of tables (C4, CC) and one kept for later (C8).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # segments without a length


def size_of(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG or a JPEG in pixels; None of anything else, and of one that does not say or has none."""
    found = _of_png(content) if content.startswith(_PNG) else _of_jpeg(content) if content.startswith(_JPEG) else None
    return found if found and all(found) else None


def _of_png(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _of_jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind = content[at + 1]
        if kind == 0xFF:  # filling
            at += 1
        elif kind in _ALONE:
            at += 2
        elif kind in _FRAMES:
            if at + 9 > len(content):
                return None
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
