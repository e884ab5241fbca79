"""Words that stand below one another: no circles, what lies in what, and the order in which a tree is read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def makes_circle(parents: Mapping[Name, Name | None], child: Name, parent: Name | None) -> bool:
    """Whether putting `child` below `parent` would make something stand below itself."""
    seen: set[Name] = set()
    at = parent
    while at is not None and at not in seen:
        if at == child:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def circles(parents: Mapping[Name, Name | None]) -> set[Name]:
    """The names that stand below themselves."""
    return {name for name, parent in parents.items() if makes_circle(parents, name, parent)}


def below(parents: Mapping[Name, Name | None], root: Name) -> set[Name]:
    """A name and all that lies below it."""
    children: dict[Name, list[Name]] = {}
    for name, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(name)
    found, waiting = set(), [root]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += children.get(at, [])
    return found


def above(parents: Mapping[Name, Name | None], name: Name) -> list[Name]:
    """What a name lies in, nearest first."""
    found: list[Name] = []
    at = parents.get(name)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def read_down(parents: Mapping[Name, Name | None], order: Iterable[Name]) -> list[tuple[Name, int]]:
    """(name, depth) with each name before what lies below it; siblings stay in `order`."""
    children: dict[Name | None, list[Name]] = {}
    names = list(order)
    known = set(names)
    for name in names:
        parent = parents.get(name)
        children.setdefault(parent if parent in known else None, []).append(name)
    found: list[tuple[Name, int]] = []
    waiting = [(name, 0) for name in reversed(children.get(None, []))]
    while waiting:
        name, depth = waiting.pop()
        found.append((name, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(name, []))]
    return found
