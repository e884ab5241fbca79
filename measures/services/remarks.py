"""Words beside a line: a filer's explanation, a reviewer's question, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from backbone.models import Membership, Partner
from measures.models import Remark

LENGTH = 2_000

_FILERS = (Remark.Kind.EXPLANATION, Remark.Kind.ANSWER)


def say(*, partner: Partner, period: date, words: Mapping[int, str], by: Membership) -> None:
    """Keep the filer's words beside these lines (by indicator id): one remark a turn, until a reviewer speaks.

    Said again they take the place of what was said this turn; empty words take it away. After a return they are an
    answer. Two reads and writes at most, however many lines.
    """
    if not words:
        return
    last: dict[int, Remark] = {}
    returned: set[int] = set()
    for remark in Remark.objects.filter(partner=partner, period=period, indicator__in=list(words)):
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
    if new:
        Remark.objects.bulk_create(new)
    if changed:
        Remark.objects.bulk_update(changed, ["words", "by"])
    if gone:
        Remark.objects.filter(pk__in=gone).delete()


def remark_on(
    partner: Partner, indicator_id: int, period: date, kind: Remark.Kind, words: str, by: Membership
) -> Remark:
    """A remark that is not yet written."""
    return Remark(partner=partner, indicator_id=indicator_id, period=period, kind=kind, words=words[:LENGTH], by=by)
