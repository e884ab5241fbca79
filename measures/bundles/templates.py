"""Worked templates: an agenda with its indicators and its theory of change, to begin an initiative with.

Each is a bundle in demo/templates without a tenant and an initiative; `template:` says what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

import agenda.bundles as agenda_part
import agenda.map_bundle as map_part
from agenda.models import Outcome, Section
from backbone import changes
from backbone.bundles import marked
from backbone.bundles.ground import Item
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from measures.bundles import reading
from measures.bundles.loading import Summary, put_rest
from measures.models import Indicator

FOLDER = Path(settings.BASE_DIR) / "demo" / "templates"
KEYS = ("backbone", "template", "agenda", "dimensions", "indicators", "rules")

changes.register_verbs({"initiative.from_template": gettext_noop("{by} began with the template “{name}”")})


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator of a template: how it adds up, which way it is to go, how it is split, in the file's words."""

    name: str
    kind: str
    definition: str
    direction: str
    splits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A result or an outcome, with its strategies and the indicators that hang on it."""

    title: str
    is_result: bool
    strategies: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One template as its preview shows it; `texts` are the sections of the agenda, by topic."""

    slug: str
    name: str
    words: str
    texts: dict[str, str]
    branches: tuple[Branch, ...]
    nodes: int
    links: int

    @property
    def vision(self) -> str:
        return self.texts.get(Section.Topic.VISION, "")

    @property
    def measures(self) -> int:
        return sum(len(branch.measures) for branch in self.branches)


@cache
def templates() -> tuple[Template, ...]:
    """All there are, by name. Raises `Refused` when one of the files is wrong."""
    return tuple(sorted((_read(path) for path in FOLDER.glob("*.yaml")), key=lambda one: one.name))


def template_of(slug: str) -> Template | None:
    return next((one for one in templates() if one.slug == slug), None)


@transaction.atomic
def start(*, initiative: Initiative, template: Template, by: Membership) -> Summary:
    """Put a template's agenda, indicators and theory of change into an initiative that has none yet.

    Raises `Refused` for one that has results or indicators already: nothing that somebody wrote is written over.
    """
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    if not is_blank(initiative):
        sentence = gettext_noop("{initiative} has results or indicators already. A template is for a new initiative.")
        raise Refused(Problem("template.not_blank", sentence, {"initiative": initiative.name}))
    root = _root(FOLDER / f"{template.slug}.yaml")
    summary = Summary(initiative.tenant.slug, initiative.slug)
    put_rest(root, initiative, {}, summary)
    root.document.refuse()
    changes.record("initiative.from_template", on=initiative, by=by, initiative=initiative, name=template.name)
    return summary


def is_blank(initiative: Initiative) -> bool:
    """Whether nobody has named a result or an indicator yet."""
    outcomes = Outcome.objects.filter(initiative=initiative)
    return not outcomes.exists() and not Indicator.objects.filter(initiative=initiative).exists()


def _root(path: Path) -> marked.Section:
    root = marked.read(path.read_bytes(), path.name)
    root.only(*KEYS)
    return root


def _read(path: Path) -> Template:
    root = _root(path)
    head = root.section("template", required=True)
    texts, outcomes = agenda_part.read(root.section("agenda"))
    drawn = map_part.read(root.section("agenda"))
    indicators = [one for one, _aims in reading.read_indicators(root)]
    if head is None:
        root.document.refuse()
    assert head is not None
    head.only("slug", "name", "words")
    found = Template(
        slug=head.slug(),
        name=head.text("name", required=True),
        words=head.text("words", 500),
        texts=texts,
        branches=tuple(_branch(outcome, strategies, indicators) for outcome, strategies in outcomes),
        nodes=len(drawn.nodes),
        links=len(drawn.links),
    )
    root.document.refuse()
    return found


def _branch(outcome: Item, strategies: list[Item], indicators: list[Item]) -> Branch:
    slug = outcome.fields["slug"]
    return Branch(
        title=outcome.fields["title"],
        is_result=outcome.fields.get("level") == Outcome.Level.RESULT,
        strategies=tuple(one.fields["title"] for one in strategies),
        measures=tuple(_measure(one) for one in indicators if one.fields.get("outcome") == slug),
    )


def _measure(one: Item) -> Measure:
    fields = one.fields
    return Measure(
        name=fields["name"],
        kind=fields["kind"],
        definition=fields.get("definition", ""),
        direction=fields.get("direction", ""),
        splits=tuple(fields.get("breakdowns", ())),
    )
