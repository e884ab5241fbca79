"""Filing by keyboard, as fast as keys go: each line is saved on the way, and nothing typed or focused is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]


@pytest.fixture
def report(site, visit):
    """Ana's open report; what was typed in it is cleared away again."""
    page = visit("ana")
    page.goto(site.page("report/"))
    yield page
    page.goto(site.page("report/"))
    for field in page.locator("[data-line] .bb-ask__number input.form-control").all():
        field.fill("")
    page.get_by_role("button", name="Finish later").click()


def texts(line) -> list[str]:
    return [field.input_value() for field in line.locator(".bb-ask__number input.form-control").all()]


def test_a_total_and_its_parts_by_keyboard_without_waiting(report):
    line = report.locator("[data-line]", has=report.locator("fieldset.bb-cells-set")).first
    fields = line.locator(".bb-ask__number input.form-control")
    count = fields.count()
    fields.first.focus()
    for text in ("300", "4", "200", "90"):
        report.keyboard.type(text)
        report.keyboard.press("Tab")
    expect(line.get_by_text("short", exact=False).first).to_be_visible()
    expect(line.locator(".bb-saved")).to_be_visible()
    assert texts(line) == ["300", "4", "200", "90", *[""] * (count - 4)]
    assert report.evaluate("document.activeElement !== document.body"), "the keyboard is still where it was"

    line.get_by_role("button", name="Put the other 6 in unknown").focus()
    report.keyboard.press("Enter")
    expect(fields.last).to_have_value("6")
    assert report.evaluate("document.activeElement.closest('section').id") == line.get_attribute("id")
    report.reload()
    assert texts(report.locator(f"#{line.get_attribute('id')}")) == texts(line)


def test_a_click_straight_out_of_a_field_saves_it_and_arrives(report):
    line = report.locator("[data-line]", has=report.locator("fieldset.bb-cells-set")).first
    fields = line.locator(".bb-ask__number input.form-control")
    for number, text in enumerate(("300", "4", "200", "90")):
        fields.nth(number).fill(text)
    fields.nth(3).press("Tab")
    expect(line.get_by_role("button", name="Put the other 6 in unknown")).to_be_visible()
    fields.nth(1).fill("3")
    line.get_by_role("button", name="Put the other").click()
    expect(fields.last).to_have_value("7")
    assert texts(line)[1] == "3"


def test_over_a_slow_line_nothing_typed_is_lost(report):
    line = report.locator("[data-line]", has=report.locator("fieldset.bb-cells-set")).first
    fields = line.locator(".bb-ask__number input.form-control")
    slow = {"offline": False, "latency": 250, "downloadThroughput": -1, "uploadThroughput": -1}
    report.context.new_cdp_session(report).send("Network.emulateNetworkConditions", slow)
    for wanted in (["300", "4", "200", "96"], ["310", "5", "208", "97"]):
        fields.first.focus()
        report.keyboard.press("Control+A")
        for text in wanted:
            report.keyboard.type(text)
            report.keyboard.press("Tab")
            report.wait_for_timeout(150)  # so that answers come in all the gaps: when a field is entered, and between
        expect(line.locator(".bb-saved")).to_be_visible()
        expect(report.locator("#saved")).to_contain_text("All changes saved")
        report.wait_for_load_state("networkidle")
        assert texts(line)[:4] == wanted
        report.reload()
        assert texts(line)[:4] == wanted


def test_the_arrow_keys_pass_over_nothing_to_report_without_storing_it(report):
    report.get_by_role("button", name="Submit").click()
    line = report.locator("[data-line]", has=report.locator("input[type=radio][value=nil]")).first
    pk = line.get_attribute("id")
    line.locator("input[type=radio][value=number]").focus()
    report.keyboard.press("ArrowDown")
    report.keyboard.press("ArrowUp")
    report.wait_for_timeout(400)
    report.reload()
    assert set(texts(report.locator(f"#{pk}"))) == {""}
