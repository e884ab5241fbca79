"""What several publications tell together, held against a reader who has read them all and can do sums."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection

from backbone.models import Restated
from backbone.services import publications, restatements
from backbone.tenancy import active_tenant_id
from measures.models import FigureEvent
from measures.publishing.judging import figures
from measures.publishing.places import Place
from measures.rules.figures import Entry
from measures.services import consents, filings, rollups
from measures.services.figure_rows import FigureRow
from tests.factories import make_figure, make_indicator, make_partner
from tests.measures.published import IN_NOVEMBER, OCTOBER, Reader, agree, part_of, published

pytestmark = pytest.mark.time_machine(IN_NOVEMBER)

JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))
OTHERS = ("P6", "P7", "P8")
WIDTH = 10  # threshold - 1


@pytest.fixture
def place(riverside):
    """Eight partners, and a sum that nobody has filed yet."""
    with riverside.scope():
        riverside.partners = [
            *riverside.partners,
            *(make_partner(riverside.initiative, f"P{number}") for number in range(4, 9)),
        ]
        riverside.indicator = make_indicator(riverside.initiative, code="K1", baseline_period=date(2026, 6, 1))
    return riverside


def file(place, month: date, amounts: dict[str, int], indicator=None) -> None:
    by_code = {partner.code: partner for partner in place.partners}
    for code, amount in amounts.items():
        make_figure(indicator or place.indicator, by_code[code], month, amount)


def everybody(place, amount: int, **others: int) -> dict[str, int]:
    return {partner.code: others.get(partner.code, amount) for partner in place.partners}


def test_a_quarter_of_the_others_does_not_tell_their_small_month(place):
    """In September the three who did not agree had 5 together, which was hidden; July and August were shown."""
    with place.scope():
        agree(place, "P1", "P2", "P3", "P4", "P5")
        for month, others in ((JULY, (40, 30, 35)), (AUGUST, (35, 30, 40)), (SEPTEMBER, (5, 0, 0))):
            file(place, month, everybody(place, 60, **dict(zip(OTHERS, others, strict=True))))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST, SEPTEMBER):
            published(place, month)
        before = Reader(place, "completions").range_of(OTHERS, "2026-09", "2026-09")
        (quarter,) = part_of(published(place, JULY, "quarter"))["indicators"]
        low, high = Reader(place, "completions").range_of(OTHERS, "2026-09", "2026-09")
        assert before[1] - before[0] >= WIDTH
        assert high - low >= WIDTH
        assert quarter["partners"]["others"]["figure"].get("hidden")


def test_what_the_others_of_a_month_tell_of_the_row_beside_them(place):
    """P4 alone agreed and had 5 in September, hidden with the others' 420. Their quarter would tell the 420, and so the
    5."""
    with place.scope():
        agree(place, "P4")
        for month, few in ((JULY, 60), (AUGUST, 60), (SEPTEMBER, 5)):
            file(place, month, everybody(place, 60, P4=few))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST, SEPTEMBER):
            published(place, month)
        published(place, JULY, "quarter")
        low, high = Reader(place, "completions").range_of(["P4"], "2026-09", "2026-09")
        assert high - low >= WIDTH


def test_a_month_that_was_never_published_is_not_what_its_quarter_leaves_over(place):
    """July and August were published, September had 5 in all: the quarter would tell them."""
    with place.scope():
        for month in (JULY, AUGUST):
            file(place, month, everybody(place, 60))
        file(place, SEPTEMBER, everybody(place, 0, P1=2, P2=2, P3=1))
        rollups.rebuild(place.initiative)
        for month in (JULY, AUGUST):
            published(place, month)
        published(place, JULY, "quarter")
        low, high = Reader(place, "completions").range_of(everybody(place, 0), "2026-09", "2026-09")
        assert high - low >= WIDTH


def test_whoever_leaves_the_others_does_so_in_the_next_version(place):
    """P5 agrees after version 1: the others of then are its row and the others of now, and all that follows adds up."""
    with place.scope():
        agree(place, "P1", "P2", "P3", "P4")
        seats = make_indicator(place.initiative, "seats", kind="stock", code="K4", carry_forward=2)
        for month in (AUGUST, SEPTEMBER, OCTOBER):
            file(place, month, everybody(place, 60))
            file(place, month, without(everybody(place, 30), *(["P8", "P2"] if month == OCTOBER else [])), seats)
        agree(place, "P1", "P2", indicators=[seats])
        rollups.rebuild(place.initiative)
        for month in (SEPTEMBER, OCTOBER):
            published(place, month)
        agree(place, "P1", "P2", "P3", "P4", "P5")
        agree(place, "P1", "P2", "P3", indicators=[seats])
        found = {one["line"]["slug"]: one for one in part_of(published(place))["indicators"]}
        assert found["completions"]["partners"]["others"]["count"] == 3
        assert found["seats"]["partners"]["others"]["count"] == 5


# --- one version and the next ---


class History:
    """A clock that goes on with each look at it, and a history told once more by it: in one transaction everything has
    one time."""

    def __init__(self):
        self.time = datetime(2020, 11, 2, 15, 0, tzinfo=UTC)  # before anything that a test's own transaction writes
        self.told = 0

    def __call__(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time

    def tell(self) -> None:
        names = [field.column for field in FigureEvent._meta.concrete_fields]
        columns = ", ".join(name for name in names if name not in ("pgh_id", "pgh_created_at"))
        last = FigureEvent.objects.order_by("pgh_id").last().pgh_id
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO measures_figureevent ({columns}, pgh_created_at) SELECT {columns}, %s "
                "FROM measures_figureevent WHERE tenant_id = %s AND pgh_id > %s AND pgh_id <= %s ORDER BY pgh_id",
                [self(), active_tenant_id(), self.told, last],
            )
        self.told = FigureEvent.objects.order_by("pgh_id").last().pgh_id


@pytest.fixture
def history(monkeypatch):
    history = History()
    for module in (publications, restatements, consents):
        monkeypatch.setattr(module, "database_time", history)
    return history


@pytest.fixture
def seven_of_eight(place, history):
    """Version 1 of October, which P8 had not filed for yet; it does not agree to be shown."""
    place.history = history
    with place.scope():
        agree(place, "P1", "P2", "P3", "P4")
        file(place, SEPTEMBER, everybody(place, 60))
        file(place, OCTOBER, without(everybody(place, 60), "P8"))
        rollups.rebuild(place.initiative)
        history.tell()
        place.first = published(place)
    return place


def without(amounts: dict[str, int], *codes: str) -> dict[str, int]:
    return {code: amount for code, amount in amounts.items() if code not in codes}


def come_late(place, month=OCTOBER, **amounts: int) -> None:
    file(place, month, amounts)
    rollups.rebuild(place.initiative)
    place.history.tell()


def correct(place, code: str, amount: int) -> None:
    by_code = {partner.code: partner for partner in place.partners}
    filings.file_many(
        initiative=place.initiative, by=place.people.ana, submit=True, approve=True, replace=True, because="recounted",
        rows=[FigureRow(by_code[code].pk, place.indicator.pk, OCTOBER, "", Entry(Decimal(amount)))],
    )  # fmt: skip
    rollups.drain(place.tenant.pk)
    place.history.tell()


def shown(publication, period="2026-10"):
    (one,) = part_of(publication)["indicators"]
    return dict(one["trend"])[period].get("value")


def test_who_came_late_alone_is_not_the_difference_of_two_versions(seven_of_eight):
    """420 in version 1; 464 in version 2 would say that P8 has 44."""
    place = seven_of_eight
    with place.scope():
        come_late(place, P8=44)
        second = published(place)
        assert shown(place.first) == "420"
        assert shown(second) is None
        assert shown(second, "2026-09") == "480"
        why = {one["words"]: one["why"] for one in second.report["audiences"]["funders"]["hidden"]}
        assert "what one partner or few people brought since" in why["K1, October 2026"]


def test_who_came_late_with_few_people_is_not_that_difference_either(seven_of_eight):
    place = seven_of_eight
    with place.scope():
        agree(place, "P8")
        come_late(place, P8=4)
        assert shown(published(place)) is None


def test_the_next_month_is_shown_though_the_late_one_is_not(seven_of_eight):
    """November's own figure is what readers come for: the year to date goes with October before it does."""
    place = seven_of_eight
    november = date(2026, 11, 1)
    with place.scope(), time_machine.travel("2026-12-20T15:00:00Z"):
        come_late(place, P8=44)
        come_late(place, november, **everybody(place, 70))
        publication = published(place, november)
        assert shown(publication, "2026-11") == "560"
        assert shown(publication) is None
        (one,) = part_of(publication)["indicators"]
        assert any(year["figure"].get("hidden") for year in one["years"]["7"])


