"""Data value sets of DHIS2 and ADX through the doors: real payloads counted independently, and what nobody should send."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from backbone.models import Participation, Tenant
from backbone.problems import Refused
from measures.importing import apply
from measures.importing.exchange.checking import check_values
from measures.models import Figure
from measures.services import external_ids
from measures.services.external_ids import Said
from tests import factories
from tests.real_data import real_file

ORG = "O6uvpzGd5pu"
AGGREGATE = "dhis2_payloads/aggregate/dataValues_bulk.json"


@pytest.fixture
def place(riverside):
    Tenant.objects.filter(pk=riverside.tenant.pk).update(fiscal_year_starts=1)
    riverside.tenant.refresh_from_db()
    with riverside.scope():
        riverside.initiative.starts_on = date(2010, 1, 1)
        riverside.initiative.save()
        Participation.objects.update(joins_on=date(2010, 1, 1))
    return riverside


def check(place, content, source="dhis2", **more):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    return check_values(
        content, "file", source=source, initiative=place.initiative, tenant=place.tenant, by=place.people.ana, **more
    )


def say(place, *said):
    return external_ids.put_many(
        initiative=place.initiative, by=place.people.ana, said=[Said("dhis2", *one) for one in said]
    )


def values(*items):
    fields = ("dataElement", "period", "orgUnit", "value")
    return {"dataValues": [item if isinstance(item, dict) else dict(zip(fields, item, strict=True)) for item in items]}


def told(preview):
    return [(v.row, v.verdict) for v in preview.exchanged.verdicts]


def stored():
    return {
        (f.partner.code, f.indicator.slug, f"{f.period:%Y-%m}", f.category): (f.value, f.numerator, f.denominator)
        for f in Figure.objects.select_related("partner", "indicator")
    }


# --- the real payload ---


def test_real_values_of_a_year_and_of_a_month_are_counted_one_by_one(place):
    content = real_file(AGGREGATE).read_bytes()
    raw = json.loads(content)["dataValues"]
    numbers = [v for v in raw if v["value"] not in ("true", "false")]
    assert len(raw) - len(numbers) == 9
    plain = [v for v in numbers if v["categoryOptionCombo"] == "HllvX50cXC0"]
    with place.scope():
        say(place, ("partner", ORG, "P1"))
        elements = sorted({v["dataElement"] for v in plain})
        yearly = {v["dataElement"] for v in plain if v["period"] == "2018"}
        for number, element in enumerate(elements):
            factories.make_indicator(
                place.initiative, f"e{number}", frequency="year" if element in yearly else "month", is_whole=False
            )
            say(place, ("value", element, f"e{number}"))
        preview = check(place, content)
        assert [p.message for p in preview.findings.problems if not p.is_warning] == []
        wanted = [v for v in raw if v["dataElement"] in elements]
        split = [v for v in wanted if v["categoryOptionCombo"] != "HllvX50cXC0"]
        report = preview.as_dict()["exchange"]
        assert report["values"] == len(raw) == 231
        assert report["verdict_counts"] == {
            "created": len(plain), "changed": 0, "unchanged": 0, "ignored": len(raw) - len(plain), "refused": 0,
        }  # fmt: skip
        unmapped = {(u["what"], u["code"]): u["count"] for u in report["unmapped"]}
        strange = Counter(v["dataElement"] for v in raw if v["dataElement"] not in elements)
        assert {code: n for (what, code), n in unmapped.items() if what == "dataElement"} == dict(strange)
        combos = Counter(v["categoryOptionCombo"] for v in raw if v["categoryOptionCombo"] != "HllvX50cXC0")
        assert {code: n for (what, code), n in unmapped.items() if what == "categoryOptionCombo"} == dict(combos)
        assert len(split) <= sum(combos.values())
        apply(preview, by=place.people.ana)
        assert sum(f.value for f in Figure.objects.all()) == sum(Decimal(v["value"]) for v in plain)
        again = check(place, content)
        assert (again.created, again.changed, again.unchanged) == (0, 0, len(plain))


def test_parts_without_a_total_bring_their_sum(place):
    with place.scope():
        factories.make_dimension(place.initiative, "age", "young", "old")
        factories.make_indicator(place.initiative, "served", breakdowns=["age"])
        say(
            place, ("partner", ORG, "P1"), ("value", "DE1", "served"),
            ("category", "cocY", "age:young"), ("category", "cocO", "age:old"),
        )  # fmt: skip
        preview = check(
            place,
            values(
                {"dataElement": "DE1", "period": "202510", "orgUnit": ORG, "categoryOptionCombo": "cocY", "value": "4"},
                {"dataElement": "DE1", "period": "202510", "orgUnit": ORG, "categoryOptionCombo": "cocO", "value": 0},
            ),
        )
        assert preview.findings.error_count == 0
        assert preview.exchanged.derived_totals == 1
        apply(preview, by=place.people.ana)
        assert {key[3]: numbers[0] for key, numbers in stored().items()} == {"": 4, "age:young": 4, "age:old": 0}


def test_a_rate_takes_its_halves_from_two_elements_and_a_sum_from_all_its_terms(place):
    with place.scope():
        factories.make_indicator(place.initiative, "tested", kind="rate", unit="percent")
        say(
            place, ("partner", ORG, "P1"), ("numerator", "rdt", "tested"), ("denominator", "rdt", "tested"),
            ("denominator", "micro", "tested"),
        )  # fmt: skip
        half = check(place, values(("rdt", "202510", ORG, "30")))
        assert told(half) == [(1, "ignored")]
        assert [p.code for p in half.findings.problems] == ["element.incomplete"]
        whole = check(place, values(("rdt", "202510", ORG, "30"), ("micro", "202510", ORG, "70")))
        apply(whole, by=place.people.ana)
        assert stored() == {("P1", "tested", "2025-10", ""): (None, 30, 100)}


@pytest.mark.parametrize(
    ("spelled", "month", "frequency", "starts"),
    [
        ("201912", "2019-12", "month", 1), ("2018Q1", "2018-01", "quarter", 1), ("2018Q4", "2018-10", "quarter", 1),
        ("2018", "2018-01", "year", 1), ("2018April", "2018-04", "year", 4), ("2018July", "2018-07", "year", 7),
        ("2018Oct", "2018-10", "year", 10), ("2018Nov", "2018-11", "year", 11),
    ],
)  # fmt: skip
def test_periods_are_read_as_dhis2_spells_them(place, spelled, month, frequency, starts):
    Tenant.objects.filter(pk=place.tenant.pk).update(fiscal_year_starts=starts)
    place.tenant.refresh_from_db()
    with place.scope():
        factories.make_indicator(place.initiative, "hours", frequency=frequency)
        preview = check(place, values(("hours", spelled, "P1", "7")))
        assert [p.message for p in preview.findings.problems if not p.is_warning] == []
        apply(preview, by=place.people.ana)
        assert list(stored()) == [("P1", "hours", month, "")]


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2018W3", "period.unsupported"), ("20180131", "period.unsupported"), ("2018S1", "period.unsupported"),
        ("201813", "period.unreadable"), ("soon", "period.unreadable"), ("", "period.unreadable"),
        ("2018", "period.other_length"), ("2018Q1", "period.other_length"), ("2018-01-01/P1W", "period.unsupported"),
        ("9999999", "period.unreadable"), ("299901", "period.unreadable"),
    ],
)  # fmt: skip
def test_a_period_that_is_no_month_here_says_so(place, period, code):
    with place.scope():
        factories.make_indicator(place.initiative, "hours")
        preview = check(place, values(("hours", period, "P1", "7")))
        assert [p.code for p in preview.findings.problems] == [code]
        assert told(preview) == [(1, "refused")]


def test_zero_blank_deleted_and_not_collected_are_four_things(place):
    with place.scope():
        for slug in ("a", "b", "c", "d"):
            factories.make_indicator(place.initiative, slug)
        item = {"period": "202510", "orgUnit": "P1"}
        preview = check(
            place,
            values(
                item | {"dataElement": "a", "value": "0"},
                item | {"dataElement": "b", "value": ""},
                item | {"dataElement": "c", "value": "5", "deleted": True},
                item | {"dataElement": "d", "comment": "not_collected: the scanner broke"},
            ),
        )
        assert told(preview) == [(1, "created"), (2, "ignored"), (3, "ignored"), (4, "created")]
        assert sum(preview.exchanged.ignored.values()) == 2
        apply(preview, by=place.people.ana)
        found = {f.indicator.slug: (f.value, f.is_not_collected, f.note) for f in Figure.objects.all()}
        assert found == {"a": (0, False, ""), "d": (None, True, "the scanner broke")}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("9223372036854775808", None), ("99999999999999999999", "number.range"), ("1e400", "number.range"),
        ("NaN", "number.not_finite"), ("-1", "number.negative"), ("1.5", "number.not_integer"),
        ("true", "number.invalid"), (True, "number.invalid"), ("=1+1", "number.invalid"), ([1], "number.invalid"),
        ({"a": 1}, "number.invalid"), (9223372036854775808, None),
    ],
)  # fmt: skip
def test_a_value_is_judged_by_the_same_rules_as_everywhere(place, value, code):
    with place.scope():
        factories.make_indicator(place.initiative, "seats")
        preview = check(place, values(("seats", "202510", "P1", value)))
        wanted = "number.range" if code is None else code  # 2^63 has 19 digits: more than a figure holds
        assert [p.code for p in preview.findings.problems] == [wanted]
        assert told(preview) == [(1, "refused")]


def test_a_value_that_comes_twice_is_one_or_an_error(place):
    with place.scope():
        factories.make_indicator(place.initiative, "seats")
        same = check(place, values(("seats", "202510", "P1", "3"), ("seats", "202510", "P1", "3")))
        assert told(same) == [(1, "created"), (2, "ignored")]
        other = check(place, values(("seats", "202510", "P1", "3"), ("seats", "202510", "P1", "4")))
        assert [p.code for p in other.findings.problems] == ["row.duplicate"]


def test_a_code_may_be_the_denominator_of_two_rates(place):
    with place.scope():
        for slug in ("seen", "cured"):
            factories.make_indicator(place.initiative, slug, kind="rate")
        say(
            place, ("denominator", "all", "seen"), ("denominator", "all", "cured"), ("numerator", "s", "seen"),
            ("numerator", "c", "cured"),
        )  # fmt: skip
        preview = check(
            place, values(("all", "202510", "P1", "100"), ("s", "202510", "P1", "60"), ("c", "202510", "P1", "0"))
        )
        apply(preview, by=place.people.ana)
        assert stored() == {
            ("P1", "seen", "2025-10", ""): (None, 60, 100), ("P1", "cured", "2025-10", ""): (None, 0, 100)
        }  # fmt: skip


# --- XML, CSV, ADX ---


@pytest.mark.parametrize("name", ["dataValueSetB.xml", "dataValueSetB.csv", "dataValueSetBNoHeader.csv"])
def test_the_real_sets_in_xml_and_csv_say_the_same(place, name):
    content = real_file(f"dhis2_payloads/datavalueset/{name}").read_bytes()
    with place.scope():
        for number, element in enumerate(("f7n9E0hX8qk", "Ix2HsbDMLea", "eY5ehpbEsB7")):
            factories.make_indicator(place.initiative, f"e{number}")
            say(place, ("value", element, f"e{number}"))
        say(place, ("partner", "DiszpKrYNg8", "P1"), ("partner", "BdfsJfj87js", "P2"))
        preview = check(place, content)
        assert (preview.created, preview.findings.error_count) == (12, 0)
        apply(preview, by=place.people.ana)
        assert sum(f.value for f in Figure.objects.all()) == sum(range(10001, 10013))
        assert stored()["P2", "e2", "2012-02", ""][0] == 10012


def test_what_stands_at_the_top_of_a_set_holds_for_its_values(place):
    content = real_file("dhis2_payloads/datavalueset/dataValueSetInvalid.xml").read_bytes()
    with place.scope():
        factories.make_indicator(place.initiative, "one")
        say(place, ("value", "f7n9E0hX8qk", "one"), ("partner", "DiszpKrYNg8", "P1"))
        preview = check(place, content)
        assert [verdict for _, verdict in told(preview)] == ["created", "ignored", "ignored"]
        assert {(u.what, u.code, u.count) for u in preview.exchanged.unmapped.values()} == {
            ("dataElement", "Ix2HsbDMLea", 1), ("dataElement", "jH26dja2f28", 1)
        }  # fmt: skip


def test_real_adx_names_its_categories_in_attributes(place):
    content = real_file("dhis2_payloads/adx/importB.adx.xml").read_bytes()
    with place.scope():
        factories.make_dimension(place.initiative, "sex", "f", "m")
        factories.make_dimension(place.initiative, "age", "under5", "over5")
        factories.make_indicator(place.initiative, "malaria", breakdowns=["sex+age"])
        external_ids.put_many(
            initiative=place.initiative,
            by=None,
            said=[
                Said("adx", *one)
                for one in (
                    ("partner", "P1233333333", "P1"), ("partner", "D4566666666", "P2"), ("value", "MalNummmmmm", "malaria"),
                    ("category", "F", "sex:f"), ("category", "M", "sex:m"),
                    ("category", "Female Over 5", "sex:f+age:over5"), ("category", "Male Over 5", "sex:m+age:over5"),
                )
            ],
        )  # fmt: skip
        preview = check(place, content, source="adx")
        report = preview.as_dict()["exchange"]
        # five values stand in quarters and name a mechanism that is nothing here; the text is of an unknown element
        assert report["values"] == 9
        assert {(u["what"], u["code"]) for u in report["unmapped"]} == {
            ("dataElement", "MalTexttttt"), ("category", "mechanism=PEPFAR"), ("category", "mechanism=McDonalds"),
            ("attributeOptionCombo", "McDonalds CategoryOptionCombo"),
        }  # fmt: skip
        assert preview.findings.error_count == 0
        apply(preview, by=place.people.ana)
        found = {key: numbers[0] for key, numbers in stored().items()}
        assert found["P1", "malaria", "2020-01", ""] == 1 + 2 + 3 + 4
        assert found["P2", "malaria", "2020-02", "sex:f+age:under5"] == 6


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<adx xmlns="urn:ihe:qrph:adx:2015"><group orgUnit="&lol2;"/></adx>"""
EXTERNAL = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><dataValueSet>&e;</dataValueSet>"""
)


@pytest.mark.parametrize("source", ["dhis2", "adx"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "file.unsafe_xml"), (EXTERNAL, "file.unsafe_xml"), (b"<adx", "file.damaged"), (b"<a><b></a>", "file.damaged"),
        (b"<?xml version='1.0' encoding='no-such'?><adx/>", "file.damaged"), (b"<html/>", "file.other_format"),
        (b"<a>" * 1000, "file.too_deep"), (b"<dataValueSet>\x00</dataValueSet>", "file.damaged"),
    ],
)  # fmt: skip
def test_xml_that_nobody_should_send_is_refused_plainly(place, source, content, code):
    with place.scope(), pytest.raises(Refused) as refused:
        check(place, content, source=source)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"), (b"{", "json.malformed"), (b"[]", "json.list"), (b"{}", "json.list"),
        (b'{"dataValues": 3}', "json.list"), (b'{"dataValues": [3]}', "json.item"),
        (b'{"dataValues": [' * 100_000, "json.malformed"), (b"\xff{}", "header.not_found"),
        (b'{"dataValues": ["\xff"]}', "json.malformed"), (b"%PDF-1.4", "file.type"),
    ],
)  # fmt: skip
def test_what_is_no_data_value_set_is_refused_plainly(place, content, code):
    with place.scope(), pytest.raises(Refused) as refused:
        check(place, content)
    found = refused.value.problems[0].code
    assert found == code or (
        code == "header.not_found" and found in ("file.encoding", "header.not_found", "header.missing")
    )


def test_codes_of_next_door_stand_for_nothing_here(place, hillcrest):
    with hillcrest.scope():
        factories.make_indicator(hillcrest.initiative, "seats")
        external_ids.put_many(
            initiative=hillcrest.initiative, by=None, said=[Said("dhis2", "value", "DE1", "seats"), Said("dhis2", "partner", ORG, "P1")]
        )  # fmt: skip
    with place.scope():
        factories.make_indicator(place.initiative, "seats")
        preview = check(place, values(("DE1", "202510", ORG, "3")))
        assert told(preview) == [(1, "ignored")]


# --- out, and in again ---


def fill(place):
    factories.make_dimension(place.initiative, "age", "young", "old")
    factories.make_dimension(place.initiative, "needs", "food", "home", exclusive=False)
    served = factories.make_indicator(place.initiative, "served", breakdowns=["age"])
    helped = factories.make_indicator(place.initiative, "helped", breakdowns=["needs"])
    placed = factories.make_indicator(place.initiative, "placed", kind="rate", unit="percent")
    reach = factories.make_indicator(place.initiative, "reach", kind="rate")
    hours = factories.make_indicator(place.initiative, "hours", is_whole=False, frequency="quarter")
    money = factories.make_indicator(place.initiative, "funds", frequency="year", is_whole=False)
    p1, p2, _ = place.partners
    month = date(2025, 10, 1)
    for category, value in (("", 10), ("age:young", 4), ("age:old", 5), ("age:unknown", 1)):
        factories.make_figure(served, p1, month, value, category=category)
    factories.make_figure(served, p2, month, 7, note='=HYPERLINK("x"), “so”')
    for category, value in (("", 9), ("needs:food", 9), ("needs:home", 0)):
        factories.make_figure(helped, p1, month, value, category=category)
    factories.make_figure(placed, p1, month, numerator=0, denominator=25)
    factories.make_figure(reach, p1, month, numerator=7, denominator=25)
    factories.make_figure(placed, p2, month, is_not_collected=True, note='no staff <&> "then"\nnor now')
    factories.make_figure(hours, p1, month, "0.000001")
    factories.make_figure(money, p1, date(2024, 1, 1), "12345678901234.5")


@pytest.mark.parametrize("pieces", ["json_pieces", "xml_pieces", "csv_pieces"])
@pytest.mark.parametrize("is_mapped", [False, True], ids=["our names", "their codes"])
def test_a_data_value_set_fills_an_empty_initiative_which_says_the_same(place, pieces, is_mapped):
    from measures.exporting import dhis2, figure_rows, tidy

    with place.scope():
        fill(place)
        if is_mapped:
            say(
                place, ("partner", ORG, "P1"), ("value", "dServed", "served"), ("category", "cYoung", "age:young"),
                ("value", "dFood", "helped", "needs:food"), ("numerator", "dA", "placed"), ("denominator", "dAll", "placed"),
                ("denominator", "dAll", "reach"), ("numerator", "dB.cYoung", "reach"),
            )  # fmt: skip
        before = list(tidy(figure_rows(place.initiative)))
        left_out = dhis2.LeftOut()
        content = b"".join(getattr(dhis2, pieces)(dhis2.values(place.initiative, "dhis2", left_out)))
        assert left_out.problems() == []
        if is_mapped:
            assert content.count(b"dAll") == 1  # the denominator of two rates is said once
            assert b"cYoung" in content
            assert b"dFood" in content
        Figure.objects.all().delete()
        preview = check(place, content)
        assert [p.message for p in preview.findings.problems if not p.is_warning] == []
        assert preview.exchanged.unmapped == {}
        apply(preview, by=place.people.ana)
        assert list(tidy(figure_rows(place.initiative))) == before


def test_what_dhis2_has_no_words_for_is_told(place):
    from measures.exporting import dhis2

    with place.scope():
        Tenant.objects.filter(pk=place.tenant.pk).update(fiscal_year_starts=2)
        odd = factories.make_indicator(place.initiative, "odd", frequency="quarter")
        factories.make_figure(odd, place.partners[0], date(2025, 2, 1), 3)
        summed = factories.make_indicator(place.initiative, "summed")
        factories.make_figure(summed, place.partners[0], date(2025, 2, 1), 3)
        say(place, ("value", "a", "summed"), ("value", "b", "summed"))
        left_out = dhis2.LeftOut()
        assert list(dhis2.values(place.initiative, "dhis2", left_out)) == []
        assert [problem.message for problem in left_out.problems()] == [
            "1 figures of odd were left out: DHIS2 has no word for their periods.",
            "1 numbers of Summed were left out: they are the sum of several data elements.",
        ]


def test_parts_by_which_a_number_is_not_split_are_added_up_and_that_is_told(place):
    with place.scope():
        factories.make_dimension(place.initiative, "age", "young", "old")
        factories.make_indicator(place.initiative, "tested", kind="rate")
        factories.make_indicator(place.initiative, "people", kind="unduplicated")
        say(
            place, ("numerator", "n", "tested"), ("denominator", "d", "tested"), ("category", "y", "age:young"),
            ("category", "o", "age:old"), ("value", "p", "people"),
        )  # fmt: skip
        item = {"period": "202510", "orgUnit": "P1"}
        rows = [item | {"dataElement": e, "categoryOptionCombo": c, "value": v} for e, c, v in (
            ("n", "y", 3), ("n", "o", 4), ("d", "y", 30), ("d", "o", 40))]  # fmt: skip
        preview = check(place, values(*rows))
        assert [(p.code, p.params["count"]) for p in preview.findings.problems] == [("element.added_up", 4)]
        apply(preview, by=place.people.ana)
        assert stored() == {("P1", "tested", "2025-10", ""): (None, 7, 70)}
        people = check(place, values(item | {"dataElement": "p", "categoryOptionCombo": "y", "value": 3}))
        assert people.findings.error_count == 1
