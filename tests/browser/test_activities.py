"""Who does what in a browser: the network, one organization at a time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import check_here

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def test_one_organization_is_drawn_alone_with_those_around_it(site, visit):
    page = visit("dana")
    page.goto(site.page("activities/network/"))
    expect(page.locator("#network[data-drawn]")).to_be_visible()
    page.get_by_label("Around").select_option(label="P3 Employers’ council")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#network[data-drawn]")).to_be_visible()
    cy = 'document.getElementById("network")._cyreg.cy'
    assert page.evaluate(f"{cy}.nodes('[?middle]').map(node => node.data('code'))") == ["P3"]
    # a click on another draws that one
    at = page.evaluate(
        f"(() => {{ const node = {cy}.nodes(\"[code = 'P8']\"), box = {cy}.container().getBoundingClientRect();"
        " const { x, y } = node.renderedPosition(); return { x: x + box.x, y: y + box.y }; })()"
    )
    page.mouse.click(at["x"], at["y"])
    page.wait_for_url("**around=P8**")
    expect(page.locator("main")).to_contain_text("P8 Workforce board, those it is tied with")
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name=re.compile(r"^Ties")).click()
    expect(page.get_by_role("columnheader", name="Between")).to_be_visible()
