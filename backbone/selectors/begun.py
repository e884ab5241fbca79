"""What an initiative has begun already: the first hour of its staff, from records; and all initiatives side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backbone import conditions
from backbone.health import NAMES, Health, enough_for
from backbone.models import Change, HealthSnapshot, Initiative, Participation, Signal
from backbone.selectors.health import checks_of

# (words, the page where it is done, the verbs of changes that show that it was)
STEPS: tuple[tuple[str | Promise, str, tuple[str, ...]], ...] = (
    (_("Write down the vision"), "agenda:vision", ("agenda.vision_written", "agenda.section_written")),
    (_("Say which results are wanted"), "agenda:outcome-new", ("outcome.added",)),
    (_("Add the first partner"), "backbone:partner-new", ("partner.joined",)),
    (_("Define the first indicator"), "measures:indicator-new", ("indicator.defined",)),
    (
        _("Say who owes it"),
        "measures:obligation-list",
        ("obligation.assigned", "obligation.assigned_to_all", "indicator.defined"),
    ),
    (_("Invite somebody who files"), "backbone:member-invite", ("invitation.sent", "invitation.accepted")),
    (_("Receive the first report"), "measures:review-list", ("filing.submitted", "filing.entered")),
    (_("Publish for the first time"), "backbone:publication-list", ("publication.published",)),
)
_OF_THE_TENANT = {"backbone:partner-new", "backbone:member-invite"}  # not of one initiative


@dataclass(frozen=True, slots=True)
class FirstStep:
    words: str | Promise
    page: str
    is_done: bool
    is_of_tenant: bool


def first_hour(initiative: Initiative) -> list[FirstStep]:
    """The steps in order, each done or not; one statement. Invitations are the tenant's, and count for all."""
    verbs = {verb for _words, _page, verbs in STEPS for verb in verbs}
    rows = Change.objects.filter(Q(initiative=initiative) | Q(initiative=None), verb__in=verbs)
    there = set(rows.order_by().values_list("verb", flat=True).distinct())
    return [FirstStep(words, page, not there.isdisjoint(verbs), page in _OF_THE_TENANT) for words, page, verbs in STEPS]


@dataclass(frozen=True, slots=True)
class Beside:
    """One initiative among several: each condition's score (None: not enough evidence), its partners, which of them are
    missing now (None: nobody owes anything), who may be drifting (None for who may not know)."""

    initiative: Initiative
    partners: int
    scores: list[tuple[str | Promise, Decimal | None]]
    absent: conditions.Absent | None
    drifting: int | None


def side_by_side(initiatives: Sequence[Initiative], tenant, now: datetime, *, with_signals: bool) -> list[Beside]:
    """All of them as they were last worked out, in three statements at most, whatever their number; and for each those of
    who is missing now."""
    today = tenant.day(now)
    stays = Participation.objects.filter(joins_on__lte=today).filter(Q(leaves_on=None) | Q(leaves_on__gte=today))
    partners = dict(stays.order_by().values_list("initiative").annotate(count=Count("pk")))
    newest: dict[int, HealthSnapshot] = {}
    for row in HealthSnapshot.objects.order_by("initiative", "-on").distinct("initiative"):
        newest[row.initiative_id] = row
    drifting: dict[int, int] = {}
    if with_signals:
        raised = Signal.objects.filter(is_raised=True).filter(Q(snoozed_until=None) | Q(snoozed_until__lt=today))
        drifting = dict(raised.order_by().values_list("initiative").annotate(count=Count("pk")))
    enough = enough_for(tenant)
    return [
        Beside(
            one,
            partners.get(one.pk, 0),
            [(NAMES[slug], _score(newest.get(one.pk), slug, enough)) for slug in conditions.SLUGS],
            conditions.absent(one, now),
            drifting.get(one.pk, 0) if with_signals else None,
        )
        for one in initiatives
    ]


def _score(row: HealthSnapshot | None, slug: str, enough: Decimal) -> Decimal | None:
    return None if row is None else Health(slug, checks_of(row, slug), enough).score
