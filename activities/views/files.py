"""The register in files: taking it along, and bringing activities in, with everything shown before it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities.columns import TABLES
from activities.exporting.register import CSV, FORMS, XLSX, written
from activities.forms.finding import FindForm, strategies_of
from activities.importing.judging import Desk, Plan, judge
from activities.importing.reading import Files, is_ours, read
from activities.selectors.register import found
from activities.selectors.rights import may_edit_words, own_partners
from activities.selectors.written import known, written_out
from activities.services import register
from activities.views.carrying import SHOWN, apply, attached, sent_files, told
from activities.views.directories import first_look
from activities.views.paths import refuse_outsiders, register_crumb
from backbone import tabular
from backbone.access import member_can
from backbone.models import Tenant
from backbone.problems import Refused
from backbone.roles import Can
from backbone.tabular.carried import pack
from backbone.wording import in_full, say, told_at
from measures.importing.office import NUMBER_FORMATS

ENDINGS = {"csv": CSV, "xlsx": XLSX}


@member_can(Can.READ_ACTIVITIES)
@require_safe
def activity_export(request, initiative, table: str, form: str):
    """One table of the register, of what the address finds, in the columns that an import reads."""
    refuse_outsiders(request.membership)
    if table not in TABLES or form not in FORMS:
        raise Http404
    asked = FindForm(request.GET, initiative=initiative, strategies=strategies_of(initiative)).wanted
    slugs = None
    if asked.is_anything:
        slugs = list(found(initiative, asked, request.tenant.day()).values_list("slug", flat=True))
    said = written_out(initiative, slugs).values()
    try:
        content = written(table, form, said, with_people=request.membership.can(Can.EDIT_ACTIVITIES))
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, in_full(problem))
        return redirect("activities:activity-list", request.tenant.slug, initiative.slug)
    return attached(content, f"{initiative.slug}-{table}.{form}", ENDINGS[form])


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request, initiative):
    """Choose files, see what they would change, apply it. A file that is none of our tables is a directory of services,
    for whose columns the next page asks."""
    problems: list[tuple[str, str]] = []
    files: list[tuple[str, bytes]] = []
    if request.method == "POST":
        try:
            files = sent_files(request)
        except Refused as refused:
            problems = told_at("files", refused)
        if not files and not problems:
            problems = [("files", _("Choose a file first: CSV, XLSX, or a ZIP of CSV files."))]
    plan: Plan | None = None
    if files and not problems:
        if not all(is_ours(content) for _name, content in files):
            if may_edit_words(request.membership):
                return first_look(request, initiative, files)
            problems = [("files", _("This is no table of the register: its first row names other columns."))]
        else:
            tables = read(files)
            if "apply" in request.POST:
                register.lock(initiative)
            plan = judge(tables, desk_of(request, initiative))
            if "bad_rows" in request.POST and plan.errors:
                return _bad_rows(tables, plan)
            if "apply" in request.POST and not plan.errors:
                said = {"initiative": initiative, "activities": plan.activities, "by": request.membership}
                problems = apply(request, lambda: register.bring_in(**said))
                if not problems:
                    return redirect("activities:activity-list", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "problems": problems,
        "plan": plan,
        "files": [(name, pack(content)) for name, content in files],
        "errors": told(plan.errors) if plan else [],
        "warnings": told(plan.warnings) if plan else [],
        "shown": SHOWN,
        "tables": {name: columns.names for name, columns in TABLES.items()},
        "may_bring_directories": may_edit_words(request.membership),
        "crumbs": [register_crumb(request, initiative)],
    }
    is_wrong = problems or (plan and plan.errors)
    return render(request, "activities/bring_in.html", context, status=422 if is_wrong else 200)


def desk_of(request, initiative) -> Desk:
    """What rows are held against for this person."""
    own = own_partners(request.membership)
    names = known(initiative)
    codes = None if own is None else frozenset(code for code, pk in names.partners.items() if pk in own)
    dates = tabular.DateFormat(order="day" if request.tenant.date_order == Tenant.DateOrder.DAY_FIRST else "month")
    return Desk(written_out(initiative), names, codes, NUMBER_FORMATS[request.tenant.number_format], dates)


def _bad_rows(files: Files, plan: Plan) -> HttpResponse:
    """The rows of the first file that has any, as they came, with a last column saying what is wrong with each."""
    for name, table in files.tables.items():
        own = [problem for file, problem in plan.errors if file == name]
        if own:
            return attached(b"".join(tabular.write_bad_rows(table, own, say)), "bad-rows.csv", CSV)
    raise Http404
