"""Files that come along in the form that applies them, packed, so that nothing that nobody wanted stays here."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.table import MEGABYTE

MOST_BYTES = 6 * MEGABYTE  # of all files together, unpacked


def pack(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpack(files: Iterable[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """(name, content) of files as `pack` packed them. Raises Refused for anything else."""
    found, left = [], MOST_BYTES
    for name, text in files:
        try:
            unpacking = zlib.decompressobj()
            content = unpacking.decompress(base64.b64decode(text, validate=True), left + 1)
            if not unpacking.eof and len(content) <= left:
                raise ValueError("half a file")
        except (binascii.Error, ValueError, zlib.error):
            raise Refused(
                Problem("file.lost", gettext_noop("The file was lost on the way. Choose it again."))
            ) from None
        left -= len(content)
        if left < 0:
            raise Refused(too_large())
        found.append((name[:200], content))
    return found


def too_large() -> Problem:
    sentence = gettext_noop("The files are over {limit} MB together. Split them.")
    return Problem("file.too_large", sentence, {"limit": MOST_BYTES // MEGABYTE})
