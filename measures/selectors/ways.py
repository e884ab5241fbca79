"""How each way of combining (`spans`) is said in SQL: what is read of a figure, and what of several is kept.

What only some ways need is left out of a statement that has none of them, so that counts and rates stay as fast as they
are. `c` are the cells or parts that are combined, `f` is a figure, `k` the span.
"""

from __future__ import annotations

from measures.selectors.spans import (
    ADD,
    GREATEST,
    LAST,
    LAST_RATE,
    LATEST,
    LEAST,
    LEVELS,
    MEAN,
    MEAN_LEVELS,
    MEAN_RATE,
    MEDIAN,
    PEOPLE,
    RATE,
    REACHED,
    WEIGHTED,
    WORDS,
    Question,
)

FILED_AS_RATIO = f"k.way IN ('{RATE}', '{LAST_RATE}', '{MEAN_RATE}')"
DIVIDES = f"k.way IN ('{RATE}', '{LAST_RATE}', '{MEAN_RATE}', '{WEIGHTED}', '{REACHED}')"
OF_LEVELS = f"k.way IN ('{LEVELS}', '{MEAN_LEVELS}')"
ADDS_UP = f"k.way IN ('{ADD}', '{LAST}', '{LATEST}', '{MEAN}')"

# Kept as numeric with more places while dividing, so that the rounding is the rules' own.
_MEAN_OF = "round(({total} + 0.000000000000000000000000) / {count}, 18)"


def counts(question: Question) -> str:
    """What a figure must be to count: answered in the way of its kind. A blank half of a rate is silence, zero is not."""
    cases = f"WHEN {FILED_AS_RATIO} THEN f.numerator IS NOT NULL AND f.denominator IS NOT NULL"
    if WEIGHTED in question.ways:
        cases += f" WHEN k.way = '{WEIGHTED}' THEN f.value IS NOT NULL AND f.weight IS NOT NULL"
    if WORDS in question.ways:
        cases += f" WHEN k.way = '{WORDS}' THEN f.note <> '' AND NOT f.is_not_collected"
    return f"f.state = ANY(%(states)s::text[]) AND CASE {cases} ELSE f.value IS NOT NULL END"


def numerator(question: Question) -> str:
    """What a figure brings to the upper number: an average its weight times, a milestone its yes."""
    cases = ""
    if WEIGHTED in question.ways:
        cases += f" WHEN k.way = '{WEIGHTED}' THEN f.value * f.weight"
    if REACHED in question.ways:
        cases += f" WHEN k.way = '{REACHED}' THEN f.value"
    return f"CASE{cases} ELSE f.numerator END" if cases else "f.numerator"


def denominator(question: Question) -> str:
    if WEIGHTED not in question.ways:
        return "f.denominator"
    return f"CASE WHEN k.way = '{WEIGHTED}' THEN f.weight ELSE f.denominator END"


def note(question: Question) -> str:
    """The note of a figure, where a reason takes back what was reached."""
    return ", f.note" if REACHED in question.ways else ""


def kept_of_periods(question: Question) -> str:
    """The aggregates over one partner's periods that these ways need besides sums; each with a comma before it."""
    kept = ""
    if question.ways & {PEOPLE, GREATEST, MEDIAN}:
        kept += ", max(c.value) AS largest"
    if PEOPLE in question.ways:
        kept += ", bool_and(c.new_only) AS all_new, bool_or(c.new_only) AS some_new"
    if question.ways & {LAST, LAST_RATE}:
        kept += ", count(*) FILTER (WHERE c.is_last) AS at_last, max(c.value) FILTER (WHERE c.is_last) AS last_value"
    if LAST_RATE in question.ways:
        kept += """, max(c.numerator) FILTER (WHERE c.is_last) AS last_numerator,
                     max(c.denominator) FILTER (WHERE c.is_last) AS last_denominator"""
    if question.ways & {LEAST, MEDIAN}:
        kept += ", min(c.value) AS smallest"
    if question.ways & {LATEST, LEVELS, MEAN_LEVELS}:
        kept += ", (array_agg(c.value ORDER BY c.source DESC))[1] AS latest"
    if REACHED in question.ways:
        kept += """, coalesce(max(c.source) FILTER (WHERE c.value = 1)
                     > coalesce(max(c.source) FILTER (WHERE c.value <> 1 AND c.note <> ''), '-infinity'), false)::int
                     AS reached"""
    return kept


def value_of_periods(question: Question, is_filed: str, due: str) -> str:
    """One partner's value over the periods of a span."""
    cases = {ADD: "c.value"}
    if LAST in question.ways:
        cases[LAST] = "c.last_value"
    if question.ways & {LATEST, LEVELS, MEAN_LEVELS}:
        cases |= dict.fromkeys((LATEST, LEVELS, MEAN_LEVELS), "c.latest")
    if MEAN in question.ways:
        cases[MEAN] = f"CASE WHEN {is_filed} THEN {_MEAN_OF.format(total='c.value', count='c.cells')} END"
    if question.ways & {LEAST, MEDIAN}:
        cases[LEAST] = "c.smallest"
        cases[MEDIAN] = f"CASE WHEN {due} = 1 THEN c.value END"
    if GREATEST in question.ways:
        cases[GREATEST] = "c.largest"
    return _case(cases)


