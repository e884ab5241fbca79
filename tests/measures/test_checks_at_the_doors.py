"""Limits, outliers and rules over several lines: the same warnings and refusals through every door."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from backbone.models import Tenant
from backbone.problems import Refused
from measures import bundles
from measures.importing import bulk
from measures.models import DefinitionVersion, Figure, FollowUp, Indicator, Remark, ValidationRule
from measures.rules.figures import Entry
from measures.rules.periods import add_months
from measures.services import checks, corrections, filings
from tests import factories
from tests.measures.doors import Desk, csv_of

STEADY = (9, 10, 10, 9, 14, 11)  # what came before, oldest first


@pytest.fixture
def desk(riverside, hillcrest):
    """P1 owes done, placed (a rate) and seats, and has six months of each of the first."""
    desk = Desk(riverside, hillcrest, "done", "placed", "seats")
    with riverside.scope():
        for back, number in zip(range(6, 0, -1), STEADY, strict=True):
            factories.make_figure(desk.indicators["done"], desk.partners["P1"], add_months(desk.month, -back), number)
    return desk


def rule(desk, **changes):
    fields = {
        "slug": "completed", "left": "{placed.denominator}", "operator": "<=", "right": "{done}", "severity": "hard",
        "message": "Nobody is placed who did not complete.",
    }  # fmt: skip
    with desk.home.scope():
        return checks.put_rule(initiative=desk.home.initiative, by=desk.home.people.ana, **(fields | changes))[0]


def limit(desk, low, high, *, is_hard=False):
    with desk.home.scope():
        Indicator.objects.filter(slug="done").update(limit_min=low, limit_max=high, limit_is_hard=is_hard)


def said_by_each_door(desk, *, note="", **said):
    """Codes that each door gives for a number of each indicator: (errors, warnings); a rate is a pair."""
    month = f"{desk.month:%Y-%m}"
    figures, rows, fields = [], [], {}
    for slug, number in said.items():
        pk = desk.indicators[slug].pk
        numbers = {"value": number} if not isinstance(number, tuple) else dict(
            zip(("numerator", "denominator"), number, strict=True)
        )  # fmt: skip
        figures.append({"indicator": slug, **numbers, "note": note})
        texts = {name: str(one) for name, one in numbers.items()}
        rows.append({"partner": "P1", "indicator": slug, "period": month, "note": note, **texts})
        fields |= {f"{pk}/here": "1", f"{pk}/answer": "number", f"{pk}/words": note}
        fields |= {f"{pk}//{name}": text for name, text in texts.items()}
    doors = {}
    for name, door in (
        ("csv", lambda: desk.csv(csv_of(rows))),
        ("file", lambda: desk.api(csv_of(rows))),
        ("json", lambda: desk.put(figures)),
        ("form", lambda: desk.form(fields)),
    ):
        with transaction.atomic():  # each finds what the one before it found
            doors[name] = door()
            transaction.set_rollback(True)
    return doors


WHOLE = {"placed": (5, 9), "seats": 3}
CASES = [
    # done, limits, errors, warnings
    (10, None, set(), set()),
    (3, None, set(), {"unusual.outlier"}),
    (17, None, set(), {"unusual.more"}),
    (100, None, set(), {"unusual.ten_times"}),
    (14, (None, 12, False), set(), {"limit.above"}),
    (14, (None, 12, True), {"limit.above"}, set()),
    (3, (4, None, True), {"limit.below"}, set()),
]


@pytest.mark.parametrize(("done", "limits", "errors", "warnings"), CASES)
def test_every_door_says_the_same_of_one_figure(desk, done, limits, errors, warnings):
    if limits is not None:
        limit(desk, limits[0], limits[1], is_hard=limits[2])
    said = WHOLE | {"placed": (1, 2)}
    doors = said_by_each_door(desk, done=done, **said)
    for name in ("csv", "file", "json"):
        assert set(doors[name].codes) == errors, (name, doors[name])
        assert errors or set(doors[name].warnings) == warnings, (name, doors[name])
    assert doors["form"].status == (422 if errors else 302)


@pytest.mark.parametrize(
    ("is_comparable", "warnings"),
    [(True, {"unusual.ten_times"}), (False, set())],
)
def test_no_door_holds_a_figure_against_what_was_counted_otherwise(desk, is_comparable, warnings):
    """100 is ten times the usual; two months ago another definition began, and two months say nothing yet."""
    with desk.home.scope():
        DefinitionVersion.objects.create(
            indicator=desk.indicators["done"], starts_on=add_months(desk.month, -2), definition="Anew", kind="flow",
            is_comparable=is_comparable,
        )  # fmt: skip
    doors = said_by_each_door(desk, done=100, **WHOLE | {"placed": (1, 2)})
    for name in ("csv", "file", "json"):
        assert set(doors[name].warnings) == warnings, (name, doors[name])
    with desk.home.scope():
        factories.make_figure(desk.indicators["done"], desk.partners["P1"], desk.month, 100, state="submitted")
    client = Client()
    client.force_login(factories.user_of(desk.home.people.ana))
    page = client.get(desk.home.url(f"filings/P1/{desk.month:%Y-%m}/review/")).content.decode()
    assert ("ten times the usual" in page) == bool(warnings)
    found = client.get(desk.home.url(f"outliers/?period={desk.month:%Y-%m}")).content.decode()
    assert ("indicators/done/P1/" in found) == bool(warnings)


RULES = [
    # the rule, done (None: left blank), errors of every door, warnings of the files
    ({}, 9, set(), set()),
    ({}, 8, {"rule.broken"}, set()),
    ({"severity": "soft"}, 8, set(), {"rule.broken"}),
    ({"is_active": False}, 8, set(), set()),
]


@pytest.mark.parametrize(("changes", "done", "errors", "warnings"), RULES)
def test_every_door_says_the_same_of_a_rule(desk, changes, done, errors, warnings):
    rule(desk, **changes)
    doors = said_by_each_door(desk, done=done, **WHOLE)
    for name in ("csv", "file", "json"):
        assert set(doors[name].codes) == errors, (name, doors[name])
        assert errors or set(doors[name].warnings) == warnings, (name, doors[name])
    assert doors["form"].status == (422 if errors else 302)
    if errors:
        assert "Nobody is placed who did not complete. Placed (denominator) is 9, and Done is 8." in doors["form"].page


def test_a_blank_does_not_evade_a_rule_at_any_door(desk):
    """One side alone: it could not be checked, and that is said; nothing is blocked by what nobody knows."""
    rule(desk)
    doors = said_by_each_door(desk, placed=(5, 9))
    for name in ("csv", "file"):
        assert doors[name].codes == []
        assert doors[name].warnings == ["rule.unchecked"]
    assert "figure.blank" in doors["json"].codes  # a report is handed in whole
    assert doors["form"].status == 422
    rule(desk, missing="skip_if_any")
    assert said_by_each_door(desk, placed=(5, 9))["csv"].warnings == []


def test_what_was_not_collected_leaves_the_rule_unchecked_and_said(desk):
    rule(desk)
    figures = [
        {"indicator": "placed", "numerator": 5, "denominator": 9},
        {"indicator": "done", "value": "not_collected", "note": "system down"},
        {"indicator": "seats", "value": 3},
    ]
    answer = desk.put(figures)
    assert (answer.status, answer.errors) == (200, [])
    assert answer.warnings == ["rule.unchecked"]
    assert "Done was not collected" in answer.page


def test_a_file_is_held_against_what_stands_beside_its_rows(desk):
    rule(desk)
    desk.stands("done", 8, state="submitted")
    doors = said_by_each_door(desk, placed=(5, 9))
    assert doors["csv"].codes == doors["file"].codes == ["rule.broken"]


def test_words_are_wanted_where_the_tenant_asks_for_them(desk):
    Tenant.objects.filter(pk=desk.home.tenant.pk).update(wants_words=True)
    desk.home.tenant.refresh_from_db()
    said = WHOLE | {"placed": (1, 2)}
    doors = said_by_each_door(desk, done=3, **said)
    assert doors["json"].codes == ["warning.no_words"]
    assert doors["csv"].codes == doors["file"].codes == ["warning.no_words"]
    assert doors["form"].status == 422
    assert "say why it is right before you submit" in doors["form"].page
    doors = said_by_each_door(desk, done=3, note="two courses ended", **said)
    assert [doors[name].codes for name in ("csv", "file", "json")] == [[], [], []]
    assert doors["form"].status == 302


def test_by_default_a_warning_stops_nobody(desk):
    doors = said_by_each_door(desk, done=3, **WHOLE)
    assert doors["form"].status == 302


def test_an_explanation_is_kept_with_what_it_explains_and_shown_to_the_reviewer(desk):
    pks = {slug: row.pk for slug, row in desk.indicators.items()}
    fields = {f"{pk}/here": "1" for pk in pks.values()}
    fields |= {
        f"{pks['done']}//value": "3", f"{pks['done']}/words": "Two courses ended.",
        f"{pks['placed']}//numerator": "1", f"{pks['placed']}//denominator": "2", f"{pks['seats']}//value": "3",
    }  # fmt: skip
    assert desk.form(fields).status == 302
    with desk.home.scope():
        remark = Remark.objects.get(indicator=pks["done"])
        (answered,) = remark.answers
        assert answered["code"] == "unusual.outlier"
        assert "lies outside the usual" in answered["message"]
    client = Client()
    client.force_login(factories.user_of(desk.home.people.ana))
    for address in (f"filings/P1/{desk.month:%Y-%m}/review/", f"indicators/done/P1/{desk.month:%Y-%m}/"):
        page = client.get(desk.home.url(address)).content.decode()
        assert "Two courses ended." in page
        assert "About: 3 lies outside the usual" in page


def test_the_thresholds_are_the_tenants(desk):
    Tenant.objects.filter(pk=desk.home.tenant.pk).update(outlier_z=Decimal(6), outlier_modified_z=Decimal(9))
    desk.home.tenant.refresh_from_db()
    doors = said_by_each_door(desk, done=3, **(WHOLE | {"placed": (1, 2)}))
    assert [doors[name].warnings for name in ("csv", "file", "json")] == [[], [], []]


# --- pages of the staff ---


@pytest.fixture
def ana(desk):
    client = Client()
    client.force_login(factories.user_of(desk.home.people.ana))
    return client


def test_outliers_are_listed_by_size_with_their_scores_and_words(desk, ana, django_assert_max_num_queries):
    with desk.home.scope():
        p2 = desk.partners["P2"]
        for back, number in zip(range(6, 0, -1), STEADY, strict=True):
            factories.make_figure(desk.indicators["done"], p2, add_months(desk.month, -back), number)
        factories.make_figure(desk.indicators["done"], p2, desk.month, 40)
        figure = factories.make_figure(desk.indicators["done"], desk.partners["P1"], desk.month, 17, state="submitted")
        Remark.objects.create(
            indicator=figure.indicator, partner=figure.partner, period=desk.month, kind="explanation",
            words="Two courses ended.", by=desk.home.people.ben,
        )  # fmt: skip
    address = desk.home.url(f"outliers/?period={desk.month:%Y-%m}")
    page = ana.get(address).content.decode()
    assert page.index("P2, Done") < page.index("P1, Done")
    assert "Two courses ended." in page
    assert "5–16" in page
    with django_assert_max_num_queries(40) as few:
        ana.get(address)
    lines = ana.get(f"{address}&format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[2].startswith(f"done,Done,P1,{desk.month:%Y-%m},17,3.47,4.72,")
    assert len(few) <= 40


def test_a_figure_is_starred_and_cleared(desk, ana):
    desk.stands("done", 17)
    address = desk.home.url(f"indicators/done/P1/{desk.month:%Y-%m}/")
    assert ana.post(address + "follow-up/", {"why": "ask in the spring"}).status_code == 302
    assert "Marked for follow-up by Ana" in ana.get(address).content.decode()
    listed = ana.get(desk.home.url("follow-up/")).content.decode()
    assert "ask in the spring" in listed
    ana.post(address + "follow-up/", {"do": "clear", "from": "list"})
    with desk.home.scope():
        assert not FollowUp.objects.exists()
    assert "Nothing is marked" in ana.get(desk.home.url("follow-up/")).content.decode()
    assert desk.client.post(address + "follow-up/").status_code in (403, 404)


def test_a_rule_is_tried_on_what_was_filed(desk, ana):
    desk.stands("done", 8)
    with desk.home.scope():
        for back, denominator in ((0, 9), (1, 9), (2, 20)):
            factories.make_figure(
                desk.indicators["placed"], desk.partners["P1"], add_months(desk.month, -back),
                numerator=1, denominator=denominator,
            )  # fmt: skip
    told = {
        "message": "Nobody is placed who did not complete.", "left": "{placed.denominator}", "operator": "<=",
        "right": "{done}", "severity": "soft", "importance": "high", "missing": "never_skip", "is_active": "on",
    }  # fmt: skip
    page = ana.post(desk.home.url("rules/new/"), told | {"do": "try"}).content.decode()
    assert "It would have caught 2 of 7 filings." in page
    assert "In 4 more it could not be checked." in page
    with desk.home.scope():
        assert not ValidationRule.objects.exists()
    assert ana.post(desk.home.url("rules/new/"), told).status_code == 302
    listed = ana.get(desk.home.url("rules/")).content.decode()
    assert "Placed (denominator) at most Done" in listed
    address = desk.home.url("rules/nobody-is-placed-who-did-not-complete/")
    assert "It would have caught 2 of 7 filings." in ana.get(address).content.decode()
    assert ana.post(address, told | {"left": "{nothing}"}).status_code == 422
    ana.post(address, {"do": "remove"})
    with desk.home.scope():
        assert ValidationRule.objects.count() == 1
    ana.post(address, {"do": "remove", "sure": "1"})
    with desk.home.scope():
        assert not ValidationRule.objects.exists()


def test_limits_are_set_on_the_page_of_the_indicator(desk, ana):
    address = desk.home.url("indicators/done/edit/")
    told = {"form": "limits", "limit_min": "1", "limit_max": "20", "limit_is_hard": "on"}
    assert ana.post(address, told).status_code == 302
    with desk.home.scope():
        row = Indicator.objects.get(slug="done")
        assert (row.limit_min, row.limit_max, row.limit_is_hard) == (1, 20, True)
    assert ana.post(address, told | {"limit_min": "21"}).status_code == 422


def test_a_bundle_carries_rules_and_limits(desk):
    rule(desk, severity="soft", importance="high", missing="skip_if_all")
    limit(desk, Decimal("1"), Decimal("20"), is_hard=True)
    with desk.home.scope():
        text = bundles.dump(desk.home.tenant, desk.home.initiative)
    assert "limits: {min: 1, max: 20, is_hard: true}" in text
    assert "severity: soft" in text
    bundles.load(text.encode(), "bundle.yaml")
    assert bundles.load(text.encode(), "bundle.yaml").changed == {}
    with desk.home.scope():
        assert bundles.dump(desk.home.tenant, desk.home.initiative) == text
    wrong = text.replace("{placed.denominator}", "{placid.denominator}")
    with pytest.raises(Exception, match="There is no indicator placid"):
        bundles.load(wrong.encode(), "bundle.yaml")


def test_what_is_warned_of_and_stored_survives_the_api(desk):
    figures = [{"indicator": "done", "value": 3}, {"indicator": "placed", "numerator": 1, "denominator": 2},
               {"indicator": "seats", "value": 3}]  # fmt: skip
    response = Client().put(
        desk.home.api(f"filings/P1/{desk.month:%Y-%m}/"),
        json.dumps({"figures": figures, "submit": True, "words": {"done": "Two courses ended."}}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {desk.tokens['P1']}"},
    )
    assert response.status_code == 200
    with desk.home.scope():
        assert [one["code"] for one in Remark.objects.get().answers] == ["unusual.outlier"]
        assert Figure.objects.filter(period=desk.month, state="submitted").count() == 3


def test_submitting_takes_the_same_statements_with_and_without_rules(desk, django_assert_max_num_queries):
    """The history and the rules are read once each, however many lines and rules there are."""
    cells = {desk.indicators["done"].pk: {"": Entry(value=Decimal(10))},
             desk.indicators["placed"].pk: {"": Entry(numerator=Decimal(1), denominator=Decimal(2))},
             desk.indicators["seats"].pk: {"": Entry(value=Decimal(3))}}  # fmt: skip
    asked = {"partner": desk.partners["P1"], "period": desk.month, "cells": cells, "words": {}, "version": None}
    counts = []
    for number in (0, 5):
        for one in range(number):
            rule(desk, slug=f"rule-{one}")
        with desk.home.scope(), transaction.atomic(), django_assert_max_num_queries(40) as found:
            filings.submit(initiative=desk.home.initiative, by=desk.home.people.ben, **asked)
            transaction.set_rollback(True)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_a_long_file_is_held_together_when_all_of_it_is_in(desk, monkeypatch):
    """In a long file the lines of one report lie far apart; a hard rule is asked when both are there."""
    rule(desk)
    monkeypatch.setattr(bulk, "BATCH", 1)
    month = f"{desk.month:%Y-%m}"
    content = csv_of(
        [
            {"partner": "P1", "indicator": "done", "period": month, "value": "8"},
            {"partner": "P1", "indicator": "placed", "period": month, "numerator": "5", "denominator": "9"},
        ]
    )
    asked = {"initiative": desk.home.initiative, "tenant": desk.home.tenant, "by": None}
    with desk.home.scope():
        with pytest.raises(Refused) as refused, transaction.atomic():
            bulk.import_stream(io.BytesIO(content), "figures.csv", **asked)
        assert [problem.code for problem in refused.value.problems] == ["rule.broken"]
        assert "P1, " in str(refused.value)
        assert not Figure.objects.filter(period=desk.month).exists()
        right = content.replace(b"5,9", b"5,8")
        assert bulk.import_stream(io.BytesIO(right), "figures.csv", **asked).created == 2


def test_a_correction_is_held_against_the_rules_too(desk):
    rule(desk)
    desk.stands("done", 9)
    with desk.home.scope():
        placed = desk.indicators["placed"]
        factories.make_figure(placed, desk.partners["P1"], desk.month, numerator=5, denominator=9)
        asked = {
            "initiative": desk.home.initiative, "partner": desk.partners["P1"], "period": desk.month,
            "indicator": desk.indicators["done"], "reason": "one twice", "by": desk.home.people.ben,
        }  # fmt: skip
        with pytest.raises(Refused) as refused, transaction.atomic():
            corrections.request(cells={"": Entry(value=Decimal(8))}, **asked)
        assert [problem.code for problem in refused.value.problems] == ["rule.broken"]
        assert corrections.request(cells={"": Entry(value=Decimal(10))}, **asked).pk
