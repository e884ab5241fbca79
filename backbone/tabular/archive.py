"""The zip around an XLSX file: checked whole, by size, names, checksums and contents, before anything is parsed."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.faults import damaged, encrypted, unexpected_content, unsafe_xml
from backbone.tabular.table import MEGABYTE, Limits

CHUNK_BYTES = 64 * 1024
PIECE_BYTES = 16 * 1024  # a sheet that is only peeked at is parsed so far
SMALL_PART_BYTES = 4 * MEGABYTE  # parts that are read as a tree: workbook, relations, styles
HARMLESS_BYTES = MEGABYTE  # below this no ratio is dangerous, and small files often pack very well
LARGEST_STEP = 1032  # deflate cannot pack better than this
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_DECLARATIONS = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_LONGEST_DECLARATION = max(map(len, _DECLARATIONS))
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


class Archive:
    """The parts of a checked zip. Raises Refused on creation for every fault of the container."""

    def __init__(self, content: bytes, limits: Limits):
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _FAULTS as error:
            raise Refused(damaged(str(error))) from None
        members = self._zip.infolist()
        self.names = {member.filename for member in members}
        _check_declared(members, limits)
        for member in members:
            self._check_content(member)

    def stream(self, name: str) -> Iterator[bytes]:
        """The bytes of one part, in pieces. Never more than the zip declares; its checksum is verified at the end."""
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(PIECE_BYTES):
                    yield chunk
        except KeyError:
            raise Refused(damaged(f"{name} is missing")) from None
        except _FAULTS as error:
            raise Refused(damaged(f"{name}: {error}")) from None

    def read_small(self, name: str) -> bytes:
        """One part that is parsed as a tree, so it has to be small."""
        if self._zip.getinfo(name).file_size > SMALL_PART_BYTES:
            raise Refused(damaged(f"{name} is too large"))
        return b"".join(self.stream(name))

    def _check_content(self, member: zipfile.ZipInfo) -> None:
        is_picture = member.filename.lower().startswith("xl/media/")
        before = b""
        for chunk in self.stream(member.filename):
            if not before and chunk.startswith((ZIP, OLE)):
                raise Refused(unexpected_content(member.filename))
            if not is_picture:
                text = before[-_LONGEST_DECLARATION:] + chunk
                if any(word in text for word in _DECLARATIONS):
                    raise Refused(unsafe_xml(member.filename))
            before = chunk


def _check_declared(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        text = gettext_noop("The workbook consists of {found} parts; at most {limit} are allowed.")
        params = {"found": len(members), "limit": limits.members}
        hint = gettext_noop("Copy the table alone into a new workbook.")
        raise Refused(Problem("file.too_many_members", text, params, hint=hint, value=str(len(members))))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.unpacked_bytes or (
        unpacked > HARMLESS_BYTES and unpacked > limits.unpacked_ratio * max(packed, 1)
    ):
        text = gettext_noop(
            "The workbook unpacks to {size} MB from {packed} MB; "
            "at most {limit} MB, and {ratio} times its size, are allowed."
        )
        sizes: dict[str, object] = {
            "size": round(unpacked / MEGABYTE, 1),
            "packed": round(packed / MEGABYTE, 1),
            "limit": limits.unpacked_bytes // MEGABYTE,
            "ratio": limits.unpacked_ratio,
        }
        hint = gettext_noop("Copy the table alone into a new workbook, or save it as CSV.")
        raise Refused(Problem("file.unpacked_too_large", text, sizes, hint=hint))
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise Refused(unexpected_content(name))
        if member.flag_bits & 0x1:
            raise Refused(encrypted())
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(damaged(f"{name} is packed in an unknown way"))
        if name.lower() in seen:
            raise Refused(damaged(f"{name} is there twice"))
        if member.file_size > LARGEST_STEP * member.compress_size + CHUNK_BYTES:
            raise Refused(damaged(f"{name} declares an impossible size"))
        seen.add(name.lower())


def resolve(base: str, target: str) -> str:
    """The name of a part that a relation of part `base` points to."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
