"""How a figure is said: value, kind and coverage together, and never a total while somebody is missing.

`shown` gives a figure for the eye (`{% figure_value %}`), `said` the same in one line for a table, a file or a mail:
“700 so far”, “20.0% (30/150)”, “between 95 and 410”, “at least 95”, “9 as of Aug 2026”, “undefined (0 of 0)”,
“not filed”.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.look.numbers import (
    compact,
    number,
    percent,
    period_name,
    short_date,
    short_period,
    signed,
    signed_percent,
)
from measures import kind_words
from measures.kind_words import Shown
from measures.rules.change import HALF, Change
from measures.rules.combining import Combined
from measures.rules.coverage import State
from measures.rules.figures import Entry, plain
from measures.rules.kinds import MEDIAN, MILESTONE, NARRATIVE, ORDINAL, UNDUPLICATED
from measures.rules.lines import PER_1000, PERCENT, UNKNOWN_NAME, Line
from measures.rules.overlap import estimate
from measures.rules.progress import Status
from measures.rules.versions import Version

NAMED_AT_MOST = 3  # more missing partners than this are counted, not named, in a sentence


def category_words(line: Line, key: str) -> str:
    """A category as it is read: `16–19`, `Female, Unknown`. “Unknown” is our word, the other names are the tenant's."""
    return ", ".join(_(name) if name == UNKNOWN_NAME else name for name in line.category_names(key))


def amount(line: Line, value: Decimal | None) -> str:
    """One number in the unit of its indicator: `41.1%`, `8.5` (per 1,000), `1,012`, the name of a level; a rate's value
    is its ratio."""
    if value is None:
        return number(None)
    if line.rule.is_ratio:
        if line.unit == PERCENT:
            return percent(value)
        if line.unit == PER_1000:
            return number(value * 1000, 1)
        return compact(value, 2)
    if not line.rule.is_filed:
        return _computed(line, value)
    return kind_words.amount(line, value) or number(plain(value))


def source_words(source: str, published_on: date | None) -> str:
    """`Statistics office, published 14 Jul 2026`."""
    source = source or _("a public source")
    if published_on is None:
        return source
    return _("%(source)s, published %(day)s") % {"source": source, "day": short_date(published_on)}


def _computed(line: Line, value: Decimal) -> str:
    """What was computed or published: its percentages are percentages already, and few of its decimals say anything."""
    if line.unit == PERCENT:
        return percent(value / 100)
    return compact(value, 2 if abs(value) >= 1 else 4)


def unit_words(line: Line) -> str:
    """The unit where it stands apart from the number: “per 1,000”, “people”; nothing for a percentage, or where the
    name says it already.
    """
    if line.unit == PERCENT or line.unit.casefold() == line.name.casefold():
        return ""
    return _("per 1,000") if line.unit == PER_1000 else line.unit


def shown(line: Line, combined: Combined, *, is_running: bool = False) -> Shown:
    """A combined figure for the eye. `is_running`: its span is not over, so even everybody's figures are so far."""
    state = combined.state
    if state is State.NOT_EXPECTED:
        return Shown(_("not expected"), words=True)
    if state is State.NONE:
        return Shown(_none_words(line), words=True)
    if state is State.UNDEFINED:
        if line.rule.is_computed:
            return Shown(_("undefined"), words=True)
        return Shown(_("undefined"), words=True, small=_("0 of 0"), is_fraction=True)
    if combined.kind == UNDUPLICATED:
        return _people(line, combined, is_running)
    so_far = is_running or state is State.PARTIAL
    found = kind_words.of_combined(line, combined, so_far)
    if found is not None:
        return found
    if state is State.NOT_COMBINABLE:
        return Shown(_("not combined"), words=True)
    if line.rule.is_ratio:
        small = f"{number(_short(combined.numerator))}/{number(_short(combined.denominator))}"
        return Shown(amount(line, combined.value), so_far, small=small, is_fraction=True)
    small = ""
    if combined.as_of_period is not None:
        small = _("as of %(month)s") % {"month": short_period(combined.as_of_period)}
    return Shown(amount(line, combined.value), so_far, small=small)


def _none_words(line: Line) -> str:
    if line.rule.is_filed:
        return _("not filed")
    return _("not published") if line.rule.is_published else _("not all there")


