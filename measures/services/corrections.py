"""Corrections of approved figures: asked for by the partner, or proposed to it; applied once the other side agrees.

Until then figures and roll-ups know nothing of it, so that nothing dips. Every verb locks the filing first and asks
the rules again under the lock; nobody agrees to what they wrote themselves. An override is the one change that waits
for nobody: it is recorded as such, and the partner is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from backbone import changes
from backbone.look.numbers import short_datetime
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused, Word, errors, gettext_noop
from backbone.roles import Can
from measures.lines import lines
from measures.models import Correction, Indicator
from measures.rules.cells import check_submission
from measures.rules.figures import Entry, Place
from measures.rules.kinds import MILESTONE
from measures.rules.lines import TOTAL, Line
from measures.rules.past import check_past
from measures.rules.periods import text_of
from measures.rules.written import fingerprint, read_cells, write_cells
from measures.selectors import warned
from measures.selectors.corrections import visible
from measures.selectors.filing import earlier_totals, owed_lines
from measures.services import refusals
from measures.services.sheets import Sheet
from measures.services.writing import APPROVED, Receipt, Work

Origin, State = Correction.Origin, Correction.State

changes.register_verbs(
    {
        "correction.requested": gettext_noop("{by} asked to correct {name} of {partner} for {period}: {words}"),
        "correction.proposed": gettext_noop("{by} proposed to correct {name} of {partner} for {period}: {words}"),
        "correction.approved": gettext_noop("{by} approved a correction of {name} of {partner} for {period}"),
        "correction.accepted": gettext_noop("{by} accepted a correction of {name} of {partner} for {period}"),
        "correction.declined": gettext_noop("{by} declined to correct {name} of {partner} for {period}: {words}"),
        "correction.asked": gettext_noop("{by} asked about a correction of {name} of {partner} for {period}: {words}"),
        "correction.answered": gettext_noop(
            "{by} answered about a correction of {name} of {partner} for {period}: {words}"
        ),
        "correction.withdrawn": gettext_noop("{by} withdrew a correction of {name} of {partner} for {period}"),
    }
)

WORDS_LENGTH = 500

Cells = Mapping[str, Entry]


@transaction.atomic
def request(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicator: Indicator,
    cells: Cells,
    reason: str,
    by: Membership,
    seen: str | None = None,
) -> Correction:
    """The partner asks for other numbers in one of its approved lines; what stands goes on counting.

    `cells` are the whole line, total and parts; `seen` is the fingerprint of what the writer's page showed.

    Raises Refused: `correction.no_reason`, `correction.not_approved`, `correction.stale`, `correction.same`,
    `correction.open_already`, and everything that `rules.check_submission` finds.
    """
    return _write(Origin.REQUEST, initiative, partner, period, indicator, cells, reason, by, seen)


@transaction.atomic
def propose(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicator: Indicator,
    cells: Cells,
    reason: str,
    by: Membership,
    seen: str | None = None,
) -> Correction:
    """The backbone proposes other numbers in a partner's approved line, for the partner to accept. As `request`."""
    return _write(Origin.PROPOSAL, initiative, partner, period, indicator, cells, reason, by, seen)


@transaction.atomic
def check(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicator: Indicator,
    cells: Cells,
    reason: str,
    by: Membership,
    seen: str | None = None,
) -> None:
    """Only say whether an override would be refused, before somebody is asked to confirm it."""
    Case.open(initiative, partner, period, indicator, by).checked(cells, reason, seen)


@transaction.atomic
def override(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicator: Indicator,
    cells: Cells,
    reason: str,
    by: Membership,
    seen: str | None = None,
) -> Receipt:
    """Change an approved line of a partner's at once, without its consent: for emergencies, by a data steward.

    Raises Refused: `override.not_yours`, and what `request` refuses, save a correction that is open.
    """
    if not by.can(Can.OVERRIDE):
        text = gettext_noop("Only a data steward may change a partner's approved figure. Propose a correction instead.")
        raise Refused(Problem("override.not_yours", text))
    case = Case.open(initiative, partner, period, indicator, by)
    return case.apply(case.checked(cells, reason, seen), reason)


@transaction.atomic
def approve(*, correction: Correction, by: Membership, words: str = "", seen: str | None = None) -> Receipt:
    """Agree to a correction: the figure changes now. For a request that is the backbone, for a proposal the partner.

    `seen` is the fingerprint of the line as the page of whoever agrees showed it; left out, the line must be as it was
    when the correction was written.

    Raises Refused: `correction.own`, `correction.not_open`, `correction.stale` with both values, and what the rules
    find by now.
    """
    case, correction = _locked(correction, by)
    if correction.by_id == by.pk:
        text = gettext_noop("You wrote this correction yourself: somebody else must agree to it.")
        raise Refused(Problem("correction.own", text))
    case.must_be_approved()
    current, expected = case.standing, seen or fingerprint(read_cells(correction.before))
    if fingerprint(current) != expected:
        raise Refused(_stale(correction, current))
    said = case.whole(read_cells(correction.cells))
    receipt = case.apply(said, correction.reason, correction)
    verb = "correction.approved" if correction.is_request else "correction.accepted"
    _settle(correction, State.APPROVED, verb, by, words, before=_figure(current), after=_figure(said))
    return receipt


