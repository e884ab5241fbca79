"""The staff's week beside the chase: what home shows, four eyes, from a total to the version, and a curve that is turned.

Each runs over the demonstration as it was loaded and leaves it so (`anew`).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_corrections import file
from tests.browser.test_scripts import CHANGES_THE_SITE, line, main_text, open_period, sideways, submit, tile, upload

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


def ana_hands_in(site, visit) -> str:
    """P4's whole report, and the month that it is of."""
    page = visit("ana")
    page.goto(site.page("report/"))
    period = open_period(page)
    file(site, page, "P4", period, 300)
    return period


@CHANGES_THE_SITE
def test_home_shows_results_with_coverage_conditions_and_what_waits(site, visit):
    ana_hands_in(site, visit)
    page = visit("dana")
    page.goto(site.url)
    page.wait_for_url("**/forest/")
    forest, conditions, trees = (page.get_by_role("region", name=name) for name in ("Forest", "five", "Trees"))
    expect(forest.locator(".bb-forest > li")).to_have_count(3)
    for code in ("K1", "K2", "K3", "K4"):
        expect(tile(page, code)).to_contain_text("6 of 9 partners approved · 1 to review")
    expect(conditions.locator("li")).to_have_count(5)
    expect(conditions.locator("li").filter(has_text="Communication")).to_contain_text("Not enough evidence")
    expect(trees).to_contain_text(re.compile(r"2 of 9 partners for \w+ \d{4}"))
    assert [row.inner_text().split()[0] for row in trees.locator(".bb-trees tbody th").all()[:2]] == ["P8", "P6"]
    expect(trees.get_by_role("link", name=re.compile("^Review P4"))).to_have_count(1)
    expect(trees).to_contain_text("1 report")


@CHANGES_THE_SITE
def test_nobody_approves_what_they_entered_themselves(site, visit, tmp_path):
    page = visit("dana")
    page.goto(site.page("forest/"))
    period = site.sql("SELECT max(period) FROM measures_figure")[0][0]
    typed = tmp_path / "by-telephone.csv"
    typed.write_text(f"partner,indicator,period,category,value\nP6,open-seats,{period:%Y-%m},,7\n")
    page.goto(site.page("imports/"))
    upload(page, typed)
    page.get_by_role("button", name=re.compile("^Apply")).click()
    expect(page.locator("main")).to_contain_text("Applied: 1 new figure")
    page.goto(site.page("forest/"))
    expect(page.get_by_role("region", name="Trees")).to_contain_text("1 is your own, for somebody else")
    page.get_by_role("link", name=re.compile("^Review P6")).click()
    expect(line(page, "K4")).to_contain_text("You submitted this yourself: somebody else must approve it.")
    expect(page.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)


def seen(page) -> str:
    """The first number of what is shown largest."""
    return page.locator("main .bb-val").first.inner_text().split()[0]


@CHANGES_THE_SITE
def test_from_the_total_to_the_latest_version_in_four_clicks_and_back(site, visit):
    period = ana_hands_in(site, visit)
    page = visit("dana")
    page.goto(site.page(f"filings/P4/{period}/review/"))
    page.get_by_role("button", name="Approve all 4 figures").click()
    expect(page.get_by_text("4 figures are approved.")).to_be_visible()

    page.goto(site.page("forest/"))
    expect(tile(page, "K1")).to_contain_text("700 so far")
    tile(page, "K1").get_by_role("link").click()  # 1: who makes it up
    assert seen(page) == "700"
    rows = page.locator("#who tbody tr")
    cells = [row.locator("td").first.inner_text().split() for row in rows.all()]
    numbers = [int(words[0]) for words in cells if words and words[0].isdigit()]
    assert len(numbers) == 7
    assert sum(numbers) == 700
    page.get_by_role("link", name="P4", exact=True).click()  # 2: what P4 said
    assert seen(page) == "300"
    page.get_by_role("link", name="Open the report").click()  # 3: the filing
    expect(line(page, "K1").locator(".bb-val").first).to_have_text("300")
    line(page, "K1").get_by_role("link", name="Every version").click()  # 4: who wrote it last, and who approved it
    versions = page.get_by_role("region", name="Every version").locator("li")
    expect(versions).to_contain_text(["Dana approved P4’s 300", "Ana submitted 300"])
    where = page.get_by_role("navigation", name="You are here")
    where.get_by_role("link", name="K1").click()
    assert seen(page) == "700"
    where.get_by_role("link", name="Home").click()
    page.wait_for_url("**/forest/**")


