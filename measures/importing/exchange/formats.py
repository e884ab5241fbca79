"""Every format a file may come in, behind one pair of verbs: check it, then write it. One rule set, whatever the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from backbone.models import Initiative, Membership, Tenant
from backbone.problems import Problem, Refused, gettext_noop
from backbone.roles import Can
from backbone.tabular import DEFAULT, Limits
from measures.importing.exchange.checking import check_size, check_values
from measures.importing.exchange.codes_file import import_codes
from measures.importing.exchange.iati import Results
from measures.importing.exchange.metadata import Metadata
from measures.importing.exchange.things import CHANGED, NEW, SAME, Things, tried
from measures.importing.preview import Preview, apply

TIDY, CODES, METADATA, RESULTS = "tidy", "codes", "dhis2-metadata", "iati"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its slug, its name, what it brings, and who may bring it."""

    slug: str
    name: str
    brings: str
    needs: tuple[Can, ...]
    accept: str


_FIGURES = (Can.DRAFT, Can.OVERRIDE)
_DEFINITIONS = (Can.DEFINE_INDICATORS,)

FORMATS = {
    one.slug: one
    for one in (
        Format(
            "dhis2", gettext_noop("DHIS2 data value set"), gettext_noop("Figures, as JSON, XML or CSV"), _FIGURES,
            ".json,.xml,.csv",
        ),
        Format("adx", gettext_noop("ADX"), gettext_noop("Figures, as XML"), _FIGURES, ".xml"),
        Format(
            METADATA, gettext_noop("DHIS2 metadata"),
            gettext_noop("Data elements, indicators, categories and validation rules, as JSON"), _DEFINITIONS, ".json",
        ),
        Format(
            RESULTS, gettext_noop("IATI results"),
            gettext_noop("Indicators, baselines, targets and actuals, as XML of version 2.01 to 2.03"), _DEFINITIONS, ".xml",
        ),
        Format(
            CODES, gettext_noop("Codes"), gettext_noop("What codes of other systems stand for, as CSV or a spreadsheet"),
            _DEFINITIONS, ".csv,.xlsx",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a file besides its format: whose codes it has, whether approved figures change, and why."""

    scheme: str = ""
    replace: bool = False
    because: str = ""
    submit: bool = True
    approve: bool = False


def check(
    source: str,
    content: bytes,
    filename: str,
    *,
    initiative: Initiative,
    tenant: Tenant,
    by: Membership | None,
    asked: Asked = Asked(),
    limits: Limits = DEFAULT,
) -> Preview | Things:
    """What the file would change; nothing is written. Raises Refused for a fault of the file itself, and
    `format.not_yours` for who may not bring it."""
    _may(source, by)
    if source in ("dhis2", "adx"):
        return check_values(
            content, filename, source=source, scheme=asked.scheme, initiative=initiative, tenant=tenant, by=by,
            replace=asked.replace, limits=limits,
        )  # fmt: skip
    check_size(content, limits)
    return tried(_work(source, content, filename, initiative=initiative, tenant=tenant, by=by, asked=asked))


def write(
    source: str,
    content: bytes,
    filename: str,
    *,
    initiative: Initiative,
    tenant: Tenant,
    by: Membership | None,
    asked: Asked = Asked(),
    limits: Limits = DEFAULT,
) -> tuple[dict[str, Any], int, int, int]:
    """Write what `check` shows, all or nothing: (the report, created, changed, unchanged). Raises Refused."""
    _may(source, by)
    with transaction.atomic():
        if source in ("dhis2", "adx"):
            preview = check(
                source, content, filename, initiative=initiative, tenant=tenant, by=by, asked=asked, limits=limits
            )
            assert isinstance(preview, Preview)
            receipt = apply(preview, by=by, submit=asked.submit, approve=asked.approve, because=asked.because)
            return preview.as_dict(), receipt.created, receipt.changed, preview.unchanged + receipt.unchanged
        check_size(content, limits)
        things = _work(source, content, filename, initiative=initiative, tenant=tenant, by=by, asked=asked)()
        if things.has_errors:
            raise Refused(*things.findings.shown, *(things.figures.findings.shown if things.figures else ()))
        counts = things.counts
        if things.figures is None:
            return things.as_dict(), counts[NEW], counts[CHANGED], counts[SAME]
        receipt = apply(things.figures, by=by, submit=asked.submit, approve=asked.approve, because=asked.because)
        return things.as_dict(), receipt.created, receipt.changed, receipt.unchanged


def _work(source, content, filename, *, initiative, tenant, by, asked: Asked) -> Callable[[], Things]:
    if source == METADATA:
        return Metadata(content, initiative, by, asked.scheme).run
    if source == RESULTS:
        return Results(content, initiative, tenant, by, asked.scheme, asked.replace).run
    return partial(import_codes, content, filename, initiative=initiative, by=by)


def _may(source: str, by: Membership | None) -> None:
    if by is not None and not any(by.can(can) for can in FORMATS[source].needs):
        text = gettext_noop("Only somebody who defines what is measured may bring in this format.")
        raise Refused(Problem("format.not_yours", text))
