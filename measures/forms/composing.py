"""The fields from which an indicator is computed: the help of a formula, and an index's components, one on a line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from measures.lines import components_of, stored_components
from measures.rules.components import Component
from measures.rules.figures import plain

NAMED_AT_MOST = 12
KEPT = "no clip"


def formula_help(slugs: Sequence[str]) -> Any:
    """How a formula is written, with the short names that it may use."""
    names = ", ".join(f"{{{slug}}}" for slug in slugs[:NAMED_AT_MOST]) + (", …" if len(slugs) > NAMED_AT_MOST else "")
    how = _("Short names in braces, numbers, + - * / and parentheses, min() and max(). One half of a rate: "
            "{rate.numerator}.")  # fmt: skip
    return format_lazy("{how} {there} {names}", how=how, there=_("There are:"), names=names or "–")


class ComponentsField(forms.CharField):
    """An index's components, one on a line: `placed = 0.5`, with a scale `placed = 0.5, 0 to 100`.

    The scale goes from the worst to the best; what lies beyond is cut off unless the line ends in “no clip”. Given as
    the JSON that is stored.
    """

    slugs: Sequence[str] = ()

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))
        kwargs.setdefault(
            "help_text",
            _(
                "One on a line: its short name, its weight, and if you want a scale from the worst to the best, as in "
                "“placed = 0.5, 0 to 100”. What lies beyond the scale is cut off, unless the line ends in “no clip”."
            ),
        )
        super().__init__(max_length=4000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(_line(one) for one in components_of(value))

    def clean(self, value: Any) -> list[dict[str, Any]]:
        text = super().clean(value)
        found, wrong = [], []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            component = _component(line)
            if component is None:
                words = {"line": number, "text": line.strip()[:60]}
                wrong.append(_now("Line %(line)s, “%(text)s”: write it as in “placed = 0.5, 0 to 100”.") % words)
            else:
                found.append(component)
        if wrong:
            raise forms.ValidationError(wrong)
        return stored_components(found)

    def understood(self, value: Any) -> tuple[Component, ...]:
        """What of it can be read so far, for the preview."""
        if isinstance(value, list):
            return components_of(value)
        return tuple(one for line in str(value or "").splitlines() if (one := _component(line)) is not None)


def _line(one: Component) -> str:
    scale = f", {_number(one.worst)} to {_number(one.best)}" if one.is_scaled else ""
    return f"{one.indicator} = {_number(one.weight)}{scale}" + ("" if one.clip else f", {KEPT}")


def _number(number: Decimal | None) -> str:
    return "" if number is None else f"{plain(number):f}"


def _component(line: str) -> Component | None:
    slug, _sign, rest = line.partition("=")
    weight, *more = (part.strip() for part in rest.split(","))
    clip = True
    if more and more[-1].casefold() == KEPT:
        clip, more = False, more[:-1]
    try:
        if not slug.strip() or len(more) > 1:
            return None
        worst = best = None
        if more:
            low, _to, high = more[0].casefold().partition(" to ")
            worst, best = Decimal(low.strip()), Decimal(high.strip())
        return Component(slug.strip().strip("{}"), Decimal(weight), best, worst, clip)
    except InvalidOperation:
        return None
