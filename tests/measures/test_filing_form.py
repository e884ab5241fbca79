"""The report as a partner fills it in: posts through the door, then a look at the database and at the page."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backbone.models import Change, Participation, Tenant
from backbone.roles import Role
from measures.models import Excuse, Figure, Filing, Indicator, Remark
from measures.services import filings
from tests import factories

OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        yield


class Desk:
    """Ben's report for P1 and October, with the four indicators of the acceptance script."""

    def __init__(self, place, client):
        self.place, self.client = place, client
        with place.scope():
            initiative, self.partner = place.initiative, place.partners[0]
            factories.make_dimension(initiative, "age", "14-15", "16-19", "20-24")
            make = factories.make_indicator
            self.k1 = make(initiative, "completions", code="K1", breakdowns=["age"], position=1)
            self.k2 = make(
                initiative, "placed", code="K2", kind="rate", unit="percent", numerator="in work",
                denominator="everyone due", position=2,
            )  # fmt: skip
            self.k3 = make(initiative, "served", code="K3", kind="unduplicated", position=3)
            self.k4 = make(initiative, "seats", code="K4", kind="stock", position=4)
            for month, value in ((7, 310), (8, 288), (9, 300)):
                factories.make_figure(self.k1, self.partner, date(2026, month, 1), value)
        client.force_login(factories.user_of(place.people.ben))

    def url(self, period="2026-10", partner="P1", rest=""):
        return self.place.url(f"filings/{partner}/{period}/{rest}")

    def texts(self, *, k1="300", k2=("15", "50"), k3="60", k4="12", ages=("", "", "", ""), **more) -> dict[str, str]:
        pk1, pk2, pk3, pk4 = (k.pk for k in (self.k1, self.k2, self.k3, self.k4))
        keys = ("14-15", "16-19", "20-24", "unknown")
        found = {
            "version": str(self.version), f"{pk1}//value": k1,
            f"{pk2}//numerator": k2[0], f"{pk2}//denominator": k2[1], f"{pk3}//value": k3, f"{pk3}/new": "",
            f"{pk4}//value": k4,
        }  # fmt: skip
        found |= {f"{pk1}/age:{key}/value": text for key, text in zip(keys, ages, strict=True)}
        return found | {f"{pk}/here": "1" for pk in (pk1, pk2, pk3, pk4)} | more

    def post(self, do, **texts):
        return self.client.post(self.url(), self.texts(**texts) | {"do": do})

    def part(self, do, **texts):
        return self.client.post(self.url(), self.texts(**texts) | {"do": do}, headers={"HX-Request": "true"})

    @property
    def version(self) -> int:
        with self.place.scope():
            return (
                Filing.objects.filter(partner=self.partner, period=OCTOBER).values_list("version", flat=True).first()
                or 0
            )

    def figures(self, **of) -> dict[str, tuple]:
        with self.place.scope():
            rows = Figure.objects.filter(period=OCTOBER, partner=self.partner, **of).select_related("indicator")
            return {
                f"{row.indicator.code}{'/' + row.category if row.category else ''}": (row.state, _numbers(row))
                for row in rows
            }


def _numbers(row) -> str:
    if row.is_not_collected:
        return f"not collected: {row.note}"
    numbers = [row.value] if row.denominator is None else [row.numerator, row.denominator]
    return "/".join(f"{number:.0f}" for number in numbers)


@pytest.fixture
def desk(riverside, client):
    return Desk(riverside, client)


def words(response) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").split())


# --- landing ---


def test_a_filer_lands_on_the_report_that_is_due(desk):
    response = desk.client.get(desk.place.url("report/"))
    assert (response.status_code, response["Location"]) == (302, desk.url())


def test_after_handing_in_the_door_leads_to_the_same_month(desk):
    desk.post("submit")
    assert desk.client.get(desk.place.url("report/"))["Location"] == desk.url()


def test_who_files_for_two_partners_chooses(desk):
    with desk.place.scope():
        both = factories.make_member("bo@riverside.example", "Bo", Role.PARTNER_FILER, partner=desk.partner)
        both.grants.create(membership=both, role=Role.PARTNER_FILER, partner=desk.place.partners[1])
    desk.client.force_login(factories.user_of(both))
    response = desk.client.get(desk.place.url("report/"))
    assert desk.url() in response.content.decode()
    assert desk.url(partner="P2") in response.content.decode()


