"""The matrix of strategy, population and place in one statement: what is offered, what is needed, and the state of each cell.

Only cells for which somebody said something are in it: the state of every other one is unknown. `rules.cells` and
`rules.supply` say the same in Python, and a test holds the two against each other. A cell has one number, made of where
its three values stand on their axes, so that joins and sums over it are by one whole number; units have numbers too.
"""

from __future__ import annotations

# `depth` is how many places a place lies in; `leaves` how many places within it, itself included, have none within them.
_PLACES = """
WITH RECURSIVE lies AS (
    SELECT p.id AS place_id, p.id AS in_id FROM activities_place p WHERE p.tenant_id = %(tenant)s
    UNION
    SELECT l.place_id, o.within_id
    FROM lies l JOIN activities_place o ON o.tenant_id = %(tenant)s AND o.id = l.in_id
    WHERE o.within_id IS NOT NULL
),
tree AS MATERIALIZED (
    SELECT d.id, d.depth, w.leaves
    FROM (SELECT place_id AS id, count(*) AS depth FROM lies GROUP BY place_id) d
    JOIN (
        SELECT l.in_id AS id, count(*) AS leaves FROM lies l
        WHERE NOT EXISTS (
            SELECT 1 FROM activities_place c WHERE c.tenant_id = %(tenant)s AND c.within_id = l.place_id
        )
        GROUP BY l.in_id
    ) w USING (id)
),
strategy AS (SELECT id, at - 1 AS at FROM unnest(%(strategy)s::bigint[]) WITH ORDINALITY AS x(id, at)),
population AS (SELECT id, at - 1 AS at FROM unnest(%(population)s::bigint[]) WITH ORDINALITY AS x(id, at)),
place AS (SELECT id, at - 1 AS at FROM unnest(%(place)s::bigint[]) WITH ORDINALITY AS x(id, at)),
"""

RUNNING = """
active AS MATERIALIZED (
    SELECT a.id, a.capacity, lower(btrim(a.capacity_unit)) COLLATE "C" AS said, a.service_type_id AS kind
    FROM activities_activity a
    WHERE a.tenant_id = %(tenant)s AND a.initiative_id = %(initiative)s AND a.starts_on <= %(day)s
        AND (a.status = 'active' AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
            OR a.status = 'ended' AND a.ends_on >= %(day)s)
),
"""

# A need of a place that has none of its own is the sum over the nearest places within it that have one, where these hold
# all its leaves; of those, what lies in one that has a need of its own is counted there.
_NEEDS = """
said AS MATERIALIZED (
    SELECT DISTINCT ON (n.strategy_id, n.population_id, n.place_id) n.strategy_id, n.population_id, n.place_id, n.amount,
        lower(btrim(n.unit)) COLLATE "C" AS said, n.unit COLLATE "C" AS spelt
    FROM activities_need n
    WHERE n.tenant_id = %(tenant)s AND n.initiative_id = %(initiative)s AND n.as_of <= %(day)s
        AND n.strategy_id = ANY(%(strategy)s) AND n.population_id = ANY(%(population)s)
    ORDER BY n.strategy_id, n.population_id, n.place_id, n.as_of DESC
),
unit AS MATERIALIZED (
    SELECT said, row_number() OVER ()::int AS id, max(spelt) AS spelt
    FROM (
        SELECT said, spelt FROM said GROUP BY said, spelt UNION ALL SELECT said, said FROM active GROUP BY said
    ) u GROUP BY said
),
own AS MATERIALIZED (
    SELECT (s.at * %(populations)s + p.at)::int AS pair, d.place_id, d.amount, u.id AS unit
    FROM said d JOIN unit u USING (said)
    JOIN strategy s ON s.id = d.strategy_id JOIN population p ON p.id = d.population_id
),
counted AS (
    SELECT o.pair, o.place_id, max(t.depth) AS depth
    FROM own o
    JOIN lies l ON l.place_id = o.place_id AND l.in_id <> o.place_id
    JOIN own h ON h.pair = o.pair AND h.place_id = l.in_id
    JOIN tree t ON t.id = l.in_id
    GROUP BY o.pair, o.place_id
),
summed AS (
    SELECT o.pair, l.in_id AS place_id, sum(o.amount) AS amount, min(o.unit) AS unit
    FROM own o
    JOIN tree t ON t.id = o.place_id
    JOIN lies l ON l.place_id = o.place_id AND l.in_id <> o.place_id
    JOIN tree w ON w.id = l.in_id
    LEFT JOIN counted c ON c.pair = o.pair AND c.place_id = o.place_id
    WHERE c.depth IS NULL OR w.depth > c.depth
    GROUP BY o.pair, l.in_id, w.leaves
    HAVING sum(t.leaves) = w.leaves AND min(o.unit) = max(o.unit)
),
need AS MATERIALIZED (
    SELECT (n.pair * %(places)s + q.at)::int AS cell, n.amount, n.unit, n.is_own
    FROM (
        SELECT pair, place_id, amount, unit, true AS is_own FROM own
        UNION ALL
        SELECT pair, place_id, amount, unit, false FROM summed
    ) n JOIN place q ON q.id = n.place_id
),
"""

