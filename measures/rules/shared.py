"""Joint work counted once: several partners file it, the initiative counts it once, each partner keeps its credit. Pure.

Source: product specification, N10. Only what is added up can be counted twice: counts, money, and both halves of a rate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backbone.problems import Problem, gettext_noop
from measures.rules.coverage import PartnerKey
from measures.rules.figures import ZERO, Entry
from measures.rules.kinds import FLOW, KINDS, MONEY, RATE
from measures.rules.lines import TOTAL

KINDS_THAT_ADD = frozenset({FLOW, MONEY, RATE})


@dataclass(frozen=True, slots=True)
class Shared:
    """One piece of joint work: the partners in whose figures it stands now, and how much of each it is."""

    partners: frozenset[PartnerKey]
    amount: Entry


def taken_off(shared: Iterable[Shared], partners: Collection[PartnerKey]) -> Entry:
    """What is counted too often when these partners are added up: each piece of work as often as it stands in more than
    one of them. 0 where none does.
    """
    value = numerator = denominator = ZERO
    among = set(partners)
    for one in shared:
        too_often = max(len(one.partners & among) - 1, 0)
        value += too_often * (one.amount.value or ZERO)
        numerator += too_often * (one.amount.numerator or ZERO)
        denominator += too_often * (one.amount.denominator or ZERO)
    return Entry(value=value, numerator=numerator, denominator=denominator)


def check_shared(
    kind: str,
    amounts: Mapping[str, Entry],
    figures: Mapping[PartnerKey, Mapping[str, Entry]],
    exclusive: Iterable[Collection[str]] = (),
) -> list[Problem]:
    """What is wrong with counting so much of these partners' figures once; nothing when it is sound.

    `amounts` and `figures` are by category, the total under ""; `figures` are what each partner filed, none where it
    filed nothing. `exclusive` are the categories of each breakdown whose parts add up to the total.
    """
    if kind not in KINDS_THAT_ADD:
        sentence = gettext_noop(
            "Figures of the kind “{kind}” are never added up, so that nothing counts twice in them."
        )
        return [Problem("shared.kind", sentence, {"kind": KINDS[kind].name}, field="indicator")]
    if len(figures) < 2:
        return [Problem("shared.alone", gettext_noop("Name at least two partners who file it."), field="partners")]
    silent = sorted(str(key) for key, filed in figures.items() if TOTAL not in filed)
    if silent:
        sentence = gettext_noop("{partners}: nothing is filed for this period yet, so that nothing is shared in it.")
        return [Problem("shared.silent", sentence, {"partners": ", ".join(silent)}, field="partners")]
    if TOTAL not in amounts:
        return [Problem("shared.no_amount", gettext_noop("Say how much of it is the joint work."), field="value")]
    return [*_too_much(amounts, figures), *_not_adding_up(amounts, figures, exclusive)]


def _too_much(amounts: Mapping[str, Entry], figures: Mapping[PartnerKey, Mapping[str, Entry]]) -> Iterable[Problem]:
    for category, amount in amounts.items():
        for key, filed in figures.items():
            own = filed.get(category)
            for name in ("value", "numerator", "denominator"):
                part, whole = getattr(amount, name), getattr(own, name, None)
                if part is not None and (whole is None or part > whole):
                    sentence = gettext_noop("{partner} filed {whole}{where}, which is less than {part}.")
                    yield Problem(
                        "shared.too_much",
                        sentence,
                        {
                            "partner": str(key),
                            "whole": _plain(whole),
                            "part": _plain(part),
                            "where": f" ({category})" if category else "",
                        },
                        field=name if category == TOTAL else category,
                        value=_plain(part),
                    )


def _not_adding_up(
    amounts: Mapping[str, Entry],
    figures: Mapping[PartnerKey, Mapping[str, Entry]],
    exclusive: Iterable[Collection[str]],
) -> Iterable[Problem]:
    """A breakdown that the partners filed goes with the joint work too: its parts add up to how much it is."""
    for categories in exclusive:
        if not any(category in filed for filed in figures.values() for category in categories):
            continue
        for name in ("value", "numerator", "denominator"):
            total = getattr(amounts[TOTAL], name)
            if total is None:
                continue
            parts = sum((getattr(amounts.get(one), name, None) or ZERO for one in categories), ZERO)
            if parts != total:
                sentence = gettext_noop("The parts of the joint work come to {parts}, and it is {total}.")
                params = {"parts": _plain(parts), "total": _plain(total)}
                yield Problem("shared.parts", sentence, params, field=name, value=_plain(parts))


def _plain(number: Decimal | None) -> str:
    return "0" if number is None else f"{number.normalize():f}"
