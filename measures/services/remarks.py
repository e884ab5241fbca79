"""Words beside a line: a filer's explanation, a reviewer's question, the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from backbone.models import Membership, Partner
from backbone.problems import Problem
from backbone.wording import say as say_it
from measures.models import Remark

LENGTH = 2_000

_FILERS = (Remark.Kind.EXPLANATION, Remark.Kind.ANSWER)


Answered = Mapping[int, Sequence[Problem]]


def say(
    *, partner: Partner, period: date, words: Mapping[int, str], by: Membership, answers: Answered | None = None
) -> None:
    """Keep the filer's words beside these lines (by indicator id): one remark a turn, until a reviewer speaks.

    Said again they take the place of what was said this turn; empty words take it away. After a return they are an
    answer. Two reads and writes at most, however many lines.

    `answers` are the warnings that each line was handed in with: they are kept with the words that explain them, also
    where those were said before.
    """
    told = {} if answers is None else {pk: _told(problems) for pk, problems in answers.items()}
    if not words and not told:
        return
    last: dict[int, Remark] = {}
    returned: set[int] = set()
    for remark in Remark.objects.filter(partner=partner, period=period, indicator__in=[*words, *told]):
        last[remark.indicator_id] = remark
        if remark.kind == Remark.Kind.RETURN:
            returned.add(remark.indicator_id)
    new, changed, gone = [], [], []
    for indicator_id, text in words.items():
        text = text.strip()[:LENGTH]
        before = last.get(indicator_id)
        if before is not None and before.kind in _FILERS:
            if not text:
                gone.append(before.pk)
            elif text != before.words:
                before.words, before.by = text, by
                changed.append(before)
        elif text:
            kind = Remark.Kind.ANSWER if indicator_id in returned else Remark.Kind.EXPLANATION
            new.append(remark_on(partner, indicator_id, period, kind, text, by))
            new[-1].answers = told.get(indicator_id, [])
    for indicator_id, warnings in told.items():
        before = last.get(indicator_id)
        if before is not None and before.kind in _FILERS and before.answers != warnings and before.pk not in gone:
            before.answers = warnings
            if before not in changed:
                changed.append(before)
    if new:
        Remark.objects.bulk_create(new)
    if changed:
        Remark.objects.bulk_update(changed, ["words", "by", "answers"])
    if gone:
        Remark.objects.filter(pk__in=gone).delete()


def explained(*, partner: Partner, period: date, indicator_ids: Collection[int]) -> set[int]:
    """Of these lines those of which the filer said something since a reviewer spoke last; one query."""
    said = Remark.objects.filter(partner=partner, period=period, indicator__in=list(indicator_ids))
    last = dict(said.values_list("indicator_id", "kind"))  # in the order of time, so that the last word counts
    return {indicator_id for indicator_id, kind in last.items() if kind in _FILERS}


def _told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"code": problem.code, "message": say_it(problem)} for problem in problems]


def remark_on(
    partner: Partner, indicator_id: int, period: date, kind: Remark.Kind, words: str, by: Membership
) -> Remark:
    """A remark that is not yet written."""
    return Remark(partner=partner, indicator_id=indicator_id, period=period, kind=kind, words=words[:LENGTH], by=by)
