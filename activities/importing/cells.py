"""Single cells of the register's tables: lists, shares, days, numbers; each (value, problem)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from activities.rules.said import PARTS
from activities.rules.shares import settle
from backbone import tabular
from backbone.problems import Problem, cut, gettext_noop

HUNDRED = Decimal(100)


def listed(raw: Any) -> list[str]:
    """The words of a cell, parted by semicolons."""
    return [part.strip() for part in str(raw).split(";") if part.strip()]


def shares(raw: Any, names: Mapping[str, str]) -> tuple[dict[str, Decimal], Problem | None]:
    """Tags with shares: “east; west”, or “east=0.7; west=30%”. `names` turns other spellings into ours."""
    given: dict[str, Decimal | None] = {}
    for part in listed(raw):
        tag, sign, text = part.rpartition("=") if "=" in part else (part, "", "")
        tag = names.get(tag.strip(), tag.strip())
        share = None
        if sign:
            number, problem = tabular.number(text.strip(), percent="ratio")
            if problem is not None or not isinstance(number, Decimal):
                sentence = gettext_noop("“{value}” is no share; write it as in east=0.7 or east=70%.")
                return {}, Problem("share.wrong", sentence, {"value": cut(part)}, value=cut(part))
            share = number
        if tag in given:
            sentence = gettext_noop("{tag} stands here twice.")
            return {}, Problem("tag.twice", sentence, {"tag": cut(tag)}, value=cut(part))
        given[tag] = share
    settled, problems = settle(given)
    return settled, problems[0] if problems else None


def parts(raw: Any) -> tuple[dict[str, str], Problem | None]:
    """Partners with their part: “P1=leads; P2=delivers”; without a part a partner co-delivers."""
    found: dict[str, str] = {}
    for one in listed(raw):
        partner, _sign, part = (text.strip() for text in one.partition("="))
        if part and part not in PARTS:
            sentence = gettext_noop("{partner}: there is no part “{value}”. There are: {known}.")
            params = {"partner": cut(partner), "value": cut(part), "known": ", ".join(PARTS)}
            return {}, Problem("part.unknown", sentence, params, value=cut(one))
        found[partner] = part or "delivers"
    return found, None
