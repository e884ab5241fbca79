"""A number filed once, for several initiatives: its partner's lead says so, and the figures follow by themselves.

What is handed in, entered or corrected in one initiative is filed in the others in the same transaction, by the same
services, so that every rule applies there: locks, checks, review. Where it cannot be, the report at its source goes in all
the same, and the page says what keeps it. An approved figure is not changed: a correction is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from backbone import changes
from backbone.models import Change, Membership, Partner
from backbone.problems import Problem, Refused, cut, errors, gettext_noop
from backbone.roles import Can
from backbone.tenancy import active_tenant_id
from backbone.wording import say
from measures.lines import lines
from measures.models import Correction, FiledOnce, Indicator
from measures.rules.carried import check_direction, is_same
from measures.rules.categories import parse_category
from measures.rules.cells import check_submission
from measures.rules.figures import Entry
from measures.rules.periods import parse_month
from measures.selectors.carried import defined, owed_by, standing_of
from measures.services import corrections, figure_rows, filings
from measures.services.figure_rows import FigureRow
from measures.services.writing import COUNTED

HANDED_IN = (
    "filing.submitted",
    "filing.entered",
    "filing.overridden",
    "correction.approved",
    "correction.accepted",
)

# By hand: each report that is handed in asks, hardly any is answered, and Django takes longer to compose it.
_STANDING = """
    SELECT f.id, i.initiative_id, f.partner_id FROM measures_filedonce f
      JOIN measures_indicator i ON i.tenant_id = f.tenant_id AND i.id = f.source_id
     WHERE f.tenant_id = %s AND f.partner_id = ANY(%s) AND f.ended_at IS NULL
"""

changes.register_verbs(
    {
        "carried.agreed": gettext_noop("{by} said that {source} of {partner} answers {name} too"),
        "carried.ended": gettext_noop("{by} said that {source} of {partner} answers {name} no more"),
        "carried.kept": gettext_noop("{name} of {partner} for {period} did not follow from {source}: {words}"),
    }
)


@transaction.atomic
def agree(*, partner: Partner, source: Indicator, indicator: Indicator, by: Membership) -> FiledOnce:
    """The partner's lead says that what it files for `source` answers `indicator` from now on. Said again, it is the same.

    Raises `Refused`: `carried.not_yours`, `carried.other_question`, `carried.not_owed`, `carried.both_ways`,
    `carried.answered`.
    """
    _require_lead(by, partner)
    Partner.objects.select_for_update().get(pk=partner.pk)
    owed = {row.pk for row in owed_by(partner)}
    if not {source.pk, indicator.pk} <= owed:
        raise Refused(Problem("carried.not_owed", gettext_noop("The partner owes one of them no figures.")))
    if not is_same(defined(source), defined(indicator)):
        text = gettext_noop(
            "{source} asks for something else than {name}: kind, unit, rhythm or what it is of differs."
        )
        params = {"source": source.name, "name": indicator.name}
        raise Refused(Problem("carried.other_question", text, params, field="source"))
    standing = standing_of(partner)
    there = next((one for one in standing if one.indicator_id == indicator.pk), None)
    if there is not None and there.source_id == source.pk:
        return there
    if there is not None:
        text = gettext_noop("{name} is answered from elsewhere already.")
        hint = gettext_noop("Take that back first.")
        raise Refused(Problem("carried.answered", text, {"name": indicator.name}, hint=hint, field="source"))
    problem = check_direction(
        source.initiative_id,
        indicator.initiative_id,
        {one.source.initiative_id for one in standing},
        {one.initiative_id for one in standing},
    )
    if problem is not None:
        raise Refused(problem)
    row = FiledOnce.objects.create(
        initiative_id=indicator.initiative_id, partner=partner, indicator=indicator, source=source, given_by=by,
        given_at=timezone.now(),
    )  # fmt: skip
    _record("carried.agreed", row, by)
    return row


@transaction.atomic
def end(*, filed_once: FiledOnce, by: Membership) -> FiledOnce:
    """From now on each is filed by itself; what has come already stays."""
    row = FiledOnce.objects.select_for_update(of=("self",), no_key=True).get(pk=filed_once.pk)
    _require_lead(by, row.partner)
    if row.ended_at is None:
        row.ended_by, row.ended_at = by, timezone.now()
        row.save(update_fields=["ended_by", "ended_at"])
        _record("carried.ended", row, by)
    return row


# --- following what is handed in ---


def follow(found: Sequence[Change]) -> None:
    """File once more, in the initiatives that a partner named, what these changes handed in. In their transaction."""
    periods: dict[tuple[int, int], dict[date, Change]] = {}
    for change in found:
        period = parse_month(str(change.facts.get("period", "")))
        if isinstance(period, date) and change.partner_id is not None and change.initiative_id is not None:
            periods.setdefault((change.initiative_id, change.partner_id), {})[period] = change
    if not periods:
        return
    standing = _standing(periods)
    if not standing:
        return
    rows = FiledOnce.objects.filter(pk__in=standing)
    rows = rows.select_related("partner", "indicator__initiative__tenant", "source__initiative").order_by("pk")
    for row in rows:
        for period, change in sorted(periods.get((row.source.initiative_id, row.partner_id), {}).items()):
            _follow_one(row, period, _writer(change), is_backbones=change.verb == "filing.overridden")


def _standing(sources: Collection[tuple[int, int]]) -> list[int]:
    """The words that stand of these initiatives' figures, each of (initiative id, partner id); by id, one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [active_tenant_id(), list({partner for _initiative, partner in sources})])
        return [pk for pk, *source in cursor if tuple(source) in sources]


