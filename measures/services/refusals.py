"""What a writer of figures refuses because of what stands in the database, with the names of who and what.

Each function answers a `Refused` to raise; names are looked up only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from backbone.look.numbers import period_name, short_date, short_datetime
from backbone.models import Membership, Partner
from backbone.problems import Problem, Refused, Word, gettext_noop
from backbone.wording import say
from measures.lines import closes_on
from measures.models import Indicator
from measures.models.filings import FigureState
from measures.rules.figures import Entry, Place, shown
from measures.rules.lines import TOTAL, Line
from measures.rules.owed import CLOSED, NOT_BEGUN
from measures.selectors.obligations import rarer_duties
from measures.services.figure_rows import FigureRow, Stored

SHOWN = 20  # problems named one by one


def closed(rows: Iterable[FigureRow], indicators: Mapping[int, Indicator]) -> Refused:
    """`period.locked`, once for each partner and period."""
    rows = list(rows)
    rarer = rarer_duties(indicators.values(), {row.partner_id for row in rows})
    last_days: dict[tuple[int, date], date] = {}
    for row in rows:
        indicator = indicators[row.indicator_id]
        frequency = None if rarer is None else rarer.frequency(indicator, row.partner_id, row.period)
        day = closes_on(indicator, row.period, frequency)
        last_days[row.desk] = max(day, last_days.get(row.desk, day))
    codes = _codes(partner_id for partner_id, _ in last_days)
    return Refused(
        *(
            Problem(
                "period.locked",
                CLOSED,
                {"period": period_name(period), "partner": codes[partner_id], "day": short_date(day)},
                field="period",
                value=f"{period:%Y-%m}",
            )
            for (partner_id, period), day in sorted(last_days.items(), key=lambda item: item[0][::-1])[:SHOWN]
        )
    )


def approved(rows: Sequence[FigureRow], indicators: Mapping[int, Indicator]) -> Refused:
    """`row.conflict`, for each cell that would change a figure that is approved."""
    codes = _codes(row.partner_id for row in rows[:SHOWN])
    text = gettext_noop("{name} of {partner} for {period} is approved and stays as it is.")
    hint = gettext_noop("Ask the backbone team to correct it.")
    return Refused(
        *(
            Problem(
                "row.conflict",
                text,
                {
                    "name": indicators[row.indicator_id].name,
                    "indicator": indicators[row.indicator_id].slug,
                    "partner": codes[row.partner_id],
                    "partner_id": row.partner_id,
                    "period": period_name(row.period),
                    "month": f"{row.period:%Y-%m}",
                    "category": row.category,
                },
                hint=hint,
                field=str(Place(indicators[row.indicator_id].slug, row.category, _component(row.entry))),
                value=str(said(row.entry)),
            )
            for row in rows[:SHOWN]
        )
    )


def not_open(lines: Iterable[tuple[int, str]], indicators: Mapping[int, Indicator]) -> Refused:
    """`filing.not_open`: lines that are no longer where somebody thought; each with the state it is in."""
    text = gettext_noop("{name} is {state} by now. Load the page again to see it.")
    return Refused(
        *(
            Problem(
                "filing.not_open",
                text,
                {
                    "name": indicators[pk].name,
                    "indicator": indicators[pk].slug,
                    "state": FigureState(state).label if state else Word(gettext_noop("empty")),
                },
            )
            for pk, state in lines
        )
    )


def not_waiting(params: dict[str, str], state: str, partner: Partner) -> Problem:
    """`review.not_waiting`: a line that a reviewer cannot decide on, in the words of the state that it is in."""
    text = {
        "approved": gettext_noop("{name} is approved already."),
        "returned": gettext_noop("{name} is returned already, and waits for {partner}."),
        "draft": gettext_noop("{partner} took {name} back, or has not submitted it yet."),
    }.get(state, gettext_noop("{partner} has not filed {name}."))
    return Problem("review.not_waiting", text, params | {"partner": partner.code, "state": state})


def stale(cells: Iterable[tuple[Indicator, str, Entry, Stored]]) -> Refused:
    """`filing.stale`: somebody saved another value since the filer's page was made; both values are named."""
    cells = list(cells)
    names = dict(
        Membership.objects.filter(pk__in={stored.changed_by_id for *_, stored in cells}).values_list("pk", "name")
    )
    text = gettext_noop("{name}: {by} saved {theirs} at {at}, and you have {yours}. Keep one of the two.")
    return Refused(
        *(
            Problem(
                "filing.stale",
                text,
                {
                    "name": indicator.name,
                    "indicator": indicator.slug,
                    "category": category,
                    "by": names.get(stored.changed_by_id, "Backbone"),
                    "at": short_datetime(stored.changed_at),
                    "theirs": said(stored.entry),
                    "yours": said(entry),
                },
                field=str(Place(indicator.slug, category, _component(entry))),
                value=str(said(entry)),
            )
            for indicator, category, entry, stored in cells
        )
    )


def not_begun(period: date) -> Refused:
    return Refused(Problem("period.out_of_range", NOT_BEGUN, {"period": period_name(period)}, field="period"))


def not_over(period: date, last: date) -> Refused:
    text = gettext_noop("{period} is not over: submit it from {day} on. What you typed is kept.")
    params = {"period": period_name(period), "day": short_date(last)}
    return Refused(Problem("period.not_over", text, params, field="period"))


def no_words(line: Line, warning: Problem) -> Problem:
    """`warning.no_words`: an unusual figure of which nobody said why, where that is asked for."""
    text = gettext_noop("{name}: say why it is right before you submit. {warning}")
    params = {"name": line.name, "indicator": line.slug, "category": TOTAL, "warning": say(warning)}
    return Problem("warning.no_words", text, params, field=str(Place(line.slug, TOTAL, "words")))


def said(entry: Entry) -> str | Word:
    """A cell as one word: 300, 15 / 50, not collected, a dash."""
    if entry.is_not_collected:
        return Word(gettext_noop("not collected"))
    if entry.denominator is not None or entry.numerator is not None:
        return f"{shown(entry.numerator) or '–'} / {shown(entry.denominator) or '–'}"
    return shown(entry.value) or "–"


def _component(entry: Entry) -> str:
    return "value" if entry.denominator is None and entry.numerator is None else "numerator"


def _codes(partner_ids: Iterable[int]) -> dict[int, str]:
    return dict(Partner.objects.filter(pk__in=set(partner_ids)).values_list("pk", "code"))
