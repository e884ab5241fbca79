"""What staff read of a check: each hidden figure with its value and why, and what could still be computed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backbone.conditions import Finding
from backbone.look.numbers import number, period_name, short_period
from measures import wording
from measures.publishing import frozen
from measures.publishing.gathering import Picture
from measures.publishing.judging import Judged
from measures.publishing.places import Key, Place
from measures.rules.disclosure import Why
from measures.rules.figures import plain
from measures.rules.lines import breakdown_of

_WHY = {
    Why.SMALL: gettext_lazy("a small group"),
    Why.SECRET: gettext_lazy("it would tell one partner’s own figure"),
    Why.WITH: gettext_lazy("with it a small one could be computed"),
}
# What no figure itself is but follows from some, by the first word of its `aside`.
_ASIDES = {
    "since": gettext_lazy("what came since it was published"),
    "rest": gettext_lazy("what is left of it beside its parts"),
    "span": gettext_lazy("what is left between the spans that are shown"),
    "between": gettext_lazy("what is left between those who are shown together"),
    "came": gettext_lazy("what came in it"),
}
_WHATS = ("value", "numerator", "denominator", "lower", "upper", "rest")


def hidden(judged: Judged) -> list[Finding]:
    """Everything that is withheld of what was chosen, and what is shown less exactly than it is known."""
    by_slug = {picture.slug: picture for picture in judged.pictures}
    sheet, found = judged.sheet, []
    for place in sorted(judged.hidden & sheet.printed):
        keys = [Key(what, place) for what in _WHATS]
        reasons = {judged.decision.hidden[key] for key in keys if key in judged.decision.hidden}
        if place in sheet.late and reasons <= {Why.WITH}:
            why = _(
                "held against what was published before, it would tell what one partner or few people brought since"
            )
        elif reasons:
            why = str(_WHY[min(reasons, key=list(_WHY).index)])
        elif place in sheet.secret:
            why = str(_WHY[Why.SECRET])
        elif place in sheet.withheld:
            why = _("it was hidden before")
        elif place.indicator in sheet.below_zero:
            why = _(
                "another figure of this indicator is hidden, and it goes below zero, so that sums are no protection"
            )
        else:
            why = _("something that it is made of is hidden")
        values = [sheet.cells[key].value for key in keys if key in sheet.cells][:2]
        value = "/".join(number(plain(one)) for one in values)
        found.append(Finding(str(place), place_words(place, by_slug[place.indicator]), value, why))
    return found + [
        _rounded(place, by_slug[place.indicator], judged)
        for place in sorted(sheet.bounds)
        if place in sheet.printed and place not in judged.hidden and sheet.bounds[place] != _true(place, judged)
    ]


def _true(place: Place, judged: Judged) -> Decimal:
    return judged.sheet.cells[Key("lower", place)].value


def _rounded(place: Place, picture: Picture, judged: Judged) -> Finding:
    words = {"number": number(plain(judged.sheet.bounds[place]))}
    why = _("its lower end is one partner’s own figure and is shown rounded down, as %(number)s") % words
    return Finding(str(place), place_words(place, picture), number(plain(_true(place, judged))), why)


def breaches(judged: Judged) -> Sequence[Finding]:
    """What could be computed all the same, and how closely."""
    by_slug = {picture.slug: picture for picture in (*judged.inputs, *judged.pictures)}
    words = _("between %(low)s and %(high)s can be computed")
    return [
        Finding(
            figure=str(one.key.place),
            words=key_words(one.key, by_slug[one.key.place.indicator]),
            value=words % {"low": number(round(one.low, 2)), "high": number(round(one.high, 2))},
            why=_("nothing more can be hidden that would protect it"),
        )
        for one in judged.breaches
    ]


def key_words(key: Key, picture: Picture) -> str:
    """The same for a number that need not be anybody's figure."""
    aside = _ASIDES.get(key.aside.partition(" ")[0])
    words = place_words(key.place, picture)
    return f"{words}, {aside}" if aside else words


def place_words(place: Place, picture: Picture) -> str:
    """`K1, P4, 14–15, October 2026`: where a figure stands, for a person."""
    indicator, line = picture.reading.indicator, picture.line
    pieces = [indicator.code or indicator.name]
    if place.who:
        pieces.append(_("others") if place.is_together else place.who)
    if place.category and breakdown_of(place.category) in line.breakdowns:
        pieces.append(wording.category_words(line, place.category))
    pieces.append(period_words(place))
    return ", ".join(piece for piece in pieces if piece)


def period_words(place: Place) -> str:
    """`October 2026`, `Jul 2026–Oct 2026`."""
    first, last = frozen.month_from(place.first), frozen.month_from(place.last)
    return period_name(first) if first == last else f"{short_period(first)}–{short_period(last)}"
