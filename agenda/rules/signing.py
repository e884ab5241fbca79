"""Who has signed a version of the agenda, of those who are asked to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

SIGNED = ("signed", "reserved")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the partners asked have signed, and who has not: codes in order. `reserved` are among the signed."""

    asked: tuple[str, ...]
    signed: tuple[str, ...]
    reserved: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return bool(self.asked) and len(self.signed) == len(self.asked)


def coverage(asked: Iterable[str], latest: Mapping[str, str]) -> Coverage:
    """From the codes of the partners asked and each one's latest answer. A partner that is asked no more counts no more."""
    codes = tuple(sorted(set(asked)))

    def those(*stances: str) -> tuple[str, ...]:
        return tuple(code for code in codes if latest.get(code) in stances)

    answered: Set[str] = latest.keys()
    return Coverage(
        codes, those(*SIGNED), those("reserved"), those("refused"), tuple(c for c in codes if c not in answered)
    )
