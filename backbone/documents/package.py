"""The open data package: a zip after Frictionless' Data Package v1, with the figures, what they are, and the frozen data.

Specification: https://specs.frictionlessdata.io/ (data-package, tabular-data-package, tabular-data-resource,
table-schema). The licence is the publisher's own to give: what the initiative says of its sources goes along in words.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backbone.documents.body import Body, instant_text
from backbone.documents.columns import COLUMNS, DEFINITIONS, Column, definition_rows, definitions
from backbone.documents.workbook import csv, note_rows, zipped
from backbone.tabular import write_csv

OPEN_GOVERNMENT = {
    "name": "OGL-UK-3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "title": "Open Government Licence v3.0",
}
ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;]")
REQUIRED = frozenset(
    ("indicator", "name", "kind", "whose", "from", "to", "filed", "expected", "state", "as_of", "version")
)


def package(body: Body) -> bytes:
    """The zip; the same body in the same language gives the same bytes."""
    figures = csv(body)
    indicators = b"".join(write_csv(definition_rows(body), [column.name for column in DEFINITIONS]))
    files = {"data.csv": figures, "indicators.csv": indicators, "publication.json": body.text.encode()}
    described = json.dumps(descriptor(body, files), ensure_ascii=False, indent=2) + "\n"
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {
            "datapackage.json": described.encode(), "README.md": readme(body).encode(), **files,
        }.items():  # fmt: skip
            made.writestr(zipped(name), content)
    return found.getvalue()


def descriptor(body: Body, files: dict[str, bytes]) -> dict[str, Any]:
    """`datapackage.json`."""
    found: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": body.name,
        "id": f"urn:sha256:{body.sha256}",
        "title": f"{body.initiative['name']}, {body.span}",
        "description": "\n\n".join([body.headline, *body.notes()]),
        "version": f"{body.version}.0.0",
        "created": instant_text(body.published_at),
        "language": get_language(),
        "keywords": [body.tenant["slug"], body.initiative["slug"], body.found["audience"]],
        "contributors": [{"title": body.tenant["name"], "role": "publisher"}],
        "citation": body.citation,
        "hash": f"sha256:{body.sha256}",
    }
    if licences := _licences(body):
        found["licenses"] = licences
    if sources := _sources(body):
        found["sources"] = sources
    found["resources"] = [
        _resource("data", _("Every published figure"), "data.csv", files, COLUMNS)
        | {
            "schema": _schema(COLUMNS)
            | {"foreignKeys": [{"fields": "indicator", "reference": {"resource": "indicators", "fields": "indicator"}}]}
        },
        _resource("indicators", _("What the figures are of"), "indicators.csv", files, DEFINITIONS)
        | {"schema": _schema(DEFINITIONS) | {"primaryKey": "indicator"}},
    ]
    return found


def readme(body: Body) -> str:
    """What whoever opens the zip reads first."""
    lines = [f"# {body.initiative['name']}, {body.span}", "", body.headline, ""]
    lines += [_("This is an open data package of what {tenant} published.").format(tenant=body.tenant["name"]), ""]
    for name, words in (
        ("data.csv", _("Every published figure, one in each row, with who is in it.")),
        ("indicators.csv", _("What the figures are of: definition, kind, unit, target.")),
        ("datapackage.json", _("What each column is, for programs (Frictionless Data Package).")),
        ("publication.json", _("The published data as they were frozen. Their SHA-256 is below.")),
    ):
        lines.append(f"- `{name}`: {words}")
    lines.append("")
    for head, words in note_rows(body):
        if head:
            lines += [f"## {head}", ""]
        lines += [words, ""]
    lines += [f"SHA-256 `{body.sha256}`", ""]
    return "\n".join(lines)


def _resource(name: str, title: str, path: str, files: dict[str, bytes], columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": title,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "bytes": len(files[path]),
        "hash": f"sha256:{hashlib.sha256(files[path]).hexdigest()}",
    }


def _schema(columns: Sequence[Column]) -> dict[str, Any]:
    return {"fields": [_field(column) for column in columns], "missingValues": [""]}


def _field(column: Column) -> dict[str, Any]:
    found = {
        "name": column.name,
        "title": str(column.label),
        "description": str(column.description),
        "type": column.kind,
        "format": "default",
    }
    return found | ({"constraints": {"required": True}} if column.name in REQUIRED else {})


def _licences(body: Body) -> list[dict[str, str]]:
    """The licence that the attribution names, where it names one that we know; none is made up."""
    return [OPEN_GOVERNMENT] if "open government licence" in body.attribution.casefold() else []


def _sources(body: Body) -> list[dict[str, str]]:
    """The initiative's attribution, then the sources of what is known of the whole community."""
    found = []
    if body.attribution:
        address = ADDRESS.search(body.attribution)
        found.append({"title": body.attribution} | ({"path": address[0]} if address else {}))
    for one in definitions(body):
        if one.source:
            found.append({"title": one.source} | ({"path": one.source_url} if one.source_url else {}))
    return list({source["title"]: source for source in found}.values())
