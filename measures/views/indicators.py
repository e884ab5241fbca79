"""Indicators to read: the list, and one indicator all the way down to its partners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from agenda.models import Outcome
from backbone.access import member_can
from backbone.look.coverage import coverage_text
from backbone.look.numbers import SILENCE, percent
from backbone.models import Partner
from backbone.paging import page_of
from backbone.roles import Can
from measures import drawing, wording
from measures.foresight import forecast_words, foresee, method_words
from measures.instants import instant_text
from measures.models import Indicator
from measures.rules.figures import plain
from measures.rules.forecast import Forecast
from measures.rules.kinds import KINDS
from measures.rules.periods import Grain, text_of
from measures.rules.splits import heirs
from measures.selectors.attested import SameDefinition, same_definition_of
from measures.selectors.forest import branches
from measures.selectors.goals import periods_of
from measures.selectors.history import excuse_steps, figure_steps
from measures.selectors.indicator import LENGTHS, PartnerRow, SectorRow, partner_rows, sector_rows, splits
from measures.selectors.opening import codes_for, own_window, window_for
from measures.selectors.reading import Reading, read
from measures.selectors.restated import restatements
from measures.selectors.told import at_levels, told
from measures.views import composition
from measures.views.links import csv_answer, grain_links, how_to_begin, rows_from, url_if_there, year_links
from measures.views.shared import counted_once, joint_url
from measures.views.then import as_of_context, as_of_of, shows_as_of
from measures.windows import Window

ROWS_ON_A_PAGE = 60
STEPS = 12
WHO_AT_MOST = 18  # partners that fit the strip of boxes beside a figure
FILTER_FROM = 12


@member_can(Can.READ_ROLLUPS)
@require_safe
@shows_as_of
def indicator_list(request, initiative):
    """All indicators by result, with their last figure; found by a text or a result."""
    window = window_for(initiative, request.GET, request.tenant, as_of=as_of_of(request))
    wanted, outcome = request.GET.get("q", "").strip(), request.GET.get("outcome", "")
    indicators = Indicator.objects.filter(initiative=initiative).select_related("outcome", "tenant")
    everything = list(indicators)
    chosen = [one for one in everything if _is_meant(one, wanted, outcome)]
    readings = read(initiative, chosen, window, codes=codes_for(initiative, request.membership))
    if request.GET.get("format") == "csv":
        return _list_csv(initiative, readings)
    can_define = request.membership.can(Can.DEFINE_INDICATORS)
    context = {
        "initiative": initiative,
        "window": window,
        "branches": branches(
            Outcome.objects.filter(initiative=initiative), readings, with_empty=not (wanted or outcome)
        ),
        "outcomes": list(dict.fromkeys(one.outcome for one in everything if one.outcome is not None)),
        "wanted": wanted,
        "outcome": outcome,
        "count": len(chosen),
        "is_empty": not everything,
        "previous": rows_from(window.previous),
        "next": rows_from(window.next),
        "grains": grain_links(window),
        "years": year_links(window),
        **as_of_context(request, window.as_of),
        "may_see_changes": request.membership.can(Can.READ_PARTNER_FIGURES),
        "begin": how_to_begin(request, initiative),
        "new_url": url_if_there("measures:indicator-new", request.tenant.slug, initiative.slug) if can_define else "",
    }
    return render(request, "measures/indicator_list.html", context)


def _is_meant(indicator: Indicator, wanted: str, outcome: str) -> bool:
    words = f"{indicator.code} {indicator.name} {indicator.slug} {indicator.definition}".casefold()
    if outcome and (indicator.outcome is None or indicator.outcome.slug != outcome):
        return False
    return wanted.casefold() in words


@member_can(Can.READ_ROLLUPS)
@require_safe
@shows_as_of
def indicator(request, initiative, indicator: str):
    """One indicator in one span: its figure, its trend, its partners, its breakdowns, what happened to it."""
    row = Indicator.objects.filter(initiative=initiative, slug=indicator).select_related("outcome", "tenant").first()
    if row is None:
        raise Http404
    frequency = Grain(row.frequency)
    window = window_for(initiative, request.GET, request.tenant, frequency, as_of=as_of_of(request))
    if window.grain.months < frequency.months:
        window = window.at(frequency)
    if not periods_of(row, window)[1]:
        window = own_window(row, window)
    membership = request.membership
    shown = membership.partner_ids(Can.READ_PARTNER_FIGURES)
    codes = codes_for(initiative, membership)
    reading = read(initiative, [row], window, codes=codes, trend=LENGTHS[window.grain])[0]
    rows = partner_rows(reading, shown)
    sees_small = membership.partner_ids(Can.READ_SMALL_CELLS) is None
    threshold = None if sees_small else request.tenant.small_cell_threshold
    can_merge = bool(heirs(reading.line))
    is_merged = can_merge and request.GET.get("merged") == "1"
    parts = splits(initiative, reading, threshold=threshold, is_merged=is_merged)
    same = same_definition_of(reading, codes)
    if request.GET.get("format") == "csv":
        return _csv(request.GET.get("table", ""), reading, rows, parts, same)

    sectors = sector_rows(reading, rows)
    has_sectors = len({one.sector for one in sectors if one.sector}) > 1
    returned = [row.partner.code for row in rows if row.partner is not None and row.is_returned]
    listed = _filtered(rows, request.GET)
    page = page_of(request, listed, ROWS_ON_A_PAGE)
    rule = KINDS[reading.indicator.kind]
    found = foresee(reading)
    kept = {
        name: value for name, value in request.GET.items() if name in ("grain", "period", "year", "as_of", "sector")
    }
    context = {
        "initiative": initiative,
        "indicator": reading.indicator,
        "definitions": reading.history.told if reading.history.rows else [],
        "reading": reading,
        "window": window,
        "crumbs": _crumbs(request, initiative, row),
        "grains": grain_links(window, frequency),
        "years": year_links(window),
        "previous": rows_from(window.previous),
        "next": rows_from(window.next),
        "kept": kept,
        "trend": drawing.trend_chart(reading, found if isinstance(found, Forecast) else None),
        "trend_source": _source(request.tenant, reading),
        "forecast_words": forecast_words(reading, found),
        "forecast_method": method_words(found) if isinstance(found, Forecast) else "",
        "page": page,
        "once": counted_once(reading, shown),
        "joint_url": joint_url(request, initiative, row, window),
        "rows": [_row(request, reading, one) for one in page],
        "has_sectors": has_sectors,
        "sectors": [_sector_row(reading, one) for one in sectors] if _is_by_sector(request, has_sectors) else [],
        "sector": next((_sector_row(reading, one) for one in sectors if one.sector == request.GET.get("sector")), None),
        "foot": _foot(reading, rows),
        "returned": wording.missing_words(returned, len(returned)) if returned else "",
        "returned_count": len(returned),
        "who": _who(rows) if codes is not None and len(rows) <= WHO_AT_MOST else [],
        "has_filter": len(rows) > FILTER_FROM,
        "wanted": request.GET.get("q", ""),
        "show": request.GET.get("show", ""),
        "is_filtered": len(listed) < len(rows),
        "is_own_grain": window.grain == frequency or not rule.is_filed,
        "is_published": rule.is_published,
        "made": composition.made_of(request, initiative, row),
        "vintages": composition.vintages_of(row, window),
        "community_url": composition.entry_url(request, initiative, row),
        "usual_of": _usual_of(row, window),
        "can_merge": can_merge,
        "is_merged": is_merged,
        "splits": [(one, drawing.split_chart(reading, one)) for one in parts],
        "steps": _steps(membership, reading, shown, codes),
        "restated": restatements(reading, shown),
        "same": same,
        "window_query_now": replace(window, as_of=None).query(),
        "levels": at_levels(reading),
        "told": told(reading, shown),
        "over_partners": _(rule.over_partners),
        "over_time": _(rule.over_time),
        "edit_url": _edit_url(request, initiative, row),
        "curve_url": _curve_url(request, initiative, row),
        **as_of_context(request, window.as_of),
    }
    return render(request, "measures/indicator_detail.html", context)


def _crumbs(request, initiative, row: Indicator) -> list[tuple[str, str]]:
    place = [request.tenant.slug, initiative.slug]
    return [
        (_("Home"), reverse("backbone:home", args=place)),
        (_("Measures"), reverse("measures:indicator-list", args=place)),
        (row.code or row.name, ""),
    ]


def _edit_url(request, initiative, row: Indicator) -> str:
    if not request.membership.can(Can.DEFINE_INDICATORS):
        return ""
    return url_if_there("measures:indicator-edit", request.tenant.slug, initiative.slug, row.slug)


def _curve_url(request, initiative, row: Indicator) -> str:
    if not request.membership.can(Can.READ_CURVES):
        return ""
    return reverse("measures:curve-begin", args=[request.tenant.slug, initiative.slug, row.slug])


def _usual_of(row: Indicator, window: Window) -> str:
    """What the usual volume counts, where it is not the figure itself: a rate's denominator, one period of several."""
    words = [row.denominator] if KINDS[row.kind].is_ratio and row.denominator else []
    if window.grain != row.frequency:
        words.append(str(row.get_frequency_display()))
    return ", ".join(words)