@transaction.atomic
def decline(*, correction: Correction, by: Membership, words: str) -> None:
    """Say no, and why. Raises Refused: `correction.no_words`, `correction.not_open`."""
    _must_say(words, gettext_noop("Say why not: whoever asked reads your words."))
    _case, correction = _locked(correction, by)
    _settle(correction, State.DECLINED, "correction.declined", by, words)


@transaction.atomic
def ask_back(*, correction: Correction, by: Membership, words: str) -> None:
    """Ask whoever wrote it before deciding. Raises Refused: `correction.no_words`, `correction.not_open`."""
    _must_say(words, gettext_noop("Say what you want to know: whoever asked reads your words."))
    _case, correction = _locked(correction, by, states=(State.OPEN,))
    correction.state, correction.words = State.ASKED, words.strip()[:WORDS_LENGTH]
    correction.save(update_fields=["state", "words"])
    _record("correction.asked", correction, by, words=correction.words)


@transaction.atomic
def answer(*, correction: Correction, cells: Cells, words: str, by: Membership, seen: str | None = None) -> Correction:
    """Answer what was asked, or write an open correction anew over what stands now; it waits for a decision again.

    Whoever writes the numbers is from then on the one who may not agree to them. Raises Refused as `request`.
    """
    case, correction = _locked(correction, by)
    said = case.checked(cells, words, seen)
    correction.cells, correction.before = write_cells(said), write_cells(case.standing)
    correction.state, correction.words = State.OPEN, words.strip()[:WORDS_LENGTH]
    correction.by, correction.at = by, case.sheet.now
    correction.save(update_fields=["cells", "before", "state", "words", "by", "at"])
    _record("correction.answered", correction, by, words=correction.words, after=_figure(said))
    return correction


@transaction.atomic
def withdraw(*, correction: Correction, by: Membership) -> None:
    """Take a correction back before anybody agreed. Raises Refused: `correction.not_open`."""
    _case, correction = _locked(correction, by)
    _settle(correction, State.WITHDRAWN, "correction.withdrawn", by, "")