def _writer(change: Change) -> Membership | None:
    """In whose name it goes on: a correction that was approved is its author's, not of whoever agreed."""
    if change.verb != "correction.approved":
        return change.by
    return Correction.objects.select_related("by").get(pk=change.subject_id).by


def _follow_one(row: FiledOnce, period: date, by: Membership | None, *, is_backbones: bool) -> None:
    said = _said(row, period)
    if not said:
        return
    try:
        with transaction.atomic():
            _file(row, period, said, by, is_backbones)
    except Refused as refused:
        words = cut("; ".join(dict.fromkeys(say(problem) for problem in refused.problems)), 500)
        if words != row.problem:
            row.problem = words
            row.save(update_fields=["problem"])
        facts = {"period": f"{period:%Y-%m}", "words": words}
        _record("carried.kept", row, by, **facts)
    else:
        if (row.taken, row.problem) != (period, ""):
            row.taken, row.problem = period, ""
            row.save(update_fields=["taken", "problem"])


def _said(row: FiledOnce, period: date) -> dict[str, Entry]:
    """What counts at the source for a period, by category: handed in or approved."""
    stored = figure_rows.stored_of((row.partner_id, period), [row.source_id])
    return {key[3]: cell.entry for key, cell in stored.items() if cell.state in COUNTED}


def _file(row: FiledOnce, period: date, said: Mapping[str, Entry], by: Membership | None, is_backbones: bool) -> None:
    """The same cells, as far as this indicator is split alike, handed in here; or a correction of what is approved.

    Raises `Refused` with what the rules, the locks or the review say.
    """
    target, initiative = row.indicator, row.indicator.initiative
    line = lines(initiative, [target])[target.pk]
    cells = {category: entry for category, entry in said.items() if isinstance(parse_category(line, category), str)}
    wrong = errors(check_submission([line], {line.slug: cells}))
    if wrong:
        raise Refused(*wrong)
    because = because_of(row)
    stored = figure_rows.stored_of((row.partner_id, period), [target.pk])
    here = {key[3]: cell for key, cell in stored.items()}
    if any(cell.state == "approved" for cell in here.values()) and by is not None:
        if all(category in here and here[category].figure == _figure_of(entry) for category, entry in cells.items()):
            return
        write = corrections.propose if is_backbones else corrections.request
        write(
            initiative=initiative, partner=row.partner, period=period, indicator=target, cells=cells, reason=because,
            by=by,
        )  # fmt: skip
        return
    rows = [FigureRow(row.partner_id, target.pk, period, category, entry) for category, entry in cells.items()]
    filings.file_many(initiative=initiative, rows=rows, by=by, submit=True, because=because)


def _figure_of(entry: Entry) -> tuple:
    return entry.value, entry.numerator, entry.denominator, entry.weight, entry.is_not_collected, entry.new_only


def because_of(row: FiledOnce) -> str:
    """What stands as the reason in the history of a figure that came by itself."""
    words = {"source": row.source.name, "initiative": row.source.initiative.name}
    return gettext("Filed once, for “%(source)s” of %(initiative)s") % words


def _require_lead(by: Membership, partner: Partner) -> None:
    if not Membership.objects.get(pk=by.pk).can(Can.CONSENT, partner):
        raise Refused(Problem("carried.not_yours", gettext_noop("The partner’s lead alone says so.")))


def _record(verb: str, row: FiledOnce, by: Membership | None, **facts: str) -> None:
    changes.record(
        verb, on=row, by=by, initiative=row.indicator.initiative, partner=row.partner, name=row.indicator.name,
        source=row.source.name, **facts,
    )  # fmt: skip


changes.listen(HANDED_IN, follow)
