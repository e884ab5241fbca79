"""How figures of the kinds that are no plain number are said: yes or no, levels, averages with their weights, medians,
words. `wording` asks here; everything comes back as a `Shown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import compact, number, percent
from measures.rules.combining import Combined
from measures.rules.coverage import State
from measures.rules.figures import Entry, plain
from measures.rules.kinds import (
    AVERAGE_STOCK,
    FLOW,
    MAXIMUM,
    MEDIAN,
    MILESTONE,
    MINIMUM,
    MONEY,
    NARRATIVE,
    ORDINAL,
    RATE,
    RATE_STOCK,
    STOCK,
    TO_DATE,
    UNDUPLICATED,
    WEIGHTED_AVERAGE,
)
from measures.rules.lines import PERCENT, Line

WORDS_SHOWN = 80  # of a narrative, where it stands in a row


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure for the eye: `text`, “so far” beside it when `so_far`, then `small`; `words` when it is a phrase.

    `is_fraction`: the small part is what a rate was divided from, and stands in brackets where all is one line.
    """

    text: str
    so_far: bool = False
    words: bool = False
    small: str = ""
    is_fraction: bool = False

    def __str__(self) -> str:
        parts = [self.text]
        if self.so_far:
            parts = [_("%(value)s so far") % {"value": self.text}]
        if self.small:
            parts.append(f"({self.small})" if self.is_fraction else self.small)
        return " ".join(parts)


def amount(line: Line, value: Decimal) -> str | None:
    """One number in the unit of these kinds; None for a kind that needs nothing of its own."""
    if line.kind == MILESTONE:
        return percent(value, 0)
    if line.kind == ORDINAL:
        level = line.level_at(value)
        return compact(value, 2) if level is None else level.name
    if line.rule.is_weighted:
        return percent(value / 100) if line.unit == PERCENT else compact(value, 2)
    if line.kind == AVERAGE_STOCK:
        return compact(value, 2)
    if line.kind == MONEY and value != int(value):
        return number(round(value, 2))
    return None


def of_combined(line: Line, combined: Combined, so_far: bool) -> Shown | None:
    """What is combined of these kinds; None for a kind that is shown as a number, a rate or bounds."""
    if line.kind == NARRATIVE:
        told = combined.coverage.filed
        words = ngettext("told by %(count)s partner", "told by %(count)s partners", told) % {"count": number(told)}
        return Shown(_("told") if combined.coverage.expected == 1 and told else words, words=True)
    if line.kind == MEDIAN and combined.state is State.NOT_COMBINABLE:
        small = _("not combined")
        return Shown(_range(line, combined), not combined.coverage.is_complete, words=True, small=small)
    if line.kind == MILESTONE:
        return _of_milestone(combined, so_far)
    if line.kind == ORDINAL:
        return _of_levels(line, combined, so_far)
    if line.rule.is_weighted:
        return Shown(_said(line, combined.value), so_far, small=_weight(combined.denominator))
    if line.kind == AVERAGE_STOCK and combined.value is None:
        return Shown(_("no average until all months are in"), words=True)
    return None


def _of_milestone(combined: Combined, so_far: bool) -> Shown:
    if combined.coverage.expected == 1:
        return Shown(_("achieved") if combined.numerator else _("not achieved"), so_far, words=True)
    words = {"achieved": number(_plain(combined.numerator)), "expected": number(_plain(combined.denominator))}
    return Shown(_("%(achieved)s of %(expected)s achieved") % words, so_far, words=True)


def _of_levels(line: Line, combined: Combined, so_far: bool) -> Shown:
    if combined.value is None or combined.lower == combined.upper:
        return Shown(_range(line, combined), so_far, words=True)
    return Shown(compact(combined.value, 2), so_far, small=_range(line, combined))


