"""Every page, as each role: axe finds nothing, nothing scrolls sideways at 320 px, no script error, in the dark too."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from measures.rules.kinds import AVAILABLE
from measures.rules.periods import add_months
from tests.browser.steps import CHANGES_THE_SITE, upload
from tests.factories import png

pytestmark = [pytest.mark.browser, pytest.mark.sees_all_tenants, pytest.mark.xdist_group("browser")]

PAGES = {
    "dana": [
        "forest/", "forest/?grain=quarter", "forest/missing/", "forest/conditions/", "review/", "indicators/",
        "indicators/completions/", "indicators/placed/", "indicators/placed/curve/",
        "indicators/completions/curve/", "results/", "agenda/", "imports/", "obligations/", "indicators/new/",
        "breakdowns/", "outbox/", "breakdowns/age/", "indicators/completions/edit/", "rules/",
        "rules/new/", "outliers/", "outliers/?period=2026-10", "follow-up/",
        "indicators/placed/edit/definitions/new/", "indicators/placed/edit/definitions/{version}/", "exchange/",
        "exchange/codes/", "locks/", "locks/?page=2", "corrections/", "changes/", "curves/{curve}/",
        "curves/{curve}/print/", "filings/P1/{month}/review/", "indicators/completions/P1/{month}/",
        "indicators/completions/P1/{month}/proposal/", "indicators/completions/P1/{month}/override/",
        "forest/missing/P6/{month}/excuse/", "publications/", "publications/new/", "publications/visits/",
        "published/{before}-v1/", "published/{before}-v1/ledger/", "consents/", "consents/P4/",
        "publications/links/", "publications/links/new/", "agenda/tree/", "activities/?view=board", "activities/gaps/",
        "activities/hand-offs/", "activities/network/", "activities/money/", "activities/gaps/needs/", "meetings/", "decisions/", "actions/",
        "find/?q=class", "comes-back/", "decisions/9/", "decisions/?state=review", "actions/new/", "actions/1/",
        "actions/?view=board", "announcements/", "talk/", "meetings/bring-in/", "pulses/", "forest/signals/", "forest/work/", "forest/stuck/",
        "indicators/completions/?by=sector",
        "forest/signals/P7/", "forest/leadership/", "forest/begin/", "groups/", "filed-once/", "filed-once/P4/",
    ],
    "chair": [
        "curves/{curve}/", "agenda/document/", "agenda/document/principles/", "agenda/versions/", "agenda/versions/1/",
        "agenda/learning/", "agenda/learning/{entry}/", "agenda/voices/", "agenda/phases/", "agenda/vision/",
        "agenda/results/new/", "agenda/results/trained/",
    ],
    "admin": [
        "activities/", "activities/new/", "activities/gaps/?rows=place&columns=strategy", "activities/gaps/?only=gap",
        "activities/gaps/changes/", "activities/gaps/in-work/paid-internships/foster-youth/eastside/",
        "activities/gaps/trained/resume-class/all/downtown/", "activities/bring-in/", "activities/network/?around=P3&list=ties",
        "activities/watch/", "activities/twins/", "activities/words/kinds/", "activities/words/places/eastside/",
        "activities/register/evening-training/", "activities/register/evening-training/edit/",
        "activities/register/evening-training/partners/", "activities/register/evening-training/milestones/",
        "activities/register/evening-training/money/", "activities/register/internships-east/",
    ],
    "ana": [
        "activities/?view=timeline", "report/", "our-figures/", "results/", "imports/", "agenda/", "corrections/", "changes/",
        "filings/P4/{before}/", "filings/P4/{month}/more-time/", "indicators/completions/P4/{before}/",
        "indicators/completions/P4/{before}/correction/",
    ],
    "lead": ["consents/P4/", "filed-once/P4/", "published/", "agenda/versions/1/sign/P4/", "activities/?mine=1", "agenda/learning/?sort=what_if"],
    "frank": ["published/{before}-v1/", "published/{before}-v1/?year=calendar", "published/{before}-v1/files/", "published/all/", "agenda/"],
}  # fmt: skip
TENANT_PAGES = [
    "partners/", "partners/new/", "partners/P4/", "partners/P4/agreements/", "members/", "members/invite/", "settings/",
    "settings/kept/", "settings/logo/", "keys/", "keys/new/", "account/", "inbox/", "audit/", "audit/?check=1", "operators/", "webhooks/",
    "webhooks/new/", "export/", "export/erase/", "glossary/", "initiatives/new/", "initiatives/youth-to-work/",
]  # fmt: skip


# What scripts draw for the width and the theme that there are: such a page is loaded for each, as its reader would. All of
# it says when it is drawn, but a frame, of which only the network tells that it has come.
DRAWN = "[data-chart], #net, #network, iframe, [hx-trigger=revealed]"
IS_DRAWN = """() => document.fonts.status === "loaded" && !document.querySelector(
    "[data-chart]:not([data-drawn]), #net:not([data-drawn]), #network:not([data-drawn]), .htmx-request")"""
SIZES = ((320, "dark"), (1280, "light"))

# The texts that are too pale for what their ancestors paint behind them, by WCAG's measure; empty when all is well. axe's
# own rule knows more (what lies over what), and takes ten times as long, three quarters of all that axe does: it looks at
# the frame that is around every page, and at what lies before a picture, which this leaves out and counts.
PALE = """() => {
    const brush = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true}), known = new Map();
    const paint = colour => {
        if (!known.has(colour)) {
            brush.clearRect(0, 0, 1, 1);
            brush.fillStyle = colour;
            brush.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
            known.set(colour, [r, g, b, a / 255]);
        }
        return known.get(colour);
    };
    const over = ([r, g, b, a], back) => [r, g, b].map((part, n) => part * a + back[n] * (1 - a));
    const light = colour => colour.map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
    const grounds = new Map();  // of an element: what is painted behind its text, and how much of it shows; or nothing
    const ground = element => {
        if (!element) return {colour: paint("Canvas").slice(0, 3), shows: 1};
        if (!grounds.has(element)) {
            const style = getComputedStyle(element), [r, g, b, a] = paint(style.backgroundColor);
            const behind = style.backgroundImage === "none" ? ground(element.parentElement) : null;
            const shows = behind && behind.shows * style.opacity;
            grounds.set(element, behind && {colour: over([r, g, b, a * shows], behind.colour), shows});
        }
        return grounds.get(element);
    };
    const found = new Map(), seen = new Set(), fields = "input, select, textarea";
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    let before = 0;
    while (nodes.nextNode()) {
        const node = nodes.currentNode, isField = node.nodeType === Node.ELEMENT_NODE;
        if (isField ? !node.matches(fields) : !node.data.trim()) continue;
        const element = isField ? node : node.parentElement;
        if (seen.has(element)) continue;
        seen.add(element);
        if (element.closest("svg, script, style, noscript, option, :disabled, [aria-disabled=true], [aria-hidden=true]")) continue;
        if (element.closest("label")?.control?.disabled) continue;
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const box = element.getBoundingClientRect();
        if (box.width < 2 || box.height < 2) continue;  // for a reader of screens alone
        const style = getComputedStyle(element), back = ground(element);
        if (!back) { before += 1; continue; }
        const [r, g, b, a] = paint(style.color), size = parseFloat(style.fontSize);
        const lights = [light(over([r, g, b, a * back.shows], back.colour)), light(back.colour)];
        const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
        const needed = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
        if (contrast < needed - 0.01)
            found.set(style.color + back.colour, `${contrast.toFixed(2)} of ${needed}: ${element.outerHTML.slice(0, 160)}`);
    }
    return [seen.size, before, [...found.values()]];
}"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(page) -> list[str]:
    page.wait_for_load_state()
    settle(page)
    return found_on(page)


