"""What happened to figures: every version by who, when and why, from the history that the triggers keep."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from backbone import changes
from backbone.models import Change
from backbone.tenancy import active_tenant_id
from measures.instants import instant_text
from measures.models import Correction, Indicator
from measures.models.filings import FigureState
from measures.rules.figures import Entry
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import text_of
from measures.wording import category_words
from measures.wording import entry as entry_words

_DRAFT, SUBMITTED, RETURNED, APPROVED = (str(state) for state in FigureState.values)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `is_state_change` draws a solid dot; `why` is what its author gave as the reason.

    `mark` names what stands out: an override. `is_version`: something of the figure became another, so that it can be
    shown as it stood at that instant. `then` is what held from then on.
    """

    at: datetime
    sentence: str
    why: str = ""
    is_state_change: bool = False
    category: str = ""
    mark: str = ""
    is_version: bool = False
    then: str = ""

    @property
    def instant(self) -> str:
        return instant_text(self.at)


_COLUMNS = [
    "pgh_created_at",
    "pgh_label",
    "partner_id",
    "category",
    "value",
    "numerator",
    "denominator",
    "weight",
    "is_not_collected",
    "note",
    "state",
    "changed_because",
]


def figure_steps(
    indicator: Indicator,
    line: Line,
    period: date,
    codes: dict[int, str],
    *,
    partner_ids: Collection[int] | None = None,
    with_drafts: bool = False,
    with_categories: bool = False,
    limit: int = 200,
    until: datetime | None = None,
) -> list[Step]:
    """What happened to the figures of one indicator and period (up to an instant), newest first; one statement.

    For every partner, or for those in `partner_ids`. What a partner has not handed in is its own and left out unless
    asked for: drafts, and what is typed over a returned figure. `codes` names the partners.
    """
    listed = ", ".join(f"e.{column}" for column in _COLUMNS)
    own = "" if partner_ids is None else "AND e.partner_id = ANY(%(partners)s)"
    totals = "" if with_categories else "AND e.category = ''"
    then = "" if until is None else "AND e.pgh_created_at <= %(until)s"
    handed_in = "" if with_drafts else "WHERE s.state <> 'draft' AND NOT (s.state = 'returned' AND s.is_as_before)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.*, lag(s.state) OVER past AS state_before, lag(s.value) OVER past AS value_before,
                   lag(s.numerator) OVER past AS numerator_before, lag(s.denominator) OVER past AS denominator_before,
                   lag(s.is_not_collected) OVER past AS was_not_collected,
                   lag(s.weight) OVER past AS weight_before, lag(s.note) OVER past AS note_before,
                   r.id AS restatement_id, r.correction_id, a.name AS asker, c.origin
              FROM (
                SELECT e.pgh_id, e.pgh_obj_id, {listed}, m.name AS author,
                       e.state = lag(e.state) OVER (PARTITION BY e.pgh_obj_id ORDER BY e.pgh_created_at, e.pgh_id)
                       AS is_as_before
                  FROM measures_figureevent e
                  LEFT JOIN backbone_membership m ON m.tenant_id = %(tenant)s AND m.id = e.changed_by_id
                 WHERE e.tenant_id = %(tenant)s AND e.indicator_id = %(indicator)s AND e.period = %(period)s
                       {own} {totals} {then}) s
              LEFT JOIN measures_restatement r
                ON r.tenant_id = %(tenant)s AND r.indicator_id = %(indicator)s AND r.period = %(period)s
               AND r.partner_id = s.partner_id AND r.category = s.category AND r.at = s.pgh_created_at
              LEFT JOIN measures_correction c ON c.tenant_id = %(tenant)s AND c.id = r.correction_id
              LEFT JOIN backbone_membership a ON a.tenant_id = %(tenant)s AND a.id = c.by_id
            {handed_in}
            WINDOW past AS (PARTITION BY s.pgh_obj_id ORDER BY s.pgh_created_at, s.pgh_id)
             ORDER BY s.pgh_created_at DESC, s.pgh_id DESC LIMIT %(limit)s
            """,  # noqa: S608  (the clauses are ours)
            {
                "tenant": active_tenant_id(),
                "indicator": indicator.pk,
                "period": period,
                "partners": None if partner_ids is None else list(partner_ids),
                "limit": limit,
                "until": until,
            },
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    return [_step(line, row, codes) for row in rows]


def excuse_steps(indicator: Indicator, period: date, partner_ids: Collection[int] | None = None) -> list[Step]:
    """Who was let off this indicator for this period, and who let them; one statement."""
    told = Change.objects.filter(
        subject=indicator._meta.label_lower,
        subject_id=indicator.pk,
        verb__startswith="excuse.",
        facts__period=text_of(period),
    ).select_related("by", "partner")
    if partner_ids is not None:
        told = told.filter(partner__in=partner_ids)
    return [Step(change.at, changes.sentence(change), is_state_change=True) for change in told.order_by("-at")]


def _step(line: Line, row: dict[str, Any], codes: dict[int, str]) -> Step:
    names = ("value", "numerator", "denominator", "weight")
    now = Entry(*(row[name] for name in names), is_not_collected=row["is_not_collected"])
    before = Entry(*(row[f"{name}_before"] for name in names), is_not_collected=bool(row["was_not_collected"]))
    if line.rule.is_words:  # elsewhere a note beside the figure is not the figure
        now = replace(now, reason=row["note"], is_told=True)
        before = replace(before, reason=row["note_before"] or "", is_told=True)
    state, was = row["state"], row["state_before"]
    words = {
        "by": row["author"] or _("Backbone"),
        "partner": codes.get(row["partner_id"], ""),
        "figure": entry_words(line, now),
        "before": entry_words(line, before),
    }
    if row["category"] != TOTAL:
        words["figure"] = f"{words['figure']} ({category_words(line, row['category'])})"
    is_changed = not before.is_blank and now != before
    mark, is_gone = "", row["pgh_label"] == "delete"
    if is_gone:
        pattern = _("%(figure)s of %(partner)s was taken away")
    elif state == APPROVED and was == APPROVED:
        pattern = (
            _("%(by)s corrected %(before)s to %(figure)s for %(partner)s")
            if is_changed
            else _("%(by)s changed what is said about %(partner)s’s %(figure)s")
        )
    elif state == APPROVED and was is None:
        pattern = _("%(by)s entered %(figure)s for %(partner)s, as approved before")
    elif state == APPROVED:
        pattern = _("%(by)s approved %(partner)s’s %(figure)s")
    elif state == RETURNED and was != RETURNED:
        pattern = _("%(by)s returned %(partner)s’s %(figure)s")
    elif state == SUBMITTED and is_changed and was is not None:
        pattern = _("%(by)s submitted %(figure)s for %(partner)s, instead of %(before)s")
    elif state == SUBMITTED:
        pattern = _("%(by)s submitted %(figure)s for %(partner)s")
    elif row["pgh_label"] == "insert":
        pattern = _("%(by)s wrote %(figure)s for %(partner)s")
    else:
        pattern = _("%(by)s changed %(before)s to %(figure)s for %(partner)s")
    sentence = pattern % words
    if row["restatement_id"] is not None and (is_changed or is_gone or was is None):
        if row["correction_id"] is None:
            mark = _("Override by %(by)s") % words
        elif row["origin"] == Correction.Origin.REQUEST:
            sentence += ", " + _("as %(asker)s had asked") % {"asker": row["asker"]}
        else:
            sentence += ", " + _("as %(asker)s had proposed") % {"asker": row["asker"]}
    is_new_state = state != was or is_gone or bool(mark)
    return Step(row["pgh_created_at"], sentence, row["changed_because"], is_new_state, row["category"], mark, True)
