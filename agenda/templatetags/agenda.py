"""Words of the agenda that its pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from agenda.models import Section

register = template.Library()


@register.filter
def topic_name(topic: str) -> str:
    """What a section is called; the tree, which is no section, is the results."""
    return str(Section.Topic(topic).label) if topic in Section.Topic.values else _("Results")


@register.filter
def has_topic(sections: Iterable[Mapping[str, Any]], topic: str) -> bool:
    return any(one["topic"] == topic for one in sections)


@register.filter
def codes(these: Iterable[str]) -> str:
    """Partners' codes in a row."""
    return ", ".join(these)


@register.filter
def signed_word(stance: str) -> str:
    """The state word of an answer to a version."""
    return {"signed": "signed", "reserved": "reserved", "refused": "not_signed"}[stance]


@register.filter
def item(found: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key; None when it has nothing there."""
    return found.get(key)
