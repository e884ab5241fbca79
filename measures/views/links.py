"""Links and files of the reading pages. Every choice is an address, so that it works without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backbone.look.numbers import period_name
from backbone.roles import Can
from backbone.tabular import write_csv
from measures.rules.periods import Grain
from measures.windows import Window

GRAINS: dict[Grain, str | Promise] = {Grain.MONTH: _("Month"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Year")}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of several: its words, what its address asks for, and whether it is the one in force."""

    label: str
    query: str
    is_current: bool = False


def grain_links(window: Window, finest: Grain = Grain.MONTH) -> list[Choice]:
    """Month, quarter, year: the spans of each that hold the same moment; none finer than the indicator is filed."""
    return [
        Choice(str(label), window.at(grain).query(), grain is window.grain)
        for grain, label in GRAINS.items()
        if grain.months >= finest.months
    ]


@dataclass(frozen=True, slots=True)
class Years:
    """The years a reader can choose: the usual ones side by side, and every other by the month it starts in."""

    usual: tuple[Choice, ...]
    others: tuple[Choice, ...]


def year_links(window: Window, *, always: bool = False) -> Years | None:
    """The tenant's fiscal year, the calendar's, any other; None beside months, whose year makes no difference, unless
    the page shows a year to date as well (`always`).
    """
    if window.grain is Grain.MONTH and not always:
        return None
    usual = list(dict.fromkeys((window.tenant_starts, 1)))
    if window.year_starts not in usual:
        usual.append(window.year_starts)
    return Years(
        tuple(_year(window, month) for month in usual),
        tuple(_year(window, month) for month in range(1, 13) if month not in usual),
    )


def _year(window: Window, month: int) -> Choice:
    name = period_name(window.period.replace(month=month)).rsplit(" ", 1)[0]
    words = _("Calendar year") if month == 1 else _("Year from %(month)s") % {"month": name}
    return Choice(str(words), window.in_year_from(month).query(), window.year_starts == month)


def rows_from(window: Window | None) -> Choice | None:
    """The span before or after, by its name; None where there is none."""
    return None if window is None else Choice(window.name, window.query())


def url_if_there(name: str, *args) -> str:
    """The address of a page that another part of the platform brings; empty while it is not there."""
    with suppress(NoReverseMatch):
        return reverse(name, args=args)
    return ""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What to do where nothing is measured yet: words, and a button where the reader may do it."""

    words: str
    action: str
    url: str


def how_to_begin(request, initiative) -> FirstStep:
    """The first indicator; for whoever cannot define one, who can, and for an admin the way to invite them."""
    if request.membership.can(Can.DEFINE_INDICATORS):
        url = url_if_there("measures:indicator-new", request.tenant.slug, initiative.slug)
        words = _("Add the first indicator: it says what partners count, and how their numbers add up.")
        return FirstStep(str(words), str(_("Add an indicator")), url)
    words = _("A data steward says what is measured, who owes it, and reviews what comes in.")
    if request.membership.can(Can.MANAGE_MEMBERS) and request.membership.partner_ids(Can.MANAGE_MEMBERS) is None:
        return FirstStep(
            str(words), str(_("Invite one")), reverse("backbone:member-invite", args=[request.tenant.slug])
        )
    return FirstStep(str(words), "", "")


def report_url(request, initiative, code: str, partner_id: int, period: date) -> str:
    """Where a reader opens a partner's report: the form for its own people, the review for who reviews."""
    place = [request.tenant.slug, initiative.slug, code, period]
    own = request.membership.partner_ids(Can.READ_DRAFTS)
    if own is None or partner_id in own:
        return url_if_there("measures:filing", *place)
    return url_if_there("measures:filing-review", *place) if request.membership.can(Can.REVIEW) else ""


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence]) -> HttpResponse:
    """A table as a CSV file to download, in the columns it has on its page."""
    response = HttpResponse(b"".join(write_csv(rows, columns, for_excel=True)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
