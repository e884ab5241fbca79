"""Two people at one report, in any order of reading and saving: no figure goes under unseen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.problems import Refused
from measures.models import Figure, Filing
from measures.rules.figures import Entry
from measures.services import filings
from tests import factories

OCTOBER = date(2026, 10, 1)
CELLS = ("", "age:a", "age:b")
VALUES = st.one_of(st.none(), st.integers(0, 3))

steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.sampled_from("AB")),
        st.tuples(st.just("save"), st.sampled_from("AB"), st.dictionaries(st.sampled_from(CELLS), VALUES, min_size=1)),
    ),
    min_size=10,
    max_size=40,
)


@settings(max_examples=60)
@given(steps=steps)
def test_no_value_is_overwritten_that_the_saver_had_not_seen(in_riverside, steps):
    """Of every save: it is refused, or all it wrote over was what its page showed (or said the same)."""
    indicator = in_riverside.initiative.indicators.filter(slug="k").first()
    indicator = indicator or factories.make_indicator(in_riverside.initiative, "k")
    Figure.objects.all().delete()
    Filing.objects.all().delete()
    stored: dict[str, int] = {}
    version = 0
    pages = {who: ({}, 0) for who in "AB"}
    with time_machine.travel("2026-11-09T15:00:00Z"):
        for step in steps:
            if step[0] == "read":
                pages[step[1]] = (dict(stored), version)
                continue
            _, who, typed = step
            seen, seen_version = pages[who]
            refused = None
            try:
                filings.save_draft(
                    initiative=in_riverside.initiative,
                    partner=in_riverside.partners[0],
                    period=OCTOBER,
                    cells={indicator.pk: {key: Entry(value=_decimal(value)) for key, value in typed.items()}},
                    by=in_riverside.people.ben,
                    version=seen_version,
                )
            except Refused as caught:
                refused = caught
            if refused is not None:
                assert {problem.code for problem in refused.problems} == {"filing.stale"}
                assert any(key in stored and stored[key] != value for key, value in typed.items() if value is not None)
            else:
                for key, value in typed.items():
                    unseen = key in stored and stored.get(key) != seen.get(key)
                    if value is None and (seen_version == version):
                        stored.pop(key, None)
                    elif value is not None:
                        assert not unseen or stored[key] == value, "somebody's figure went under"
                        stored[key] = value
            now = {row.category: int(row.value) for row in Figure.objects.all()}
            assert now == stored
            version = Filing.objects.values_list("version", flat=True).first() or 0


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