def _source(tenant, reading: Reading) -> str:
    counted = _("Approved figures only.")
    if tenant.counting == tenant.Counting.SUBMITTED:
        counted = _("Submitted and approved figures.")
    return " ".join(part for part in (drawing.exceptions(reading), counted) if part)


def _filtered(rows: Sequence[PartnerRow], params) -> list[PartnerRow]:
    """The rows a reader asked for by a text or a state; the foot goes on standing for all of them."""
    wanted, show, sector = params.get("q", "").strip().casefold(), params.get("show", ""), params.get("sector")
    found = []
    for row in rows:
        if sector is not None and (row.partner is None or row.partner.sector.strip() != sector):
            continue
        name = "" if row.partner is None else f"{row.partner.code} {row.partner.name}".casefold()
        if wanted not in name or (show == "missing" and not row.is_missing):
            continue
        found.append(row)
    return found


def _row(request, reading: Reading, row: PartnerRow) -> dict:
    """A partner's row as the page prints it, with where it leads."""
    line = reading.line
    now = None if row.is_waiting else wording.shown(line, row.now, is_running=reading.window.is_running)
    place = [] if row.partner is None else [request.tenant.slug, request.resolver_match.kwargs["initiative"]]
    figure_url = nudge = ""
    if row.partner is not None and row.is_one_period and reading.line.rule.is_filed:
        month = text_of(reading.window.period)
        figure_url = reverse("measures:figure", args=[*place, reading.indicator.slug, row.partner.code, month])
        if reading.window.as_of is not None:
            figure_url += f"?as_of={instant_text(reading.window.as_of)}"
        elif row.is_missing and request.membership.can(Can.ASSIGN_OBLIGATIONS):
            nudge = url_if_there("comms:nudge", *place, row.partner.code, reading.window.period)
    return {
        "row": row,
        "now": None if now is None else _in_a_cell(now),
        "before": None if row.before is None else _in_a_cell(wording.shown(line, row.before)),
        "usual": SILENCE if row.usual is None else wording.volume(row.usual),
        "url": figure_url,
        "nudge_url": nudge,
    }


