"""The agenda's part of a bundle: its sections, of which the vision is one, and the tree of results and strategies.

The theory of change, which may speak of indicators, is put after them: `map_bundle`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from agenda import map_bundle
from agenda.models import Outcome, Strategy
from agenda.models import Section as Text
from agenda.models.document import SECTION_LENGTH
from agenda.services import document, tree
from backbone.bundles.ground import Item, attempt, item
from backbone.bundles.marked import Section, given, once
from backbone.models import Initiative
from backbone.problems import Problem, Refused, gettext_noop


def read(section: Section | None) -> tuple[dict[str, str], list[tuple[Item, list[Item]]]]:
    """The texts that the file gives, by topic, and the outcomes, each with its strategies."""
    if section is None:
        return {}, []
    section.only(*Text.Topic.values, "outcomes", "map")
    texts = {topic: section.text(topic, SECTION_LENGTH, lines=True) for topic in Text.Topic.values if topic in section}
    outcomes = [
        (item(one, _read_outcome), [item(inner, _read_strategy) for inner in one.sections("strategies")])
        for one in section.sections("outcomes")
    ]
    once([outcome.section for outcome, _ in outcomes], [outcome.fields["slug"] for outcome, _ in outcomes], "slug")
    for _, strategies in outcomes:
        once([one.section for one in strategies], [one.fields["slug"] for one in strategies], "slug")
    return texts, outcomes


def _read_outcome(section: Section) -> dict[str, Any]:
    read = _read_titled(section, "outcome", "slug", "title", "level", "under", "population", "place", "strategies")
    said = {
        "level": section.choice("level", Outcome.Level.values) or Outcome.Level.RESULT.value,
        "under": section.slug("under", required=False) or None,
        "population": section.text("population"),
        "place": section.text("place"),
    }
    return read | given(section, said)


def _read_strategy(section: Section) -> dict[str, Any]:
    return _read_titled(section, "strategy", "slug", "title")


def _read_titled(section: Section, word: str, *keys: str) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"{word} “{slug}”" if slug else word
    section.only(*keys)
    return {"slug": slug, **given(section, {"title": section.text("title")})}


def put(initiative: Initiative, texts: Mapping[str, str], outcomes: Collection[tuple[Item, list[Item]]]) -> list[str]:
    """Bring the agenda up to what was read; answers what changed, by short name."""
    changed = [
        topic
        for topic, text in texts.items()
        if document.write(initiative=initiative, topic=topic, text=text, by=None).has_changed
    ]
    known = set(Outcome.objects.filter(initiative=initiative).values_list("slug", flat=True))
    is_all = known <= {outcome.fields["slug"] for outcome, _ in outcomes}
    for position, (outcome, strategies) in enumerate(outcomes):
        if not outcome.is_sound:
            continue
        fields = outcome.fields | ({"position": position} if is_all else {})
        made = attempt(outcome, lambda fields=fields: _put_outcome(initiative, fields))
        if made is None:
            continue
        row, has_changed = made
        changed += [row.slug] if has_changed else []
        changed += _put_strategies(row, strategies)
    return changed


def _put_outcome(initiative: Initiative, fields: dict[str, Any]) -> tuple[Outcome, bool]:
    if fields.get("under"):
        result = Outcome.objects.filter(initiative=initiative, slug=fields["under"]).first()
        if result is None:
            sentence = gettext_noop(
                "There is no result {slug} before this one. Put the result first, then what leads to it."
            )
            raise Refused(Problem("outcome.no_result", sentence, {"slug": fields["under"]}, field="under"))
        fields = fields | {"under": result}
    return tree.put_outcome(initiative=initiative, by=None, **fields)


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
    """The agenda as a bundle writes it: what is empty is left out, except the vision."""
    texts = dict(Text.objects.filter(initiative=initiative).values_list("topic", "text"))
    outcomes = []
    for outcome in Outcome.objects.filter(initiative=initiative).select_related("under").prefetch_related("strategies"):
        line: dict[str, Any] = {"slug": outcome.slug, "title": outcome.title}
        if outcome.level != Outcome.Level.RESULT:
            line["level"] = outcome.level
        said = {"under": outcome.under and outcome.under.slug, "population": outcome.population, "place": outcome.place}
        line |= {key: text for key, text in said.items() if text}
        strategies = [{"slug": one.slug, "title": one.title} for one in outcome.strategies.all()]
        outcomes.append(line | ({"strategies": strategies} if strategies else {}))
    written = {topic: texts[topic] for topic in Text.Topic.values if texts.get(topic)}
    drawn = map_bundle.map_of(initiative)
    results = {"outcomes": sorted(outcomes, key=lambda line: "under" in line)}
    return {"vision": ""} | written | results | ({"map": drawn} if drawn else {})
