"""A figure of a locked month turns out to be wrong: asked for by the filer, approved by the staff, seen as restated."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_scripts import CHANGES_THE_SITE, line, main_text

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def file(site, page, partner: str, period: str, k1: int, ages: tuple[int, ...] = ()) -> None:
    """Hand in a partner's whole report at once, by the API and the session of the page; K1 also by age."""
    csrf = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"].endswith("csrftoken"))
    figures = [
        {"indicator": "completions", "value": k1},
        {"indicator": "placed", "numerator": 15, "denominator": 50},
        {"indicator": "served", "value": 60},
        {"indicator": "open-seats", "value": 0},
    ]
    for age, value in zip(("14-15", "16-19", "20-24", "unknown"), ages, strict=False):
        figures.append({"indicator": "completions", "category": f"age:{age}", "value": value})
    answer = page.request.put(
        f"{site.url}/api/v1/riverbend/youth-to-work/filings/{partner}/{period}/",
        data={"figures": figures, "submit": True},
        headers={"X-CSRFToken": csrf, "Referer": site.url},
    )
    assert answer.ok, answer.text()


def complete(site, visit, ages: tuple[int, ...] = ()) -> tuple:
    """The open month with everybody in, P6 excused, approved, and then locked: K1 is 1,030."""
    ana = visit("ana")
    ana.goto(site.page("report/"))
    period = re.search(r"/filings/\w+/(\d{4}-\d{2})/", ana.url)[1]
    eight, dana = visit("p8"), visit("dana")
    eight.goto(site.page("report/"))
    file(site, ana, "P4", period, 300, ages)
    file(site, eight, "P8", period, 330)
    for partner in ("P4", "P8"):
        dana.goto(site.page(f"filings/{partner}/{period}/review/"))
        dana.get_by_role("button", name="Approve all 4 figures").click()
        expect(dana.get_by_text("4 figures are approved.")).to_be_visible()
    dana.goto(site.page(f"forest/missing/P6/{period}/excuse/"))
    dana.get_by_label("Why").fill("Moving house")
    dana.get_by_role("button", name="Excuse").click()
    dana.goto(site.page("indicators/completions/edit/"))
    for name in ("due_day", "lock_day"):
        dana.locator(f"[name={name}]").fill("1")
    dana.locator("main form button[type=submit]").last.click()
    return ana, dana, period


@CHANGES_THE_SITE
def test_a_correction_from_the_request_to_the_restated_total(site, visit):
    ana, dana, period = complete(site, visit)
    dana.goto(site.page(f"indicators/completions/?period={period}"))
    assert "1,030" in main_text(dana)

    ana.goto(site.page(f"filings/P4/{period}/"))
    line(ana, "K1").get_by_role("link", name="Request a correction").click()
    assert "stands at 300" in main_text(ana)
    ana.get_by_label("Completions", exact=True).fill("280")
    ana.get_by_label("Why does it change?").fill("20 were counted at two sites")
    ana.get_by_role("button", name="Request the correction").click()
    said = main_text(ana)
    assert "Requested" in said
    assert "300 goes on counting until this is decided." in said
    ana.goto(site.page(f"filings/P4/{period}/"))
    k1 = line(ana, "K1")
    expect(k1.get_by_text("Requested")).to_be_visible()
    expect(k1.locator(".bb-val").first).to_have_text("300")
    dana.goto(site.page(f"indicators/completions/?period={period}"))
    assert "1,030" in main_text(dana)
    assert "Restated" not in main_text(dana)

    dana.goto(site.page("forest/"))
    assert "1 request waits for your answer." in main_text(dana)
    asked = dana.get_by_role("row").filter(has_text="20 were counted at two sites")
    expect(asked).to_contain_text("300")
    asked.get_by_role("link", name="Open").click()
    dana.get_by_role("button", name="Approve 280").click()
    expect(dana.get_by_text("The figure is corrected.")).to_be_visible()

    dana.goto(site.page(f"indicators/completions/?period={period}"))
    said = main_text(dana)
    assert re.search(r"1,030 → (became )?1,010", said)
    assert re.search(r"P4: 300 → (became )?280", said)
    assert "20 were counted at two sites" in said
    dana.get_by_role("link", name="as it stood before").click()
    said = main_text(dana)
    assert "As it stood on" in said
    assert "1,030" in said
    dana.get_by_role("link", name="Back to now").first.click()
    assert "1,010" in main_text(dana)

    ana.goto(site.page(f"indicators/completions/P4/{period}/"))
    assert "Dana corrected 300 to 280 for P4, as Ana had asked" in main_text(ana)

    dana.goto(site.page("changes/"))
    restated = dana.get_by_role("table").locator("tbody tr")
    expect(restated).to_have_count(1)
    for words in ("P4, K1", "300", "280", "20 were counted at two sites", "Dana", "asked by Ana"):
        expect(restated).to_contain_text(words)
