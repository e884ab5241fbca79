"""The states of the matrix and what made them, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.rules.cells import Because, Inputs, State, Thresholds
from activities.selectors.matrix import Cell, Coverage
from backbone.look.numbers import compact, percent


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: its word, its shape (backbone/look/icons.py), the class of its cell, and the tone of its word."""

    word: Promise
    icon: str
    css: str
    tone: str


LOOKS: dict[State, Look] = {
    State.GAP: Look(gettext_lazy("Gap"), "square-dashed", "gap", "bad"),
    State.PARTLY: Look(gettext_lazy("Partly"), "square-half", "part", ""),
    State.COVERED: Look(gettext_lazy("Covered"), "square-full", "met", ""),
    State.TWICE: Look(gettext_lazy("Twice?"), "squares", "dup", "warn"),
    State.AGREED: Look(gettext_lazy("Agreed"), "squares-check", "ok", ""),
    State.UNKNOWN: Look(gettext_lazy("Unknown"), "question", "unk", "quiet"),
    State.NO_NEED: Look(gettext_lazy("No need"), "dash", "none", "quiet"),
}


def legend(thresholds: Thresholds) -> list[tuple[Look, str]]:
    """Each state with what it means by this tenant's thresholds."""
    below, above = _share(thresholds.gap_below), _share(thresholds.overlap_above)
    return [
        (LOOKS[State.GAP], _("nothing, or under %(share)s of the need") % {"share": below}),
        (LOOKS[State.PARTLY], _("%(share)s of the need or more") % {"share": below}),
        (LOOKS[State.COVERED], _("all of it")),
        (LOOKS[State.TWICE], _("two partners with the same kind of service, over %(share)s") % {"share": above}),
        (LOOKS[State.AGREED], _("overlap on purpose")),
        (LOOKS[State.UNKNOWN], _("not known, which is no gap")),
    ]


def inside(cell: Cell) -> str:
    """“0 of 40”, “at least 5 of 40”, “5 offered”; empty when there is nothing to say."""
    inputs = cell.inputs
    words = {"supply": compact(inputs.supply, _decimals(inputs.supply)), "need": compact(inputs.need)}
    if cell.state is State.NO_NEED:
        return ""
    if inputs.need is not None:
        if inputs.is_at_least:
            return _("at least %(supply)s of %(need)s") % words
        return _("%(supply)s of %(need)s") % words
    if not inputs.activities:
        return ""
    if inputs.is_at_least:
        return _("at least %(supply)s offered") % words if inputs.supply else _counted(inputs)
    return _("%(supply)s offered") % words


def _counted(inputs: Inputs) -> str:
    """“1 activity”, “3 activities, several partners”: all there is to say while none of them says how much it offers."""
    words = ngettext("%(count)s activity", "%(count)s activities", inputs.activities) % {"count": inputs.activities}
    return _("%(activities)s, several partners") % {"activities": words} if inputs.has_several else words


def because_words(cell: Cell, coverage: Coverage) -> str:
    """Why a cell is unknown, in a sentence; empty for one that is known."""
    if cell.because is Because.NEED:
        return _("Nobody has said how much is needed here.")
    if cell.because is Because.CAPACITY:
        return _("An activity here does not say how much it offers, or counts it otherwise than the need.")
    if cell.because is Because.UNTAGGED:
        words = {"untagged": coverage.untagged, "running": coverage.running}
        return _("%(untagged)s of %(running)s running activities do not say what for, for whom or where.") % words
    return ""


def rule_words(cell: Cell, thresholds: Thresholds, coverage: Coverage) -> list[str]:
    """The rule as it was applied to a cell, step by step with its inputs."""
    inputs = cell.inputs
    found = []
    if inputs.need is None:
        found.append(because_words(cell, coverage))
    else:
        source = _("as somebody said it") if cell.is_own else _("the sum of the places within it")
        words = {"need": compact(inputs.need), "unit": cell.unit, "source": source}
        found.append(_("Needed: %(need)s %(unit)s a year, %(source)s.") % words)
    words = {"supply": compact(inputs.supply), "count": inputs.activities, "unit": cell.unit}
    if inputs.is_at_least:
        found.append(_("Offered: at least %(supply)s %(unit)s, by %(count)s activities.") % words)
    else:
        found.append(_("Offered: %(supply)s %(unit)s, by %(count)s activities.") % words)
    if inputs.need:
        ratio = {"ratio": percent(inputs.supply / inputs.need, 0)}
        below, above = _share(thresholds.gap_below), _share(thresholds.overlap_above)
        found.append(_("That is %(ratio)s of the need.") % ratio)
        found.append(_("A gap is under %(share)s; nothing at all is one too.") % {"share": below})
        found.append(
            _("A possible duplication is over %(share)s, by two leading partners with the same kind of service.")
            % {"share": above}
        )
    if inputs.need and cell.because not in (None, Because.NEED):
        found.append(because_words(cell, coverage))
    covered = {"tagged": coverage.running - coverage.untagged, "running": coverage.running, "most": coverage.most}
    found.append(
        _(
            "%(tagged)s of %(running)s running activities are counted; with more than %(most)s%% left out, nothing is judged."
        )
        % covered
    )
    return found


def _decimals(amount: Decimal) -> int:
    """A share of a capacity is seldom a whole number; beyond ten nobody needs its decimals in a cell."""
    return 0 if amount >= 10 else 1


def _share(of_hundred: int) -> str:
    return percent(Decimal(of_hundred) / 100, 0)
