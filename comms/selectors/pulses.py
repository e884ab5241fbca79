"""Pulses: which are open for whom, and what of the answers may be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from backbone.models import Initiative, Membership
from comms.models import Pulse, PulseQuestion, PulseTaken, PulseTally
from comms.rules.pulses import day_everywhere, is_told, share

RECENT = timedelta(days=200)  # a reading rests on the last pulse, while that is not older


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with its answers, (answer, how many, whether it is the right one) each; none while they are hidden."""

    question: PulseQuestion
    count: int
    answers: tuple[tuple[str, int, bool], ...]
    share: Decimal | None


def pulses_of(initiative: Initiative) -> list[Pulse]:
    return list(Pulse.objects.filter(initiative=initiative).select_related("by").prefetch_related("questions"))


def has_taken(pulse: Pulse, membership: Membership) -> bool:
    return PulseTaken.objects.filter(pulse=pulse, member=membership).exists()


def is_over(pulse: Pulse, now: datetime) -> bool:
    """Whether nobody anywhere can answer any more."""
    return pulse.closes_on < day_everywhere(now)


def results_of(pulse: Pulse, now: datetime) -> list[Answered]:
    """What people answered, once it is over: while it is open, the next answer would give itself away. Two statements."""
    found = []
    for question in pulse.questions.prefetch_related("tallies"):
        counts = {one.value: one.count for one in question.tallies.all()}
        whole = sum(counts.values())
        is_shown = is_over(pulse, now) and is_told(whole)
        answers = tuple(
            (str(one) if question.sort == "scale" else question.choices[one], counts.get(one, 0), question.right == one)
            for one in question.options
        )
        found.append(
            Answered(
                question, whole, answers if is_shown else (),
                share(question.sort, counts, question.right) if is_shown else None,
            )
        )  # fmt: skip
    return found


def withheld_of(now: datetime) -> dict[str, list[int]]:
    """By table, what no archive holds: the tallies of pulses that too few answered, or that are not over, since two archives
    would tell the answer that came between them. Of those not over, also who has answered: brought in elsewhere they begin
    anew. Two statements."""
    day = day_everywhere(now)
    sums = PulseQuestion.objects.annotate(whole=Coalesce(Sum("tallies__count"), 0)).select_related("pulse")
    hidden = [one.pk for one in sums if one.pulse.closes_on >= day or not is_told(one.whole)]
    tallies, taken = (
        PulseTally.objects.filter(question__in=hidden),
        PulseTaken.objects.filter(pulse__closes_on__gte=day),
    )
    return {
        PulseTally._meta.db_table: list(tallies.values_list("pk", flat=True)) if hidden else [],
        PulseTaken._meta.db_table: list(taken.values_list("pk", flat=True)),
    }


def latest_shares(initiative: Initiative, as_of: datetime) -> dict[tuple[str, str], tuple[Decimal, Pulse]]:
    """By (condition, sort) what the last pulse that is over came to, where enough people answered; three statements."""
    day = day_everywhere(min(as_of, timezone.now()))  # who looks ahead sees no more than there is
    rows = Pulse.objects.filter(initiative=initiative, closes_on__lt=day, closes_on__gte=day - RECENT)
    found: dict[tuple[str, str], tuple[Decimal, Pulse]] = {}
    for pulse in rows.order_by("-closes_on", "-pk").prefetch_related("questions__tallies"):
        for one in pulse.questions.all():
            value = share(one.sort, {tally.value: tally.count for tally in one.tallies.all()}, one.right)
            if value is not None:
                found.setdefault((one.condition, one.sort), (value, pulse))
    return found


def waiting_for(member_ids: Collection[int], today: date) -> list[tuple[Pulse, int]]:
    """(pulse, person) of what is open and these people have not answered; two statements."""
    rows = list(Pulse.objects.filter(opens_on__lte=today, closes_on__gte=today).select_related("initiative"))
    taken = set(PulseTaken.objects.filter(pulse__in=rows, member__in=member_ids).values_list("pulse_id", "member_id"))
    return [(one, pk) for one in rows for pk in member_ids if (one.pk, pk) not in taken]
