"""Spreadsheets: the template to fill, the upload, its preview, and the bad rows back as a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from itertools import chain

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from backbone import progress, tabular
from backbone.access import member_can, sent_words
from backbone.htmx import page_or_part
from backbone.models import Partner
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import hint, in_full, say, told_at
from measures.exporting import Wanted, figure_rows, published_rows, seen_by, tidy
from measures.importing import COLUMNS
from measures.importing.correcting import rows_to_correct
from measures.importing.template import template_rows
from measures.importing.uploads import judged
from measures.models import Upload
from measures.rules.periods import parse_month
from measures.selectors.waiting import owed_reports
from measures.services import uploads
from measures.views.then import as_of_of, shows_as_of

CAN_IMPORT = (Can.DRAFT, Can.OVERRIDE)
SHOWN = 20
REASON_LENGTH = 500
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@member_can(CAN_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request, initiative):
    """What was uploaded lately, and the form to upload more."""
    problems = []
    report = _report_named(request, initiative)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            problems = [("file", _("Choose a file first: a spreadsheet (.xlsx) or a CSV file."))]
        elif file.size > tabular.DEFAULT.file_bytes:
            megabytes = tabular.DEFAULT.file_bytes // 1024**2
            problems = [("file", _("The file is over %(limit)s MB. Split it.") % {"limit": megabytes})]
        else:
            try:
                upload = uploads.receive(
                    initiative=initiative,
                    by=request.membership,
                    filename=file.name,
                    content=file.read(),
                    replace="replace" in request.POST and request.membership.can(Can.OVERRIDE),
                    because=sent_words(request, "because")[:REASON_LENGTH],
                    report=report,
                )
                return redirect("measures:import", request.tenant.slug, initiative.slug, upload.pk)
            except Refused as refused:
                problems = [(one.field, f"{say(one)} {hint(one)}".strip()) for one in refused.problems]
    recent = Upload.objects.filter(initiative=initiative).defer("content").select_related("by").order_by("-pk")
    if not request.membership.can(Can.OVERRIDE):
        recent = recent.filter(by=request.membership)
    context = {
        "initiative": initiative,
        "uploads": recent[:SHOWN],
        "problems": problems,
        "columns": COLUMNS.names,
        "report": report,
        "workbooks": _workbooks(request, initiative),
        "may_replace": request.membership.can(Can.OVERRIDE),
        "reason_length": REASON_LENGTH,
        "may_export": request.membership.can(Can.READ_PARTNER_FIGURES),
    }
    status = 422 if problems else 200
    return page_or_part(request, "measures/import_list.html", "measures/import_list.html", context, status)


@member_can(CAN_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request, initiative, upload):
    """What a file would change, with every problem by row and column; applying it."""
    upload = _own_upload(request, initiative, upload)
    problems = []
    if request.method == "POST":
        try:
            if "put_aside" in request.POST:
                uploads.put_aside(upload=upload, by=request.membership)
                messages.success(
                    request, _("“%(name)s” was put aside; nothing was changed.") % {"name": upload.filename}
                )
                return redirect("measures:import-list", request.tenant.slug, initiative.slug)
            uploads.ask_to_apply(upload=upload, by=request.membership)
            return redirect("measures:import", request.tenant.slug, initiative.slug, upload.pk)
        except Refused as refused:
            problems = told_at("", refused)
    context = {
        "initiative": initiative,
        "upload": upload,
        "outcome": upload.outcome,
        "problems": problems,
        "is_working": upload.state in (Upload.State.WAITING, Upload.State.APPLYING),
        "lede": _lede(upload),
        "has_changes": bool(upload.outcome.get("changes")) or _defines(upload.outcome),
        "rows_so_far": progress.so_far(f"upload:{upload.pk}")[0] if upload.state == Upload.State.WAITING else None,
        "columns": COLUMNS.names,
    }
    return page_or_part(
        request, "measures/import_detail.html", "measures/_import_outcome.html", context, 422 if problems else 200
    )


@member_can(CAN_IMPORT)
@require_GET
def import_bad_rows(request, initiative, upload):
    """The rows with an error as they came, and a last column saying what is wrong with each."""
    upload = _own_upload(request, initiative, upload, with_content=True)
    try:
        given = rows_to_correct(*judged(upload))
    except Refused:
        raise Http404 from None
    if not given.is_workbook:
        return _csv(given.content, f"bad-rows-{upload.pk}.csv")
    headers = {"Content-Disposition": f'attachment; filename="bad-rows-{upload.pk}.xlsx"'}
    return HttpResponse(given.content, content_type=XLSX, headers=headers | {"X-Content-Type-Options": "nosniff"})


@member_can(CAN_IMPORT)
@require_GET
def import_template(request, initiative):
    """The columns with a row for every figure that this person owes now, numbers left blank; CSV or XLSX."""
    rows = template_rows(initiative, request.tenant, request.membership)
    if request.GET.get("format") == "csv":
        return _csv(b"".join(tabular.write_csv(rows, COLUMNS, for_excel=True)), "figures.csv")
    response = HttpResponse(content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="figures.xlsx"'})
    tabular.write_xlsx(response, rows, COLUMNS)
    return response


@member_can(Can.READ_PARTNER_FIGURES)
@require_GET
@shows_as_of
def figure_export(request, initiative):
    """Every figure handed in that this person may see, in the columns that an import reads; CSV or XLSX; now, or as
    they stood at an instant."""
    as_of = as_of_of(request)
    wanted = replace(seen_by(request.membership, with_drafts=False), as_of=as_of)
    rows = chain(tidy(figure_rows(initiative, wanted)), published_rows(initiative, Wanted(as_of=as_of)))
    is_csv = request.GET.get("format") == "csv"
    # Written out now, while the tenant's scope is open, and not in memory; the answer then sends the file.
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        if is_csv:
            file.writelines(tabular.write_csv(rows, COLUMNS, for_excel=True))
        else:
            tabular.write_xlsx(file, rows, COLUMNS)
    except Refused as refused:
        file.close()
        for problem in refused.problems:
            messages.error(request, in_full(problem))
        return redirect("measures:import-list", request.tenant.slug, initiative.slug)
    file.seek(0)
    then = "" if as_of is None else f"-as-of-{as_of:%Y%m%dT%H%M%SZ}"
    name = f"{initiative.slug}-figures{then}.{'csv' if is_csv else 'xlsx'}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CSV if is_csv else XLSX)


def _report_named(request, initiative) -> tuple[Partner, date] | None:
    """The report that the address names (`?partner=P4&period=2026-10`), for which a workbook then has to be."""
    month = parse_month(request.GET.get("period", ""))
    code = request.GET.get("partner", "")
    if not isinstance(month, date) or not code or "\x00" in code:
        return None
    partner = Partner.objects.of_initiative(initiative).filter(code=code).first()
    own = request.membership.partner_ids(Can.DRAFT)
    may = request.membership.can(Can.OVERRIDE) or own is None or (partner is not None and partner.pk in own)
    return (partner, month) if partner is not None and may else None


def _workbooks(request, initiative) -> list[tuple[Partner, list[date]]]:
    """The months that each partner this person files for has open, for a workbook each."""
    own = request.membership.partner_ids(Can.DRAFT)
    months: dict[Partner, list[date]] = {}
    for one in owed_reports(own, initiative=initiative) if own else []:
        months.setdefault(one.partner, []).append(one.period)
    return list(months.items())


def _own_upload(request, initiative, pk: int, *, with_content: bool = False) -> Upload:
    """The upload, of this person, or of anybody for whoever may correct anybody's figures; 404 otherwise."""
    found = Upload.objects.filter(initiative=initiative, pk=pk).select_related("by", "initiative")
    if not with_content:
        found = found.defer("content")
    if not request.membership.can(Can.OVERRIDE):
        found = found.filter(by=request.membership)
    upload = found.first()
    if upload is None:
        raise Http404
    return upload