def test_who_files_for_nobody_is_told_so(desk):
    desk.client.force_login(factories.user_of(desk.place.people.ana))
    assert "You do not file for a partner" in words(desk.client.get(desk.place.url("report/")))


def test_the_page_shows_what_came_before_and_when_it_is_due(desk):
    page = words(desk.client.get(desk.url()))
    assert "Report for October 2026" in page
    assert "4 figures, due tomorrow, 10 Nov." in page
    assert "Oct 2025 Jul Aug Sep Usual – 310 288 300 300" in page
    assert "Locks 20 Nov" in page
    assert "Goes to Ana, who approves it" in page


def test_looking_writes_nothing(desk):
    desk.client.get(desk.url())
    desk.client.get(desk.url("2026-11"))
    assert desk.figures() == {}
    with desk.place.scope():
        assert not Filing.objects.filter(period__gte=OCTOBER).exists()


@pytest.mark.parametrize("month", ["0001-01", "1899-12", "2200-01", "9999-12"])
@pytest.mark.parametrize("page", ["filings/P1/{}/", "filings/P1/{}/receipt/", "filings/P1/{}/review/"])
def test_a_month_out_of_every_range_is_no_address(desk, page, month):
    for who in ("ben", "ana"):
        desk.client.force_login(factories.user_of(getattr(desk.place.people, who)))
        assert desk.client.get(desk.place.url(page.format(month))).status_code == 404


@pytest.mark.parametrize(
    ("who", "partner", "period", "status"),
    [
        ("ben", "P1", "2026-10", 200),
        ("ben", "P1", "2026-11", 200),
        ("ben", "P1", "2026-12", 404),  # not begun
        ("ben", "P2", "2026-10", 404),  # a colleague's
        ("ben", "P9", "2026-10", 404),
        ("ana", "P1", "2026-10", 404),  # drafts are the partner's
        ("fay", "P1", "2026-10", 404),
    ],
)
def test_who_sees_a_report(desk, who, partner, period, status):
    desk.client.force_login(factories.user_of(getattr(desk.place.people, who)))
    assert desk.client.get(desk.url(period, partner)).status_code == status
    if status == 404:
        assert desk.client.post(desk.url(period, partner), {"do": "submit"}).status_code == 404


def test_a_lead_submits_what_the_filer_typed_and_types_nothing(desk):
    desk.post("save")
    with desk.place.scope():
        lead = factories.make_member("lia@riverside.example", "Lia", Role.PARTNER_LEAD, partner=desk.partner)
    desk.client.force_login(factories.user_of(lead))
    page = desk.client.get(desk.url()).content.decode()
    assert f'name="{desk.k1.pk}//value"' not in page
    assert desk.post("save", k1="999").status_code == 403
    assert desk.post("submit", k1="999").status_code == 302
    assert desk.figures()["K1"] == ("submitted", "300")


# --- typing: a table of what stands in the fields, what is kept, and what the page says ---


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ({"k1": "300"}, {"K1": "300"}, []),
        ({"k1": "1,300"}, {"K1": "1300"}, []),
        ({"k1": "0"}, {"K1": "0"}, []),
        ({"k1": "12 people"}, {}, ["“12 people” is not a number."]),
        ({"k1": "n/a"}, {}, ["“n/a” is not a number."]),
        ({"k1": "-4"}, {"K1": "-4"}, ["−4 is below zero."]),
        ({"k1": "2.5"}, {"K1": "2"}, ["2.5 is not a whole number."]),
        ({"k1": "300", "ages": ("4", "200", "90", "")}, None, ["the parts add up to 294. That is 6 short of 300.",
                                                              "Put the other 6 in unknown"]),
        ({"k1": "290", "ages": ("4", "200", "90", "")}, None, ["That is 4 more than 290."]),
        ({"k1": "300", "ages": ("4", "two", "90", "")}, None, ["16-19: “two” is not a number."]),
        ({"k2": ("15", "10")}, {"K2": "15/10"}, ["“everyone due” is 10, less than “in work”, 15."]),
        ({"k2": ("15", "50")}, {"K2": "15/50"}, ["30.0%"]),
        ({"k2": ("0", "0")}, {"K2": "0/0"}, ["undefined"]),
        ({"k2": ("15", "")}, None, ["Half filled in"]),
        ({"k1": "3000"}, {"K1": "3000"}, ["3,000 is ten times the usual 300, or more.", "If it is right, leave it"]),
        ({"k1": "3000", "ages": ("4", "200", "90", "6")}, None, ["That is 2,700 short of 3,000.",
                                                                "3,000 is ten times the usual 300, or more."]),
        ({"k1": "30x0", "ages": ("4", "200", "90", "6")}, None, ["“30x0” is not a number."]),
    ],
)  # fmt: skip
def test_what_is_typed_is_kept_as_a_draft_and_judged(desk, typed, kept, said):
    empty = {"k1": "", "k2": ("", ""), "k3": "", "k4": ""}
    line = desk.k2 if "k2" in typed else desk.k1
    response = desk.part(f"line:{line.pk}", **(empty | typed))
    page = words(response)
    assert response.status_code == 200
    for sentence in said:
        assert sentence in page
    if kept is not None:
        states = {key: value for key, (state, value) in desk.figures().items() if state == "draft"}
        assert {key.split("/")[0] for key in states} == set(kept)
        assert all(states[key].startswith(value) for key, value in kept.items())


