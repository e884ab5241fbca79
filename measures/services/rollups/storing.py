"""Recompute what is marked stale, and rebuild everything: both store the same SELECTs (`selectors.combined`).

Partners' quarters and years are stored first, then the whole initiative's rows over them. A row that no figure stands
behind any more is overwritten by an empty one in the same statement and removed at the end. All of it is idempotent:
a row that would stay the same is not written.
"""

# ruff: noqa: S608  (SQL is put together from our own fragments; every value is a parameter)

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative
from backbone.tenancy import active_tenant_id
from measures.rules.periods import Grain
from measures.selectors import derived
from measures.selectors.combined import COLUMNS, KEY, NUMBERS, Rows, both_rows, partner_rows, whole_rows
from measures.selectors.community import current, published_rows
from measures.selectors.graph import Graph, changed_spans, graph
from measures.selectors.owing import plan_steadily, steady_plans
from measures.selectors.spans import Counting, Question, Span, countings, span_of, touched
from measures.services.rollups import computing

logger = logging.getLogger(__name__)

changes.register_verbs({"rollups.mended": gettext_noop("{by} found {rows} roll-ups out of date and built them anew")})

LOCK = 0x726F6C6C  # one kind of advisory lock: "the roll-ups of this tenant"

# Marks that one recompute takes on; what is more is taken on by the next, so that no transaction grows without end.
MARKS_AT_ONCE = 50_000


def drain(tenant_id: int) -> int:
    """Recompute until no mark is left; returns how many there were. For a transaction of its own, and nothing else.

    Its commit does not wait for the disk: roll-ups and marks go together, so a crash that forgets the one brings the
    other back, and the sweep does it again.
    """
    marks = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        plan_steadily(cursor)
        while True:
            found = _recompute(cursor, tenant_id)
            marks += found
            if found < MARKS_AT_ONCE:  # whoever marked more meanwhile nudges anew
                return marks


def recompute(tenant_id: int) -> int:
    """Recompute what this tenant's marks name, and take the marks away; returns how many there were.

    In the scope of the tenant. A constant number of statements, whatever the number of marks. Twice, or two at once,
    changes nothing: the second waits, then finds no marks. Marks that are set meanwhile stay for the next time.
    """
    if tenant_id != active_tenant_id():
        raise ValueError(f"Tenant {tenant_id} was asked for in the scope of tenant {active_tenant_id()}.")
    with connection.cursor() as cursor, steady_plans(cursor):
        return _recompute(cursor, tenant_id)


def _recompute(cursor: Any, tenant_id: int) -> int:
    _lock(cursor, tenant_id)
    marks = _marks(cursor, tenant_id)
    if not marks:
        return 0
    known = countings({indicator for _, indicator, _, _ in marks})
    changed = [(indicator, period, partner) for _, indicator, period, partner in marks]
    _store(cursor, tenant_id, *_spans(known, changed))
    computing.recompute(cursor, tenant_id, known, changed)
    _remove_misplaced(cursor, tenant_id, {i: known[i] for _, i, _, partner in marks if partner is None and i in known})
    _remove_marks(cursor, tenant_id, [mark[0] for mark in marks])
    return len(marks)


def rebuild(initiative: Initiative) -> int:
    """Recompute every roll-up of an initiative from its figures; returns how many rows there are then.

    In the scope of the tenant. Rows of periods, partners and indicators without figures go; marks of the initiative
    that were there before are done with.
    """
    tenant_id = active_tenant_id()
    with connection.cursor() as cursor:
        _lock(cursor, tenant_id)
        known = countings(initiative_id=initiative.pk)
        indicators = list(known)
        cursor.execute(
            "SELECT id FROM measures_stalemark WHERE tenant_id = %s AND indicator_id = ANY(%s)", [tenant_id, indicators]
        )
        marks = [row[0] for row in cursor]
        filed = _filed_periods(cursor, tenant_id, known)
        own, whole = _spans(known, filed)
        related = graph([initiative.pk])
        own_computed, whole_computed = _computed_spans(related, filed)
        _remove_all_but(cursor, tenant_id, _combined_ids(known), whole)
        _remove_all_but(cursor, tenant_id, list(related.definitions), whole_computed)
        with steady_plans(cursor):
            _store(cursor, tenant_id, own, whole, is_first=_count(cursor, tenant_id, indicators) == 0)
            computing.store_published(cursor, tenant_id, known)
            computing.store_computed(cursor, tenant_id, related, own_computed, whole_computed)
        _remove_marks(cursor, tenant_id, marks)
        return _count(cursor, tenant_id, indicators)


