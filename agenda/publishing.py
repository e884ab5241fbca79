"""The agenda's part of a publication: what it is all for, the results and ways agreed on, and who signed them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from agenda.selectors.document import content, newest_version
from agenda.selectors.signing import answers_to
from agenda.selectors.tree import vision_lines
from backbone.conditions import Edition, Option, Part
from backbone.models import Initiative


def options(initiative: Initiative) -> Iterator[Option]:
    """The vision, which heads the publication; the newest version's results and ways; how many have signed it."""
    group = _("Agenda")
    headline, lines = vision_lines(initiative)
    if headline or lines:
        yield Option("vision", _("The vision"), words=headline, group=group)
    version = newest_version(initiative)
    if version is not None:
        number = {"number": version.number}
        yield Option(
            "tree", _("Results, and the ways towards them"), words=_("Version %(number)s") % number, group=group
        )
        yield Option("signed", _("How many have signed"), words=_("Version %(number)s") % number, group=group)


def published(edition: Edition) -> Part:
    """What was chosen of these. Who has not signed is told by number alone: a name is the partner's own to give."""
    chosen = {choice["slug"] for choice in edition.choices}
    data: dict[str, Any] = {}
    if "vision" in chosen:
        headline, lines = vision_lines(edition.initiative)
        data |= {"headline": headline, "lines": lines}
    version = newest_version(edition.initiative) if chosen & {"tree", "signed"} else None
    if version is not None and "tree" in chosen:
        data["results"] = content(version)["results"]
        data["version"] = version.number
    if version is not None and "signed" in chosen:
        found = answers_to(version).coverage
        data["signed"] = {
            "version": version.number,
            "on": version.at.date().isoformat(),
            "signed": len(found.signed),
            "asked": len(found.asked),
            "reserved": len(found.reserved),
            "refused": len(found.refused),
        }
    return Part(data)


def printed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with its headings for the table of contents."""
    contents = [("aims", _("What it is all for"), 1)] if data.get("lines") else []
    if data.get("results"):
        contents.append(("agreed", _("What we have agreed on"), 1))
    return {**data, "contents": contents}
