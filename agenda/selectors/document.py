"""The agenda as a document: written out whole, section by section, and what is open about each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agenda.models import AgendaVersion, Outcome, Section, SectionRemark, SectionText, Suggestion
from agenda.rules.texts import Piece, difference
from backbone.models import Initiative

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with what waits in it. One that nobody has begun has no row: `section.pk` is None."""

    section: Section
    suggestions: list[Suggestion] = field(default_factory=list)
    remarks: list[SectionRemark] = field(default_factory=list)
    history: list[SectionText] = field(default_factory=list)

    @property
    def texts(self) -> dict[int, str]:
        """What the section said, by the number of the text."""
        return {row.number: row.text for row in self.history}

    @property
    def topic(self) -> Section.Topic:
        return Section.Topic(self.section.topic)

    @property
    def open_remarks(self) -> list[SectionRemark]:
        return [one for one in self.remarks if one.settled_at is None]


def sections_of(initiative: Initiative) -> list[SectionView]:
    """Every topic in reading order, with its open suggestions and its remarks; three queries."""
    found = {row.topic: row for row in Section.objects.filter(initiative=initiative).select_related("owner")}
    suggestions, remarks = defaultdict(list), defaultdict(list)
    opened = Suggestion.objects.filter(section__initiative=initiative, state=Suggestion.State.OPEN)
    for suggestion in opened.select_related("by").order_by("at", "pk"):
        suggestions[suggestion.section_id].append(suggestion)
    for remark in SectionRemark.objects.filter(section__initiative=initiative).select_related("by", "settled_by"):
        remarks[remark.section_id].append(remark)
    return [
        SectionView(row, suggestions[row.pk], remarks[row.pk])
        for topic in Section.Topic
        for row in [found.get(topic) or Section(initiative=initiative, topic=topic)]
    ]


def decided_on(section: Section) -> list[Suggestion]:
    """The suggestions for a section that were accepted or declined, the newest first, with the reasons."""
    if section.pk is None:
        return []
    rows = Suggestion.objects.filter(section=section).exclude(state=Suggestion.State.OPEN)
    return list(rows.select_related("by", "decided_by").order_by("-decided_at", "-pk"))


def section_of(initiative: Initiative, topic: str) -> SectionView:
    """One section with everything that it ever was; four queries."""
    view = next(one for one in sections_of(initiative) if one.topic == topic)
    rows = SectionText.objects.filter(section=view.section).select_related("by") if view.section.pk else ()
    return replace(view, history=sorted(rows, key=lambda row: row.number))


def texts_of(view: SectionView) -> list[tuple[SectionText, list[Piece]]]:
    """Every text a section had, the newest first, with what it changed of the one before."""
    before = ["", *(row.text for row in view.history)]
    return [(row, difference(old, row.text)) for row, old in zip(view.history, before, strict=False)][::-1]


def written_out(initiative: Initiative) -> dict[str, Any]:
    """The whole agenda as plain data, as a version freezes it: sections in order, then results with what leads there."""
    texts = dict(Section.objects.filter(initiative=initiative).values_list("topic", "text"))
    rows = list(Outcome.objects.filter(initiative=initiative).prefetch_related("strategies"))
    below: dict[int | None, list[Outcome]] = defaultdict(list)
    for row in rows:
        below[row.under_id].append(row)
    return {
        "format": FORMAT,
        "sections": [{"topic": topic.value, "text": texts[topic]} for topic in Section.Topic if texts.get(topic)],
        "results": [_branch(row, below) for row in below[None]],
    }


def _branch(outcome: Outcome, below: Mapping[int | None, list[Outcome]]) -> dict[str, Any]:
    said = {"population": outcome.population, "place": outcome.place}
    return {
        "slug": outcome.slug,
        "level": outcome.level,
        "title": outcome.title,
        **{key: text for key, text in said.items() if text},
        "strategies": [{"slug": one.slug, "title": one.title} for one in outcome.strategies.all()],
        "outcomes": [_branch(one, below) for one in below.get(outcome.pk, [])],
    }


def versions_of(initiative: Initiative) -> list[AgendaVersion]:
    """Every published version, the newest first."""
    return list(AgendaVersion.objects.filter(initiative=initiative).select_related("by").order_by("-number"))


def newest_version(initiative: Initiative) -> AgendaVersion | None:
    return AgendaVersion.objects.filter(initiative=initiative).order_by("-number").first()


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One section, or one line of the tree, in two versions."""

    topic: str
    pieces: list[Piece]

    @property
    def has_changed(self) -> bool:
        return any(piece.sign != "=" for piece in self.pieces)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SectionChange]:
    """What differs between two versions' content, section by section, the tree (topic "results") as lines of text."""
    old, new = ({one["topic"]: one["text"] for one in body["sections"]} for body in (before, after))
    rows = [
        SectionChange(topic, difference(old.get(topic, ""), new.get(topic, "")))
        for topic in Section.Topic
        if topic in old or topic in new
    ]
    trees = ["\n".join(_lines(body["results"])) for body in (before, after)]
    return [*rows, SectionChange("results", difference(*trees))]


def content(version: AgendaVersion) -> dict[str, Any]:
    """The frozen data of a version."""
    return json.loads(version.body)


def _lines(branches: list[dict[str, Any]], depth: int = 0) -> list[str]:
    found = []
    for one in branches:
        found.append("    " * depth + one["title"])
        found += ["    " * (depth + 1) + "· " + strategy["title"] for strategy in one["strategies"]]
        found += _lines(one["outcomes"], depth + 1)
    return found
