"""Lists that go over several pages, all cut alike."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

ORPHANS = 3  # as many rows or fewer do not make a last page of their own


def page_of(request: HttpRequest, rows: Any, size: int, *, name: str = "page") -> Page:
    """The page of a list that the address asks for by this name, the first or the last where there is none such."""
    return Paginator(rows, size, orphans=orphans(size)).get_page(request.GET.get(name))


def orphans(size: int) -> int:
    """How many rows a last page has to have more than, where so many are on each."""
    return min(ORPHANS, size - 1)
