"""Whether partners still hold together with the others, as it was last worked out, in words. For the backbone alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backbone.conditions import Sign
from backbone.models import Call, Grant, Initiative, Partner, Signal
from backbone.roles import Role
from backbone.rules.holding import A_REASON, DAYS_BEFORE, LAST_DAYS, WEIGHTS, Counted, vacancy
from backbone.tenancy import active_tenant_id

LABELS: dict[str, str | Promise] = {
    "filings": gettext_lazy("Reports on time"),
    "meetings": gettext_lazy("Meetings attended"),
    "actions": gettext_lazy("Actions done in time"),
    "people": gettext_lazy("People to do it"),
    "voice": gettext_lazy("A word from it"),
}


@dataclass(frozen=True, slots=True)
class Component:
    """One of the five: `value` is 0 to 1, None where it cannot be told; `weight` is in percent."""

    name: str
    label: str | Promise
    value: Decimal | None
    weight: int
    words: str

    @property
    def is_reason(self) -> bool:
        return self.value is not None and self.value >= A_REASON


@dataclass(frozen=True, slots=True)
class Held:
    """One partner's signal. `short` is why it is raised, in one line."""

    signal: Signal
    components: tuple[Component, ...]
    is_quiet: bool

    @property
    def partner(self) -> Partner:
        return self.signal.partner

    @property
    def reasons(self) -> list[Component]:
        return [one for one in self.components if one.is_reason]

    @property
    def short(self) -> str:
        words = ", ".join(one.words for one in self.reasons)
        return words[:1].upper() + words[1:]


def raised_signals(initiative: Initiative, today: date) -> list[Held]:
    """Those that are raised and not put off, the highest first; one statement."""
    rows = Signal.objects.filter(initiative=initiative, is_raised=True)
    rows = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lt=today)).select_related("partner")
    return [held(row, today) for row in rows.order_by("-score", "partner__code")]


def all_signals(initiative: Initiative, today: date) -> list[Held]:
    """Every partner's, raised ones first, the highest first; one statement."""
    rows = Signal.objects.filter(initiative=initiative).select_related("partner", "snoozed_by")
    return [held(row, today) for row in rows.order_by("-is_raised", "-score", "partner__code")]


def signal_of(initiative: Initiative, partner: Partner, today: date) -> Held | None:
    row = Signal.objects.filter(initiative=initiative, partner=partner).select_related("partner", "snoozed_by").first()
    return None if row is None else held(row, today)


def calls_with(initiative: Initiative, partner: Partner) -> list[Call]:
    """What was said on the phone, the newest first."""
    return list(Call.objects.filter(initiative=initiative, partner=partner).select_related("by")[:50])


def held(row: Signal, today: date) -> Held:
    components = tuple(
        Component(
            name,
            LABELS[name],
            None if row.parts.get(name, {}).get("value") is None else Decimal(row.parts[name]["value"]),
            int(WEIGHTS[name] * 100),
            _words(name, row.parts.get(name, {})),
        )
        for name in WEIGHTS
    )
    is_quiet = row.snoozed_until is not None and row.snoozed_until >= today
    return Held(row, components, is_quiet)


def _words(name: str, part: Mapping[str, Any]) -> str:
    """What a component is made of, in small letters: a reason among others."""
    if part.get("value") is None:
        return _("too little is recorded to tell")
    if name == "filings":
        said = _("late with %(wrong)s of the last %(of)s reports, before with %(before)s of %(of_before)s")
    elif name == "meetings":
        said = _("absent from %(wrong)s of %(of)s meetings, before from %(before)s of %(of_before)s")
    elif name == "actions":
        said = _("%(wrong)s of %(of)s open actions are over two weeks late")
    elif name == "people":
        if Decimal(part["value"]) == 1:
            return _("nobody files or leads for it")
        return _("one person does everything") if Decimal(part["value"]) else _("it has its people")
    elif Decimal(part["value"]):
        return _("silent for %(days)s days") % {"days": LAST_DAYS}
    else:
        said = _("heard %(of)s times in 90 days")
    return said % part


def people_of(initiative: Initiative, today: date) -> dict[int, Decimal]:
    """Whether each partner of an initiative has its people, as `rules.holding.vacancy` says; one statement."""
    filers: dict[int, set[int]] = {}
    leads: dict[int, set[int]] = {}
    everybody: dict[int, set[int]] = {}
    grants = Grant.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today),
        role__in=Role.of_partners(),
        membership__is_active=True,
        partner__participations__initiative=initiative,
    )
    for partner_id, member_id, role in grants.values_list("partner_id", "membership_id", "role"):
        everybody.setdefault(partner_id, set()).add(member_id)
        if role == Role.PARTNER_FILER:
            filers.setdefault(partner_id, set()).add(member_id)
        elif role == Role.PARTNER_LEAD:
            leads.setdefault(partner_id, set()).add(member_id)
    present = Partner.objects.of_initiative(initiative).values_list("pk", flat=True)
    return {pk: vacancy(len(filers.get(pk, ())), len(leads.get(pk, ())), len(everybody.get(pk, ()))) for pk in present}


def voices(initiative: Initiative, as_of: datetime) -> list[Sign]:
    """How often each partner was heard: what its own people did, of all that is told; one statement.

    What the backbone's people did about a partner is no word of the partner's.
    """
    since = as_of - timedelta(days=LAST_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.partner_id, count(*) FILTER (WHERE c.at > %(since)s), count(*) FILTER (WHERE c.at <= %(since)s)
              FROM backbone_change c
             WHERE c.tenant_id = %(tenant)s AND c.initiative_id = %(initiative)s AND c.at > %(first)s AND c.at <= %(as_of)s
               AND c.partner_id IS NOT NULL AND c.by_id IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM backbone_grant g
                                WHERE g.tenant_id = %(tenant)s AND g.membership_id = c.by_id AND g.partner_id IS NULL)
             GROUP BY c.partner_id
            """,
            {
                "tenant": active_tenant_id(),
                "initiative": initiative.pk,
                "since": since,
                "first": since - timedelta(days=DAYS_BEFORE),
                "as_of": as_of,
            },
        )
        return [Sign("voice", pk, wrong=0, of=lately, of_before=before) for pk, lately, before in cursor.fetchall()]


def counted(sign: Sign) -> Counted:
    return Counted(sign.wrong, sign.of, sign.before, sign.of_before)
