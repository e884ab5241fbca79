"""One raw cell each: what it means, or why it means nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.tabular import (
    COMMA,
    NOT_COLLECTED,
    PLAIN,
    POINT,
    SPACE,
    DateFormat,
    NumberFormat,
    code,
    day,
    is_blank,
    name,
    nearest,
    number,
    number_typed,
    period,
    text,
    typed_text,
)
from tests.waiting import no_runaway

FORMATS = {"plain": PLAIN, "point": POINT, "comma": COMMA, "space": SPACE}
DAY_FIRST, MONTH_FIRST = DateFormat("day"), DateFormat("month")


def outcome(settled):
    """The code of a problem, else the value (a Decimal as it prints)."""
    value, problem = settled
    if problem is not None and not problem.is_warning:
        assert problem.message
        assert len(problem.value) <= 80
        assert value in (None, "")
        return problem.code
    return str(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(
    ("raw", "plain", "point", "comma", "space"),
    [
        ("1234.5", "1234.5", "1234.5", "1234.5", "1234.5"),
        ("-0.25", "-0.25", "-0.25", "-0.25", "-0.25"),
        ("1.2340", "1.2340", "1.2340", "1.2340", "1.2340"),
        ("1234.567", "1234.567", "1234.567", "1234.567", "1234.567"),
        ("1,234.50", "1234.50", "1234.50", "number.invalid", "number.invalid"),
        ("1.234,50", "number.invalid", "number.invalid", "1234.50", "number.invalid"),
        ("1 234,50", "number.invalid", "number.invalid", "1234.50", "1234.50"),
        ("1\u00a0234,50", "number.invalid", "number.invalid", "1234.50", "1234.50"),
        ("1\u202f234,50", "number.invalid", "number.invalid", "1234.50", "1234.50"),
        ("1 234", "1234", "1234", "1234", "1234"),
        ("1,234", "number.ambiguous", "1234", "1.234", "1.234"),
        ("1.234", "1.234", "1.234", "1234", "number.ambiguous"),
        ("1,234,567", "1234567", "1234567", "number.invalid", "number.invalid"),
        ("1.234.567", "number.invalid", "number.invalid", "1234567", "number.invalid"),
        ("12,5", "number.invalid", "number.invalid", "12.5", "12.5"),
        ("1,23,456", "number.invalid", "number.invalid", "number.invalid", "number.invalid"),
        ("1'234", "1234", "1234", "1234", "1234"),
        ("18410", "18410", "18410", "18410", "18410"),
        ("٣٫٥", "3.5", "3.5", "3.5", "3.5"),
    ],
)
def test_a_number_is_read_by_the_declared_format(raw, plain, point, comma, space):
    found = {key: outcome(number(raw, fmt)) for key, fmt in FORMATS.items()}
    assert found == {"plain": plain, "point": point, "comma": comma, "space": space}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.000000", "0.000000"),
        ("007", "7"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("\u20135", "-5"),
        ("- 5", "-5"),
        ("+5", "5"),
        ("'5", "5"),
        (" 5 ", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("١٢٣", "123"),
        ("۱۲۳", "123"),
        ("１２３", "123"),
        ("5\u200b", "5"),
        ("1e3", "1000"),
        ("1.5E+2", "150"),
        ("1e-05", "0.00001"),
        ("1.50000000", "1.500000"),
        ("123456789012345678.123456", "123456789012345678.123456"),
        ("12 people", "number.invalid"),
        ("five", "number.invalid"),
        ("=1+1", "number.invalid"),
        ("5-", "number.invalid"),
        ("(5)", "number.invalid"),
        ("1.2.3", "number.invalid"),
        ("12 34", "number.invalid"),
        ("5²", "number.invalid"),
        ("½", "number.invalid"),
        ("0x10", "number.invalid"),
        ("1_000", "number.invalid"),
        ("1" * 5000, "number.invalid"),
        ("2017-03", "number.invalid"),
        ("45%", "number.percent"),
        ("45 %", "number.percent"),
        ("45٪", "number.percent"),
        ("$1,000", "number.currency"),
        ("1000 €", "number.currency"),
        ("USD 5", "number.currency"),
        ("nan", "number.not_finite"),
        ("NaN", "number.not_finite"),
        ("inf", "number.not_finite"),
        ("-Infinity", "number.not_finite"),
        ("∞", "number.not_finite"),
        ("1e400", "number.range"),
        ("1e99999999999999999999", "number.range"),
        ("1e-400", "number.range"),
        ("1e-99999999999999999999", "number.range"),
        ("1234567890123456789", "number.range"),
        ("0.12345678901234567890", "number.precision"),
        ("0.0000001", "number.precision"),
        ("####", "cell.excel_error"),
        ("#N/A", "cell.excel_error"),
        ("#REF!", "cell.excel_error"),
        ("#DIV/0!", "cell.excel_error"),
        ("#VALUE!", "cell.excel_error"),
        ("#NAME?", "cell.excel_error"),
        ("#¡DIV/0!", "cell.excel_error"),
        (12, "12"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (1e-7 + 1, "number.rounded"),
        (-0.0, "0"),
        (1e20, "number.range"),
        (float("inf"), "number.not_finite"),
        (float("nan"), "number.not_finite"),
        (Decimal("1.5"), "1.5"),
        (Decimal("NaN"), "number.not_finite"),
        (True, "number.invalid"),
        (datetime.date(2017, 3, 1), "number.invalid"),
        (datetime.timedelta(hours=1), "number.invalid"),
    ],
)
def test_a_number_is_exact_or_refused(raw, value):
    settled = number(raw)
    if value == "number.rounded":
        assert settled[0] == 1
        assert settled[1].code == value
    else:
        assert outcome(settled) == value


def test_zero_blank_and_words_for_no_figure_are_never_the_same():
    assert outcome(number("0")) == "0"
    for raw in (None, "", "  ", "\u00a0", "n/a", "N/A", "-", "—", "null", "None", "missing", "no data", "."):
        assert number(raw) == (None, None)
        assert is_blank(raw)
    for raw in ("not_collected", "not collected", "Not Collected", "NOT_COLLECTED"):
        assert number(raw) == (NOT_COLLECTED, None)
        assert not is_blank(raw)
    assert not is_blank("0")
    assert not is_blank(0)


def test_percent_and_money_are_read_where_the_caller_says_so():
    assert outcome(number("45%", percent="ratio")) == "0.45"
    assert outcome(number("45%", percent="points")) == "45"
    assert outcome(number("12,5 %", COMMA, percent="ratio")) == "0.125"
    assert outcome(number("0.45", percent="ratio")) == "0.45"
    for raw in ("$1,000", "1,000 USD", "US$ 1,000", "€1,000", "£ 1,000", "₹1,000", "1,000 kr"):
        assert outcome(number(raw, POINT, money=True)) == "1000"
    assert outcome(number("-$5", money=True)) == "-5"
    assert outcome(number("5 apples", money=True)) == "number.invalid"


def test_a_calculated_number_is_rounded_aloud():
    value, problem = number(18410 / 21289)
    assert value == Decimal("0.864766")
    assert problem.is_warning
    assert "0.864766" in problem.message


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("1234", "1234"),
        ("1234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1.234", "number.ambiguous"),
        ("-1,234", "number.ambiguous"),
        ("1.2340", "1.2340"),
        ("1,2,3", "number.invalid"),
        ("0,1234567", "number.precision"),
        ("n/a", None),
        ("", None),
        ("not collected", NOT_COLLECTED),
    ],
)
def test_who_reads_another_language_than_the_organization_writes_may_type_either(raw, told):
    assert outcome(number_typed(raw, (POINT, COMMA))) == told
    assert outcome(number_typed(raw, (COMMA, POINT))) == told


@pytest.mark.parametrize("raw", ["1.234", "1,234", "12,5", "1.234,5", "7", "x"])
def test_one_way_to_write_is_one_way_to_read(raw):
    for fmt in FORMATS.values():
        assert outcome(number_typed(raw, (fmt, fmt))) == outcome(number(raw, fmt))


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), st.sampled_from([POINT, COMMA, SPACE]))
def test_what_stands_in_a_field_is_read_back_whoever_reads_it(value, fmt):
    value = value.normalize() if value else value
    for own in (POINT, COMMA):
        shown = typed_text(value, own, (fmt, own))
        assert ("." if own == COMMA else ",") not in shown
        assert number_typed(shown, (fmt, own)) == (value, None)


def test_an_ambiguous_number_shows_both_readings():
    problem = number("1,234")[1]
    assert problem.message == "“1,234” could be 1.234 or 1234."


def test_a_format_that_no_number_can_have_is_refused():
    with pytest.raises(ValueError, match="decimal"):
        NumberFormat(",", ",")


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("0123456789.,-+ eE%$'", max_size=20), st.floats(), st.integers()))
def test_no_cell_breaks_the_settling(raw):
    for fmt in FORMATS.values():
        value, problem = number(raw, fmt, percent="ratio", money=True)
        if isinstance(value, Decimal):
            assert abs(value) < 10**18
            assert value == round(value, 6) or value.as_tuple().exponent >= -8  # a ratio of a percentage
        assert problem is None or (problem.message and len(problem.value) <= 80)
    for settle in (period, day, code, name, text):
        value, problem = settle(raw)
        assert problem is None or problem.message


@settings(max_examples=300, deadline=None)
@given(st.decimals(-(10**17), 10**17, places=6))
def test_every_figure_that_can_be_stored_is_read_as_it_was_written(value):
    written = format(value, "f")
    assert number(written) == (value, None)
    assert number(written, POINT) == (value, None)
    assert number(written.replace(".", ","), COMMA)[0] == value
    assert number(f"{value:,f}", POINT)[0] == value
    assert number(f"{value:,f}".replace(",", "\u202f").replace(".", ","), SPACE)[0] == value


# ------------------------------------------------------------------------------------------- dates

MARCH = datetime.date(2017, 3, 1)
STAMP = datetime.datetime(2017, 3, 31, 23)  # noqa: DTZ001 - a cell has no time zone


@pytest.mark.parametrize(
    "raw",
    [
        "2017-03", "2017-3", "2017/03", "2017-03-01", "2017-03-31", "2017M03", "2017m3", "201703", "20170315",
        "03/2017", "3/2017", "Mar 2017", "March 2017", "MARCH 2017", "march, 2017", "2017 March", "marzo 2017",
        "Marzo de 2017",
        "31 March 2017", "31-Mar-2017", "March 31st, 2017", "2017-03-31T23:59:59", "2017-03-31 23:59", " 2017-03 ",
        "'2017-03", "２０１７-０３", datetime.date(2017, 3, 31), STAMP, 201703, 201703.0,
        "3/31/2017 0:00:00", "31/3/2017", "3/3/2017",
    ],
)  # fmt: skip
def test_a_month_has_many_spellings(raw):
    assert period(raw) == (MARCH, None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2017", "period.invalid"),
        ("Q1 2017", "period.invalid"),
        ("2017-Q1", "period.invalid"),
        ("last month", "period.invalid"),
        ("March", "period.invalid"),
        ("Mar Apr 2017", "period.invalid"),
        ("12 34 2017 Mar", "period.invalid"),
        ("x" * 5000, "period.invalid"),
        (True, "period.invalid"),
        (5, "period.invalid"),
        (1e300, "period.invalid"),
        (float("nan"), "period.invalid"),
        (datetime.time(12), "period.invalid"),
        ("31-Feb-2026", "date.invalid"),
        ("31/02/2026", "date.invalid"),
        ("2026-02-29", "date.invalid"),
        ("2017-13", "date.invalid"),
        ("2017-00", "date.invalid"),
        ("Mar-17", "date.year"),
        ("17-Mar", "date.year"),
        ("03/17", "date.year"),
        ("1/3/17", "date.year"),
        ("0217-03", "date.year"),
        ("2917-03", "date.year"),
        (datetime.date(1017, 3, 1), "date.year"),
        ("01/02/2026", "date.ambiguous"),
        ("#N/A", "cell.excel_error"),
        ("########", "cell.excel_error"),
        ("", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_what_is_no_month_is_told_apart(raw, expected):
    assert outcome(period(raw)) == expected


def test_the_accepted_forms_are_listed():
    assert "2017-03, " in period("sometime")[1].message


def test_day_and_month_change_places_only_by_declaration():
    assert period("01/02/2026", DAY_FIRST)[0] == datetime.date(2026, 2, 1)
    assert period("01/02/2026", MONTH_FIRST)[0] == datetime.date(2026, 1, 1)
    assert day("01/02/2026", DAY_FIRST)[0] == datetime.date(2026, 2, 1)
    assert outcome(day("13/02/2026", MONTH_FIRST)) == "date.invalid"
    assert period("01/02/2026")[1].message == "“01/02/2026” could be 2026-02-01 or 2026-01-02."


@pytest.mark.parametrize("raw", ["46143", 46143, 46143.0, "46143.5"])
def test_a_day_number_of_a_spreadsheet_is_read_aloud(raw):
    value, problem = day(raw)
    assert value == datetime.date(2026, 5, 1)
    assert problem.code == "date.serial"
    assert problem.is_warning
    assert "2026-05-01" in problem.message


def test_day_numbers_count_from_1904_where_the_table_says_so():
    assert day(44681, DateFormat(epoch_1904=True))[0] == datetime.date(2026, 5, 1)


def test_a_time_stamp_belongs_to_the_day_in_the_tenants_zone():
    madrid, new_york = DateFormat(zone=ZoneInfo("Europe/Madrid")), DateFormat(zone=ZoneInfo("America/New_York"))
    assert period("2026-03-31T23:30:00Z", madrid)[0] == datetime.date(2026, 4, 1)
    assert period("2026-04-01T02:00:00+00:00", new_york)[0] == datetime.date(2026, 3, 1)
    assert day("2026-03-31T23:30:00-05:00")[0] == datetime.date(2026, 3, 31)
    stamp = datetime.datetime(2026, 3, 31, 23, 30, tzinfo=datetime.UTC)
    assert day(stamp, madrid)[0] == datetime.date(2026, 4, 1)


def test_a_month_is_not_a_day():
    assert outcome(day("2017-03")) == "date.invalid"
    assert outcome(day("March 2017")) == "date.invalid"
    assert day("31 March 2017")[0] == datetime.date(2017, 3, 31)


@settings(max_examples=200, deadline=None)
@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_every_day_is_read_back(date):
    assert day(date.isoformat()) == (date, None)
    assert day(date.strftime("%d/%m/%Y"), DAY_FIRST) == (date, None)
    assert day(date.strftime("%d %B %Y")) == (date, None)
    assert period(date.strftime("%b %Y")) == (date.replace(day=1), None)


# ------------------------------------------------------------------------------------------- codes and texts


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("RF4", "RF4"),
        ("  007 ", "007"),
        ("\u00a0RF4\u00a0", "RF4"),
        ("a\u200bb", "ab"),
        ("\ufeffRF4", "RF4"),
        ("abc\u202efed", "abcfed"),
        ("Pen\u0303a", "Peña"),
        ("1E5", "1E5"),
        ("type:1", "type:1"),
        ("1.23E+11", "code.scientific"),
        ("1,23E+11", "code.scientific"),
        ("1e+05", "code.scientific"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (1.23e11, "123000000000"),
        (1e16, "code.scientific"),
        (True, "TRUE"),
        (datetime.date(2017, 3, 1), "code.date"),
        ("a\nb", "text.control"),
        ("a\tb", "text.control"),
        ("a\x07b", "text.control"),
        ("a\x00b", "text.control"),
        ("\ud800", "text.invalid"),
        ("x" * 201, "text.too_long"),
        ("#REF!", "cell.excel_error"),
        ("#1", "#1"),
        ("", ""),
        (None, ""),
        ("=cmd|x", "=cmd|x"),
    ],
)
def test_a_code_is_kept_as_it_was_meant(raw, expected):
    assert outcome(code(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" two\r\nlines\tand a tab ", "two\nlines\tand a tab"),
        ("a\rb", "a\nb"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ok 👨\u200d👩", "ok 👨\u200d👩"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("pay\u200dpal", "paypal"),
        ("\u202eevil", "evil"),
        ("zero\u200bwidth", "zerowidth"),
        ("Pen\u0303a", "Peña"),
        ("x" * 10_000, "x" * 10_000),
        ("x" * 10_001, "text.too_long"),
        ("bell\x07", "text.control"),
        ("\ud83d", "text.invalid"),
        ("#N/A", "cell.excel_error"),
        (3.0, "3"),
        (0.5, "0.5"),
        (datetime.date(2017, 3, 1), "2017-03-01"),
        (False, "FALSE"),
        (None, ""),
    ],
)
def test_a_text_is_clean_or_refused(raw, expected):
    assert outcome(text(raw)) == expected


def test_a_name_is_one_line():
    assert name("  Riverside \n Food\u00a0 Bank ") == ("Riverside Food Bank", None)
    assert outcome(name("x" * 201)) == "text.too_long"
    assert text("Peña", 3)[1].message == "The text has 4 characters; at most 3 are allowed."


def test_the_nearest_names_are_found():
    known = ["Riverside Community Food Bank", "Hillcrest Clinic", "Peña School"]
    assert nearest("riverside", known) == ["Riverside Community Food Bank"]
    assert nearest("Hilcrest clinic", known) == ["Hillcrest Clinic"]
    assert nearest("PENA SCHOOL", known) == ["Peña School"]
    assert nearest("zzz", known) == []
    assert nearest("", known) == []
    assert nearest("x", []) == []


def test_a_hundred_unknown_names_among_two_thousand_are_no_wait():
    known = [
        f"{first} {second} {number}"
        for first in ("North", "South")
        for second in ("Clinic", "School")
        for number in range(500)
    ]
    with no_runaway():
        for number_ in range(100):
            assert nearest(f"Nort Clinc {number_}", known)


@pytest.mark.parametrize("settle", [number, period, day, code, name, text])
def test_no_text_however_long_takes_long(settle):
    for raw in (
        "1" * 100_000,
        "1," * 50_000,
        " " * 100_000,
        "#" * 100_000,
        "-" * 100_000,
        "a " * 50_000,
        "1 Mar " * 20_000,
    ):
        with no_runaway():
            settle(raw)