def differences(initiative: Initiative, *, at_most: int = 1_000) -> list[tuple[Any, ...]]:
    """Compute every roll-up of an initiative aside and compare: the keys (`KEY`) whose stored row differs, is missing
    or should not be there. Changes nothing. In the scope of the tenant.

    Rows that a mark names are on their way, and compared all the same: a caller that wants only what is wrong drains
    first.
    """
    tenant_id = active_tenant_id()
    known = countings(initiative_id=initiative.pk)
    key = ", ".join(KEY)
    with connection.cursor() as cursor:
        _lock(cursor, tenant_id)
        filed = _filed_periods(cursor, tenant_id, known)
        own, whole = _spans(known, filed)
        asked, all_asked = Question(own, "own"), Question(whole)
        own_rows, rows = both_rows(asked, all_asked)
        with steady_plans(cursor):
            cursor.execute(
                f"""
                WITH {own_rows}
                SELECT {key} FROM (SELECT * FROM own UNION ALL {rows}) e
                  FULL JOIN (SELECT * FROM measures_rollup
                              WHERE tenant_id = %(tenant)s AND indicator_id = ANY(%(indicators)s::bigint[])) s
                 USING ({key})
                 WHERE ({", ".join("e." + name for name in NUMBERS)})
                       IS DISTINCT FROM ({", ".join("s." + name for name in NUMBERS)})
                 ORDER BY indicator_id, grain, period, scope, category LIMIT %(at_most)s
                """,
                asked.parameters(tenant_id)
                | asked.periods()
                | all_asked.parameters(tenant_id)
                | {"indicators": _combined_ids(known), "at_most": at_most},
            )
            found = cursor.fetchall()
            return found + _computed_differences(cursor, tenant_id, initiative, known, filed, at_most - len(found))


def _computed_differences(
    cursor: Any,
    tenant_id: int,
    initiative: Initiative,
    known: Mapping[int, Counting],
    filed: Sequence[tuple[int, date, None]],
    at_most: int,
) -> list[tuple[Any, ...]]:
    """The same for what is published or computed: from the inputs' rows, which are compared themselves."""
    related = graph([initiative.pk])
    ids = [pk for pk, counting in known.items() if counting.is_published or counting.is_computed]
    if not ids or not at_most:
        return []
    rows = [*published_rows(known), *derived.rows(related, *_computed_spans(related, filed))]
    return computing.differing(cursor, tenant_id, ids, rows, at_most)


@transaction.atomic
def check_and_mend(initiative: Initiative) -> int:
    """The nightly check: nothing may differ from what the figures say. What does is recorded, and built anew.

    Returns how many rows differed; anything but 0 is a defect to be looked into. In the scope of the tenant.
    """
    found = differences(initiative)
    if found:
        logger.error("Roll-ups of initiative %s: %s rows differ, the first at %s.", initiative.pk, len(found), found[0])
        changes.record("rollups.mended", on=initiative, by=None, initiative=initiative, rows=len(found))
        rebuild(initiative)
    return len(found)


