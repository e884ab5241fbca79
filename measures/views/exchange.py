"""Exchange with other systems: files in their formats in, with a report first; figures in their formats out; codes."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backbone import tabular
from backbone.access import member_can, sent_id, sent_words
from backbone.problems import Refused
from backbone.roles import Can
from backbone.tabular import write_csv
from backbone.wording import hint, in_full, say
from measures.exporting import seen_by
from measures.exporting.formats import EXPORTS, write_export
from measures.importing.exchange.codes_file import COLUMNS, code_rows
from measures.importing.exchange.formats import FORMATS
from measures.models import ExternalId, Upload
from measures.services import external_ids, uploads
from measures.services.external_ids import Said

SHOWN = 10
SCHEME_LENGTH = 50
REASON_LENGTH = 500


@member_can(Can.OVERRIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request, initiative):
    """Choose a format and a file; the report of what it would change is the upload's own page."""
    problems = []
    if request.method == "POST":
        file = request.FILES.get("file")
        source = request.POST.get("source", "")
        if source not in FORMATS:
            problems = [("source", _("Choose the format of the file."))]
        elif file is None:
            problems = [("file", _("Choose a file first."))]
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
                    replace="replace" in request.POST,
                    because=sent_words(request, "because")[:REASON_LENGTH],
                    source=source,
                    scheme=_word(sent_words(request, "scheme")),
                )
                return redirect("measures:import", request.tenant.slug, initiative.slug, upload.pk)
            except Refused as refused:
                problems = [(one.field, f"{say(one)} {hint(one)}".strip()) for one in refused.problems]
    recent = Upload.objects.filter(initiative=initiative, outcome__has_key="source")
    context = {
        "initiative": initiative,
        "formats": FORMATS.values(),
        "accept": ",".join(sorted({ending for one in FORMATS.values() for ending in one.accept.split(",")})),
        "exports": [one for one in EXPORTS.values() if one.is_for(request.membership)],
        "uploads": recent.defer("content").select_related("by").order_by("-pk")[:SHOWN],
        "problems": problems,
        "reason_length": REASON_LENGTH,
        "scheme_length": SCHEME_LENGTH,
        "codes": ExternalId.objects.filter(initiative=initiative).count(),
    }
    return TemplateResponse(request, "measures/exchange.html", context, status=422 if problems else 200).render()


@member_can(Can.READ_PARTNER_FIGURES)
@require_GET
def exchange_export(request, initiative, form):
    """The figures handed in that this person may see, in a format of another system; streamed from a file."""
    if form not in EXPORTS or not EXPORTS[form].is_for(request.membership):
        raise Http404
    wanted = EXPORTS[form]
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        left_out = write_export(
            form, file, initiative, scheme=_word(request.GET.get("scheme", "")),
            wanted=seen_by(request.membership, with_drafts=False),
        )  # fmt: skip
    except Refused as refused:
        file.close()
        for problem in refused.problems:
            messages.error(request, in_full(problem))
        return redirect("measures:our-figures", request.tenant.slug, initiative.slug)
    file.seek(0)
    for problem in left_out:  # told on the next page: the answer is the file
        messages.warning(request, say(problem))
    return FileResponse(
        file, as_attachment=True, filename=f"{initiative.slug}-{wanted.ending}", content_type=wanted.content_type
    )


@member_can(Can.DEFINE_INDICATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def code_list(request, initiative):
    """What codes of other systems stand for: the list, one more, some less."""
    problems = []
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" and "remove" in request.POST:
        ids = [pk for sent in request.POST.getlist("id") if (pk := sent_id(sent)) is not None]
        count = external_ids.remove(initiative=initiative, by=request.membership, ids=ids)
        messages.success(request, _("%(count)s codes were taken out.") % {"count": count})
        return redirect("measures:code-list", request.tenant.slug, initiative.slug)
    if request.method == "POST":
        said = Said(
            _word(given.get("scheme", "")), given.get("kind", "").strip(), _word(given.get("code", ""), 200),
            _word(given.get("ours", ""), 200), _word(given.get("category", ""), 200), _word(given.get("name", ""), 250),
        )  # fmt: skip
        try:
            external_ids.put_many(initiative=initiative, by=request.membership, said=[said])
        except Refused as refused:
            problems = [(one.field, f"{say(one)} {hint(one)}".strip()) for one in refused.problems]
        else:
            messages.success(request, _("“%(code)s” is known now. Upload the file again.") % {"code": said.code})
            return redirect("measures:code-list", request.tenant.slug, initiative.slug)
    rows = ExternalId.objects.filter(initiative=initiative).select_related("partner", "indicator")
    context = {
        "initiative": initiative,
        "rows": rows[:1_000],
        "count": rows.count(),
        "kinds": ExternalId.Kind.choices,
        "given": {name: given.get(name, "") for name in ("scheme", "kind", "code", "ours", "category", "name")},
        "problems": problems,
        "columns": COLUMNS.names,
    }
    return TemplateResponse(request, "measures/code_list.html", context, status=422 if problems else 200).render()


@member_can(Can.DEFINE_INDICATORS)
@require_GET
def code_export(request, initiative):
    """Every code as CSV, in the columns that an import of codes reads."""
    content = b"".join(write_csv(code_rows(initiative), COLUMNS, for_excel=True))
    headers = {
        "Content-Disposition": f'attachment; filename="{initiative.slug}-codes.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _word(text: str, length: int = SCHEME_LENGTH) -> str:
    """A code or a name as somebody typed it: one line, without signs that cannot be seen."""
    return " ".join("".join(sign for sign in text if sign.isprintable()).split())[:length]
