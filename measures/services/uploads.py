"""Uploaded files on their way: kept, judged by a worker, shown, applied when somebody says so.

The file lies in the database until it is applied or put aside, so that a worker that dies loses nothing: the next one
judges it again. Judging writes no figure; applying writes all of them, or none.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Length
from django.utils import timezone

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.nudging import nudge
from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.table import MEGABYTE
from measures.models import Upload
from measures.rules.periods import text_of

MOST_ATTEMPTS = 5
FILENAME_LENGTH = 255
ASKED = (
    "replace",
    "because",
    "partner",
    "period",
    "source",
    "scheme",
)  # what came with a file, kept beside its outcome

changes.register_verbs(
    {
        "upload.received": gettext_noop("{by} uploaded {filename}"),
        "upload.applied": gettext_noop("{by} applied {filename}: {created} new figures, {changed} changed"),
    }
)


@transaction.atomic
def receive(
    *,
    initiative: Initiative,
    by: Membership,
    filename: str,
    content: bytes,
    replace: bool = False,
    because: str = "",
    report: tuple[Partner, date] | None = None,
    source: str = "",
    scheme: str = "",
) -> Upload:
    """Keep a file and ask a worker to judge it. `replace`: approved figures change too, for those who may override.
    `report`: whose, and for which month, a workbook has to be. `source`: another system's format, and `scheme` whose
    codes it has.

    Raises Refused: `override.no_reason`, `upload.quota`.
    """
    if replace and not because.strip():
        text = gettext_noop("Say why approved figures change: whoever relied on them will see it.")
        raise Refused(Problem("override.no_reason", text, field="because"))
    _check_quota(len(content))
    name = "".join(sign for sign in filename.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    outcome: dict[str, object] = {"replace": replace, "because": because.strip()}
    if source:
        outcome |= {"source": source, "scheme": scheme}
    if report is not None:
        outcome |= {"partner": report[0].code, "period": text_of(report[1])}
    upload = Upload.objects.create(
        initiative=initiative,
        partner=report[0] if report else None,
        by=by,
        filename=name[-FILENAME_LENGTH:] or "figures",
        content=content,
        outcome=outcome,
    )
    changes.record("upload.received", on=upload, by=by, initiative=initiative, filename=upload.filename)
    _ask(upload)
    return upload


@transaction.atomic
def ask_to_apply(*, upload: Upload, by: Membership) -> Upload:
    """Have a worker write what the preview showed, in the name of who uploaded it: so nobody else may ask for it.

    Raises Refused: `upload.not_yours`, `upload.not_checked`, `upload.has_errors`.
    """
    upload = Upload.objects.select_for_update(of=["self"]).defer("content").select_related("by").get(pk=upload.pk)
    if upload.by_id != by.pk:
        text = gettext_noop("“{filename}” would be filed in the name of {person}, who uploaded it and must apply it.")
        hint = gettext_noop("Upload the file yourself to file it in your own name.")
        params = {"filename": upload.filename, "person": upload.by.name}
        raise Refused(Problem("upload.not_yours", text, params, hint=hint))
    if upload.state != Upload.State.CHECKED:
        text = gettext_noop("“{filename}” cannot be applied: it is {state}.")
        params = {"filename": upload.filename, "state": str(upload.get_state_display())}
        raise Refused(Problem("upload.not_checked", text, params))
    if upload.outcome.get("error_count"):
        text = gettext_noop("“{filename}” has {count} errors. Correct them and upload it again.")
        params = {"filename": upload.filename, "count": upload.outcome["error_count"]}
        raise Refused(Problem("upload.has_errors", text, params))
    upload.state = Upload.State.APPLYING
    upload.save(update_fields=["state", "changed_at"])
    _ask(upload)
    return upload


@transaction.atomic
def put_aside(*, upload: Upload, by: Membership) -> None:
    """Forget a file that was not applied; its line in the history stays."""
    Upload.objects.filter(pk=upload.pk).exclude(state__in=[Upload.State.APPLYING, Upload.State.APPLIED]).delete()


def _check_quota(size: int) -> None:
    """Refuse a file when the organization keeps too many bytes, or waits for too many files, already; one query."""
    waiting = Q(state__in=[Upload.State.WAITING, Upload.State.APPLYING])
    kept = Upload.objects.aggregate(size=Sum(Length("content")), waiting=Count("pk", filter=waiting))
    hint = gettext_noop("Apply the files that are checked, or put them aside.")
    if (kept["size"] or 0) + size > settings.UPLOADS_KEPT_MB * MEGABYTE:
        text = gettext_noop("Your organization keeps {found} MB of uploaded files; at most {limit} MB are kept.")
        params = {"found": round((kept["size"] or 0) / MEGABYTE, 1), "limit": settings.UPLOADS_KEPT_MB}
        raise Refused(Problem("upload.quota", text, params, hint=hint, field="file"))
    if kept["waiting"] >= settings.UPLOADS_WAITING:
        text = gettext_noop(
            "{found} files of your organization wait to be checked; upload this one when they are done."
        )
        raise Refused(Problem("upload.quota", text, {"found": kept["waiting"]}, field="file"))


def settle(upload: Upload, state: str, outcome: dict) -> None:
    """What became of a file, said by whoever judged or applied it; an applied file's content is not kept."""
    upload.state, upload.outcome, upload.rows_done = state, outcome, outcome.get("rows", 0)
    fields = ["state", "outcome", "rows_done", "changed_at"]
    if state in (Upload.State.APPLIED, Upload.State.REFUSED):
        upload.content = b""
        fields.append("content")
    upload.save(update_fields=fields)


def waiting() -> list[int]:
    """Files that a worker should have taken by now: older than a minute, in the order of their arrival."""
    since = timezone.now() - timezone.timedelta(minutes=1)
    states = [Upload.State.WAITING, Upload.State.APPLYING]
    stale = Upload.objects.filter(state__in=states, changed_at__lt=since).order_by("pk")
    return list(stale.values_list("pk", flat=True))


@transaction.atomic
def try_again(upload_id: int) -> bool:
    """Count one more attempt; False, and the file is refused, when it has brought down too many workers."""
    upload = Upload.objects.select_for_update().defer("content").get(pk=upload_id)
    upload.attempts += 1
    upload.save(update_fields=["attempts", "changed_at"])
    if upload.attempts <= MOST_ATTEMPTS:
        return True
    problem = Problem(
        "upload.given_up",
        gettext_noop("The file could not be read after {count} attempts. Save it as CSV and upload that."),
        {"count": MOST_ATTEMPTS},
    )
    settle(upload, Upload.State.REFUSED, {"errors": [{"code": problem.code, "message": problem.message}]})
    return False


def _ask(upload: Upload) -> None:
    transaction.on_commit(partial(nudge, "measures.tasks.work_on_upload", upload.tenant_id, upload.pk))