def _spans(
    known: Mapping[int, Counting], changed: Iterable[tuple[int, date, int | None]]
) -> tuple[list[Span], list[Span]]:
    """The spans that these changes touch: the partners' own quarters and years, and the whole initiative's."""
    own: set[Span] = set()
    whole: set[Span] = set()
    for indicator, period, partner in changed:
        counting = known.get(indicator)
        if counting is None or not counting.way:
            continue
        for month in touched(counting, period):
            for grain in Grain:
                span = span_of(counting, grain, month)
                if span is None:
                    continue
                whole.add(span)
                if grain is not Grain.MONTH:
                    own.add(span._replace(partner_id=partner))
    everybody = {span for span in own if span.partner_id is None}
    return (
        sorted(span for span in own if span.partner_id is None or span._replace(partner_id=None) not in everybody),
        sorted(whole),
    )


def _combined_ids(known: Mapping[int, Counting]) -> list[int]:
    """Those whose rows the SQL combines, and those of a kind that has none."""
    return [pk for pk, counting in known.items() if not (counting.is_published or counting.is_computed)]


def _computed_spans(related: Graph, filed: Iterable[tuple[int, date, None]]) -> tuple[list[Span], list[Span]]:
    """The spans of computed indicators in which an input has a figure, filed or published."""
    if not related:
        return [], []
    published = {pk for branches in related.leaves.values() for pk in branches if related.countings[pk].is_published}
    said = [(one.indicator_id, one.period, None) for one in current(published)] if published else []
    return changed_spans(related, [*filed, *said])


def _store(cursor: Any, tenant_id: int, own: list[Span], whole: list[Span], *, is_first: bool = False) -> None:
    """Compute these spans, under steady plans, and store what differs. `is_first`: nothing there yet could differ."""
    for question in _questions(own):
        parameters = question.parameters(tenant_id) | question.periods()
        whose = _NAMED if question.names_partners else _OWN
        cursor.execute(_statement(partner_rows(question), whose, is_first), parameters)
    for question in _questions(whole):
        cursor.execute(_statement(whole_rows(question), _WHOLE, is_first), question.parameters(tenant_id))
    cursor.execute("DELETE FROM measures_rollup WHERE tenant_id = %s AND state = ''", [tenant_id])


def _questions(spans: list[Span]) -> Iterator[Question]:
    """What is owed unevenly is asked for by itself, so that it does not make the rest more costly."""
    for is_uneven in (False, True):
        if some := [span for span in spans if span.counting.is_uneven is is_uneven]:
            yield Question(some)


def _statement(rows: Rows, whose: str, is_first: bool) -> str:
    if is_first:
        # What is read together lies together: a chart's months are a few pages of the table, not one for each.
        return f"{_INSERT} SELECT %(tenant)s, {_PLAIN}, now() FROM ({rows}) computed ORDER BY {', '.join(KEY)}"
    return _UPSERT.format(ctes=rows.ctes, select=rows.select, whose=whose)


_NAMED = "r.scope = k.partner_id"  # each span names its partner: found by it, not among everybody's rows
_OWN = "r.scope <> 0 AND (k.partner_id IS NULL OR r.scope = k.partner_id)"
_WHOLE = "r.scope = 0"
_PLAIN = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO measures_rollup (tenant_id, {_PLAIN}, as_of)"
_UPSERT = f"""
    {_INSERT}
    SELECT %(tenant)s, {_PLAIN}, now() FROM (
        WITH {{ctes}}, rows AS MATERIALIZED ({{select}})
        SELECT {_PLAIN} FROM rows
        UNION ALL
        SELECT {", ".join("r." + name for name in KEY)}, NULL, NULL, NULL, NULL, NULL, false, 0, 0, 0, 0, NULL, ''
          FROM k CROSS JOIN LATERAL (
               SELECT * FROM measures_rollup r
                WHERE r.tenant_id = %(tenant)s AND r.indicator_id = k.indicator_id AND r.grain = k.grain
                  AND r.period = k.period AND {{whose}} OFFSET 0) r
         WHERE NOT EXISTS (SELECT 1 FROM rows
                            WHERE rows.n = k.n AND rows.scope = r.scope AND rows.category = r.category)
    ) computed
    ON CONFLICT (tenant_id, scope, grain, indicator_id, category, period) DO UPDATE
       SET ({", ".join(NUMBERS)}, as_of) = ({", ".join("excluded." + name for name in NUMBERS)}, excluded.as_of)
     WHERE ({", ".join("measures_rollup." + name for name in NUMBERS)})
           IS DISTINCT FROM ({", ".join("excluded." + name for name in NUMBERS)})
"""


