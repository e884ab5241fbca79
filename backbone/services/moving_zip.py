"""A tenant's export as one archive that is sent while it is made: never whole in memory, whatever there is.

Each table goes to a file on the disk first, since a compressed member has to be known piece by piece; from there into the
archive, whose bytes leave as they come. Unpacked it is the folder that `import_tenant` takes. Somebody in the tenant takes
it away, so what nobody in it may see is left out.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from backbone.models import Tenant
from backbone.services import moving

PIECE = 256 * 1024


class _Leaving:
    """What an archive is written into: it keeps what was written until somebody takes it, and cannot go back."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        found = b"".join(self.waiting)
        self.waiting.clear()
        return found


def archive(tenant: Tenant) -> Iterator[bytes]:
    """The pieces of a ZIP of the whole tenant, as of one instant. To be read outside any scope: it opens its own."""
    with tempfile.TemporaryDirectory(prefix="backbone-export-") as place:
        folder = Path(place) / "export"
        moving.export_tenant(tenant, folder, withholds=True)
        leaving = _Leaving()
        with zipfile.ZipFile(cast("IO[bytes]", leaving), "w", zipfile.ZIP_DEFLATED) as made:
            for path in sorted(folder.iterdir()):
                with path.open("rb") as file, made.open(f"{tenant.slug}/{path.name}", "w", force_zip64=True) as member:
                    while piece := file.read(PIECE):
                        member.write(piece)
                        yield leaving.take()
                path.unlink()
        yield leaving.take()