def settle(page) -> bool:
    """Until what is drawn is drawn: a frame that is still coming has no document to look at. A page that draws nothing may
    ask for news for as long as it is open, and would never be at rest. Says whether it draws."""
    draws = page.evaluate("drawn => document.querySelector(drawn) !== null", DRAWN)
    if draws and page.locator("iframe").count():
        page.wait_for_load_state("networkidle")
    elif draws:
        page.wait_for_function(IS_DRAWN)
    return draws


def found_by_axe(page, *, contrast: bool = True) -> list[str]:
    axe = Axe()
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(axe.axe_script)
    found = page.evaluate(
        """contrast => axe.run(
            {exclude: [["[data-chart] > svg"], ["[data-chart] > .chart-wrapper > svg"]]},  // hidden from readers of screens
            {resultTypes: ["violations"], rules: {"color-contrast": {enabled: contrast}}},
        ).then(found => found.violations)""",
        contrast,
    )
    return [f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:160]})" for v in found]


def too_pale(page) -> tuple[list[str], bool]:
    """What is too pale, and whether something lies before a picture, of which only axe can tell."""
    seen, before_pictures, found = page.evaluate(PALE)
    assert seen > 0, f"{page.url} says nothing"
    return found, before_pictures > 0


def found_on(page) -> list[str]:
    """All that axe finds, the contrast measured by ourselves where that is enough."""
    pale, is_before_picture = too_pale(page)
    return pale + found_by_axe(page, contrast=is_before_picture)