def test_who_came_late_and_agreed_is_shown(seven_of_eight):
    place = seven_of_eight
    with place.scope():
        agree(place, "P8")
        come_late(place, P8=44)
        assert shown(published(place)) == "464"


def test_a_correction_is_shown_as_before(seven_of_eight):
    """P7 did not agree either, but a change of its figure is not its figure."""
    place = seven_of_eight
    with place.scope():
        correct(place, "P7", 75)
        assert shown(published(place)) == "435"


def test_a_figure_that_was_nothing_before_came_late_too(seven_of_eight):
    place = seven_of_eight
    with place.scope():
        come_late(place, P8=0)
        assert shown(published(place)) == "420"
        correct(place, "P8", 44)
        assert shown(published(place)) is None


def test_a_correction_of_somebody_else_hides_nobody_who_came_late(seven_of_eight):
    """P7's 15 more beside P8's 44: two partners' changes, of which P7 knows one."""
    place = seven_of_eight
    with place.scope():
        correct(place, "P7", 75)
        come_late(place, P8=44)
        assert shown(published(place)) is None


def test_what_the_ledger_told_is_read_too(seven_of_eight):
    """Each correction is told as it comes, so that what came after the last of them is P8's alone."""
    place = seven_of_eight
    with place.scope():
        for code, amount in (("P5", 85), ("P6", 82), ("P7", 90)):
            correct(place, code, amount)
            restatements.compare(place.first)
        told = Restated.objects.filter(
            audience="funders", figure=str(Place("completions", "", "", "2026-10", "2026-10"))
        )
        assert [row.after["value"] for row in told.order_by("pk")] == ["445", "467", "497"]
        come_late(place, P8=44)
        restatements.compare(place.first)
        assert told.latest("pk").after is None
        assert shown(published(place)) is None


