"""What is needed, overlaps that are wanted, and hand-offs, in a bundle: `needs`, `overlaps` and `hand_offs` of
`activities:`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from activities.models import Activity, Coordination, Delivery, HandOff, Need, Place, Population
from activities.models.handoffs import LONGEST
from activities.selectors.axes import NAMES, axes_of
from activities.services import handoffs, needs
from activities.services.needs import Said, Where
from agenda.models import Strategy
from backbone.bundles.ground import Item, attempt, item
from backbone.bundles.marked import Section
from backbone.models import Initiative

KEYS = ("needs", "overlaps", "hand_offs")


def read(section: Section) -> dict[str, list[Item]]:
    return {
        "needs": [item(one, _read_need) for one in section.sections("needs")],
        "overlaps": [item(one, _read_overlap) for one in section.sections("overlaps")],
        "hand_offs": [item(one, _read_hand_off) for one in section.sections("hand_offs")],
    }


def _read_need(section: Section) -> dict[str, Any]:
    section.what = "need"
    section.only(*NAMES, "amount", "unit", "source", "source_url", "as_of")
    return {
        **{name: section.text(name, 120, required=True) for name in NAMES},
        "amount": section.number("amount", required=True) or Decimal(0),
        "unit": section.text("unit", 40, required=True),
        "source": section.text("source", 200, required=True),
        "source_url": section.text("source_url", 300),
        "as_of": section.day("as_of", required=True),
    }


def _read_overlap(section: Section) -> dict[str, Any]:
    section.what = "overlap"
    section.only(*NAMES, "reason", "since", "until", "ended_on")
    return {
        **{name: section.text(name, 120, required=True) for name in NAMES},
        "reason": section.text("reason", 500, required=True),
        "since": section.day("since", required=True),
        "expires_on": section.day("until", required=True),
        "ended_on": section.day("ended_on"),
    }


def _read_hand_off(section: Section) -> dict[str, Any]:
    section.what = "hand-off"
    section.only("from", "to", "what", "promised_days", "deliveries")
    deliveries = []
    for one in section.sections("deliveries"):
        one.only("asked_on", "came_on", "note")
        deliveries.append((one.day("asked_on", required=True), one.day("came_on"), one.text("note", 300)))
    return {
        "from": section.slug("from"),
        "to": section.slug("to"),
        "what": section.text("what", 200, required=True),
        "promised_days": section.whole("promised_days", 0, LONGEST),
        "deliveries": deliveries,
    }


def put(initiative: Initiative, said: Mapping[str, Iterable[Item]]) -> list[str]:
    """Set what is needed, mark wanted overlaps, and agree on hand-offs with what came through them; answers what is new
    or different."""

    def need(where: Where, fields: dict[str, Any]) -> bool:
        return bool(needs.bring_in(initiative=initiative, rows=[Said(where, **fields)], by=None))

    def overlap(where: Where, fields: dict[str, Any]) -> bool:
        return needs.bring_in_overlap(initiative=initiative, where=where, **fields)

    return [
        *_put_in_cells(initiative, said.get("needs", ()), need),
        *_put_in_cells(initiative, said.get("overlaps", ()), overlap),
        *_put_hand_offs(initiative, said.get("hand_offs", ())),
    ]


def _put_in_cells(
    initiative: Initiative, items: Iterable[Item], put: Callable[[Where, dict[str, Any]], bool]
) -> list[str]:
    """Put each in the cell that it names; answers the cells in which something is new or different."""
    items = [one for one in items if one.is_sound]
    if not items:
        return []
    axes, changed = axes_of(initiative), []
    rows: dict[str, dict[int, Any]] = {
        "strategy": Strategy.objects.filter(outcome__initiative=initiative).in_bulk(),
        "population": Population.objects.in_bulk(),
        "place": Place.objects.in_bulk(),
    }
    for one in items:
        found = {}
        for name in NAMES:
            tag = axes.find(name, one.fields[name])
            if tag is None:
                one.section.note_unknown(name, one.fields[name], [tag.key for tag in axes.of(name)])
                one.is_sound = False
            else:
                found[name] = rows[name][tag.id]
        if one.is_sound:
            fields, where = {key: value for key, value in one.fields.items() if key not in NAMES}, Where(**found)
            if attempt(one, lambda where=where, fields=fields: put(where, fields)):
                changed.append(str(where))
    return changed


def _put_hand_offs(initiative: Initiative, items: Iterable[Item]) -> list[str]:
    there = {row.slug: row for row in Activity.objects.filter(initiative=initiative)}
    changed = []
    for one in items:
        for key in ("from", "to"):
            if one.is_sound and one.fields[key] not in there:
                one.section.note_unknown(key, one.fields[key], there)
                one.is_sound = False
        if not one.is_sound:
            continue
        fields = {
            "giver": there[one.fields["from"]], "taker": there[one.fields["to"]], "what": one.fields["what"],
            "promised_days": one.fields["promised_days"], "deliveries": one.fields["deliveries"],
        }  # fmt: skip
        if attempt(one, lambda fields=fields: handoffs.bring_in(initiative=initiative, **fields)):
            changed.append(one.fields["what"])
    return changed


def written(initiative: Initiative) -> dict[str, list[dict[str, Any]]]:
    """Every need, every overlap that was ever wanted, and every hand-off with what was asked for through it."""
    found: dict[str, list[dict[str, Any]]] = {"needs": [], "overlaps": [], "hand_offs": []}
    rows = Need.objects.filter(initiative=initiative).select_related("strategy__outcome", "population", "place")
    for row in rows.order_by("strategy", "population", "place", "as_of"):
        line = _cell(row) | {"amount": row.amount.normalize(), "unit": row.unit, "source": row.source}
        found["needs"].append(line | ({"source_url": row.source_url} if row.source_url else {}) | {"as_of": row.as_of})
    wanted = Coordination.objects.filter(initiative=initiative)
    for row in wanted.select_related("strategy__outcome", "population", "place").order_by("since", "pk"):
        line = _cell(row) | {"reason": row.reason, "since": row.since, "until": row.expires_on}
        found["overlaps"].append(line | ({"ended_on": row.ended_on} if row.ended_on else {}))
    deliveries: dict[int, list[dict[str, Any]]] = {}
    for one in Delivery.objects.filter(hand_off__giver__initiative=initiative).order_by("asked_on", "pk"):
        said = {"asked_on": one.asked_on, "came_on": one.came_on, "note": one.note}
        deliveries.setdefault(one.hand_off_id, []).append({key: value for key, value in said.items() if value})
    for row in HandOff.objects.filter(giver__initiative=initiative).select_related("giver", "taker").order_by("pk"):
        line = {"from": row.giver.slug, "to": row.taker.slug, "what": row.what}
        if row.promised_days is not None:
            line["promised_days"] = row.promised_days
        found["hand_offs"].append(line | ({"deliveries": deliveries[row.pk]} if row.pk in deliveries else {}))
    return {key: lines for key, lines in found.items() if lines}


def _cell(row: Need | Coordination) -> dict[str, Any]:
    return {
        "strategy": f"{row.strategy.outcome.slug}/{row.strategy.slug}",
        "population": row.population.slug,
        "place": row.place.slug,
    }
