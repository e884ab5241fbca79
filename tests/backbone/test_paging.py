"""Lists of several pages: no page for a few last rows, and addresses that keep all else."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from backbone.paging import page_of

CASES = [
    # rows, on a page, the pages
    (0, 5, [0]),
    (5, 5, [5]),
    (6, 5, [6]),
    (8, 5, [8]),
    (9, 5, [5, 4]),
    (13, 5, [5, 8]),
    (2, 1, [1, 1]),  # where a page has one row, a last row is a page like the others
]


def page(query: str, rows: int, size: int, name: str = "page"):
    return page_of(RequestFactory().get(f"/{query}"), range(rows), size, name=name)


@pytest.mark.parametrize(("rows", "size", "pages"), CASES)
def test_a_few_last_rows_stand_on_the_page_before(rows, size, pages):
    found = [page(f"?page={at}", rows, size) for at in range(1, len(pages) + 1)]
    assert [len(one) for one in found] == pages
    assert found[0].paginator.num_pages == len(pages)


def test_an_address_without_such_a_page_shows_the_nearest():
    assert [page(query, 20, 5).number for query in ("", "?page=x", "?page=99", "?coming=3")] == [1, 1, 4, 1]
    assert page("?coming=3&page=2", 20, 5, "coming").number == 3


def test_the_links_of_a_pager_keep_the_rest_of_the_address():
    request = RequestFactory().get("/?q=a&page=2&coming=1")
    drawn = Template('{% include "_pagination.html" with page_name="coming" %}')
    html = drawn.render(Context({"request": request, "page": page_of(request, range(20), 5, name="coming")}))
    assert 'href="?q=a&amp;page=2&amp;coming=2"' in html
