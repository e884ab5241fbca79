"""What the demonstrations have published: a month that funders can read, and who agreed to be shown in it."""

from __future__ import annotations

from datetime import date

from backbone.models import Audience, Initiative, Membership, Partner
from backbone.services import publications
from measures.models import Indicator
from measures.rules.kinds import NOT_FILED
from measures.services.consents import consent

AGREED = {Audience.FUNDERS: ("P1", "P2", "P3", "P4", "P5"), Audience.PUBLIC: ("P1", "P2")}


def agree(initiative: Initiative) -> None:
    """Five of Riverbend's partners let funders see their own rows, two of them the public."""
    asked = list(
        Indicator.objects.filter(initiative=initiative).exclude(kind__in=NOT_FILED).values_list("pk", flat=True)
    )
    for partner in Partner.objects.filter(code__in=AGREED[Audience.FUNDERS]):
        said = {(pk, audience.value) for pk in asked for audience, codes in AGREED.items() if partner.code in codes}
        lead = Membership.objects.filter(grants__partner=partner, grants__role="partner_lead").first()
        consent(initiative=initiative, partner=partner, said=said, asked=asked, by=lead)


def publish(initiative: Initiative, period: date, by: Membership) -> None:
    """The way it goes every month, without a worker: begun, checked, published. What is not safe stays a draft."""
    draft = publications.begin(initiative=initiative, grain="month", period=period, by=by)
    publications.ask_to_check(publication=draft, by=by)
    publications.check(draft.pk)
    draft.refresh_from_db()
    if draft.state == draft.State.CHECKED:
        publications.publish(publication=draft, by=by)
