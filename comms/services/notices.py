"""What the backbone did about a partner's approved figures and deadlines, told to the partner's filers and its lead.

One mail for whatever is new since the last round, however much that is: a file that overrides two years is one mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from backbone import changes
from backbone.models import Change, Tenant
from comms import rules
from comms.models import Mail, Run
from comms.selectors.readers import Reader, contact, who_reports
from comms.services import ledger
from comms.services.composing import address, mail_to, voice

OVERRIDDEN = "filing.overridden"
ABOUT_CORRECTIONS = ("correction.proposed", "correction.asked", "correction.approved", "correction.declined")
GIVEN = ("period.reopened", "period.extended", "line.reopened", "line.extended")
DECLINED = "time.declined"
VERBS = (OVERRIDDEN, *ABOUT_CORRECTIONS, *GIVEN, DECLINED)
CAUGHT_UP = timedelta(days=7)
TOLD_ONE_BY_ONE = 10


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan one mail to each person for the changes about the own partners that nobody was told of yet.

    Nobody is told of what they did themselves.
    """
    recent = list(
        Change.objects.filter(verb__in=VERBS, at__gte=now - CAUGHT_UP)
        .select_related("by", "partner", "initiative")
        .order_by("pk")
    )
    if not recent:
        return
    keys = {change.pk: f"change:{change.pk}" for change in recent}
    told = set(
        Run.objects.filter(kind=Mail.Kind.NOTICE, period_key__in=keys.values()).values_list("period_key", flat=True)
    )
    new: dict[int, list[Change]] = {}
    for change in recent:
        is_new = keys[change.pk] not in told and change.partner_id is not None
        if is_new and ledger.begin(Mail.Kind.NOTICE, keys[change.pk]):
            new.setdefault(change.partner_id, []).append(change)
    theirs: dict[int, list[Change]] = {}
    readers = {reader.pk: reader for reader in people}
    for partner_id, found in new.items():
        filers, leads = who_reports(people, partner_id)
        for reader in (*filers, *leads):
            own = [change for change in found if change.by_id != reader.pk]
            theirs.setdefault(reader.pk, []).extend(own)
    reply_to = contact(people)
    ledger.plan([_compose(tenant, readers[pk], found, reply_to, now) for pk, found in sorted(theirs.items()) if found])


def _compose(tenant: Tenant, reader: Reader, found: list[Change], reply_to, now: datetime) -> Mail:
    with voice(reader):
        told = [(change, changes.sentence(change), _address(tenant, change)) for change in found[:TOLD_ONE_BY_ONE]]
        codes = ", ".join(sorted({change.partner.code for change in found}))
        count = len(found)
        subject = told[0][1]
        if count > 1:
            text = ngettext(
                "%(count)s thing about figures of %(codes)s", "%(count)s things about figures of %(codes)s", count
            )
            subject = text % {"count": count, "codes": codes}
        by = {change.by_id for change in found}
        answered = found[0].by if len(by) == 1 and found[0].by is not None else reply_to
        return mail_to(
            reader, tenant, kind=Mail.Kind.NOTICE, template="notice", period_key=f"change:{found[-1].pk}",
            subject=rules.one_line(subject, 120),
            context={
                "initiative": found[0].initiative, "codes": codes, "told": told, "more": count - len(told),
                "has_override": any(change.verb == OVERRIDDEN for change in found),
                "corrections_url": address("measures:correction-list", tenant.slug, found[0].initiative.slug),
            },
            reply_to=answered.email if answered is not None else "", now=now,
        )  # fmt: skip


def _address(tenant: Tenant, change: Change) -> str:
    """The page that a change is about."""
    place = [tenant.slug, change.initiative.slug]
    if change.verb in ABOUT_CORRECTIONS:
        return address("measures:correction", *place, change.subject_id)
    if change.verb == DECLINED:
        return address("measures:lock-request", *place, change.subject_id)
    if change.verb in GIVEN:
        return address("measures:filing", *place, change.partner.code, change.facts["period"])
    indicators = change.facts.get("indicators", [])
    if len(indicators) == 1:
        return address("measures:figure", *place, indicators[0], change.partner.code, change.facts["period"])
    return address("measures:our-figures", *place)
