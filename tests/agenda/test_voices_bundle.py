"""Who leads, who is expected and what is being learned go into a bundle and come back; twice changes nothing."""

from __future__ import annotations

import pytest
import yaml

from agenda.models import Learning, Outcome, PhaseEvidence, Seat, Steward, Strategy, StrategyPartner
from agenda.selectors.phases import moves_of
from agenda.services import learning
from backbone.models import Change
from backbone.problems import Refused
from measures import bundles


@pytest.fixture
def told(riverside):
    """Riverside with a strategy, and its bundle as plain data."""
    with riverside.scope():
        outcome = Outcome.objects.filter(initiative=riverside.initiative).first()
        Strategy.objects.get_or_create(outcome=outcome, slug="coaching", defaults={"title": "Coaching"})
        riverside.place = {"outcome": outcome.slug, "strategy": "coaching"}
        riverside.file = yaml.safe_load(bundles.dump(riverside.tenant, riverside.initiative))
    return riverside


def load(riverside, **more):
    return bundles.load(yaml.safe_dump(riverside.file | more, allow_unicode=True).encode(), "file.yaml")


def everything(riverside) -> dict:
    ana, ben = riverside.people.ana.email, riverside.people.ben.email
    return {
        "voices": {
            "stewards": [{"condition": "agenda", "member": ben, "since": "2026-09-01"}],
            "seats": [{"voice": "Young people from care", "lived": True, "partner": "P2"}],
            "expected": [riverside.place | {"partners": ["P1", "P3"]}],
        },
        "phases": {
            "moves": [
                {"phase": "initiate", "on": "2025-09-01"},
                {"phase": "organize", "on": "2026-01-10", "because": "All nine are in.", "by": ana},
            ],
            "shown": [{"item": "steering", "words": "Nine meet each month.", "url": "https://r.example/", "by": ana}],
        },
        "learning": {
            "entries": [
                {
                    "sort": "what_if",
                    "text": "P5 moves one class east?",
                    "by": ben,
                    "about": ["strategy:{outcome}/{strategy}".format(**riverside.place), "partner:P2"],
                },
                {"sort": "unknown", "text": "Who drops out?", "by": ana, "owner": ben, "learn_by": "2027-01-31"},
                {"sort": "unknown", "text": "Who stays?", "by": ana, "answer": "Half.", "answered_by": ben},
            ]
        },
    }


def test_they_are_put_and_the_second_time_changes_nothing(told):
    summary = load(told, **everything(told))
    assert set(summary.changed) >= {"voices", "phases", "learning"}
    with told.scope():
        assert Steward.objects.get(until=None).member == told.people.ben
        assert Seat.objects.get().partner.code == "P2"
        assert {row.partner.code for row in StrategyPartner.objects.all()} == {"P1", "P3"}
        answered = Learning.objects.get(text="Who stays?")
        assert (answered.state, answered.answer, answered.closed_by) == ("answered", "Half.", told.people.ben)
        assert [move.phase for move in moves_of(told.initiative)] == ["organize", "initiate"]
        assert PhaseEvidence.objects.get().by == told.people.ana
        about = Learning.objects.get(text="P5 moves one class east?").about.order_by("pk")
        assert [one.label for one in about] == ["Coaching", "P2 Partner P2"]
        count = Change.objects.count()
    again = load(told, **everything(told))
    assert not {"voices", "phases", "learning"} & set(again.changed)
    with told.scope():
        assert Change.objects.count() == count


def test_what_is_written_is_what_was_read(told):
    load(told, **everything(told))
    with told.scope():
        written = yaml.safe_load(bundles.dump(told.tenant, told.initiative))
    wanted = everything(told)
    assert [entry["text"] for entry in written["learning"]["entries"]] == [
        entry["text"] for entry in wanted["learning"]["entries"]
    ]
    assert written["voices"]["expected"] == wanted["voices"]["expected"]
    assert written["voices"]["seats"] == wanted["voices"]["seats"]
    assert str(written["voices"]["stewards"][0]["since"]) == "2026-09-01"
    assert written["learning"]["entries"][0]["about"] == wanted["learning"]["entries"][0]["about"]
    assert [{**one, "on": str(one["on"])} for one in written["phases"]["moves"]] == wanted["phases"]["moves"]
    assert written["phases"]["shown"] == wanted["phases"]["shown"]
    told.file = written
    assert not {"voices", "phases", "learning"} & set(load(told).changed)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ({"voices": {"stewards": [{"condition": "agenda", "member": "nobody@x.example"}]}}, "nobody@x.example"),
        ({"voices": {"stewards": [{"condition": "weather", "member": "ana@riverside.example"}]}}, "weather"),
        ({"voices": {"seats": [{"voice": "Parents", "partner": "P99"}]}}, "P99"),
        ({"voices": {"expected": [{"outcome": "nowhere", "strategy": "none", "partners": []}]}}, "nowhere/none"),
        ({"learning": {"entries": [{"sort": "guess", "text": "x", "by": "ana@riverside.example"}]}}, "guess"),
        ({"learning": {"entries": [{"sort": "known", "text": "x", "by": "nobody@x.example"}]}}, "nobody@x.example"),
        (
            {
                "learning": {
                    "entries": [{"sort": "known", "text": "x", "by": "ana@riverside.example", "about": ["node:no"]}]
                }
            },
            "node:no",
        ),
        ({"phases": {"moves": [{"phase": "running", "on": "2026-01-01"}]}}, "running"),
        ({"phases": {"shown": [{"item": "steering", "words": "x", "by": "nobody@x.example"}]}}, "nobody@x.example"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(told, part, wrong):
    with pytest.raises(Refused) as refused:
        load(told, **part)
    assert wrong in str(refused.value)
    with told.scope():
        assert not Steward.objects.exists()
        assert not Seat.objects.exists()
        assert not Learning.objects.exists()


def test_an_answer_given_by_hand_is_not_asked_again(told):
    load(told, **everything(told))
    with told.scope():
        entry = Learning.objects.get(text="Who drops out?")
        learning.answer(entry=entry, answer="Those who move away.", by=told.people.ben)
    load(told, **everything(told))
    with told.scope():
        assert Learning.objects.get(text="Who drops out?").answer == "Those who move away."