def size(page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is on its way to another


def open_whole(page, url: str) -> bool:
    """Loads it; says whether scripts draw on it."""
    answer = page.goto(url)
    assert answer.status == 200, f"{url} answered {answer.status}"
    return settle(page)


def look(page, width: int, scheme: str, found: list[str]) -> None:
    assert found == [], f"{page.url} at {width} px, {scheme}"
    over = page.evaluate(OVER)
    assert over <= 0, f"{page.url} scrolls sideways by {over} px at {width} px"


def check(page, url: str, *, twice: bool = False) -> None:
    """Narrow in the dark, wide in the light: no sideways scroll, nothing pale; and axe, which looks at it as a phone shows
    it, and with `twice` at both, with its own rule for contrast. Loaded as a phone loads it; what is plain HTML and CSS need
    not be loaded again to be wide."""
    draws = False
    for width, scheme in SIZES:
        size(page, width, scheme)
        if width == 320 or draws:
            draws = open_whole(page, url)
        found = found_by_axe(page) if twice else found_on(page) if width == 320 else too_pale(page)[0]
        look(page, width, scheme, found)


def places(site) -> dict[str, str]:
    """What stands in the addresses between braces: the open month, the one before it, rows by their number."""
    month = site.sql("SELECT max(period) FROM measures_figure")[0][0]
    version = site.sql("SELECT starts_on FROM measures_definitionversion")[0][0]
    return {
        "month": f"{month:%Y-%m}",
        "before": f"{add_months(month, -1):%Y-%m}",
        "version": f"{version:%Y-%m}",
        "curve": site.sql("SELECT id FROM measures_curve")[0][0],
        "entry": site.sql("SELECT id FROM agenda_learning ORDER BY id")[0][0],
    }


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits_a_phone(site, visit, who):
    page, known = visit(who), places(site)
    for number, rest in enumerate(PAGES[who]):
        check(page, site.page(rest.format(**known)), twice=number == 0)  # what is around every page, at both sizes


def test_what_is_too_pale_is_seen_as_axe_sees_it(site, visit):
    """By the measure of our own, which looks faster: each text is one that axe passes or refuses as well."""
    page = visit(None)
    page.goto(f"{site.url}/accounts/login/")
    for css, is_pale in (
        ("color: #777; background: #fff", True),
        ("color: #767676; background: #fff", False),
        ("color: #8a8a8a; background: #fff; font-size: 24px", False),
        ("color: #aaa; background: #fff; font-size: 24px", True),
        ("color: rgb(0 0 0 / 40%); background: #fff", True),
        ("color: #fff; background: color-mix(in srgb, #000 40%, #fff)", True),
        ("color: #000; background: #fff; opacity: .4", True),
        ("color: #ddd; background: #222", False),
    ):
        for html in (
            "<p>More words</p>", "<label>What <textarea>More words</textarea></label>",
            "<label>What <select><option>More words</option></select></label>",
        ):  # fmt: skip
            page.evaluate(
                """([css, html]) => { const main = document.querySelector("main");
                   main.innerHTML = "<h1>Words</h1>" + html; main.style.background = "#fff";
                   main.querySelector("p, textarea, select").style.cssText = css; }""",
                [css, html],
            )
            for found in (found_by_axe(page), too_pale(page)[0]):
                assert any("More words" in one for one in found) == is_pale, (css, html, found)


def test_what_lies_before_a_picture_is_left_to_axe(site, visit):
    page = visit(None)
    page.goto(f"{site.url}/accounts/login/")
    assert too_pale(page) == ([], False)
    page.evaluate("document.querySelector('main').style.backgroundImage = 'linear-gradient(#fff, #eee)'")
    assert too_pale(page) == ([], True)


def check_here(page) -> None:
    """The same without going anywhere: what stands on the page after something was done on it. It is axe that looks at it
    wide, so that between the two it sees both sizes and both themes."""
    page.wait_for_load_state()
    for width, scheme in reversed(SIZES):
        size(page, width, scheme)
        settle(page)
        look(page, width, scheme, found_on(page) if width == 1280 else too_pale(page)[0])


@pytest.mark.parametrize("kind", [kind.slug for kind in AVAILABLE])
def test_the_example_of_every_kind(site, visit, kind):
    page = visit("dana")
    page.goto(site.page("indicators/new/"))
    page.locator(f"input[name=kind][value={kind}]").check()
    page.wait_for_load_state("networkidle")
    expect(page.locator(f"input[name=kind][value={kind}]")).to_be_checked()
    check_here(page)


@CHANGES_THE_SITE
def test_pages_of_what_is_asked_brought_in_and_published(site, visit, tmp_path):
    """A correction, more time, a file with a wrong row, codes, and a figure of the whole community."""
    known = places(site)
    ana, dana = visit("ana"), visit("dana")
    ana.goto(site.page("indicators/open-seats/P4/{before}/correction/".format(**known)))
    ana.get_by_label("Seats", exact=True).fill("11")
    ana.get_by_label("Why does it change?").fill("One was taken after all")
    ana.get_by_role("button", name="Request the correction").click()
    expect(ana.locator("main")).to_contain_text("Requested")
    check_here(ana)
    ana.goto(site.page("filings/P4/{month}/more-time/".format(**known)))
    ana.get_by_label("Why").fill("Our database is down")
    ana.get_by_role("button", name="Ask for more time").click()
    expect(ana.locator(".bb-messages")).to_be_visible()
    check_here(ana)
    for rest in ("corrections/", "locks/"):
        dana.goto(site.page(rest))
        check_here(dana)
        dana.locator("main").get_by_role("link", name=re.compile("^P4")).first.click()
        check_here(dana)

    wrong = tmp_path / "wrong.csv"
    wrong.write_text(
        "partner,indicator,period,category,value\nP6,open-seats,{month},,7\nP6,served,{month},,many\n".format(**known)
    )
    dana.goto(site.page("imports/"))
    upload(dana, wrong)
    check_here(dana)
    dana.goto(site.page("exchange/codes/"))
    dana.get_by_label("Its code").fill("OU1")
    dana.get_by_label("Our code or short name").fill("P1")
    dana.get_by_role("button", name="Add the code").click()
    expect(dana.get_by_role("table")).to_contain_text("OU1")
    check_here(dana)

    dana.goto(site.page("indicators/new/"))
    dana.locator("input[name=kind][value=community]").check()
    dana.wait_for_load_state("networkidle")
    dana.get_by_label("Name", exact=True).fill("Youth out of work")
    dana.locator("[name=source]").fill("State labour office")
    dana.get_by_role("button", name="Define the indicator").click()
    dana.get_by_role("link", name="Write down a figure").click()
    check_here(dana)


@pytest.mark.parametrize(("who", "rest"), [("dana", "forest/"), ("ana", "report/"), ("frank", "published/all/")])
def test_help_opens_where_one_is_and_fits_a_phone(site, visit, who, rest):
    page = visit(who)
    page.goto(site.page(rest))
    help_ = page.locator("#help")
    help_.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(help_.get_by_role("link", name="What the words mean")).to_be_visible()
    check_here(page)
    page.keyboard.press("Escape")
    expect(help_.get_by_role("link")).to_have_count(0)
    expect(help_.locator("summary")).to_be_focused()


def test_the_menu_of_the_person_opens_within_a_phone(site, visit):
    page = visit("frank", width=320)
    page.goto(site.page("published/all/"))
    page.locator("summary", has=page.locator(".bb-avatar")).click()
    menu = page.locator(".bb-menu", has=page.locator("#theme-words"))
    expect(menu).to_be_visible()
    box = menu.bounding_box()
    assert box["x"] >= 0, box
    assert box["x"] + box["width"] <= 320, box


@CHANGES_THE_SITE
def test_a_link_from_making_it_to_its_end(site, visit):
    """Made by staff; a stranger tells its passphrase and reads, another site shows a chart; then nothing is there."""
    dana, stranger, admin = visit("dana"), visit(None), visit("admin")
    admin.goto(f"{site.url}/o/riverbend/-/settings/logo/")
    admin.get_by_label("Logo", exact=True).set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": png(90, 30)}
    )
    admin.get_by_role("button", name="Set the logo").click()
    expect(admin.get_by_role("img", name="The logo as it stands")).to_be_visible()
    check_here(admin)
    made = {}
    for name, label, value in (("guarded", "Passphrase", "river of words"), ("framed", "Which sites", "")):
        dana.goto(site.page("publications/links/new/"))
        dana.get_by_label("For whom").fill(name)
        dana.get_by_label(label).fill(value)
        if name == "framed":
            dana.get_by_label("Other sites may show its charts").check()
        dana.get_by_role("button", name="Make the link").click()
        made[name] = dana.get_by_label(name, exact=True).input_value()
        check_here(dana)
    stranger.goto(made["guarded"])
    stranger.get_by_label("Passphrase").fill("another one")
    stranger.get_by_role("button", name="Open it").click()
    expect(stranger.get_by_role("alert")).to_contain_text("not the passphrase")
    check_here(stranger)
    stranger.get_by_label("Passphrase").fill("river of words")
    stranger.get_by_role("button", name="Open it").click()
    expect(stranger.locator("main")).to_contain_text("Where we are")
    for rest in ("", "?year=calendar&theme=dark", "?language=es", "ledger/"):
        check(stranger, made["guarded"] + rest)
    open_whole(stranger, made["guarded"])
    logo = stranger.get_by_role("img", name="Logo of Riverbend")
    for media in ("screen", "print"):
        stranger.emulate_media(media=media)
        expect(logo).to_be_visible()
        assert logo.evaluate("picture => picture.naturalWidth") == 90
    stranger.emulate_media(media="screen")
    check(stranger, made["framed"] + "chart/completions/")
    expect(stranger.locator("[data-drawn]")).to_have_count(1)
    dana.goto(site.page("publications/links/"))
    check_here(dana)
    dana.get_by_role("button", name="Revoke guarded").click()
    expect(dana.locator(".bb-messages")).to_contain_text("opens nothing any more")
    assert stranger.goto(made["guarded"]).status == 404
    check_here(stranger)


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
