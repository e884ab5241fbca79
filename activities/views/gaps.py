"""The matrix of strategy, population and place: as a page, as files, and compared over two days."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.exporting.gaps import MATRIX_COLUMNS, matrix_rows
from activities.forms.gaps import ONLY, DaysForm, LookForm
from activities.rules.cells import State
from activities.selectors.axes import NAMES, Axes, axes_of, chosen, named_here
from activities.selectors.compared import compared
from activities.selectors.matrix import Question, matrix
from activities.selectors.tables import laid_out
from activities.views.gap_paths import CELLS_ON_A_PAGE, gap_crumbs, refuse_readers_of_publications
from activities.wording import legend
from backbone import tabular
from backbone.access import member_can
from backbone.paging import orphans
from backbone.roles import Can

CHANGES_SHOWN = 200
ANY_OF = {State.TWICE: (State.TWICE, State.AGREED)}


@member_can(Can.READ_GAPS)
@require_safe
def gaps(request, initiative):
    """The matrix, its rows and columns as the address says; large ones are cut into pages by their third axis."""
    refuse_readers_of_publications(request.membership)
    today, everything = request.tenant.day(), axes_of(initiative)
    form = LookForm(request.GET, axes=everything, today=today)
    rows, columns, group = form.axes
    keys = {name: form.said(name) for name in NAMES}
    shown = everything if request.GET.get("words") == "all" else named_here(everything, initiative)
    axes, only = _cut(everything, shown, keys), _only(request)
    at_once = max(1, CELLS_ON_A_PAGE // max(1, len(axes.of(rows)) * len(axes.of(columns))))
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    offset, spare = (max(page, 1) - 1) * at_once, orphans(at_once)
    found = matrix(initiative, Question(form.on, axes, group, only, at_once + spare, offset))
    if found.group_count - offset > at_once + spare:
        found = replace(found, groups=found.groups[:at_once])
    here = [request.tenant.slug, initiative.slug]
    context = {
        "initiative": initiative,
        "form": form,
        "day": form.on,
        "today": today,
        "found": found,
        "table": laid_out(found, rows, columns, only),
        "base": reverse("activities:gaps", args=here),
        "at_day": f"?{urlencode({'day': form.on.isoformat()})}" if form.on != today else "",
        "corner": {"strategy": _("Strategy"), "population": _("Population"), "place": _("Place")}[rows],
        "only": _only_choices(request),
        "left_out": _left_out(request, everything, shown),
        "is_empty": not all((everything.strategy, everything.population, everything.place)),
        "legend": legend(found.thresholds),
        "counts": {state.value: count for state, count in found.counts.items()},
        "pages": _pages(request, max(page, 1), found.group_count, at_once),
        "may_watch": request.membership.can(Can.TURN_CURVES),
        "may_edit": request.membership.can(Can.EDIT_GAPS),
        "may_add": request.membership.can(Can.EDIT_ACTIVITIES),
        "query": request.GET.urlencode(),
        "crumbs": gap_crumbs(request, initiative),
    }
    return render(request, "activities/gaps.html", context)


@member_can(Can.READ_GAPS)
@require_safe
def gaps_file(request, initiative, form: str):
    """The matrix as CSV or XLSX, cut as the address says: the cells of which somebody said something."""
    refuse_readers_of_publications(request.membership)
    if form not in ("csv", "xlsx"):
        raise Http404
    everything = axes_of(initiative)
    look = LookForm(request.GET, axes=everything, today=request.tenant.day())
    axes = chosen(everything, {name: look.said(name) for name in NAMES})
    found = matrix(initiative, Question(look.on, axes, only=_only(request)))
    return as_file(matrix_rows(found), MATRIX_COLUMNS, f"{initiative.slug}-gaps-{look.on}", form)


@member_can(Can.READ_GAPS)
@require_safe
def gap_changes(request, initiative):
    """Which cells are in another state on one day than on another."""
    refuse_readers_of_publications(request.membership)
    today = request.tenant.day()
    begun = {"since": today.replace(day=1), "until": today}
    form = DaysForm({**begun, **request.GET.dict()}, auto_id="id_%s")
    is_right = form.is_valid()
    found = compared(initiative, form.cleaned_data["since"], form.cleaned_data["until"]) if is_right else []
    context = {
        "initiative": initiative,
        "form": form,
        "found": found[:CHANGES_SHOWN],
        "count": len(found),
        "base": reverse("activities:gaps", args=[request.tenant.slug, initiative.slug]),
        "crumbs": gap_crumbs(request, initiative, "changes"),
    }
    return render(request, "activities/gap_changes.html", context, status=200 if is_right else 422)


def as_file(rows, columns, name: str, form: str) -> HttpResponse:
    """Rows as a CSV or XLSX file of that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "X-Content-Type-Options": "nosniff"}
    if form == "csv":
        content = b"".join(tabular.write_csv(rows, columns, for_excel=True))
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
    book = io.BytesIO()
    tabular.write_xlsx(book, rows, columns)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(book.getvalue(), content_type=kind, headers=headers)


def _cut(everything: Axes, shown: Axes, keys: dict[str, str]) -> Axes:
    """The shown axes cut to what an address asks for; what it asks for by name is there, whether something names it or not."""
    of_all, of_shown = chosen(everything, keys), chosen(shown, keys)
    return Axes(**{name: (of_all if keys[name] else of_shown).of(name) for name in NAMES})


def _left_out(request, everything: Axes, shown: Axes) -> dict[str, Any]:
    """How many words are left out because nothing here names them, and the query that shows them or leaves them out."""
    params = request.GET.copy()
    params.pop("page", None)
    is_all = params.get("words") == "all"
    if is_all:
        params.pop("words")
    else:
        params["words"] = "all"
    counts = {name: len(everything.of(name)) - len(shown.of(name)) for name in ("population", "place")}
    return {**counts, "is_all": is_all, "query": params.urlencode()}


def _only(request) -> tuple[State, ...]:
    """The states that are asked for; none are all."""
    asked = request.GET.get("only", "")
    return ANY_OF.get(State(asked), (State(asked),)) if asked in dict(ONLY) and asked else ()


def _only_choices(request) -> list[dict[str, Any]]:
    asked, choices = request.GET.get("only", ""), []
    for value, label in ONLY:
        params = request.GET.copy()
        params.pop("page", None)
        params["only"] = value
        choices.append({"label": label, "query": params.urlencode(), "is_current": str(value) == asked})
    return choices


def _pages(request, page: int, count: int, at_once: int) -> dict[str, Any]:
    """The pages before and after this one, as queries; nothing when all is on one."""
    last, found = max(1, -(-(count - orphans(at_once)) // at_once)), {}
    for name, number in (("before", page - 1), ("after", page + 1)):
        if 1 <= number <= last:
            params = request.GET.copy()
            params["page"] = str(number)
            found[name] = params.urlencode()
    return {"number": page, "last": last, **found} if last > 1 else {}
