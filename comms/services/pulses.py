"""The only writer of pulses: at most two questions a quarter, answered once and without a name."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from agenda.selectors.tree import vision_lines
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership, Tenant
from backbone.problems import Problem, Refused
from backbone.services.fields import checked
from backbone.tenancy import active_tenant_id
from comms.models import Pulse, PulseQuestion, PulseTaken, PulseTally
from comms.rules.pulses import MOST_A_QUARTER, quarter_of

changes.register_verbs({"pulse.opened": gettext_noop("{by} asks everybody {count} questions")})

RECALL = "recall"
# What is asked of each condition: agreement with one sentence; of the agenda, whether people know its goal.
STATEMENTS = {
    "measures": gettext_noop("I trust these numbers."),
    "activities": gettext_noop("We changed what we do because of others."),
    "comms": gettext_noop("I hear what I need."),
    "backbone": gettext_noop("The backbone helps me."),
}
# Aims that many initiatives have: beside the own one they show who knows it.
OTHERS = (
    gettext_noop("Organizations share offices and buy together, so that each spends less"),
    gettext_noop("Every family has a doctor whom it can reach within a day"),
    gettext_noop("The region becomes known as a good place for new companies"),
)


@transaction.atomic
def open_pulse(
    *, initiative: Initiative, asked: Sequence[str], opens_on: date, closes_on: date, by: Membership
) -> Pulse:
    """Ask these questions: a condition's slug for its sentence, "recall" for the goal.

    Raises `Refused` for more than two in the quarter, for one that is asked twice, and for the goal while there is none.
    """
    lock(initiative)
    quarter = quarter_of(opens_on)
    before = PulseQuestion.objects.filter(pulse__initiative=initiative, pulse__quarter=quarter).count()
    if not asked or len(set(asked)) != len(asked) or before + len(asked) > MOST_A_QUARTER:
        text = gettext_noop("At most {most} questions a quarter: {before} were asked in this one already.")
        raise Refused(Problem("pulse.too_many", text, {"most": MOST_A_QUARTER, "before": before}, field="asked"))
    pulse = Pulse(initiative=initiative, quarter=quarter, opens_on=opens_on, closes_on=closes_on, by=by)
    checked(pulse).save(force_insert=True)
    with override(Tenant.objects.get(pk=active_tenant_id()).locale):
        for position, slug in enumerate(asked):
            question = checked(_question(pulse, slug, position))
            question.save(force_insert=True)
            _count_from_nothing(question)
    changes.record("pulse.opened", on=pulse, by=by, initiative=initiative, count=len(asked))
    return pulse


def _question(pulse: Pulse, slug: str, position: int) -> PulseQuestion:
    if slug != RECALL:
        return PulseQuestion(
            pulse=pulse, condition=slug, sort=PulseQuestion.Sort.SCALE, text=_(STATEMENTS[slug]), position=position
        )
    goal, _lines = vision_lines(pulse.initiative)
    if not goal:
        text = gettext_noop("The agenda has no vision yet that people could recall.")
        raise Refused(Problem("pulse.no_goal", text, field="asked"))
    choices = [goal[:300], *(_(one) for one in OTHERS)]
    random.shuffle(choices)
    return PulseQuestion(
        pulse=pulse, condition="agenda", sort=PulseQuestion.Sort.RECALL, text=_("Which of these is our goal?"),
        choices=choices, right=choices.index(goal[:300]), position=position,
    )  # fmt: skip


def _count_from_nothing(question: PulseQuestion) -> None:
    """A tally for every answer there can be, before there is any: made as answers come, their numbers would say in which
    order, as those of who answered do."""
    tallies = [PulseTally(question=question, value=value) for value in question.options]
    PulseTally.objects.bulk_create(tallies, ignore_conflicts=True)


@transaction.atomic
def take(*, pulse: Pulse, answers: Mapping[int, int], by: Membership) -> None:
    """Answer every question, by its id: a number from 1 to 5, or the place of a sentence. Kept is how many chose what,
    and that this person answered; not what they said.

    Raises `Refused` for who answered before, out of its days, and for an answer that is none.
    """
    row = Pulse.objects.select_for_update(of=("self",), no_key=True).get(pk=pulse.pk)
    # It closes for everybody at once: else one would see the results while another still answers, and so that answer.
    if not row.opens_on <= Tenant.objects.get(pk=active_tenant_id()).day() <= row.closes_on:
        raise Refused(Problem("pulse.closed", gettext_noop("This is not open for answers.")))
    if PulseTaken.objects.filter(pulse=row, member=by).exists():
        raise Refused(Problem("pulse.taken", gettext_noop("You have answered already. Thank you.")))
    questions = list(row.questions.all())
    for one in questions:
        if answers.get(one.pk) not in one.options:
            raise Refused(Problem("pulse.answer", gettext_noop("Answer every question."), field=f"q{one.pk}"))
    PulseTaken.objects.create(pulse=row, member=by)
    for one in questions:
        chosen = PulseTally.objects.filter(question=one, value=answers[one.pk])
        if not chosen.update(count=F("count") + 1):  # it was brought in without its tallies
            _count_from_nothing(one)
            chosen.update(count=F("count") + 1)