def _people(line: Line, combined: Combined, is_running: bool) -> Shown:
    if combined.value is not None:
        return Shown(amount(line, combined.value), is_running)
    if combined.upper is None:
        return Shown(_("at least %(lower)s") % {"lower": amount(line, combined.lower)}, words=True)
    if combined.upper == combined.lower:
        return Shown(amount(line, combined.lower), is_running)
    bounds = {"lower": amount(line, combined.lower), "upper": amount(line, combined.upper)}
    about = estimate(line, combined)
    small = "" if about is None else _("about %(people)s, an estimate") % {"people": number(round(about))}
    return Shown(_("between %(lower)s and %(upper)s") % bounds, is_running, words=True, small=small)


def said(line: Line, combined: Combined, *, is_running: bool = False) -> str:
    """A combined figure in one line."""
    return str(shown(line, combined, is_running=is_running))


def entry(line: Line, one: Entry) -> str:
    """One filed figure in one line: `300`, `30.0% (15/50)`, “not collected”, “undefined (0 of 0)”."""
    return str(shown_entry(line, one))


def shown_entry(line: Line, one: Entry) -> Shown:
    """One filed figure for the eye."""
    if one.is_not_collected:
        return Shown(_("not collected"), words=True)
    if not line.rule.is_ratio:
        return kind_words.of_entry(line, one) or Shown(amount(line, one.value))
    if one.numerator is None or one.denominator is None:
        return Shown(number(None))
    if one.denominator == 0:
        return Shown(_("undefined"), words=True, small=_("0 of 0"), is_fraction=True)
    small = f"{number(plain(one.numerator))}/{number(plain(one.denominator))}"
    return Shown(amount(line, one.numerator / one.denominator), small=small, is_fraction=True)


def change_amount(line: Line, change: Change) -> str:
    """Like-for-like change: `+2.6%`, for a percentage `+1.2 points`; a dash when the periods cannot be compared."""
    if not change.is_comparable or change.difference is None:
        return number(None)
    if (line.rule.is_ratio and line.unit == PERCENT) or line.kind == MILESTONE:
        return _("%(points)s points") % {"points": signed(change.difference * 100, 1)}
    if line.rule.is_weighted and line.unit == PERCENT:
        return _("%(points)s points") % {"points": signed(change.difference, 1)}
    if line.kind == ORDINAL:
        return signed(change.difference, 1)
    if change.share is None:
        return signed(plain(change.difference))
    return signed_percent(change.share)


def change_words(line: Line, change: Change, before: str) -> str:
    """`Same partners as September: up 2.6%.` Empty when there is nothing to compare with."""
    if change.over is not None and not change.is_comparable:
        return broken_words(change.over)
    if line.kind in (UNDUPLICATED, MEDIAN, NARRATIVE) or (line.kind == ORDINAL and change.current is None):
        return ""
    if not change.is_comparable or change.difference is None:
        reason = not_comparable_words(change)
        return _("Not comparable with %(before)s: %(reason)s.") % {"before": before, "reason": reason} if reason else ""
    size = change_amount(line, change).lstrip("+−")
    words = {"before": before, "size": size}
    if change.difference == 0:
        said = _("Same partners as %(before)s: no change.") % words
    elif change.difference > 0:
        said = _("Same partners as %(before)s: up %(size)s.") % words
    else:
        said = _("Same partners as %(before)s: down %(size)s.") % words
    return said if change.over is None else f"{said} {bridge_words(change.over)}"


def broken_words(over: Version) -> str:
    """What stands in the place of a change, or of a value, across a break of the definition."""
    return _("Not comparable: counted differently since %(month)s.") % {"month": period_name(over.starts_on)}


def not_combined_words(over: Version) -> str:
    """What is said below a span in which something is counted differently from the middle on."""
    words = {"month": period_name(over.starts_on)}
    return (
        _("Not put together: counted differently since %(month)s. The periods inside it stand by themselves.") % words
    )


def bridge_words(over: Version) -> str:
    """That a change leads over a break, by which factor, and where that is from."""
    factor = number(None if over.bridge is None else plain(over.bridge))
    words = {"month": period_name(over.starts_on), "factor": factor, "source": over.bridge_source}
    return _("Counted differently since %(month)s: earlier figures times %(factor)s (%(source)s).") % words


def not_comparable_words(change: Change) -> str:
    """Why two periods are not compared: “the 6 partners in both bring 39% of the usual volume, less than half”. Empty
    where nobody is in both, or where they are and have no value to compare.
    """
    if not change.panel or change.panel_share is None or change.panel_share >= HALF:
        return ""
    words = {"count": number(len(change.panel)), "share": percent(change.panel_share, 0)}
    if change.by_volume:
        pattern = ngettext(
            "the %(count)s partner in both brings %(share)s of the usual volume, less than half",
            "the %(count)s partners in both bring %(share)s of the usual volume, less than half",
            len(change.panel),
        )
    else:
        pattern = ngettext(
            "the %(count)s partner in both is %(share)s of those expected, less than half",
            "the %(count)s partners in both are %(share)s of those expected, less than half",
            len(change.panel),
        )
    return pattern % words


