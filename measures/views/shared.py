"""Joint work that several partners file: counted once here, and taken apart again."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone import conditions
from backbone.access import member_can, sent_row
from backbone.forms.people import refuse
from backbone.look.numbers import number
from backbone.models import Partner
from backbone.problems import Refused
from backbone.roles import Can
from measures.forms.shared import SharedForm
from measures.lines import dimensions_of, line_of
from measures.models import Indicator, SharedCount
from measures.models.filings import OPEN_STATES
from measures.rules.periods import Grain, text_of
from measures.rules.shared import KINDS_THAT_ADD, taken_off
from measures.selectors.reading import Reading
from measures.selectors.shared import shared_counts
from measures.services import shared
from measures.views.links import url_if_there
from measures.windows import Window
from measures.wording import entry


@member_can(Can.DEFINE_INDICATORS)
def joint_work(request, initiative, indicator: str, period: date):
    """The joint work in one period of an indicator: counted once here, or taken apart."""
    row = Indicator.objects.filter(initiative=initiative, slug=indicator, kind__in=KINDS_THAT_ADD)
    row = row.select_related("initiative", "tenant").first()
    if row is None:
        raise Http404
    line = line_of(row, dimensions_of(initiative)).at(period)
    filed = Partner.objects.filter(figures__indicator=row, figures__period=period, figures__category="")
    filed = filed.exclude(figures__state__in=OPEN_STATES).distinct()
    here = redirect("measures:joint-work", request.tenant.slug, initiative.slug, row.slug, text_of(period))
    if request.method == "POST" and "row" in request.POST:
        shared.count_each(shared=sent_row(request, SharedCount.objects.filter(indicator=row)), by=request.membership)
        messages.success(request, _("It counts for each of them again."))
        return here
    form = SharedForm(request.POST or None, line=line, partners=filed, initial=_asked(request, initiative, filed))
    if form.is_bound and form.is_valid() and _count_once(request, row, period, form):
        messages.success(request, _("It counts once now. Each partner keeps its own figure."))
        return here
    place = [request.tenant.slug, initiative.slug]
    month = Window(Grain(row.frequency), period, period, request.tenant.fiscal_year_starts)
    context = {
        "initiative": initiative,
        "indicator": row,
        "period": period,
        "found": [(one, entry(line, one.amount)) for one in shared_counts(row, month)],
        "form": form,
        "has_two": filed.count() > 1,
        "back": f"{reverse('measures:indicator', args=[*place, row.slug])}?period={text_of(period)}",
        "crumbs": [
            (_("Measures"), reverse("measures:indicator-list", args=place)),
            (row.code or row.name, reverse("measures:indicator", args=[*place, row.slug])),
            (_("Joint work"), ""),
        ],
    }
    return render(request, "measures/joint_work.html", context, status=422 if form.is_bound else 200)


def _asked(request, initiative, filed) -> dict:
    """What a link asks for: whose it is, what, and of which activity."""
    codes = [code for code in request.GET.get("partners", "").split(",") if code]
    about = request.GET.get("about", "")
    known = next((thing for thing in conditions.things(initiative) if thing.of == about), None) if about else None
    found = {"partners": list(filed.filter(code__in=codes)) if codes else []}
    return found | ({"about": known.of, "title": known.label} if known else {})


def _count_once(request, row: Indicator, period: date, form: SharedForm) -> bool:
    about = form.cleaned_data["about"]
    if about and all(thing.of != about for thing in conditions.things(row.initiative)):
        about = ""
    try:
        shared.count_once(
            indicator=row,
            period=period,
            partners=list(form.cleaned_data["partners"]),
            title=form.cleaned_data["title"],
            amounts=form.amounts,
            about=about,
            by=request.membership,
        )
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


def counted_once(reading: Reading, shown: set[int] | None) -> dict | None:
    """The row that tells what is counted once: (how much is in the rows too often, and why it is)."""
    off = taken_off(reading.now.shared, [part.partner_id for part in reading.whole.parts])
    if not reading.now.shared:
        return None
    found = shared_counts(reading.indicator, reading.window)
    if shown is not None:
        found = [one for one in found if all(partner.pk in shown for partner in one.partners)]
    told = [f"{one.row.title} ({', '.join(partner.code for partner in one.partners)})" for one in found]
    if reading.line.rule.is_ratio:
        amount = f"−{number(off.numerator)} / −{number(off.denominator)}"
    else:
        amount = f"−{number(off.value)}"
    return {"off": (amount, ""), "words": ", ".join(told)}


def joint_url(request, initiative, row: Indicator, window: Window) -> str:
    is_one_period = window.grain == row.frequency and window.as_of is None
    if not is_one_period or row.kind not in KINDS_THAT_ADD or not request.membership.can(Can.DEFINE_INDICATORS):
        return ""
    place = [request.tenant.slug, initiative.slug, row.slug, text_of(window.period)]
    return url_if_there("measures:joint-work", *place)
