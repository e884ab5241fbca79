"""A worker's part of an upload: judge the file, or apply it; the outcome is kept with the file."""

from __future__ import annotations

from django.db import transaction

from backbone import changes
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.wording import as_dict
from measures.importing.preview import Preview, apply, check_file
from measures.models import Upload
from measures.services import uploads


@transaction.atomic
def work_on(upload_id: int) -> None:
    """Do what the file waits for. Running twice, or two at once, does it once: the row is locked and its state read."""
    found = Upload.objects.select_for_update(of=["self"]).select_related("initiative", "by")
    upload = found.filter(pk=upload_id).first()
    if upload is None or upload.state not in (Upload.State.WAITING, Upload.State.APPLYING):
        return
    is_applying = upload.state == Upload.State.APPLYING
    asked = {"replace": bool(upload.outcome.get("replace")), "because": upload.outcome.get("because", "")}
    try:
        with transaction.atomic():
            preview = check_file(
                bytes(upload.content),
                upload.filename,
                initiative=upload.initiative,
                tenant=Tenant.objects.get(pk=upload.tenant_id),
                by=upload.by,
                replace=asked["replace"],
            )
            outcome = preview.as_dict() | asked
            if is_applying:
                receipt = apply(preview, by=upload.by, because=asked["because"])
                outcome |= {"created": receipt.created, "changed": receipt.changed, "unchanged": receipt.unchanged}
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
        created=receipt.created,
        changed=receipt.changed,
    )


def judged_again(upload: Upload) -> Preview:
    """The preview of a file that was checked, made anew: for the file of its bad rows. Raises Refused."""
    return check_file(
        bytes(upload.content),
        upload.filename,
        initiative=upload.initiative,
        tenant=Tenant.objects.get(pk=upload.tenant_id),
        by=upload.by,
        replace=bool(upload.outcome.get("replace")),
    )
