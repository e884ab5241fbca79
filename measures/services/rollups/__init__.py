"""Roll-ups: figures combined over partners and months, kept right by mark, nudge and sweep.

A write appends its marks in its own transaction (`mark_stale`); after commit a worker recomputes what they name. The
pure rules in `measures.rules.combining` define what a combined figure is; the SQL here says the same in sets.
"""

from measures.services.rollups.marks import mark_stale
from measures.services.rollups.storing import check_and_mend, differences, drain, rebuild, recompute

__all__ = ["check_and_mend", "differences", "drain", "mark_stale", "rebuild", "recompute"]