def _range(line: Line, combined: Combined) -> str:
    lower, upper = _said(line, combined.lower), _said(line, combined.upper)
    if combined.lower == combined.upper:
        return lower
    if line.kind == ORDINAL:
        return _("from %(lower)s to %(upper)s") % {"lower": lower, "upper": upper}
    return _("between %(lower)s and %(upper)s") % {"lower": lower, "upper": upper}


def of_entry(line: Line, one: Entry) -> Shown | None:
    """What one partner filed, of these kinds; None for a number, a rate or people."""
    if line.kind == NARRATIVE:
        text = " ".join(one.reason.split())
        return Shown(text if len(text) <= WORDS_SHOWN else text[: WORDS_SHOWN - 1].rstrip() + "…", words=True)
    if one.value is None:
        return None
    if line.kind == MILESTONE:
        return Shown(_("yes") if one.value else _("no"), words=True)
    if line.kind == ORDINAL:
        return Shown(_said(line, one.value), words=True)
    if line.rule.is_weighted:
        return Shown(_said(line, one.value), small=_weight(one.weight))
    return None


def explained(line: Line, combined: Combined) -> str:
    """Why a figure of these kinds is what it is, in a sentence below it; empty where nothing needs to be said."""
    if line.kind == MEDIAN and combined.state is State.NOT_COMBINABLE:
        return _("The middle of several middles is not their middle: this is the range that they lie in.")
    if line.kind == MINIMUM and combined.coverage.expected > 1:
        return _("The smallest that any partner filed, which is not the lowest point of all of them together.")
    if line.kind == MAXIMUM and combined.coverage.expected > 1:
        return _("The largest that any partner filed, which is not the peak of all of them together.")
    if line.kind == NARRATIVE:
        return _("Words are not added up. They are listed by partner.")
    return ""


def sample_words(kind: str) -> str:
    """What the sample numbers of the editor show, in a sentence or two; empty for a kind that shows it by itself."""
    return {
        RATE: _(
            "15 of 100 and 15 of 50 are 30 of 150. The mean of the two rates would be something else, and is never taken."
        ),
        RATE_STOCK: _(
            "15 of 100 and 15 of 50 are 30 of 150. The mean of the two rates would be something else, and is never taken."
        ),
        STOCK: _(
            "Partner B has not filed the second month. Carried forward, its first month stands in, and the figure says so."
        ),
        UNDUPLICATED: _("Nobody knows how many of them are the same people, so there are bounds and never a sum."),
        FLOW: _("While somebody is missing it is a number so far, and never called a total."),
        TO_DATE: _(
            "Each figure holds what came before it, so 30 and then 75 are 75, with 45 more in the second month."
        ),
        WEIGHTED_AVERAGE: _(
            "4 of weight 10 and 8 of weight 30 are 7, nearer to the heavier one. Their mean, 6, is never taken."
        ),
        AVERAGE_STOCK: _(
            "The months of a partner are averaged, the averages add up. Without its second month B has none."
        ),
        MINIMUM: _("The smallest that anybody filed. Another partner that is still missing may have a smaller one."),
        MAXIMUM: _(
            "The largest that anybody filed, which is not the peak of both together: their peaks may be on different days."
        ),
        MEDIAN: _(
            "The middle of two middles is not the middle of both, so the range is shown, and each partner’s own."
        ),
        MILESTONE: _(
            "A says no and then yes: in both months together it is achieved. Who is missing is expected all the same."
        ),
        ORDINAL: _("How many stand at each level is counted. Over months the latest level is the one that counts."),
        MONEY: _("Amounts in one currency add up. Another currency needs an indicator of its own."),
        NARRATIVE: _("Nothing is added up: the words of each partner are listed, and who has not written is named."),
    }.get(kind, "")


def _said(line: Line, value: Decimal | None) -> str:
    if value is None:
        return number(None)
    return amount(line, value) or number(plain(value))


def _weight(weight: Decimal | None) -> str:
    return "" if weight is None else _("weight %(weight)s") % {"weight": compact(weight, 2)}


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else plain(value)