# --- under the lock ---


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a filing, locked, for as long as it is decided on."""

    sheet: Sheet
    indicator: Indicator
    line: Line
    others: Mapping[int, Line]  # of the same report, for the rules over several

    @classmethod
    def open(cls, initiative: Initiative, partner: Partner, period: date, indicator: Indicator, by: Membership) -> Case:
        report = owed_lines(initiative, partner, period)
        others = {pk: line for pk, line in report.lines.items() if pk != indicator.pk}
        whole: dict[int, dict] = {pk: {} for pk in (indicator.pk, *others)}
        sheet = Sheet.open(initiative, partner, period, whole, {}, by, known=report.indicators)
        line = report.lines.get(indicator.pk) or lines(initiative, [indicator])[indicator.pk]
        return cls(sheet, indicator, line, others)

    @property
    def standing(self) -> dict[str, Entry]:
        """What stands, without categories that are asked for no more: nobody can see or correct them."""
        return visible(self.line, self.sheet.entries(self.indicator.pk))

    def must_be_approved(self) -> None:
        if self.sheet.state(self.indicator.pk) != APPROVED:
            text = gettext_noop("{name} is not approved: change it in the report.")
            raise Refused(Problem("correction.not_approved", text, {"name": self.indicator.name}))

    def whole(self, cells: Cells) -> dict[str, Entry]:
        """The line as it is said, blanks left out; raises Refused with what the rules find, those over several lines
        among them, as if the report were submitted now."""
        pk, sheet = self.indicator.pk, self.sheet
        said = {category: entry for category, entry in cells.items() if not entry.is_blank}
        found = errors(check_submission([self.line], {self.line.slug: said}))
        if self.line.kind == MILESTONE:
            earlier = earlier_totals(sheet.partner, [pk], sheet.period).get(pk, [])
            for problem in check_past(self.line, said.get(TOTAL, Entry()), earlier):
                found.append(problem.at(field=str(Place(self.line.slug, TOTAL, problem.field))))
        report = {**self.others, pk: self.line}
        standing = {other: sheet.entries(other) for other in self.others} | {pk: said}
        crossed = warned.crossed(warned.rules_in_use(sheet.initiative), report, standing, [pk])
        found += errors(problem for problems in crossed.values() for problem in problems)
        if found:
            raise Refused(*found)
        return said

    def checked(self, cells: Cells, reason: str, seen: str | None) -> dict[str, Entry]:
        """The line as it would stand, when it may be written down: with a reason, over what the writer saw, another."""
        _must_say(reason, gettext_noop("Say why it changes: whoever relied on the figure will see it."), "no_reason")
        self.must_be_approved()
        name, current = self.indicator.name, self.standing
        if seen is not None and seen != fingerprint(current):
            text = gettext_noop("{name} changed while you wrote: it is {now} by now. Look at it, then send it again.")
            raise Refused(Problem("correction.stale", text, {"name": name, "now": _figure(current)}))
        said = self.whole(cells)
        if fingerprint(said) == fingerprint(current):
            text = gettext_noop("These are the numbers that stand there: {now}.")
            raise Refused(Problem("correction.same", text, {"now": _figure(current)}))
        return said

    def apply(self, said: Cells, reason: str, correction: Correction | None = None) -> Receipt:
        """Put the line in place of what stands; it stays approved, and the cells that it leaves out go."""
        sheet, pk = self.sheet, self.indicator.pk
        correction_id = None if correction is None else correction.pk
        work = Work(
            sheet.initiative, sheet.by, APPROVED, reason, sheet.now,
            correction_id=correction_id, indicators=sheet.indicators,
        )  # fmt: skip
        changed, _approved = work.settle(sheet.rows({pk: said}), sheet.stored)
        gone = [sheet.key(pk, category) for category in self.standing if category not in said]
        work.write({sheet.desk: sheet.filing}, sheet.stored, changed, gone)
        return work.finish()


def _write(origin: str, initiative, partner, period, indicator, cells, reason, by, seen) -> Correction:
    case = Case.open(initiative, partner, period, indicator, by)
    said = case.checked(cells, reason, seen)
    before = Correction.objects.filter(
        indicator=indicator, partner=partner, period=period, state__in=[State.OPEN, State.ASKED]
    )
    if (other := before.select_related("by").first()) is not None:
        text = gettext_noop("{by} wrote a correction of {name} at {at}, which is not decided. Withdraw or answer it.")
        params = {"by": other.by.name, "name": indicator.name, "at": short_datetime(other.at)}
        raise Refused(Problem("correction.open_already", text, params))
    correction = Correction.objects.create(
        initiative=initiative,
        indicator=indicator,
        partner=partner,
        period=period,
        origin=origin,
        cells=write_cells(said),
        before=write_cells(case.standing),
        reason=reason.strip()[:WORDS_LENGTH],
        by=by,
        at=case.sheet.now,
    )
    verb = "correction.requested" if origin == Origin.REQUEST else "correction.proposed"
    _record(verb, correction, by, words=correction.reason, before=_figure(case.standing), after=_figure(said))
    return correction


def _locked(correction: Correction, by: Membership, states=(State.OPEN, State.ASKED)) -> tuple[Case, Correction]:
    """The line, locked, and the correction as it is under the lock. Raises Refused `correction.not_open`."""
    case = Case.open(correction.initiative, correction.partner, correction.period, correction.indicator, by)
    found = Correction.objects.select_for_update(of=["self"]).select_related("partner", "initiative", "indicator")
    correction = found.get(pk=correction.pk)
    if correction.state not in states:
        text = gettext_noop("This correction is {state} by now. Load the page again to see it.")
        raise Refused(Problem("correction.not_open", text, {"state": State(correction.state).label}))
    return case, correction


def _must_say(words: str, text: str, code: str = "no_words") -> None:
    field = "reason" if code == "no_reason" else "words"
    if not words.strip():
        raise Refused(Problem(f"correction.{code}", text, field=field))
    if len(words.strip()) > WORDS_LENGTH:
        text = gettext_noop("That is {length} characters long: keep it to {limit}.")
        params = {"length": len(words.strip()), "limit": WORDS_LENGTH}
        raise Refused(Problem("correction.too_long", text, params, field=field))


def _stale(correction: Correction, current: Cells) -> Problem:
    text = gettext_noop(
        "{name} changed since this was asked: it was {before} then and is {now} now; asked for is {after}. "
        "Look at both values, then decide."
    )
    params = {
        "name": correction.indicator.name,
        "before": _figure(read_cells(correction.before)),
        "now": _figure(current),
        "after": _figure(read_cells(correction.cells)),
    }
    return Problem("correction.stale", text, params)


def _settle(correction: Correction, state: str, verb: str, by: Membership, words: str, **facts: Any) -> None:
    correction.state, correction.words = state, words.strip()[:WORDS_LENGTH]
    correction.decided_by, correction.decided_at = by, timezone.now()
    correction.save(update_fields=["state", "words", "decided_by", "decided_at"])
    _record(verb, correction, by, words=correction.words, **facts)


def _record(verb: str, correction: Correction, by: Membership, **facts: Any) -> None:
    indicator = correction.indicator
    changes.record(
        verb, on=correction, by=by, initiative=correction.initiative, partner=correction.partner,
        period=text_of(correction.period), name=indicator.name, indicators=[indicator.slug],
        **{name: str(fact) for name, fact in facts.items()},
    )  # fmt: skip


def _figure(cells: Cells) -> str | Word:
    """The total in one word: 300, 15 / 50."""
    return refusals.said(cells.get(TOTAL, Entry()))
