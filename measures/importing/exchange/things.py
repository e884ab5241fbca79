"""Definitions from other systems: what each object of a file would become here, shown before anything is written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from backbone.problems import Problem, Refused
from backbone.tabular import Findings
from backbone.wording import as_dict, say
from measures.importing.preview import Preview

NEW, SAME, CHANGED, UNDERSTOOD, NOT_UNDERSTOOD = "new", "same", "changed", "understood", "not_understood"
VERDICTS = (NEW, SAME, CHANGED, UNDERSTOOD, NOT_UNDERSTOOD)
SHOWN = 1_000
SLUG_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a file: what kind of thing, its code and name there, its name here, and what becomes of it."""

    what: str
    code: str
    name: str
    ours: str
    verdict: str
    why: str = ""


@dataclass(slots=True)
class Things:
    """A file of definitions, judged. `figures` is the preview of the figures that came with them, where some did."""

    source: str
    things: list[Thing] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    figures: Preview | None = None

    def add(self, what: str, code: str, name: str, ours: str, verdict: str, why: str = "") -> None:
        self.things.append(Thing(what, code[:200], name[:250], ours, verdict, why))

    def tell(self, code: str, why: str) -> None:
        """Add a word to what was said of a thing last."""
        last = self.things[-1]
        if last.code == code and not last.why:
            self.things[-1] = replace(last, why=why)

    @property
    def has_errors(self) -> bool:
        return self.findings.error_count > 0 or (self.figures is not None and self.figures.has_errors)

    @property
    def counts(self) -> Counter[str]:
        return Counter(thing.verdict for thing in self.things)

    def errors(self) -> list[Problem]:
        return [*self.findings.shown, *(self.figures.errors() if self.figures is not None else ())]

    def as_dict(self) -> dict[str, Any]:
        """As every other preview: figures counted as figures, definitions beside them."""
        figures = self.figures or Preview(initiative=None, findings=Findings())  # type: ignore[arg-type]
        found = figures.as_dict()
        found["errors"] = [as_dict(p) for p in self.findings.shown if not p.is_warning] + found["errors"]
        found["warnings"] = [as_dict(p) for p in self.findings.shown if p.is_warning] + found["warnings"]
        found["error_count"] += self.findings.error_count
        found["warning_count"] += self.findings.warning_count
        found["definition_counts"] = {verdict: self.counts[verdict] for verdict in VERDICTS}
        found["definitions"] = [
            {name: getattr(thing, name) for name in thing.__slots__}
            for thing in sorted(self.things, key=lambda thing: thing.verdict != NOT_UNDERSTOOD)[:SHOWN]
        ]
        found["definitions_truncated"] = len(self.things) > SHOWN
        return found


def tried(work: Callable[[], Things]) -> Things:
    """What doing it would bring, without its being done."""
    with transaction.atomic():
        things = work()
        transaction.set_rollback(True)
    return things


def attempt(
    things: Things, what: str, code: str, name: str, ours: str, put: Callable[[], tuple[Any, bool]], is_new: bool
):
    """Put one thing; its row, or None where the rules refuse it, which the report then says."""
    try:
        with transaction.atomic():
            row, has_changed = put()
    except Refused as refused:
        why = " ".join(say(problem) for problem in refused.problems[:3])
        things.add(what, code, name, ours, NOT_UNDERSTOOD, why)
        return None
    things.add(what, code, name, ours, NEW if is_new else CHANGED if has_changed else SAME)
    return row


def slug_of(name: str, taken: Collection[str], fallback: str) -> str:
    """A short name made of a long one, that nobody has yet."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-") or re.sub(r"[^a-z0-9]+", "-", fallback.lower()).strip("-")
    base = (words or "x")[:SLUG_LENGTH].strip("-")
    slug, number = base, 2
    while slug in taken or slug == "new":
        ending = f"-{number}"
        slug, number = base[: SLUG_LENGTH - len(ending)].strip("-") + ending, number + 1
    return slug
