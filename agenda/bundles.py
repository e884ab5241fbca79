"""The agenda's part of a bundle: the vision, and outcomes with their strategies."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from agenda.models import Outcome, Strategy
from agenda.models import Section as Text
from agenda.selectors.tree import vision_of
from agenda.services import document, tree
from backbone.bundles.ground import Item, attempt, item
from backbone.bundles.marked import Section, given, once
from backbone.models import Initiative

VISION_LENGTH = 5000


def read(section: Section | None) -> tuple[str | None, list[tuple[Item, list[Item]]]]:
    """The vision (None when the file does not say) and the outcomes, each with its strategies."""
    if section is None:
        return None, []
    section.only("vision", "outcomes")
    vision = section.text("vision", VISION_LENGTH, lines=True) if "vision" in section else None
    outcomes = [
        (item(one, _read_outcome), [item(inner, _read_strategy) for inner in one.sections("strategies")])
        for one in section.sections("outcomes")
    ]
    once([outcome.section for outcome, _ in outcomes], [outcome.fields["slug"] for outcome, _ in outcomes], "slug")
    for _, strategies in outcomes:
        once([one.section for one in strategies], [one.fields["slug"] for one in strategies], "slug")
    return vision, outcomes


def _read_outcome(section: Section) -> dict[str, Any]:
    return _read_titled(section, "outcome", "slug", "title", "strategies")


def _read_strategy(section: Section) -> dict[str, Any]:
    return _read_titled(section, "strategy", "slug", "title")


def _read_titled(section: Section, word: str, *keys: str) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"{word} “{slug}”" if slug else word
    section.only(*keys)
    return {"slug": slug, **given(section, {"title": section.text("title")})}


def put(initiative: Initiative, vision: str | None, outcomes: Collection[tuple[Item, list[Item]]]) -> list[str]:
    """Bring the agenda up to what was read; answers what changed, by short name."""
    changed = []
    if (
        vision is not None
        and document.write(initiative=initiative, topic=Text.Topic.VISION, text=vision, by=None).has_changed
    ):
        changed.append("vision")
    known = set(Outcome.objects.filter(initiative=initiative).values_list("slug", flat=True))
    is_all = known <= {outcome.fields["slug"] for outcome, _ in outcomes}
    for position, (outcome, strategies) in enumerate(outcomes):
        if not outcome.is_sound:
            continue
        fields = outcome.fields | ({"position": position} if is_all else {})
        made = attempt(outcome, lambda fields=fields: tree.put_outcome(initiative=initiative, by=None, **fields))
        if made is None:
            continue
        row, has_changed = made
        changed += [row.slug] if has_changed else []
        changed += _put_strategies(row, strategies)
    return changed


def _put_strategies(outcome: Outcome, strategies: Collection[Item]) -> list[str]:
    changed = []
    known = set(Strategy.objects.filter(outcome=outcome).values_list("slug", flat=True))
    is_all = known <= {one.fields["slug"] for one in strategies}
    for position, one in enumerate(strategies):
        if not one.is_sound:
            continue
        fields = one.fields | ({"position": position} if is_all else {})
        made = attempt(one, lambda fields=fields: tree.put_strategy(outcome=outcome, by=None, **fields))
        if made is not None and made[1]:
            changed.append(f"{outcome.slug}/{made[0].slug}")
    return changed


def agenda_of(initiative: Initiative) -> dict[str, Any]:
    """The agenda as a bundle writes it."""
    outcomes = []
    for outcome in Outcome.objects.filter(initiative=initiative).prefetch_related("strategies"):
        line: dict[str, Any] = {"slug": outcome.slug, "title": outcome.title}
        strategies = [{"slug": one.slug, "title": one.title} for one in outcome.strategies.all()]
        outcomes.append(line | ({"strategies": strategies} if strategies else {}))
    return {"vision": vision_of(initiative), "outcomes": outcomes}
