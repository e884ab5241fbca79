"""What the demonstration has agreed on: a version of the agenda that most have signed, who leads, and what is asked."""

from __future__ import annotations

from datetime import timedelta

from agenda.models import AgendaVersion, Strategy
from agenda.services import learning, map_loops, map_versions, phases, versions, voices
from backbone import conditions
from backbone.models import Initiative, Membership, Partner

SIGNED = ("P1", "P2", "P3", "P7", "P8", "P9")
RESERVED = ("P5", "We sign, and ask for classes in the east before next summer.")
EXPECTED = {
    "evening-training": ("P1", "P4"),
    "resume-class": ("P2", "P5"),
    "paid-internships": ("P3", "P8"),
    "job-coaching": ("P4", "P6", "P8"),
    "open-seats": ("P5", "P7"),
}
SEATS = (
    ("Young people who left care", "P6"),
    ("Young people east of the river", "P5"),
    ("Parents of under-twenties", None),
)


def begin(initiative: Initiative) -> None:
    """Seven of the nine have signed, one of them with a reservation; a steward, three seats, two open questions, and a
    version of the map.

    Does nothing where a version is published already.
    """
    if AgendaVersion.objects.filter(initiative=initiative).exists():
        return
    dana = Membership.objects.get(email="dana@riverbend.example")
    version = versions.publish(
        initiative=initiative, by=dana, note="Our first agenda, after two rounds with all partners."
    )
    leads = {one.grants.get(role="partner_lead").partner_id: one for one in _leads()}
    for partner in Partner.objects.filter(code__in=SIGNED).order_by("code"):
        versions.sign(version=version, partner=partner, stance="signed", by=leads[partner.pk])
    partner = Partner.objects.get(code=RESERVED[0])
    versions.sign(version=version, partner=partner, stance="reserved", words=RESERVED[1], by=leads[partner.pk])
    _lead(initiative, dana)
    _ask(initiative, dana)
    map_loops.find(initiative.pk)
    map_versions.keep(initiative=initiative, by=dana, note="What partners worked out at the first workshop.")


def _leads():
    return Membership.objects.filter(grants__role="partner_lead").prefetch_related("grants")


def _lead(initiative: Initiative, dana: Membership) -> None:
    partners = {one.code: one for one in Partner.objects.all()}
    chair = Membership.objects.get(email="chair@riverbend.example")
    for condition, member in (("agenda", chair), ("measures", dana), ("comms", dana)):
        voices.name_steward(initiative=initiative, condition=condition, member=member, by=dana)
    for voice, code in SEATS:
        voices.put_seat(initiative=initiative, voice=voice, partner=partners[code] if code else None, by=dana)
    for strategy in Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome__initiative"):
        voices.expect(strategy=strategy, partners=[partners[code] for code in EXPECTED[strategy.slug]], by=dana)
    phases.move(initiative=initiative, phase="implement", by=dana, because="Partners have been filing since last year.")
    for item, words in (
        ("steering", "The steering group of nine meets every second month."),
        ("agenda", "Version 1 is published; seven of nine have signed it."),
        ("filing", "Eight of nine filed in most months of last year."),
    ):
        phases.show(initiative=initiative, item=item, words=words, by=dana)


def _ask(initiative: Initiative, dana: Membership) -> None:
    things = {thing.key: thing for thing in conditions.things(initiative)}
    ana = Membership.objects.get(email="ana@riverbend.example")
    learning.add(
        initiative=initiative, sort="what_if", by=ana, text="What if one résumé class moved east of the river?",
        about=[things["strategy:trained/resume-class"]],
    )  # fmt: skip
    learning.add(
        initiative=initiative, sort="unknown", by=dana, owner=dana, learn_by=initiative.tenant.day() + timedelta(days=14),
        text="How many of those who finish training were in care?", about=[things["outcome:trained"]],
    )  # fmt: skip
    learning.add(
        initiative=initiative, sort="known", by=ana, about=[things["strategy:in-work/paid-internships"]],
        text="Interns who are paid stay: most leave an unpaid place within six weeks.",
    )  # fmt: skip
