"""What the staff does with a curve and with the matrix of needs, on a phone and without scripts.

With scripts and on a wide screen it does so in test_story.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.steps import CHANGES_THE_SITE, dana_asks_what_if, dana_tells_the_story_of_k2, sideways, tile

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


@CHANGES_THE_SITE
def test_a_curve_and_the_matrix_on_a_phone_without_scripts(site, visit):
    page = visit("dana", width=320, scripts=False)
    page.goto(site.page("forest/"))
    expect(tile(page, "K2")).to_contain_text("Too early to judge before")
    tile(page, "K2").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Too early to judge before")
    page.get_by_role("link", name="Turn the curve").click()
    page.get_by_text("Close this curve", exact=True).click()
    page.get_by_role("button", name="Close it").click()
    page.get_by_role("link", name="Turn this curve again").click()
    page.get_by_role("button", name="Pin it and begin").click()
    expect(page.locator("main")).to_contain_text("6 of 9 partners have filed")
    expect(page.locator("main")).to_contain_text("Too early to judge before")
    dana_tells_the_story_of_k2(site, page)
    assert sideways(page) <= 0
    dana_asks_what_if(site, page)
    assert sideways(page) <= 0
