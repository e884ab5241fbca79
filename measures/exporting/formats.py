"""Every format that figures go out in, behind one verb: write it to a file, whatever its length, and say what was left
out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

from backbone.models import Initiative, Membership
from backbone.problems import Problem, gettext_noop
from backbone.roles import Can
from backbone.tabular import Columns, write_csv, write_xlsx
from measures.exporting import dhis2, iati
from measures.exporting.figures import EVERYTHING, Wanted, figure_rows, published_rows, tidy

TIDY = Columns(
    names=("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note")
)
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Write = Callable[[BinaryIO, Initiative, str, Wanted], list[Problem]]


@dataclass(frozen=True, slots=True)
class Export:
    """One format: its slug, its name, what a file of it is called and is, and how it is written."""

    slug: str
    name: str
    ending: str
    content_type: str
    write: Write
    needs: tuple[Can, ...] = (Can.READ_PARTNER_FIGURES,)  # all of them

    def is_for(self, membership: Membership) -> bool:
        return all(membership.can(can) for can in self.needs)


def _all(initiative: Initiative, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    return chain(tidy(figure_rows(initiative, wanted)), published_rows(initiative, wanted))


def _csv(file: BinaryIO, initiative: Initiative, _scheme: str, wanted: Wanted) -> list[Problem]:
    file.writelines(write_csv(_all(initiative, wanted), TIDY))
    return []


def _xlsx(file: BinaryIO, initiative: Initiative, _scheme: str, wanted: Wanted) -> list[Problem]:
    write_xlsx(file, _all(initiative, wanted), TIDY)
    return []


def _dhis2(pieces: Callable) -> Write:
    def write(file: BinaryIO, initiative: Initiative, scheme: str, wanted: Wanted) -> list[Problem]:
        left_out = dhis2.LeftOut()
        file.writelines(pieces(dhis2.values(initiative, scheme or "dhis2", left_out, wanted)))
        return left_out.problems()

    return write


def _iati(file: BinaryIO, initiative: Initiative, _scheme: str, _wanted: Wanted) -> list[Problem]:
    file.writelines(iati.pieces(initiative))
    return []


EXPORTS = {
    one.slug: one
    for one in (
        Export("csv", gettext_noop("Tidy CSV"), "figures.csv", CSV, _csv),
        Export("xlsx", gettext_noop("Spreadsheet (.xlsx)"), "figures.xlsx", XLSX, _xlsx),
        Export(
            "dhis2-json", gettext_noop("DHIS2 data value set, JSON"), "dhis2.json", "application/json",
            _dhis2(dhis2.json_pieces),
        ),
        Export(
            "dhis2-xml", gettext_noop("DHIS2 data value set, XML"), "dhis2.xml", "application/xml", _dhis2(dhis2.xml_pieces)
        ),
        Export("dhis2-csv", gettext_noop("DHIS2 data value set, CSV"), "dhis2.csv", CSV, _dhis2(dhis2.csv_pieces)),
        Export(
            "iati", gettext_noop("IATI results (2.03)"), "iati.xml", "application/xml", _iati,
            (Can.READ_PARTNER_FIGURES, Can.READ_ROLLUPS),
        ),
    )
}  # fmt: skip


def write_export(
    slug: str, file: BinaryIO, initiative: Initiative, *, scheme: str = "", wanted: Wanted = EVERYTHING
) -> list[Problem]:
    """Write the figures in a format of `EXPORTS`; what it had no words for. Raises Refused when a file cannot hold it."""
    return EXPORTS[slug].write(file, initiative, scheme, wanted)
