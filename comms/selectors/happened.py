"""What happened, gathered once for everybody whose digest is due, and put into words once for each language."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from django.urls import get_resolver
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backbone import changes
from backbone.look.numbers import period_name, short_date
from backbone.models import Change, Participation
from comms import news
from comms.selectors.readers import Reader
from measures.rules.periods import parse_month

LINES = 5  # sentences under one heading; the rest is counted


@dataclass(frozen=True, slots=True)
class Section:
    """News under one heading, newest first; `more` further ones are not spelled out."""

    heading: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(slots=True)
class Happened:
    """The changes since the earliest digest, and which initiatives each partner is part of."""

    changes: Sequence[Change]
    initiatives_of: dict[int, set[int]]
    _sentences: dict[tuple[str | None, int], str] = field(default_factory=dict)
    _open: dict[frozenset[int] | None, list[tuple[Change, str]]] = field(default_factory=dict)

    def told_to(self, reader: Reader, since: Mapping[str, datetime]) -> list[Change]:
        """The news of these topics, each since its instant, that this person may see and did not make: staff all,
        partners theirs and common ones."""
        own = reader.pk
        return [
            change
            for change, topic in self._open_to(reader)
            if topic in since and change.at > since[topic] and change.by_id != own
        ]

    def _open_to(self, reader: Reader) -> Sequence[tuple[Change, str]]:
        """What a person may see, each with its topic: the same for all who act for the same partners."""
        whose = None if reader.is_staff else frozenset(reader.partners)
        if whose not in self._open:
            kinds = news.kinds()
            self._open[whose] = [
                (change, kinds[change.verb].topic)
                for change in self.changes
                if self._may_see(reader, change, kinds[change.verb])
            ]
        return self._open[whose]

    def _may_see(self, reader: Reader, change: Change, kind: news.Kind) -> bool:
        if reader.is_staff:
            return True
        if change.partner_id is not None:
            return change.partner_id in reader.partners
        return kind.is_for_everybody and self.is_part_of(reader, change.initiative_id)

    def is_part_of(self, reader: Reader, initiative_id: int | None) -> bool:
        return any(initiative_id in self.initiatives_of.get(pk, ()) for pk in reader.partners)

    def sections(self, told: Iterable[Change]) -> list[Section]:
        """News as sentences under their headings, in the open voice; the same sentence once."""
        kinds = news.kinds()
        by_topic: dict[str, dict[str, None]] = {}
        for change in told:
            by_topic.setdefault(kinds[change.verb].topic, {})[self._sentence(change)] = None
        found = []
        for topic, heading in news.TOPICS.items():
            lines = list(by_topic.get(topic, ()))
            more = len(lines) - LINES if len(lines) > LINES + 1 else 0
            if lines:
                found.append(Section(_(heading), tuple(lines[: len(lines) - more]), more))
        return found

    def _sentence(self, change: Change) -> str:
        key = (get_language(), change.pk)
        if key not in self._sentences:
            self._sentences[key] = sentence(change)
        return self._sentences[key]


def happened(since: datetime, until: datetime) -> Happened:
    """The news of a span, newest first; two statements."""
    _learn_verbs()
    told = (
        Change.objects.filter(verb__in=list(news.kinds()), at__gt=since, at__lte=until)
        .select_related("by", "partner", "initiative")
        .order_by("-at", "-pk")
    )
    initiatives_of: dict[int, set[int]] = {}
    for initiative_id, partner_id in Participation.objects.values_list("initiative_id", "partner_id"):
        initiatives_of.setdefault(partner_id, set()).add(initiative_id)
    return Happened(list(told), initiatives_of)


@cache
def _learn_verbs() -> None:
    """Have every app say its sentences: a worker has loaded tasks, and a verb is taught by the service that writes it."""
    get_resolver().url_patterns  # noqa: B018


def sentence(change: Change) -> str:
    """The change in words, its months and days as one reads them."""
    readable = copy.copy(change)
    readable.facts = {name: _readable(value) for name, value in change.facts.items()}
    return changes.sentence(readable)


def _readable(value):
    if not isinstance(value, str):
        return value
    if len(value) == 7 and isinstance(month := parse_month(value), date):
        return period_name(month)
    if len(value) == 10:
        try:
            return short_date(date.fromisoformat(value))
        except ValueError:
            return value
    return value