def _remove_misplaced(cursor: Any, tenant_id: int, known: Mapping[int, Counting]) -> None:
    """Remove rows that stand where no span can be: the fiscal year starts elsewhere now, or the indicator is filed
    more rarely. Only a change of the set-up does that, and it marks everybody's periods."""
    known = {pk: counting for pk, counting in known.items() if not counting.is_published}
    if not known:
        return
    cursor.execute(
        """
        DELETE FROM measures_rollup r
         USING unnest(%s::bigint[], %s::int[]) AS i (indicator_id, step),
               (VALUES ('month', 1), ('quarter', 3), ('year', 12)) AS g (grain, months)
         WHERE r.tenant_id = %s AND r.indicator_id = i.indicator_id AND r.grain = g.grain
           AND (i.step > g.months OR (date_part('month', r.period)::int - %s + 12) %% g.months <> 0)
        """,
        [
            list(known),
            [_shortest(counting) for counting in known.values()],
            tenant_id,
            next(iter(known.values())).year_starts,
        ],
    )


def _shortest(counting: Counting) -> int:
    """The months of the shortest span it can have; more than any for a kind that has none."""
    return Grain(counting.frequency).months if counting.way or counting.is_computed else 99


def _lock(cursor: Any, tenant_id: int) -> None:
    """One recompute of a tenant at a time. In a statement of its own: the next one then sees what the one before it
    has committed, which a lock taken inside the recompute would not."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, tenant_id % 2**31])


def _marks(cursor: Any, tenant_id: int) -> list[tuple[int, int, date, int | None]]:
    cursor.execute(
        "SELECT id, indicator_id, period, partner_id FROM measures_stalemark WHERE tenant_id = %s ORDER BY id LIMIT %s",
        [tenant_id, MARKS_AT_ONCE],
    )
    return cursor.fetchall()


def _remove_marks(cursor: Any, tenant_id: int, ids: list[int]) -> None:
    cursor.execute("DELETE FROM measures_stalemark WHERE tenant_id = %s AND id = ANY(%s)", [tenant_id, ids])


def _filed_periods(cursor: Any, tenant_id: int, known: Mapping[int, Counting]) -> list[tuple[int, date, None]]:
    """Every period of these indicators for which anybody has a figure."""
    cursor.execute(
        "SELECT DISTINCT indicator_id, period FROM measures_figure WHERE tenant_id = %s AND indicator_id = ANY(%s)",
        [tenant_id, list(known)],
    )
    return [(indicator, period, None) for indicator, period in cursor]


def _count(cursor: Any, tenant_id: int, indicators: list[int]) -> int:
    cursor.execute(
        "SELECT count(*) FROM measures_rollup WHERE tenant_id = %s AND indicator_id = ANY(%s)", [tenant_id, indicators]
    )
    return cursor.fetchone()[0]


def _remove_all_but(cursor: Any, tenant_id: int, indicators: list[int], spans: list[Span]) -> None:
    """Remove the rows of these indicators outside these spans, which no recompute of the spans would meet."""
    cursor.execute(
        """
        DELETE FROM measures_rollup r
         WHERE r.tenant_id = %s AND r.indicator_id = ANY(%s)
           AND NOT EXISTS (SELECT 1 FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS k (indicator_id, grain, period)
                            WHERE k.indicator_id = r.indicator_id AND k.grain = r.grain AND k.period = r.period)
        """,
        [
            tenant_id,
            indicators,
            [span.counting.indicator_id for span in spans],
            [span.grain for span in spans],
            [span.period for span in spans],
        ],
    )
