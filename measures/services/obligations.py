"""Who owes which indicator, and who is let off: the only writer of obligations and excuses.

What is expected in a period follows from the dates here and from when a partner takes part; so a change here, or on
the roster (`FOLLOWER`), marks the roll-ups of the months in which somebody is now expected, or no longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Participation, Partner
from backbone.problems import Month, Problem, Refused
from backbone.services.fields import checked, plain, set_fields
from backbone.services.partners import Follower, Moved
from measures.models import Excuse, Filing, Indicator, Obligation
from measures.rules.owed import check_frequency, not_a_start, why_not_filed
from measures.rules.periods import Grain, check_period, start_of, text_of
from measures.selectors.obligations import Duties
from measures.services.expectations import Span, mark_indicators, months_between, months_of
from measures.services.rhythms import Rhythms

changes.register_verbs(
    {
        "obligation.assigned": gettext_noop("{by} asked {partner} for {name}"),
        "obligation.assigned_to_all": gettext_noop("{by} asked every partner for {name}"),
        "obligation.ended": gettext_noop("{by} wrote down that {partner} owes {name} until {ends_on}"),
        "obligation.ended_for_all": gettext_noop("{by} wrote down that every partner owes {name} until {ends_on}"),
        "obligation.changed": gettext_noop("{by} changed until when {partner} owes {name}"),
        "obligation.changed_for_all": gettext_noop("{by} changed until when every partner owes {name}"),
        "obligation.rhythm_changed": gettext_noop("{by} changed how often {partner} owes {name}"),
        "obligation.rhythm_changed_for_all": gettext_noop("{by} changed how often every partner owes {name}"),
        "obligation.rhythm_begun": gettext_noop("{by} changed how often {partner} owes {name}, from {period} on"),
        "obligation.rhythm_begun_for_all": gettext_noop(
            "{by} changed how often every partner owes {name}, from {period} on"
        ),
        "obligation.removed": gettext_noop("{by} no longer asks {partner} for {name}"),
        "obligation.removed_for_all": gettext_noop("{by} no longer asks every partner for {name}"),
        "excuse.given": gettext_noop("{by} excused {partner} from {name} for {period}: {reason}"),
        "excuse.lifted": gettext_noop("{by} took back that {partner} is excused from {name} for {period}"),
    }
)

REASON_LENGTH = 500
FirstPartial = Obligation.FirstPartial


@transaction.atomic
def put_obligations(
    *,
    indicator: Indicator,
    partners: Collection[Partner] | None,
    by: Membership | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    frequency: str = "",
    first_partial: str = FirstPartial.EXPECTED,
) -> int:
    """Say that these partners (None: every one) owe the indicator from one day to another; answers how many changed.

    `frequency` "" is the indicator's own, or a longer one. A partner that owes it from the same first day already gets
    the new last day, frequency and first period. Raises `Refused`: also when a figure that stands would then hold for
    a longer or shorter period than it was filed for.
    """
    initiative = _lock(indicator)
    refuse_unless_filed(indicator)
    asked = Grain(indicator.frequency)
    if frequency and (problem := check_frequency(indicator.name, asked, Grain(frequency))):
        raise Refused(problem)
    frequency = "" if frequency == indicator.frequency else frequency
    rhythms = Rhythms(indicator, partners)
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        sentence = gettext_noop("It would end on {ends_on}, before it starts on {starts_on}.")
        params = {"starts_on": str(starts_on), "ends_on": str(ends_on)}
        raise Refused(Problem("obligation.dates", sentence, params, field="ends_on", value=str(ends_on)))
    there = {row.partner_id: row for row in Obligation.objects.filter(indicator=indicator, starts_on=starts_on)}
    months = months_of(initiative)
    count = 0
    for partner in [None] if partners is None else partners:
        row = there.get(partner.pk if partner is not None else None)
        before: Span | None = None
        if row is None:
            row = Obligation(indicator=indicator, partner=partner, starts_on=starts_on, ends_on=ends_on)
            row.frequency, row.first_partial = frequency, first_partial
            row.save(force_insert=True)
            verb = "obligation.assigned"
        else:
            before = (row.starts_on, row.ends_on)
            new = {"ends_on": ends_on, "frequency": frequency, "first_partial": first_partial}
            changed = set_fields(row, new)
            if not changed:
                continue
            if {"frequency", "first_partial"} & set(changed):
                verb = "obligation.rhythm_changed"
                _mark(indicator, partner, months, None, before)  # all of it, whatever its days become
            else:
                verb = "obligation.ended" if ends_on is not None else "obligation.changed"
        count += 1
        _tell(verb, row, indicator, partner, by)
        _mark(indicator, partner, months, before, (starts_on, ends_on))
    rhythms.check()
    return count


@transaction.atomic
def change_frequency(
    *, obligation: Obligation, frequency: str, since: date | None = None, by: Membership | None
) -> Obligation | None:
    """How often one line is filed, from the period that begins with this month on; without one from its first day, as
    if it had always been so. The line ends with the period before, and a new one goes on to its last day.

    Answers the line that now holds, None where nothing changed. Raises `Refused`: also when a figure that stands would
    then hold for a longer or shorter period than it was filed for.
    """
    indicator = Indicator.objects.select_related("tenant").get(pk=obligation.indicator_id)
    initiative = _lock(indicator)
    row = Obligation.objects.select_related("partner").get(pk=obligation.pk)
    asked, was, wanted = (Grain(one) for one in (indicator.frequency, row.frequency or indicator.frequency, frequency))
    if problem := check_frequency(indicator.name, asked, wanted):
        raise Refused(problem)
    if wanted is was:
        return None
    rhythms = Rhythms(indicator, None if row.partner is None else [row.partner])
    stored = "" if wanted is asked else str(wanted)
    if since is None or since == row.starts_on:
        set_fields(row, {"frequency": stored})
        verb, changed = "obligation.rhythm_changed", row
    else:
        _refuse_to_begin(row, indicator, max(was, wanted, key=lambda one: one.months), since)
        last_day = row.ends_on
        set_fields(row, {"ends_on": since - timedelta(days=1)})
        changed = Obligation(
            indicator=indicator, partner=row.partner, starts_on=since, ends_on=last_day, frequency=stored,
            first_partial=row.first_partial,
        )  # fmt: skip
        checked(changed).save(force_insert=True)
        verb = "obligation.rhythm_begun"
    rhythms.check("since")
    more = {} if changed is row else {"period": text_of(changed.starts_on)}
    _tell(verb, changed, indicator, row.partner, by, **more)
    _mark(indicator, row.partner, months_of(initiative), None, (changed.starts_on, changed.ends_on))
    return changed


def _refuse_to_begin(row: Obligation, indicator: Indicator, longer: Grain, since: date) -> None:
    """A new frequency begins within the line, and with a period of whichever is longer, so that none is torn."""
    params = {"name": indicator.name, "since": Month(since)}
    if row.starts_on is not None and since < row.starts_on:
        sentence = gettext_noop("This line begins on {day} only: choose a later month than {since}, or leave it empty.")
        params["day"] = str(row.starts_on)
    elif row.ends_on is not None and since > row.ends_on:
        sentence = gettext_noop("This line ends on {day}: choose an earlier month than {since}.")
        params["day"] = str(row.ends_on)
    elif (start := start_of(longer, since, indicator.tenant.fiscal_year_starts)) != since:
        sentence = gettext_noop("A {frequency} begins in {start}, not in {since}: choose that month, or the next such.")
        params |= {"frequency": longer.word, "start": Month(start)}
    elif Obligation.objects.filter(indicator=indicator, partner=row.partner, starts_on=since).exists():
        sentence = gettext_noop("Another line of {name} begins in {since}: change how often on that one.")
    else:
        return
    raise Refused(Problem("obligation.since", sentence, params, field="since", value=text_of(since)))


def refuse_unless_filed(indicator: Indicator) -> None:
    """What is computed or published is owed by nobody. Raises `Refused`, in the words of every door."""
    problem = why_not_filed(indicator.slug, indicator.name, indicator.kind)
    if problem is not None:
        raise Refused(problem)


@transaction.atomic
def end(*, obligation: Obligation, ends_on: date | None, by: Membership | None) -> bool:
    """Set the last day of one obligation, or take it away again; answers whether that changed anything."""
    partners = None if obligation.partner_id is None else [obligation.partner]
    return bool(
        put_obligations(
            indicator=obligation.indicator, partners=partners, by=by, starts_on=obligation.starts_on, ends_on=ends_on,
            frequency=obligation.frequency, first_partial=obligation.first_partial,
        )
    )  # fmt: skip


@transaction.atomic
def remove(*, obligation: Obligation, by: Membership | None) -> None:
    """No longer ask for it, and not in the past either. What was filed stays, and counts no more."""
    indicator, partner = obligation.indicator, obligation.partner
    initiative = _lock(indicator)
    span = (obligation.starts_on, obligation.ends_on)
    rhythms = Rhythms(indicator, None if partner is None else [partner])
    obligation.delete()
    rhythms.check()
    _tell("obligation.removed", obligation, indicator, partner, by)
    _mark(indicator, partner, months_of(initiative), span, None)


@transaction.atomic
def give_excuse(
    *, indicator: Indicator, partner: Partner, period: date, reason: str, by: Membership
) -> tuple[Excuse, bool]:
    """Let a partner off one indicator for one period, and whether that is new. A reason is required.

    Filing all the same lifts it: a value counts. Raises `Refused`.
    """
    initiative = _lock(indicator)
    refuse_unless_filed(indicator)
    reason = reason.strip()
    if not reason:
        sentence = gettext_noop("Say why {partner} is excused: everybody who reads the figure sees the reason.")
        raise Refused(Problem("excuse.no_reason", sentence, {"partner": partner.name}, field="reason"))
    tenant_year = indicator.tenant.fiscal_year_starts
    if problem := check_period(period, Grain(indicator.frequency), tenant_year):
        raise Refused(problem)
    duties = Duties([indicator], [partner.pk])
    owed = duties.at(indicator, partner.pk, period)
    if owed is not None and owed.start != period:
        raise Refused(not_a_start(duties.of(indicator, partner.pk), period, owed))
    if not Participation.objects.filter(initiative=initiative, partner=partner).exists():
        sentence = gettext_noop("{partner} does not take part in {initiative}, so there is nothing to excuse.")
        params = {"partner": partner.name, "initiative": initiative.name}
        raise Refused(Problem("excuse.not_a_partner", sentence, params, field="partner", value=partner.code))
    row = Excuse.objects.filter(indicator=indicator, partner=partner, period=period).first()
    if row is not None and row.reason == reason:
        return row, False
    if row is None:
        row = checked(Excuse(indicator=indicator, partner=partner, period=period, reason=reason, by=by))
        row.save(force_insert=True)
        mark_indicators([indicator.pk], [period], [partner.pk])
    else:
        row.reason, row.by = reason, by
        checked(row).save(update_fields=["reason", "by"])
    changes.record(
        "excuse.given", on=indicator, by=by, initiative=initiative, partner=partner,
        name=indicator.name, period=text_of(period), reason=reason,
    )  # fmt: skip
    return row, True


@transaction.atomic
def lift_excuse(*, excuse: Excuse, by: Membership) -> None:
    """Take an excuse back: the partner is expected again."""
    indicator = excuse.indicator
    initiative = _lock(indicator)
    period = excuse.period
    excuse.delete()
    changes.record(
        "excuse.lifted", on=indicator, by=by, initiative=initiative, partner=excuse.partner,
        name=indicator.name, period=text_of(period),
    )  # fmt: skip
    mark_indicators([indicator.pk], [period], [excuse.partner_id])


# --- the roster, followed ---


def roster_moved(moved: Sequence[Moved]) -> None:
    """Partners joined, left, or were given other days: the months on which that bears are stale."""
    by_initiative: dict[int, list[Moved]] = {}
    for move in moved:
        by_initiative.setdefault(move.initiative.pk, []).append(move)
    for moves in by_initiative.values():
        initiative = moves[0].initiative
        indicators = list(Indicator.objects.filter(initiative=initiative).values_list("pk", flat=True))
        if not indicators:
            continue
        months = months_of(initiative)
        stale: dict[int, list[date]] = {
            move.partner_id: months_between(months, move.before, move.after) for move in moves
        }
        if len(moves) == 1:
            ((partner_id, some),) = stale.items()
            mark_indicators(indicators, some, [partner_id])
        else:
            mark_indicators(indicators, sorted({month for some in stale.values() for month in some}))


def objections_to_removal(participation: Participation) -> list[Problem]:
    """A partner that has filed is never taken off the roster: its past stays."""
    filings = Filing.objects.filter(initiative_id=participation.initiative_id, partner_id=participation.partner_id)
    first = filings.order_by("period").values_list("period", flat=True).first()
    if first is None:
        return []
    sentence = gettext_noop(
        "{partner} has filed since {period}, so it stays on the roster. Give it a last day instead: later months are "
        "then not expected, and its past keeps counting."
    )
    params = {"partner": participation.partner.name, "period": text_of(first)}
    return [Problem("partner.has_figures", sentence, params)]


def last_filed(initiative: Initiative) -> dict[int, date]:
    """The last month each partner has submitted figures for, by partner id."""
    filings = Filing.objects.filter(initiative=initiative, submitted_at__isnull=False)
    return dict(filings.values("partner_id").annotate(last=Max("period")).values_list("partner_id", "last"))


FOLLOWER = Follower(moved=roster_moved, objections=objections_to_removal, last_filed=last_filed)


def _mark(
    indicator: Indicator, partner: Partner | None, months: Iterable[date], before: Span | None, after: Span | None
) -> None:
    partners = None if partner is None else [partner.pk]
    mark_indicators([indicator.pk], months_between(months, before, after), partners)


def _tell(
    verb: str, row: Obligation, indicator: Indicator, partner: Partner | None, by: Membership | None, **more: str
) -> None:
    if partner is None:
        verb += "_to_all" if verb == "obligation.assigned" else "_for_all"
    changes.record(
        verb, on=indicator, by=by, initiative=indicator.initiative, partner=partner, name=indicator.name,
        starts_on=plain(row.starts_on), ends_on=plain(row.ends_on), frequency=row.frequency or indicator.frequency,
        first_partial=row.first_partial, **more,
    )  # fmt: skip


def _lock(indicator: Indicator) -> Initiative:
    """One at a time may change what is owed in an initiative."""
    return Initiative.objects.select_for_update(no_key=True).get(pk=indicator.initiative_id)