def bounds_of_periods(question: Question, is_filed: str, is_one_year: str) -> tuple[str, str]:
    """Lower and upper: how many people at least and at most, the range of a median, the level of one partner."""
    lower, upper = {}, {}
    if PEOPLE in question.ways:
        lower[PEOPLE] = f"CASE WHEN c.all_new AND {is_one_year} THEN c.value ELSE c.largest END"
        upper[PEOPLE] = f"CASE WHEN {is_filed} AND c.all_new = c.some_new THEN c.value END"
    if MEDIAN in question.ways:
        lower[MEDIAN], upper[MEDIAN] = "c.smallest", "c.largest"
    if question.ways & {LEVELS, MEAN_LEVELS}:
        lower |= dict.fromkeys((LEVELS, MEAN_LEVELS), "c.latest")
        upper |= dict.fromkeys((LEVELS, MEAN_LEVELS), "c.latest")
    return _case(lower), _case(upper)


def parts_of_periods(question: Question) -> str:
    """How many figures are in it: of a level at the end, the last alone."""
    if not question.ways & {LAST, LAST_RATE}:
        return "c.cells"
    return f"CASE WHEN k.way IN ('{LAST}', '{LAST_RATE}') THEN c.at_last ELSE c.cells END"


def ratio_of_periods(question: Question, mean: str) -> tuple[str, str]:
    """One partner's numerator and denominator over the periods of a span."""
    top = dict.fromkeys((RATE, MEAN_RATE, WEIGHTED), "c.numerator")
    bottom = {RATE: "c.denominator", MEAN_RATE: mean, WEIGHTED: "c.denominator"}
    if LAST_RATE in question.ways:
        top[LAST_RATE], bottom[LAST_RATE] = "c.last_numerator", "c.last_denominator"
    if REACHED in question.ways:
        top[REACHED], bottom[REACHED] = "c.reached", "1"
    return _case(top), _case(bottom)


def kept_of_partners(question: Question) -> str:
    """The aggregates over partners that these ways need besides sums; each with a comma before it."""
    kept = ""
    if PEOPLE in question.ways:
        kept += """, max(c.lower) AS lower,
                     CASE WHEN count(c.upper) = count(*) THEN sum(c.upper) END AS upper"""
    if question.ways & {LEAST, LEVELS, MEAN_LEVELS, MEDIAN}:
        kept += ", min(c.value) AS smallest"
    if GREATEST in question.ways:
        kept += ", max(c.value) AS largest"
    if question.ways & {LEVELS, MEAN_LEVELS, MEDIAN}:
        kept += ", min(c.lower) AS lowest, max(c.upper) AS highest"
    if MEAN_LEVELS in question.ways:
        kept += ", count(c.value) AS voices"
    return kept


def value_of_partners(question: Question, expected: str) -> str:
    """Everybody's value. One partner alone is what it is, where several have none together."""
    cases = dict.fromkeys((ADD, LAST, LATEST, MEAN), "c.value")
    if question.ways & {LEAST, LEVELS, MEAN_LEVELS, MEDIAN}:
        cases |= {LEAST: "c.smallest"} | dict.fromkeys(
            (MEDIAN, LEVELS), f"CASE WHEN {expected} = 1 THEN c.smallest END"
        )
    if MEAN_LEVELS in question.ways:
        cases[MEAN_LEVELS] = _MEAN_OF.format(total="c.value", count="c.voices")
    if GREATEST in question.ways:
        cases[GREATEST] = "c.largest"
    return _case(cases)


def bounds_of_partners(question: Question, is_filed: str) -> tuple[str, str]:
    lower, upper = {}, {}
    if PEOPLE in question.ways:
        lower[PEOPLE] = "c.lower"
        upper[PEOPLE] = f"CASE WHEN {is_filed} THEN c.upper END"
    if question.ways & {LEVELS, MEAN_LEVELS, MEDIAN}:
        lower |= dict.fromkeys((MEDIAN, LEVELS, MEAN_LEVELS), "c.lowest")
        upper |= dict.fromkeys((MEDIAN, LEVELS, MEAN_LEVELS), "c.highest")
    return _case(lower), _case(upper)


def level_rows(question: Question, state: str) -> str:
    """How many partners stand at each level, beside the total of a scale: 0 where nobody does. Over `parted`, the
    parts of everybody's figures, and `bounded`."""
    if not question.ways & {LEVELS, MEAN_LEVELS}:
        return ""
    return f"""
        UNION ALL
        SELECT k.n, k.scope, k.grain, k.indicator_id, 'level:' || (l.level ->> 'slug'), k.period, p.partners::numeric,
               NULL, NULL, NULL, NULL, false, p.partners::int, k.filed::int, k.expected::int, k.excused::int, NULL,
               {state}
          FROM bounded k
          JOIN measures_indicator i ON i.tenant_id = %(tenant)s AND i.id = k.indicator_id
         CROSS JOIN LATERAL jsonb_array_elements(i.levels) WITH ORDINALITY AS l (level, rank)
         CROSS JOIN LATERAL (SELECT count(*) AS partners FROM parted p
                              WHERE p.n = k.n AND p.category = '' AND p.value = l.rank) p
         WHERE {OF_LEVELS} AND k.category = ''
    """  # noqa: S608  (of our own fragments)


def _case(cases: dict[str, str]) -> str:
    if not cases:
        return "NULL::numeric"
    return "CASE k.way " + " ".join(f"WHEN '{way}' THEN {sql}" for way, sql in cases.items()) + " END"