def test_three_who_came_late_together_are_nobodys_figure(place, history):
    place.history = history
    with place.scope():
        file(place, SEPTEMBER, everybody(place, 60))
        come_late(place, **without(everybody(place, 60), *OTHERS))
        published(place)
        come_late(place, P6=50, P7=44, P8=61)
        assert shown(published(place)) == "455"


# --- below zero ---


@pytest.fixture
def balance(place, history):
    """A second sum, which may be below zero and counts no people."""
    place.history = history
    with place.scope():
        return make_indicator(
            place.initiative, "balance", code="K9", allows_negative=True, is_whole=False, counts_people=False,
            baseline_period=date(2026, 6, 1),
        )  # fmt: skip


def balance_of(publication):
    return next(one for one in part_of(publication)["indicators"] if one["line"]["slug"] == "balance")


def test_a_sum_below_zero_is_shown_while_nothing_of_it_must_be_hidden(place, balance):
    with place.scope():
        file(place, SEPTEMBER, everybody(place, -40), balance)
        file(place, OCTOBER, everybody(place, 50), balance)
        rollups.rebuild(place.initiative)
        place.history.tell()
        found = balance_of(published(place))
        assert found["figure"]["value"] == "400"
        assert dict(found["trend"])["2026-09"]["value"] == "-320"


def test_one_secret_of_what_goes_below_zero_takes_the_whole_indicator_along(place, balance):
    """In August two alone filed 154. The year to date less September and October would tell it."""
    with place.scope():
        file(place, AUGUST, {"P1": 77, "P2": 77}, balance)
        file(place, SEPTEMBER, everybody(place, -40), balance)
        file(place, OCTOBER, everybody(place, 50), balance)
        rollups.rebuild(place.initiative)
        place.history.tell()
        publication = published(place)
        of_it = [one for _at, line, one in figures(part_of(publication)) if line.slug == "balance"]
        assert of_it
        assert [one for one in of_it if "value" in one and not one.get("hidden")] == []


def test_a_sum_that_was_below_zero_may_rise_above_it_in_the_next_version(place, balance):
    with place.scope():
        file(place, OCTOBER, everybody(place, -1), balance)
        rollups.rebuild(place.initiative)
        place.history.tell()
        assert balance_of(published(place))["figure"]["value"] == "-8"
        filings.file_many(
            initiative=place.initiative, by=place.people.ana, submit=True, approve=True, replace=True, because="recounted",
            rows=[FigureRow(one.pk, balance.pk, OCTOBER, "", Entry(Decimal(3))) for one in place.partners],
        )  # fmt: skip
        rollups.drain(place.tenant.pk)
        place.history.tell()
        assert balance_of(published(place))["figure"]["value"] == "24"


def test_who_came_late_alone_with_what_is_below_zero_is_not_told(place, balance):
    """Seven were published with −280; P8, which did not agree, brought −90 since."""
    with place.scope():
        file(place, OCTOBER, without(everybody(place, -40), "P8"), balance)
        rollups.rebuild(place.initiative)
        place.history.tell()
        assert balance_of(published(place))["figure"]["value"] == "-280"
        file(place, OCTOBER, {"P8": -90}, balance)
        rollups.rebuild(place.initiative)
        place.history.tell()
        assert balance_of(published(place))["figure"].get("hidden")