def _is_by_sector(request, has_sectors: bool) -> bool:
    return has_sectors and request.GET.get("by") == "sector"


def _sector_row(reading: Reading, row: SectorRow) -> dict:
    """A sector's row as the page prints it."""
    line, covered = reading.line, row.now.coverage
    words = {"filed": covered.filed, "expected": covered.expected}
    return {
        "row": row,
        "now": _in_a_cell(wording.shown(line, row.now, is_running=reading.window.is_running)),
        "before": None if row.before is None else _in_a_cell(wording.shown(line, row.before)),
        "usual": SILENCE if row.usual is None else wording.volume(row.usual),
        "state": _("%(filed)s of %(expected)s filed") % words,
    }


def _in_a_cell(one: wording.Shown) -> tuple[str, str]:
    """A figure for a narrow cell: what it is, and the small print below it, which may break after its stroke."""
    return str(replace(one, small="")), one.small.replace("/", "/\u200b")


def _foot(reading: Reading, rows: Sequence[PartnerRow]) -> dict:
    """What all partners come to: the figure above, whatever part of the rows is shown."""
    line, change = reading.line, reading.change
    known = [row.usual for row in rows if row.usual is not None and not row.is_excused]
    has_others = any(row.partner is None for row in rows)
    panel = len(change.panel) if change is not None and change.is_comparable else 0
    covered = reading.now.coverage
    words = {"filed": covered.filed, "expected": covered.expected, "excused": covered.excused}
    state = (
        _("%(filed)s of %(expected)s filed, %(excused)s excused")
        if covered.excused
        else _("%(filed)s of %(expected)s filed")
    )
    return {
        "label": _("All partners") if reading.now.is_complete and not reading.window.is_running else _("So far"),
        "now": _in_a_cell(reading.shown),
        "before": None if reading.before is None else _in_a_cell(wording.shown(line, reading.before.combined)),
        "before_same": wording.amount(line, change.previous) if panel and panel < covered.expected else "",
        "panel": panel,
        "change": SILENCE if change is None else wording.change_amount(line, change),
        "usual": wording.volume(sum(known)) if known and not has_others else SILENCE,
        "state": state % words,
    }


def _who(rows: Iterable[PartnerRow]) -> list[dict]:
    """The strip of boxes: who is in, submitted, is missing or excused, by code."""
    found = []
    for row in rows:
        if row.partner is not None:
            css, words = _standing(row)
            found.append({"code": row.partner.code, "css": css, "words": words})
    return sorted(found, key=lambda one: one["code"])


def _standing(row: PartnerRow) -> tuple[str, str]:
    """The look of a partner's box, and its words."""
    if row.is_excused:
        return "ex", _("excused")
    if row.is_missing:
        return "out", _("returned") if row.is_returned else _("missing")
    return ("wait", _("submitted")) if row.is_waiting else ("", _("filed"))


