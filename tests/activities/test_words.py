"""Kinds of service, populations and places: added, renamed, moved, retired, and never below themselves."""

from __future__ import annotations

import pytest

from activities.models import Place, Population, ServiceType
from activities.services import words
from backbone.models import Change
from backbone.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_word_is_made_and_brought_up_to_date_and_told_of_once(in_riverside):
    by = in_riverside.people.ana
    row, changed = words.put(sort=Population, slug="foster-youth", name="Foster youth", by=by)
    assert changed
    assert words.put(sort=Population, slug="foster-youth", name="Foster youth", by=by) == (row, False)
    words.put(sort=Population, slug="foster-youth", name="Young people in care", by=by)
    assert Population.objects.get().name == "Young people in care"
    assert [change.verb for change in Change.objects.order_by("pk")] == ["population.added", "population.changed"]
    with pytest.raises(Refused):
        words.put(sort=Population, slug="foster-youth", name="Again", by=by, must_be_new=True)


def test_a_place_cannot_lie_in_what_lies_in_it(in_riverside):
    city = factories.make_place("city")
    east = factories.make_place("east", within=city)
    mill = factories.make_place("mill", within=east)
    with pytest.raises(Refused) as caught:
        words.put(sort=Place, slug="city", within=mill, by=None)
    assert [problem.code for problem in caught.value.problems] == ["word.circle"]
    with pytest.raises(Refused):
        words.put(sort=Place, slug="city", within=city, by=None)
    words.put(sort=Place, slug="mill", within=city, by=None)
    assert Place.objects.get(slug="mill").within == city


def test_a_word_is_retired_and_offered_again(in_riverside):
    row = factories.make_service_type("class")
    assert words.retire(word=row, by=None)
    assert not words.retire(word=row, by=None)
    assert ServiceType.objects.get().is_retired
    assert words.offer(word=row, by=None)
    assert not ServiceType.objects.get().is_retired


def test_many_words_are_put_in_at_once_parents_first_and_twice_changes_nothing(in_riverside):
    rows = [
        {"slug": "job-training", "name": "Job training", "parent": "work"},
        {"slug": "work", "name": "Work", "parent": ""},
        {"slug": "welding", "name": "Welding", "parent": "job-training"},
    ]
    assert words.put_many(sort=ServiceType, rows=rows, by=None) == 3
    assert ServiceType.objects.get(slug="welding").under.under.slug == "work"
    assert words.put_many(sort=ServiceType, rows=rows, by=None) == 0
    with pytest.raises(Refused) as caught:
        words.put_many(sort=ServiceType, rows=[{"slug": "x", "name": "X", "parent": "nowhere"}], by=None)
    assert [problem.code for problem in caught.value.problems] == ["word.no_parent"]
