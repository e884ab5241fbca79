"""A file of another system, judged as a whole: the report that comes before anything is written."""

from __future__ import annotations

from backbone.models import Initiative, Membership, Tenant
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular import DEFAULT, Findings, Limits
from backbone.tabular.table import MEGABYTE
from backbone.wording import say
from measures.importing.exchange import adx, dhis2
from measures.importing.exchange.mapping import load_codes
from measures.importing.exchange.translate import Translator
from measures.importing.exchange.values import CREATED, REFUSED, UNCHANGED, DataValue, Exchanged
from measures.importing.office import Office
from measures.importing.preview import Preview, judge
from measures.importing.reading import Reader

VALUE_FORMATS = ("dhis2", "adx")


def check_values(
    content: bytes,
    filename: str,
    *,
    source: str,
    scheme: str = "",
    initiative: Initiative,
    tenant: Tenant,
    by: Membership | None,
    replace: bool = False,
    limits: Limits = DEFAULT,
) -> Preview:
    """Read and judge a file of data values. Raises Refused for a fault of the file itself; the rest is in the preview.

    `scheme` names whose codes they are, where an initiative knows several systems of one format.
    """
    check_size(content, limits)
    findings = Findings()
    office = Office(initiative, by, tenant)
    office.may_replace = office.may_replace and replace
    exchanged = Exchanged(source, scheme or source)
    values = _values(content, filename, source, findings, limits)
    if limits.rows is not None and len(values) > limits.rows:
        text = gettext_noop("The file has {count} values; at most {limit} are read at a time. Split it.")
        raise Refused(Problem("file.too_many_rows", text, {"count": len(values), "limit": limits.rows}))
    translator = Translator(load_codes(office, exchanged.scheme), exchanged, findings)
    reader = Reader(office, findings)
    read = list(reader.rows(translator.rows(values)))
    preview = judge(office, read, findings, replace=replace)
    preview.row_count, preview.blank = len(values), reader.blank_rows
    _close(preview, translator, exchanged)
    preview.exchanged = exchanged
    return preview


def check_size(content: bytes, limits: Limits) -> None:
    if limits.file_bytes is not None and len(content) > limits.file_bytes:
        text = gettext_noop("The file has {size} MB; at most {limit} MB are allowed. Split it.")
        params = {"size": round(len(content) / MEGABYTE, 1), "limit": limits.file_bytes // MEGABYTE}
        raise Refused(Problem("file.too_large", text, params))


def _values(content: bytes, filename: str, source: str, findings: Findings, limits: Limits) -> list[DataValue]:
    return adx.read_values(content) if source == "adx" else dhis2.read_values(content, filename, findings, limits)


def _close(preview: Preview, translator: Translator, exchanged: Exchanged) -> None:
    """One verdict for each value: that of the cell it went into, the first problem's where there is one."""
    wrong: dict[int, str] = {}
    for problem in preview.findings.problems:
        if problem.row is not None and not problem.is_warning:
            wrong.setdefault(problem.row, say(problem))
    for gathered in translator.cells.values():
        for value in gathered.sources:
            if value.number in translator.verdicts and translator.verdicts[value.number].verdict != CREATED:
                continue
            if gathered.row in wrong:
                translator.say(value, REFUSED, wrong[gathered.row])
            else:
                translator.say(value, preview.verdicts.get(gathered.row, UNCHANGED))
    exchanged.close(translator.verdicts.values())