def test_a_text_that_is_no_number_stays_in_its_field_beside_what_was_saved(desk):
    response = desk.post("save", k1="12 people", k4="")
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="12 people"' in page
    assert 'aria-invalid="true"' in page
    assert desk.figures() == {"K2": ("draft", "15/50"), "K3": ("draft", "60")}


def test_the_other_six_go_to_unknown_by_a_button_that_needs_no_script(desk):
    response = desk.post(f"rest:{desk.k1.pk}:age", ages=("4", "200", "90", ""))
    assert response.status_code == 302
    assert response["Location"] == f"{desk.url()}#line-{desk.k1.pk}"
    assert desk.figures()["K1/age:unknown"] == ("draft", "6")
    assert desk.figures()["K4"] == ("draft", "12"), "what was typed elsewhere on the page is kept too"


def test_nothing_to_report_stores_zero_everywhere_and_for_a_rate_nothing_of_nothing(desk):
    desk.part(f"nil:{desk.k1.pk}", k1="")
    desk.part(f"nil:{desk.k2.pk}", k2=("", ""))
    figures = desk.figures()
    assert {key: value for key, (_, value) in figures.items()} == {
        "K1": "0", "K1/age:14-15": "0", "K1/age:16-19": "0", "K1/age:20-24": "0", "K1/age:unknown": "0", "K2": "0/0",
    }  # fmt: skip


def test_not_collected_asks_for_a_reason_and_takes_it(desk):
    response = desk.part(f"nc:{desk.k4.pk}", k4="5")
    assert "Why was it not collected?" in words(response)
    assert desk.figures()["K4"] == ("draft", "not collected: ")
    answer = {f"{desk.k4.pk}/answer": "nc"}
    assert desk.post("submit", k4="", **answer).status_code == 422
    assert desk.post("submit", k4="", **answer, **{f"{desk.k4.pk}/reason": "Register lost"}).status_code == 302
    assert desk.figures()["K4"] == ("submitted", "not collected: Register lost")


def test_only_people_new_this_year_is_kept(desk):
    desk.part(f"line:{desk.k3.pk}", **{f"{desk.k3.pk}/new": "1"})
    with desk.place.scope():
        assert Figure.objects.get(indicator=desk.k3).new_only is True
    assert "only people new since 1 July" in words(desk.client.get(desk.url()))


def test_an_autosave_answers_with_the_line_and_what_else_changed(desk):
    response = desk.part(f"line:{desk.k4.pk}", k4="12")
    page = response.content.decode()
    assert page.lstrip().startswith("<section")
    assert '<input type="hidden" name="version" id="version" value="1" hx-swap-oob="true">' in page
    assert 'id="glance" hx-swap-oob="true"' in page
    assert "Saved" in page
    assert 'aria-live="polite"' in page
    assert set(desk.figures()) == {"K4"}, "only that line"


def test_words_typed_beside_a_warning_are_kept_and_can_be_taken_away(desk):
    name = f"{desk.k1.pk}/words"
    desk.part(f"line:{desk.k1.pk}", k1="3000", **{name: "A second group"})
    desk.part(f"line:{desk.k1.pk}", k1="3000", **{name: "A second evening group"})
    with desk.place.scope():
        assert Remark.objects.values_list("kind", "words").get() == ("explanation", "A second evening group")
    assert "A second evening group" in desk.client.get(desk.url()).content.decode()
    desk.part(f"line:{desk.k1.pk}", k1="3000", **{name: ""})
    with desk.place.scope():
        assert not Remark.objects.exists()


