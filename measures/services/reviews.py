"""Reviewing: a second pair of eyes on what a partner submitted. Written under the filing's lock, like everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused, gettext_noop
from measures.models import Filing, Remark
from measures.rules.periods import text_of
from measures.services import figure_rows, refusals, remarks
from measures.services.figure_rows import Key
from measures.services.rollups import mark_stale
from measures.services.sheets import Sheet
from measures.services.writing import APPROVED, RETURNED, SUBMITTED

changes.register_verbs(
    {
        "filing.approved": gettext_noop("{by} approved {names} of {partner} for {period}"),
        "filing.returned": gettext_noop("{by} returned {names} of {partner} for {period}: {words}"),
    }
)


@transaction.atomic
def approve(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicators: Iterable[int],
    by: Membership,
    words: str = "",
    seen: Mapping[int, datetime] | None = None,
) -> None:
    """Approve these submitted lines of one filing, all or none.

    `seen` is when each line was last changed as the reviewer saw it; a line that changed since is not approved.

    Raises Refused: `review.own` for a line that `by` submitted, `review.not_waiting` for one that is not submitted
    (any more), `review.changed`.
    """
    wanted = list(dict.fromkeys(indicators))
    sheet, keys = _waiting(initiative, partner, period, wanted, by, seen)
    _move(sheet, keys, APPROVED, by, words)
    if words.strip():
        kind = Remark.Kind.APPROVAL
        Remark.objects.bulk_create([remarks.remark_on(partner, pk, period, kind, words.strip(), by) for pk in wanted])
    _record("filing.approved", sheet, by, wanted, words=words.strip())


@transaction.atomic
def return_line(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    indicator: int,
    words: str,
    by: Membership,
    seen: Mapping[int, datetime] | None = None,
) -> None:
    """Give one submitted line back to the partner with words; the other lines stay as they are.

    Raises Refused: `review.no_words`, and what `approve` refuses (a reviewer may return what they submitted).
    """
    words = words.strip()
    if not words:
        text = gettext_noop("Say what the partner should look at: they see your words beside the number.")
        raise Refused(Problem("review.no_words", text, field="words"))
    sheet, keys = _waiting(initiative, partner, period, [indicator], by, seen, is_approval=False)
    _move(sheet, keys, RETURNED, by, words)
    remarks.remark_on(partner, indicator, period, Remark.Kind.RETURN, words, by).save()
    _record("filing.returned", sheet, by, [indicator], words=words)


def _waiting(
    initiative: Initiative,
    partner: Partner,
    period: date,
    wanted: Collection[int],
    by: Membership,
    seen: Mapping[int, datetime] | None,
    *,
    is_approval: bool = True,
) -> tuple[Sheet, list[Key]]:
    """The filing, locked, and its submitted figures of these lines; refuses what is not as the reviewer saw it."""
    sheet = Sheet.open(initiative, partner, period, {pk: {} for pk in wanted}, {}, by)
    keys = [key for key, cell in sheet.stored.items() if cell.state == SUBMITTED]
    found = []
    for pk in wanted:
        mine = [cell for key, cell in sheet.stored.items() if key[0] == pk]
        params = {"name": sheet.indicators[pk].name, "indicator": sheet.indicators[pk].slug}
        if sheet.state(pk) != SUBMITTED:
            found.append(refusals.not_waiting(params, sheet.state(pk), partner))
        elif seen is not None and pk in seen and max(cell.changed_at for cell in mine) > seen[pk]:
            text = gettext_noop("{name} changed while you looked at it. Look at it again, then decide.")
            found.append(Problem("review.changed", text, params))
        elif is_approval and any(cell.submitted_by_id == by.pk for cell in mine if cell.state == SUBMITTED):
            text = gettext_noop("You submitted {name} yourself: somebody else must approve it.")
            found.append(Problem("review.own", text, params))
    if found or not wanted:
        raise Refused(*(found or [Problem("review.nothing", gettext_noop("Nothing here waits for review."))]))
    return sheet, keys


def _move(sheet: Sheet, keys: Collection[Key], to: str, by: Membership, words: str) -> None:
    figure_rows.move(keys, to=to, by_id=by.pk, because=words.strip()[:500], now=sheet.now)
    figure_rows.raise_versions([sheet.filing.filing_id], None, None)
    mark_stale({(key[0], key[1], key[2]) for key in keys})


def _record(verb: str, sheet: Sheet, by: Membership, indicators: Iterable[int], **facts: str) -> None:
    rows = [sheet.indicators[pk] for pk in indicators]
    changes.record(
        verb, on=Filing(pk=sheet.filing.filing_id), by=by, initiative=sheet.initiative, partner=sheet.partner,
        period=text_of(sheet.period), names=", ".join(row.name for row in rows), indicators=[row.slug for row in rows],
        **facts,
    )  # fmt: skip
