"""One line of history for every write, in words a person reads.

A verb is registered with the sentence it makes; digests and histories render it from the change's `facts`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext

from backbone.look.numbers import period_name, short_date
from backbone.models import Change, Initiative, Membership, Partner
from backbone.tenancy import active_tenant_id

AT_A_TIME = 2_000

_sentences: dict[str, str] = {}
_choices: dict[str, Mapping[str, type[models.TextChoices]]] = {}
Listener = Callable[[Sequence[Change]], None]
_listeners: dict[str, list[Listener]] = {}


def register_verbs(
    sentences: Mapping[str, str], choices: Mapping[str, Mapping[str, type[models.TextChoices]]] | None = None
) -> None:
    """Teach verbs: `{"filing.submitted": gettext_noop("{by} submitted {partner}’s report for {period}")}`.

    The places are `by`, `partner`, and whatever the change's `facts` hold. `choices` says which facts of a verb are kept
    as a choice's code and read as its word, in the language of whoever reads: `{"action.moved": {"state": Action.State}}`.
    """
    _sentences.update(sentences)
    _choices.update(choices or {})


def sentences() -> Mapping[str, str]:
    """Every verb that was taught, with its sentence."""
    return dict(_sentences)


def listen(verbs: Iterable[str], listener: Listener) -> None:
    """Be told of changes with these verbs in their transaction, right after they are written; called once, at import."""
    for verb in verbs:
        _listeners.setdefault(verb, []).append(listener)


def _tell(found: Sequence[Change]) -> None:
    """Each listener once, of all that it listens to."""
    for listener in dict.fromkeys(one for change in found for one in _listeners.get(change.verb, ())):
        listener([change for change in found if listener in _listeners.get(change.verb, ())])


def record(
    verb: str,
    *,
    on: models.Model | str,
    by: Membership | None,
    initiative: Initiative | None = None,
    partner: Partner | None = None,
    **facts: Any,
) -> Change:
    """Write one change in the transaction of what it tells. `by` is None when the platform itself acted."""
    change = prepare(verb, on=on, by=by, initiative=initiative, partner=partner, **facts)
    record_many([change])
    return change


def record_many(changes: Iterable[Change]) -> None:
    """Write many changes, each made by `prepare`, so many in one statement."""
    rest = iter(changes)
    while some := list(islice(rest, AT_A_TIME)):
        _write(some)
        _tell(some)


# By hand: everything that somebody does tells of itself, and Django takes longer to compose it than PostgreSQL to write.
_WRITE = """
    INSERT INTO backbone_change (tenant_id, initiative_id, partner_id, by_id, at, verb, subject, subject_id, facts)
    SELECT %s, c.initiative_id, c.partner_id, c.by_id, c.at, c.verb, c.subject, c.subject_id, c.facts
      FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[],
                  %s::jsonb[])
           WITH ORDINALITY AS c (initiative_id, partner_id, by_id, at, verb, subject, subject_id, facts, place)
     ORDER BY c.place RETURNING id
"""


def _write(changes: Sequence[Change]) -> None:
    """Write these down, in order, and give each its number and its time; one statement."""
    rows = []
    for one in changes:
        one.at = timezone.now()
        place = one.initiative_id, one.partner_id, one.by_id, one.at
        rows.append((*place, one.verb, one.subject, one.subject_id, json.dumps(one.facts)))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [active_tenant_id(), *map(list, zip(*rows, strict=True))])
        for change, (number,) in zip(changes, cursor.fetchall(), strict=True):
            change.pk = number
            change._state.adding, change._state.db = False, connection.alias


def prepare(verb: str, *, on, by=None, initiative=None, partner=None, **facts: Any) -> Change:
    """A change that is not yet written."""
    return Change(**_columns(verb, on, by, initiative, partner, facts))


def sentence(change: Change) -> str:
    """The change as a sentence in the reader's language; its bare verb where a command taught it to itself alone."""
    if change.verb not in _sentences:
        return change.verb.replace(".", " ").replace("_", " ")
    text = gettext(_sentences[change.verb])
    by = change.by.name if change.by is not None else gettext("Backbone")
    partner = change.partner.name if change.partner is not None else ""
    facts = change.facts
    return text.format_map({"by": by, "partner": partner, **facts, **_told_words(change.verb, facts)})


def _told_words(verb: str, facts: Mapping[str, Any]) -> dict[str, str]:
    return {**_period_words(facts), **_day_words(facts), **_choice_words(verb, facts)}


def _choice_words(verb: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """The word of each fact that is kept as a code; what is no code stands as it was written."""
    found = {}
    for name, choices in _choices.get(verb, {}).items():
        if facts.get(name) in choices.values:
            found[name] = str(choices(facts[name]).label)
    return found


def _period_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """A month is kept as 2026-10 and read as October 2026."""
    try:
        return {"period": period_name(date.fromisoformat(f"{facts['period']}-01"), "month")}
    except (KeyError, ValueError):
        return {}


def _day_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """A day until which something holds is kept as 2026-11-30 and read as 30 Nov."""
    found = {}
    for name in ("until", "ends_on", "leaves_on"):
        try:
            found[name] = short_date(date.fromisoformat(facts[name]))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _columns(verb, on, by, initiative, partner, facts) -> dict[str, Any]:
    if verb not in _sentences:
        raise KeyError(f"The verb “{verb}” has no sentence: register it with changes.register_verbs().")
    return {
        "verb": verb,
        "subject": on if isinstance(on, str) else on._meta.label_lower,
        "subject_id": None if isinstance(on, str) else on.pk,
        "by": by,
        "initiative": initiative,
        "partner": partner,
        "facts": facts,
    }
