"""The audit log: who did what and when, as a page and as a file, and whether anybody altered it."""

from __future__ import annotations

import re

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from backbone import changes
from backbone.access import member_can
from backbone.models import Initiative, Membership, Partner
from backbone.paging import page_of
from backbone.roles import Can
from backbone.selectors.audit import COLUMNS, filtered, log_for, table, verbs_there
from backbone.services import seals
from backbone.tabular import write_csv

ON_A_PAGE = 100
FILTERS = ("who", "what", "initiative", "partner", "since", "until")
ROWS_IN_A_FILE = 200_000
KEPT_HEAD = re.compile(r"\b([0-9]{1,18})\b\D{1,30}?\b([0-9a-f]{64})\b")


@member_can(Can.READ_AUDIT)
@require_safe
def audit_log(request):
    """What happened, the newest first, as far as the reader may know; a lead reads what concerns its own partner."""
    everything = log_for(request.membership)
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    rows = filtered(everything, asked, request.tenant)
    reads_all = request.membership.partner_ids(Can.READ_AUDIT) is None
    if request.GET.get("format") == "csv":
        return _file(request, rows)
    page = page_of(request, rows, ON_A_PAGE)
    context = {
        "page": page,
        "rows": [(one, changes.sentence(one)) for one in page],
        "asked": asked,
        "people": Membership.objects.order_by("name") if reads_all else (),
        "kinds": verbs_there(everything),
        "initiatives": Initiative.objects.order_by("name"),
        "partners": Partner.objects.order_by("code") if reads_all else (),
        "reads_all": reads_all,
        "head": seals.head() if reads_all else None,
        "is_checked": reads_all and "check" in request.GET,
        "fault": seals.verify() if reads_all and "check" in request.GET else None,
        "kept": request.GET.get("head", "").strip()[:200],
        "is_same": _is_same(request.GET.get("head", "")) if reads_all else None,
    }
    return render(request, "backbone/audit_log.html", context)


def _is_same(text: str) -> bool | None:
    """Whether a number and a seal that a mail or the log told are those of the chain; None for what is none."""
    found = KEPT_HEAD.search(text.lower())
    return None if found is None else seals.holds(int(found[1]), found[2])


def _file(request, rows):
    # Made whole before it is answered: the tenant's scope ends with the view.
    content = list(write_csv(table(rows[:ROWS_IN_A_FILE]), COLUMNS, for_excel=True))
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    name = slugify(request.tenant.slug)
    response["Content-Disposition"] = f'attachment; filename="{name}-audit-log.csv"'
    return response