def test_markup_that_somebody_types_is_shown_as_text(desk):
    response = desk.post("save", k1='"><script>alert(1)</script>')
    assert b"<script>alert" not in response.content
    assert b"&lt;script&gt;alert(1)" in response.content


# --- two people ---


def test_a_save_over_somebody_elses_is_refused_with_both_values(desk):
    with desk.place.scope():
        mia = factories.make_member("mia@riverside.example", "Mia", Role.PARTNER_FILER, partner=desk.partner)
    stale = {"version": str(desk.version)}
    desk.client.force_login(factories.user_of(mia))
    desk.post("save", k1="310")
    desk.client.force_login(factories.user_of(desk.place.people.ben))
    response = desk.post("save", k1="300", **stale)
    assert response.status_code == 409
    page = words(response)
    assert "Mia saved 310" in page
    assert "you have 300" in page
    assert 'value="300"' in response.content.decode()
    assert desk.figures()["K1"] == ("draft", "310")
    theirs = desk.part(f"theirs:{desk.k1.pk}", k1="300")
    assert 'value="310"' in theirs.content.decode()
    shown = re.search(r'name="version" id="version" value="(\d+)"', response.content.decode())
    mine = desk.part(f"line:{desk.k1.pk}", k1="300", version=shown[1])
    assert mine.status_code == 200
    assert desk.figures()["K1"] == ("draft", "300")


def test_a_review_of_other_lines_is_no_save_of_somebody_elses(desk):
    """The filer answers a returned line while the reviewer goes on to approve the others."""
    assert desk.post("submit", ages=("4", "200", "90", "6")).status_code == 302
    where = {"initiative": desk.place.initiative, "partner": desk.partner, "period": OCTOBER}
    with desk.place.scope():
        ana = desk.place.people.ana
        filings.return_line(**where, indicator=desk.k4.pk, words="Is 12 right?", by=ana)
    page = desk.client.get(desk.url()).content.decode()
    seen = dict(re.findall(r'name="(\d+/seen)" value="(\w+)"', page))
    assert list(seen) == [f"{desk.k4.pk}/seen"]
    shown = {"version": str(desk.version), f"{desk.k4.pk}/here": "1", f"{desk.k4.pk}/words": "Two went that day"} | seen
    with desk.place.scope():
        filings.approve(**where, indicators=[desk.k1.pk, desk.k2.pk, desk.k3.pk], by=ana)
    saved = desk.client.post(
        desk.url(),
        shown | {f"{desk.k4.pk}//value": "10", "do": f"line:{desk.k4.pk}"},
        headers={"HX-Request": "true"},
    )
    assert saved.status_code == 200
    assert desk.figures()["K4"] == ("returned", "10")
    # the same page once more, without its answer: the line holds another value than it showed
    late = desk.client.post(desk.url(), shown | {f"{desk.k4.pk}//value": "11", "do": "save"})
    assert late.status_code == 409
    assert desk.figures()["K4"] == ("returned", "10")


def test_a_page_never_conflicts_with_its_own_earlier_save(desk):
    desk.part(f"line:{desk.k1.pk}", k1="300", version="0")
    response = desk.post("submit", version="0")
    assert response.status_code == 302


# --- submitting ---


def test_a_blank_is_refused_and_the_focus_is_led_to_it(desk):
    response = desk.post("submit", k4="")
    page = response.content.decode()
    assert response.status_code == 422
    assert "One thing to fix before you can submit" in words(response)
    anchor = re.search(r'href="#(f\d+-0-value)">K4: No answer yet', page)[1]
    assert f'id="{anchor}"' in page
    assert 'id="errors" tabindex="-1" data-focus' in page
    assert {state for state, _ in desk.figures().values()} == {"draft"}, "nothing typed is lost, nothing is handed in"
    assert desk.post("submit", k4="0").status_code == 302
    assert desk.figures()["K4"] == ("submitted", "0")


