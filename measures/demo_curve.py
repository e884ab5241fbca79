"""The demonstration's curve: what a group at Riverbend makes of the share of young people placed within 90 days."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from backbone.models import Initiative, Membership, Partner, Tenant
from measures.models import CurveIdea, Indicator
from measures.pinning import pin
from measures.selectors.indicator import LENGTHS
from measures.selectors.opening import window_for
from measures.selectors.reading import read
from measures.services import curves

STORY = """\
Employers hire later since May, and a growing part of placements falls outside the ninety days.

Where a coach calls in the first month, four of five are in work. We do not know what becomes of those who move away."""

IDEAS = (
    ("A call from the coach in the first thirty days", CurveIdea.Grade.PROMISING, "P4’s pilot, spring"),
    ("Paid internships that begin before the course ends", CurveIdea.Grade.STRONG, "review of three trials"),
    ("A group chat of last year’s graduates", CurveIdea.Grade.UNTESTED, ""),
)


def turn(tenant: Tenant, initiative: Initiative) -> None:
    """Pin the figure as it stands, tell the story, name who has a part, and set two actions; in the tenant's scope."""
    people = {row.email.partition("@")[0]: row for row in Membership.objects.all()}
    partners = {row.code: row for row in Partner.objects.all()}
    indicator = Indicator.objects.select_related("tenant").get(initiative=initiative, slug="placed")
    window = window_for(initiative, {}, tenant)
    reading = read(initiative, [indicator], window, trend=LENGTHS[window.grain])[0]
    dana, chair, day = people["dana"], people["chair"], tenant.day(timezone.now())
    curve = curves.open_curve(indicator=indicator, pinned=pin(reading), by=dana)
    curves.tell_story(curve=curve, text=STORY, by=chair)
    part = "Knows every employer in town, and can ask for earlier starts"
    curves.name_partner(curve=curve, partner=partners["P3"], part=part, by=chair)
    curves.name_partner(curve=curve, partner=partners["P4"], part="Shows the others how its coaches call", by=chair)
    for text, grade, source in IDEAS:
        curves.add_idea(curve=curve, text=text, grade=grade, source=source, by=chair)
    for what, code, owner, days in (
        ("Bring the figures by course to the next meeting", "", dana, 9),
        ("Ask twelve employers to start people within six weeks", "P3", people["p3"], 21),
    ):
        partner = partners[code] if code else None
        due_on = day + timedelta(days=days)
        curves.add_action(curve=curve, what=what, partner=partner, owner=owner, due_on=due_on, by=chair)
    curves.look_again(curve=curve, day=day + timedelta(days=70), by=dana)
