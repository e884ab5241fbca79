"""The pages that show figures: what they say, to whom, where they lead, and how many statements they take."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from agenda.models import Outcome
from backbone.conditions import Reading
from backbone.health import Health
from backbone.models import Participation
from backbone.roles import Role
from measures.models import Excuse, Remark, Target
from measures.rules.periods import Grain
from measures.selectors.chase import chase_list
from measures.selectors.reading import read
from measures.services import rollups
from measures.windows import Window
from tests import factories
from tests.pages import without_help

pytestmark = pytest.mark.django_db

OCT, SEP, AUG = date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)
NOW = "2026-11-11T15:00:00Z"


@pytest.fixture(autouse=True)
def _on_the_eleventh_of_november():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(riverside):
    """K1 with 680 and 300 usual; October has 700 of P1, P2 is missing, P3 filed 0."""
    with riverside.scope():
        outcome = Outcome.objects.get(slug="trained")
        k1 = factories.make_indicator(
            riverside.initiative, code="K1", name="Course ends", outcome=outcome, baseline_value=500,
            baseline_period=date(2025, 7, 1),
        )  # fmt: skip
        Target.objects.create(indicator=k1, period=date(2027, 6, 1), value=1500)
        for month in (AUG, SEP):
            for partner, number in zip(riverside.partners, (680, 300, 20), strict=True):
                factories.make_figure(k1, partner, month, number)
        factories.make_figure(k1, riverside.partners[0], OCT, 700, changed_by=riverside.people.ana)
        factories.make_figure(k1, riverside.partners[2], OCT, 0)
        rollups.rebuild(riverside.initiative)
    riverside.k1 = k1
    return riverside


def signed_in(membership, scope) -> Client:
    client = Client()
    with scope():
        client.force_login(factories.user_of(membership))
    return client


def page(world, who: str, rest: str, status: int = 200):
    member = getattr(world.people, who)
    response = signed_in(member, world.scope).get(world.url(rest))
    assert response.status_code == status, response.content[:500]
    return response


def text(response) -> str:
    """What a reader of the page sees as words, without markup and scripts."""
    return words(response.content.decode())


def words(found: str) -> str:
    found = re.sub(r"<(script|style|template)\b.*?</\1>", " ", found, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found)))


def rows(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- a partial figure is never a total ---


@pytest.mark.parametrize("rest", ["forest/", "indicators/", "indicators/completions/", "results/?period=2026-10"])
def test_a_partial_figure_says_so_far_and_never_total(world, rest):
    said = words(without_help(page(world, "ana", rest).content.decode()))
    assert "700 so far" in said
    assert "2 of 3 partners have filed" in said
    assert "total" not in said.lower()


def test_a_complete_figure_needs_no_so_far(world):
    said = text(page(world, "ana", "indicators/completions/?period=2026-09"))
    assert "1,000" in said
    assert "so far" not in said


def test_filing_what_is_missing_completes_it_without_another_step(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, 330)
    said = text(page(world, "ana", "indicators/completions/"))
    assert "1,030" in said
    assert "3 of 3 partners have filed" in said


def test_zero_stands_as_zero(world):
    said = text(page(world, "ana", "indicators/completions/"))
    assert re.search(r"P3 Partner P3 0 20 −100\.0%", said)
    assert re.search(r"P2 Partner P2 not filed 300 –", said)


def test_the_rows_of_the_file_add_up_to_its_foot(world):
    table = rows(page(world, "ana", "indicators/completions/?format=csv&table=partners"))
    assert table[0] == ["Partner", "Name", "October 2026", "September 2026", "Change", "Usual", "State", "As defined"]
    numbers = [row[2] for row in table[1:-1]]
    assert numbers == ["700", "0", "not filed"]
    assert table[-1][1:4] == ["So far", "700", "1000"]


def test_a_trend_can_be_had_as_a_file(world):
    table = rows(page(world, "ana", "indicators/completions/?format=csv&table=trend"))
    assert table[1] == ["2026-10", "700", "2", "3", "0", "700 so far"]
    assert table[2] == ["2026-09", "1000", "3", "3", "0", "1,000"]


# --- the change, the target, the running year ---


def test_a_partner_that_is_late_is_no_decline(world):
    said = text(page(world, "ana", "indicators/completions/"))
    assert "0.0% on September 2026" in said  # 700 of P1 and P3, who had 700 in September too
    assert "not judged until all are in" in said


def test_a_complete_month_is_set_against_its_path(world):
    said = text(page(world, "ana", "indicators/completions/?period=2026-09"))
    assert "Behind path, 50% of the way to the target" in said
    assert "From 500 to 1,500 by June 2027; more is better." in said


def test_a_running_year_states_its_months(world):
    said = text(page(world, "ana", "indicators/completions/?grain=year"))
    assert "Jul 2026 to Oct 2026, 4 of 12 months" in said
    assert "2,700 so far" in said


def test_a_running_year_is_not_compared_with_a_whole_one(world):
    table = rows(page(world, "ana", "indicators/completions/?grain=year&format=csv"))
    assert {row[4] for row in table[1:]} == {"–"}


def test_the_calendar_year_holds_the_same_months(world):
    said = text(page(world, "ana", "indicators/completions/?grain=year&year=calendar"))
    assert "Jan 2026 to Oct 2026, 10 of 12 months" in said
    assert "2,700 so far" in said


# --- who may know what ---


def test_a_partner_sees_its_own_row_and_the_others_as_one(world):
    response = page(world, "ben", "indicators/completions/")
    said = text(response)
    assert "P1" in said
    assert "2 other partners" in said
    assert "P2" not in said
    assert "Partner P3" not in said
    table = rows(page(world, "ben", "indicators/completions/?format=csv"))
    assert [row[2] for row in table[1:]] == ["700", "0", "700"]


@pytest.mark.parametrize(
    "rest", ["forest/", "indicators/", "indicators/completions/", "our-figures/", "forest/missing/"]
)
def test_a_funder_has_no_way_in_but_what_is_published(world, rest):
    page(world, "fay", rest, status=404)


def test_results_show_no_partner_no_draft_and_nothing_to_change(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, 999, state="draft")
    response = page(world, "ana", "results/?period=2026-10")
    said = text(response)
    assert "700 so far" in said
    assert "999" not in said
    for code in ("P1", "P2", "P3"):
        assert code not in said
    main = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    assert "<form" not in main
    assert "<button" not in main


def test_results_show_approved_figures_even_where_submitted_ones_count(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, 300, state="submitted")
        world.tenant.counting = "submitted"
        world.tenant.save()
    assert "1,000" in text(page(world, "ana", "indicators/completions/"))
    assert "700 so far" in text(page(world, "ana", "results/?period=2026-10"))


def test_results_open_on_the_last_closed_month(world):
    assert "What partners filed for September 2026" in text(page(world, "ana", "results/"))


def test_a_small_figure_is_hidden_on_results_and_in_its_file(world):
    with world.scope():
        small = factories.make_indicator(world.initiative, "few", code="K9", name="Few people")
        for partner, number in zip(world.partners, (1, 2, 3), strict=True):
            factories.make_figure(small, partner, SEP, number)
    response = page(world, "ana", "results/")
    assert "hidden to protect people" in text(response)
    assert not re.search(r"Few people .{0,40}\b6\b", text(response))
    table = rows(page(world, "ana", "results/?format=csv"))
    assert [row[4:6] for row in table if row[2] == "Few people"] == [["hidden to protect people"] * 2]


def test_small_categories_are_withheld_from_who_may_not_see_them(world):
    with world.scope():
        factories.make_dimension(world.initiative, "age", "young", "old")
        world.k1.breakdowns = ["age"]
        world.k1.save()
        for category, number in (("age:young", 4), ("age:old", 676), ("age:unknown", 20)):
            factories.make_figure(world.k1, world.partners[0], OCT, number, category=category)
        rollups.rebuild(world.initiative)
    assert "4 so far" in text(page(world, "ana", "indicators/completions/"))
    table = rows(page(world, "ben", "indicators/completions/?format=csv&table=age"))
    assert [row[1] for row in table[1:]] == ["hidden to protect people", "676", "hidden to protect people"]
    assert "4 so far" not in page(world, "ben", "indicators/completions/").content.decode()


# --- one partner's figure ---


def figure_url(world, partner="P1", month="2026-10") -> str:
    return f"indicators/completions/{partner}/{month}/"


def test_a_figure_tells_every_version_by_whom_and_why(world):
    with world.scope():
        figure = world.k1.figures.get(partner=world.partners[0], period=OCT)
        figure.value, figure.changed_because = Decimal(680), "twenty were counted twice"
        figure.changed_by = world.people.ana
        figure.save()
        Remark.objects.create(
            indicator=world.k1, partner=world.partners[0], period=OCT, kind="explanation", words="a big class",
            by=world.people.ben,
        )  # fmt: skip
    said = text(page(world, "ana", figure_url(world)))
    assert "Ana corrected 700 to 680 for P1 twenty were counted twice" in said
    assert "Ana entered 700 for P1, as approved before" in said
    assert "a big class" in said


def test_a_draft_is_its_partners_own(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[0], date(2026, 11, 1), 1234, state="draft")
    url = figure_url(world, month="2026-11")
    with world.scope():
        mia = factories.make_member("mia@riverside.example", "Mia", Role.PARTNER_MEMBER, partner=world.partners[0])
        world.k1.figures.filter(partner=world.partners[0], period=OCT).update(value=1234, state="draft")
    assert "1,234" not in text(page(world, "ana", url))
    for rest in (url, figure_url(world), "our-figures/?period=2026-10"):
        assert "1,234" in text(page(world, "ben", rest)), rest
        shown = signed_in(mia, world.scope).get(world.url(rest))
        assert shown.status_code == 200
        assert "1,234" not in text(shown), rest


@pytest.mark.parametrize("state", ["draft", "returned", "submitted"])
def test_words_beside_a_draft_are_its_partners_own(world, state):
    about = {"indicator": world.k1, "partner": world.partners[0], "period": OCT}
    with world.scope():
        Remark.objects.create(**about, kind="explanation", words="half of them moved", by=world.people.ben)
        Remark.objects.create(**about, kind="return", words="please look again", by=world.people.ana)
        Remark.objects.create(**about, kind="answer", words="twelve more to come", by=world.people.ben)
        world.k1.figures.filter(partner=world.partners[0], period=OCT).update(state=state)
    said = text(page(world, "ana", figure_url(world)))
    assert "half of them moved" in said
    assert "please look again" in said
    assert ("twelve more to come" in said) == (state == "submitted")
    assert "twelve more to come" in text(page(world, "ben", figure_url(world)))


def test_what_is_typed_over_a_returned_figure_is_its_partners_own(world):
    """Others know that it was handed in and returned, with the numbers of then; not what it may become."""
    with world.scope():
        figure = world.k1.figures.get(partner=world.partners[0], period=OCT)
        for state, value in (("submitted", 1111), ("returned", 1111), ("returned", 2222)):
            figure.state, figure.value = state, Decimal(value)
            figure.save()
    url, list_url = figure_url(world), "indicators/completions/?period=2026-10&grain=month"
    for rest in (url, list_url):
        said = text(page(world, "ana", rest))
        assert "submitted 1,111" in said
        assert "returned P1’s 1,111" in said
        assert "2,222" not in said
    assert "2,222" in text(page(world, "ben", url))
    seen = signed_in(world.people.ana, world.scope).get(world.api("figures/?since=2026-10&partner=P1"))
    assert "completions" not in [one["indicator"] for one in seen.json()["figures"]]
    with world.scope():
        figure.state, figure.value = "submitted", Decimal(3333)
        figure.save()
    assert "submitted 3,333 for P1, instead of 1,111" in text(page(world, "ana", url))


def test_somebody_elses_figure_is_not_there(world):
    page(world, "ben", figure_url(world, "P3"), status=404)
    page(world, "fay", figure_url(world), status=404)
    page(world, "ana", figure_url(world, month="2026-10").replace("completions", "nothing"), status=404)


def test_an_excused_partner_says_why(world):
    with world.scope():
        Excuse.objects.create(
            indicator=world.k1, partner=world.partners[1], period=OCT, reason="flooded", by=world.people.ana
        )
    figure = page(world, "ana", figure_url(world, "P2"))
    assert "Excused by Ana: flooded" in text(figure)
    assert re.search(r'action="[^"]*/obligations/excuses/\d+/lift/"', figure.content.decode())
    assert "2 of 2 partners have filed · 1 excused" in text(page(world, "ana", "indicators/completions/"))


def test_our_figures_are_ones_own_with_their_share(world):
    said = text(page(world, "ben", "our-figures/?period=2026-09"))
    assert "In September 2026 ours is 68% of what is in: 680 of 1,000." in said
    assert "Ana, 11 Nov" in text(page(world, "ben", "our-figures/"))
    page(world, "ana", "our-figures/", status=404)


def test_what_waits_for_review_is_said_to_wait(world):
    with world.scope():
        k2 = factories.make_indicator(world.initiative, "seats", name="Seats", kind="stock")
        factories.make_figure(k2, world.partners[0], OCT, 12, state="submitted")
    waits = "Ours for October 2026 is submitted, and counts once it is approved."
    assert waits in text(page(world, "ben", "our-figures/?period=2026-10"))
    before = text(page(world, "ben", "our-figures/?period=2026-09"))
    assert "is submitted, and counts" not in before
    assert "Nothing of ours counts for September 2026 yet." in before


def test_a_zero_of_ours_counts_though_it_is_no_share(world):
    with world.scope():
        k2 = factories.make_indicator(world.initiative, "seats", name="Seats", kind="stock")
        factories.make_figure(k2, world.partners[0], OCT, 0)
    said = text(page(world, "ben", "our-figures/?period=2026-10"))
    assert "In October 2026 ours is 0 of 0." in said
    assert "Nothing of ours counts for October 2026 yet" not in said


def test_nothing_is_missing_from_before_a_partner_joined(world):
    with world.scope():
        Participation.objects.filter(partner=world.partners[1]).update(joins_on=SEP)
        world.people.bea = factories.make_member(
            "b@riverside.example", "Bea", Role.PARTNER_FILER, partner=world.partners[1]
        )
    table = rows(page(world, "bea", "our-figures/?format=csv&period=2026-10"))
    states = {row[2]: row[4] for row in table[1:]}
    assert states["2026-10"] == "missing"
    assert states["2026-09"] == "approved"
    assert states["2026-08"] == "approved", "filed before it joined"
    assert states["2026-07"] == states["2025-10"] == "not_expected"


# --- from the forest to a filing and back ---


def test_four_clicks_lead_from_home_to_the_filing(world):
    client = signed_in(world.people.ana, world.scope)
    address, clicks = world.url(), 0
    response = client.get(address, follow=True)
    for wanted in (
        r"/indicators/completions/(?:\?[^\"]*)?",
        r"/indicators/completions/P1/2026-10/",
        r"/filings/P1/2026-10/review/",
    ):
        links = re.findall(rf'href="([^"]*{wanted})"', response.content.decode())
        assert links, wanted
        response = client.get(html.unescape(links[0]))
        assert response.status_code == 200
        clicks += 1
    assert clicks <= 4
    assert "700" in response.content.decode()


def test_the_forest_names_who_is_missing(world):
    said = text(page(world, "ana", "forest/"))
    assert "October 2026 locks on 20 Nov. 1 partner is missing; nothing waits for you." in said
    assert "300 of 1,000" in said


def test_what_was_returned_is_missing_and_no_silence(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, 310, state="returned")
        k2 = factories.make_indicator(world.initiative, "seats", code="K2", name="Seats", outcome=world.k1.outcome)
        factories.make_figure(k2, world.partners[1], SEP, 5, state="returned")  # another month's: not this one's
        rollups.rebuild(world.initiative)
    for rest in ("forest/", "forest/missing/?period=2026-10"):
        said = text(page(world, "ana", rest))
        assert "1 figure returned, waits for its answer" in said, rest
        assert said.count("waits for its answer") == 1, rest
    said = text(page(world, "ana", "indicators/completions/"))
    assert "P2 is missing ; it usually brings 300 of 1,000. Returned to P2, and waits for its answer." in said
    assert "P2 returned" in said
    assert "2 of 3 partners" in said, "it is counted as before"
    said = text(page(world, "ana", "indicators/completions/?period=2026-09"))
    assert "Returned to" not in said
    assert "waits for its answer" not in said


def test_what_waits_for_review_is_neither_missing_nor_chased(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, 310, state="submitted")
    said = text(page(world, "ana", "forest/"))
    assert "October 2026 locks on 20 Nov. Everybody has filed, 1 figure waits for you." in said
    assert "2 of 3 partners approved · 1 to review" in said
    assert "Not set against the target until all of it is approved." in said
    assert "Nudge" not in said
    said = text(page(world, "ana", "indicators/completions/"))
    assert "P2 submitted" in said
    assert "P2 is missing" not in said
    assert "Nudge" not in said
    excuse = reverse("measures:excuse", args=[world.tenant.slug, world.initiative.slug, "P2", OCT])
    assert signed_in(world.people.ana, world.scope).get(excuse).status_code == 404


def test_whoever_said_not_collected_is_not_chased(world):
    with world.scope():
        factories.make_figure(world.k1, world.partners[1], OCT, None, is_not_collected=True, note="the register burnt")
    assert "Nobody: everyone has filed October 2026 or is excused." in text(page(world, "ana", "forest/"))


def test_an_indicator_without_a_result_stands_under_its_own_heading(world):
    with world.scope():
        factories.make_indicator(world.initiative, "loose", name="Loose end")
    assert "Not yet under a result" in text(page(world, "ana", "forest/"))


def test_a_new_initiative_is_asked_its_first_question(riverside):
    with riverside.scope():
        Outcome.objects.all().delete()
    assert "No results yet" in text(page(riverside, "ana", "forest/"))
    assert "Nothing is measured yet" in text(page(riverside, "ana", "indicators/"))
    assert "Nothing is measured yet" in text(page(riverside, "ana", "results/"))


def test_the_first_indicator_is_offered_to_whoever_may_define_it(riverside):
    with riverside.scope():
        riverside.people.ada = factories.make_member("ada@riverside.example", "Ada", Role.BACKBONE_ADMIN)
        riverside.people.eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
    invite = reverse("backbone:member-invite", args=["riverside"])
    for rest in ("forest/", "indicators/"):
        offered = {who: page(riverside, who, rest).content.decode() for who in ("ana", "ada", "eve")}
        assert "indicators/new/" in offered["ana"]
        for who in ("ada", "eve"):
            assert "indicators/new/" not in offered[who]
            assert "A data steward says what is measured" in offered[who]
        assert f'href="{invite}"' in offered["ada"]
        assert f'href="{invite}"' not in offered["eve"]


def test_an_excuse_needs_a_reason_and_takes_the_partner_off_the_list(world):
    client = signed_in(world.people.ana, world.scope)
    url = reverse("measures:excuse", args=[world.tenant.slug, world.initiative.slug, "P2", OCT])
    form = {"indicators": [world.k1.pk], "reason": ""}
    assert client.post(url, form).status_code == 422
    response = client.post(url, form | {"reason": "flooded"})
    assert response.status_code == 302
    with world.scope():
        assert Excuse.objects.get().reason == "flooded"
    assert client.get(url).status_code == 404
    assert "Nobody: everyone has filed October 2026 or is excused." in text(page(world, "ana", "forest/"))


def test_the_chase_list_puts_the_largest_effect_first(world):
    with world.scope():
        world.k1.figures.filter(period=OCT).delete()
        reading = read(world.initiative, [world.k1], Window(Grain.MONTH, OCT, OCT, 7, 7), trend=0)
        found = chase_list(world.initiative, reading, OCT, world.tenant.timezone)
    assert [one.partner.code for one in found.missing] == ["P1", "P2", "P3"]
    assert [one.usual_words for one in found.missing] == ["680 of 1,000", "300 of 1,000", "20 of 1,000"]
    assert found.missing[0].last.period == SEP


def test_the_chase_list_can_be_had_as_a_file(world):
    with world.scope():
        world.k1.figures.filter(period=OCT).delete()
    assert "format=csv" in page(world, "ana", "forest/missing/?period=2026-10").content.decode()
    response = page(world, "ana", "forest/missing/?period=2026-10&format=csv")
    assert response["Content-Disposition"] == f'attachment; filename="{world.initiative.slug}-missing-2026-10.csv"'
    head, *rows = csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert head[:6] == ["Partner", "Name", "Missing", "Weighs most on", "Usually brings", "All together bring"]
    assert [(row[0], row[4], row[5], row[6]) for row in rows] == [
        ("P1", "680", "1000", "2026-09"), ("P2", "300", "1000", "2026-09"), ("P3", "20", "1000", "2026-09"),
    ]  # fmt: skip


def test_indicators_are_found_by_a_word_or_a_result(world):
    with world.scope():
        factories.make_indicator(world.initiative, "seats", name="Open seats")
    assert "Course ends" not in text(page(world, "ana", "indicators/?q=seat")).split("Result")[-1]
    assert "Open seats" not in text(page(world, "ana", "indicators/?outcome=trained"))
    assert "No indicator has these words" in text(page(world, "ana", "indicators/?q=nothing"))


# --- the five conditions ---


def check(value, slug="measures.x") -> Reading:
    return Reading(slug, "x", None if value is None else Decimal(value), "words", None)


def test_a_score_needs_most_of_its_checks():
    assert Health("measures", (check(1), check("0.5"), check(None))).score == Decimal("0.75")
    assert Health("measures", (check(1), check(None))).score is None
    assert Health("measures", ()).score is None


def test_an_empty_initiative_has_not_enough_evidence_and_not_zero(riverside):
    with riverside.scope():
        Outcome.objects.all().delete()
    said = text(page(riverside, "ana", "forest/conditions/"))
    assert said.count("Not enough evidence") == 5
    assert "0.00" not in said


# --- statements ---


@pytest.mark.parametrize(
    "rest",
    ["forest/missing/", "indicators/", "indicators/completions/", "results/"],
)
def test_pages_take_as_many_statements_for_thirty_partners_as_for_three(
    world, rest, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(world.people.ana, world.scope)
    client.get(world.url(rest))
    with django_assert_max_num_queries(70) as few:
        client.get(world.url(rest))
    with world.scope():
        for number in range(4, 31):
            partner = factories.make_partner(world.initiative, f"P{number}")
            for month in (AUG, SEP):
                factories.make_figure(world.k1, partner, month, number)
            if number % 2:
                factories.make_figure(world.k1, partner, OCT, number)
        rollups.rebuild(world.initiative)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(world.url(rest))


def test_an_evaluator_and_a_chair_read_the_forest_without_what_is_not_theirs(world):
    with world.scope():
        world.people.eve = factories.make_member("eve@riverside.example", "Eve", Role.EVALUATOR)
        world.people.cho = factories.make_member("cho@riverside.example", "Cho", Role.GROUP_CHAIR)
    assert "Who is missing" in text(page(world, "eve", "forest/"))
    said = text(page(world, "cho", "forest/"))
    assert "Who is missing" not in said
    assert "P2" not in said