def test_every_hard_error_is_named_at_once(desk):
    response = desk.post("submit", ages=("4", "200", "90", ""), k2=("15", "10"), k4="")
    page = words(response)
    assert "3 things to fix before you can submit" in page
    assert "K1: Age: the parts add up to 294." in page
    assert "K2: “everyone due” is 10, less than “in work”, 15." in page
    assert "K4: No answer yet" in page


def test_the_receipt_says_what_when_and_to_whom(desk):
    with desk.place.scope():
        factories.make_figure(desk.k1, desk.place.partners[1], OCTOBER, 400)
    response = desk.client.post(desk.url(), desk.texts() | {"do": "submit"}, follow=True)
    page = words(response)
    assert response.redirect_chain == [(desk.url(rest="receipt/"), 302)]
    assert "October 2026 is in" in page
    assert "Submitted by Ben, 9 Nov, 10:00." in page
    assert "No more reminders for October 2026." in page
    assert "Ana, who approves it" in page
    assert "With this, P1 is 43% of everyone’s Completions so far (300 of 700)." in page
    with desk.place.scope():
        assert Change.objects.filter(verb="filing.submitted").count() == 1


def test_a_receipt_before_anything_was_handed_in_leads_to_the_form(desk):
    assert desk.client.get(desk.url(rest="receipt/"))["Location"] == desk.url()


def test_what_was_handed_in_is_read_only_until_it_is_taken_back(desk):
    desk.post("submit")
    page = desk.client.get(desk.url()).content.decode()
    assert f'name="{desk.k1.pk}//value"' not in page
    desk.post("save", k1="999")
    assert desk.figures()["K1"] == ("submitted", "300")
    desk.post(f"take-back:{desk.k1.pk}")
    assert desk.figures()["K1"][0] == "draft"
    assert desk.figures()["K2"][0] == "submitted"
    desk.post("submit", k1="310")
    assert desk.figures()["K1"] == ("submitted", "310")


def test_a_returned_line_comes_back_alone_with_the_words_and_takes_an_answer(desk):
    """Day in the life of a filer, step 10: K4 only, and the other cells stay approved."""
    desk.post("submit", k4="0")
    review = desk.url(rest="review/")
    desk.client.force_login(factories.user_of(desk.place.people.ana))
    seen = _seen(desk.client.get(review))
    desk.client.post(review, seen | {"do": f"return:{desk.k4.pk}", f"{desk.k4.pk}/words": "Is 0 right? You had 12."})
    desk.client.post(review, _seen(desk.client.get(review)) | {"do": "approve-all"})
    desk.client.force_login(factories.user_of(desk.place.people.ben))

    page = desk.client.get(desk.url())
    assert "1 figure came back with a question." in words(page)
    assert "Ana asks: Is 0 right? You had 12." in words(page)
    assert f'name="{desk.k4.pk}//value"' in page.content.decode()
    assert f'name="{desk.k1.pk}//value"' not in page.content.decode()
    before = {key: row for key, row in desk.figures().items() if key != "K4"}
    answer = {f"{desk.k4.pk}/here": "1", f"{desk.k4.pk}//value": "0", f"{desk.k4.pk}/words": "Intake closed"}
    response = desk.client.post(desk.url(), answer | {"do": "submit", "version": str(desk.version)})
    assert response.status_code == 302
    assert desk.figures()["K4"] == ("submitted", "0")
    assert {key: row for key, row in desk.figures().items() if key != "K4"} == before
    assert {state for state, _ in before.values()} == {"approved"}

    desk.client.force_login(factories.user_of(desk.place.people.ana))
    page = desk.client.get(review)
    assert "Intake closed" in words(page)
    desk.client.post(review, _seen(page) | {"do": f"approve:{desk.k4.pk}"})
    assert desk.figures()["K4"] == ("approved", "0")


def _seen(page) -> dict[str, str]:
    return dict(re.findall(r'name="(\d+/seen)" value="([^"]+)"', page.content.decode()))


# --- closed ---


def test_a_closed_month_says_since_when_and_whom_to_ask(desk):
    with time_machine.travel("2026-11-21T15:00:00Z"):
        desk.client.force_login(factories.user_of(desk.place.people.ben))
        page = desk.client.get(desk.url())
        assert "Closed since 20 Nov. Ask the backbone team to reopen it." in words(page)
        assert 'form="filing"' not in page.content.decode()
        response = desk.post("submit")
    assert response.status_code == 422
    assert "October 2026 is closed for P1 since 20 Nov. Ask the backbone team to reopen it." in words(response)
    assert desk.figures() == {}


