"""Setting fields of a row, and knowing afterwards which of them changed: what every service that edits starts with."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from backbone.problems import Problem, Refused, cut, gettext_noop

RESERVED_SLUGS = frozenset({"-", "new"})
Row = TypeVar("Row", bound=models.Model)
Changed = dict[str, list[str | None]]


def set_fields(row: models.Model, fields: dict[str, Any]) -> Changed:
    """Set what differs, check the row whole, save what changed: `{"name": ["before", "after"]}`, empty when nothing.

    Raises `Refused` with one problem for each thing that is wrong, `Problem.field` naming the field. Values in the
    answer are text or None, ready for a change's facts.
    """
    before = {name: getattr(row, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return {}
    for name, value in changed.items():
        setattr(row, name, value)
    checked(row)
    row.save(update_fields=list(changed))
    return {name: [plain(before[name]), plain(value)] for name, value in changed.items()}


def checked(row: Row) -> Row:
    """The row, when its fields and constraints hold. Raises `Refused` with one problem for each that does not."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(*problems_of(row, error)) from error
    return row


def problems_of(row: models.Model, error: ValidationError) -> list[Problem]:
    """Django's own complaints about a row as problems: the sentence names the field by its words."""
    found = []
    for name, sentences in error.message_dict.items():
        for sentence in sentences:
            if name == "__all__":
                found.append(Problem("field.wrong", gettext_noop("{sentence}"), {"sentence": sentence}))
                continue
            field = row._meta.get_field(name)
            params = {"field": str(getattr(field, "verbose_name", name)), "sentence": sentence}
            value = cut(getattr(row, name, ""))
            found.append(Problem("field.wrong", gettext_noop("{field}: {sentence}"), params, field=name, value=value))
    return found


def refuse_taken(row: models.Model | None, slug: str) -> None:
    """Refuse a short name that is to be new and is not."""
    if row is None:
        return
    sentence = gettext_noop("The short name {slug} is taken already, by “{name}”. Choose another.")
    raise Refused(Problem("slug.taken", sentence, {"slug": slug, "name": str(row)}, field="slug", value=slug))


def still_there(rows: models.QuerySet[Row], pk: int) -> Row:
    """The row as it stands now, locked as `rows` says. Raises `Refused` when somebody took it out meanwhile."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refused(Problem("row.gone", gettext_noop("Somebody took this out meanwhile. Load the page again.")))
    return row


def refuse_reserved(slug: str) -> None:
    """Refuse a short name that addresses of ours have in its place, so that no page would be left for the thing."""
    if slug in RESERVED_SLUGS:
        sentence = gettext_noop("“{slug}” is a word of the platform's own addresses: choose another short name.")
        raise Refused(Problem("slug.reserved", sentence, {"slug": slug}, field="slug", value=slug))


def plain(value: Any) -> str | None:
    """A value as a change's facts keep it: text, or None."""
    if value is None:
        return None
    if isinstance(value, models.Model):
        return str(getattr(value, "slug", value.pk))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
