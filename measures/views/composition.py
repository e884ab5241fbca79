"""What an indicator is computed from and goes into, and what its source published: for the page of one indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import period_name
from backbone.problems import Refused
from backbone.roles import Can
from measures import wording
from measures.lines import lines as lines_of
from measures.models import Indicator
from measures.rules import kinds
from measures.rules.components import Component
from measures.rules.derived import definition_of
from measures.rules.figures import plain
from measures.rules.formula import VALUE, Formula, Term, pieces
from measures.rules.lines import Line
from measures.rules.periods import Grain, last_day
from measures.selectors import community
from measures.windows import Window

VINTAGES = 24


class Piece(NamedTuple):
    """A piece of a formula, or a name: with a link where it is an indicator."""

    text: str
    url: str = ""


class ComponentRow(NamedTuple):
    name: str
    url: str
    weight: str
    scale: str


@dataclass(frozen=True, slots=True)
class Made:
    """How an indicator is computed, and what is computed from it."""

    formula: tuple[Piece, ...] = ()
    components: tuple[ComponentRow, ...] = ()
    used_in: tuple[Piece, ...] = ()


def made_of(request, initiative, row: Indicator) -> Made:
    """In words, with links; two queries, three where it is split."""
    rows = list(Indicator.objects.filter(initiative=initiative))
    by_slug = {one.slug: one for one in rows}
    lines = lines_of(initiative, rows)
    place = [request.tenant.slug, initiative.slug]

    def url(slug: str) -> str:
        return reverse("measures:indicator", args=[*place, slug]) if slug in by_slug else ""

    used_in = tuple(Piece(one.name, url(one.slug)) for one in rows if row.slug in _inputs(lines[one.pk]))
    formula: tuple[Piece, ...] = ()
    components: tuple[ComponentRow, ...] = ()
    if kinds.KINDS[row.kind].is_computed and _inputs(lines[row.pk]):
        definition = definition_of(lines[row.pk])
        if definition.formula is not None:
            formula = _formula(definition.formula, by_slug, url)
        components = tuple(
            ComponentRow(
                by_slug[one.indicator].name if one.indicator in by_slug else one.indicator,
                url(one.indicator),
                f"{plain(one.weight):f}",
                _scale(one),
            )
            for one in definition.components
        )
    return Made(formula, components, used_in)


def _inputs(line: Line) -> tuple[str, ...]:
    if line.kind not in (kinds.FORMULA, kinds.INDEX):
        return ()
    try:
        return definition_of(line).inputs
    except Refused:
        return ()


def _formula(formula: Formula, by_slug: dict[str, Indicator], url) -> tuple[Piece, ...]:
    return tuple(
        Piece(_term_words(one, by_slug), url(one.slug)) if isinstance(one, Term) else Piece(one)
        for one in pieces(formula)
    )


def _term_words(term: Term, by_slug: dict[str, Indicator]) -> str:
    other = by_slug.get(term.slug)
    name = term.slug if other is None else other.name
    if term.part == VALUE:
        return name
    half = getattr(other, term.part, "") if other is not None else ""
    if half:
        return _("%(name)s: %(half)s") % {"name": name, "half": half}
    pattern = _("%(name)s: numerator") if term.part == "numerator" else _("%(name)s: denominator")
    return pattern % {"name": name}


def _scale(one: Component) -> str:
    if not one.is_scaled:
        return _("as it is")
    ends = {"worst": _number(one.worst), "best": _number(one.best)}
    words = _("from %(worst)s, the worst, to %(best)s, the best") % ends
    return words if one.clip else _("%(scale)s; beyond it is not cut off") % {"scale": words}


def _number(number: Decimal | None) -> str:
    return "" if number is None else f"{plain(number):f}"


class VintageRow(NamedTuple):
    name: str
    category: str
    words: str
    published_on: date
    lag: str
    note: str
    is_current: bool


def vintages_of(row: Indicator, window: Window) -> list[VintageRow]:
    """Every vintage of the last periods, the latest first; nothing for what is not published. Two queries."""
    if row.kind != kinds.COMMUNITY:
        return []
    line = lines_of(row.initiative, [row])[row.pk]
    found, seen = [], set()
    for one in community.vintages(row.pk):
        cell = (one.period, one.category)
        known = (*cell, one.published_on)
        if known in seen:
            continue  # a word that was corrected since
        words = _("not published") if one.value is None else wording.amount(line, one.value)
        lag = (one.published_on - last_day(one.period, Grain(row.frequency))).days
        found.append(
            VintageRow(
                period_name(one.period, row.frequency),
                wording.category_words(line, one.category) if one.category else "",
                words,
                one.published_on,
                ngettext("%(count)s day after its end", "%(count)s days after its end", lag) % {"count": lag}
                if lag > 0
                else "",
                one.note,
                cell not in seen,
            )
        )
        seen |= {cell, known}
        if len(found) == VINTAGES:
            break
    return found


def entry_url(request, initiative, row: Indicator) -> str:
    """Where a steward writes down what a source published; empty for anybody and anything else."""
    if row.kind != kinds.COMMUNITY or not request.membership.can(Can.DEFINE_INDICATORS):
        return ""
    return reverse("measures:community", args=[request.tenant.slug, initiative.slug, row.slug])
