"""Counting joint work once, and taking that back: the only writer of shared counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Membership, Partner
from backbone.problems import Problem, Refused
from backbone.services.fields import checked
from measures.lines import dimensions_of, line_of
from measures.models import Figure, Indicator, SharedAmount, SharedCount, SharedCredit
from measures.models.filings import OPEN_STATES
from measures.rules.figures import Entry
from measures.rules.periods import text_of
from measures.rules.shared import check_shared
from measures.services.rollups import mark_stale

changes.register_verbs(
    {
        "shared.counted_once": gettext_noop("{by} had “{title}” of {partners} counted once in {period}"),
        "shared.taken_apart": gettext_noop(
            "{by} had “{title}” of {partners} counted for each of them in {period} again"
        ),
    }
)

NAMES = ("value", "numerator", "denominator")


@transaction.atomic
def count_once(
    *,
    indicator: Indicator,
    period: date,
    partners: Collection[Partner],
    title: str,
    by: Membership,
    amounts: Mapping[str, Entry] | None = None,
    about: str = "",
) -> SharedCount:
    """Count what these partners filed for one piece of joint work once in the initiative; each keeps its own figure.

    `amounts` say by category how much it is; None: all that they filed, where they filed the same. Raises `Refused`
    where that is more than one of them filed, where nothing is filed, and for kinds that are never added up.
    """
    Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    figures = _filed(indicator, period, partners)
    if amounts is None:
        amounts = _the_same(figures)
    line = line_of(indicator, dimensions_of(indicator.initiative)).at(period)
    exclusive = [line.keys(breakdown) for breakdown in line.breakdowns if line.is_exclusive(breakdown)]
    problems = check_shared(line.kind, amounts, figures, exclusive)
    if problems:
        raise Refused(*problems)
    row = SharedCount(indicator=indicator, period=period, title=title.strip(), about=about, by=by, at=timezone.now())
    checked(row).save(force_insert=True)
    SharedAmount.objects.bulk_create(
        SharedAmount(shared=row, category=category, **{name: getattr(amount, name) for name in NAMES})
        for category, amount in amounts.items()
    )
    SharedCredit.objects.bulk_create(SharedCredit(shared=row, partner=partner) for partner in partners)
    _tell("shared.counted_once", row, by)
    return row


@transaction.atomic
def count_each(*, shared: SharedCount, by: Membership) -> None:
    """Take it apart again: each partner's figure counts whole."""
    row = SharedCount.objects.select_for_update(of=("self",), no_key=True).select_related("indicator").get(pk=shared.pk)
    _tell("shared.taken_apart", row, by)
    row.delete()


def _tell(verb: str, row: SharedCount, by: Membership) -> None:
    codes = ", ".join(row.credits.order_by("partner__code").values_list("partner__code", flat=True))
    changes.record(
        verb,
        on=row,
        by=by,
        initiative=row.indicator.initiative,
        title=row.title,
        partners=codes,
        period=text_of(row.period),
        indicator=row.indicator.slug,
    )
    mark_stale([(row.indicator_id, row.period, None)])


def _filed(indicator: Indicator, period: date, partners: Collection[Partner]) -> dict[str, dict[str, Entry]]:
    """By partner's code and category: what each of them filed; drafts are not filed yet."""
    found: dict[str, dict[str, Entry]] = {partner.code: {} for partner in partners}
    rows = Figure.objects.filter(indicator=indicator, period=period, partner__in=list(partners), is_not_collected=False)
    for figure in rows.exclude(state__in=OPEN_STATES).select_related("partner"):
        entry = Entry(**{name: getattr(figure, name) for name in NAMES})
        found[figure.partner.code][figure.category] = entry
    return found


def _the_same(figures: Mapping[str, Mapping[str, Entry]]) -> Mapping[str, Entry]:
    """What all of them filed, where it is the same to the last category."""
    first, *others = figures.values()
    if any(other != first for other in others):
        sentence = gettext_noop("They did not file the same: say how much of it is the joint work.")
        raise Refused(Problem("shared.unlike", sentence, field="value"))
    return first
