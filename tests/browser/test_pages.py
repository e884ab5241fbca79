"""Every page, as each role: axe finds nothing, nothing scrolls sideways at 320 px, no script error, in the dark too."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]

PAGES = {
    "dana": [
        "forest/", "forest/?grain=quarter", "forest/missing/", "forest/conditions/", "review/", "indicators/",
        "indicators/completions/", "indicators/placed/", "indicators/placed/curve/",
        "indicators/completions/curve/", "results/", "agenda/", "imports/", "obligations/", "indicators/new/",
        "breakdowns/", "outbox/", "breakdowns/age/", "indicators/completions/edit/", "rules/",
        "rules/new/", "outliers/", "outliers/?period=2026-10", "follow-up/",
    ],
    "ana": ["report/", "our-figures/", "results/", "imports/", "agenda/"],
    "frank": ["results/", "results/?grain=year", "agenda/"],
}  # fmt: skip
TENANT_PAGES = ["partners/", "members/", "settings/", "keys/", "account/"]


def findings(page) -> list[str]:
    page.wait_for_load_state("networkidle")  # a frame that is still coming has no document to look at
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:160]})" for v in found]


def check(page, url: str) -> None:
    """Wide in the light, narrow in the dark: axe, and no sideways scroll."""
    for width, scheme in ((1280, "light"), (320, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        answer = page.goto(url)
        assert answer.status == 200, f"{url} answered {answer.status}"
        page.wait_for_load_state("load")
        assert findings(page) == [], f"{url} at {width} px, {scheme}"
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{url} scrolls sideways by {over} px at {width} px"


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits_a_phone(site, visit, who):
    page = visit(who)
    for rest in PAGES[who]:
        check(page, site.page(rest))


def test_the_tenants_own_pages_too(site, visit):
    page = visit("admin")
    for rest in TENANT_PAGES:
        check(page, f"{site.url}/o/riverbend/-/{rest}")


def test_the_doors_say_nothing_of_any_tenant(site, visit):
    page = visit(None)
    for rest in ("login/", "password/reset/", "signup/", "login/code/"):
        check(page, f"{site.url}/accounts/{rest}")
        assert "Riverbend" not in page.content()


def test_the_description_of_the_api_shows_its_operations(site, visit):
    page = visit(None)
    page.goto(f"{site.url}/api/v1/docs/")
    expect(page.locator(".opblock-summary-path").filter(has_text="/filings/").first).to_be_visible()


def test_a_page_that_is_not_there_says_so(site, visit):
    page = visit("ana")
    answer = page.goto(site.page("filings/P7/2026-10/"))
    assert answer.status == 404
    assert findings(page) == []
