"""The rows of a file that have to be corrected, given back as a file of the same kind that can be uploaded again."""

from __future__ import annotations

import io
from collections import defaultdict
from typing import NamedTuple

from backbone import tabular
from backbone.wording import say
from measures.importing.office import Office
from measures.importing.preview import Preview
from measures.importing.workbooks import ask


class Given(NamedTuple):
    """A file to give back; `is_workbook` says of which kind it is."""

    content: bytes
    is_workbook: bool


def rows_to_correct(preview: Preview, office: Office) -> Given:
    """The rows with an error as they came, and what is wrong with each.

    Of a workbook that was filled in: the same workbook with those rows alone. Where one of them cannot be asked for
    (its month is closed by now, its key was changed) all of them come as a table in our columns.
    """
    workbook = _workbook(preview, office)
    if workbook is not None:
        return Given(workbook, True)
    assert preview.table is not None
    return Given(b"".join(tabular.write_bad_rows(preview.table, preview.findings.problems, say)), False)


def _workbook(preview: Preview, office: Office) -> bytes | None:
    from measures.importing.workbooks.writing import Marked, write_workbook

    filled = preview.filled
    if filled is None:
        return None
    reasons: dict[int, list[str]] = defaultdict(list)
    for problem in preview.findings.problems:
        if problem.row is not None and not problem.is_warning:
            reasons[problem.row].append(say(problem))
    if not all(number in filled.rows_of for number in reasons):
        return None
    marked = {
        filled.rows_of[number][0]: Marked(filled.typed(number), " ".join(dict.fromkeys(words)))
        for number, words in reasons.items()
    }
    asked = ask(office, office.seats[filled.partner], filled.since, filled.until)
    if not set(marked) <= {str(cell.key(filled.partner)) for cell in asked.cells}:
        return None
    file = io.BytesIO()
    write_workbook(file, asked, marked)
    return file.getvalue()