def _defines(outcome) -> bool:
    """Whether a file of definitions would change any."""
    counts = outcome.get("definition_counts", {})
    return bool(counts.get("new") or counts.get("changed"))


def _lede(upload: Upload) -> str:
    """One sentence: what the file did, or would do."""
    done = upload.outcome
    if upload.state == Upload.State.CHECKED and not done["error_count"] and _defines(done):
        words = _("Ready to apply: %(new)s definitions are new, %(changed)s changed; %(created)s new figures.")
        return words % (done["definition_counts"] | {"created": done["created"]})
    if upload.state == Upload.State.APPLIED and "definition_counts" in done:
        return _("Applied: %(new)s definitions were new, %(changed)s changed.") % done["definition_counts"]
    if upload.state == Upload.State.APPLIED:
        return _("Applied: %(created)s new figures, %(changed)s changed, %(unchanged)s as they were.") % done
    if upload.state == Upload.State.REFUSED:
        return _("It could not be read. Nothing was changed.")
    if upload.state == Upload.State.DROPPED:
        return _("It was not applied in time, and the file was let go. Upload it again to apply it.")
    if upload.state != Upload.State.CHECKED:
        return ""
    if done["error_count"]:
        count = done["error_count"]
        return ngettext(
            "One problem to correct first. Nothing was changed.",
            "%(count)s problems to correct first. Nothing was changed.",
            count,
        ) % {"count": count}
    if not done["created"] and not done["changed"]:
        return _("No changes: everything in this file stands here already.")
    return _("Ready to apply: %(created)s new figures, %(changed)s changed, %(unchanged)s as they are.") % done


def _csv(content: bytes, filename: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "X-Content-Type-Options": "nosniff"},
    )