def test_an_excused_line_keeps_nothing_back_and_may_be_filed_all_the_same(desk):
    with desk.place.scope():
        Excuse.objects.create(
            indicator=desk.k4, partner=desk.partner, period=OCTOBER, reason="Campus closed", by=desk.place.people.ana
        )
    assert "Excused" in words(desk.client.get(desk.url()))
    assert desk.post("submit", k2=("", "")).status_code == 422
    assert desk.post("submit", k4="").status_code == 302
    assert set(desk.figures()) == {"K1", "K2", "K3"}
    assert desk.post("submit", k4="7").status_code == 302
    assert desk.figures()["K4"] == ("submitted", "7")


def test_a_month_without_duties_says_so(desk):
    with desk.place.scope():
        Participation.objects.filter(partner=desk.partner).update(leaves_on=date(2026, 9, 30))
    assert "Nothing to report for this month" in words(desk.client.get(desk.url()))


def test_the_running_month_can_be_begun_but_not_handed_in(desk):
    page = desk.client.get(desk.url("2026-11"))
    assert "This month is not over. It is due on 10 Dec; you can begin now." in words(page)
    assert "Submit November" not in words(page)
    response = desk.client.post(desk.url("2026-11"), desk.texts() | {"do": "submit"})
    assert response.status_code == 422
    assert "November 2026 is not over: submit it from 30 Nov on. What you typed is kept." in words(response)
    with desk.place.scope():
        assert set(Figure.objects.filter(period=date(2026, 11, 1)).values_list("state", flat=True)) == {"draft"}


def test_numbers_are_read_in_the_tenants_own_format(desk):
    kilos = weigh(desk, "1.234,5", Tenant.NumberFormat.COMMA)
    with desk.place.scope():
        assert Figure.objects.get(indicator=kilos).value == Decimal("1234.5")
    assert 'value="1234.5"' in desk.client.get(desk.url()).content.decode(), "as an English page writes it beside"


def weigh(desk, text: str, fmt: str) -> Indicator:
    """Type this for an indicator that takes decimals, in an organization that writes numbers so."""
    desk.place.tenant.number_format = fmt
    desk.place.tenant.save()
    with desk.place.scope():
        kilos = factories.make_indicator(desk.place.initiative, "kilos", is_whole=False)
    desk.said = desk.part(f"line:{kilos.pk}", **{f"{kilos.pk}/here": "1", f"{kilos.pk}//value": text})
    assert desk.said.status_code == 200
    return kilos


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("1.234,5", "1234.5", "1234,5"),
        ("1234.5", "1234.5", "1234,5"),
        ("0,5", "0.5", "0,5"),
        ("1,2340", "1.234", "1,2340"),
    ],
)
def test_a_spanish_reader_types_and_reads_numbers_as_spanish_writes_them(desk, typed, stored, shown):
    desk.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    kilos = weigh(desk, typed, Tenant.NumberFormat.POINT)
    with desk.place.scope():
        assert Figure.objects.get(indicator=kilos).value == Decimal(stored)
    assert f'value="{shown}"' in desk.client.get(desk.url()).content.decode()


@pytest.mark.parametrize("typed", ["1.234", "1,234"])
def test_what_the_organization_and_the_reader_read_differently_is_refused_and_not_guessed(desk, typed):
    desk.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    kilos = weigh(desk, typed, Tenant.NumberFormat.POINT)
    assert "1.234" in words(desk.said)
    assert "1234" in words(desk.said)
    assert f'value="{typed}"' in desk.said.content.decode()
    with desk.place.scope():
        assert not Figure.objects.filter(indicator=kilos).exists()


def test_the_page_asks_the_database_as_often_for_many_lines_as_for_one(riverside, client):
    client.force_login(factories.user_of(riverside.people.ben))
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "age", "a", "b")
    counts = []
    for lines in (1, 8):
        with riverside.scope():
            for number in range(lines):
                indicator = factories.make_indicator(riverside.initiative, f"k{lines}-{number}", breakdowns=["age"])
                for month in range(1, 10):
                    factories.make_figure(indicator, riverside.partners[0], date(2026, month, 1), month)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(riverside.url("filings/P1/2026-10/")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 32
