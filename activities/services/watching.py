"""The only writer of what the watch found: each finding once, and what people made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from activities.models import Finding
from activities.rules.watch import Verdict
from activities.selectors.watch import Watched, challenged, watched
from agenda.services import learning
from backbone import changes
from backbone.conditions import Thing
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.roles import Role
from measures.rules.periods import text_of
from measures.selectors.reading import Reading

ASKS = (Role.CONVENER, Role.DATA_STEWARD, Role.BACKBONE_ADMIN)

changes.register_verbs(
    {
        "watch.found": gettext_noop("The watch found something worth a word: {first} and {second}"),
        "watch.challenged": gettext_noop("The theory behind {second} is challenged: it should have moved by {month}"),
        "watch.discussed": gettext_noop("{by} noted what was said of {first} and {second}: {words}"),
        "watch.let_go": gettext_noop("{by} let go of {first} and {second}: {words}"),
    }
)


@transaction.atomic
def look(*, initiative: Initiative, today: date) -> int:
    """Look at every watched link and every target that should have moved; returns how many findings are new.

    Looking twice finds nothing twice. A what-if about a challenged theory is opened once.
    """
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    new = sum(_note(initiative, one, today) for one in watched(initiative, today))
    return new + sum(_challenge(initiative, one, today) for one in challenged(initiative, today))


@transaction.atomic
def close(*, finding: Finding, state: str, words: str, by: Membership) -> Finding:
    """Say what came of a finding, or why it is let go. Raises `Refused` without words, or when it is closed already."""
    row = Finding.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=finding.pk)
    if state not in (Finding.State.DISCUSSED, Finding.State.LET_GO):
        raise ValueError(f"A finding is discussed or let go, not “{state}”.")
    if row.state != Finding.State.OPEN:
        sentence = gettext_noop("This is closed already: {state}.")
        raise Refused(Problem("finding.closed", sentence, {"state": str(row.get_state_display())}))
    if not words.strip():
        raise Refused(Problem("words.missing", gettext_noop("Say it in a few words."), field="words"))
    row.state, row.words, row.closed_by, row.closed_at = state, words.strip(), by, timezone.now()
    row.save(update_fields=["state", "words", "closed_by", "closed_at"])
    named = {name: row.facts.get(name, "") for name in ("first", "second")}
    changes.record(f"watch.{state}", on=row, by=by, initiative=row.initiative, words=row.words, **named)
    return row


def _note(initiative: Initiative, one: Watched, today: date) -> bool:
    facts = _facts(initiative, one)
    is_card = one.judged.verdict is Verdict.CARD
    later = one.panels[1]
    key = f"watch:{one.link.pk}:{text_of(later.periods[-1])}" if is_card and later else f"watch:{one.link.pk}"
    if not is_card:
        quiet = {"sort": Finding.Sort.WATCH, "state": Finding.State.QUIET, "facts": facts, "found_on": today}
        Finding.objects.update_or_create(initiative=initiative, key=key, defaults=quiet)
        return False
    Finding.objects.filter(initiative=initiative, key=f"watch:{one.link.pk}").delete()
    open_ones = Finding.objects.filter(initiative=initiative, key__startswith=f"watch:{one.link.pk}:")
    if open_ones.filter(state=Finding.State.OPEN).exclude(key=key).exists():
        return False  # it is on the table already
    row, is_new = Finding.objects.get_or_create(
        initiative=initiative, key=key, defaults={"sort": Finding.Sort.WATCH, "facts": facts, "found_on": today}
    )
    if is_new:
        named = {"first": facts["first"], "second": facts["second"]}
        changes.record("watch.found", on=row, by=None, initiative=initiative, **named)
    return is_new


def _facts(initiative: Initiative, one: Watched) -> dict[str, Any]:
    tenant = initiative.tenant
    sides = []
    for indicator, panel, change in zip(
        (one.first, one.second), one.panels, (one.judged.first, one.judged.second), strict=True
    ):
        sides.append(
            {
                "indicator": indicator.slug,
                "direction": indicator.direction,
                "periods": [text_of(period) for period in panel.periods] if panel else [],
                "frequency": indicator.frequency,
                "values": [None if value is None else _text(round(value, 6)) for value in panel.values]
                if panel
                else [],
                "coverage": None if panel is None or panel.coverage is None else _text(round(panel.coverage, 4)),
                "size": panel.size if panel else 0,
                "change": None if change is None else _text(round(change, 4)),
            }
        )
    return {
        "first": one.first.name, "second": one.second.name, "sides": sides, "lag": one.lag, "link": one.link.pk,
        "verdict": one.judged.verdict.value, "change": tenant.watch_change, "coverage": tenant.watch_coverage,
    }  # fmt: skip


def _challenge(initiative: Initiative, reading: Reading, today: date) -> bool:
    goal, indicator = reading.goal, reading.indicator
    if goal is None or goal.moves_by is None:
        return False
    month = text_of(goal.moves_by)
    facts = {
        "first": "", "second": indicator.name, "indicator": indicator.slug, "moves_by": month, "now": reading.said,
        "baseline": None if goal.baseline is None else _text(goal.baseline), "period": text_of(reading.window.period),
        "from": text_of(goal.judged_from) if goal.judged_from else "", "coverage": str(reading.now.coverage.filed),
        "expected": str(reading.now.coverage.expected),
    }  # fmt: skip
    row, is_new = Finding.objects.get_or_create(
        initiative=initiative,
        key=f"challenged:{indicator.pk}:{month}",
        defaults={"sort": Finding.Sort.CHALLENGED, "facts": facts, "found_on": today},
    )
    if not is_new:
        return False
    author = _author()
    if author is not None:
        with translation.override(initiative.tenant.locale):
            words = {"indicator": indicator.name, "month": period_name(goal.moves_by)}
            text = _("What if our theory is wrong? %(indicator)s should have moved by %(month)s, and did not.") % words
        about = [Thing(f"measures.indicator:{indicator.pk}", "", indicator.name, code=indicator.code)]
        row.learning = learning.add(initiative=initiative, sort="what_if", text=text, by=author, about=about)
        row.save(update_fields=["learning"])
    changes.record(
        "watch.challenged", on=row, by=None, initiative=initiative, second=indicator.name, month=facts["moves_by"]
    )
    return True


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _author() -> Membership | None:
    """In whose name a what-if is asked: of those who convene, else steward, else administrate."""
    people = list(Membership.objects.filter(is_active=True).prefetch_related("grants").order_by("pk"))
    for role in ASKS:
        for one in people:
            if role in one.roles:
                return one
    return None
