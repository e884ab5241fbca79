"""A partner as its page shows it: its agreements, who is missing among its people, and how far it has come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from backbone.models import Agreement, Change, Grant, Invitation, Membership, Partner
from backbone.roles import Role

SOON = timedelta(days=60)
SIGNED = ("agenda.signed", "agenda.reserved")
HANDED_IN = ("filing.submitted", "filing.entered")  # entered: what was approved elsewhere, brought in by the backbone


@dataclass(frozen=True, slots=True)
class AgreementRow:
    agreement: Agreement
    is_over: bool
    is_ending: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of coming in; `at` is when it was first done, None while it is not."""

    slug: str
    words: str
    at: datetime | date | None
    is_done: bool


def agreements_with(partner: Partner, today: date) -> list[AgreementRow]:
    """The newest first, without their files; one statement."""
    rows = Agreement.objects.filter(partner=partner).select_related("by").defer("content")
    return [
        AgreementRow(
            row,
            is_over=row.ends_on is not None and row.ends_on < today,
            is_ending=row.ends_on is not None and today <= row.ends_on <= today + SOON,
        )
        for row in rows
    ]


def vacancies(grants: list[Grant]) -> list[str]:
    """What is missing among a partner's people, in words: nobody who files, nobody who leads, one person for everything."""
    filers = {grant.membership_id for grant in grants if grant.role == Role.PARTNER_FILER}
    leads = {grant.membership_id for grant in grants if grant.role == Role.PARTNER_LEAD}
    if not filers and not leads:
        return [_("Nobody files for it, and nobody leads: its figures will be missing.")]
    found = []
    if not leads:
        found.append(_("Nobody leads it: nobody can sign the agenda for it or invite its people."))
    if not filers:
        found.append(_("Nobody but its lead files for it."))
    elif len(filers | leads) == 1:
        found.append(_("One person does everything for it. Name a second, so that nothing stops when they leave."))
    elif len(filers) == 1 and not leads - filers:
        found.append(_("One person files for it. Name a second, for holidays and for the day they leave."))
    return found


def left_alone_by(person: Membership) -> list[tuple[Partner, list[str]]]:
    """What is missing at each of a person's partners once they are gone, where anything is that was not before."""
    found = []
    partners = {one.partner.pk: one.partner for one in person.current_grants if one.partner is not None}
    for partner in partners.values():
        everybody = list(Grant.objects.in_force().filter(partner=partner, membership__is_active=True))
        after = vacancies([grant for grant in everybody if grant.membership_id != person.pk])
        if after != vacancies(everybody):
            found.append((partner, after))
    return found


def orphans(today: date) -> list[Partner]:
    """Partners that take part and had people once, and have nobody now who files or leads; two tables, one statement."""
    here = Grant.objects.in_force().filter(
        role__in=(Role.PARTNER_LEAD, Role.PARTNER_FILER), membership__is_active=True, partner__isnull=False
    )
    had = Q(pk__in=Grant.objects.filter(partner__isnull=False).values("partner"))
    had |= Q(pk__in=Invitation.objects.exclude(accepted_at=None).filter(partner__isnull=False).values("partner"))
    part = Q(participations__leaves_on=None) | Q(participations__leaves_on__gte=today)
    rows = Partner.objects.filter(had, part, participations__joins_on__lte=today)
    return list(rows.exclude(pk__in=here.values("partner")).distinct().order_by("code"))


def onboarding(partner: Partner, grants: list[Grant], agreements: list[AgreementRow]) -> list[Step]:
    """From the first invitation to the first report; two statements."""
    invited = Invitation.objects.filter(partner=partner).aggregate(at=Min("created_at"))["at"]
    first = Change.objects.filter(partner=partner).aggregate(
        joined=Min("at", filter=Q(verb="invitation.accepted")),
        signed=Min("at", filter=Q(verb__in=SIGNED)),
        opened=Min("at", filter=Q(verb__in=[*HANDED_IN, "filing.started", "filing.drafted"])),
        filed=Min("at", filter=Q(verb__in=HANDED_IN)),
    )
    roles = {grant.role for grant in grants}
    agreed = min((row.agreement.starts_on for row in agreements), default=None)
    return [
        Step("invited", _("Its first person is invited"), invited, invited is not None or bool(grants)),
        Step("joined", _("Somebody has signed in"), first["joined"], first["joined"] is not None or bool(grants)),
        Step("leads", _("Somebody leads it"), None, Role.PARTNER_LEAD in roles),
        Step("files", _("Somebody files for it"), None, Role.PARTNER_FILER in roles),
        Step("agreed", _("What was agreed is written down"), agreed, agreed is not None),
        Step("signed", _("It has signed the agenda"), first["signed"], first["signed"] is not None),
        Step("opened", _("It has opened its first report"), first["opened"], first["opened"] is not None),
        Step("filed", _("It has submitted its first report"), first["filed"], first["filed"] is not None),
    ]


def to_call(partner_ids: Iterable[int]) -> dict[int, list[Membership]]:
    """Whoever files for these partners or leads them, and can be reached by telephone, by partner; filers come first.
    One statement."""
    rows = Grant.objects.in_force().filter(
        role__in=(Role.PARTNER_FILER, Role.PARTNER_LEAD), partner__in=list(partner_ids), membership__is_active=True
    )
    found: dict[int, list[Membership]] = {}
    for grant in rows.exclude(membership__phone="").select_related("membership").order_by("role", "membership__name"):
        there = found.setdefault(grant.partner_id, [])
        if grant.membership not in there:
            there.append(grant.membership)
    return found


def people_for(partner: Partner) -> list[Grant]:
    """The roles that people hold for a partner now, with the people; one statement."""
    rows = Grant.objects.in_force().filter(partner=partner, membership__is_active=True)
    return list(rows.select_related("membership").order_by("role", "membership__name"))
