"""Who does what in a browser: gaps and overlaps, and what is asked about them; the network, one organization at a time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import check_here
from tests.browser.test_scripts import CHANGES_THE_SITE, main_text, sideways

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def cell(page, strategy: str, population: str, place: str):
    """The cell of the matrix in its row below its strategy, and its column."""
    group = page.locator(".bb-matrix tbody", has=page.get_by_role("rowheader", name=strategy, exact=True))
    columns = page.locator(".bb-matrix thead th").all_inner_texts()
    row = group.get_by_role("row").filter(has=page.get_by_role("rowheader", name=population, exact=True))
    return row.get_by_role("cell").nth(columns.index(place) - 1)


@CHANGES_THE_SITE
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)])
def test_from_a_gap_and_an_overlap_to_a_what_if_and_a_decision_to_leave_it(site, visit, width, scripts):
    """5.2 step 6."""
    page = visit("dana", width=width, scripts=scripts)
    page.goto(site.page("activities/gaps/"))
    expect(cell(page, "Paid internships", "Foster youth", "Eastside")).to_contain_text("Gap")
    twice = cell(page, "Résumé class", "All young people", "Downtown")
    expect(twice).to_contain_text("Twice?")

    twice.get_by_role("link").click()
    for words in ("Résumé class at the library", "P2", "Résumé class at the Neighbourhood house", "P5", "Twice?"):
        assert words in main_text(page)
    if scripts:
        check_here(page)
        page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("textbox", name="What if?").fill("What if P5 moves one class east?")
    page.get_by_role("button", name="Add a what-if").click()
    expect(page.locator(".bb-messages")).to_contain_text("The what-if is in the ledger.")
    expect(page.locator("main")).to_contain_text("What if P5 moves one class east?")
    page.goto(site.page("agenda/learning/?sort=what_if"))
    page.get_by_role("link", name="What if P5 moves one class east?").click()
    page.get_by_role("link", name="Résumé class × All young people × Downtown").click()  # back to the cell

    page.get_by_label("Why it is wanted").fill("One by day and one by night")
    page.get_by_label("Until").fill(f"{site.sql('SELECT current_date + 200')[0][0]:%Y-%m-%d}")
    page.get_by_role("button", name="Mark it as wanted").click()
    expect(page.locator(".bb-messages")).to_contain_text("The overlap is marked as wanted.")
    page.goto(site.page("activities/gaps/"))
    expect(cell(page, "Résumé class", "All young people", "Downtown")).to_contain_text("Agreed")
    assert sideways(page) <= 0


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
