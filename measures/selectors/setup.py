"""What the set-up pages read: who owes which indicator now, as a matrix of partners and indicators, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from backbone import changes
from backbone.look.numbers import short_date
from backbone.models import Change, Initiative, Participation, Partner
from measures.models import Indicator, Obligation
from measures.selectors.history import Step


@dataclass(frozen=True, slots=True)
class OwedCell:
    """Whether a partner owes an indicator on a day. `since` or `until` are days that change it, None when nothing does.

    `state` is `owed`, `later` (from `since` on), `ended` (since `until`) or `never`.
    """

    state: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OwedRow:
    partner: Partner
    cells: list[tuple[Indicator, OwedCell]]


def owed_matrix(
    initiative: Initiative, indicators: Sequence[Indicator], parts: Sequence[Participation], day: date
) -> list[OwedRow]:
    """One row for each participation, one cell for each indicator; one query. `parts` have their partner loaded."""
    lines: dict[tuple[int, int | None], list[Obligation]] = {}
    for obligation in Obligation.objects.filter(indicator__initiative=initiative):
        lines.setdefault((obligation.indicator_id, obligation.partner_id), []).append(obligation)
    return [
        OwedRow(
            part.partner,
            [
                (indicator, owed_cell(part, lines.get((indicator.pk, None), []) + lines.get((indicator.pk, part.partner_id), []), day))
                for indicator in indicators
            ],
        )
        for part in parts
    ]  # fmt: skip


def owed_words(starts_on: date | None, ends_on: date | None, frequency: str, first_partial: str) -> str:
    """`from 1 Oct 2026 until leaving, every quarter, first period optional`."""
    days = {"since": short_date(starts_on), "until": short_date(ends_on)}
    if starts_on is None:
        span = _("from joining until %(until)s") if ends_on else _("from joining until leaving")
    else:
        span = _("from %(since)s until %(until)s") if ends_on else _("from %(since)s until leaving")
    words = [span % days]
    if frequency in Indicator.Frequency.values:
        words.append(str(Indicator.Frequency(frequency).label))
    if first_partial == Obligation.FirstPartial.OPTIONAL:
        words.append(_("first period optional"))
    return ", ".join(words)


def obligation_steps(obligation: Obligation) -> list[Step]:
    """What became of one line, and of others by which the same partner, or everybody, owed the same; each with what
    it then was. Newest first; one statement."""
    indicator = obligation.indicator
    told = Change.objects.filter(
        Q(partner=obligation.partner_id) | Q(partner=None),
        subject=indicator._meta.label_lower,
        subject_id=indicator.pk,
        verb__startswith="obligation.",
    ).select_related("by", "partner")
    return [
        Step(change.at, changes.sentence(change), is_state_change=True, then=_then(change.facts))
        for change in told.order_by("-at", "-pk")
    ]


def _then(facts: Mapping[str, Any]) -> str:
    since, until = (date.fromisoformat(facts[name]) if facts.get(name) else None for name in ("starts_on", "ends_on"))
    return owed_words(since, until, facts.get("frequency", ""), facts.get("first_partial", ""))


def owed_cell(part: Participation, obligations: Sequence[Obligation], day: date) -> OwedCell:
    """What one partner owes of one indicator on a day: its obligations as far as it takes part."""
    spans = []
    for obligation in obligations:
        start = max(part.joins_on, obligation.starts_on or date.min)
        ends = [end for end in (part.leaves_on, obligation.ends_on) if end is not None]
        end = min(ends) if ends else date.max
        if start <= end:
            spans.append((start, end))
    now = [end for start, end in spans if start <= day <= end]
    if now:
        end = max(now)
        return OwedCell("owed", until=None if end == date.max else end)
    later = [start for start, _end in spans if start > day]
    if later:
        return OwedCell("later", since=min(later))
    if spans:
        return OwedCell("ended", until=max(end for _start, end in spans))
    return OwedCell("never")
