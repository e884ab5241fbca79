import pytest

from backbone.problems import Refused
from measures.rules.kinds import AVAILABLE, KINDS, kind

STORED_SLUGS = [
    "flow",
    "to_date",
    "unduplicated",
    "rate",
    "rate_stock",
    "weighted_average",
    "stock",
    "average_stock",
    "minimum",
    "maximum",
    "median",
    "milestone",
    "ordinal",
    "index",
    "formula",
    "money",
    "community",
    "narrative",
]


def test_the_table_names_every_kind_of_the_design():
    assert sorted(KINDS) == sorted(STORED_SLUGS)


def test_every_kind_of_the_table_is_available():
    assert sorted(row.slug for row in AVAILABLE) == sorted(STORED_SLUGS)


@pytest.mark.parametrize("slug", STORED_SLUGS)
def test_an_available_kind_explains_both_axes(slug):
    found = kind(slug)
    assert found.slug == slug
    assert found.short
    assert found.over_partners
    assert found.over_time


def test_an_unknown_kind_is_refused_with_the_nearest():
    with pytest.raises(Refused) as refused:
        kind("flows")
    (problem,) = refused.value.problems
    assert problem.code == "kind.unknown"
    assert "Did you mean flow?" in problem.message


def test_where_no_kind_is_chosen_one_is_asked_for():
    with pytest.raises(Refused, match=r"^Choose a kind: it decides") as refused:
        kind("")
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [("kind.missing", "kind")]


def test_an_unknown_kind_far_from_all_is_refused_with_the_choices():
    with pytest.raises(Refused, match="choose one of flow, rate"):
        kind("x" * 5000)


def test_which_fields_are_asked():
    assert {slug: kind(slug).asks for slug in STORED_SLUGS} == dict.fromkeys(STORED_SLUGS, ("value",)) | {
        "rate": ("numerator", "denominator"),
        "rate_stock": ("numerator", "denominator"),
        "weighted_average": ("value", "weight"),
        "narrative": (),
    }