@CHANGES_THE_SITE
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)])
def test_a_curve_that_it_is_too_early_to_judge(site, visit, width, scripts):
    page = visit("dana", width=width, scripts=scripts)
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

    page.get_by_label("The story behind the curve").fill("Employers hire later since May.")
    page.get_by_role("button", name="Save the story").click()
    expect(page.get_by_role("region", name="The story behind it")).to_contain_text("Employers hire later since May.")
    page.get_by_text("Name a partner", exact=True).click()
    page.get_by_label("Partner", exact=True).select_option(label="P3 Employers’ council")
    page.get_by_label("Its part").fill("Knows every employer in town")
    page.get_by_role("button", name="Save its part").click()
    partners = page.get_by_role("region", name="Who has a part to play")
    expect(partners.get_by_role("row").last).to_contain_text("Knows every employer in town")
    page.get_by_text("Add an action", exact=True).click()
    page.get_by_label("What", exact=True).fill("Ask twelve employers")
    page.get_by_label("Organization").select_option(label="P3 Employers’ council")
    page.get_by_label("Person").select_option(label="Filer of P3")
    page.get_by_label("By", exact=True).fill(f"{site.sql('SELECT current_date + 21')[0][0]:%Y-%m-%d}")
    page.get_by_role("button", name="Set the action").click()
    expect(page.locator(".bb-messages")).to_contain_text("The action is set.")
    for words in ("Ask twelve employers", "P3", "Filer of P3"):
        assert words in main_text(page)
    assert sideways(page) <= 0


# --- 5.1, 10 and 11 again: on a phone, and without scripts ---


@CHANGES_THE_SITE
@pytest.mark.parametrize(("width", "scripts"), [(320, True), (1280, False)])
def test_an_answer_and_a_correction_however_ana_works(site, visit, width, scripts):
    period = ana_hands_in(site, visit)
    dana, ana = visit("dana"), visit("ana", width=width, scripts=scripts)
    dana.goto(site.page(f"filings/P4/{period}/review/"))
    line(dana, "K4").get_by_text("Return it with words").click()
    line(dana, "K4").get_by_label("What P4 should look at").fill("is 0 right?")
    line(dana, "K4").get_by_role("button", name="Return it").click()
    expect(dana.locator(".bb-messages")).to_contain_text("went back to P4")
    dana.get_by_role("button", name="Approve all 3 figures").click()
    expect(dana.get_by_text("3 figures are approved.")).to_be_visible()

    ana.goto(site.page(f"filings/P4/{period}/"))
    expect(line(ana, "K4")).to_contain_text("Dana asks: is 0 right?")
    line(ana, "K4").get_by_label("Your answer").fill("intake closed")
    submit(ana)
    ana.wait_for_url("**/receipt/")
    expect(ana.locator("main")).to_contain_text("intake closed")
    assert sideways(ana) <= 0

    ana.goto(site.page(f"filings/P4/{period}/"))
    line(ana, "K1").get_by_role("link", name="Request a correction").click()
    ana.get_by_label("Completions", exact=True).fill("280")
    ana.get_by_label("Why does it change?").fill("20 were counted at two sites")
    ana.get_by_role("button", name="Request the correction").click()
    expect(ana.locator("main")).to_contain_text("300 goes on counting until this is decided.")
    assert sideways(ana) <= 0
