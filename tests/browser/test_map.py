"""The theory of change in a real browser: two hundred nodes, by mouse and by keyboard, on a phone, without scripts."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import CHANGES_THE_SITE, main_text
from tests.browser.test_pages import check, check_here
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]

MAP = "agenda/map/"
DRAWING = 'document.getElementById("net")._cyreg.cy'


def large_map(nodes: int = 200, links: int = 600) -> str:
    """A map as Kumu would write it: four sorts, most links leading on, a few back."""
    sorts = ("activity", "factor", "factor", "outcome")
    elements = [
        {"label": f"Thing {i} that plays a part", "type": "result" if i > 189 else sorts[i // 50]} for i in range(nodes)
    ]
    ends: dict[tuple[int, int], dict] = {}
    for step in range(nodes * nodes):
        one, other = step % nodes, (step % nodes + 1 + step // nodes * 37 % 61) % nodes
        if one != other and len(ends) < links:
            ends.setdefault(
                (one, other), {"type": "-" if step % 4 == 3 else "+", "least": 1, "likely": 2, "most": step % 9 + 2}
            )
    labels = [element["label"] for element in elements]
    connections = [{"from": labels[one], "to": labels[other], **more} for (one, other), more in ends.items()]
    return json.dumps({"elements": elements, "connections": connections})


def drawn(page) -> None:
    expect(page.locator("#net[data-drawn]")).to_be_visible()


def at(page, slug: str) -> dict:
    """Where the middle of a node is drawn, from the corner of the window."""
    script = f"""slug => {{ const cy = {DRAWING}, node = cy.nodes(`[slug = '${{slug}}']`), box = cy.container().getBoundingClientRect();
                  const {{ x, y }} = node.renderedPosition(); return {{ x: x + box.x, y: y + box.y }}; }}"""
    return page.evaluate(script, slug)


def stored(site, slug: str) -> tuple:
    return site.sql("SELECT x, y FROM agenda_node WHERE slug = %s", slug)[0]


@CHANGES_THE_SITE
def test_a_map_of_two_hundred_nodes_is_brought_in_and_used(site, visit, tmp_path):
    page = visit("dana")
    file = tmp_path / "map.json"
    file.write_text(large_map())
    page.goto(site.page(MAP + "import/"))
    page.set_input_files("#files", file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("status").filter(has_text="New: 200 nodes, 600 links.")).to_be_visible()
    page.get_by_role("button", name="Bring it in").click()
    expect(page.locator(".bb-messages")).to_contain_text("200 nodes and 600 links are new or different.")
    drawn(page)
    assert page.evaluate(f"{DRAWING}.nodes().not('.figure').length") == 210
    assert page.evaluate(f"{DRAWING}.edges().length") == 611
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})

    # a worker, which may have other things to do first, finds its loops, and says that there are more than it shows
    page.goto(site.page(MAP + "?list=loops"))
    expect(page.locator("#map-part")).to_contain_text("these are the 100 shortest", timeout=120_000)
    drawn(page)

    # to look around one node draws it alone with its neighbours, and the address says so
    page.get_by_label("Around").select_option(label="Thing 60 that plays a part")
    expect(page.locator("#node")).to_have_text("Thing 60 that plays a part")
    expect(page).to_have_url(re.compile("focus=thing-60"))
    assert page.evaluate(f"{DRAWING}.nodes(':visible').not('.figure').length") < 20
    check_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    drawn(page)
    expect(page.locator("#node")).to_have_text("Thing 60 that plays a part")
    page.go_back()
    drawn(page)

    # a word that is typed leaves the nodes that say it
    page.get_by_label("Words", exact=True).fill("Thing 17")
    expect(page.locator("#map-part")).to_contain_text(re.compile(r"\d+ nodes of 210 and \d+ links? of 611 are shown"))


@CHANGES_THE_SITE
def test_a_node_stays_where_the_mouse_or_the_keyboard_left_it(site, visit):
    page = visit("dana")
    page.goto(site.page(MAP))
    drawn(page)
    start = at(page, "open-seats")
    page.mouse.move(start["x"], start["y"])
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] - 25, steps=4)
    page.mouse.up()
    until(lambda: stored(site, "open-seats")[0] is not None, "the place was not saved")
    assert stored(site, "steady-work")[0] is not None, "what was not moved keeps the place where it was seen"
    page.reload()
    drawn(page)
    assert abs(at(page, "open-seats")["x"] - start["x"] - 40) < 30

    status = page.locator("#status")
    page.locator("#net").focus()
    expect(status).to_have_text("Evening training")
    page.keyboard.press("ArrowRight")
    expect(status).not_to_have_text(re.compile("^(Evening training)?$"))
    label = status.inner_text().partition(",")[0]
    slug = site.sql("SELECT slug FROM agenda_node WHERE label = %s", label)[0][0]
    x, y = stored(site, slug)
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    until(lambda: stored(site, slug) == (x, y + 24), "the place was not saved")
    page.keyboard.press("Enter")
    expect(page.locator("#node")).to_have_text(label)
    page.keyboard.press("Escape")
    expect(page.locator("#node")).to_have_count(0)


def test_who_may_only_read_moves_nothing(site, visit):
    page = visit("ana")
    page.goto(site.page(MAP))
    drawn(page)
    assert page.evaluate(f"{DRAWING}.autoungrabify()") is True
    expect(page.get_by_role("link", name="Add a node")).to_have_count(0)


def test_without_scripts_the_tables_say_it_all(site, visit):
    page = visit("dana", scripts=False)
    page.goto(site.page(MAP))
    expect(page.locator("#net")).to_be_hidden()
    assert "Success draws others in" not in main_text(page)
    page.get_by_role("link", name="Loops (2)").click()
    assert "Success draws others in" in main_text(page)
    page.get_by_label("From", exact=True).select_option(label="Job coaching")
    page.get_by_label("to", exact=True).select_option(label="In steady work at twenty-five")
    page.get_by_role("button", name="Show the ways").click()
    assert "More of the one makes more of the other, on every way." in main_text(page)
    page.get_by_role("link", name="Nodes").click()
    page.get_by_role("link", name="Everything", exact=True).click()
    page.get_by_label("Around").select_option(label="Completions")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "K1" in main_text(page)


def test_every_page_of_the_map_is_accessible_and_fits_a_phone(site, visit):
    page = visit("dana")
    link = site.sql("SELECT id FROM agenda_link ORDER BY id")[0][0]
    loop = site.sql("SELECT nodes FROM agenda_loopname ORDER BY id")[0][0]
    for rest in (
        "", "?list=nodes&focus=placed", "?list=loops", "?start=job-coaching&end=steady-work", "nodes/new/", "nodes/placed/",
        "links/new/", f"links/{link}/", f"loops/{loop}/", "confirm/", "versions/", "versions/1/?against=now", "import/",
    ):  # fmt: skip
        check(page, site.page(MAP + rest))
    check(visit("frank"), site.page(MAP))
