"""Words of the theory of change in templates: `{% load systems %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from agenda import drawing, wording
from agenda.rules.arcs import Chain, Lag
from agenda.selectors.systems import LinkView
from backbone.conditions import Live

register = template.Library()


@register.filter
def sign_words(sign: int) -> str:
    return wording.sign_words(sign)


@register.filter
def lag_words(lag: Lag | None) -> str:
    return wording.lag_words(lag)


@register.filter
def delay_of_loop(chain: Chain) -> str:
    """How long it takes to come round."""
    return wording.delay_words(chain, len(chain.nodes))


@register.filter
def delay_of_way(chain: Chain) -> str:
    """How long it takes from the first node to the last."""
    return wording.delay_words(chain, len(chain.nodes) - 1)


@register.filter
def confirmed_words(view: LinkView) -> str:
    return drawing.confirmed_words(view)


@register.filter
def figure_words(live: Live) -> str:
    return drawing.figure_words(live)


@register.filter
def entry(words: Mapping[str, Any], key: str) -> Any:
    """What a table of words has for a key; the key itself where it has nothing."""
    return words.get(key, key)
