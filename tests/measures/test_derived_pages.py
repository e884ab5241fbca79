"""What is computed or published, as pages show it: the editor with its example, the indicator, the results."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.exporting import iati
from measures.models import CommunityFigure, Figure, Indicator, Obligation
from measures.services import community, rollups
from measures.services.community import Said
from tests import factories
from tests.pages import without_help

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def place(riverside):
    """Placed and completions of October, P3 missing; the share of the one in the other; a published rate."""
    with riverside.scope():
        made = {slug: factories.make_indicator(riverside.initiative, slug) for slug in ("placed", "completions")}
        riverside.share = factories.make_indicator(
            riverside.initiative,
            "share",
            owed=False,
            kind="formula",
            unit="percent",
            formula="{placed} / {completions} * 100",
        )
        riverside.jobless = factories.make_indicator(
            riverside.initiative,
            "jobless",
            owed=False,
            kind="community",
            unit="percent",
            source="Statistics office",
            source_url="https://example.org/jobless",
        )
        for partner, (placed, completions) in zip(riverside.partners, ((30, 100), (30, 150)), strict=False):
            factories.make_figure(made["placed"], partner, OCTOBER, placed)
            factories.make_figure(made["completions"], partner, OCTOBER, completions)
        said = [Said(date(2026, 8, 1), Decimal(5), published_on=date(2026, 9, 14), note="table B")]
        community.record(indicator=riverside.jobless, figures=said, by=riverside.people.ana)
        rollups.rebuild(riverside.initiative)
    return riverside


@pytest.fixture
def ana(place):
    browser = Client()
    browser.force_login(factories.user_of(place.people.ana))
    return browser


def got(browser, url) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, answer
    return " ".join(re.sub(r"<[^>]+>", " ", without_help(answer.content.decode())).split())


def test_the_editor_shows_what_inputs_come_to_and_what_is_computed_from_them(place, ana):
    html = ana.post(
        place.url("indicators/new/"),
        {"kind": "formula", "name": "Share", "formula": "{placed} / {completions} * 100", "preview": "1"},
    ).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Placed 80 70 150" in text  # the first input: the sample of its kind
    assert "Completions 160 140 300" in text
    assert "Share 50 50 50" in text
    assert 'name="due_day"' not in html
    assert "{placed}, {completions}" in text.replace("&#x27;", "'") or "{placed}" in text


def test_a_preview_says_what_is_wrong_before_anything_is_saved(place, ana):
    new = place.url("indicators/new/")
    html = ana.post(new, {"kind": "formula", "formula": "{placd} / 2", "preview": "1"}).content.decode()
    assert "Did you mean placed?" in html
    html = ana.post(
        new, {"kind": "index", "components": "placed = 0.5, 0 to 100\nshare = 1", "preview": "1"}
    ).content.decode()
    assert "Both months" in html


def test_a_formula_is_defined_and_changed_on_its_page_and_refused_at_its_field(place, ana):
    new = place.url("indicators/new/")
    form = {"kind": "formula", "name": "Double", "direction": "up", "frequency": "month"}
    answer = ana.post(new, form | {"formula": "{placed} * 2 +"})
    assert answer.status_code == 422
    assert "The formula ends too soon" in answer.content.decode()
    answer = ana.post(new, form | {"formula": "{placed} * 2"})
    assert (answer.status_code, answer["Location"]) == (302, place.url("indicators/double/"))
    edit = place.url("indicators/double/edit/")
    assert "{placed} * 2" in ana.get(edit).content.decode()
    answer = ana.post(edit, form | {"form": "indicator", "formula": "{placed} * {double}"})
    assert answer.status_code == 422
    assert "double → double" in answer.content.decode()


def test_an_index_is_written_a_component_on_a_line(place, ana):
    new = place.url("indicators/new/")
    form = {"kind": "index", "name": "Score", "direction": "up", "frequency": "month", "reweight": "on"}
    answer = ana.post(new, form | {"components": "placed 0.5"})
    assert answer.status_code == 422
    assert "Line 1, “placed 0.5”" in answer.content.decode()
    answer = ana.post(new, form | {"components": "placed = 0.5, 0 to 100\n\n{share} = 2, 10 to 0, no clip\n"})
    assert answer.status_code == 302, answer.content.decode()
    with place.scope():
        score = Indicator.objects.get(slug="score")
        assert score.reweight
        assert score.components == [
            {"indicator": "placed", "weight": "0.5", "best": "100", "worst": "0"},
            {"indicator": "share", "weight": "2", "best": "0", "worst": "10", "clip": False},
        ]
    html = ana.get(place.url("indicators/score/edit/")).content.decode()
    assert "share = 2, 10 to 0, no clip" in html
    text = got(ana, place.url("indicators/score/?period=2026-10"))
    assert "from 0, the worst, to 100, the best" in text


def test_the_page_of_a_formula_says_it_in_words_with_its_coverage_and_partners(place, ana):
    answer = ana.get(place.url("indicators/share/?period=2026-10"))
    html = answer.content.decode()
    assert f'<a href="{place.url("indicators/placed/")}">Placed</a> ÷ ' in html
    text = got(ana, place.url("indicators/share/?period=2026-10"))
    assert "24.0% so far" in text
    assert "2 of 3 partners have filed" in text
    assert "P3" in text
    assert "30.0%" in text  # P1, from its own inputs
    assert "20.0%" in text  # P2
    assert "Used in: Share" in got(ana, place.url("indicators/placed/?period=2026-10"))


@pytest.fixture
def ben(place):
    browser = Client()
    browser.force_login(factories.user_of(place.people.ben))
    return browser


def test_a_partner_sees_what_is_computed_from_its_own_figures(place, ben):
    page = place.url("our-figures/?period=2026-10")
    text = got(ben, page)
    own = text[text.index("Computed from our figures") :]
    assert "Share" in own
    assert "October 2026 30.0%" in own
    assert "September 2026 not all there" in own
    assert "In October 2026 all partners together: 24.0% so far." in own
    assert "20.0%" not in own  # P2's
    rows = ben.get(page + "&format=csv").content.decode()
    assert "share,Share,2026-10,30.0%,computed," in rows
    assert "share,Share,2026-09,not all there,computed," in rows


def test_what_a_partner_files_for_a_quarter_is_computed_for_the_quarter(place, ben):
    with place.scope():
        p1 = place.partners[0]
        placed, completions = (Indicator.objects.get(slug=slug) for slug in ("placed", "completions"))
        Figure.objects.filter(partner=p1).delete()
        for indicator, number in ((placed, 60), (completions, 240)):
            Obligation.objects.create(indicator=indicator, partner=p1, frequency="quarter")
            factories.make_figure(indicator, p1, date(2026, 7, 1), number)
        rollups.rebuild(place.initiative)
    text = got(ben, place.url("our-figures/?period=2026-10"))
    assert "Jul–Sep 2026 25.0%" in text[text.index("Computed from our figures") :]


def test_who_owes_none_of_the_inputs_has_nothing_computed(place, ben):
    with place.scope():
        Obligation.objects.all().delete()
        seats = factories.make_indicator(place.initiative, "seats", owed=False)
        Obligation.objects.create(indicator=seats, partner=place.partners[0])
    assert "Computed from our figures" not in got(ben, place.url("our-figures/?period=2026-10"))


def test_our_figures_take_as_many_statements_for_many_computed_ones(place, ben):
    counts = []
    for number in range(3):
        with place.scope():
            factories.make_indicator(
                place.initiative, f"twice-{number}", owed=False, kind="formula", formula="{placed} * 2"
            )
            rollups.rebuild(place.initiative)
        with CaptureQueriesContext(connection) as asked:
            assert ben.get(place.url("our-figures/?period=2026-10")).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts


def test_what_is_computed_has_no_figure_of_a_partner_to_open(place, ana):
    assert ana.get(place.url("indicators/share/P1/2026-10/")).status_code == 404


def test_a_published_figure_stands_with_its_source_and_vintage(place, ana):
    text = got(ana, place.url("indicators/jobless/?period=2026-10"))
    assert "5.0% as of Aug 2026" in text
    assert "Statistics office, published" in text
    assert "14 days after its end" in text
    assert "table B" in text
    assert "partners have filed" not in text
    assert "not published" in got(ana, place.url("indicators/jobless/?period=2026-07"))


def test_lists_and_results_show_them_beside_what_partners_file(place, ana):
    for page in ("indicators/?period=2026-10", "forest/?period=2026-10", "results/?period=2026-10"):
        text = got(ana, place.url(page))
        assert "24.0% so far" in text, page
        assert "Statistics office, published" in text, page
    rows = ana.get(place.url("results/?period=2026-10&format=csv")).content.decode()
    assert "Statistics office, published" in rows
    assert ",24," in rows


def test_what_would_give_away_a_small_group_is_hidden_where_everybody_reads(place, ana):
    with place.scope():
        factories.make_indicator(place.initiative, "seats")
        factories.make_figure(Indicator.objects.get(slug="seats"), place.partners[0], OCTOBER, 4)
        factories.make_indicator(
            place.initiative, "hundreds", owed=False, kind="formula", formula="{seats} * 100 + {placed}"
        )
        rollups.rebuild(place.initiative)
    text = got(ana, place.url("results/?period=2026-10"))
    assert "460" not in text
    assert "24.0% so far" in text
    assert "5.0%" in text  # published, and of nobody in particular
    assert "In the whole community" in text
    with place.scope():
        body = b"".join(iati.pieces(place.initiative))
    assert b"Published by a source outside." in body
    assert b'value="24"' in body
    assert b"460" not in body


def test_the_editor_says_what_goes_into_others(place, ana):
    text = got(ana, place.url("indicators/placed/edit/"))
    assert "Others are computed from it" in text
    assert "Share" in text


def test_nobody_is_chased_for_what_is_computed(place, ana):
    text = got(ana, place.url("forest/missing/?period=2026-10"))
    assert "Share" not in text
    assert "Jobless" not in got(ana, place.url("obligations/"))


def test_a_steward_writes_down_a_later_vintage(place, ana):
    page = place.url("indicators/jobless/published/")
    assert ana.get(page).status_code == 200
    form = {"period": "2026-08", "value": "5.2", "published_on": "2026-10-14", "note": "revised"}
    assert ana.post(page, form).status_code == 302
    text = got(ana, place.url("indicators/jobless/?period=2026-10"))
    assert "5.2%" in text
    assert "replaced since" in text
    for wrong, words in (
        ({"value": ""}, "Zero is a number"),
        ({"published_on": "2026-07-01"}, "before its period began"),
        ({"is_withdrawn": "on"}, "has a number"),
        ({"value": "", "is_withdrawn": "on", "note": ""}, "Say why"),
        ({"period": "soon"}, "period"),
    ):
        answer = ana.post(page, form | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    with place.scope():
        assert CommunityFigure.objects.count() == 2
    assert ana.get(place.url("indicators/placed/published/")).status_code == 404


def test_pages_ask_as_often_for_many_formulas_as_for_one(place, ana):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            ana.get(place.url("indicators/?period=2026-10"))
        return len(asked)

    queries()
    first = queries()
    with place.scope():
        for number in range(5):
            factories.make_indicator(
                place.initiative, f"f{number}", owed=False, kind="formula", formula=f"{{share}} * {number} + {{placed}}"
            )
    assert queries() == first
