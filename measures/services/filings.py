"""Filing: the only writer of figures, for the form, the API and imports alike. Reviewing them is written in `reviews`.

Each verb locks the filing, asks again under the lock what only the database knows (is the period closed, is a figure
approved, has somebody else saved meanwhile), writes in sets, records what happened, and marks what is now stale. What
plain values can tell (is it a number, do the parts add up) the doors have asked `measures.rules` before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import transaction

from backbone import changes
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused, errors, gettext_noop, warnings
from measures.models import Filing
from measures.rules.attested import Word
from measures.rules.cells import check_submission
from measures.rules.figures import Entry, Place
from measures.rules.kinds import MILESTONE
from measures.rules.lines import TOTAL
from measures.rules.past import check_past
from measures.rules.periods import text_of
from measures.selectors import filing as reads
from measures.selectors import warned
from measures.services import figure_rows, refusals, remarks
from measures.services.attested import attest
from measures.services.delivery import Delivery
from measures.services.figure_rows import FigureRow
from measures.services.locks import reopen
from measures.services.reviews import approve, return_line
from measures.services.rollups import mark_stale
from measures.services.sheets import Sheet
from measures.services.writing import DRAFT, SUBMITTED, Receipt, Work

changes.register_verbs(
    {"filing.taken_back": gettext_noop("{by} took back {figures} figures of {partner} for {period}")}
)

__all__ = [
    "Delivery",
    "FigureRow",
    "Receipt",
    "approve",
    "file_many",
    "reopen",
    "return_line",
    "save_draft",
    "submit",
    "take_back",
]


@transaction.atomic
def file_many(
    *,
    initiative: Initiative,
    rows: Sequence[FigureRow],
    by: Membership | None,
    submit: bool,
    approve: bool = False,
    because: str = "",
    replace: bool = False,
) -> Receipt:
    """Write many figures of many partners and periods, all or nothing, in sets.

    Blank entries leave alone what stands; nothing is ever taken away; what would not change is not written, recorded
    or marked, so that the same rows twice change nothing. Categories are canonical and the rules have been asked.
    `by` None is the platform itself, at its operator's command.

    `submit` False keeps drafts. `approve` enters figures as approved, for history that was approved elsewhere: by
    somebody who reviews, and the record says “entered”; it is the one way past “nobody approves their own”.
    `replace` lets somebody who may override change approved figures, with `because`; they stay approved.

    Raises Refused: `indicator.elsewhere`, `period.not_a_start`, `period.locked` (unless `by` may move locks),
    `row.conflict`, `figure.note_too_long`, `review.not_yours`, `override.no_reason`. Raises ValueError when a
    cell comes twice.
    """
    delivery = Delivery(
        initiative=initiative, by=by, submit=submit, approve=approve, because=because, replace=replace
    )  # fmt: skip
    delivery.put(rows)
    return delivery.finish()


@transaction.atomic
def save_draft(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    cells: Mapping[int, Mapping[str, Entry]],
    by: Membership,
    version: int | None,
    seen: Mapping[int, str] | None = None,
    words: Mapping[int, str] | None = None,
    as_defined: Mapping[int, bool] | None = None,
    attested: Mapping[int, Word] | None = None,
) -> Receipt:
    """Keep what a filer typed, right or wrong: cells by indicator id and category; a blank one is cleared.

    What is not named stays as it is. Only drafts and returned figures change; a returned one stays returned until it
    is submitted. `version` is what the filer saw; when somebody saved since, a cell that now holds something else is
    refused with both values, and a blank one leaves theirs alone. `seen` are the lines' fingerprints as the filer saw
    them: a line that still has its own is not asked about.

    Raises Refused: `filing.stale`, `filing.not_open`, `period.locked`, `period.out_of_range`, `indicator.elsewhere`.
    """
    is_blank = all(entry.is_blank for said in cells.values() for entry in said.values())
    if is_blank and version == 0 and not any((words or {}).values()):
        attest(
            initiative=initiative, partner=partner, period=period, lines=list(cells), said=attested or {}, indicators={},
            by=by, is_draft=True,
        )  # fmt: skip
        return Receipt()  # a new report, and nothing in it
    sheet = Sheet.open(initiative, partner, period, cells, as_defined or {}, by)
    work = Work(initiative, by, DRAFT, "", sheet.now, is_typing=True)
    sheet.put(work, sheet.settled(cells, version, seen or {}))
    if words:
        remarks.say(partner=partner, period=period, words=words, by=by)
    _attest(sheet, attested or {}, list(cells), is_draft=True)
    return work.finish()


@transaction.atomic
def submit(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    cells: Mapping[int, Mapping[str, Entry]],
    words: Mapping[int, str],
    by: Membership,
    version: int | None,
    seen: Mapping[int, str] | None = None,
    as_defined: Mapping[int, bool] | None = None,
    attested: Mapping[int, Word] | None = None,
) -> Receipt:
    """Hand in a partner's report: every line that it owes and that still waits for the partner, as typed or as saved.

    After a return those are the returned lines only; what is approved or waits for review stays as it is. `words` are
    the explanations or answers, by indicator id; `attested` how the partner counts, where it says so. A line whose
    period is not over yet is kept as a draft.

    Raises Refused with everything that `rules.check_submission` and the hard rules over several lines find (each problem
    names its line), with `warning.no_words` where the tenant wants unusual figures explained, with what `save_draft`
    refuses, or `filing.nothing_to_submit`, `period.not_over`.
    """
    report = reads.owed_lines(initiative, partner, period)
    sheet = Sheet.open(initiative, partner, period, cells, as_defined or {}, by, known=report.indicators)
    said = sheet.settled(cells, version, seen or {})
    dropped = {pk: sheet.no_longer_split(pk, line) for pk, line in report.lines.items()}
    merged = {pk: {**sheet.entries(pk), **said.get(pk, {})} for pk in {**report.lines, **said}}
    for pk, categories in dropped.items():
        for category in categories:
            del merged[pk][category]
    asked = sheet.asked(report, merged)
    if not asked:
        text = gettext_noop("Nothing of {period} waits to be submitted.")
        raise Refused(Problem("filing.nothing_to_submit", text, {"period": period_name(period)}))
    strangers = {pk: sheet.indicators[pk].slug for pk in said if pk not in report.lines}
    found = errors(
        check_submission(
            [report.lines[pk] for pk in asked],
            {report.lines[pk].slug: merged[pk] for pk in asked} | {slug: {} for slug in strangers.values()},
        )
    )
    ordered = [pk for pk in asked if report.lines[pk].kind == MILESTONE]
    earlier = reads.earlier_totals(partner, ordered, period)
    for pk in ordered:
        for problem in check_past(report.lines[pk], merged[pk].get(TOTAL, Entry()), earlier.get(pk, [])):
            found.append(problem.at(field=str(Place(report.lines[pk].slug, TOTAL, problem.field))))
    said_odd, broken = _odd(initiative, sheet, report, merged, asked)
    found += broken
    if not found:
        found = _unexplained(sheet, report, merged, said_odd, words)
    if found:
        raise Refused(*found)
    work = Work(initiative, by, SUBMITTED, "", sheet.now)
    later = {pk: cells for pk, cells in said.items() if pk not in asked}
    sheet.put(work, later, wanted=DRAFT)
    sheet.put(work, {pk: merged[pk] | dict.fromkeys(dropped[pk], Entry()) for pk in asked})
    spoken = {pk: words[pk] for pk in asked if pk in words}
    remarks.say(partner=partner, period=period, words=spoken, by=by, answers=said_odd)
    _attest(sheet, attested or {}, list(later), is_draft=True)
    _attest(sheet, attested or {}, asked, is_draft=False)
    return work.finish()


def _attest(sheet: Sheet, attested: Mapping[int, Word], lines: Collection[int], *, is_draft: bool) -> None:
    """Keep what the partner says of how it counts, of these lines."""
    attest(
        initiative=sheet.initiative, partner=sheet.partner, period=sheet.period, indicators=sheet.indicators,
        lines=lines, said=attested, by=sheet.by, is_draft=is_draft,
    )  # fmt: skip


def _odd(
    initiative: Initiative,
    sheet: Sheet,
    report: reads.Owed,
    merged: Mapping[int, Mapping[str, Entry]],
    asked: list[int],
) -> tuple[dict[int, list[Problem]], list[Problem]]:
    """The soft warnings of the lines that are handed in, by indicator id; and what hard rules over several lines
    refuse."""
    lines = {pk: report.lines[pk] for pk in asked}
    past = warned.earlier(sheet.partner.pk, sheet.period, asked)
    odd = warned.unusual(sheet.indicators[asked[0]].tenant, sheet.period, lines, merged, past)
    crossed = warned.crossed(warned.rules_in_use(initiative), report.lines, merged, asked)
    for pk, problems in crossed.items():
        soft = warnings(problems)
        if soft:
            odd[pk] = [*odd.get(pk, []), *soft]
    return odd, [problem for problems in crossed.values() for problem in errors(problems)]


def _unexplained(
    sheet: Sheet,
    report: reads.Owed,
    merged: Mapping[int, Mapping[str, Entry]],
    odd: Mapping[int, Sequence[Problem]],
    words: Mapping[int, str],
) -> list[Problem]:
    """`warning.no_words` for each unusual line of which nobody said why, where the tenant asks for words."""
    if not odd or not sheet.indicators[next(iter(odd))].tenant.wants_words:
        return []
    silent = [pk for pk in odd if not words.get(pk, "").strip()]
    known = remarks.explained(partner=sheet.partner, period=sheet.period, indicator_ids=silent) - set(words)
    return [
        refusals.no_words(report.lines[pk], odd[pk][0])
        for pk in silent
        if pk not in known and not merged[pk].get(TOTAL, Entry()).reason.strip()
    ]


@transaction.atomic
def take_back(
    *, initiative: Initiative, partner: Partner, period: date, indicators: Collection[int], by: Membership
) -> None:
    """Make submitted lines drafts again, so that the partner can change them before anybody approves.

    Raises Refused: `filing.not_open` when one is not submitted any more, `period.locked`.
    """
    sheet = Sheet.open(initiative, partner, period, {pk: {} for pk in indicators}, {}, by)
    keys = [key for key, cell in sheet.stored.items() if cell.state == SUBMITTED]
    moved = set(indicators) - {key[0] for key in keys}
    if moved:
        raise refusals.not_open([(pk, sheet.state(pk)) for pk in sorted(moved)], sheet.indicators)
    if reads.closed_lines({(pk, sheet.desk) for pk in indicators}, sheet.indicators, sheet.now):
        raise refusals.closed(sheet.rows({pk: {TOTAL: Entry()} for pk in indicators}), sheet.indicators)
    figure_rows.move(keys, to=DRAFT, by_id=by.pk, because="", now=sheet.now)
    figure_rows.raise_versions([sheet.filing.filing_id], None, None)
    changes.record(
        "filing.taken_back", on=Filing(pk=sheet.filing.filing_id), by=by, initiative=initiative, partner=partner,
        period=text_of(period), figures=len(indicators), indicators=[sheet.indicators[pk].slug for pk in indicators],
    )  # fmt: skip
    mark_stale({(key[0], period, partner.pk) for key in keys})
