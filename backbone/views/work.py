"""The backbone's own work by the six functions, as a page and a file; and how widely leadership is spread."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import may_open, member_can, sent_row
from backbone.forms.people import refuse
from backbone.forms.work import SpanForm, WorkForm
from backbone.models import Work
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.leadership import acts_of, by_kind, leadership
from backbone.selectors.work import COLUMNS, RECENT, Piece, table, work_of
from backbone.services import work
from backbone.tabular import write_csv


@member_can(Can.READ_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, initiative):
    """What the backbone did under the six functions, in a span. POST writes a piece down or takes one back."""
    today = request.tenant.day()
    usual = {"since": today - timedelta(days=RECENT), "until": today}
    asked = SpanForm({**{key: f"{day:%Y-%m-%d}" for key, day in usual.items()}, **request.GET.dict()})
    span = asked.cleaned_data if asked.is_valid() else usual
    said = {name: request.GET[name] for name in ("words", "url") if name in request.GET}  # filed from another page
    form = WorkForm(request.POST if request.POST.get("form") == "write" else None, initial={"on": today, **said})
    if request.method == "POST" and _did(request, initiative, form):
        return redirect("backbone:work", request.tenant.slug, initiative.slug)
    if request.GET.get("format") == "csv":
        rows = table(initiative, span["since"], span["until"])
        content = b"".join(write_csv(rows, COLUMNS, for_excel=True))
        answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
        name = f"backbone-{span['since']:%Y-%m-%d}-{span['until']:%Y-%m-%d}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    context = {
        "initiative": initiative,
        "functions": [
            (one, [(piece, _shown(request, piece)) for piece in one.pieces])
            for one in work_of(initiative, span["since"], span["until"])
        ],
        "span": span,
        "span_form": asked,
        "form": form,
        "today": today,
        "crumbs": [(_("Home"), reverse("backbone:home", args=[request.tenant.slug, initiative.slug]))],
    }
    return render(request, "backbone/work.html", context, status=422 if form.errors else 200)


def _shown(request, piece: Piece) -> str:
    """Where a piece can be seen, for a reader who may see it; what was written by hand may lie anywhere."""
    is_ours = piece.work_id is None
    return piece.url if not is_ours or (piece.url and may_open(request.membership, piece.url)) else ""


def _did(request, initiative, form: WorkForm) -> bool:
    if request.POST.get("form") == "take_back":
        row = sent_row(request, Work.objects.filter(initiative=initiative, withdrawn_at=None))
        work.take_back(work=row, by=request.membership)
        messages.success(request, _("Taken back."))
        return True
    if not form.is_valid():
        return False
    try:
        work.write(initiative=initiative, by=request.membership, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return False
    messages.success(request, _("Written down."))
    return True


@member_can(Can.READ_ROLLUPS)
@require_safe
def spread(request, initiative):
    """How widely leadership is spread in each condition."""
    now = timezone.now()
    acts = acts_of(initiative, now)
    context = {
        "initiative": initiative,
        "led": leadership(initiative, now, acts),
        "kinds": by_kind(acts),
        "crumbs": [
            (_("Home"), reverse("backbone:home", args=[request.tenant.slug, initiative.slug])),
            (_("The five conditions"), reverse("backbone:health", args=[request.tenant.slug, initiative.slug])),
        ],
    }
    return render(request, "backbone/leadership.html", context)
