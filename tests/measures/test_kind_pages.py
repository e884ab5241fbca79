"""The pages of the kinds that are no plain number: what a filer is asked, what a reviewer and a reader see."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from measures.models import Figure, Indicator
from measures.rules.periods import add_months
from measures.services import rollups
from tests import factories
from tests.measures.test_kinds_at_every_door import KindsDesk

KINDS = KindsDesk.INDICATORS
BELOW_ZERO = ("balance", "owed", "degrees")
WORDS = "We opened a second room.\n\nIt is full on most evenings."


@pytest.fixture
def desk(riverside, hillcrest):
    """Every kind, of the month before last filed by P1 and P2, and nothing of last month yet."""
    desk = KindsDesk(riverside, hillcrest, *KINDS)
    before = add_months(desk.month, -1)
    with riverside.scope():
        for slug, indicator in desk.indicators.items():
            for code, one in (("P1", 1), ("P2", 2)):
                weight = {"weight": Decimal(10 * one)} if slug in ("average", "score", "degrees") else {}
                value = None if slug == "story" else {"reached": 1, "scale": one}.get(slug, 4 * one)
                value = -value if slug in BELOW_ZERO else value
                factories.make_figure(
                    indicator, desk.partners[code], before, value, note=WORDS if slug == "story" else "", **weight
                )
        rollups.rebuild(riverside.initiative)
    desk.before = before
    return desk


def page(desk, rest, status=200, who="ben"):
    client = Client()
    client.force_login(factories.user_of(getattr(desk.home.people, who)))
    answer = client.get(desk.home.url(rest))
    assert answer.status_code == status, rest
    return re.sub(r"\s+", " ", answer.content.decode())


# --- filing ---


def line_of(html, desk, slug):
    pk = desk.indicators[slug].pk
    return html[html.index(f'id="line-{pk}"') :].split("</section>")[0], pk


def test_each_kind_is_asked_in_its_own_way(desk):
    html = page(desk, f"filings/P1/{desk.month:%Y-%m}/")
    average, pk = line_of(html, desk, "average")
    assert f'name="{pk}//value"' in average
    assert f'name="{pk}//weight"' in average
    assert "Weight: how many it is of" in average
    assert 'class="of"' not in average
    reached, pk = line_of(html, desk, "reached")
    assert len(re.findall(rf'type="radio" name="{pk}//value"', reached)) == 2
    assert "If it is no longer so, why?" in reached
    assert "Nothing to report" not in reached
    scale, pk = line_of(html, desk, "scale")
    assert re.search(rf'<select[^>]*name="{pk}//value"', scale)
    assert '<option value="2">Steady</option>' in scale
    story, pk = line_of(html, desk, "story")
    assert re.search(rf'<textarea[^>]*name="{pk}/said"', story)
    assert f'name="{pk}//value"' not in story
    assert "Nothing to report" not in story
    spent, _pk = line_of(html, desk, "spent")
    assert "USD" in spent
    assert "Nothing to report" in spent
    assert 'inputmode="numeric"' in line_of(html, desk, "level")[0]
    assert 'inputmode="text"' in line_of(html, desk, "balance")[0]  # a keypad of digits has no minus


def test_every_field_has_a_label(desk):
    html = page(desk, f"filings/P1/{desk.month:%Y-%m}/")
    fields = re.findall(r'<(?:input|select|textarea)[^>]*\bid="(f[^"]+)"', html)
    assert len(fields) > 20
    assert [one for one in fields if f'for="{one}"' not in html] == []
    assert len(set(fields)) == len(fields)


def test_a_whole_report_of_every_kind_is_submitted_without_scripts(desk):
    answers = {
        "to-date": {"/value": "9"},
        "average": {"/value": "4.5", "/weight": "20"},
        "score": {"/value": "45%", "/weight": "20"},
        "level": {"/value": "12"},
        "least": {"/value": "2.5"},
        "most": {"/value": "9.5"},
        "middle": {"/value": "7.5"},
        "reached": {"/value": "0", "said": "It burned down."},
        "scale": {"/value": "2"},
        "spent": {"/value": "10.50"},
        "story": {"said": WORDS},
        "balance": {"/value": "-9"},
        "owed": {"/value": "-10.50"},
        "degrees": {"/value": "-4.5", "/weight": "20"},
    }
    fields = {}
    for slug, said in answers.items():
        pk = desk.indicators[slug].pk
        fields |= {f"{pk}/here": "1", f"{pk}/answer": "number"} | {f"{pk}/{name}": text for name, text in said.items()}
    answer = desk.form(fields)
    assert answer.status == 302, re.findall(r'(?s)id="errors".*?</ul>', answer.page)
    with desk.home.scope():
        rows = Figure.objects.filter(period=desk.month).values_list(
            "indicator__slug", "value", "weight", "note", "state"
        )
        found = {slug: rest for slug, *rest in rows}
    assert found["reached"] == [0, None, "It burned down.", "submitted"]
    assert found["scale"] == [2, None, "", "submitted"]
    assert found["story"] == [None, None, WORDS, "submitted"]
    assert found["score"] == [45, 20, "", "submitted"]
    assert found["balance"] == [-9, None, "", "submitted"]
    receipt = page(desk, f"filings/P1/{desk.month:%Y-%m}/receipt/")
    for words in ("Steady", "4.5", "weight 20", "We opened a second room."):
        assert words in receipt, words
    review = page(desk, f"filings/P1/{desk.month:%Y-%m}/review/", who="ana")
    assert "It burned down." in review
    assert "It is full on most evenings." in review


def test_what_a_filer_left_out_is_said_at_its_field(desk):
    pk = desk.indicators["reached"].pk
    answer = desk.form({f"{pk}/here": "1", f"{pk}/answer": "number", f"{pk}//value": "0"})
    assert answer.status == 422
    assert f'href="#f{pk}-said"' in answer.page
    assert f'id="f{pk}-said"' in answer.page


def test_history_of_a_total_to_date_shows_what_came_in_between(desk):
    with desk.home.scope():
        year = date(2026, 7, 1)
        months = [desk.before, desk.month]
        assert min(months) > year, "the test lives in a fiscal year that began in July"
    desk.stands("to-date", 10, desk.month)
    html = page(desk, f"filings/P1/{add_months(desk.month, 1):%Y-%m}/")
    line, _pk = line_of(html, desk, "to-date")
    assert "+6" in line


# --- reading ---

SHOWN = {
    "to-date": "12 so far",
    "average": "weight 30",
    "score": "6.7%",
    "level": "12 so far",
    "least": "4 so far",
    "most": "8 so far",
    "middle": "between 4 and 8",
    "reached": "2 of 4 achieved so far",
    "scale": "from Starting to Steady",
    "spent": "12 so far",
    "story": "told by 2 partners",
    "balance": "−12 so far",
    "owed": "−12 so far",
    "degrees": "−6.67 so far weight 30",
}


@pytest.mark.parametrize("slug", KINDS)
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_the_page_of_an_indicator_shows_its_kind(desk, slug, grain):
    html = page(desk, f"indicators/{slug}/?grain={grain}&period={desk.before:%Y-%m}", who="ana")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    if grain == "month":
        assert SHOWN[slug] in text, text[text.find("Home") :][:1500]
    assert "P1" in text
    if slug == "scale":
        assert "Where partners stand" in text
        assert re.search(r"Steady 1 50%", text)
    if slug == "story":
        assert "It is full on most evenings." in text
    if slug in ("least", "most") and grain == "month":
        assert "of all of them together" in text


@pytest.mark.parametrize(
    "rest",
    [
        "indicators/",
        "results/",
        "forest/missing/",
        "forest/",
        "our-figures/",
        "indicators/?format=csv",
        "review/",
        "obligations/",
        "forest/conditions/",
    ],
)
def test_lists_take_every_kind(desk, rest):
    urls = {"our-figures/": "ben"}
    client = Client()
    client.force_login(factories.user_of(getattr(desk.home.people, urls.get(rest, "ana"))))
    answer = client.get(desk.home.url(f"{rest}{'&' if '?' in rest else '?'}period={desk.before:%Y-%m}"))
    assert answer.status_code == 200, rest


def test_one_partners_figure_of_each_kind_is_a_page(desk):
    for slug in KINDS:
        html = page(desk, f"indicators/{slug}/P1/{desk.before:%Y-%m}/", who="ana")
        assert "P1" in html, slug


def test_words_are_read_by_those_who_may_see_partners_figures(desk):
    """A funder sees that it was told, and by how many; a filer its own words only."""
    with desk.home.scope():
        Figure.objects.filter(partner=desk.partners["P2"], indicator=desk.indicators["story"]).update(
            note="A secret of P2."
        )
    address = f"indicators/story/?period={desk.before:%Y-%m}"
    own = page(desk, address, who="ben")
    assert "second room" in own
    assert "A secret of P2." not in own
    client = Client()
    client.force_login(factories.user_of(desk.home.people.fay))
    assert "A secret of P2." not in client.get(desk.home.url(address)).content.decode()


def test_an_estimate_is_called_one_and_says_where_it_is_from(desk):
    with desk.home.scope():
        served = factories.make_indicator(
            desk.home.initiative, "served", kind="unduplicated", overlap_rate=Decimal("0.2"), overlap_source="Survey",
            overlap_on=date(2026, 5, 4),
        )  # fmt: skip
        for code, count in (("P1", 40), ("P2", 60), ("P3", 25), ("Peña", 0)):
            factories.make_figure(served, desk.partners[code], desk.before, count)
        rollups.rebuild(desk.home.initiative)
    text = re.sub(r"<[^>]+>", " ", page(desk, f"indicators/served/?period={desk.before:%Y-%m}", who="ana"))
    assert "between 60 and 125" in text
    assert "about 100, an estimate" in text
    assert "takes 20.0% of all counts for the same people again: Survey, 4 May" in text
    with desk.home.scope():
        Indicator.objects.filter(pk=served.pk).update(overlap_rate=None, overlap_source="", overlap_on=None)
    text = page(desk, f"indicators/served/?period={desk.before:%Y-%m}", who="ana")
    assert "between 60 and 125" in text
    assert "estimate" not in text
