"""The columns of the register in files, the same in and out: one table of activities, and one for each sort of what hangs
on them."""

from __future__ import annotations

from backbone.tabular import Columns

ACTIVITIES = Columns(
    ("slug", "name", "description", "kind", "status", "starts_on", "ends_on", "capacity", "unit", "url", "strategies",
     "populations", "places", "indicators", "partners", "source", "source_key"),
    required=("slug",),
    aliases={
        "short name": "slug", "title": "name", "kind of service": "kind", "service type": "kind", "start date": "starts_on",
        "first day": "starts_on", "end date": "ends_on", "last day": "ends_on", "capacity a year": "capacity",
        "capacity unit": "unit", "web page": "url", "strategy": "strategies", "population": "populations",
        "place": "places", "indicator": "indicators", "partner": "partners",
    },
)  # fmt: skip
PARTS = Columns(
    ("activity", "partner", "part", "promise", "owner", "due_on", "done_on"), required=("activity", "partner", "part")
)
STEPS = Columns(
    ("activity", "title", "due_on", "partner", "owner", "done_on"),
    required=("activity", "title", "due_on"),
    aliases={"milestone": "title", "by when": "due_on"},
)
MONEY = Columns(
    ("activity", "funder", "amount", "currency", "starts_on", "ends_on"),
    required=("activity", "funder", "amount", "currency"),
)
TABLES: dict[str, Columns] = {"activities": ACTIVITIES, "partners": PARTS, "milestones": STEPS, "money": MONEY}
NEEDS = Columns(
    ("strategy", "population", "place", "amount", "unit", "source", "source_url", "as_of"),
    required=("strategy", "population", "place", "amount", "unit", "source", "as_of"),
    aliases={"need": "amount", "needed": "amount", "date": "as_of", "url": "source_url"},
    ignores_unknown=True,
)
