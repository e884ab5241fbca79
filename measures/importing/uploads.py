"""A worker's part of an upload: judge the file, or apply it; the outcome is kept with the file."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.db import transaction

from backbone import changes, progress
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.tabular import DEFAULT, read_apart
from backbone.wording import as_dict
from measures.importing.exchange import formats
from measures.importing.office import Office
from measures.importing.preview import Preview, apply, judge_table
from measures.importing.reading import COLUMNS
from measures.importing.workbooks import FORM, Expected
from measures.models import Upload
from measures.rules.periods import parse_month
from measures.services import uploads

LIMITS = DEFAULT


@transaction.atomic
def work_on(upload_id: int) -> None:
    """Do what the file waits for. Running twice, or two at once, does it once: the row is locked and its state read."""
    found = Upload.objects.select_for_update(of=["self"]).select_related("initiative", "by")
    upload = found.filter(pk=upload_id).first()
    if upload is None or upload.state not in (Upload.State.WAITING, Upload.State.APPLYING):
        return
    is_applying = upload.state == Upload.State.APPLYING
    asked = {name: upload.outcome[name] for name in uploads.ASKED if name in upload.outcome}
    try:
        with transaction.atomic():
            outcome = (_exchanged(upload, is_applying) if asked.get("source") else _tidy(upload, is_applying)) | asked
    except Refused as refused:
        errors = [as_dict(problem) for problem in refused.problems[:100]]
        uploads.settle(upload, Upload.State.REFUSED, {"errors": errors, "error_count": len(refused.problems)})
        return
    if not is_applying:
        uploads.settle(upload, Upload.State.CHECKED, outcome)
        return
    uploads.settle(upload, Upload.State.APPLIED, outcome)
    changes.record(
        "upload.applied",
        on=upload,
        by=upload.by,
        initiative=upload.initiative,
        filename=upload.filename,
        created=outcome["created"],
        changed=outcome["changed"],
    )


def _tidy(upload: Upload, is_applying: bool) -> dict[str, Any]:
    preview, _office = judged(upload)
    outcome = preview.as_dict()
    if is_applying:
        receipt = apply(preview, by=upload.by, because=upload.outcome.get("because", ""))
        outcome |= {"created": receipt.created, "changed": receipt.changed, "unchanged": receipt.unchanged}
    return outcome


def _exchanged(upload: Upload, is_applying: bool) -> dict[str, Any]:
    """A file of another system's format, by the same verbs as its other doors."""
    said = upload.outcome
    asked = formats.Asked(said.get("scheme", ""), bool(said.get("replace")), said.get("because", ""))
    place = {"initiative": upload.initiative, "tenant": Tenant.objects.get(pk=upload.tenant_id), "by": upload.by}
    file = (said["source"], bytes(upload.content), upload.filename)
    if not is_applying:
        return formats.check(*file, **place, asked=asked).as_dict()
    outcome, created, changed, unchanged = formats.write(*file, **place, asked=asked)
    return outcome | {"created": created, "changed": changed, "unchanged": unchanged}


def judged(upload: Upload) -> tuple[Preview, Office]:
    """The preview of a file, made anew, and what it was held against. Raises Refused."""
    asked = upload.outcome
    office = Office(upload.initiative, upload.by, Tenant.objects.get(pk=upload.tenant_id))
    table = read_apart(
        bytes(upload.content),
        upload.filename,
        COLUMNS,
        LIMITS,
        form=FORM,
        on_rows=partial(progress.tell, f"upload:{upload.pk}"),
    )
    month = parse_month(asked.get("period", ""))
    expected = Expected(asked.get("partner") or None, month if isinstance(month, date) else None)
    return judge_table(table, office, replace=bool(asked.get("replace")), expected=expected), office
