"""What a publication tells of the agenda: the vision, what was agreed on, and how many signed, by number alone."""

from __future__ import annotations

from datetime import date

from django.template.loader import render_to_string
from django.utils import timezone

from agenda.evidence import AgendaEvidence
from agenda.services import tree, versions
from backbone.conditions import Edition
from tests import factories

SEPTEMBER = date(2026, 9, 1)


def edition(initiative, *slugs) -> Edition:
    choices = [{"slug": slug} for slug in slugs]
    return Edition(initiative, "month", SEPTEMBER, timezone.now(), "funders", choices)


def test_the_version_s_results_and_how_many_signed_go_out_without_names(in_riverside):
    initiative, ana = in_riverside.initiative, in_riverside.people.ana
    outcome, _new = tree.put_outcome(initiative=initiative, slug="in-work", title="In work", by=ana)
    tree.put_strategy(outcome=outcome, slug="coaching", title="Coaching", by=ana)
    version = versions.publish(initiative=initiative, by=ana)
    p1, p2, p3 = in_riverside.partners
    versions.sign(version=version, partner=p1, stance="signed", by=ana)
    versions.sign(version=version, partner=p2, stance="reserved", by=ana, words="slower")
    tree.put_strategy(outcome=outcome, slug="later", title="Not agreed yet", by=ana)

    assert {one.slug for one in AgendaEvidence().options(initiative, "month", SEPTEMBER)} >= {"tree", "signed"}
    data = AgendaEvidence().published(edition(initiative, "tree", "signed")).data
    assert data["signed"] | {"on": ""} == {
        "version": 1, "on": "", "signed": 2, "asked": 3, "reserved": 1, "refused": 0,
    }  # fmt: skip
    shown = render_to_string("agenda/_published.html", dict(data))
    assert "2 of 3 partners have signed version 1" in shown
    assert "1 with a reservation" in shown
    assert "Coaching" in shown
    assert "Not agreed yet" not in shown
    assert not any(partner.code in str(data) for partner in (p1, p2, p3))


def test_only_what_was_chosen_goes_out(in_riverside):
    versions.publish(initiative=in_riverside.initiative, by=in_riverside.people.ana)
    found = AgendaEvidence().published(edition(in_riverside.initiative, "vision")).data
    assert set(found) == {"headline", "lines"}
    assert AgendaEvidence().published(edition(in_riverside.initiative)).data == {}


def test_without_a_version_neither_is_offered(in_riverside):
    factories.make_partner(in_riverside.initiative, "P4")
    slugs = {one.slug for one in AgendaEvidence().options(in_riverside.initiative, "month", SEPTEMBER)}
    assert not slugs & {"tree", "signed"}