_OFFERS = """
running AS MATERIALIZED (
    SELECT a.id, a.capacity, u.id AS unit, a.kind, c.partner_id AS leader
    FROM active a JOIN unit u USING (said)
    LEFT JOIN activities_commitment c ON c.tenant_id = %(tenant)s AND c.activity_id = a.id AND c.part = 'leads'
),
coverage AS MATERIALIZED (
    SELECT count(*) AS running, count(*) FILTER (
        WHERE NOT (
            r.id IN (SELECT s.activity_id FROM activities_activitystrategy s WHERE s.tenant_id = %(tenant)s)
            AND r.id IN (SELECT p.activity_id FROM activities_activitypopulation p WHERE p.tenant_id = %(tenant)s)
            AND r.id IN (SELECT l.activity_id FROM activities_activityplace l WHERE l.tenant_id = %(tenant)s)
        )
    ) AS untagged
    FROM active r
),
placed AS MATERIALIZED (
    SELECT t.activity_id, q.at, sum(t.share) AS share
    FROM activities_activityplace t JOIN lies l ON l.place_id = t.place_id JOIN place q ON q.id = l.in_id
    WHERE t.tenant_id = %(tenant)s
    GROUP BY t.activity_id, q.at
),
paired AS MATERIALIZED (
    SELECT r.id, s.at * %(populations)s + p.at AS pair, r.unit, r.kind, r.leader, r.capacity * a.share * b.share AS supply
    FROM running r
    JOIN activities_activitystrategy a ON a.tenant_id = %(tenant)s AND a.activity_id = r.id
    JOIN strategy s ON s.id = a.strategy_id
    JOIN activities_activitypopulation b ON b.tenant_id = %(tenant)s AND b.activity_id = r.id
    JOIN population p ON p.id = b.population_id
),
tagged AS MATERIALIZED (
    SELECT (d.pair * %(places)s + l.at)::int AS cell, d.unit, d.kind, d.leader, d.supply * l.share AS supply
    FROM paired d JOIN placed l ON l.activity_id = d.id
),
offered AS MATERIALIZED (
    SELECT t.cell, count(*) AS activities,
        COALESCE(sum(t.supply) FILTER (WHERE n.unit IS NULL OR n.unit = t.unit), 0) AS supply,
        bool_or(t.supply IS NULL OR n.unit <> t.unit) AS is_at_least,
        CASE WHEN min(t.unit) = max(t.unit) THEN min(t.unit) END AS unit,
        COALESCE(min(t.leader) <> max(t.leader), false) AS has_several
    FROM tagged t LEFT JOIN need n USING (cell)
    GROUP BY t.cell
),
several AS MATERIALIZED (
    SELECT DISTINCT t.cell
    FROM tagged t JOIN offered o USING (cell) JOIN need n USING (cell)
    WHERE t.kind IS NOT NULL AND o.activities > 1 AND o.supply * 100 > n.amount * %(overlap_above)s
    GROUP BY t.cell, t.kind HAVING min(t.leader) <> max(t.leader)
),
agreed AS MATERIALIZED (
    SELECT DISTINCT ((s.at * %(populations)s + p.at) * %(places)s + q.at)::int AS cell
    FROM activities_coordination c
    JOIN strategy s ON s.id = c.strategy_id
    JOIN population p ON p.id = c.population_id
    JOIN place q ON q.id = c.place_id
    WHERE c.tenant_id = %(tenant)s AND c.initiative_id = %(initiative)s AND c.since <= %(day)s AND c.expires_on > %(day)s
        AND (c.ended_on IS NULL OR c.ended_on > %(day)s)
),
"""

