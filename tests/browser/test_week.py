"""The staff's week and the funder's look where they meet: a signal, a gap, the day of publication, a correction after it.

Script 5.2, steps 5, 6, 12 and 13; script 5.3, steps 2, 6, 7, 9 and 10 of the month that was published.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_corrections import complete
from tests.browser.test_scripts import CHANGES_THE_SITE, line, main_text
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


@CHANGES_THE_SITE
def test_a_partner_that_drifts_away_is_called_and_put_off(site, visit):
    dana, frank, lead = visit("dana"), visit("frank"), visit("lead")
    dana.goto(site.page("forest/"))
    trees = dana.get_by_role("region", name="Trees")
    expect(trees.get_by_text("may be drifting")).to_have_count(1)
    expect(trees).to_contain_text("P7 may be drifting")
    expect(trees).to_contain_text(re.compile(r"Late with 2 of the last 3 reports, .*absent from \d of \d meetings"))
    trees.get_by_role("link", name="See why P7").click()
    dana.wait_for_url("**/forest/signals/P7/")
    why = dana.get_by_role("region", name="Why")
    expect(why.locator("strong")).to_contain_text(["Late with 2 of the last 3 reports", "Absent from"])
    expect(dana.locator(".bb-head")).to_contain_text("Only the backbone sees this.")

    dana.get_by_label("What was said").fill("Their clerk left; a new one comes in January.")
    dana.get_by_role("button", name="Log a call").click()
    expect(dana.get_by_role("region", name="Calls")).to_contain_text("Their clerk left")
    dana.locator("#put-off").get_by_label("Why").fill("A new clerk in January")
    dana.get_by_role("button", name="Snooze 30 days").click()
    expect(dana.locator(".bb-head")).to_contain_text(re.compile("Put off until .* by Dana. A new clerk in January"))
    dana.goto(site.page("forest/"))
    expect(dana.get_by_role("region", name="Trees")).not_to_contain_text("P7 may be drifting")
    for other in (frank, lead):
        for rest in ("forest/signals/", "forest/signals/P7/"):
            assert other.goto(site.page(rest)).status == 404


@CHANGES_THE_SITE
def test_from_the_matrix_to_a_question_that_somebody_answers(site, visit):
    dana = visit("dana")
    dana.goto(site.page("activities/gaps/"))
    expect(dana.locator(".bb-head")).to_contain_text(re.compile(r"\d+ gaps, 1 possible duplication"))
    dana.locator("a[href$='/paid-internships/foster-youth/eastside/']").click()
    expect(dana.get_by_role("heading", level=1)).to_have_text("Paid internships")
    expect(dana.locator(".bb-head")).to_contain_text("Foster youth, Eastside")
    expect(dana.locator(".bb-head")).to_contain_text("Gap")
    expect(dana.get_by_role("region", name="What is offered")).to_contain_text("does not run on this day")
    expect(dana.get_by_role("region", name="How it was judged")).to_contain_text("That is 0% of the need.")

    dana.go_back()
    dana.locator("a[href$='/resume-class/all/downtown/']").click()
    expect(dana.locator(".bb-head")).to_contain_text("All young people, Downtown")
    expect(dana.locator(".bb-head")).to_contain_text("Twice?")
    rows = dana.get_by_role("region", name="What is offered").locator("tbody tr")
    expect(rows).to_contain_text(["P5 leads", "P2 leads"])
    dana.get_by_role("textbox", name="What if?").fill("P5 moves one class east?")
    dana.get_by_label("Who finds out").select_option(label="Dana")
    dana.get_by_role("button", name="Add a what-if").click()
    dana.get_by_role("link", name="P5 moves one class east?").click()
    expect(dana.locator("main")).to_contain_text("P5 moves one class east?")
    expect(dana.locator("main")).to_contain_text("Dana")


def hidden_rows(page):
    """What the check hides, and why; a long list is folded away."""
    return page.locator("tbody tr")


@CHANGES_THE_SITE
def test_the_day_of_publication_and_what_a_correction_does_to_it(site, visit):
    ana, dana, period = complete(site, visit, ages=(4, 200, 90, 6))
    frank = visit("frank")
    dana.goto(site.page("publications/"))
    dana.get_by_role("link", name="Begin a publication").first.click()
    dana.get_by_role("button", name="Choose what is in it").click()
    dana.get_by_role("button", name="Check it").click()
    publish = dana.get_by_role("button", name=re.compile("^Publish "))
    expect(publish).to_be_visible(timeout=120_000)
    for age, value, why in (
        ("14–15", "4", "a small group"),
        ("Unknown", "6", "a small group"),
        ("20–24", "90", "with it a small one could be computed"),
    ):
        row = hidden_rows(dana).filter(has_text=f"K1, P4, {age}, ").first
        expect(row).to_contain_text(value)
        expect(row).to_contain_text(why)
    assert hidden_rows(dana).filter(has_text="K1, P4, 16–19, ").count() == 0
    publish.click()
    dana.wait_for_url(site.page(f"published/{period}-v1/"))

    frank.goto(site.page("published/"))
    assert frank.url == site.page(f"published/{period}-v1/")
    first = frank.locator(".bb-res").first
    for words in ("1,030", "8 of 8", "1 excused"):
        expect(first).to_contain_text(words)
    expect(frank.locator(".bb-pub__title")).to_contain_text("version 1")
    rows = frank.locator("table", has=frank.locator("caption", has_text="Completions by partner")).locator("tbody tr")
    values = [
        int(text.replace(",", "")) for text in rows.locator("td").all_inner_texts() if text.replace(",", "").isdigit()
    ]
    assert sum(values) == 1030
    frank.get_by_text("Completions of P4, broken down").click()
    ages = frank.locator("table", has=frank.locator("caption", has_text="Completions of P4 by age"))
    expect(ages.locator(".bb-hidden")).to_have_count(3)
    expect(ages).to_contain_text("200")
    frozen = frank.request.get(site.page(f"published/{period}-v1/data.json")).body()

    ana.goto(site.page(f"filings/P4/{period}/"))
    line(ana, "K1").get_by_role("link", name="Request a correction").click()
    ana.get_by_label("Completions", exact=True).fill("280")
    ana.get_by_label("16–19", exact=True).fill("180")
    ana.get_by_label("Why does it change?").fill("20 were counted at two sites")
    ana.get_by_role("button", name="Request the correction").click()
    expect(ana.locator("main")).to_contain_text("300 goes on counting until this is decided.")
    dana.goto(site.page("forest/"))
    dana.get_by_role("row").filter(has_text="20 were counted at two sites").get_by_role("link", name="Open").click()
    dana.get_by_role("button", name="Approve 280").click()
    expect(dana.get_by_text("The figure is corrected.")).to_be_visible()
    dana.goto(site.page(f"indicators/completions/?period={period}"))
    assert "1,010" in main_text(dana)

    told = frank.get_by_text(re.compile(r"K1.* restated since publication: 1,030 → 1,010"))

    def is_told() -> bool:
        frank.goto(site.page(f"published/{period}-v1/"))
        return told.count() > 0

    until(is_told, "the reader of the first version is not told")
    expect(frank.locator("main")).to_contain_text("20 were counted at two sites")
    expect(first).to_contain_text("1,030")
    assert frank.request.get(site.page(f"published/{period}-v1/data.json")).body() == frozen
    frank.get_by_role("link", name="See the ledger").click()
    row = frank.get_by_role("row").filter(has_text="20 were counted at two sites").first
    for words in ("1,030", "1,010"):
        expect(row).to_contain_text(words)