def _steps(membership, reading: Reading, shown: set[int] | None, codes) -> list:
    """What happened to the figures of this span, where it is one period of the indicator; newest first."""
    if reading.window.grain != reading.indicator.frequency:
        return []
    names = dict(codes or Partner.objects.filter(pk__in=shown or ()).values_list("pk", "code"))
    window, then = reading.window, reading.window.as_of
    steps = figure_steps(
        reading.indicator, reading.line, window.period, names, partner_ids=shown, limit=STEPS, until=then
    )
    steps += [step for step in excuse_steps(reading.indicator, window.period, shown) if then is None or step.at <= then]
    return sorted(steps, key=lambda step: step.at, reverse=True)[:STEPS]


def _list_csv(initiative, readings: Sequence[Reading]) -> HttpResponse:
    columns = [_("Indicator"), _("Name"), _("Period"), _("Figure"), _("Coverage")]
    rows = [
        [
            one.indicator.code or one.indicator.slug,
            one.indicator.name,
            one.window.name,
            one.said,
            one.source_words or coverage_text(one.chip),
        ]
        for one in readings
    ]
    then = _then(readings[0].window) if readings else ""
    return csv_answer(f"{initiative.slug}-indicators{then}", columns, rows)


def _then(window: Window) -> str:
    """What the name of a file says of the instant it is as of."""
    return "" if window.as_of is None else f"-as-of-{window.as_of:%Y%m%dT%H%M%SZ}"


def _csv(table: str, reading: Reading, rows: Sequence[PartnerRow], parts, same: SameDefinition | None) -> HttpResponse:
    """One of the page's tables: `trend`, a breakdown by its name, or else the partners."""
    line, window = reading.line, reading.window
    name = f"{reading.indicator.slug}-{text_of(window.period)}{_then(window)}"
    if table == "trend":
        ends = [_("At least"), _("At most")] if any(p.low is not None for p in reading.trend) else []
        columns = [_("Period"), reading.indicator.name, *ends, _("Filed"), _("Expected"), _("Excused"), _("State")]
        listed = [
            [
                text_of(p.period),
                *(None if n is None else plain(n) for n in ((p.value, p.low, p.high) if ends else (p.value,))),
                p.filed, p.expected, p.excused, p.words,
            ]
            for p in reversed(reading.trend)
        ]  # fmt: skip
        return csv_answer(f"{name}-trend", columns, listed)
    for split in parts:
        if split.slug == table:
            hidden = _("hidden to protect people")
            columns = [
                split.name,
                window.name,
                _("Filed"),
                _("Expected"),
                *([_("Target")] if split.has_targets else []),
            ]
            listed = [
                [row.name, hidden if row.is_hidden else row.cell, row.filed, row.expected]
                + ([row.target or None] if split.has_targets else [])
                for row in split.rows
            ]
            return csv_answer(f"{name}-{table}", columns, listed)
    columns = [
        _("Partner"), _("Name"), window.name, window.previous.name, pgettext("of a figure", "Change"), _("Usual"), _("State"),
        _("As defined"),
    ]  # fmt: skip
    listed = [_csv_row(line, row, same) for row in rows]
    foot = _foot(reading, rows)
    before = None if reading.before is None else wording.cell(line, reading.before.combined)
    listed.append([
        "", foot["label"], wording.cell(line, reading.now), before, foot["change"], None, foot["state"], _as_defined(same),
    ])  # fmt: skip
    return csv_answer(f"{name}-partners", columns, listed)


def _as_defined(same: SameDefinition | None) -> str:
    """How much of the figure is counted as defined; for who may not know who does not, how many, as on the page."""
    if same is None:
        return ""
    if same.is_named:
        return percent(same.floored, 0)
    words = ngettext("%(count)s counts it differently", "%(count)s count it differently", same.count)
    return words % {"count": same.count} if same.is_below else ""


def _own_word(same: SameDefinition | None, code: str) -> str:
    word = None if same is None else same.words.get(code)
    if word is None:
        return ""
    if word.as_defined:
        return _("as defined")
    return _("differently: %(note)s") % {"note": word.note} if word.note else _("differently")


def _csv_row(line, row: PartnerRow, same: SameDefinition | None) -> list:
    code = "" if row.partner is None else row.partner.code
    others = _("Others, %(count)s partners") % {"count": row.count}
    return [
        code,
        others if row.partner is None else row.partner.name,
        wording.cell(line, row.now),
        None if row.before is None else wording.cell(line, row.before),
        row.change,
        None if row.usual is None else plain(row.usual),
        row.state_words or row.state,
        _own_word(same, code),
    ]