_JUDGED = """
judged AS MATERIALIZED (
    SELECT cell, n.amount AS need, COALESCE(n.unit, o.unit) AS unit, n.is_own, o.activities, o.supply, o.is_at_least,
        m.cell IS NOT NULL AS is_by_several, COALESCE(o.has_several, false) AS has_several, g.cell IS NOT NULL AS is_agreed,
        CASE
            WHEN n.amount IS NULL THEN 'unknown'
            WHEN n.amount = 0 THEN 'no_need'
            WHEN v.untagged * 100 > v.running * %(untagged_most)s THEN 'unknown'
            WHEN o.activities IS NULL OR o.supply * 100 < n.amount * %(gap_below)s
                THEN CASE WHEN o.is_at_least THEN 'unknown' ELSE 'gap' END
            WHEN m.cell IS NOT NULL AND o.supply * 100 > n.amount * %(overlap_above)s
                THEN CASE WHEN g.cell IS NOT NULL THEN 'agreed' ELSE 'twice' END
            WHEN o.supply >= n.amount THEN 'covered'
            ELSE 'partly'
        END AS state,
        CASE
            WHEN n.amount IS NULL THEN 'need'
            WHEN n.amount = 0 THEN ''
            WHEN v.untagged * 100 > v.running * %(untagged_most)s THEN 'untagged'
            WHEN o.is_at_least AND o.supply * 100 < n.amount * %(gap_below)s THEN 'capacity'
            ELSE ''
        END AS because
    FROM offered o FULL JOIN need n USING (cell)
    LEFT JOIN several m USING (cell) LEFT JOIN agreed g USING (cell)
    CROSS JOIN coverage v
)
"""

_GROUPS = {"strategy": "cell / (%(populations)s * %(places)s)", "population": "cell / %(places)s %% %(populations)s",
           "place": "cell %% %(places)s"}  # fmt: skip

_PAGE = """,
page AS (
    SELECT g.at, count(*) OVER () AS total
    FROM (SELECT at FROM {group}) g
    LEFT JOIN (
        SELECT {number} AS at, count(*) AS known, count(*) FILTER (WHERE state = ANY(%(only)s)) AS matching
        FROM judged GROUP BY {number}
    ) m ON m.at = g.at
    WHERE %(is_all)s OR m.matching > 0 OR (%(with_unknown)s AND COALESCE(m.known, 0) < %(cells_of_group)s)
    ORDER BY g.at LIMIT %(limit)s OFFSET %(offset)s
)
SELECT 'cell' AS sort, j.cell, j.state, j.because, j.need, u.spelt, j.is_own, COALESCE(j.activities, 0),
    COALESCE(j.supply, 0), COALESCE(j.is_at_least, false), j.is_by_several, j.is_agreed, j.has_several
FROM judged j JOIN page ON page.at = {number} LEFT JOIN unit u ON u.id = j.unit
UNION ALL
SELECT 'state', NULL, state, NULL, NULL, NULL, NULL, count(*), NULL, NULL, NULL, NULL, NULL FROM judged GROUP BY state
UNION ALL
SELECT 'group', page.at, NULL, NULL, NULL, NULL, NULL, page.total, NULL, NULL, NULL, NULL, NULL FROM page
UNION ALL
SELECT 'coverage', NULL, NULL, NULL, NULL, NULL, NULL, v.running, v.untagged, NULL, NULL, NULL, NULL FROM coverage v
"""


def statement(group: str) -> str:
    """The statement; `group` is the axis by which its pages are cut: strategy, population or place."""
    page = _PAGE.format(group=group, number=_GROUPS[group])
    return _PLACES + RUNNING + _NEEDS + _OFFERS + _JUDGED + page
