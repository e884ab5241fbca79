"""Setting up what is measured: in the browser, by its services, refused in the same words as from a bundle."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation

from backbone.models import Change, Participation
from backbone.problems import Refused
from measures.forms.fields import decimal_field
from measures.models import Category, Excuse, Indicator, Obligation, StaleMark, Target
from measures.rules.kinds import AVAILABLE, KINDS
from measures.rules.lines import Level, Line
from measures.rules.samples import missing_row, sample_rows
from measures.selectors.setup import owed_cell
from measures.services import obligations, rollups, setup
from measures.wording import said
from tests import factories

pytestmark = pytest.mark.django_db

SCALE = (Level("low", "Low"), Level("high", "High"))
FLOW = {
    "form": "indicator", "kind": "flow", "name": "Completions", "direction": "up", "frequency": "month", "due_day": "10",
    "lock_day": "20",
}  # fmt: skip
RATE = FLOW | {
    "kind": "rate", "name": "Placed", "unit": "percent", "numerator": "in work", "denominator": "due",
    "baseline_period": "2025-06", "baseline_numerator": "40", "baseline_denominator": "100",
}  # fmt: skip


@pytest.fixture
def ana(client, riverside):
    client.force_login(factories.user_of(riverside.people.ana))
    return client


@pytest.fixture
def new(riverside):
    return riverside.url("indicators/new/")


# --- an indicator ---


@pytest.mark.parametrize("kind", [kind.slug for kind in AVAILABLE])
def test_the_form_asks_only_what_the_kind_needs_and_shows_how_it_adds_up(ana, new, kind):
    html = ana.post(new, {"kind": kind, "preview": "1"}).content.decode()
    assert ('name="numerator"' in html) == KINDS[kind].is_ratio
    assert ('name="baseline_value"' in html) == ("value" in KINDS[kind].aims)
    assert ('name="baseline_numerator"' in html) == ("numerator" in KINDS[kind].aims)
    assert ('name="levels"' in html) == (kind == "ordinal")
    assert ('name="overlap_rate"' in html) == (kind == "unduplicated")
    assert ('name="unit"' in html) == (kind not in ("milestone", "narrative"))
    assert ('name="over_time"' in html) == (kind == "rate_stock")
    assert ('name="carry_forward"' in html) == (kind == "stock")
    assert ('name="allows_negative"' in html) == KINDS[kind].takes_negative
    assert "Both together" in html or kind == "rate_stock" or not KINDS[kind].is_filed
    assert "This field is required" not in html


def test_the_unit_that_came_with_a_rate_goes_with_it(ana, new):
    rate = ana.post(new, {"kind": "rate", "preview": "1"}).content.decode()
    assert 'name="unit" value="percent"' in rate
    count = ana.post(new, {"kind": "flow", "unit": "percent", "preview": "1"}).content.decode()
    assert 'name="unit"' in count
    assert "percent" not in re.search(r"<input[^>]*name=\"unit\"[^>]*>", count)[0]
    assert 'value="people"' in ana.post(new, {"kind": "flow", "unit": "people", "preview": "1"}).content.decode()


def test_the_example_is_the_worked_check_of_the_specification(ana, new):
    html = ana.post(new, {"kind": "rate", "unit": "percent", "preview": "1"}).content.decode()
    assert "15.0% (15/100)" in html
    assert "30.0% (15/50)" in html
    assert "20.0% (30/150)" in html
    assert "22.5% (30/150)" not in html


@pytest.mark.parametrize(
    ("kind", "settings", "together"),
    [
        ("flow", {}, ["80", "70", "150"]),
        ("rate", {"unit": "percent"}, ["20.0% (30/150)", "25.0% (40/160)", "22.6% (70/310)"]),
        ("rate_stock", {"unit": "percent", "over_time": "last"}, ["20.0% (30/150)", "25.0% (40/160)", "25.0% (40/160)"]),
        ("rate_stock", {"unit": "percent", "over_time": "period_rate"}, ["20.0% (30/150)", "25.0% (40/160)", "45.2% (70/155)"]),
        ("stock", {}, ["32", "9 so far", "9 so far"]),
        ("stock", {"carry_forward": 1}, ["32", "29 as of Jul 2026", "29 as of Jul 2026"]),
        ("unduplicated", {}, ["between 60 and 100", "between 50 and 95", "between 60 and 195"]),
        ("to_date", {}, ["80", "135", "135"]),
        ("weighted_average", {}, ["7 weight 40", "5.75 weight 40", "6.38 weight 80"]),
        ("average_stock", {}, ["32", "31", "31.5"]),
        ("minimum", {}, ["3", "2", "2"]),
        ("maximum", {}, ["8", "5", "8"]),
        ("median", {}, [f"between {one} not combined" for one in ("3 and 8", "2 and 5", "2 and 8")]),
        ("milestone", {}, ["1 of 2 achieved", "2 of 2 achieved", "2 of 2 achieved"]),
        ("ordinal", {"levels": SCALE}, ["from Low to High", "High", "High"]),
        ("ordinal", {"levels": SCALE, "mean_allowed": True}, ["1.5 from Low to High", "High", "High"]),
        ("money", {"unit": "USD"}, ["1,700", "1,450", "3,150"]),
        ("narrative", {}, ["told by 2 partners"] * 3),
    ],
)  # fmt: skip
def test_the_examples_are_computed_by_the_rules(kind, settings, together):
    line = Line("sample", "Sample", kind, **settings)
    last = sample_rows(line)[-1]
    assert [said(line, one) for one in (*last.months, last.span)] == together


@pytest.mark.parametrize(
    ("kind", "while_missing"),
    [
        ("flow", ["80", "45 so far", "125 so far"]),
        ("to_date", ["80", "75 so far", "125 so far"]),
        ("weighted_average", ["7 weight 40", "5 so far weight 10", "6.6 so far weight 50"]),
        ("average_stock", ["32", "9 so far", "10.5 so far"]),
        ("minimum", ["3", "5 so far", "3 so far"]),
        ("median", ["between 3 and 8 not combined",
                    "5 so far not combined",
                    "between 3 and 8 so far not combined"]),
        ("milestone", ["1 of 2 achieved", "1 of 2 achieved so far", "2 of 2 achieved so far"]),
        ("unduplicated", ["between 60 and 100", "at least 45", "at least 60"]),
        ("narrative", ["told by 2 partners", "told by 1 partner", "told by 1 partner"]),
    ],
)  # fmt: skip
def test_the_example_shows_what_stands_while_one_is_missing(kind, while_missing):
    line = Line("sample", "Sample", kind)
    row = missing_row(line)
    assert [said(line, one) for one in (*row.months, row.span)] == while_missing


def test_levels_and_an_overlap_are_typed_and_come_back(ana, new, riverside):
    scale = FLOW | {
        "kind": "ordinal",
        "name": "Maturity",
        "levels": "Starting out\nsteady = Steady",
        "mean_allowed": "on",
    }
    assert ana.post(new, scale).status_code == 302
    people = FLOW | {
        "kind": "unduplicated", "name": "Served", "overlap_rate": "0.2", "overlap_source": "Survey", "overlap_on": "2026-05-04",
    }  # fmt: skip
    assert ana.post(new, people).status_code == 302
    with riverside.scope():
        made = Indicator.objects.get(slug="maturity")
        assert made.levels == [{"slug": "starting-out", "name": "Starting out"}, {"slug": "steady", "name": "Steady"}]
        assert made.mean_allowed
        served = Indicator.objects.get(slug="served")
        assert (served.overlap_rate, served.overlap_source, served.overlap_on) == (
            Decimal("0.2"),
            "Survey",
            date(2026, 5, 4),
        )
    assert "starting-out = Starting out" in ana.get(riverside.url("indicators/maturity/edit/")).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "ordinal", "levels": "Only one"}, "at least two"),
        ({"kind": "ordinal", "levels": "One\n???"}, "Line 2"),
        ({"kind": "money", "unit": "dollars"}, "the code of one currency"),
        ({"kind": "stock", "allows_negative": "on", "counts_people": "on"}, "there are never fewer than none"),
        ({"kind": "unduplicated", "overlap_rate": "0.2"}, "an estimate needs its source"),
        ({"kind": "unduplicated", "overlap_rate": "2", "overlap_source": "Survey"}, "a share from 0 to below 1"),
    ],
)
def test_what_is_wrong_with_a_kinds_own_settings_is_said(ana, new, changes, words):
    answer = ana.post(new, FLOW | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_figures_below_zero_are_allowed_and_stay_so_while_some_stand(ana, new, riverside):
    balance = FLOW | {"kind": "stock", "name": "Balance", "allows_negative": "on"}
    assert ana.post(new, balance | {"baseline_period": "2025-06", "baseline_value": "-3"}).status_code == 302
    page = riverside.url("indicators/balance/edit/")
    assert re.search(r'name="allows_negative"[^>]*checked', ana.get(page).content.decode())
    with riverside.scope():
        row = Indicator.objects.get(slug="balance")
        assert (row.allows_negative, row.counts_people, row.baseline_value) == (True, False, -3)
        target = Target.objects.create(indicator=row, period=date(2027, 6, 1), value=-1)
    del balance["allows_negative"]
    answer = ana.post(page, balance)
    assert answer.status_code == 422
    assert "so it still allows them" in answer.content.decode()
    with riverside.scope():
        target.delete()
        figure = factories.make_figure(row, riverside.partners[0], date(2026, 1, 1), -3)
    assert ana.post(page, balance).status_code == 422
    with riverside.scope():
        figure.delete()
    assert ana.post(page, balance).status_code == 302
    with riverside.scope():
        row.refresh_from_db()
        assert not row.allows_negative


def test_what_was_not_ticked_stays_so_while_kinds_are_tried(ana, new):
    first = ana.post(new, {"kind": "flow", "preview": "1"}).content.decode()
    assert re.search(r'name="counts_people"[^>]*checked', first)
    then = ana.post(new, {"kind": "stock", "asked": "1", "allows_negative": "on", "preview": "1"}).content.decode()
    assert not re.search(r'name="counts_people"[^>]*checked', then)
    assert re.search(r'name="allows_negative"[^>]*checked', then)


def test_the_kind_part_alone_comes_back_to_htmx_and_keeps_what_was_typed(ana, new):
    answer = ana.post(new, {"kind": "rate", "name": "Typed", "numerator": "on top"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.lstrip().startswith('<div id="kind-part"')
    assert 'value="on top"' in html
    assert "<html" not in html


def test_an_unknown_kind_is_refused_by_name(ana, new, riverside):
    for kind, words in (
        ("rat", "Did you mean rate?"),
        ("", "kind"),
    ):
        answer = ana.post(new, FLOW | {"kind": kind})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert "Kinds that are coming" not in ana.get(new).content.decode()
    with riverside.scope():
        assert not Indicator.objects.exists()


def test_an_indicator_is_defined_and_then_asked_for(ana, new, riverside):
    answer = ana.post(new, RATE)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == riverside.url("obligations/?indicator=placed")
    assert re.search(r'<option value="\d+" selected>', ana.get(answer["Location"]).content.decode())
    with riverside.scope():
        row = Indicator.objects.get()
        assert (row.slug, row.kind, row.unit, row.is_whole) == ("placed", "rate", "percent", True)
        assert (row.baseline_period, row.baseline_numerator, row.baseline_denominator) == (date(2025, 6, 1), 40, 100)
        assert Change.objects.get().verb == "indicator.defined"
    again = ana.post(new, RATE)
    assert again.status_code == 422
    assert "is taken already" in again.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"unit": "%"}, "percentages cannot be added up"),
        ({"unit": "Percent"}, "percentages cannot be added up"),
        ({"due_day": "25", "lock_day": "20"}, "before it is due on day 25"),
        ({"baseline_period": "2025-13"}, "is not a month"),
        ({"baseline_value": "5"}, "Say from which month the baseline"),
        ({"kind": "rate_stock"}, "Choose how it combines over time"),
        ({"name": "New"}, "choose another short name"),
        ({"name": "…"}, "No short name can be made"),
    ],
)
def test_a_wrong_definition_says_what_to_do(ana, new, riverside, fields, words):
    answer = ana.post(new, FLOW | fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with riverside.scope():
        assert not Indicator.objects.exists()


def test_a_rates_baseline_is_two_numbers(ana, new):
    answer = ana.post(new, RATE | {"baseline_denominator": ""})
    assert answer.status_code == 422
    assert "as numerator and denominator" in answer.content.decode()


def test_a_definition_changes_but_its_kind_stays_once_there_are_figures(ana, riverside):
    with riverside.scope():
        row = factories.make_indicator(riverside.initiative, "completions", name="Completions")
    page = riverside.url("indicators/completions/edit/")
    assert 'id="id_kind_flow" value="flow" checked' in ana.get(page).content.decode()
    assert ana.post(page, FLOW | {"kind": "stock", "carry_forward": "1", "name": "Finished"}).status_code == 302
    with riverside.scope():
        row.refresh_from_db()
        assert (row.kind, row.carry_forward, row.name, row.slug) == ("stock", 1, "Finished", "completions")
        factories.make_figure(row, riverside.partners[0], date(2026, 1, 1), 3)
    html = ana.get(page).content.decode()
    assert "It has figures, so this stays." in html
    assert 'type="radio" name="kind"' not in html
    answer = ana.post(page, FLOW | {"kind": "flow", "name": "Finished"})
    assert answer.status_code == 422
    assert "so its kind stays stock" in answer.content.decode()
    answer = ana.post(page, FLOW | {"kind": "stock", "name": "Finished", "frequency": "quarter"})
    assert answer.status_code == 422
    assert ana.post(page, FLOW | {"kind": "stock", "name": "Better", "carry_forward": "1"}).status_code == 302


def test_what_figures_rest_on_marks_their_roll_ups_and_a_new_name_does_not(in_riverside):
    row = factories.make_indicator(in_riverside.initiative, "seats", kind="stock")
    factories.make_figure(row, in_riverside.partners[0], date(2026, 1, 1), 3)
    setup.put_indicator(initiative=in_riverside.initiative, slug="seats", by=None, name="Open seats")
    assert not StaleMark.objects.exists()
    setup.put_indicator(initiative=in_riverside.initiative, slug="seats", by=None, carry_forward=1)
    assert StaleMark.objects.filter(indicator=row, period=date(2026, 1, 1)).exists()


def test_targets_are_set_changed_and_taken_back(ana, riverside):
    with riverside.scope():
        factories.make_indicator(riverside.initiative, "placed", kind="rate", unit="percent")
    page = riverside.url("indicators/placed/edit/")
    wrong = {"form": "target", "period": "2027-06", "numerator": "110", "denominator": "100"}
    answer = ana.post(page, wrong)
    assert answer.status_code == 422
    assert "is more than all of them" in answer.content.decode()
    assert ana.post(page, wrong | {"numerator": "60"}).status_code == 302
    assert ana.post(page, wrong | {"numerator": "65"}).status_code == 302
    with riverside.scope():
        target = Target.objects.get()
        assert (target.period, target.numerator, target.value) == (date(2027, 6, 1), 65, None)
    assert "65 of 100" in ana.get(page).content.decode()
    assert ana.post(page, {"form": "remove-target", "target": target.pk}).status_code == 302
    assert ana.post(page, {"form": "remove-target", "target": target.pk}).status_code == 404
    assert ana.post(page, {"form": "remove-target", "target": "soon"}).status_code == 404


def test_a_target_is_set_for_a_year_and_for_a_partner(ana, riverside):
    with riverside.scope():
        factories.make_indicator(riverside.initiative, "courses", name="Courses")
    page = riverside.url("indicators/courses/edit/")
    year = {"form": "target", "grain": "year", "period": "2026-07", "value": "12000", "partner": ""}
    assert ana.post(page, year).status_code == 302
    with riverside.scope():
        partner = riverside.partners[0]
    assert ana.post(page, year | {"value": "3000", "partner": partner.pk}).status_code == 302
    said = ana.get(page).content.decode()
    assert "2026–27" in said
    assert "12,000" in said
    wrong = ana.post(page, year | {"period": "2026-08"})
    assert wrong.status_code == 422
    assert "not the first month of a year: file it under 2026-07" in wrong.content.decode()
    with riverside.scope():
        rows = Target.objects.order_by("value").values_list("value", "grain", "partner__code")
        assert list(rows) == [(3000, "year", "P1"), (12000, "year", None)]


def test_a_target_of_a_part_stands_beside_that_part_and_not_for_the_whole(ana, riverside):
    with riverside.scope():
        factories.make_dimension(riverside.initiative, "age", "young", "old")
        row = factories.make_indicator(riverside.initiative, "courses", name="Courses", breakdowns=["age"])
        for category, number in (("", 50), ("age:young", 20), ("age:old", 30)):
            factories.make_figure(row, riverside.partners[0], date(2026, 1, 1), number, category=category)
        rollups.rebuild(riverside.initiative)
    page = riverside.url("indicators/courses/edit/")
    form = ana.get(page).content.decode()
    assert '<option value="age:young">Age: young</option>' in form
    assert "age:unknown" not in form
    part = {"form": "target", "period": "2027-06", "value": "40", "category": "age:young"}
    assert ana.post(page, part).status_code == 302
    assert ana.post(page, part | {"category": "age:adult"}).status_code == 422
    html = ana.get(riverside.url("indicators/courses/?period=2026-01")).content.decode()
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "young 20 so far 40 by June 2027 1 of 3" in said
    assert "old 30 so far – 1 of 3" in said
    assert "none is set" in said  # of the whole
    rows = ana.get(riverside.url("indicators/courses/?period=2026-01&format=csv&table=age")).content.decode()
    assert "young,20,1,3,40 by June 2027" in rows
    assert "courses,,month,2027-06,age:young,40" in ana.get(page + "?table=targets").content.decode()
    with riverside.scope():
        target = Target.objects.get()
    assert ana.post(page, {"form": "remove-target", "target": target.pk}).status_code == 302
    with riverside.scope():
        assert not Target.objects.exists()


def test_a_target_on_the_wrong_side_of_its_baseline_is_pointed_out(ana, riverside):
    with riverside.scope():
        factories.make_indicator(
            riverside.initiative, "waits", direction="down", baseline_value=40, baseline_period=date(2026, 1, 1)
        )
    page = riverside.url("indicators/waits/edit/")
    answer = ana.post(page, {"form": "target", "period": "2027-06", "value": "60"}, follow=True)
    assert "Down is good here, but the target, 60, is above the baseline, 40." in answer.content.decode()
    answer = ana.post(page, {"form": "target", "period": "2027-06", "value": "20"}, follow=True)
    assert "Down is good here" not in answer.content.decode()


# --- ways to split ---


def test_a_way_to_split_is_added_and_keeps_what_is_left_out(ana, riverside):
    page = riverside.url("breakdowns/new/")
    fields = {"name": "Age", "exclusive": "on", "categories": "0-4 = under five\n16-19\n"}
    assert ana.post(page, fields).status_code == 302
    assert ana.post(page, fields).status_code == 422
    edit = riverside.url("breakdowns/age/")
    assert "0-4 = under five" in ana.get(edit).content.decode()
    assert ana.post(edit, fields | {"categories": "16-19 = teens\n5-9"}).status_code == 302
    with riverside.scope():
        found = list(Category.objects.order_by("position").values_list("slug", "name"))
    assert found == [("16-19", "teens"), ("5-9", "5-9"), ("0-4", "under five")]
    for wrong, words in (
        ("unknown", "Every dimension has the category unknown"),
        ("a\na", "is there twice"),
        ("…", "gives no short name"),
    ):
        answer = ana.post(edit, fields | {"categories": wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert "under five" in ana.get(riverside.url("breakdowns/")).content.decode()


def test_what_overlaps_stays_so_once_figures_stand_in_it(in_riverside):
    initiative = in_riverside.initiative
    factories.make_dimension(initiative, "need", "housing", exclusive=False)
    setup.put_dimension(initiative=initiative, slug="need", by=None, exclusive=True)
    setup.put_dimension(initiative=initiative, slug="need", by=None, exclusive=False)
    row = factories.make_indicator(initiative, breakdowns=["need"])
    factories.make_figure(row, in_riverside.partners[0], date(2026, 1, 1), 3, category="need:housing")
    with pytest.raises(Refused) as refused:
        setup.put_dimension(initiative=initiative, slug="need", by=None, exclusive=True)
    assert refused.value.problems[0].code == "dimension.settled"


# --- who owes what ---


def test_who_owes_what_is_asked_ended_and_taken_away(ana, riverside):
    with riverside.scope():
        row = factories.make_indicator(riverside.initiative, owed=False, code="K1")
        p1, p2 = riverside.partners[:2]
    page = riverside.url("obligations/")
    assert "not asked" in ana.get(page).content.decode()
    fields = {"form": "assign", "indicator": row.pk, "partners": [p1.pk, p2.pk], "starts_on": "2026-01-01"}
    assert ana.post(page, fields).status_code == 302
    wrong = ana.post(page, fields | {"ends_on": "2025-01-01"})
    assert wrong.status_code == 422
    assert "before it starts on 2026-01-01" in wrong.content.decode()
    with riverside.scope():
        lines = {line.partner_id: line for line in Obligation.objects.all()}
        assert set(lines) == {p1.pk, p2.pk}
        verbs = list(Change.objects.values_list("verb", "partner_id"))
        assert sorted(verbs) == [("obligation.assigned", p1.pk), ("obligation.assigned", p2.pk)]
        StaleMark.objects.all().delete()
    assert ana.post(riverside.url(f"obligations/{lines[p1.pk].pk}/"), {"ends_on": "2026-03-31"}).status_code == 302
    with riverside.scope():
        marks = set(StaleMark.objects.values_list("period", "partner_id"))
        assert (date(2026, 4, 1), p1.pk) in marks
        assert {partner for _period, partner in marks} == {p1.pk}
    answer = ana.post(riverside.url(f"obligations/{lines[p1.pk].pk}/"), {"ends_on": "soon"}, follow=True)
    assert "Enter a valid date" in answer.content.decode()
    assert ana.post(riverside.url(f"obligations/{lines[p2.pk].pk}/"), {"remove": "1"}).status_code == 302
    with riverside.scope():
        assert [line.ends_on for line in Obligation.objects.all()] == [date(2026, 3, 31)]
    assert ana.post(page, {"form": "assign", "indicator": row.pk}).status_code == 302
    with riverside.scope():
        assert Obligation.objects.filter(partner=None).count() == 1


@pytest.mark.parametrize(
    ("spans", "state", "day"),
    [
        ([], "never", None),
        ([(None, None)], "owed", date(2026, 12, 31)),
        ([(None, date(2026, 6, 30))], "owed", date(2026, 6, 30)),
        ([(date(2026, 4, 1), None)], "later", date(2026, 4, 1)),
        ([(None, date(2026, 2, 28))], "ended", date(2026, 2, 28)),
        ([(None, date(2026, 2, 28)), (date(2026, 3, 1), None)], "owed", date(2026, 12, 31)),
        ([(date(2027, 1, 1), None)], "never", None),
    ],
)
def test_the_matrix_says_what_holds_on_a_day(in_riverside, spans, state, day):
    part = Participation(joins_on=date(2026, 1, 1), leaves_on=date(2026, 12, 31))
    lines = [Obligation(starts_on=start, ends_on=end) for start, end in spans]
    cell = owed_cell(part, lines, date(2026, 3, 15))
    assert cell.state == state
    assert (cell.since or cell.until) == day


def test_a_partner_is_excused_with_a_reason_and_expected_again(ana, riverside):
    with riverside.scope():
        row = factories.make_indicator(riverside.initiative)
    page = riverside.url("obligations/")
    fields = {"form": "excuse", "indicator": row.pk, "partner": riverside.partners[0].pk, "period": "2026-02"}
    assert ana.post(page, fields).status_code == 422
    assert ana.post(page, fields | {"reason": "Moved house"}).status_code == 302
    with riverside.scope():
        excuse = Excuse.objects.get()
        assert (excuse.period, excuse.reason, excuse.by) == (date(2026, 2, 1), "Moved house", riverside.people.ana)
        assert StaleMark.objects.filter(period=date(2026, 2, 1), partner_id=riverside.partners[0].pk).exists()
    assert "Moved house" in ana.get(page).content.decode()
    assert ana.post(riverside.url(f"obligations/excuses/{excuse.pk}/lift/")).status_code == 302
    with riverside.scope():
        assert not Excuse.objects.exists()
        verbs = list(Change.objects.order_by("id").values_list("verb", flat=True))
        assert verbs == ["excuse.given", "excuse.lifted"]


def test_a_quarter_is_excused_under_its_first_month(in_riverside):
    row = factories.make_indicator(in_riverside.initiative, frequency="quarter")
    give = {"indicator": row, "partner": in_riverside.partners[0], "reason": "Closed", "by": in_riverside.people.ana}
    with pytest.raises(Refused) as refused:
        obligations.give_excuse(period=date(2026, 2, 1), **give)
    assert refused.value.problems[0].code == "period.not_a_start"
    obligations.give_excuse(period=date(2026, 1, 1), **give)


def test_a_filer_sees_the_own_row_and_changes_nothing(client, riverside):
    with riverside.scope():
        row = factories.make_indicator(riverside.initiative)
    client.force_login(factories.user_of(riverside.people.ben))
    html = client.get(riverside.url("obligations/")).content.decode()
    assert "Partner P1" in html
    assert "Partner P2" not in html
    assert "Ask for an indicator" not in html
    assert client.post(riverside.url("obligations/"), {"form": "assign", "indicator": row.pk}).status_code == 403
    with riverside.scope():
        line = Obligation.objects.get()
    assert client.post(riverside.url(f"obligations/{line.pk}/"), {"remove": "1"}).status_code == 403
    assert client.get(riverside.url("indicators/new/")).status_code == 403


def test_what_belongs_to_another_initiative_is_not_there(ana, riverside, hillcrest):
    with hillcrest.scope():
        theirs = factories.make_indicator(hillcrest.initiative, "theirs")
        line = Obligation.objects.get()
    assert ana.get(riverside.url("indicators/theirs/edit/")).status_code == 404
    assert ana.post(riverside.url(f"obligations/{line.pk}/"), {"remove": "1"}).status_code == 404
    assert ana.get(riverside.url("breakdowns/age/")).status_code == 404
    answer = ana.post(riverside.url("obligations/"), {"form": "assign", "indicator": theirs.pk})
    assert answer.status_code == 422


def test_numbers_come_back_as_they_were_typed(ana, riverside):
    with riverside.scope():
        factories.make_indicator(
            riverside.initiative,
            "hours",
            is_whole=False,
            baseline_period=date(2025, 6, 1),
            baseline_value=Decimal("750.50"),
        )
    assert 'value="750.5"' in ana.get(riverside.url("indicators/hours/edit/")).content.decode()
    ana.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert 'value="750,5"' in ana.get(riverside.url("indicators/hours/edit/")).content.decode()


def test_a_number_of_the_set_up_is_read_in_the_readers_language():
    field = decimal_field("")
    with translation.override("es"):
        assert [field.clean(text) for text in ("1.234,5", "0,5", "1.234", "12", "")] == [
            Decimal("1234.5"), Decimal("0.5"), Decimal(1234), Decimal(12), None,
        ]  # fmt: skip
        assert field.clean(field.prepare_value(Decimal("1.234000"))) == Decimal("1.234")
    with translation.override("en"):
        assert [field.clean(text) for text in ("1,234.5", "0.5", "1,234")] == [
            Decimal("1234.5"),
            Decimal("0.5"),
            Decimal(1234),
        ]
        for wrong in ("1.234,5", "twelve", "n/a", "1e30", "0.1234567"):
            with pytest.raises(ValidationError):
                field.clean(wrong)


def test_empty_pages_say_what_to_do_first(ana, riverside):
    assert "First an indicator" in ana.get(riverside.url("obligations/")).content.decode()
    assert "Nothing is split yet" in ana.get(riverside.url("breakdowns/")).content.decode()
