"""The one writer of figures: in sets, repeatable, and never over what is approved or closed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.tenancy import tenant_scope
from measures.models import Figure, FigureEvent, Filing, Reopening, StaleMark
from measures.rules.figures import Entry
from measures.selectors.timeliness import due_reports
from measures.services import filings
from measures.services.filings import FigureRow
from tests import factories

OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        yield


@pytest.fixture
def completions(in_riverside):
    return factories.make_indicator(in_riverside.initiative)


def row(indicator, partner, value, period=OCTOBER, category="", **entry) -> FigureRow:
    said = Entry(value=None if value is None else Decimal(value), **entry)
    return FigureRow(partner.pk, indicator.pk, period, category, said)


def file(place, *rows, by=None, **kwargs):
    return filings.file_many(
        **{"initiative": place.initiative, "rows": rows, "by": by or place.people.ben, "submit": True, **kwargs}
    )


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Figure, FigureEvent, Filing, Change, StaleMark))


def test_the_same_rows_twice_change_nothing(in_riverside, completions):
    p1 = in_riverside.partners[0]
    first = file(in_riverside, row(completions, p1, 300), row(completions, p1, 200, category="age:16-19"))
    assert (first.created, first.changed, first.unchanged) == (2, 0, 0)
    before = counts()
    version = Filing.objects.get().version
    again = file(in_riverside, row(completions, p1, "300.000"), row(completions, p1, 200, category="age:16-19"))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert counts() == before
    assert Filing.objects.get().version == version


def test_one_history_line_and_one_mark_for_each_filing_not_for_each_figure(in_riverside, completions):
    p1, p2, _ = in_riverside.partners
    rows = [row(completions, p, n, category=c) for p in (p1, p2) for c, n in (("", 9), ("age:a", 4), ("age:b", 5))]
    file(in_riverside, *rows, by=in_riverside.people.ana)
    assert list(Change.objects.values_list("verb", flat=True)) == ["filing.submitted"] * 2
    assert StaleMark.objects.count() == 2
    assert FigureEvent.objects.count() == 6


def test_a_blank_leaves_alone_and_zero_is_stored(in_riverside, completions):
    p1 = in_riverside.partners[0]
    file(in_riverside, row(completions, p1, 300))
    receipt = file(in_riverside, row(completions, p1, None))
    assert not receipt.did_something
    assert Figure.objects.get().value == 300
    file(in_riverside, row(completions, p1, 0))
    assert Figure.objects.get().value == 0


def test_drafts_become_submitted_and_say_who(in_riverside, completions):
    p1 = in_riverside.partners[0]
    file(in_riverside, row(completions, p1, 300), submit=False)
    figure = Figure.objects.get()
    assert (figure.state, figure.submitted_by_id) == ("draft", None)
    assert StaleMark.objects.count() == 0
    receipt = file(in_riverside, row(completions, p1, 300))
    figure.refresh_from_db()
    assert receipt.changed == 1
    assert (figure.state, figure.submitted_by_id) == ("submitted", in_riverside.people.ben.pk)
    assert Filing.objects.get().submitted_by_id == in_riverside.people.ben.pk


def test_the_filer_cannot_change_an_approved_figure_and_who_may_override_must_say_why(in_riverside, completions):
    p1 = in_riverside.partners[0]
    factories.make_figure(completions, p1, OCTOBER, 300)
    with pytest.raises(Refused) as refused:
        file(in_riverside, row(completions, p1, 280))
    assert refused.value.problems[0].code == "row.conflict"
    with pytest.raises(Refused) as refused:
        file(in_riverside, row(completions, p1, 280), replace=True)
    assert refused.value.problems[0].code == "row.conflict"
    with pytest.raises(Refused) as refused:
        file(in_riverside, row(completions, p1, 280), by=in_riverside.people.ana, replace=True)
    assert refused.value.problems[0].code == "override.no_reason"
    assert Figure.objects.get().value == 300
    file(in_riverside, row(completions, p1, 280), by=in_riverside.people.ana, replace=True, because="Counted twice")
    figure = Figure.objects.get()
    assert (figure.value, figure.state, figure.changed_because) == (280, "approved", "Counted twice")
    assert Change.objects.get().verb == "filing.overridden"


def test_a_closed_period_is_refused_to_the_partner_but_an_unchanged_row_is_no_change(in_riverside, completions):
    p1 = in_riverside.partners[0]
    september = date(2026, 9, 1)
    factories.make_figure(completions, p1, september, 300)
    file(in_riverside, row(completions, p1, 300, period=september), row(completions, p1, 310))
    with pytest.raises(Refused) as refused:
        file(in_riverside, row(completions, in_riverside.partners[1], 5, period=september))
    [problem] = refused.value.problems
    assert problem.code == "period.locked"
    assert problem.message == "September 2026 is closed for P2 since 20 Oct. Ask the backbone team to reopen it."
    file(in_riverside, row(completions, in_riverside.partners[1], 5, period=september), by=in_riverside.people.ana)


def test_a_reopened_period_takes_figures_until_the_day_said(in_riverside, completions):
    p1, september = in_riverside.partners[0], date(2026, 9, 1)
    Reopening.objects.create(
        initiative=in_riverside.initiative, partner=p1, period=september, until=date(2026, 11, 9),
        reason="Server was down", by=in_riverside.people.ana,
    )  # fmt: skip
    file(in_riverside, row(completions, p1, 5, period=september))
    with time_machine.travel("2026-11-10T15:00:00Z"), pytest.raises(Refused):
        file(in_riverside, row(completions, p1, 6, period=september))


def test_an_indicator_of_another_initiative_is_refused(in_riverside, completions):
    other = type(in_riverside.initiative).objects.create(slug="other", name="Other", starts_on=date(2026, 1, 1))
    stranger = factories.make_indicator(other, "stranger")
    with pytest.raises(Refused, match="no such indicator"):
        file(in_riverside, row(stranger, in_riverside.partners[0], 1))


def test_only_a_reviewer_enters_figures_as_approved(in_riverside, completions):
    p1 = in_riverside.partners[0]
    with pytest.raises(Refused, match="reviews"):
        file(in_riverside, row(completions, p1, 1), approve=True)
    file(in_riverside, row(completions, p1, 1), approve=True, by=in_riverside.people.ana)
    assert Figure.objects.get().state == "approved"
    assert Change.objects.get().verb == "filing.entered"


def test_what_was_entered_from_elsewhere_is_neither_late_nor_on_time(in_riverside, completions):
    p1, p2, p3 = in_riverside.partners
    file(in_riverside, row(completions, p1, 1), approve=True, by=in_riverside.people.ana)
    assert Filing.objects.get().submitted_by is None
    file(in_riverside, row(completions, p2, 1))
    later = timezone.now() + timedelta(days=5)
    found = {
        one.partner_id: one.is_on_time for one in due_reports(in_riverside.initiative, later) if one.period == OCTOBER
    }
    assert found == {p1.pk: None, p2.pk: True, p3.pk: False}


def test_a_submission_keeps_its_day_and_author_when_somebody_corrects_it_later(in_riverside, completions):
    p1 = in_riverside.partners[0]
    file(in_riverside, row(completions, p1, 1))
    submitted = timezone.now()
    with time_machine.travel("2026-12-24T15:00:00Z", tick=False):
        steward = {"by": in_riverside.people.ana, "approve": True}
        file(in_riverside, row(completions, p1, 2), **steward)
        file(in_riverside, row(completions, p1, 3), **steward, replace=True, because="a typing error")
    filing = Filing.objects.get()
    assert (filing.submitted_at, filing.submitted_by) == (submitted, in_riverside.people.ben)
    assert filing.version == 3


def test_texts_with_percent_signs_and_braces_are_kept_as_they_are(in_riverside, completions):
    reason = "100% of {rows} lost %s; '); DROP TABLE x; --"
    file(in_riverside, row(completions, in_riverside.partners[0], None, is_not_collected=True, reason=reason))
    assert Figure.objects.get().note == reason


def statements(django_assert_max_num_queries, place, indicators, partners) -> int:
    rows = [
        row(indicator, partner, 7, category=category)
        for indicator in indicators for partner in partners for category in ("", "age:a", "age:b", "age:c", "age:unknown")
    ]  # fmt: skip
    with django_assert_max_num_queries(14) as captured:
        filings.file_many(initiative=place.initiative, rows=rows, by=place.people.ben, submit=True)
    return len(captured)


@pytest.mark.parametrize("partners", [1, 10, 60])
def test_statements_do_not_grow_with_partners(riverside, django_assert_max_num_queries, partners):
    """Twenty figures a partner. The scope's own statement comes on top: thirteen, of fifteen allowed. One asks whether it is
    filed once, for other initiatives as well."""
    with tenant_scope(riverside.tenant):
        indicators = [factories.make_indicator(riverside.initiative, f"k{n}") for n in range(4)]
        made = [factories.make_partner(riverside.initiative, f"N{n}") for n in range(partners)]
    riverside.people.ben.__dict__.pop("current_grants", None)
    riverside.initiative.tenant = riverside.tenant  # as every door hands it over
    with tenant_scope(riverside.tenant):
        assert statements(django_assert_max_num_queries, riverside, indicators, made) == 12


# --- drafts ---


def draft(place, cells, version=None, **kwargs):
    cells = {indicator.pk: said if isinstance(said, dict) else {"": said} for indicator, said in cells.items()}
    return filings.save_draft(
        **{
            "initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER, "cells": cells,
            "by": place.people.ben, "version": version, **kwargs,
        }
    )  # fmt: skip


def submit(place, cells, words=None, version=None, **kwargs):
    cells = {indicator.pk: said if isinstance(said, dict) else {"": said} for indicator, said in cells.items()}
    return filings.submit(
        **{
            "initiative": place.initiative, "partner": place.partners[0], "period": OCTOBER, "cells": cells,
            "words": {indicator.pk: text for indicator, text in (words or {}).items()},
            "by": place.people.ben, "version": version, **kwargs,
        }
    )  # fmt: skip


def n(value) -> Entry:
    return Entry(value=Decimal(value))


def test_a_draft_cell_that_is_cleared_is_taken_away(in_riverside, completions):
    draft(in_riverside, {completions: {"": n(300), "age:a": n(4)}})
    draft(in_riverside, {completions: {"age:a": Entry()}}, version=1)
    assert list(Figure.objects.values_list("category", flat=True)) == [""]
    assert Filing.objects.get().version == 2


def test_nothing_typed_makes_no_filing(in_riverside, completions):
    draft(in_riverside, {completions: Entry()}, version=0)
    assert counts() == (0, 0, 0, 0, 0)


def test_a_stale_save_is_refused_with_both_values(in_riverside, completions):
    lead = factories.make_member("lia@riverside.example", "Lia", Role.PARTNER_LEAD, partner=in_riverside.partners[0])
    draft(in_riverside, {completions: n(300)}, by=lead)
    with pytest.raises(Refused) as refused:
        draft(in_riverside, {completions: n(310)}, version=0)
    [problem] = refused.value.problems
    assert problem.code == "filing.stale"
    assert "Lia saved 300" in problem.message
    assert "you have 310" in problem.message
    assert Figure.objects.get().value == 300
    draft(in_riverside, {completions: Entry()}, version=0)
    assert Figure.objects.get().value == 300, "a blank that did not know of theirs erases nothing"
    draft(in_riverside, {completions: n(310)}, version=1)
    assert Figure.objects.get().value == 310


def test_another_line_saved_meanwhile_is_no_conflict(in_riverside, completions):
    other = factories.make_indicator(in_riverside.initiative, "seats")
    draft(in_riverside, {completions: n(300)})
    draft(in_riverside, {other: n(5)}, version=0)
    assert Figure.objects.count() == 2


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_draft_never_changes_what_was_handed_in(in_riverside, completions, state):
    factories.make_figure(completions, in_riverside.partners[0], OCTOBER, 300, state=state)
    for said in (n(310), Entry()):
        with pytest.raises(Refused) as refused:
            draft(in_riverside, {completions: said})
        assert refused.value.problems[0].code == "filing.not_open"
    draft(in_riverside, {completions: n(300)}, version=0)
    assert (Figure.objects.get().value, Figure.objects.get().state) == (300, state)


def test_a_month_that_has_not_begun_takes_nothing(in_riverside, completions):
    with pytest.raises(Refused) as refused:
        draft(in_riverside, {completions: n(1)}, period=date(2026, 12, 1))
    assert refused.value.problems[0].code == "period.out_of_range"


# --- submitting ---


def test_a_blank_is_refused_by_name_and_keeps_the_whole_report_back(in_riverside, completions):
    seats = factories.make_indicator(in_riverside.initiative, "seats", kind="stock")
    with pytest.raises(Refused) as refused:
        submit(in_riverside, {completions: n(300)})
    [problem] = refused.value.problems
    assert (problem.code, problem.params["name"]) == ("figure.blank", "Seats")
    assert Figure.objects.count() == 0
    submit(in_riverside, {completions: n(300), seats: n(0)})
    assert set(Figure.objects.values_list("state", "value")) == {("submitted", 300), ("submitted", 0)}


def test_submitting_takes_what_was_saved_and_what_is_typed(in_riverside, completions):
    seats = factories.make_indicator(in_riverside.initiative, "seats", kind="stock")
    draft(in_riverside, {completions: n(300)})
    receipt = submit(in_riverside, {seats: n(12)}, version=1)
    assert (receipt.created, receipt.changed) == (1, 1)
    assert set(Figure.objects.values_list("state", flat=True)) == {"submitted"}


def test_after_a_return_only_the_returned_line_is_asked_and_the_others_stay_approved(in_riverside, completions):
    seats = factories.make_indicator(in_riverside.initiative, "seats", kind="stock")
    p1 = in_riverside.partners[0]
    factories.make_figure(completions, p1, OCTOBER, 300)
    factories.make_figure(seats, p1, OCTOBER, 0, state="returned")
    draft(in_riverside, {seats: n(1)})
    assert Figure.objects.get(indicator=seats).state == "returned"
    submit(in_riverside, {seats: n(0)}, words={seats: "Intake closed"})
    assert Figure.objects.get(indicator=seats).state == "submitted"
    assert Figure.objects.get(indicator=completions).state == "approved"


def test_nothing_waiting_is_said(in_riverside, completions):
    factories.make_figure(completions, in_riverside.partners[0], OCTOBER, 300)
    with pytest.raises(Refused) as refused:
        submit(in_riverside, {})
    assert refused.value.problems[0].code == "filing.nothing_to_submit"


def test_a_quarter_is_asked_when_it_is_over_and_kept_as_a_draft_before(in_riverside):
    monthly = factories.make_indicator(in_riverside.initiative, "monthly")
    quarterly = factories.make_indicator(in_riverside.initiative, "quarterly", frequency="quarter")
    submit(in_riverside, {monthly: n(3), quarterly: n(9)})
    assert dict(Figure.objects.values_list("indicator__slug", "state")) == {
        "monthly": "submitted",
        "quarterly": "draft",
    }
    with time_machine.travel("2027-01-05T15:00:00Z"):
        submit(in_riverside, {})
    assert Figure.objects.get(indicator=quarterly).state == "submitted"


def test_a_month_is_submitted_from_its_last_day_on(in_riverside, completions):
    with time_machine.travel("2026-10-30T15:00:00Z"), pytest.raises(Refused) as refused:
        submit(in_riverside, {completions: n(300)})
    assert refused.value.problems[0].message == (
        "October 2026 is not over: submit it from 31 Oct on. What you typed is kept."
    )
    with time_machine.travel("2026-10-31T15:00:00Z"):
        submit(in_riverside, {completions: n(300)})
    assert Figure.objects.get().state == "submitted"


def test_a_locked_month_is_refused_in_words_that_help(in_riverside, completions):
    with time_machine.travel("2026-11-21T15:00:00Z"), pytest.raises(Refused) as refused:
        submit(in_riverside, {completions: n(300)})
    assert refused.value.problems[0].message == (
        "October 2026 is closed for P1 since 20 Nov. Ask the backbone team to reopen it."
    )


def test_the_last_day_is_the_tenants_own(in_riverside, completions):
    """20 November still lasts in New York when it is the 21st in Greenwich."""
    with time_machine.travel("2026-11-21T04:30:00Z"):
        submit(in_riverside, {completions: n(300)})
    assert Figure.objects.get().state == "submitted"


def test_taking_back_makes_a_draft_and_marks(in_riverside, completions):
    p1 = in_riverside.partners[0]
    submit(in_riverside, {completions: n(300)})
    marks = StaleMark.objects.count()
    filings.take_back(
        initiative=in_riverside.initiative, partner=p1, period=OCTOBER, indicators=[completions.pk],
        by=in_riverside.people.ben,
    )  # fmt: skip
    assert Figure.objects.get().state == "draft"
    assert StaleMark.objects.count() == marks + 1
    with pytest.raises(Refused):
        filings.take_back(
            initiative=in_riverside.initiative, partner=p1, period=OCTOBER, indicators=[completions.pk],
            by=in_riverside.people.ben,
        )  # fmt: skip


def test_what_was_typed_for_a_breakdown_that_is_gone_does_not_stand_in_the_way(in_riverside, completions):
    draft(in_riverside, {completions: {"": n(300), "age:a": n(300)}})
    submit(in_riverside, {})
    assert list(Figure.objects.values_list("category", "state")) == [("", "submitted")]