def missing_words(codes: Sequence[str] | None, count: int) -> str:
    """`P6 and P8`, or `12 partners` for a reader who may not know them or when they are many."""
    if codes is not None and 0 < len(codes) <= NAMED_AT_MOST:
        if len(codes) == 1:
            return codes[0]
        return _("%(first)s and %(last)s") % {"first": ", ".join(codes[:-1]), "last": codes[-1]}
    return ngettext("%(count)s partner", "%(count)s partners", count) % {"count": number(count)}


def meaning(
    line: Line,
    combined: Combined,
    change: Change | None,
    before: str,
    status: Status,
    *,
    has_target: bool,
    who: str,
    waiting: int = 0,
) -> str:
    """One or two sentences below a figure: the change among the same partners, and whether it is judged yet.

    `who` is missing; of `waiting` partners the figure is in and not approved yet.
    """
    if combined.state is State.UNDEFINED:
        if line.rule.is_computed:
            return _("It would divide by zero, so there is no value. It is not 0.")
        return _("There was nothing to count, so there is no rate. It is not 0.")
    if not combined.has_something:
        return _why_not_computed(combined) if line.rule.is_computed else ""
    if line.kind == UNDUPLICATED:
        return " ".join(part for part in (people_words(combined), overlap_words(line, combined)) if part)
    sentences = [kind_words.explained(line, combined)]
    if change is not None:
        sentences.append(change_words(line, change, before))
    if has_target and not combined.is_complete and status is Status.NOT_JUDGED and combined.coverage.missing_count:
        missing = combined.coverage.missing_count - waiting
        if missing:
            pattern = ngettext(
                "Not set against the target while %(who)s is missing.",
                "Not set against the target while %(who)s are missing.",
                missing,
            )
            sentences.append(pattern % {"who": who})
        else:
            sentences.append(_("Not set against the target until all of it is approved."))
    return " ".join(sentence for sentence in sentences if sentence)


def _why_not_computed(combined: Combined) -> str:
    if combined.state is State.NOT_COMBINABLE:
        return _(
            "One of its inputs is no single number here: people of whom only bounds are known, or what a source "
            "published for another span."
        )
    return ""


def missing_inputs(names: Sequence[str], is_there: bool) -> str:
    """Which inputs of a computed figure gave no number: why it has none, or what an index went without."""
    if not names:
        return ""
    listed = ", ".join(names)
    if is_there:
        return _("Without %(names)s; the weights of the others are rescaled.") % {"names": listed}
    return _("Missing: %(names)s.") % {"names": listed}


def people_words(combined: Combined) -> str:
    """Why people are bounds and not a sum."""
    if combined.upper is None:
        return _("A range follows when everyone is in. One person can be at several partners, so this is never a sum.")
    return _("One person can be at several partners: at least the largest count, at most all of them together.")


def explained(line: Line, combined: Combined) -> str:
    """Why a figure is what it is, for the page of its indicator; empty where its kind says enough."""
    if line.kind == UNDUPLICATED:
        return overlap_words(line, combined)
    return kind_words.explained(line, combined) if combined.has_something else ""


def overlap_words(line: Line, combined: Combined) -> str:
    """What an estimate of people rests on; empty where there is none."""
    if line.overlap is None or estimate(line, combined) is None:
        return ""
    return _("The estimate takes %(rate)s of all counts for the same people again: %(source)s, %(day)s.") % {
        "rate": percent(line.overlap.rate),
        "source": line.overlap.source,
        "day": short_date(line.overlap.on),
    }


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else plain(round(value, 2))


def volume(value: Decimal) -> str:
    """A usual volume: at most one decimal, for it is a median."""
    return compact(value, 1)


def cell(line: Line, combined: Combined) -> Decimal | str:
    """A combined figure in a file: the number itself where there is one (a rate as its plain ratio), else its words."""
    if combined.value is not None and combined.state in (State.COMPLETE, State.PARTIAL):
        has_few_places = line.rule.is_filed and not line.rule.divides and combined.value == round(combined.value, 12)
        return plain(combined.value) if has_few_places else plain(round(combined.value, 12))
    return said(line, combined)
