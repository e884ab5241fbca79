"""The register: found by filters in the address; as a table, as a board, along time; and one activity's page."""

from __future__ import annotations

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.forms.finding import FindForm, strategies_of
from activities.models import Activity
from activities.rules.days import is_late_to_begin, standing
from activities.rules.shares import is_even
from activities.rules.spans import WIDTH
from activities.selectors.history import told
from activities.selectors.register import along, board, found, lines, with_tags, word_of
from activities.selectors.rights import may_edit, may_edit_words, may_remove
from activities.views.paths import activity_or_404, refuse_outsiders, register_crumb
from backbone.access import member_can
from backbone.paging import page_of
from backbone.roles import Can

ON_A_PAGE = 50
ON_THE_BOARD = 25
VIEWS = ("table", "board", "timeline")


@member_can(Can.READ_ACTIVITIES)
@require_safe
def listed(request, initiative):
    """What the filters of the address find, in the view that it names: table (the first), board or timeline."""
    refuse_outsiders(request.membership)
    today = request.tenant.day()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "table"
    form = FindForm(request.GET, initiative=initiative, strategies=strategies_of(initiative))
    wanted = form.wanted
    rows = found(initiative, wanted, today)
    context = {
        "initiative": initiative,
        "form": form,
        "wanted": wanted,
        "view": view,
        "views": [("table", _("Table")), ("board", _("By status")), ("timeline", _("Timeline"))],
        "today": today,
        "may_add": request.membership.can(Can.EDIT_ACTIVITIES),
        "may_edit_words": may_edit_words(request.membership),
        "is_empty": not wanted.is_anything and not Activity.objects.filter(initiative=initiative).exists(),
    }
    if view == "board":
        context["columns"] = board(rows, today, ON_THE_BOARD)
        context["count"] = sum(column.count for column in context["columns"])
        return render(request, "activities/activity_list.html", context)
    order = ("starts_on", "name", "pk") if view == "timeline" else ("name", "pk")
    page = page_of(request, with_tags(rows).order_by(*order), ON_A_PAGE)
    context |= {"page": page, "count": page.paginator.count, "lines": lines(page.object_list, today)}
    if view == "timeline":
        axis = along(context["lines"], today)
        context |= {"axis": axis, "width": WIDTH, "today_at": axis.at(today)}
    return render(request, "activities/activity_list.html", context)


@member_can(Can.READ_ACTIVITIES)
@require_safe
def activity(request, initiative, activity: str):
    """One activity: what it is, who does what, its steps, its money, what became of it."""
    refuse_outsiders(request.membership)
    row = activity_or_404(initiative, activity)
    today = request.tenant.day()
    stands = standing(row.status, row.starts_on, row.ends_on, today)
    shares = {
        sort: {one.pk: one.share for one in getattr(row, sort).all()}
        for sort in ("strategies", "populations", "places")
    }
    context = {
        "initiative": initiative,
        "activity": row,
        "standing": stands,
        "word": word_of(stands),
        "standing_words": str(Activity.Status(stands).label),
        "is_late": is_late_to_begin(row.status, row.starts_on, today),
        "shows": {sort: not is_even(of) for sort, of in shares.items()},
        "may_edit": may_edit(request.membership, row),
        "may_remove": may_remove(request.membership, row),
        "statuses": [one for one in Activity.Status.choices if one[0] != row.status],
        "history": told(row),
        "today": today,
        "crumbs": [register_crumb(request, initiative)],
    }
    return render(request, "activities/activity.html", context)
